"""Everything that an office keeps about one person, for who asks for a copy (UU 27/2022, article 6 and 7)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import inspect
from sqlmodel import Session, SQLModel, col, or_, select

from storage import audit
from storage.tables import (
    Approval,
    AuditEvent,
    Card,
    Chat,
    Delegation,
    ErasableText,
    Extension,
    File,
    Inbox,
    Invitation,
    Office,
    Official,
    Outbox,
    Pause,
    Question,
    Run,
    Schedule,
    Seat,
    Submission,
    Task,
    Timer,
)
from workflow import official_facts


class NobodyFound(Exception):
    """No such person, or several; the message says what to do, in Indonesian."""


def find(session: Session, office_id: str, who: str) -> Official:
    """Return the one official of an office by exact name or row id. Raises :class:`NobodyFound`."""
    if session.get(Office, office_id) is None:
        raise NobodyFound(f"Tidak ada kantor '{office_id}'.")
    of_office = select(Official).where(Official.office_id == office_id).order_by(col(Official.id))
    if who.isascii() and who.isdigit() and len(who) < 10:
        found = list(session.exec(of_office.where(Official.id == int(who))))
    else:
        found = list(session.exec(of_office.where(Official.name == who)))
    if not found:
        raise NobodyFound(f"Tidak ada pejabat “{who}” di kantor '{office_id}'. Tulis nama persis, atau nomornya.")
    if len(found) > 1:
        listed = ", ".join(f"{one.id} ({'aktif' if one.active else 'tidak aktif'})" for one in found)
        raise NobodyFound(f"Ada beberapa pejabat bernama “{who}”. Pilih dengan nomornya: {listed}.")
    return found[0]


def everything(session: Session, official: Official) -> dict[str, Any]:
    """Return all that is kept about a person in this office, as plain JSON; times are UTC.

    Files are listed, not contained. Sections that hold nothing are there all the same.
    """
    account = official.telegram_id or 0
    of_person: dict[str, Sequence[SQLModel | dict[str, Any]]] = {
        "official": [official],
        "seats": _rows(session, Seat, or_(col(Seat.official_id) == official.id, col(Seat.principal_id) == official.id)),
        "delegations": _rows(
            session, Delegation, or_(col(Delegation.from_id) == official.id, col(Delegation.to_id) == official.id)
        ),
        "invitations": [
            _without(row, "token_hash")
            for row in _rows(session, Invitation, col(Invitation.official_id) == official.id)
        ],
        "runs_started": _rows(session, Run, col(Run.started_by) == official.id),
        "tasks_closed": _rows(session, Task, col(Task.closed_by) == official.id),
        "submissions": _rows(session, Submission, col(Submission.official_id) == official.id),
        "files": _rows(session, File, col(File.official_id) == official.id),
        "extensions": _rows(
            session, Extension, or_(col(Extension.asked_by) == official.id, col(Extension.decided_by) == official.id)
        ),
        "pauses": _rows(session, Pause, or_(col(Pause.started_by) == official.id, col(Pause.ended_by) == official.id)),
        "approvals": _rows(
            session, Approval, or_(col(Approval.asked_by) == official.id, col(Approval.decided_by) == official.id)
        ),
        "schedules": _rows(
            session, Schedule, or_(col(Schedule.starter_id) == official.id, col(Schedule.created_by) == official.id)
        ),
        "timers": _rows(session, Timer, col(Timer.official_id) == official.id),
        "texts": texts_of(session, official),
        "cards": _rows(session, Card, col(Card.official_id) == official.id),
        "chats": _rows(session, Chat, col(Chat.chat_id) == account),
        "questions": _rows(session, Question, col(Question.official_id) == official.id),
        "messages": _rows(session, Outbox, col(Outbox.chat_id) == account, col(Outbox.office_id) == official.office_id),
        "updates": _rows(session, Inbox, col(Inbox.person) == account, col(Inbox.person) != 0),
        "events": _rows(session, AuditEvent, col(AuditEvent.actor_id) == official.id),
    }
    return {name: [_plain(row) for row in rows] for name, rows in of_person.items()}


def texts_of(session: Session, official: Official) -> list[ErasableText]:
    """Return the erasable texts that a person wrote, as far as they still stand.

    The record knows a text by its digest only; who wrote it is who acted in the event that
    brought it in, which is the first that names it.
    """
    office_id = official.office_id
    standing = select(ErasableText).where(ErasableText.office_id == office_id, col(ErasableText.text).is_not(None))
    texts = {row.digest: row for row in session.exec(standing.order_by(col(ErasableText.id)))}
    found: list[ErasableText] = []
    for event in audit.events(session, office_id):
        for digest in _words(event):
            row = texts.pop(digest, None)
            if row is None:
                continue
            # An account is whose it is, whoever wrote it down.
            theirs = official_facts.is_account_of(event, digest, official.id)
            if theirs if theirs is not None else event.actor_id == official.id:
                found.append(row)
    return found


def _words(event: AuditEvent) -> Iterator[str]:
    """Yield what may be digests in an event."""
    try:
        values = [json.loads(event.payload)]
    except ValueError:
        return
    while values:
        value = values.pop()
        if isinstance(value, str) and len(value) == 64:
            yield value
        elif isinstance(value, dict):
            values.extend(value.values())
        elif isinstance(value, list):
            values.extend(value)


def _rows(session: Session, table: type[SQLModel], *conditions: Any) -> list[SQLModel]:
    keys = inspect(table).primary_key
    return list(session.exec(select(table).where(*conditions).order_by(*keys)))


def _without(row: SQLModel, *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.model_dump(mode="json").items() if name not in names}


def _plain(row: SQLModel | dict[str, Any]) -> dict[str, Any]:
    return row if isinstance(row, dict) else row.model_dump(mode="json")
