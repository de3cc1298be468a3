"""Who may see and do what with a whole run."""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage.tables import Adoption, Official, Run, Seat, Submission, Task
from workflow import holders, people
from workflow.adoption import load
from workflow.state import PartStatus


def runs_numbered(session: Session, officials: list[Official], number: int) -> list[tuple[Run, Official]]:
    """Return the runs with this number in the person's offices, and as whom they see each.

    Numbers count per office, so a person of two offices may mean two runs.
    """
    found = []
    for official in officials:
        run = session.exec(select(Run).where(Run.office_id == official.office_id, Run.number == number)).first()
        if run is not None:
            found.append((run, official))
    return found


def viewer_of(session: Session, officials: list[Official], run_id: int) -> tuple[Run, Official] | None:
    """Return a run by its row id if the person belongs to its office."""
    run = session.get(Run, run_id)
    official = next((o for o in officials if run is not None and o.office_id == run.office_id), None)
    return (run, official) if run is not None and official is not None else None


def may_read_files(session: Session, official: Official, run: Run) -> bool:
    """Head, secretary, admin, starter and whoever holds or held a seat in the run may read its files.

    An auditor reads the files of a run that has finished; what is still in the making is nobody's record yet.
    """
    if official.auditor:
        return run.status == "finished"
    adopted = load(session.get_one(Adoption, run.adoption_id))
    if official.admin or official.id == run.started_by:
        return True
    if people.is_head(session, official, adopted) or people.is_secretary(session, official, adopted):
        return True
    acted = session.exec(
        select(Submission.id).where(Submission.run_id == run.id, Submission.official_id == official.id).limit(1)
    ).first()
    if acted is not None:
        return True
    # Held or once held: who worked on a run goes on reading it (their submissions say so, too).
    seats = session.exec(select(Seat).where(Seat.official_id == official.id, col(Seat.held))).all()
    tasks = session.exec(select(Task).where(Task.run_id == run.id, col(Task.part) != "invitation")).all()
    if any(task.assigned_to == official.id for task in tasks):
        return True
    if any(seat.role in task.roles and task.unit_id in ("", seat.unit_id) for seat in seats for task in tasks):
        return True
    # Whoever owes a task by delegation reads what it rests on, for as long as they owe it.
    return any(task.status == PartStatus.OPEN and holders.may_act(session, task, official) for task in tasks)


def may_steer(session: Session, official: Official, run: Run) -> bool:
    """Head, secretary and admin may cancel a run."""
    adopted = load(session.get_one(Adoption, run.adoption_id))
    return (
        official.admin or people.is_head(session, official, adopted) or people.is_secretary(session, official, adopted)
    )


def may_pause(session: Session, official: Official, run: Run) -> bool:
    """Starter, head and secretary may let a run's clock stand still, and let it go on."""
    adopted = load(session.get_one(Adoption, run.adoption_id))
    return (
        official.id == run.started_by
        or people.is_head(session, official, adopted)
        or people.is_secretary(session, official, adopted)
    )
