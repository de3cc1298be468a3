"""A task's card: its text and, above all, its buttons.

A button is offered where pressing it makes sense for the owner of the chat; whether the
person who presses may do so is decided then, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime

from sqlmodel import Session

from messages.captions import caption
from messages.render import compose
from messages.rendered import InlineButton, Rendered, Style, button
from messages.views.card import UPLOADING, CardFacts, load_card
from messages.views.run_facts import RunFacts
from messages.views.withdrawal import returned_by, withdrawable
from sop_definitions.model import Collect, FieldKind, Outcome
from workflow import forms
from workflow.hand_in_steps import BOARDS, settable
from workflow.state import SETTLED, Part, PartStatus
from workflow.verbs import Press, Verb

Rows = list[list[InlineButton]]


def render_card(
    session: Session,
    card_id: int,
    *,
    default_language: str,
    now: datetime,
    repeated: bool = False,
    reminder: str | None = None,
) -> Rendered:
    """Return a card as its owner is to see it at ``now`` (business time, aware UTC).

    ``repeated`` marks a card that may have been delivered before. ``reminder`` is the slot it
    reminds of ('' for none), where that is not what its row says. Raises
    :class:`sqlalchemy.exc.NoResultFound` if there is no such card.
    """
    found = load_card(session, card_id, default_language, now, reminder)
    more = f"/status {found.facts.run.number}"
    values = {field.name: getattr(found.view, field.name) for field in fields(found.view)}
    return compose("card", found.facts.reader, values, _keyboard(found), more=more, repeated=repeated)


def _keyboard(found: CardFacts) -> Rows:
    match found.view.state:
        case "open":
            return _Buttons(found).open()
        case "sending":
            return [[_Buttons(found).make("show_step", Verb.SHOW_STEP)]]
        case "done":
            return _Buttons(found).done()
        case "waiting":
            return _Buttons(found).waiting()
        case _:
            return []


class _Buttons:
    """The buttons of one card."""

    def __init__(self, found: CardFacts) -> None:
        self.found, self.view, self.task, self.step = found, found.view, found.task, found.step
        self.language = found.facts.reader.language
        self.part = Part(found.task.part)

    def open(self) -> Rows:
        """Return the buttons of a task somebody owes."""
        rows = [*self._main(), *self._beside()]
        if self.part in UPLOADING and self.task.acknowledged_at is None and not self._drafted():
            rows.append([self.make("acknowledge", Verb.ACKNOWLEDGE)])
        if self.view.keepable:
            rows.append([self.make("keep", Verb.KEEP)])  # one careless tap would declare rejected work valid
        if self.part is Part.UNIT and self.step.proof in (None, "file") and self.task.status == PartStatus.OPEN:
            rows.append([self.make("nil", Verb.NIL)])  # rare, so never where the main button is expected
        if self._time_is_short():
            rows.append([self.make("extend", Verb.EXTEND)])
        rows.append(self._collect_by())
        rows.append(self._looking())
        return [row for row in rows if row]

    def done(self) -> Rows:
        """Return what its doer can still do to a settled task."""
        if self.part is Part.INVITATION:
            return self._attendance() if self.found.facts.run.status == "open" else []
        settled, facts = self.view.settled, self.found.facts
        if settled is None or not settled.mine or facts.run.status == "cancelled" or self.part is Part.RECEIPT:
            return []
        rows: Rows = []
        if self._meeting_can_move():
            rows.append(self._schedule())
        row = [self.make("withdraw", Verb.WITHDRAW)] if withdrawable(facts, self.task) else []
        output = facts.output(self.task)
        if output is not None and not self.view.called_off and self._correctable(output.data.get("fields", {})):
            row.append(self.make("correct", Verb.CORRECT))
        return [row for row in (*rows, row, self._collect_by()) if row]

    def _time_is_short(self) -> bool:
        """Say whether to offer more time: on reminders, once it is late, and on the last of several days.

        A step of minutes is due on the day it opens; its fresh card need not offer a way out.
        """
        timing, facts = self.view.timing, self.found.facts
        if timing is None or timing.at is None or timing.paused or timing.asked or self.task.status != PartStatus.OPEN:
            return False
        if self.view.reminder is not None or timing.at < facts.now:
            return True
        opened, today = (facts.reader.local(at).date() for at in (self.task.opened_at or facts.now, facts.now))
        return opened < today and facts.reader.local(timing.at).date() == today

    def _collect_by(self) -> list[InlineButton]:
        """Return the button that sets a hand-in's date, for its collector and for whoever leads up to it.

        A meeting's card has enough buttons of its own; the status page keeps this one.
        """
        facts = self.found.facts
        if self.part not in BOARDS or self.step.collect is Collect.MEETING or facts.run.status != "open":
            return []
        number = settable(facts.definition, facts.steps, self.step.number)
        return [self.make("collect_by", Verb.COLLECT_BY)] if number is not None else []

    def _correctable(self, given: Mapping[str, object]) -> bool:
        """Say whether something was typed; a tick is taken back, not corrected."""
        fields = forms.fields_of(self.step, self.part)
        return any(field.kind is not FieldKind.TICK and given.get(field.id) for field in fields)

    def waiting(self) -> Rows:
        """Return what can be done while a task waits: a return can be taken back at first."""
        mine = returned_by(self.found.facts, self.task) == self.found.card.official_id
        if not mine or not withdrawable(self.found.facts, self.task):
            return []
        return [[self.make("withdraw", Verb.WITHDRAW)]]

    def make(self, key: str, verb: Verb, argument: str = "", style: Style | None = None) -> InlineButton:
        """Return one of the standard buttons for this task and activation."""
        return self._named(caption(key, self.language), verb, argument, style)

    def _named(self, words: str, verb: Verb, argument: str = "", style: Style | None = None) -> InlineButton:
        return button(words, Press(verb, self.task.id or 0, self.task.activation, argument), style)

    def _main(self) -> Rows:
        if self.part is Part.DECISION:
            return [*self._ticks(), *_paired([self._outcome(outcome) for outcome in self.step.outcomes])]
        if self.part is Part.INVITATION:
            return self._attendance()
        if self.part is Part.RECEIPT:
            return [[self.make("receive", Verb.RECEIVE, style="primary")]]
        if self.part is Part.REVIEW:
            accept = self.make("accept", Verb.DO, style="success")
            return [[accept, self.make("return", Verb.RETURN, style="danger")]]
        rows = self._ticks()
        if self.view.reused and not self._drafted():
            rows.append([self.make("reuse", Verb.REUSE)])
        if self.view.last_period and not self._drafted():
            words = caption("reuse_last", self.language, period=self.view.last_period)
            rows.append([self._named(words, Verb.REUSE_LAST)])
        if self._main_makes_sense():
            rows.append([self._named(self.view.main, Verb.DO, style="primary")])
        return rows

    def _ticks(self) -> Rows:
        return [[self._named(label, Verb.TICK, field)] for field, label in self.view.open_ticks]

    def _drafted(self) -> bool:
        return bool(self.view.draft or self.view.use_previous or self.view.use_last)

    def _main_makes_sense(self) -> bool:
        files = forms.files_of(self.step, self.part)
        drafted = self._drafted()
        if self.part is Part.COLLECTION:
            return files is not None and self.view.ready and (drafted or files.min == 0)
        always = self.part in (Part.WORK, Part.UNIT) and (self.step.button is not None or files is None)
        return always or drafted or (files is not None and files.min == 0)

    def _beside(self) -> Rows:
        rows: Rows = []
        if self.part is Part.UNIT:
            rows.append([self._named(self.view.back, Verb.RETURN, style="danger")] if self.view.back else [])
        if self.part in (*UPLOADING, Part.DECISION) and self._drafted():
            rows.append([self.make("replace", Verb.REPLACE)])
        if self.part is Part.COLLECTION and any(
            unit.status == PartStatus.OPEN for unit in self.found.facts.parts(self.step.number, Part.UNIT)
        ):
            rows.append([self.make("remind", Verb.REMIND), self.make("waive", Verb.WAIVE)])
        if self._meeting_can_move():
            rows.append(self._schedule())
        return rows

    def _looking(self) -> list[InlineButton]:
        row = [self.make("show_step", Verb.SHOW_STEP)]
        if self.view.carries:
            row.append(self.make("show_documents", Verb.SHOW_DOCUMENTS))
        return row

    def _outcome(self, outcome: Outcome) -> InlineButton:
        style: Style = "danger" if outcome.returns_to else "success"
        return self._named(self.found.facts.reader.pick(outcome.button), Verb.DECIDE, outcome.id, style)

    def _attendance(self) -> Rows:
        return [
            [self.make("attend_yes", Verb.ATTEND, "yes"), self.make("attend_no", Verb.ATTEND, "no")],
            [self.make("attend_deputy", Verb.ATTEND, "deputy")],
        ]

    def _schedule(self) -> list[InlineButton]:
        row = [self.make("reschedule", Verb.RESCHEDULE)]
        return row if self.view.called_off else [*row, self.make("call_off", Verb.CALL_OFF)]

    def _meeting_can_move(self) -> bool:
        """Say whether there is a sent invitation whose schedule this card may change."""
        facts: RunFacts = self.found.facts
        if self.part is not Part.WORK or facts.run.status != "open" or self.step.part not in ("invite", "minutes"):
            return False
        invites = [s.number for s in facts.definition.steps if s.part == "invite" and s.number <= self.step.number]
        work = facts.parts(invites[-1], Part.WORK) if invites else []
        minutes = [s.number for s in facts.definition.steps if s.part == "minutes" and s.number >= self.step.number]
        if any(_held(facts, number) for number in minutes):
            return False
        return bool(work) and work[0].status in SETTLED


def _held(facts: RunFacts, number: int) -> bool:
    """Say whether a meeting's minutes are in already."""
    return any(task.status in SETTLED for task in facts.parts(number, Part.WORK))


def _paired(buttons: list[InlineButton]) -> Rows:
    """Return short buttons two to a row, long ones each on their own."""
    if len(buttons) == 2 and all(len(b.caption) <= 18 for b in buttons):
        return [buttons]
    return [[b] for b in buttons]
