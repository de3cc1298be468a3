"""What follows from an act besides the next cards: receipts, invitations, notices."""

from __future__ import annotations

from sqlmodel import Session, col, select

from sop_definitions.model import Step
from storage.tables import Official, Submission, Task
from workflow import cards, holders, meeting_invitations, notices, people
from workflow.actions import Transition
from workflow.deed import Deed
from workflow.moment import Moment
from workflow.run_state import LoadedRun, task_of
from workflow.state import Part, PartKey, PartStatus
from workflow.verbs import Verb

SIDE_PARTS = (Part.RECEIPT, Part.INVITATION)


def follow(session: Session, moment: Moment, deed: Deed, transition: Transition, submission: Submission) -> None:
    """Do what an act entails for people who owe no step: they get receipts, invitations, notices."""
    loaded, step = deed.loaded, deed.loaded.step_of(deed.task)
    called_off: list[Task] = []
    if deed.task.part == Part.WORK:
        if step.part == "minutes":
            # A meeting that was held has no other date to offer; one that was not held after all has.
            cards.refresh_all(session, moment, _invitations_sent(loaded))
        if deed.verb is Verb.WITHDRAW:
            called_off = side_tasks(loaded, step)
            if step.part == "invite":
                meeting_invitations.cancel_files(session, moment, loaded, deed.task)
            close(session, moment, called_off)
        elif deed.verb is Verb.DO or (deed.verb is Verb.KEEP and _called_off(loaded, step)):
            if step.distribute:
                distribute(session, moment, loaded, step)
            if step.part == "invite":
                invite(session, moment, loaded, step, deed.official)
    _call_off_what_was_undone(session, moment, deed, transition)
    _invite_again(session, moment, loaded, transition)
    taken_away = [loaded.tasks[key] for key in (*transition.superseded, *transition.restored)]
    if deed.verb in (Verb.WITHDRAW, Verb.DISOWN) and (taken_away or called_off):
        _tell_taken_back(session, moment, deed, [*taken_away, *called_off], a_return=bool(transition.restored))
    elif taken_away and deed.verb in (Verb.DECIDE, Verb.RETURN):
        _tell_returned(session, moment, deed, taken_away, transition, submission)
    if transition.state.finished:
        _tell_finished(session, moment, loaded)


def distribute(session: Session, moment: Moment, loaded: LoadedRun, step: Step) -> None:
    """Open a receipt with every unit head; the files come with its card."""
    for unit in loaded.run.units:
        open_side_task(session, moment, loaded, PartKey(step.number, Part.RECEIPT, unit))


def invite(session: Session, moment: Moment, loaded: LoadedRun, step: Step, inviter: Official) -> None:
    """Open an invitation with every holder of a participant's seat, the inviter excepted."""
    roles = [loaded.adopted.role_map.get(role, role) for role in step.participants]
    for official in people.holders(session, loaded.run.office_id, roles):
        if official.id != inviter.id:
            open_side_task(session, moment, loaded, PartKey(step.number, Part.INVITATION, str(official.id)))
    meeting_invitations.plan_reminder(session, moment, loaded, loaded.tasks[PartKey(step.number, Part.WORK)])


def _call_off_what_was_undone(session: Session, moment: Moment, deed: Deed, transition: Transition) -> None:
    """A return reaches behind an invitation that was sent: the meeting to come does not take place for now.

    Everybody invited is told, and their calendars are emptied, as by ``Batalkan rapat``.
    """
    loaded = deed.loaded
    for key in (*transition.superseded, *transition.opened):
        task = loaded.tasks[key]
        said = meeting_invitations.undone(session, loaded, task, moment.now)
        if said is None:
            continue
        told = meeting_invitations.invited(session, meeting_invitations.answering(loaded, task))
        meeting_invitations.cancel_files(session, moment, loaded, task)
        close(session, moment, side_tasks(loaded, loaded.step_of(task)))
        notices.tell_all(
            session, moment, told, "meeting_undone", run_id=loaded.run.id, step=key.step, submission_id=said.id,
            back_to=min((one.step for one in transition.opened), default=deed.task.step),
        )  # fmt: skip


def _invite_again(session: Session, moment: Moment, loaded: LoadedRun, transition: Transition) -> None:
    """A return was taken back, and with it the meeting takes place after all."""
    for key in transition.restored:
        task = loaded.tasks[key]
        said = meeting_invitations.given_back(session, loaded, task, moment.now)
        if said is not None:
            invite(session, moment, loaded, loaded.step_of(task), session.get_one(Official, said.official_id))


