"""What a card says: one task, as one holder sees it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from messages.captions import caption
from messages.text import alternatives, kinds_in_words, one_line
from messages.views.approving import four_eyes_of
from messages.views.board import Board, board_of
from messages.views.hats import Diverted, Hat, diverted_of, hat_of
from messages.views.names import reader_of
from messages.views.past import Repair, Settled, repair_of, settled_of
from messages.views.quality import Quality, quality_of
from messages.views.run_facts import RunFacts, load_run_facts
from messages.views.surroundings import (
    Attendance,
    CalledOff,
    agreed,
    answer_of,
    attendance_of,
    called_off,
    next_in_line,
    receipts,
    sender_of,
    told,
    unit_output,
    waits_for,
)
from messages.views.timing import Reminder, Timing, reminder_of, timing_of
from messages.views.values import Shown, ShownFile, recorded, shown_files
from messages.views.withdrawal import TakenBack, returned_by, taken_back
from sop_definitions.graph import predecessors
from sop_definitions.model import Collect, FieldKind, Step
from storage.tables import Card, File, Official, Task
from workflow import carried, forms, last_time, people
from workflow.state import SETTLED, Part, PartStatus
from workflow.verbs import OUTPUT_VERBS, Verb

UPLOADING = (Part.WORK, Part.UNIT, Part.PROOF, Part.COLLECTION)


@dataclass(frozen=True, slots=True)
class CardView:
    """Everything the card's template and its keyboard need. Texts are in the reader's language.

    ``main_waits``: the main button comes only once a file is in.
    ``state``: open, sending, waiting, done, foreign (no longer this reader's), finished or
    cancelled (the run ended before the task was done). ``reminder`` is set on a card sent
    anew to remind of its task.
    """

    state: str
    part: str
    collect: str
    call: str
    submits: bool
    document: str
    period: str
    unit: str
    addressee: str
    hat: Hat | None
    diverted: Diverted | None
    four_eyes: str
    step: int
    steps: int
    run: int
    repair: Repair | None
    sender: str
    starts: bool
    sent_at: datetime | None
    told: tuple[Shown, ...]
    quality: Quality
    next_role: str
    next_step: int | None
    last: bool
    waits_for: int | None
    taken_back: TakenBack | None
    my_return: bool
    outcomes: str
    part_of_meeting: str
    distributes: bool
    proof: str
    photo: bool
    asks_optional: bool
    takes_files: bool
    file_hint: str
    kinds: str
    files_optional: bool
    asks: tuple[str, ...]
    ready: bool
    draft: tuple[ShownFile, ...]
    storing: bool
    reused: tuple[ShownFile, ...]
    use_previous: bool
    last_period: str
    last_files: tuple[ShownFile, ...]
    use_last: bool
    called_off: CalledOff | None
    values: tuple[Shown, ...]
    open_ticks: tuple[tuple[str, str], ...]
    agreed: tuple[Shown, ...]
    answer: str
    answerable: bool
    handed_in: tuple[ShownFile, ...]
    nil_reason: str
    board: Board | None
    received: tuple[str, ...]
    not_received: tuple[str, ...]
    attendance: Attendance | None
    note: str
    late: bool
    acknowledged: str
    sending_by: str
    settled: Settled | None
    main: str
    main_waits: bool
    back: str
    keepable: bool
    carries: bool
    timing: Timing | None
    reminder: Reminder | None


@dataclass(frozen=True, slots=True)
class CardFacts:
    """A card's rows, for whoever builds the keyboard."""

    facts: RunFacts
    task: Task
    card: Card
    step: Step
    view: CardView
    draft_files: tuple[File, ...]
    carried: tuple[int, ...]


def load_card(
    session: Session, card_id: int, default_language: str, now: datetime, reminder: str | None = None
) -> CardFacts:
    """Read a card; ``reminder`` takes the place of its row's. Raises :class:`sqlalchemy.exc.NoResultFound`."""
    card = session.get_one(Card, card_id)
    reader, _, _ = reader_of(session, card.office_id, card.chat_id, default_language)
    facts = load_run_facts(session, session.get_one(Task, card.task_id).run_id, reader, now)
    task = facts.task(card.task_id)
    step = facts.step(task.step)
    drafts = tuple(f for f in facts.files if f.task_id == task.id and f.submission_id is None and f.purpose == "output")
    carried_ids = tuple(carried.file_ids(session, task))
    reminds = bool(card.reminder if reminder is None else reminder)
    view = _view(session, facts, task, step, card, drafts, carried_ids, reminds=reminds)
    return CardFacts(facts, task, card, step, view, drafts, carried_ids)


def _view(
    session: Session,
    facts: RunFacts,
    task: Task,
    step: Step,
    card: Card,
    drafts: tuple[File, ...],
    ids: tuple[int, ...],
    *,
    reminds: bool,
) -> CardView:
    reader, names, part = facts.reader, facts.names, Part(task.part)
    allowed = forms.files_of(step, part)
    official = names.officials.get(card.official_id)
    sender, sent_at = sender_of(facts, task, step, card.official_id)
    next_role, next_step, last = next_in_line(facts, task, step)
    handed_in = unit_output(facts, task) if part is Part.REVIEW else None
    before = last_time.of_task(session, task, official) if official is not None else None
    previous = shown_files(_files(session, ids)) if step.offer_previous else ()
    received, not_received = receipts(facts, step) if part is Part.WORK else ((), ())
    proof = step.second_party if part is Part.PROOF else None
    hint = proof.files.hint if proof else allowed.hint if allowed else None
    draft_fields = task.draft.get("fields", {})
    state = _state(facts, task, card)
    return CardView(
        state=state,
        part=part,
        collect=step.collect,
        call=one_line(reader.pick(step.call), 60),
        submits=part is Part.WORK and step.collect is Collect.DECIDE,
        document=one_line(reader.pick(proof.title if proof else step.document), 80),
        period=facts.period,
        unit=names.unit(task.subject) if part in (Part.UNIT, Part.REVIEW, Part.RECEIPT) else "",
        addressee=_addressee(session, facts, task, official),
        hat=hat_of(session, facts, task, official) if state in ("open", "sending") else None,
        four_eyes=four_eyes_of(session, facts, task, official, live=card.live),
        diverted=diverted_of(session, facts, task, official) if state == "foreign" else None,
        step=step.number,
        steps=len(facts.definition.steps),
        run=facts.run.number,
        repair=repair_of(facts, task),
        sender=sender,
        starts=not predecessors(facts.definition)[step.number],
        sent_at=sent_at,
        told=told(facts, task, step),
        quality=quality_of(facts, step.number),
        next_role=next_role,
        next_step=next_step,
        last=last,
        waits_for=waits_for(facts, task),
        taken_back=taken_back(facts, task),
        my_return=returned_by(facts, task) == card.official_id,
        outcomes=alternatives([reader.pick(o.button) for o in step.outcomes], reader.language),
        part_of_meeting=step.part or "",
        distributes=step.distribute is not None,
        proof=step.proof or "",
        photo=any(f.form == "photo" for f in drafts),
        asks_optional=all(not f.required for f in forms.fields_of(step, part) if f.kind is not FieldKind.TICK),
        takes_files=allowed is not None,
        file_hint=one_line(reader.pick(hint), 120) if hint else "",
        kinds=kinds_in_words(allowed.kinds, reader.language) if allowed else "",
        files_optional=allowed is not None and allowed.min == 0,
        asks=tuple(
            one_line(reader.pick(f.label), 60)
            for f in forms.fields_of(step, part)
            if f.kind is not FieldKind.TICK and f.id not in draft_fields
        ),
        ready=_ready(facts, step),
        draft=shown_files(drafts),
        storing=any(f.status == "received" for f in drafts),
        reused=previous,
        use_previous=bool(task.draft.get("use_previous")),
        last_period=one_line(before.run.period, 30) if before else "",
        last_files=shown_files(_files(session, before.file_ids)) if before else (),
        use_last=bool(before and task.draft.get("use_last")),
        called_off=called_off(facts, task, step),
        values=recorded(facts, step, draft_fields),
        open_ticks=tuple(
            (f.id, reader.pick(f.label))
            for f in forms.fields_of(step, part)
            if f.kind is FieldKind.TICK and not draft_fields.get(f.id)
        ),
        agreed=agreed(facts, task, step),
        answer=answer_of(facts, task),
        answerable=facts.run.status == "open",
        handed_in=shown_files(facts.submitted_files(handed_in)) if handed_in else (),
        nil_reason=facts.text(handed_in.reason_id) if handed_in and handed_in.verb == Verb.NIL else "",
        board=board_of(facts, step.number) if part is Part.COLLECTION else None,
        received=received,
        not_received=not_received,
        attendance=attendance_of(facts, task, step),
        note=reader.pick(step.card_note) if step.card_note and part in (Part.DECISION, Part.WORK) else "",
        late=task.status == PartStatus.WAIVED,
        acknowledged=names.person(task.acknowledged_by) if task.acknowledged_by else "",
        sending_by=names.person(task.sending) if task.sending else "",
        settled=settled_of(facts, task, step, card),
        main=_main(facts, part, step),
        main_waits=part not in (Part.WORK, Part.UNIT) or step.button is None,
        back=reader.pick(step.return_button) if step.return_button and part is Part.UNIT else "",
        keepable=_keepable(facts, task),
        carries=bool(ids),
        timing=timing_of(facts, task),
        reminder=reminder_of(facts, task) if reminds and state == "open" else None,
    )


def _main(facts: RunFacts, part: Part, step: Step) -> str:
    """Return the caption of the main button ('' where a part has none)."""
    language = facts.reader.language
    if part in (Part.DECISION, Part.INVITATION):
        return ""
    if part in (Part.REVIEW, Part.RECEIPT):
        return caption("accept" if part is Part.REVIEW else "receive", language)
    if step.button is not None and part in (Part.WORK, Part.UNIT):
        return facts.reader.pick(step.button)
    if part is Part.WORK and step.distribute:
        return caption("distribute", language)
    if part is Part.WORK and step.collect is Collect.MEETING:
        return caption("invite" if step.part == "invite" else "meeting_done", language)
    return caption("send" if forms.files_of(step, part) is not None else "done", language)


def _ready(facts: RunFacts, step: Step) -> bool:
    """Return whether every unit is settled and accepted, so that only the merged file is missing."""
    units = facts.parts(step.number, Part.UNIT)
    reviews = facts.parts(step.number, Part.REVIEW)
    return (
        bool(units)
        and all(t.status in SETTLED for t in units)
        and not any(t.status == PartStatus.OPEN for t in reviews)
    )


def _keepable(facts: RunFacts, task: Task) -> bool:
    """Return whether an earlier output is there that may be said to still hold."""
    if task.part not in UPLOADING or task.status != PartStatus.OPEN:
        return False
    if task.part == Part.COLLECTION and not _ready(facts, facts.step(task.step)):
        return False
    return any(s.verb in OUTPUT_VERBS and s.activation < task.activation for s in facts.of_task(task))


def _state(facts: RunFacts, task: Task, card: Card) -> str:
    if task.status in (PartStatus.DONE, PartStatus.NIL):
        return "done"
    if facts.run.status == "cancelled":
        return "cancelled"
    if facts.run.status == "finished":
        return "finished"
    if not card.live:
        return "foreign"
    if task.status == PartStatus.WAITING:
        return "waiting"
    return "sending" if task.sending is not None else "open"


def _files(session: Session, ids: tuple[int, ...]) -> tuple[File, ...]:
    if not ids:
        return ()
    return tuple(session.exec(select(File).where(col(File.id).in_(ids)).order_by(col(File.id))))


def _addressee(session: Session, facts: RunFacts, task: Task, official: Official | None) -> str:
    """Return 'Bapak Camat': how the holder is addressed, by seat."""
    if official is None:
        return ""
    title = people.capacity(session, official, task.roles, task.unit_id)
    return f"{facts.names.salutation(official)} {one_line(title, 50)}".strip()
