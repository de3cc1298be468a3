"""The record: events in one hash chain per office.

An event is written as canonical bytes (see :func:`canonical`) and hashed together with the
hash before it, so that nothing in the middle can be changed, removed or put in without the
rest showing it. It holds ids, enums, numbers and hashes only; free text stands in
``erasabletext`` and is bound to the event by a salted hash, so that it can be erased.
A tail that was cut off cannot be seen from the inside.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session, col, select

from storage.causes import Deed, note
from storage.inserting import insert_new
from storage.plain import rows_of, run
from storage.tables import AuditEvent, AuditHead, ErasableText

FORMAT = 1
"""Number of the form in which an event is hashed; written into each."""

BEGINNING = "0" * 64
"""What stands for the hash before the first event."""

_HEAD = select(AuditHead.seq, AuditHead.hash).where(col(AuditHead.office_id) == bindparam("office")).with_for_update()
_INSERT = insert(rows_of(AuditEvent))
_COLUMNS = tuple(rows_of(AuditEvent).columns.keys())
_MOVE_HEAD = (
    update(rows_of(AuditHead))
    .where(col(AuditHead.office_id) == bindparam("office"))
    .values(seq=bindparam("seq"), hash=bindparam("hash"))
)
_PAGE = 500
_LONGEST_WORD = 128


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with an office's chain. ``seq`` is the event's number from 1."""

    office_id: str
    seq: int
    what: str


def canonical(value: Any) -> str:
    """Return JSON with exactly one spelling: sorted keys, no spaces, composed characters.

    :raises TypeError: there is a value, such as a float, that has several.
    """
    return unicodedata.normalize(
        "NFC", json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    )


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case list() | tuple():
            return [_plain(item) for item in value]
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form")


def record(
    session: Session,
    *,
    office_id: str,
    at: datetime,
    kind: str,
    payload: dict[str, Any],
    actor_id: int | None = None,
    capacity: str | None = None,
    run_id: int | None = None,
    task_id: int | None = None,
) -> None:
    """Append an event to the office's chain; its end stays locked until the transaction ends.

    ``capacity`` says as what the actor acted. ``at`` is business time.

    :raises ValueError: ``payload`` holds free text, which could never be erased again.
    """
    for word in _words(payload):
        if len(word) > _LONGEST_WORD or any(character.isspace() for character in word):
            raise ValueError(f"the payload of {kind} holds free text; keep it with keep_text()")
    seq, previous_hash = _locked_head(session, office_id)
    event = AuditEvent(
        office_id=office_id,
        seq=seq + 1,
        format=FORMAT,
        at=at,
        kind=kind,
        actor_id=actor_id,
        capacity=capacity,
        run_id=run_id,
        task_id=task_id,
        payload=canonical(payload),
        previous_hash=previous_hash,
        hash="",
    )
    event.hash = hash_of(event)
    run(session, _INSERT, {name: getattr(event, name) for name in _COLUMNS})
    run(session, _MOVE_HEAD, {"office": office_id, "seq": event.seq, "hash": event.hash})
    note(session, Deed(kind, office_id, run_id, task_id))


def _locked_head(session: Session, office_id: str) -> tuple[int, str]:
    """Return number and hash of an office's last event."""
    head = run(session, _HEAD, {"office": office_id}).first()
    if head is None:
        insert_new(session, AuditHead, [{"office_id": office_id, "seq": 0, "hash": BEGINNING}], ["office_id"])
        head = run(session, _HEAD, {"office": office_id}).one()
    return head.seq, head.hash


def _words(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list() | tuple():
            for item in value:
                yield from _words(item)
        case dict():
            for key, item in value.items():
                yield str(key)
                yield from _words(item)


def hash_of(event: AuditEvent) -> str:
    """Return the hash an event must have: SHA-256 over its canonical bytes, in hexadecimal."""
    fields = [
        event.format,
        event.office_id,
        event.seq,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.kind,
        event.actor_id,
        event.capacity,
        event.run_id,
        event.task_id,
        event.payload,
        event.previous_hash,
    ]
    return hashlib.sha256(canonical(fields).encode()).hexdigest()


def keep_text(session: Session, office_id: str, text: str, salt: str, now: datetime) -> ErasableText:
    """Keep a free text beside the chain and return its row (with id), for its ``digest``.

    ``salt`` is random: without it short texts could be guessed from their hashes.
    """
    digest = hashlib.sha256((salt + text).encode()).hexdigest()
    row = ErasableText(office_id=office_id, salt=salt, text=text, digest=digest, written_at=now)
    session.add(row)
    session.flush()
    return row


def events(session: Session, office_id: str, after: int = 0) -> Iterator[AuditEvent]:
    """Yield an office's events in order, a page at a time; they leave the session again."""
    last = after
    while True:
        page = session.exec(
            select(AuditEvent)
            .where(AuditEvent.office_id == office_id, AuditEvent.seq > last)
            .order_by(col(AuditEvent.seq))
            .limit(_PAGE)
        ).all()
        for event in page:
            session.expunge(event)
            yield event
        if len(page) < _PAGE:
            return
        last = page[-1].seq


def verify(session: Session, office_id: str) -> list[Fault]:
    """Check an office's chain from its first event to its recorded end; return what is wrong.

    Only the chain itself: whether it agrees with runs, tasks and files is another question.
    """
    faults = []
    seq, previous = 0, BEGINNING
    for event in events(session, office_id):
        if event.seq != seq + 1:
            faults.append(Fault(office_id, seq + 1, f"missing up to event {event.seq - 1}"))
        elif event.previous_hash != previous:
            faults.append(Fault(office_id, event.seq, "does not follow from the event before it"))
        if event.hash != hash_of(event):
            faults.append(Fault(office_id, event.seq, "was changed after it was written"))
        seq, previous = event.seq, event.hash
    head = session.get(AuditHead, office_id)
    recorded = (head.seq, head.hash) if head is not None else (0, BEGINNING)
    if recorded != (seq, previous):
        faults.append(Fault(office_id, seq, f"the chain ends here, but its recorded end is event {recorded[0]}"))
    return faults
