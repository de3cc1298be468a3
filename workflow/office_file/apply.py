"""Bring an office's rows in line with its office file, in one transaction, all or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from storage import audit
from storage.locks import lock_runs
from storage.tables import Office, Official, Seat
from workflow import calendar_changes, cards, office_bots
from workflow.calendar.of_office import calendar_of
from workflow.calendar_changes import BY_FILE, Moved, moved_by
from workflow.moment import Moment
from workflow.office_file.adoptions_plan import plan_adoptions
from workflow.office_file.auditors_plan import plan_auditors
from workflow.office_file.calendar_plan import plan_calendar, warn_of_moved
from workflow.office_file.changes import Plan
from workflow.office_file.loading import Source
from workflow.office_file.model import OfficeFile
from workflow.office_file.office_plan import plan_office, plan_units
from workflow.office_file.officials_plan import plan_officials
from workflow.office_file.policy_plan import plan_policy
from workflow.office_file.role_warnings import role_warnings
from workflow.office_file.rules_plan import plan_rules
from workflow.reminding import planning
from workflow.seats import notices as seat_notices
from workflow.seats.settling import settle, settle_office_if_due


@dataclass(frozen=True, slots=True)
class Report:
    """What loading did (or, where ``refused`` is not empty or it was a dry run, would do).

    All in Indonesian, one line each. ``refused`` are changes that would overwrite what was
    set in chat; then nothing was changed.
    """

    changes: tuple[str, ...]
    left: tuple[str, ...]
    warnings: tuple[str, ...]
    refused: tuple[str, ...]


def preview(session: Session, source: Source, now: datetime, *, prune: bool = False, force: bool = False) -> Report:
    """Return what :func:`apply` would do; only reads. Raises :class:`SopErrors` as it does."""
    return _report(_plan(session, source, now, prune=prune), force=force)


def apply(
    session: Session, source: Source, now: datetime, *, prune: bool = False, force: bool = False, nonce: str = ""
) -> Report:
    """Load an office file: make what differs, put each change on record, renew cards.

    What the file does not list stays, unless ``prune`` retires it; nothing that history
    refers to is ever deleted. A change that would overwrite one made in chat needs
    ``force``; without it nothing at all is changed. ``nonce`` is fresh random hex, the salt of
    what is kept erasably. Raises :class:`SopErrors` if the file does not fit the database or
    the SOPs.
    """
    # Two loads of the same office, or a load and a start, take turns.
    session.exec(select(Office.id).where(Office.id == source.file.office.id).with_for_update()).first()
    plan = _plan(session, source, now, prune=prune)
    report = _report(plan, force=force)
    if report.refused or not report.changes:
        return report
    office_id = source.file.office.id
    known = session.get(Office, office_id)
    moved: list[Moved] = []
    another_zone = known is not None and known.timezone != source.file.office.timezone
    if known is not None:
        lock_runs(session, office_id)
        settle_office_if_due(session, office_id, now)
        if another_zone:
            moved = moved_by(session, known, calendar_of(known).settings, source.file.office.timezone)
    done = [(change.kind, _made(session, change.make(session))) for change in plan.changes]
    for kind, payload in done:
        audit.record(session, office_id=office_id, at=now, kind=kind, payload=payload, capacity=BY_FILE)
    office = session.get_one(Office, office_id)
    moment = office_bots.moment_of(session, office_id, now, nonce) or Moment(office_bots.NO_BOT, now, nonce)
    if another_zone:
        calendar_changes.zone_changed(session, moment, office, moved)
    if plan.calendar is not None:
        words = "; ".join(plan.calendar.lines)
        calendar_changes.change(session, moment, office, plan.calendar.settings, None, words)
    settle(session, office_id, now)
    cards.reconcile_office(session, office_id, now)
    seat_notices.vacancies(session, office_id, now)
    # Hours, zone or policy may be others now; a new office gets its first morning.
    planning.replan_office(session, moment, office)
    return report


def _made(session: Session, payload: dict[str, object]) -> dict[str, object]:
    session.flush()
    return payload


def _plan(session: Session, source: Source, now: datetime, *, prune: bool) -> Plan:
    plan, file = Plan(), source.file
    plan_office(session, plan, file.office)
    units = plan_units(session, plan, file, prune=prune)
    plan_officials(session, plan, file, units, now, prune=prune)
    plan_auditors(session, plan, file, now, prune=prune)
    roles = _seated_roles(session, file, prune=prune)
    adopted = plan_adoptions(session, plan, file, roles, now, prune=prune)
    plan_calendar(session, plan, file, now, prune=prune)
    warn_of_moved(session, plan, file)
    plan_policy(session, plan, file, roles, prune=prune)
    plan_rules(session, plan, file, prune=prune)
    if plan.problems:
        raise source.errors(plan.problems)
    plan.warnings += role_warnings(adopted, roles)
    if not _has_admin(session, file, prune=prune):
        plan.warnings.append("Belum ada admin. Tulis 'admin: true' pada seorang pejabat.")
    return plan


def _report(plan: Plan, *, force: bool) -> Report:
    changes = [change.text for change in plan.changes]
    refused = [change.text for change in plan.changes if change.chat]
    if plan.calendar is not None:
        changes += plan.calendar.lines
        refused += plan.calendar.chat
    return Report(tuple(changes), tuple(plan.left), tuple(plan.warnings), () if force else tuple(refused))


def _seated_roles(session: Session, file: OfficeFile, *, prune: bool) -> set[str]:
    """Return the roles that seats will name once the file is loaded."""
    listed = {seat.role for official in file.officials or () for seat in official.seats}
    if prune and file.officials is not None:
        return listed
    seats = (
        select(Seat.role)
        .join(Official, col(Official.id) == Seat.official_id)
        .where(Seat.office_id == file.office.id, col(Seat.held), col(Official.active).is_(True))
    )
    return listed | set(session.exec(seats))


def _has_admin(session: Session, file: OfficeFile, *, prune: bool) -> bool:
    if any(official.admin for official in file.officials or ()):
        return True
    if prune and file.officials is not None:
        return False
    admins = select(Official.id).where(
        Official.office_id == file.office.id, col(Official.admin).is_(True), col(Official.active).is_(True)
    )
    return session.exec(admins.limit(1)).first() is not None
