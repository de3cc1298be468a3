"""The morning's one message: what one person owes, in every office and capacity, and whom to remind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from messages.rendered import MAX_CAPTION, InlineButton, button, pairs
from messages.text import Reader, one_line
from messages.views.asked import Asked, NothingToSay, View
from messages.views.names import Names, names_of
from messages.views.timing import day_length, late_words, waiting_since
from sop_definitions.model import FieldKind
from storage.tables import Adoption, Office, Official, Run, Submission, Task
from workflow import mandates, people
from workflow.adoption import Adopted, load
from workflow.calendar.of_office import calendar_of
from workflow.reminding.digest import Concern, Digest, Item, MeetingToday, collect
from workflow.reminding.policy import policy_of
from workflow.run_times import Basis
from workflow.state import Part
from workflow.verbs import OUTPUT_VERBS, Page, Press, Verb

MAX_OWN = 12
MAX_CONCERNS = 8
MAX_MEETINGS = 4
MAX_ESTIMATES = 4
MAX_BUTTONS = 8
MAX_HANDED_OVER = 3
"""How many buttons at most are about other people's tasks."""
MAX_NAMED = 2


@dataclass(frozen=True, slots=True)
class OwnLine:
    """One task the reader owes. ``due`` is its deadline, '' for none; ``late`` how late it is called.

    ``passed``: the deadline is over, though not for long enough to be called late.
    """

    document: str
    step: int
    run: int
    late: str
    due: str
    passed: bool
    of_office: bool
    since: str


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks owed in one office and capacity; a name is '' where the reader has only the one."""

    office: str
    capacity: str
    lines: tuple[OwnLine, ...]


@dataclass(frozen=True, slots=True)
class ConcernLine:
    """A task that waits for somebody else: ``who``. ``head``: the reader alone is asked to remind the head.

    ``since`` is the deadline of what is called late, else since when the task waits.
    """

    who: str
    document: str
    step: int
    run: int
    reason: str
    late: str
    since: str
    head: bool


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A meeting of today."""

    clock: str
    place: str
    document: str
    run: int


@dataclass(frozen=True, slots=True)
class EstimateLine:
    """A day off that is only worked out so far. ``office`` is '' where there is only the one."""

    day: date
    name: str
    office: str


@dataclass(frozen=True, slots=True)
class Away:
    """From when until when the bot could do nothing."""

    start: str
    end: str


@dataclass(frozen=True, slots=True)
class _Place:
    """One office as the reader reads it."""

    office: Office
    reader: Reader
    names: Names
    official: Official | None
    per_day: int


def digest(asked: Asked) -> View:
    """Everything a person is to know this morning; raises :class:`NothingToSay` if there is nothing."""
    found = collect(asked.session, asked.bot_id, asked.chat_id, asked.now)
    if found.empty:
        raise NothingToSay
    return _Page(asked, found).view()


