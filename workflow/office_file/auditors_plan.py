"""Compare the auditors an office file lets in with the database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from sop_definitions.errors import Problem
from storage.tables import Official
from workflow import auditors
from workflow.office_file.changes import Payload, Plan, difference
from workflow.office_file.model import AuditorEntry, OfficeFile
from workflow.official_facts import ACCOUNT, account_of

_AUDITOR = {
    "telegram_id": "telegram_id",
    "salutation": "sapaan",
    "valid_from": "mulai",
    "valid_until": "sampai",
}


def plan_auditors(session: Session, plan: Plan, file: OfficeFile, now: datetime, *, prune: bool) -> None:
    """Plan every auditor the file lists; with ``prune`` the reading of every other ends now."""
    if file.auditors is None:
        return
    office_id, zone = file.office.id, ZoneInfo(file.office.timezone)
    known = {row.name: row for row in auditors.auditors(session, office_id)}
    accounts = _accounts(session, office_id)
    for index, entry in enumerate(file.auditors):
        row = known.pop(entry.name, None)
        taken = accounts.get(entry.telegram_id) if entry.telegram_id is not None else None
        if taken is not None and (row is None or taken.id != row.id):
            message = f"Akun ini milik {taken.name}. Seorang auditor tidak dapat sekaligus pejabat kantor ini."
            plan.problems.append(Problem(("auditors", index, "telegram_id"), message))
        elif row is None:
            _add(plan, office_id, entry, zone, now)
        else:
            _change(plan, entry, row, zone, now)
    for row in known.values():
        if auditors.in_period(row, now):
            if prune:
                _end(plan, row, now)
            else:
                plan.left.append(f"Auditor {row.name}")


def first_moment(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day begins in an office's zone (aware, UTC)."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def after(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day is over in an office's zone (aware, UTC): reading until a day includes it."""
    return first_moment(day + timedelta(days=1), zone)


def _accounts(session: Session, office_id: str) -> dict[int | None, Official]:
    query = select(Official).where(
        Official.office_id == office_id, col(Official.active).is_(True), col(Official.telegram_id).is_not(None)
    )
    return {row.telegram_id: row for row in session.exec(query)}


def _values(entry: AuditorEntry, zone: ZoneInfo) -> dict[str, object]:
    given: dict[str, object] = {"valid_until": after(entry.until, zone)}
    if entry.since is not None:
        given["valid_from"] = first_moment(entry.since, zone)
    if entry.telegram_id is not None:
        given["telegram_id"] = entry.telegram_id
    if entry.salutation is not None:
        given["salutation"] = entry.salutation
    return given


def _add(plan: Plan, office_id: str, entry: AuditorEntry, zone: ZoneInfo, now: datetime) -> None:
    row = Official(office_id=office_id, name=entry.name, auditor=True)
    row.sqlmodel_update(_values(entry, zone))

    def add(session: Session) -> Payload:
        session.add(row)
        session.flush()
        return _payload(row) | {ACCOUNT: account_of(session, row, now)}

    account = "" if entry.telegram_id else ", belum punya akun (pakai pandu office invite --official)"
    text = f"Auditor baru: {entry.name}, sampai {entry.until.isoformat()}{account}"
    plan.add("auditor.added", text, add)


def _change(plan: Plan, entry: AuditorEntry, row: Official, zone: ZoneInfo, now: datetime) -> None:
    new = _values(entry, zone)
    old = {name: getattr(row, name) for name in new}
    changed, _ = difference(old, new, _AUDITOR)
    if not changed:
        return
    _, said = difference(_in_words(old, zone), _in_words(new, zone), _AUDITOR)

    def change(session: Session) -> Payload:
        row.sqlmodel_update({**changed, "source": "file"})
        session.flush()
        return _payload(row) | ({ACCOUNT: account_of(session, row, now)} if "telegram_id" in changed else {})

    plan.add("auditor.changed", f"Auditor {row.name}: {said}", change, chat=row.source == "chat")


def _in_words(values: dict[str, object], zone: ZoneInfo) -> dict[str, object]:
    """Return values as a reader sees them: moments by the office's clock."""
    return {
        name: value.astimezone(zone).strftime("%Y-%m-%d %H.%M") if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _end(plan: Plan, row: Official, now: datetime) -> None:
    def end(_: Session) -> Payload:
        row.valid_until, row.source = now, "file"
        return _payload(row)

    plan.add("auditor.ended", f"Auditor tidak lagi membaca: {row.name}", end, chat=row.source == "chat")


def _payload(row: Official) -> Payload:
    return {
        "official": row.id,
        "from": row.valid_from.isoformat() if row.valid_from else None,
        "until": row.valid_until.isoformat() if row.valid_until else None,
    }
