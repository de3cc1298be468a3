"""``/serahterima``: the whole desk of a transferred official goes to a successor, in one step.

Either with the posts (seats end for the one and begin for the other, every task goes with its
seat, and the successor is invited to the meetings to come), or the open tasks alone. Old and new
holder are told once each, however many tasks.

An acting seat rests on an order that names its holder, so it ends and is not passed on: what a
Plh. owed goes back to whom they stood in for, what hangs on a Plt. goes to the successor as a task.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from storage import audit
from storage.literals import is_status
from storage.locks import lock_runs
from storage.tables import Adoption, Official, Run, Seat, Task
from workflow import (
    delegating,
    delegation_notices,
    handover_invitations,
    holders,
    leaders,
    notices,
    people,
    reassigning,
    run_state,
)
from workflow.adoption import load
from workflow.deed import Stopped
from workflow.moment import Moment
from workflow.run_times import SIDE
from workflow.seats import appointing, posts
from workflow.seats.appointing import Appointment
from workflow.seats.settling import settle
from workflow.seats.terms import Capacity
from workflow.state import Part, PartStatus
from workflow.superiors import is_superior


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies with one official: open tasks of open runs (no personal invitations), and seats not over."""

    tasks: tuple[Task, ...]
    seats: tuple[Seat, ...]


def desk_of(session: Session, moment: Moment, old: Official) -> Desk:
    """Return what an official owes by seat or assignment, whoever does it for them meanwhile, and their seats."""
    rows = _open_tasks(session, old.office_id)
    owed = tuple(task for task in rows if any(one.id == old.id for one in holders.owners(session, task)))
    live = posts.live_seats(session, old.office_id, moment.now)
    return Desk(owed, tuple(seat for seat in live if seat.official_id == old.id))


def _open_tasks(session: Session, office_id: str) -> list[Task]:
    query = (
        select(Task)
        .join(Run, col(Run.id) == Task.run_id)
        .where(
            Run.office_id == office_id, is_status(Run.status, "open"), Task.status == PartStatus.OPEN,
            Task.part != Part.INVITATION,
        )
        .order_by(col(Task.id))
    )  # fmt: skip
    return list(session.exec(query.execution_options(populate_existing=True)))


def may_hand_over(session: Session, by: Official, old: Official) -> bool:
    """Say whether somebody may hand an official's tasks over.

    Admin and head may; secretary and superior, too, but not what the head owes.
    """
    if by.office_id != old.office_id or not by.active or by.auditor:
        return False
    heads = leaders.heads(session, by.office_id)
    if by.admin or any(one.id == by.id for one in heads):
        return True
    if any(one.id == old.id for one in heads):
        return False
    if any(one.id == by.id for one in leaders.secretaries(session, by.office_id)):
        return True
    current = session.exec(select(Adoption).where(Adoption.office_id == by.office_id, col(Adoption.current)))
    return any(is_superior(session, by, old, load(adoption)) for adoption in current)


def may_move_seats(session: Session, by: Official, to: Official) -> bool:
    """Say whether the posts may go along: an admin or the head gives them, and never to themselves."""
    leads = any(one.id == by.id for one in leaders.heads(session, by.office_id))
    return by.id != to.id and (by.admin or leads)


def leaving(session: Session, moment: Moment, by: Official) -> list[Official]:
    """Return whose desk somebody may hand over: whoever has a seat or an open task, by name."""
    found = session.exec(
        select(Official)
        .where(Official.office_id == by.office_id, col(Official.active), col(Official.auditor).is_(False))
        .order_by(Official.name, col(Official.id))
    ).all()
    busy = {seat.official_id for seat in posts.live_seats(session, by.office_id, moment.now)}
    busy |= {one.id or 0 for task in _open_tasks(session, by.office_id) for one in holders.owners(session, task)}
    return [one for one in found if one.id in busy and may_hand_over(session, by, one)]


def successors(session: Session, old: Official) -> list[Official]:
    """Return who can take a desk over: everybody else of the office who has joined, by name."""
    query = select(Official).where(
        Official.office_id == old.office_id, col(Official.active), col(Official.auditor).is_(False),
        col(Official.telegram_id).is_not(None), Official.id != old.id,
    )  # fmt: skip
    return list(session.exec(query.order_by(Official.name, col(Official.id))))


