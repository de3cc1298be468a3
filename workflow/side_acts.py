"""The small acts on a task: acknowledge, tick, take over a file, keep, receive, attend, withdraw."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, col, select

from sop_definitions.model import FieldKind
from storage.tables import Official, Submission, Task
from workflow import acts, cards, carried, forms, holders, sending
from workflow.actions import Complete, Nil, Withdraw
from workflow.acts import find, open_task
from workflow.beginning import begin
from workflow.deciding import done
from workflow.deed import Deed, Stopped
from workflow.moment import Moment
from workflow.reply import Reply
from workflow.run_state import LoadedRun, key_of
from workflow.state import SETTLED, Part, PartStatus
from workflow.verbs import OUTPUT_VERBS, Verb

LAST_STEP_GRACE = timedelta(minutes=10)
"""How long the act that ended a run can still be taken back."""

KEEPABLE = (Part.WORK, Part.UNIT, Part.PROOF, Part.COLLECTION)


def acknowledge(session: Session, moment: Moment, officials: list[Official], task_id: int, activation: int) -> Reply:
    """``Saya tindak lanjuti``: the holder has seen the task; nobody can take the step before back now."""
    loaded, task, official = open_task(session, task_id, activation, officials)
    if task.acknowledged_at is None and task.status == PartStatus.OPEN:
        task.acknowledged_at, task.acknowledged_by = moment.now, official.id
        begin(session, moment, loaded, task)
        acts.perform(session, moment, Deed(loaded, task, official, Verb.ACKNOWLEDGE))
        cards.refresh(session, moment, task)
    return Reply("acknowledged")


def tick(
    session: Session, moment: Moment, officials: list[Official], task_id: int, activation: int, field_id: str
) -> Reply:
    """Tick a declaration such as ``Sudah saya paraf``."""
    loaded, task, _ = open_task(session, task_id, activation, officials)
    known = {f.id for f in forms.fields_of(loaded.step_of(task), Part(task.part)) if f.kind is FieldKind.TICK}
    if field_id not in known:
        raise Stopped("stale")
    task.draft = {**task.draft, "fields": {**task.draft.get("fields", {}), field_id: True}}
    begin(session, moment, loaded, task)
    cards.refresh(session, moment, task)
    return Reply("ticked")


def reuse(session: Session, moment: Moment, officials: list[Official], task_id: int, activation: int) -> Reply:
    """``Gunakan berkas ini``: the carried files become this step's own."""
    loaded, task, _ = open_task(session, task_id, activation, officials)
    if not loaded.step_of(task).offer_previous or not carried.file_ids(session, task):
        raise Stopped("nothing_to_show")
    task.draft = {**task.draft, "use_previous": True}
    begin(session, moment, loaded, task)
    cards.refresh(session, moment, task)
    return Reply("chosen")


def replace_files(session: Session, moment: Moment, officials: list[Official], task_id: int, activation: int) -> Reply:
    """``Ganti berkas``: empty the draft, so that other files can be sent."""
    _, task, _ = open_task(session, task_id, activation, officials, upload=True)
    for file in sending.drafted(session, task):
        file.discarded = True
    task.draft = {k: v for k, v in task.draft.items() if k not in ("use_previous", "use_last", "warned")}
    cards.refresh(session, moment, task)
    return Reply("files_removed")


def keep(session: Session, moment: Moment, officials: list[Official], task_id: int, activation: int) -> Reply:
    """``Tetap berlaku``: the last output counts again, and the record says that it was kept."""
    loaded, task, official = open_task(session, task_id, activation, officials)
    last = last_output(session, task)
    if last is None or task.part not in KEEPABLE or last.verb == Verb.WAIVE:
        raise Stopped("stale")
    nothing = last.verb == Verb.NIL or (last.verb == Verb.KEEP and bool(last.data.get("nil")))
    data = {k: v for k, v in last.data.items() if k not in ("salt", "called_off")}
    data |= {"reused": carried.submission_file_ids(session, [last]), "kept": last.id}
    if nothing:
        data["nil"] = True
    action = Nil(key_of(task)) if nothing else Complete(key_of(task))
    acts.perform(session, moment, Deed(loaded, task, official, Verb.KEEP, action, data=data))
    return done(moment, task)


def last_output(session: Session, task: Task) -> Submission | None:
    """Return what was last sent for a task, in whichever round."""
    return session.exec(
        select(Submission)
        .where(Submission.task_id == task.id, col(Submission.verb).in_(OUTPUT_VERBS))
        .order_by(col(Submission.id).desc())
        .limit(1)
    ).first()


def receive(session: Session, moment: Moment, officials: list[Official], task_id: int, activation: int) -> Reply:
    """``Sudah saya terima``: a unit head confirms what was handed out."""
    return _answer(session, moment, officials, task_id, activation, Part.RECEIPT, Verb.RECEIVE, None)


def attend(
    session: Session, moment: Moment, officials: list[Official], task_id: int, activation: int, answer: str
) -> Reply:
    """``Hadir``, ``Berhalangan`` or ``Diwakilkan``; a later answer replaces an earlier one."""
    if answer not in ("yes", "no", "deputy"):
        raise Stopped("stale")
    return _answer(session, moment, officials, task_id, activation, Part.INVITATION, Verb.ATTEND, answer)


def _answer(
    session: Session,
    moment: Moment,
    officials: list[Official],
    task_id: int,
    activation: int,
    part: Part,
    verb: Verb,
    outcome: str | None,
) -> Reply:
    loaded, task, official = find(session, task_id, officials)
    if loaded.run.status != "open":
        raise Stopped("run_closed")
    if task.part != part or task.activation != activation or task.status == PartStatus.WAITING:
        raise Stopped("stale")
    if not holders.may_act(session, task, official):
        raise Stopped("not_yours")
    if task.status in SETTLED and verb is Verb.RECEIVE:
        raise acts.first_by(session, task)
    task.status, task.closed_at, task.closed_by = PartStatus.DONE, moment.now, official.id
    acts.perform(session, moment, Deed(loaded, task, official, verb, outcome=outcome))
    cards.refresh(session, moment, task)
    cards.refresh_all(session, moment, _boards_of(loaded, task))
    return Reply("received") if verb is Verb.RECEIVE else Reply("attending", {"answer": outcome})


def _boards_of(loaded: LoadedRun, task: Task) -> list[Task]:
    """Return the tasks whose cards show the answers: the sender's, and the minutes of an invitation."""
    steps = {task.step}
    if task.part == Part.INVITATION:
        steps |= {step.number for step in loaded.definition.steps if step.part == "minutes" and step.number > task.step}
    return [t for key, t in loaded.tasks.items() if key.step in steps and key.part == Part.WORK]


def withdraw(session: Session, moment: Moment, officials: list[Official], task_id: int, activation: int) -> Reply:
    """``Tarik kembali``: the seat that acted takes it back while nobody has built on it."""
    loaded, task, official = find(session, task_id, officials)
    if not holders.may_act(session, task, official):
        raise Stopped("not_yours")
    if task.activation != activation:
        raise Stopped("stale")
    if loaded.run.status == "cancelled":
        raise Stopped("run_closed")
    ended = loaded.run.ended_at
    if ended is not None and moment.now - ended > LAST_STEP_GRACE:
        raise Stopped("cannot_withdraw")
    acts.perform(session, moment, Deed(loaded, task, official, Verb.WITHDRAW, Withdraw(key_of(task))))
    return done(moment, task)
