"""One official does one thing to one task: the heart of every use case.

Whatever is done takes the same way, in one transaction and under the run's lock: check
that the task is still the one the button was made for and that this person may act on it,
apply the rules, keep what was submitted, write the audit event, bring every card up to date.
"""

from __future__ import annotations

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from storage import audit, plain
from storage.tables import File, Official, Run, Submission, Task
from workflow import beginning, cards, consequences, four_eyes, holders, lapsing, mandates, rules, run_state, texts
from workflow.actions import Transition
from workflow.deed import Deed, Stopped
from workflow.four_eyes import APPROVING, Standing
from workflow.hand_in_steps import AHEAD, hand_in_after
from workflow.moment import Moment
from workflow.reminding import planning
from workflow.run_state import LoadedRun
from workflow.run_times import load_run_times
from workflow.state import SETTLED, Part, PartKey, PartStatus
from workflow.verbs import Verb

# Putting such a statement together costs more than running it.
_EFFECTIVE_BUT = select(Submission).where(
    col(Submission.task_id) == bindparam("task_id"),
    col(Submission.effective).is_(True),
    col(Submission.id) != bindparam("submission_id"),
)
_FILES = select(File.id, File.sha256).where(col(File.submission_id) == bindparam("submission_id"))


def find(session: Session, task_id: int, officials: list[Official]) -> tuple[LoadedRun, Task, Official]:
    """Lock the run of a task and return it with the task and the official it concerns.

    One person may sit in several offices; the task decides which of them acts. Raises
    :class:`Stopped` for a task that does not exist or belongs to another office.
    """
    loaded = run_state.load_run_of_task(session, task_id, {official.office_id for official in officials})
    if loaded is None:
        raise Stopped("not_yours")
    official = next(official for official in officials if official.office_id == loaded.run.office_id)
    return loaded, next(task for task in loaded.tasks.values() if task.id == task_id), official


def open_task(
    session: Session, task_id: int, activation: int, officials: list[Official], *, upload: bool = False
) -> tuple[LoadedRun, Task, Official]:
    """Like :func:`find`, for a task that must still be the one the button was made for.

    Raises :class:`Stopped` if the run has ended, the person may not act, somebody else was
    first, or the task was opened anew since.
    """
    loaded, task, official = find(session, task_id, officials)
    waived = task.status == PartStatus.WAIVED
    done = task.activation == activation and task.status in SETTLED and not waived
    # Who presses the last step's button second is told who was first, not only that the run has ended.
    if loaded.run.status != "open" and not (done and loaded.run.status == "finished"):
        raise Stopped("run_closed")
    allowed = holders.may_upload if upload else holders.may_act
    if not allowed(session, task, official):
        raise Stopped("four_eyes" if holders.left_out(session, task, official) else "not_yours")
    if done:
        raise first_by(session, task, official)
    if task.activation == activation and task.status == PartStatus.WAITING:
        raise returned_by(session, task)
    if task.activation != activation or not (task.status == PartStatus.OPEN or waived):
        raise Stopped("stale")
    if task.sending is not None:
        raise Stopped("already_sending")
    return loaded, task, official


def first_by(session: Session, task: Task, official: Official | None = None) -> Stopped:
    """Return the answer to the second of two presses: who was first, and when.

    ``official`` is who pressed second: whoever presses twice is not told their own name.
    """
    doer = session.get(Official, task.closed_by) if task.closed_by else None
    if doer is None or task.closed_at is None:
        return Stopped("stale")
    own = official is not None and official.id == doer.id
    facts = {"name": doer.name, "salutation": doer.salutation, "own": own}
    return Stopped("first_by", time=task.closed_at.isoformat(), office_id=task.office_id, **facts)


def returned_by(session: Session, task: Task) -> Stopped:
    """Return who sent a document back before the second of two could decide; ``stale`` if nobody did."""
    submission = session.exec(
        select(Submission)
        .where(
            Submission.task_id == task.id,
            Submission.activation == task.activation,
            col(Submission.verb).in_((Verb.DECIDE, Verb.RETURN)),
        )
        .order_by(col(Submission.id).desc())
        .limit(1)
    ).first()
    doer = session.get(Official, submission.official_id) if submission else None
    if submission is None or doer is None:
        return Stopped("stale")
    return Stopped("first_by", name=doer.name, time=submission.at.isoformat(), office_id=task.office_id)


