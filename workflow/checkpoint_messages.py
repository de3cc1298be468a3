"""Every working day, the end of the record goes by chat to those who can later hold it against the record.

An office's chain shows what was changed in its middle; that a tail was cut off, or the whole
chain written anew, shows only beside a line kept somewhere else. The head and the auditors in
their period keep one: the messages in their own chats, which nobody at the office's computer
can change. A day on which nothing was recorded brings no message.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, exists, or_, select

from storage import checkpoint, outbox, timers
from storage.checkpoint import Checkpoint
from storage.tables import Office, Official, Outbox, Timer
from workflow import auditors, leaders, quiet_hours
from workflow.calendar.of_office import calendar_of
from workflow.moment import Moment
from workflow.reminding.digest import works_now

KIND = "checkpoint"
TEMPLATE = "checkpoint"
AFTER_OPENING = timedelta(hours=1)
"""When it is said, counted from the office's opening: after the morning's digest, before the day's work."""


def plan(session: Session, now: datetime, office: Office) -> None:
    """See to it that an office's next checkpoint is put down; one that is due already stays."""
    timers.drop(session, key=_key(office.id), later_than=now)
    calendar = calendar_of(office)
    opening = calendar.opening(calendar.local_date(now))
    if opening is None or now >= opening + AFTER_OPENING:
        opening = calendar.next_morning(now)
    timers.put(session, office_id=office.id, kind=KIND, key=_key(office.id), fire_at=opening + AFTER_OPENING)


def ensure_all(session: Session, now: datetime) -> None:
    """Put down the next checkpoint of every office that has none."""
    has_one = exists().where(col(Timer.office_id) == col(Office.id), col(Timer.kind) == KIND)
    for office in session.exec(select(Office).where(~has_one)).all():
        plan(session, now, office)


def fire(session: Session, moment: Moment, timer: Timer) -> None:
    """Say where the record ends, to each who keeps it and was not told the same before; plan the next day.

    After a time of absence this is one message, not one for each day that was missed; outside
    of working time it waits for the next working day.
    """
    office = session.get_one(Office, timer.office_id)
    end = checkpoint.take(session, office.id)
    if end is not None and works_now(calendar_of(office), moment.now):
        for keeper in keepers(session, office.id, moment.now):
            _say(session, moment, keeper, end)
    plan(session, moment.now, office)


def keepers(session: Session, office_id: str, now: datetime) -> list[Official]:
    """Return who is given checkpoints: whoever is head now, and the auditors who may read now."""
    found = [*leaders.heads(session, office_id), *auditors.auditors(session, office_id)]
    return [
        one
        for one in {official.id: official for official in found}.values()
        if one.active and one.telegram_id is not None and (not one.auditor or auditors.in_period(one, now))
    ]


def _say(session: Session, moment: Moment, keeper: Official, end: Checkpoint) -> None:
    chat_id, line = keeper.telegram_id or 0, str(end)
    told = f"{KIND}:{moment.bot_id}:{chat_id}:{line}"
    if _last_told(session, moment, keeper) == told:
        return
    calendar = calendar_of(session.get_one(Office, keeper.office_id))
    today = calendar.local_date(moment.now)
    due_at = quiet_hours.quiet_until(session, moment.bot_id, chat_id, moment.now) or moment.now
    outbox.say(
        session, bot_id=moment.bot_id, chat_id=chat_id, office_id=keeper.office_id, template=TEMPLATE,
        params={"line": line, "events": end.seq, "at": moment.now.isoformat()}, now=moment.now,
        priority=outbox.DIGEST, silent=True, due_at=due_at, not_after=calendar.closing(today),
        key=f"{told}:{today.isoformat()}",
    )  # fmt: skip


def _last_told(session: Session, moment: Moment, keeper: Official) -> str:
    """Return what a keeper's last checkpoint said, '' if none; one that came too late to be said is none.

    One whose delivery is unknown counts: it is not repeated until there is something new to say.
    """
    query = select(Outbox.key).where(
        Outbox.bot_id == moment.bot_id, Outbox.chat_id == keeper.telegram_id, Outbox.office_id == keeper.office_id,
        Outbox.template == TEMPLATE, or_(col(Outbox.status).not_in(("skipped", "dead")), col(Outbox.uncertain)),
    )  # fmt: skip
    key = session.exec(query.order_by(col(Outbox.id).desc()).limit(1)).first()
    return key.rpartition(":")[0] if key else ""


def _key(office_id: str) -> str:
    return f"{KIND}:{office_id}"