class _Page:
    """One digest with the rows behind what it shows; nothing is read for what is cut off."""

    def __init__(self, asked: Asked, found: Digest) -> None:
        self.asked, self.found, self.session = asked, found, asked.session
        self.own = found.own[:MAX_OWN]
        self.concerns = found.concerns[:MAX_CONCERNS]
        self.meetings = found.meetings[:MAX_MEETINGS]
        ids = {e.task_id for e in self.own} | {e.task_id for e in self.concerns} | {e.task_id for e in self.meetings}
        self.tasks = {t.id: t for t in self.session.exec(select(Task).where(col(Task.id).in_(ids)))}
        run_ids = {task.run_id for task in self.tasks.values()}
        self.runs = {r.id: r for r in self.session.exec(select(Run).where(col(Run.id).in_(run_ids)))}
        self.adopted = _adopted(self.session, self.runs.values())
        self.officials = {o.id: o for o in found.officials}
        offices = {official.office_id for official in found.officials}
        self.places = {office_id: self._place(office_id) for office_id in offices}
        self.several_offices = len({o.office_id for o in found.officials}) > 1

    def view(self) -> View:
        """Return the message."""
        concerns = [self._concern(concern) for concern in self.concerns]
        groups = self._groups()
        return View(
            {
                "counts": self._counts(),
                "away": self._away(),
                "groups": groups,
                "more_own": len(self.found.own) - len(self.own),
                "concerns": concerns,
                "more_concerns": len(self.found.concerns) - len(concerns),
                "meetings": [self._meeting(meeting) for meeting in self.meetings],
                "estimates": [
                    EstimateLine(e.day, one_line(e.name, 80), self._office_name(e.office_id))
                    for e in self.found.estimates[:MAX_ESTIMATES]
                ],
            },
            self._keyboard(),
            more="/tugas",
        )

    def _place(self, office_id: str) -> _Place:
        office = self.session.get_one(Office, office_id)
        reader = replace(self.asked.reader, timezone=office.timezone)
        official = next((o for o in self.found.officials if o.office_id == office_id), None)
        names = names_of(self.session, office_id, reader)
        return _Place(office, reader, names, official, day_length(calendar_of(office), self.asked.now))

    def _office_name(self, office_id: str) -> str:
        return one_line(self.places[office_id].office.name, 60) if self.several_offices else ""

    def _counts(self) -> list[tuple[str, int]]:
        late = [item for item in self.found.own if self._is_late(item)]
        passed = [item for item in self.found.own if item.kind == "overdue" and item not in late]
        today = [item for item in self.found.own if item.kind == "due_today"]
        counts = {
            "late": len(late),
            "passed": len(passed),
            "today": len(today),
            "waiting": len(self.found.own) - len(late) - len(passed) - len(today),
            "meetings": len(self.found.meetings),
            "concerns": len(self.found.concerns),
            "estimates": len(self.found.estimates),
        }
        return [(key, number) for key, number in counts.items() if number]

    def _is_late(self, item: Item) -> bool:
        official = self.officials.get(item.official_id)
        return official is not None and bool(self._late(self.places[official.office_id], item.late_minutes))

    def _away(self) -> Away | None:
        if self.found.away is None:
            return None
        start, end = self.found.away
        return Away(self.asked.reader.moment(start), self.asked.reader.moment(end))

    def _late(self, place: _Place, minutes: int) -> str:
        return late_words(place.reader, minutes, place.per_day, policy_of(place.office).late_after_days)

    def _document(self, place: _Place, task: Task) -> str:
        run = self.runs[task.run_id]
        step = self.adopted[run.adoption_id].definition.step(task.step)
        second = step.second_party.title if task.part == Part.PROOF and step.second_party else step.document
        unit = place.names.short_unit(task.subject) if task.part in (Part.UNIT, Part.REVIEW) else ""
        parts = (one_line(place.reader.pick(second), 80), unit, one_line(run.period, 40))
        return " ".join(part for part in parts if part)

    def _groups(self) -> list[Group]:
        """Return the reader's own tasks, by office and capacity in the order of what presses most."""
        grouped: dict[tuple[str, str], list[OwnLine]] = {}
        for item in self.own:
            task = self.tasks[item.task_id]
            place = self.places[task.office_id]
            official = self.officials.get(item.official_id)
            capacity = self._capacity(place, task, official) if official else ""
            grouped.setdefault((task.office_id, one_line(capacity, 50)), []).append(self._own(place, task, item))
        several = len(grouped) > 1
        return [
            Group(self._office_name(office_id), capacity if several else "", tuple(lines))
            for (office_id, capacity), lines in grouped.items()
        ]

    def _capacity(self, place: _Place, task: Task, official: Official) -> str:
        """Return as what somebody owes a task: their seat, or from whom they received a delegation."""
        mandate = mandates.of_task(self.session, task, official)
        if mandate.kind != mandates.DELEGATION:
            return mandate.capacity
        giver = place.names.person(mandate.principal_id)
        return (
            f"receiver of a delegation from {giver}" if place.reader.language == "en" else f"penerima delegasi {giver}"
        )

    def _own(self, place: _Place, task: Task, item: Item) -> OwnLine:
        now, deadline = self.asked.now, item.deadline
        late = self._late(place, item.late_minutes)
        return OwnLine(
            document=self._document(place, task),
            step=task.step,
            run=self.runs[task.run_id].number,
            late=late,
            due=place.reader.near(deadline.at, now) if deadline is not None else "",
            passed=not late and deadline is not None and deadline.at <= now,
            of_office=deadline is not None and deadline.basis is Basis.COLLECT_BY,
            since=waiting_since(place.reader, item.waiting_since, now),
        )

    def _concern(self, concern: Concern) -> ConcernLine:
        task = self.tasks[concern.task_id]
        place = self.places[task.office_id]
        seat = place.names.seat(task.roles, task.unit_id)
        late = "" if concern.about_head else self._late(place, concern.late_minutes)
        since = concern.deadline.at if late and concern.deadline else concern.waiting_since
        return ConcernLine(
            who=self._head(place, task, concern) if concern.about_head else self._holders(place, concern, seat),
            document=self._document(place, task),
            step=task.step,
            run=self.runs[task.run_id].number,
            reason=concern.reason,
            late=late,
            since=place.reader.tight(since),
            head=concern.about_head,
        )

    def _holders(self, place: _Place, concern: Concern, seat: str) -> str:
        named = [place.names.person(i) for i in concern.holder_ids[:MAX_NAMED]]
        return f"{'; '.join(named)}, {seat}" if named else seat

    def _head(self, place: _Place, task: Task, concern: Concern) -> str:
        """Return 'Bapak Camat': the head is spoken of by seat."""
        official = place.names.officials.get(concern.holder_ids[0]) if concern.holder_ids else None
        title = people.capacity(self.session, official, task.roles, task.unit_id) if official else ""
        return f"{place.names.salutation(official)} {one_line(title, 50)}".strip() or place.names.seat(task.roles)

    def _meeting(self, meeting: MeetingToday) -> MeetingLine:
        task = self.tasks[meeting.task_id]
        place = self.places[task.office_id]
        where = _where(self.session, self.adopted[self.runs[task.run_id].adoption_id], task)
        return MeetingLine(
            clock=place.reader.clock(meeting.at),
            place=one_line(where, 80),
            document=self._document(place, task),
            run=self.runs[task.run_id].number,
        )

    def _keyboard(self) -> list[list[InlineButton]]:
        offered = [c for c in self.concerns if c.offer][:MAX_HANDED_OVER]
        looked_at = {c.run_id for c in offered}
        others = list(dict.fromkeys(c.run_id for c in self.concerns if c.run_id not in looked_at))
        others = others[: MAX_HANDED_OVER - len(offered)]
        own = self.own[: MAX_BUTTONS - 2 * len(offered) - len(others)]
        rows = pairs(self._told_apart(own))
        several = len({c.run_id for c in self.concerns}) > 1
        for concern in offered:
            pair = [self._hand_over(concern, name_run=several), self._of_run(concern.run_id)]
            rows += [[one] for one in pair] if several else [pair]
        rows += [[self._of_run(run_id)] for run_id in others]
        unconfirmed = {e.office_id for e in self.found.estimates}
        return rows + [
            [self.asked.button("confirm_days", Press(Page.CALENDAR, official.id or 0))]
            for official in self.found.officials
            if official.office_id in unconfirmed
        ]

    def _told_apart(self, own: Sequence[Item]) -> list[InlineButton]:
        """Return a button for each task; several of one step of one run say which unit's each is."""
        buttons = [self._of_task("task_of_run", Verb.OPEN_CARD, item.task_id) for item in own]
        alike = Counter(one.caption for one in buttons)
        for number, item in enumerate(own):
            task, one = self.tasks[item.task_id], buttons[number]
            if alike[one.caption] > 1 and task.part in (Part.UNIT, Part.REVIEW):
                unit = self.places[task.office_id].names.short_unit(task.subject)
                buttons[number] = replace(one, caption=one_line(f"{one.caption} · {unit}", MAX_CAPTION))
        return buttons

    def _hand_over(self, concern: Concern, *, name_run: bool) -> InlineButton:
        found = self._of_task("hand_over", Verb.REASSIGN, concern.task_id)
        number = self.runs[concern.run_id].number
        of_run = f"run {number}" if self.asked.reader.language == "en" else f"No. {number}"
        words = f"{found.caption} · {of_run}" if name_run else found.caption
        return replace(found, caption=words)

    def _of_run(self, run_id: int) -> InlineButton:
        run = self.runs[run_id]
        words = self.asked.words("show_run_number", run=run.number)
        office = self._office_name(run.office_id)
        return button(f"{words} · {office}" if office else words, Press(Page.RUN, run.id or 0))

    def _of_task(self, key: str, verb: Verb, task_id: int) -> InlineButton:
        task = self.tasks[task_id]
        words = self.asked.words(key, step=task.step, run=self.runs[task.run_id].number)
        office = self._office_name(task.office_id)
        return button(f"{words} · {office}" if office else words, Press(verb, task.id or 0, task.activation))


def _adopted(session: Session, runs: Iterable[Run]) -> dict[int, Adopted]:
    ids = {run.adoption_id for run in runs}
    return {row.id or 0: load(row) for row in session.exec(select(Adoption).where(col(Adoption.id).in_(ids)))}


def _where(session: Session, adopted: Adopted, task: Task) -> str:
    """Return where the meeting takes place that a task belongs to, '' if nobody said."""
    invites = [s for s in adopted.definition.steps if s.part == "invite" and s.number <= task.step]
    if not invites:
        return ""
    sent = session.exec(
        select(Submission)
        .where(
            Submission.run_id == task.run_id,
            Submission.step == invites[-1].number,
            col(Submission.effective).is_(True),
            col(Submission.verb).in_(OUTPUT_VERBS),
        )
        .order_by(col(Submission.id).desc())
    ).first()
    given: dict[str, Any] = sent.data.get("fields", {}) if sent is not None else {}
    named = next((given.get(f.id) for f in invites[-1].fields if f.kind is FieldKind.TEXT and given.get(f.id)), "")
    return str(named or "")
