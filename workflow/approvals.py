"""What takes effect only once the office's head has agreed: asked, decided once, on record.

An admin is a technical office, not a superior: an adoption of an SOP, and an appointment the
admin makes for themselves, rest on the head's word. Where there is no head, or the head is the
one who asks, the secretary's word serves; where there is neither (an office that is just being
set up) it takes effect at once and the record says that nobody was there to ask.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlmodel import Session, col, select

from storage import audit, outbox
from storage.locks import lock_runs
from storage.tables import Approval, Official, Outbox
from workflow import leaders, notices, people, texts
from workflow.deed import Stopped
from workflow.moment import Moment

Effect = Callable[[Session, Moment, Approval], None]
"""Makes an approval's payload true. Called once, in the transaction of the decision."""


def deciders(session: Session, asker: Official) -> list[Official]:
    """Return who may decide what somebody asks: the head, else the secretary, never the asker.

    Who is both of them just now, standing in for the head, asks the head on leave.
    """
    office_id = asker.office_id
    for leading in (leaders.heads, leaders.secretaries, leaders.resting_heads):
        found = leading(session, office_id)
        others = [one for one in found if one.id != asker.id and one.telegram_id is not None]
        if others:
            return others
    return []


def ask(
    session: Session, moment: Moment, asker: Official, kind: str, payload: dict[str, Any], effect: Effect
) -> Approval:
    """Put something before whoever decides; with nobody there it takes effect at once.

    ``payload`` holds ids and words without spaces only. The message that asks is
    ``approval_<kind>`` with ``approval_id``; its buttons are APPROVE and DISAPPROVE.
    """
    lock_runs(session, asker.office_id)  # what takes effect at once may move tasks: runs before the record
    row = Approval(office_id=asker.office_id, kind=kind, payload=payload, asked_by=asker.id or 0, asked_at=moment.now)
    session.add(row)
    session.flush()
    _record(session, moment, row, asker, "asked")
    deciding = deciders(session, asker)
    if not deciding:
        row.status, row.decided_at = "granted", moment.now
        session.flush()
        _record(session, moment, row, None, "nobody_to_ask")
        effect(session, moment, row)
        return row
    for person in deciding:
        notices.tell(session, moment, person, f"approval_{kind}", key=f"{_key(row)}{person.id}", approval_id=row.id)
    return row


def open_approval(session: Session, officials: list[Official], approval_id: int) -> tuple[Approval, Official]:
    """Return something asked that this person may decide, locked.

    Raises :class:`Stopped` for anybody else, and for what was decided already (saying by whom).
    """
    query = select(Approval).where(Approval.id == approval_id).with_for_update()
    row = session.exec(query.execution_options(populate_existing=True)).first()
    official = next((o for o in officials if row is not None and o.office_id == row.office_id), None)
    if row is None or official is None:
        raise Stopped("not_yours")
    asker = session.get_one(Official, row.asked_by)
    if all(one.id != official.id for one in deciders(session, asker)):
        raise Stopped("not_yours")
    if row.status == "lapsed":
        raise Stopped("approval_lapsed")
    if row.status != "asked":
        raise _decided_by(session, row, official)
    return row, official


def grant(session: Session, moment: Moment, officials: list[Official], approval_id: int, effect: Effect) -> Approval:
    """``Setujui``: it takes effect now. Raises :class:`Stopped` as :func:`open_approval` does."""
    known = session.get(Approval, approval_id)
    if known is not None:
        lock_runs(session, known.office_id)
    row, official = open_approval(session, officials, approval_id)
    row.status, row.decided_by, row.decided_at = "granted", official.id, moment.now
    session.flush()
    _record(session, moment, row, official, "granted")
    effect(session, moment, row)
    _tell(session, moment, row, official)
    return row


def refuse(session: Session, moment: Moment, officials: list[Official], approval_id: int, reason: str) -> Approval:
    """``Tidak disetujui``, with the reason. Raises :class:`Stopped` as :func:`open_approval` does."""
    row, official = open_approval(session, officials, approval_id)
    row.status, row.decided_by, row.decided_at = "refused", official.id, moment.now
    row.reason_id = texts.keep(session, moment, row.office_id, reason)
    session.flush()
    _record(session, moment, row, official, "refused")
    _tell(session, moment, row, official)
    return row


def lapse(session: Session, moment: Moment, row: Approval) -> None:
    """Let something still undecided go: a newer request took its place."""
    if row.status == "asked":
        row.status, row.decided_at = "lapsed", moment.now
        session.flush()
        _record(session, moment, row, None, "lapsed")
        _take_buttons_away(session, moment, row)


def _tell(session: Session, moment: Moment, row: Approval, official: Official) -> None:
    asker = session.get_one(Official, row.asked_by)
    _take_buttons_away(session, moment, row)
    notices.tell_all(
        session, moment, [asker, official], "approval_decided", key=f"approval-decided:{row.id}", approval_id=row.id
    )


def _key(row: Approval) -> str:
    """Return what the keys of all messages begin with that ask for a decision."""
    return f"approval:{row.id}:"


def _take_buttons_away(session: Session, moment: Moment, row: Approval) -> None:
    """Strip the messages that asked for a decision: there is nothing left to decide."""
    key = _key(row)
    # ';' is the character after ':', so that the unique index on key finds the range.
    for said in session.exec(select(Outbox).where(col(Outbox.key) > key, col(Outbox.key) < key[:-1] + ";")).all():
        if said.message_id is not None:
            outbox.strip(session, bot_id=said.bot_id, chat_id=said.chat_id, message_id=said.message_id, now=moment.now)


def _record(session: Session, moment: Moment, row: Approval, official: Official | None, what: str) -> None:
    audit.record(
        session, office_id=row.office_id, at=moment.now, kind=f"approval.{what}",
        payload={
            "approval": row.id, "what": row.kind, "status": row.status, "payload": row.payload,
            "reason": texts.digest_of(session, row.reason_id),
        },
        actor_id=official.id if official else None,
        capacity=people.title(session, official) if official else "Pandu",
    )  # fmt: skip


def _decided_by(session: Session, row: Approval, official: Official) -> Stopped:
    doer = session.get(Official, row.decided_by) if row.decided_by is not None else None
    if doer is None or row.decided_at is None:
        return Stopped("stale")
    facts = {"name": doer.name, "salutation": doer.salutation, "own": doer.id == official.id}
    return Stopped("extension_first_by", time=row.decided_at.isoformat(), office_id=row.office_id, **facts)
