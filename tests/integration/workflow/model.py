"""What must be true of an office after every update, and an office that does all it owes."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from handlers.talk import Toast
from sop_definitions.model import FieldKind, SopDefinition
from storage.tables import Card, Extension, File, Outbox, Pause, Question, Run, RunStep, Submission, Task
from tests.integration.workflow.town import BOT, Cast, Person, Town
from tests.unit.workflow import promises
from workflow import audit_replay, forms, sending
from workflow.state import SETTLED, Part
from workflow.verbs import Press, QuestionPress, Verb

DID_SOMETHING = {"ok", "done", "question_asked", "sending", "acknowledged", "ticked", "chosen", "files_removed"} | {
    "received", "attending", "reminded", "sent_documents", "reassigned",
}  # fmt: skip
BLOCKING = (Part.WORK, Part.DECISION, Part.PROOF, Part.UNIT, Part.REVIEW, Part.COLLECTION)
SIDE = (Part.RECEIPT, Part.INVITATION)
ANSWERS = {FieldKind.DATE: "3 Februari 2027", FieldKind.NUMBER: "3", FieldKind.TIME: "09.00"}


def record(town: Town, cast: Cast) -> list[Any]:
    """Everything that an act without a right must leave as it is."""
    tables: tuple[type[Any], ...] = (Run, RunStep, Task, Submission, Pause, Extension)

    def body(session: Session) -> list[Any]:
        rows: list[Any] = []
        for table in tables:
            plain = table.__table__
            rows += session.connection().execute(plain.select().where(plain.c.office_id == cast.office)).all()
        return sorted(rows, key=str)

    return town.store.write(body)


def seated(cast: Cast, person: Person, task: Task) -> bool:
    """Say, without Pandu's own queries, whether a task is this person's to act on."""
    if person.office != task.office_id:
        return False
    if task.assigned_to is not None:
        return task.assigned_to == person.id
    if task.part == Part.INVITATION:
        return task.subject == str(person.id)
    if task.unit_id:
        somewhere = any(role == task.roles[0] and unit for p in cast.people for role, unit in p.seats)
        if not somewhere:
            return any(unit == task.unit_id for _, unit in person.seats)
        return (task.roles[0], task.unit_id) in person.seats
    return any(role in task.roles for role, _ in person.seats)


def holders(cast: Cast, task: Task) -> list[Person]:
    """Who can act on a task from a phone."""
    return [person for person in cast.reachable() if seated(cast, person, task)]


def may_have_done(cast: Cast, person: Person, submission: Submission, task: Task) -> bool:
    """Say whether somebody had the right to what a submission records."""
    if seated(cast, person, task):
        return True
    roles = {role for role, _ in person.seats}
    if submission.verb == Verb.WAIVE:
        return "secretary" in roles
    if submission.verb == Verb.CORRECT:
        return task.part == Part.DECISION  # put anew because an output changed
    return False


def check(town: Town, cast: Cast) -> None:
    """Raise :class:`AssertionError` if anything promised is not so."""
    town.store.write(lambda session: _check(session, town, cast))


def _check(session: Session, town: Town, cast: Cast) -> None:
    from workflow import run_state

    loaded = run_state.load_run(session, cast.run)
    state = loaded.state()
    promises.check_state(cast.definition, state)
    assert (loaded.run.status == "finished") == (state.finished and loaded.run.status != "cancelled")
    for task in loaded.tasks.values():
        _check_task(session, cast, task)
        if loaded.run.status == "open" and task.status == "open":
            _check_cards(session, cast, task)
    _check_queue(session, cast)
    _check_files(session, cast)


def _check_task(session: Session, cast: Cast, task: Task) -> None:
    done = task.status in SETTLED
    assert done == (task.closed_at is not None), f"{task} says closed at {task.closed_at}"
    counting = session.exec(
        select(Submission).where(Submission.task_id == task.id, col(Submission.effective).is_(True))
    ).all()
    assert len(counting) <= 1, f"two submissions count for {task}"
    if counting:
        assert done, f"something counts for {task}, which is {task.status}"
        assert counting[0].activation <= task.activation
        output = {"nil": "nil", "waived": "waive"}.get(task.status)
        if task.part in BLOCKING and output:
            assert counting[0].verb == output, f"{counting[0].verb} counts for a task that is {task.status}"


def _check_cards(session: Session, cast: Cast, task: Task) -> None:
    live = session.exec(select(Card).where(Card.task_id == task.id, col(Card.live).is_(True))).all()
    wanted = sorted((person.id, person.chat) for person in holders(cast, task))
    assert sorted((card.official_id, card.chat_id) for card in live) == wanted, f"cards of {task}"


def _check_queue(session: Session, cast: Cast) -> None:
    for card in session.exec(select(Card).where(Card.office_id == cast.office)):
        queued = session.exec(
            select(Outbox).where(Outbox.card_id == card.id, col(Outbox.status).in_(("queued", "held")))
        ).all()
        assert len(queued) <= 1
        if card.shown_revision < card.wanted_revision or (card.live and card.anew):
            assert len(queued) == 1, f"{card} would stay as it is"
            assert (queued[0].bot_id, queued[0].chat_id) == (BOT, card.chat_id)


def _check_files(session: Session, cast: Cast) -> None:
    """No file is forgotten: it lies with a task or a question, or its sender was told."""
    asked = [
        file_id
        for question in session.exec(select(Question).where(Question.office_id == cast.office))
        for file_id in question.data.get("files", [])
    ]
    for file in session.exec(select(File).where(File.office_id == cast.office, File.status != "refused")):
        if not file.discarded and file.submission_id is None and (file.task_id is None or file.purpose == "reason"):
            assert file.id in asked, f"{file.name} is forgotten"


def check_actors(
    town: Town, cast: Cast, since: int, seats_before: dict[int, set[tuple[str, str]]], assigned: dict[int, int | None]
) -> None:
    """Everything recorded since was done by somebody with a seat for it, or whom it was handed to."""
    people = {person.id: person for person in cast.people}
    tasks = {task.id: task for task in town.tasks(cast)}
    for submission in town.rows(Submission, Submission.office_id == cast.office, col(Submission.id) > since):
        person, task = people[submission.official_id], tasks[submission.task_id]
        assert seats_before[person.id] == person.seats
        handed_over = assigned.get(submission.task_id) == person.id
        assert handed_over or may_have_done(cast, person, submission, task), f"{person} had no seat for {submission}"


def faults(town: Town, cast: Cast) -> list[Any]:
    return town.store.write(lambda session: audit_replay.verify(session, cast.office))


class DiligentOffice:
    """People who do what they owe, whatever state they find; knows the buttons, not the rules."""

    def __init__(self, town: Town, cast: Cast) -> None:
        self.town = town
        self.cast = cast

    @property
    def definition(self) -> SopDefinition:
        return self.cast.definition

    def finish(self) -> None:
        """Bring the run to its end, or fail."""
        self.fill_seats()
        bound = 6 * len(self.definition.steps) * (len(self.cast.units) + 2)
        for _ in range(bound):
            self.town.fetch()
            if self.town.loaded(self.cast).run.status != "open":
                return
            before = record(self.town, self.cast)
            for task in self.owed():
                self.do(task)
                check(self.town, self.cast)
                if record(self.town, self.cast) != before:
                    break
            else:
                raise AssertionError(
                    f"nobody can go on: {[t for t in self.town.tasks(self.cast) if t.status == 'open']}"
                )
        raise AssertionError("the run does not come to its end")

    def fill_seats(self) -> None:
        """See to it that somebody with a phone sits on every seat, as an admin would."""
        spare = next(person for person in self.cast.people if person.name == "nobody")
        wanted = [("head", ""), ("secretary", ""), ("clerk", "")] + [("unit_head", unit) for unit in self.cast.units]
        for seat in wanted:
            if not any(seat in person.seats for person in self.cast.reachable()):
                self.town.seat(spare, *seat, given=True)

    def owed(self) -> list[Task]:
        """The open tasks that hold the run up, the collectors' boards last."""
        tasks = [t for t in self.town.tasks(self.cast) if t.status == "open" and t.part in BLOCKING]
        return sorted(tasks, key=lambda task: (task.part == Part.COLLECTION, task.step, task.id or 0))

    def do(self, task: Task) -> Toast | None:
        """One holder does one task, as far as it goes now."""
        person = holders(self.cast, task)[0]
        chat = person.chat or 0
        if self.town.question(chat) is not None:
            self.town.write(chat, "/batal")
        if task.part == Part.DECISION:
            outcome = next(o for o in self.definition.step(task.step).outcomes if not o.returns_to)
            return self.town.tap(chat, self.press(Verb.DECIDE, task, outcome.id))
        self.prepare(task, person)
        toast: Toast | None = self.town.tap(chat, self.press(Verb.DO, task))
        for _ in range(8):
            question = self.town.question(chat)
            if question is None:
                break
            toast = self.answer(chat, question)
        return toast

    def prepare(self, task: Task, person: Person) -> None:
        """Bring the files and set the ticks a task asks for."""
        chat, step = person.chat or 0, self.definition.step(task.step)
        for field in forms.fields_of(step, Part(task.part)):
            if field.kind is FieldKind.TICK:
                self.town.tap(chat, self.press(Verb.TICK, task, field.id))
        there = self.town.store.write(lambda s: sending.drafted(s, s.get_one(Task, task.id)))
        wanted = forms.files_of(step, Part(task.part))
        if wanted is not None and len(there) < wanted.min:
            self.town.bring(chat, f"berkas-{self.town.count}.pdf")
            self.name_task(chat, task)
            self.town.fetch()

    def name_task(self, chat: int, task: Task) -> None:
        """Say which task a file is for, if that was asked."""
        question = self.town.question(chat)
        if question is not None and question.kind == "which_task":
            self.town.tap(chat, QuestionPress(question.id, f"task-{task.id}"))

    def answer(self, chat: int, question: Question) -> Toast | None:
        """Give the answer that goes on."""
        if question.kind == "field":
            task = self.town.store.write(lambda session: session.get_one(Task, question.task_id))
            step = self.definition.step(task.step)
            field = next(f for f in step.fields if f.id == question.data["field"])
            self.town.write(chat, ANSWERS.get(field.kind, "Isi yang benar"))
            return None
        return self.town.tap(chat, QuestionPress(question.id, "yes"))

    def press(self, verb: Verb, task: Task, argument: str = "") -> Press:
        return Press(verb, task.id or 0, task.activation, argument)