def perform(session: Session, moment: Moment, deed: Deed) -> Submission:
    """Put an act on record and let the run go on. Raises :class:`rules.Refused` unchanged."""
    loaded, task, official = deed.loaded, deed.task, deed.official
    before, was, was_open = run_state.key_of(task), loaded.run.status, task.status == PartStatus.OPEN
    transition = rules.apply(loaded.definition, loaded.state(), deed.action) if deed.action else None
    # Whoever did what led here sees that it was built upon.
    begins = transition is not None and was_open and not task.touched
    closers = beginning.led_to(loaded, task) if begins else set()
    standing = _standing(session, deed)
    after = transition.state.parts.get(before) if transition is not None else None
    settles = (after.status if after is not None else task.status) in SETTLED
    submission = _submit(session, moment, deed, standing, effective=settles)
    # What has changed goes to the database at once, before the event: each time on its own costs as much.
    with session.no_autoflush:
        if transition is not None:
            _move(session, moment, loaded, transition)
            if loaded.run.status != "open":
                lapsing.end_pause(session, moment, loaded.run, official)
            lapsing.lapse(session, moment, loaded)
        if submission.effective:
            task.closed_by, task.closed_at = official.id, moment.now
            if not was_open:  # what counts is a settled task's
                _supersede_earlier(session, task, submission)
    _record(session, moment, deed, submission, transition)
    session.flush()
    if transition is not None:
        _show(session, moment, deed, transition, before, closers)
        if loaded.run.status != was:
            refresh_run(session, moment, loaded.run)
        consequences.follow(session, moment, deed, transition, submission)
    return submission


def _standing(session: Session, deed: Deed) -> Standing:
    """Return as what somebody approves under the rule of four eyes, before the run moves on.

    Raises :class:`Stopped` for whoever did the work while somebody else can approve it.
    """
    task, official = deed.task, deed.official
    if deed.mandate is not None and deed.mandate.principal_id is not None:
        # Recorded from a paper: it is the principal who decided.
        official = session.get_one(Official, deed.mandate.principal_id)
    if task.part not in APPROVING or deed.verb not in (Verb.DO, Verb.DECIDE, Verb.RETURN):
        return Standing.ORDINARY
    if holders.left_out(session, task, official):
        raise Stopped("four_eyes")
    return four_eyes.standing(session, task, official, holders.owing(session, task))


def _submit(session: Session, moment: Moment, deed: Deed, standing: Standing, *, effective: bool) -> Submission:
    task = deed.task
    data = {**deed.data, "four_eyes": str(standing)} if standing else deed.data
    mandate = deed.mandate or mandates.of_task(session, task, deed.official)
    submission = Submission(
        office_id=task.office_id, run_id=task.run_id, task_id=task.id or 0, step=task.step,
        round=deed.loaded.steps[task.step].round, activation=task.activation, verb=deed.verb,
        official_id=deed.official.id or 0, capacity=mandate.capacity, mandate=mandate.kind,
        principal_id=mandate.principal_id,
        at=moment.now, data=texts.salted(moment, data),
        outcome=deed.outcome, target=deed.target, units=sorted(deed.units),
        reason_id=texts.keep(session, moment, task.office_id, deed.reason) if deed.reason else None,
        effective=effective,
    )  # fmt: skip
    session.add(submission)
    session.flush()
    for file in deed.files:
        # A reason's file came in before anybody knew which run it would concern.
        file.run_id, file.submission_id = task.run_id, submission.id
    return submission


def _move(session: Session, moment: Moment, loaded: LoadedRun, transition: Transition) -> None:
    run_state.save(session, loaded, transition, moment.now)
    if transition.state.finished:
        loaded.run.status, loaded.run.ended_at = "finished", moment.now
    elif loaded.run.status == "finished":
        loaded.run.status, loaded.run.ended_at = "open", None


