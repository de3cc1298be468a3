"""Opening a run: who may, of which SOP, for which period, and who is still missing."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlmodel import Session, col, func, select

from storage import audit
from storage.literals import is_status
from storage.locks import lock_office
from storage.tables import Adoption, Official, Run, RunStep, Unit
from workflow import cards, people, periods, rules, run_state
from workflow.adoption import Adopted, load, office_roles_needed
from workflow.deed import Stopped
from workflow.moment import Moment
from workflow.run_state import LoadedRun
from workflow.run_times import load_run_times


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A seat that some steps need and nobody holds."""

    role: str
    unit: str
    steps: list[int]


@dataclass(frozen=True, slots=True)
class Readiness:
    """What the starter should know before a run opens; none of it forbids the start."""

    vacant: list[Vacancy] = field(default_factory=list)
    absent: list[int] = field(default_factory=list)


def startable(session: Session, official: Official) -> list[Adoption]:
    """Return the SOPs an official may start now, by title."""
    current = session.exec(
        select(Adoption)
        .where(Adoption.office_id == official.office_id, col(Adoption.current).is_(True))
        .order_by(Adoption.title)
    )
    return [adoption for adoption in current if may_start(session, official, load(adoption))]


def may_start(session: Session, official: Official, adopted: Adopted) -> bool:
    """The holder of the first step, the secretary, the head and the admin may start a run."""
    first = adopted.definition.steps[0]
    roles = [adopted.role_map.get(first.actor.role, first.actor.role)]
    return (
        official.admin
        or people.is_head(session, official, adopted)
        or people.is_secretary(session, official, adopted)
        or people.holds(session, official, roles)
    )


def check(session: Session, official: Official, adoption: Adoption, period: str) -> None:
    """Raise :class:`Stopped` (``not_allowed``, ``unconfirmed``, ``duplicate``) if a run cannot open."""
    if adoption.office_id != official.office_id or not may_start(session, official, load(adoption)):
        raise Stopped("not_allowed")
    if not adoption.current:
        raise Stopped("no_sop")  # the office took over another version since the button was made
    if adoption.unconfirmed:
        raise Stopped("unconfirmed", steps=adoption.unconfirmed, title=adoption.title)
    twin = taken(session, adoption, period)
    if twin is not None:
        raise Stopped("duplicate", run_number=twin)


def taken(session: Session, adoption: Adoption, period: str) -> int | None:
    """Return the number of the run that an SOP already has for a period, cancelled ones apart."""
    return session.exec(
        select(Run.number).where(
            Run.office_id == adoption.office_id, Run.sop_id == adoption.sop_id, Run.period_key == periods.fold(period)
        )
    ).first()


def readiness(session: Session, adoption: Adoption) -> Readiness:
    """Return the vacant seats of an SOP and the holders who have not joined yet."""
    adopted = load(adoption)
    units = [unit.id for unit in active_units(session, adoption.office_id)]
    vacant: dict[tuple[str, str], list[int]] = {}
    absent: set[int] = set()
    for need in office_roles_needed(adopted):
        for unit in units if need.per_unit else [""]:
            owners = (
                people.unit_heads(session, adoption.office_id, need.role, unit)
                if unit
                else people.holders(session, adoption.office_id, need.roles)
            )
            if not owners:
                vacant.setdefault((need.role, unit), []).append(need.step)
            absent |= {owner.id for owner in owners if owner.id and not people.joined(session, owner)}
    listed = [Vacancy(role, unit, sorted(set(steps))) for (role, unit), steps in sorted(vacant.items())]
    return Readiness(listed, sorted(absent))


def active_units(session: Session, office_id: str) -> list[Unit]:
    """Return an office's units in the order of its office file."""
    return list(
        session.exec(
            select(Unit)
            .where(Unit.office_id == office_id, col(Unit.active).is_(True))
            .order_by(col(Unit.position), Unit.id)
        )
    )


def start(session: Session, moment: Moment, official: Official, adoption: Adoption, period: str) -> Run:
    """Open a run and send the first cards. Raises :class:`Stopped` as :func:`check` does."""
    office = lock_office(session, adoption.office_id)
    check(session, official, adoption, period)
    office.last_run_number += 1
    adopted = load(adoption)
    units = [unit.id for unit in active_units(session, office.id)]
    run = Run(
        office_id=office.id, number=office.last_run_number, adoption_id=adoption.id or 0, sop_id=adoption.sop_id,
        title=adoption.title, period=period, period_key=periods.fold(period), units=units,
        started_by=official.id or 0, started_at=moment.now,
    )  # fmt: skip
    session.add(run)
    session.flush()
    steps = {
        step.number: RunStep(run_id=run.id or 0, number=step.number, office_id=office.id)
        for step in adopted.definition.steps
    }
    session.add_all(steps.values())
    session.flush()
    loaded = LoadedRun(run, adopted, steps, {})
    transition = rules.start(adopted.definition, tuple(units))
    run_state.save(session, loaded, transition, moment.now)
    audit.record(
        session, office_id=office.id, at=moment.now, kind="run.start",
        payload={
            "number": run.number, "adoption": adoption.content_hash, "units": units,
            "steps": run_state.begun(loaded),
            "moved": {f"{k.step}.{k.part}.{k.unit}": ["open", 1] for k in transition.opened},
        },
        actor_id=official.id, capacity=people.title(session, official), run_id=run.id,
    )  # fmt: skip
    times = load_run_times(session, run, adopted, office)
    for key in transition.opened:
        cards.open_cards(session, moment, loaded.tasks[key], times)
    return run


def open_run_count(session: Session, office_id: str) -> int:
    """Return how many runs of an office are open."""
    return session.exec(
        select(func.count()).select_from(Run).where(Run.office_id == office_id, is_status(Run.status, "open"))
    ).one()
