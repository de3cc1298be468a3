"""Every night, what an office need not keep any longer goes; nothing of the record does.

Raw updates are deleted some days after they were handled, the contents of messages emptied
after they were sent (who was sent what, and when, stays), the ids of cards after their run
ended, and the words of one's own reminders with the message that brought them. Reasons,
instructions, files and delivery times stay as long as the office's archive does. A digest is
deleted instead of emptied: it only says again what cards said, whose delivery is on record, and
everybody's of every morning would in time be more than all the rest.

One timer does a bounded piece and puts itself down again until nothing is left: it never
holds others up for long, and goes on where it was after a crash. Where it was is in the
timer's data, so that a night's work does not grow with the office's history.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, and_, col, exists, or_, select

from storage import audit, timers
from storage.literals import is_status
from storage.tables import Card, ErasableText, Inbox, Invitation, Office, Official, Outbox, Run, Task, Timer
from workflow import erasures
from workflow.calendar.of_office import calendar_of
from workflow.moment import Moment
from workflow.office_rules import OfficeRules, rules_of
from workflow.reminding.morning import DIGEST

KIND = "retention"
AT = time(2, 30)
"""When the night's work begins, in the office's time: nobody works then, and nothing is said."""
BATCH = 500
RUNS_AT_ONCE = 25
MOST_LEFT = 500
"""Messages older than the time that still wait: looked at again each night, while there are no more than these."""
SOON = timedelta(seconds=1)
FINISHED = ("sent", "skipped", "dead")
NO_DELIVERY = ("strip", "remove", "menu")
"""What an outbox row of these kinds did is nothing that anybody received."""
SWEEP = 1
"""Rises when rows that were looked at before have to be looked at again, from the first one."""


@dataclass(slots=True)
class Progress:
    """Where the work is. ``message`` and ``run_at``/``run`` are the last row looked at; the counts are this night's.

    ``left`` are messages before ``message`` whose time had not come: not sent yet, or sent later.
    ``sweep`` is the :data:`SWEEP` that they were looked at in.
    """

    message: int = 0
    left: list[int] = field(default_factory=list)
    run_at: str | None = None
    run: int = 0
    updates: int = 0
    messages: int = 0
    cards: int = 0
    sweep: int = 0


def plan(session: Session, now: datetime, office: Office, progress: Progress | None = None) -> None:
    """Put an office's next night down, unless it is."""
    timers.put(
        session, office_id=office.id, kind=KIND, key=_key(office.id), fire_at=_next_night(office, now),
        data=asdict(progress or Progress()),
    )  # fmt: skip


def ensure_all(session: Session, now: datetime) -> None:
    """Put the next night of every office down that has none."""
    has_one = exists().where(col(Timer.office_id) == col(Office.id), col(Timer.kind) == KIND)
    for office in session.exec(select(Office).where(~has_one)).all():
        plan(session, now, office)


def fire(session: Session, moment: Moment, timer: Timer) -> None:
    """Do one piece of the night's work; go on with the next piece at once, or with the next night."""
    office = session.get_one(Office, timer.office_id)
    rules, now = rules_of(office), moment.now
    progress = Progress(**{name: value for name, value in timer.data.items() if name != timers.TRIES})
    if progress.sweep != SWEEP:
        progress.sweep, progress.message, progress.left = SWEEP, 0, []
    more = _updates(session, office, now - timedelta(days=rules.raw_updates_days), progress)
    more |= _messages(session, office, moment, rules, progress)
    more |= _cards(session, office, now - timedelta(days=rules.card_ids_days), progress)
    _claims(session, office, now - timedelta(days=rules.message_texts_days))
    if more:
        timers.put(
            session, office_id=office.id, kind=KIND, key=timer.key, fire_at=now + SOON, data=asdict(progress)
        )  # fmt: skip
        return
    if progress.updates or progress.messages or progress.cards:
        audit.record(
            session, office_id=office.id, at=now, kind="retention.done",
            payload={"updates": progress.updates, "messages": progress.messages, "cards": progress.cards},
        )  # fmt: skip
    progress.updates = progress.messages = progress.cards = 0
    plan(session, now, office, progress)


def _updates(session: Session, office: Office, before: datetime, progress: Progress) -> bool:
    """Delete raw updates of the office's people, and of strangers to the bot; the shortest time counts."""
    theirs = col(Official.telegram_id) == col(Inbox.person)
    own = and_(Inbox.bot_id == office.bot_id, exists().where(theirs, col(Official.office_id) == office.id))
    served = and_(col(Office.id) == col(Official.office_id), col(Office.bot_id) == col(Inbox.bot_id))
    anybody = exists().where(theirs, served)
    old = select(Inbox.id).where(
        is_status(Inbox.status, "done", "parked"), col(Inbox.done_at) < before, or_(own, ~anybody)
    )
    ids = session.exec(old.order_by(col(Inbox.id)).limit(BATCH)).all()
    session.exec(delete(Inbox).where(col(Inbox.id).in_(ids)))
    progress.updates += len(ids)
    return len(ids) == BATCH


