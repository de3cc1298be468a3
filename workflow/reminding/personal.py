"""One's own reminders: timers that an official sets for themselves, seen by nobody else.

They fire when the official said, also at night: who asks for seven in the evening means it. Only
the quiet hours that the official set for themselves hold them back until they are over.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlmodel import Session, col, select

from storage import audit, outbox, timers
from storage.tables import Office, Official, Outbox, Timer
from workflow import quiet_hours, texts
from workflow.calendar.of_office import calendar_of
from workflow.deed import Stopped
from workflow.moment import Moment

KIND = "personal"
MOST = 20
"""Open reminders one official may have: what is more is a list, not a reminder."""


def open_reminders(session: Session, official_id: int, office_id: str) -> list[Timer]:
    """Return an official's reminders to come, the next one first."""
    return list(
        session.exec(
            select(Timer)
            .where(Timer.office_id == office_id, Timer.kind == KIND, Timer.official_id == official_id)
            .order_by(col(Timer.fire_at), col(Timer.id))
        )
    )


def check(session: Session, official: Official) -> None:
    """Raise :class:`Stopped` if an official has all the reminders there may be."""
    if len(open_reminders(session, official.id or 0, official.office_id)) >= MOST:
        raise Stopped("personal_too_many", count=MOST)


def put(session: Session, moment: Moment, official: Official, at: datetime, text: str) -> int | None:
    """Set a reminder; return the id of its kept text, ``None`` without one. Raises :class:`Stopped`."""
    check(session, official)
    text_id = texts.keep(session, moment, official.office_id, text) if text else None
    _set(session, moment, official, at, text_id, moment.nonce[:16])
    return text_id


def again(session: Session, moment: Moment, official: Official, name: str) -> datetime:
    """``Ingatkan lagi besok pagi``: set a reminder that was sent once more; return for when.

    A second press changes nothing. Raises :class:`Stopped` for what never was this official's.
    """
    sent = session.exec(select(Outbox).where(Outbox.key == _key(official, name))).first()
    following = hashlib.sha256(name.encode()).hexdigest()[:16]
    if sent is None or "text_id" not in sent.params:
        raise Stopped("stale")  # never this official's, or so long ago that its words are forgotten
    if session.exec(select(Outbox.id).where(Outbox.key == _key(official, following))).first():
        raise Stopped("stale")
    waiting = session.exec(select(Timer).where(Timer.key == _key(official, following))).first()
    if waiting is not None:
        return waiting.fire_at
    check(session, official)
    at = calendar_of(session.get_one(Office, official.office_id)).next_morning(moment.now)
    _set(session, moment, official, at, sent.params["text_id"], following)
    return at


def remove(session: Session, moment: Moment, official: Official, name: str) -> None:
    """Take one of an official's reminders away; raise :class:`Stopped` if it is gone already."""
    if not timers.drop(session, key=_key(official, name), kind=KIND):
        raise Stopped("stale")
    audit.record(
        session, office_id=official.office_id, at=moment.now, kind="personal.remove", payload={"reminder": name},
        actor_id=official.id,
    )  # fmt: skip


def fire(session: Session, moment: Moment, timer: Timer) -> None:
    """Send a reminder to who set it, after their quiet hours if it falls into them; to nobody if they left."""
    official = session.get(Official, timer.official_id)
    if official is None or not official.active or official.telegram_id is None:
        return
    outbox.say(
        session, bot_id=moment.bot_id, chat_id=official.telegram_id, office_id=timer.office_id,
        template="personal_reminder", params={"official_id": official.id, **timer.data, "name": name_of(timer)},
        now=moment.now, key=timer.key,
        due_at=quiet_hours.quiet_until(session, moment.bot_id, official.telegram_id, moment.now),
    )  # fmt: skip


def name_of(timer: Timer) -> str:
    """Return what names a reminder among its official's."""
    return timer.key.rpartition(":")[2]


def _set(session: Session, moment: Moment, official: Official, at: datetime, text_id: int | None, name: str) -> None:
    timers.put(
        session, office_id=official.office_id, kind=KIND, key=_key(official, name), fire_at=at,
        official_id=official.id, data={"text_id": text_id},
    )  # fmt: skip
    audit.record(
        session, office_id=official.office_id, at=moment.now, kind="personal.set",
        payload={"reminder": name, "at": at.isoformat(), "text": texts.digest_of(session, text_id)},
        actor_id=official.id,
    )  # fmt: skip


def _key(official: Official, name: str) -> str:
    return f"personal:{official.id}:{name}"