def hand_over(
    session: Session, moment: Moment, officials: list[Official], old_id: int, to_id: int, *, seats: bool
) -> Desk:
    """Hand a desk over now; return what lay on it. Old and new holder, and who shared a task, are told once.

    Raises :class:`Stopped` for whoever may not, for a successor who cannot, for an empty desk, and
    while a result is on its way.
    """
    old = session.get(Official, old_id)
    by = next((one for one in officials if old is not None and one.office_id == old.office_id), None)
    if old is None or by is None:
        raise Stopped("not_allowed")
    lock_runs(session, old.office_id)
    if not old.active or not may_hand_over(session, by, old):
        raise Stopped("not_allowed")
    to = next((one for one in successors(session, old) if one.id == to_id), None)
    if to is None:
        raise Stopped("successor_cannot")
    if (seats and not may_move_seats(session, by, to)) or (by.id == to.id and _heads(session, old)):
        raise Stopped("not_to_oneself")
    desk = desk_of(session, moment, old)
    handed = [task for task in desk.tasks if seats or task.part not in SIDE]
    if not handed and not (seats and desk.seats):
        raise Stopped("nothing_to_hand_over")
    capacity = people.title(session, by)
    _tell(session, moment, old, to, by, handed, desk.seats if seats else ())
    moved = _move_seats(session, moment, desk, old, to, by) if seats else []
    passed = handover_invitations.pass_on(session, moment, old, to) if seats else []
    assigned = [task.id for task in handed if _assign(session, moment, task, old, to, by)]
    audit.record(
        session, office_id=old.office_id, at=moment.now, kind="desk.handed_over",
        payload={
            "from": old.id, "to": to.id, "tasks": [task.id for task in handed], "assigned": assigned, "seats": moved,
            "invitations": passed,
        },
        actor_id=by.id, capacity=capacity,
    )  # fmt: skip
    return desk


def _tell(
    session: Session, moment: Moment, old: Official, to: Official, by: Official, handed: list[Task],
    seats: tuple[Seat, ...],
) -> None:  # fmt: skip
    """Tell old and new holder, whoever did it, and who shared a task that is the successor's alone now."""
    sharing = [one for task in handed for one in holders.holders(session, task)] if not seats else []
    notices.tell_all(
        session, moment, [old, to, by, *sharing], "handover_told", key=f"handover:{old.id}:{to.id}:{moment.nonce}",
        old=old.id, to=to.id, by=by.id, tasks=len(handed), seat_ids=[seat.id for seat in seats],
    )  # fmt: skip


def _move_seats(
    session: Session, moment: Moment, desk: Desk, old: Official, to: Official, by: Official
) -> list[list[int | None]]:
    """End the old holder's seats and begin the successor's, all before anything is settled: no post stands vacant."""
    live = posts.live_seats(session, old.office_id, moment.now)
    moved: list[list[int | None]] = []
    for seat in desk.seats:
        until = seat.ends_at
        appointing.close(session, moment, seat, moment.now, by)
        if seat.capacity != Capacity.DEFINITIVE:
            moved.append([seat.id, None])
            continue
        theirs = [one for one in live if one.official_id == to.id and posts.post_of(one) == posts.post_of(seat)]
        # Who stood in for the old holder, or acted in the post already, does so no longer.
        standing = [one for one in live if one.principal_id == old.id and posts.post_of(one) == posts.post_of(seat)]
        for one in {one.id: one for one in [*standing, *theirs]}.values():
            if one.capacity != Capacity.DEFINITIVE:
                appointing.close(session, moment, one, moment.now, by)
        if any(one.capacity == Capacity.DEFINITIVE for one in theirs):
            moved.append([seat.id, None])
            continue
        wanted = Appointment(
            posts.post_of(seat), to.id or 0, Capacity.DEFINITIVE, starts_at=seat.starts_at, ends_at=until
        )
        moved.append([seat.id, appointing.put(session, moment, old.office_id, wanted, by, by).id])
    closed = delegating.close_all_of(session, moment, old, by)
    settle(session, old.office_id, moment.now)
    for row in closed:
        delegation_notices.ended_early(session, moment, row, by, but=old)
    return moved


def _assign(session: Session, moment: Moment, task: Task, old: Official, to: Official, by: Official) -> bool:
    """Give one task to the successor where no seat brought or keeps it elsewhere; say whether that was needed."""
    owing = holders.owners(session, task)
    if task.part in SIDE or (owing and all(one.id != old.id for one in owing)):
        return False  # it went with its seat, or back to whom the old holder stood in for
    if task.sending is not None:
        raise Stopped("already_sending")
    loaded = run_state.load_run(session, task.run_id)
    reassigning.hand(session, moment, loaded, loaded.tasks[run_state.key_of(task)], to, by, tell=False)
    return True


def _heads(session: Session, official: Official) -> bool:
    return any(one.id == official.id for one in leaders.heads(session, official.office_id))