def _supersede_earlier(session: Session, task: Task, submission: Submission) -> None:
    for row in session.exec(_EFFECTIVE_BUT, params={"task_id": task.id, "submission_id": submission.id}):
        row.effective = False


def _record(
    session: Session, moment: Moment, deed: Deed, submission: Submission, transition: Transition | None
) -> None:
    files = plain.run(session, _FILES, {"submission_id": submission.id}).all() if deed.files else ()
    audit.record(
        session,
        office_id=deed.task.office_id,
        at=moment.now,
        kind=f"task.{deed.verb}",
        payload={
            "step": deed.task.step,
            "part": deed.task.part,
            "subject": deed.task.subject,
            "round": submission.round,
            "activation": submission.activation,
            "status": str(deed.task.status),
            "submission": submission.id,
            "outcome": deed.outcome,
            "target": deed.target,
            "units": submission.units,
            "data": texts.data_digest(submission.data),
            "reason": texts.digest_of(session, submission.reason_id),
            "files": {str(file.id): file.sha256 for file in files},
            "run": deed.loaded.run.status,
            "mandate": submission.mandate,
            "principal": submission.principal_id,
            "moved": _moved(transition),
            "steps": run_state.begun(deed.loaded),
            **({"four_eyes": submission.data["four_eyes"]} if "four_eyes" in submission.data else {}),
        },
        actor_id=deed.official.id,
        capacity=submission.capacity,
        run_id=deed.task.run_id,
        task_id=deed.task.id,
    )


def _moved(transition: Transition | None) -> dict[str, list[str | int]]:
    """Return the new status and activation of every part a transition changed, for the replay."""
    if transition is None:
        return {}
    changed = (*transition.opened, *transition.closed, *transition.superseded, *transition.restored)
    return {
        f"{key.step}.{key.part}.{key.unit}": [part.status, part.activation]
        for key, part in ((key, transition.state.part(key)) for key in sorted(set(changed)))
    }


def _show(
    session: Session, moment: Moment, deed: Deed, transition: Transition, acted: PartKey, closers: set[tuple[int, int]]
) -> None:
    """Bring up to date the cards of everything that changed, of the ``closers``, and the boards that show it."""
    loaded = deed.loaded
    changed = {acted, *transition.closed, *transition.superseded, *transition.restored} - set(transition.opened)
    boards = {
        PartKey(key.step, Part.COLLECTION)
        for key in (*changed, *transition.opened)
        if key.part in (Part.UNIT, Part.REVIEW)
    } - set(transition.opened)
    boards |= _senders(loaded, transition) - set(transition.opened)
    shown = [loaded.tasks[key] for key in sorted(changed | boards) if key in loaded.tasks]
    cards.refresh_all(session, moment, shown, closers)
    for key in (*transition.closed, *transition.superseded):
        planning.forget(session, loaded.tasks[key])
    if loaded.run.status == "open" and (transition.opened or transition.restored):
        times = load_run_times(session, loaded.run, loaded.adopted, steps=loaded.steps, moved=loaded.moved)
        for key in transition.restored:
            planning.plan(session, moment, loaded.tasks[key], times)
        for key in transition.opened:
            cards.open_cards(session, moment, loaded.tasks[key], times, explained=bool(deed.files))


def _senders(loaded: LoadedRun, transition: Transition) -> set[PartKey]:
    """Return the cards that offer to set the date of a hand-in which was just finished, or goes on after all."""
    moved = {key.step for key in (*transition.closed, *transition.opened, *transition.restored)}
    turned = {n for n in moved if loaded.steps[n].status not in AHEAD or n in transition.reopened_steps}
    return {
        key for key in loaded.tasks if key.part is Part.WORK and hand_in_after(loaded.definition, key.step) in turned
    }


def refresh_run(session: Session, moment: Moment, run: Run) -> None:
    """Show on every card of a run that it has ended (or goes on after all)."""
    planning.replan_run(session, moment, run)
    cards.refresh_all(session, moment, session.exec(select(Task).where(Task.run_id == run.id)).all())
