"""A reminder's hour has come: the card itself is sent anew, or one message where several are due.

Two steps, so that what is due together is said together. A task's timer hands the task to the
chats of its holders; a chat's own timer, at most one, then says what has gathered there. At
least the policy's gap lies between two reminders for one chat, and what would come outside
working time, or too late, is left to the next morning's digest.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from storage import outbox, timers
from storage.literals import is_status
from storage.tables import Adoption, Card, Chat, Office, Outbox, Run, Task, Timer
from workflow import quiet_hours
from workflow.adoption import load
from workflow.calendar.of_office import calendar_of
from workflow.moment import Moment
from workflow.reminding import planning
from workflow.reminding.morning import DIGEST
from workflow.reminding.planning import NUDGE
from workflow.reminding.policy import ReminderPolicy, policy_of
from workflow.reminding.slots import floor_at, is_of_the_digest, slots_of
from workflow.run_times import RunTimes, load_run_times

Gathered = list[tuple[int, int, str]]
"""What a chat is to be reminded of: task, activation, slot."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def fire(session: Session, moment: Moment, timer: Timer) -> None:
    """Let a reminder happen: of a task, or what has gathered for a chat."""
    if timer.task_id is not None:
        _hand_to_chats(session, moment, timer)
    else:
        _say(session, moment, timer)


def _hand_to_chats(session: Session, moment: Moment, timer: Timer) -> None:
    task = session.get_one(Task, timer.task_id)
    office = session.get_one(Office, task.office_id)
    policy = policy_of(office)
    slot = str(timer.data.get("slot", ""))
    at = _still_due(session, moment, office, task, timer.activation, slot)
    if at is None:
        if task.activation == timer.activation:  # its times have moved since: later, then
            planning.plan(session, moment, task, _times(session, task, office))
        return
    if moment.now - at > timedelta(minutes=policy.gap_minutes) or is_of_the_digest(calendar_of(office), at):
        return
    cards = session.exec(
        select(Card)
        .where(Card.task_id == task.id, col(Card.live).is_(True), col(Card.message_id).is_not(None))
        .order_by(col(Card.id))
    ).all()
    for card in cards:
        chat = session.get(Chat, (card.bot_id, card.chat_id))
        if (chat is None or chat.reachable) and not _shown_since(card, at):
            say_at = _open_at(office, max(moment.now, _free_at(chat, policy), _floor_of(card, office, policy)))
            if _same_working_day(office, moment.now, say_at):
                _gather(session, card, say_at, (task.id or 0, task.activation, slot))


def _gather(session: Session, card: Card, say_at: datetime, one: tuple[int, int, str]) -> None:
    """Add a reminder to what a chat is about to be told; the first one puts down when."""
    key = f"{NUDGE}:{card.bot_id}:{card.chat_id}"
    chat = {"bot": card.bot_id, "chat": card.chat_id}
    put = timers.put(
        session, office_id=card.office_id, kind=NUDGE, key=key, fire_at=say_at, data={**chat, "tasks": [list(one)]}
    )
    if put:
        return
    waiting = session.exec(select(Timer).where(Timer.key == key).with_for_update()).one()
    waiting.data = {**waiting.data, "tasks": [*waiting.data["tasks"], list(one)]}
    waiting.fire_at = max(waiting.fire_at, say_at)


def _say(session: Session, moment: Moment, timer: Timer) -> None:
    bot_id, chat_id = int(timer.data["bot"]), int(timer.data["chat"])
    due = _due_in(session, moment, bot_id, chat_id, [(int(t), int(a), str(s)) for t, a, s in timer.data["tasks"]])
    if not due:
        return
    chat = session.get(Chat, (bot_id, chat_id), with_for_update=True, populate_existing=True)
    if chat is not None and not chat.reachable:
        return
    office = session.get_one(Office, due[0][0].office_id)
    policy = policy_of(office)
    quiet_until = quiet_hours.quiet_until(session, bot_id, chat_id, moment.now) or LONG_AGO
    free_at = _open_at(office, max(_free_at(chat, policy), quiet_until))
    if free_at > moment.now:
        if _same_working_day(office, moment.now, free_at):
            timers.put(session, office_id=timer.office_id, kind=NUDGE, key=timer.key, fire_at=free_at, data=timer.data)
        return
    if _digest_comes(session, bot_id, chat_id, moment.now + timedelta(minutes=policy.gap_minutes)):
        return
    not_after = _not_after(office, moment.now, policy)
    if len(due) == 1:
        card, slot = due[0]
        outbox.show_card(session, card, moment.now, reminder=slot, not_after=not_after)
    else:
        outbox.say(
            session, bot_id=bot_id, chat_id=chat_id, office_id=office.id, template=DIGEST, params={}, now=moment.now,
            priority=outbox.REMINDER, not_after=not_after, key=f"nudges:{bot_id}:{chat_id}:{moment.now:%Y%m%d%H%M}",
        )  # fmt: skip
    if chat is not None:
        chat.nudged_at = moment.now