def _invitations_sent(loaded: LoadedRun) -> list[Task]:
    return [t for key, t in loaded.tasks.items() if key.part == Part.WORK and loaded.step_of(t).part == "invite"]


def side_tasks(loaded: LoadedRun, step: Step) -> list[Task]:
    """Return the receipts and invitations of a step, whatever their state."""
    return [t for key, t in loaded.tasks.items() if key.step == step.number and key.part in SIDE_PARTS]


def close(session: Session, moment: Moment, called_off: list[Task]) -> None:
    """What was handed out or called was taken back: nobody has anything to answer now."""
    for task in called_off:
        task.status, task.closed_at, task.closed_by = PartStatus.WAITING, None, None
        _set_aside_answers(session, task)
    session.flush()
    cards.refresh_all(session, moment, called_off)


def _set_aside_answers(session: Session, task: Task) -> None:
    """Let what was answered so far count no more; it stays on record."""
    for submission in session.exec(
        select(Submission).where(Submission.task_id == task.id, col(Submission.effective).is_(True))
    ):
        submission.effective = False


def _called_off(loaded: LoadedRun, step: Step) -> bool:
    return any(task.status == PartStatus.WAITING for task in side_tasks(loaded, step))


def open_side_task(session: Session, moment: Moment, loaded: LoadedRun, key: PartKey) -> None:
    """Open a receipt or an invitation (again), with its card and a meeting's calendar file."""
    task = task_of(session, loaded, key)
    task.status, task.activation, task.opened_at = PartStatus.OPEN, task.activation + 1, moment.now
    task.closed_at = task.closed_by = None
    _set_aside_answers(session, task)
    session.flush()
    if key.part == Part.INVITATION:
        invitation = loaded.tasks[PartKey(key.step, Part.WORK)]
        number = meeting_invitations.sequence(session, invitation)
        for official in holders.holders(session, task):
            meeting_invitations.send_file(session, moment, invitation, official, "REQUEST", number)
    cards.open_cards(session, moment, task)


def _tell_returned(
    session: Session, moment: Moment, deed: Deed, taken_away: list[Task], transition: Transition, submission: Submission
) -> None:
    """Tell holders of superseded work and the starter, once each; a reopened card speaks for itself."""
    loaded = deed.loaded
    spared = {deed.official.id}
    for key in transition.opened:
        spared |= {official.id for official in holders.holders(session, loaded.tasks[key])}
    target = min((key.step for key in transition.opened), default=deed.task.step)
    notices.tell_all(
        session, moment,
        [official for official in _concerned(session, loaded, taken_away) if official.id not in spared], "returned",
        run_id=loaded.run.id, step=target, from_step=deed.task.step, official_id=deed.official.id,
        reason_id=submission.reason_id, round=transition.state.steps[target].round,
    )  # fmt: skip


def _tell_taken_back(session: Session, moment: Moment, deed: Deed, taken_away: list[Task], *, a_return: bool) -> None:
    """Tell everybody whose part was taken away, and the starter, once each.

    Whoever shares the seat that acted is told like the others: the card that opens again
    does not say why.
    """
    notices.tell_all(
        session, moment,
        [o for o in _concerned(session, deed.loaded, taken_away) if o.id != deed.official.id], "withdrawn_note",
        run_id=deed.loaded.run.id, step=deed.task.step, official_id=deed.official.id, a_return=a_return,
    )  # fmt: skip


def _concerned(session: Session, loaded: LoadedRun, tasks: list[Task]) -> list[Official]:
    told = [session.get_one(Official, loaded.run.started_by)]
    for task in tasks:
        told += holders.holders(session, task)
    return told


def _tell_finished(session: Session, moment: Moment, loaded: LoadedRun) -> None:
    office_id = loaded.run.office_id
    told = [session.get_one(Official, loaded.run.started_by)]
    told += people.heads(session, office_id, loaded.adopted) + people.secretaries(session, office_id, loaded.adopted)
    # Once per ending: a last step taken back and done again ends the run a second time.
    notices.tell_all(
        session, moment, told, "run_finished",
        key=f"finished:{loaded.run.id}:{last_submission_id(session, loaded)}", run_id=loaded.run.id,
    )  # fmt: skip


def last_submission_id(session: Session, loaded: LoadedRun) -> int:
    """Return the newest submission of a run (0 if there is none)."""
    newest = session.exec(
        select(Submission.id).where(Submission.run_id == loaded.run.id).order_by(col(Submission.id).desc()).limit(1)
    ).first()
    return newest or 0