def _messages(session: Session, office: Office, moment: Moment, rules: OfficeRules, progress: Progress) -> bool:
    """Empty the messages that were finished long enough ago; delete digests, and what brought nobody anything."""
    before = moment.now - timedelta(days=rules.message_texts_days)
    left = _rows(session, office, col(Outbox.id).in_(progress.left)) if progress.left else []
    new = _rows(session, office, col(Outbox.id) > progress.message, col(Outbox.created_at) < before)
    waiting = [row.id or 0 for row in (*left, *new) if not _is_over(row, before)]
    if len(waiting) > MOST_LEFT:
        # Too many wait to be remembered one by one: go on from here another night.
        keep = waiting[:MOST_LEFT]
        new = [row for row in new if (row.id or 0) <= keep[-1]]
        waiting = keep
    over = [row for row in (*left, *new) if _is_over(row, before)]
    _empty(session, office, moment, over, progress)
    reached = bool(new) and new[-1].id != progress.message
    progress.left = waiting
    progress.message = new[-1].id or 0 if new else progress.message
    return reached and len(new) == BATCH


def _rows(session: Session, office: Office, *conditions: Any) -> list[Outbox]:
    ours = or_(col(Outbox.office_id) == office.id, col(Outbox.office_id).is_(None))
    query = select(Outbox).where(ours, *conditions).order_by(col(Outbox.id)).limit(BATCH)
    return list(session.exec(query.with_for_update().execution_options(populate_existing=True)))


def _is_over(row: Outbox, before: datetime) -> bool:
    """Say whether a row is finished and its time is up; one that was given up has no such time of its own."""
    return row.status in FINISHED and (row.finished_at or row.due_at) < before


def _empty(session: Session, office: Office, moment: Moment, rows: list[Outbox], progress: Progress) -> None:
    _forget_words(session, office, moment, rows)
    for row in rows:
        if row.kind in NO_DELIVERY or row.template == DIGEST or (row.status == "skipped" and row.key is None):
            session.delete(row)
        elif row.params or row.error:
            row.params, row.error = {}, None
        else:
            continue
        progress.messages += 1
    session.flush()


def _forget_words(session: Session, office: Office, moment: Moment, rows: list[Outbox]) -> None:
    """Erase what one's own reminders said, once no reminder to come says it again; the record names which."""
    said = {row.params.get("text_id") for row in rows if row.template == "personal_reminder"} - {None}
    if not said:
        return
    coming = select(Timer).where(Timer.office_id == office.id, Timer.kind == "personal")
    said -= {timer.data.get("text_id") for timer in session.exec(coming).all()}
    words = select(ErasableText).where(
        ErasableText.office_id == office.id, col(ErasableText.id).in_(said), col(ErasableText.text).is_not(None)
    )
    numbers = erasures.blank(session.exec(words.order_by(col(ErasableText.id))).all())
    session.flush()
    if numbers:
        audit.record(
            session, office_id=office.id, at=moment.now, kind=erasures.EXPIRED, payload={"texts": numbers}
        )  # fmt: skip


def _cards(session: Session, office: Office, before: datetime, progress: Progress) -> bool:
    """Forget where the cards of runs stood that ended long enough ago."""
    query = select(Run).where(Run.office_id == office.id, col(Run.ended_at) < before)
    if progress.run_at is not None:
        at = datetime.fromisoformat(progress.run_at)
        query = query.where(
            or_(col(Run.ended_at) > at, and_(col(Run.ended_at) == at, col(Run.id) > progress.run))
        )  # fmt: skip
    runs = session.exec(query.order_by(col(Run.ended_at), col(Run.id)).limit(RUNS_AT_ONCE)).all()
    for run in runs:
        of_run = select(Card).join(Task, col(Task.id) == Card.task_id).where(Task.run_id == run.id)
        standing = of_run.where(col(Card.message_id).is_not(None)).order_by(col(Card.id))
        for card in session.exec(standing.with_for_update(of=Card).execution_options(populate_existing=True)).all():
            card.message_id, card.live = None, False
            progress.cards += 1
        if run.ended_at is not None:
            progress.run_at, progress.run = run.ended_at.isoformat(), run.id or 0
    session.flush()
    return len(runs) == RUNS_AT_ONCE


def _claims(session: Session, office: Office, before: datetime) -> None:
    """Forget which stranger opened a link that was not for them."""
    session.exec(
        update(Invitation)
        .where(
            col(Invitation.office_id) == office.id,
            col(Invitation.status).in_(("refused", "revoked")),
            col(Invitation.claimed_at) < before,
        )
        .values(claimed_by=None, claimed_name=None)
        .execution_options(synchronize_session=False)
    )


def _next_night(office: Office, now: datetime) -> datetime:
    zone = calendar_of(office).zone
    local = now.astimezone(zone)
    day = local.date() if local.time() < AT else local.date() + timedelta(days=1)
    return datetime.combine(day, AT, zone)


def _key(office_id: str) -> str:
    return f"{KIND}:{office_id}"
