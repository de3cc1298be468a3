"""An office at work, as its reminders see it: what is planned, what fires, what waits to be said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from storage import timers
from storage.tables import Adoption, Card, Official, Outbox, Timer
from tests import next_timer
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import BOT, Town
from workflow import starting
from workflow import timers as rules
from workflow.moment import Moment
from workflow.reminding import morning
from workflow.reminding.digest import Digest, collect

HOUR: dict[str, Any] = {"standard_duration_source": "60 Menit"}
DAYS: dict[str, Any] = {"standard_duration_source": "3 Hari"}
HEADS: dict[str, Any] = {"actor": {"role": "head", "confidence": "high", "reason": "invented"}}


def desk_of(town: Town, *steps: dict[str, Any]) -> Desk:
    """Return an office at work since Monday 11 January 2027, 08.00 WIB; its cards are on the phones."""
    town.now = wib("11 08.00")
    desk = Desk(town, *steps)
    shown(desk)
    town.store.write(lambda session: morning.ensure_all(session, town.now))
    return desk


def shown(desk: Desk) -> None:
    """Let everything queued reach the phones, and note when."""
    desk.town.deliver()

    def note(session: Session) -> None:
        for card in session.exec(select(Card).where(col(Card.sent_at).is_(None), col(Card.message_id).is_not(None))):
            card.sent_at = desk.town.now

    desk.town.store.write(note)


def wib(local: str) -> datetime:
    return datetime.strptime(f"2027-01-{local} +0700", "%Y-%m-%d %H.%M %z").astimezone(UTC)


def fire_until(desk: Desk, local: str) -> None:
    """Let every timer until a local time fire at its own time."""
    end = wib(local)
    while (at := desk.town.store.write(lambda session: next_timer.next_at(session, BOT))) is not None and at <= end:
        desk.town.now = max(desk.town.now, at)
        fire_due(desk)
    desk.town.now = end


def fire_due(desk: Desk) -> None:
    now = desk.town.now
    for timer_id in desk.town.store.write(lambda session: timers.due_ids(session, BOT, now, 100)):
        moment = Moment(BOT, now, f"{timer_id:016x}")
        desk.town.store.write(partial(rules.fire, moment=moment, timer_id=timer_id))


def planned(desk: Desk) -> dict[str, str]:
    rows: list[Timer] = desk.town.rows(Timer, Timer.kind == "nudge")
    jakarta = timedelta(hours=7)
    return {str(row.data.get("slot", "said")): f"{row.fire_at + jakarta:%d %H.%M}" for row in rows}


def queued(desk: Desk) -> list[Outbox]:
    """Return the reminders that wait to be delivered: cards sent anew, and digests."""
    rows: list[Outbox] = desk.town.rows(Outbox, Outbox.status == "queued")
    return [row for row in rows if row.template == "digest" or row.params.get("reminder")]


def digest(desk: Desk, name: str) -> Digest:
    now = desk.town.now
    return desk.town.store.write(lambda session: collect(session, BOT, desk.chat(name), now))


def again(session: Session, desk: Desk, at: datetime) -> None:
    """Open a second task like the first in another run of the office; its card is on the phones at once."""
    starter = session.get_one(Official, next(p.id for p in desk.cast.people if p.admin))
    adoption = session.get_one(Adoption, desk.cast.adoption)
    run = starting.start(session, Moment(BOT, at, "a" * 16), starter, adoption, "TW III 2026")
    for card in session.exec(select(Card).where(col(Card.message_id).is_(None))):
        card.message_id, card.sent_at, card.anew = 9_000 + (card.id or 0), at, False
    assert run.id