def _digest_comes(session: Session, bot_id: int, chat_id: int, before: datetime) -> bool:
    """Say whether the morning digest, which for a person of two offices waits for the later one, will name all this."""
    query = select(Outbox.id).where(
        Outbox.bot_id == bot_id,
        Outbox.chat_id == chat_id,
        is_status(Outbox.status, "queued"),
        Outbox.template == DIGEST,
        col(Outbox.due_at) < before,
    )
    return session.exec(query.limit(1)).first() is not None


def _due_in(session: Session, moment: Moment, bot_id: int, chat_id: int, gathered: Gathered) -> list[tuple[Card, str]]:
    """Return the cards in a chat that still want reminding of, each once, in working time only."""
    found: dict[int, tuple[Card, str]] = {}
    for task_id, activation, slot in gathered:
        task = session.get_one(Task, task_id)
        office = session.get_one(Office, task.office_id)
        at = _still_due(session, moment, office, task, activation, slot)
        if at is None or not calendar_of(office).is_open(moment.now):
            continue
        cards = session.exec(
            select(Card)
            .where(Card.task_id == task_id, Card.bot_id == bot_id, Card.chat_id == chat_id, col(Card.live).is_(True))
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        found |= {card.id or 0: (card, slot) for card in cards if not _shown_since(card, at)}
    return [found[card_id] for card_id in sorted(found)]


def _still_due(
    session: Session, moment: Moment, office: Office, task: Task, activation: int, slot: str
) -> datetime | None:
    """Return when a task was to be reminded of, by its times as they are now; ``None`` if that is not over, or void."""
    if task.activation != activation or task.sending is not None:
        return None
    times = _times(session, task, office)
    at = next((found.at for found in slots_of(times, policy_of(office), task) if found.name == slot), None)
    return at if at is not None and at <= moment.now else None


def _times(session: Session, task: Task, office: Office) -> RunTimes:
    run = session.get_one(Run, task.run_id)
    return load_run_times(session, run, load(session.get_one(Adoption, run.adoption_id)), office)


def _shown_since(card: Card, at: datetime) -> bool:
    """Say whether the official has had the card anew since its reminder was due: that is reminder enough."""
    return card.sent_at is not None and card.sent_at >= at


def _floor_of(card: Card, office: Office, policy: ReminderPolicy) -> datetime:
    """Return before when a card that came late to a phone is not reminded of."""
    since = card.sent_at if card.sent_at is not None and not card.sent_as_reminder else None
    return floor_at(calendar_of(office), policy, since) if since is not None else LONG_AGO


def _free_at(chat: Chat | None, policy: ReminderPolicy) -> datetime:
    """Return from when on a chat may be reminded again."""
    if chat is None or chat.nudged_at is None:
        return LONG_AGO
    return chat.nudged_at + timedelta(minutes=policy.gap_minutes)


def _open_at(office: Office, at: datetime) -> datetime:
    return calendar_of(office).next_open(at) if at > LONG_AGO else at


def _same_working_day(office: Office, now: datetime, at: datetime) -> bool:
    calendar = calendar_of(office)
    return calendar.local_date(at) == calendar.local_date(now)


def _not_after(office: Office, now: datetime, policy: ReminderPolicy) -> datetime:
    """Return until when a reminder may still go out: it is for its hour, and never for the evening."""
    calendar = calendar_of(office)
    closing = calendar.closing(calendar.local_date(now))
    hour = now + timedelta(minutes=policy.gap_minutes)
    return min(hour, closing - timedelta(seconds=1)) if closing is not None else hour
