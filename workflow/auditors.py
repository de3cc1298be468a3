"""Auditors (Inspektorat): who may read an office's record, for how long, and what they have read.

An auditor is a row beside the officials, never one of them: they hold no seat, are asked
nothing and decide nothing. What they may read is open to them between two moments, and every
reading is itself on record, so that an office can show what was looked at, when and by whom.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from storage import audit
from storage.locks import lock_runs
from storage.tables import Official, Run
from workflow import leaders, notices, people
from workflow.deed import Stopped
from workflow.moment import Moment

CAPACITY = "Auditor"
MAX_NAME = 100


def in_period(auditor: Official, now: datetime) -> bool:
    """Say whether an auditor may read at a moment; the beginning counts, the end does not."""
    begun = auditor.valid_from is None or auditor.valid_from <= now
    return begun and (auditor.valid_until is None or now < auditor.valid_until)


def is_over(auditor: Official, now: datetime) -> bool:
    """Say whether an auditor's time to read has ended."""
    return auditor.valid_until is not None and auditor.valid_until <= now


def auditors(session: Session, office_id: str) -> list[Official]:
    """Return an office's active auditors, also those whose time is over or still to come."""
    query = select(Official).where(
        Official.office_id == office_id, col(Official.active).is_(True), col(Official.auditor).is_(True)
    )
    return list(session.exec(query.order_by(col(Official.id))))


def whole_days(begin: datetime, end: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return a period as whole days of an office: the midnight it begins after, and the one it ends before.

    An office file knows an auditor's period by its days, so one said in chat is kept so, too.
    """
    first, last = begin.astimezone(zone), end.astimezone(zone)
    after = last.date() if last.time() == time() else last.date() + timedelta(days=1)
    midnights = (datetime.combine(day, time(), zone) for day in (first.date(), after))
    since, until = (at.astimezone(begin.tzinfo) for at in midnights)
    return since, until


def check_name(session: Session, office_id: str, name: str) -> None:
    """Raise :class:`Stopped` for the name of an auditor the office has: their time is changed instead."""
    if any(one.name == name for one in auditors(session, office_id)):
        raise Stopped("auditor_name_taken")


def may_appoint(session: Session, official: Official) -> bool:
    """Say whether somebody may let an auditor in: the admin, or the head."""
    return people.is_admin(official) or any(one.id == official.id for one in leaders.heads(session, official.office_id))


def appoint(
    session: Session, moment: Moment, by: Official, name: str, until: datetime, since: datetime | None = None
) -> Official:
    """Let somebody read the office's record until a moment; they enrol by their own link.

    Raises :class:`Stopped` for whoever may not, a name that says nothing or is another
    auditor's, and a period that is over.
    """
    _take_turn(session, by)
    return admit(session, by.office_id, name, since or moment.now, until, moment.now, by)


def admit(
    session: Session,
    office_id: str,
    name: str,
    since: datetime | None,
    until: datetime,
    now: datetime,
    by: Official | None = None,
) -> Official:
    """Put an auditor on record; ``by`` is ``None`` for the command line. Raises :class:`Stopped` as :func:`appoint`."""
    words = " ".join(name.split())
    if not words or len(words) > MAX_NAME:
        raise Stopped("auditor_name")
    if until <= now or (since is not None and until <= since):
        raise Stopped("until_past")
    check_name(session, office_id, words)
    row = Official(
        office_id=office_id, name=words, auditor=True, valid_from=since, valid_until=until,
        source="chat" if by is not None else "file",
    )  # fmt: skip
    session.add(row)
    session.flush()
    _record(session, row, now, "auditor.added", by)
    return row


def change_until(session: Session, moment: Moment, by: Official, auditor_id: int, until: datetime) -> Official:
    """Let an auditor read longer, or less long. Raises :class:`Stopped` as :func:`appoint` does."""
    row = _of(session, by, auditor_id)
    prolong(session, row, until, moment.now, by)
    return row


def prolong(session: Session, row: Official, until: datetime, now: datetime, by: Official | None = None) -> None:
    """Set until when an auditor reads; ``by`` is ``None`` for the command line. Raises :class:`Stopped`."""
    if until <= now:
        raise Stopped("until_past")
    if row.valid_from is not None and until <= row.valid_from:
        raise Stopped("ends_before_it_begins")
    if row.valid_until != until:
        row.valid_until, row.source = until, "chat" if by is not None else "file"
        session.flush()
        _record(session, row, now, "auditor.changed", by)


def end(session: Session, moment: Moment, by: Official, auditor_id: int) -> Official:
    """End an auditor's reading now. Raises :class:`Stopped` for whoever may not, or where it has ended."""
    row = _of(session, by, auditor_id)
    if is_over(row, moment.now):
        raise Stopped("auditor_over")
    row.valid_until, row.source = moment.now, "chat"
    session.flush()
    _record(session, row, moment.now, "auditor.ended", by)
    return row


def auditor_of(session: Session, by: Official, auditor_id: int) -> Official:
    """Return an auditor of the office of whoever asks; raises :class:`Stopped` for anybody else."""
    row = session.get(Official, auditor_id)
    if row is None or row.office_id != by.office_id or not row.auditor or not row.active:
        raise Stopped("not_allowed")
    return row


def _of(session: Session, by: Official, auditor_id: int) -> Official:
    _take_turn(session, by)
    return auditor_of(session, by, auditor_id)


def _take_turn(session: Session, by: Official) -> None:
    """Let changes of one office follow one another. Raises :class:`Stopped` for whoever may not (any more)."""
    lock_runs(session, by.office_id)
    session.refresh(by)
    if not may_appoint(session, by):
        raise Stopped("not_allowed")


def joined(session: Session, moment: Moment, auditor: Official) -> None:
    """Tell the head and the admins that an auditor has enrolled and reads from now on."""
    told = [*leaders.heads(session, auditor.office_id), *people.admins(session, auditor.office_id)]
    notices.tell_all(session, moment, told, "auditor_joined", official_id=auditor.id)


def read(
    session: Session,
    moment: Moment,
    reader: Official,
    what: str,
    *,
    run: Run | None = None,
    page: int = 0,
    files: Iterable[int] = (),
    chosen: str = "",
) -> None:
    """Put on record what an auditor looks at (``read.<what>``); officials' own readings are not kept.

    The run stands in the payload, not on the event: reading changes nothing about a run.
    """
    if reader.auditor:
        audit.record(
            session, office_id=reader.office_id, at=moment.now, kind=f"read.{what}",
            payload={"run_id": run.id if run else None, "page": page, "file_ids": list(files), "chosen": chosen},
            actor_id=reader.id, capacity=CAPACITY,
        )  # fmt: skip


def _record(session: Session, row: Official, now: datetime, kind: str, by: Official | None) -> None:
    audit.record(
        session, office_id=row.office_id, at=now, kind=kind,
        payload={
            "official": row.id,
            "from": row.valid_from.isoformat() if row.valid_from else None,
            "until": row.valid_until.isoformat() if row.valid_until else None,
        },
        actor_id=by.id if by else None, capacity=people.title(session, by) if by else "Pandu",
    )  # fmt: skip
