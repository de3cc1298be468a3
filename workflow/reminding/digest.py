"""What one person is told in one message: collected at its delivery, from how things stand then.

One digest serves all capacities of a person, in every office they sit in and that works
today. Nothing is noted about what a digest said: what it says follows from the tasks, their
times, and when this chat last got one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from sqlmodel import Session, col, select

from storage.literals import is_status
from storage.tables import Adoption, Bot, Card, Chat, Office, Official, Run, Submission, Task
from workflow import people
from workflow.adoption import load
from workflow.calendar.national import DayOff
from workflow.calendar.of_office import calendar_of
from workflow.calendar.working_time import WorkingTime
from workflow.reminding import escalation
from workflow.reminding.escalation import Concern
from workflow.reminding.policy import policy_of
from workflow.reminding.slots import floor_at, slots_of
from workflow.run_times import SIDE, Deadline, RunTimes, load_run_times
from workflow.state import Part, PartStatus
from workflow.verbs import Verb

__all__ = ["Concern", "Digest", "Estimate", "Item", "MeetingToday", "collect", "estimates_of", "works_now"]

ESTIMATES_AHEAD = (45, 14, 7)
"""How many days ahead the admin is asked to confirm an estimated day off: once as each is reached."""

LONG_FEAST = 14
"""How many days a feast with its collective leave lasts at most: it is named whole."""

MEETING_SOON = timedelta(minutes=60)
"""A meeting as near as this has had a reminder of its own; twice in an hour is once too often."""

AWAY_TOLD_WITHIN = timedelta(days=14)
"""Whoever had nothing on their desk for so long need not hear any more that the bot was away."""


@dataclass(frozen=True, slots=True)
class Item:
    """One task its reader owes. ``late_minutes`` are working minutes past the deadline, 0 before it.

    ``kind``: ``overdue``, ``due_today`` (no working time is left after today), or ``waiting``
    (reminded of before its deadline, or without one).
    """

    task_id: int
    run_id: int
    official_id: int
    kind: Literal["overdue", "due_today", "waiting"]
    deadline: Deadline | None
    late_minutes: int
    waiting_since: datetime


@dataclass(frozen=True, slots=True)
class MeetingToday:
    """A meeting its reader is invited to, or writes the minutes of, later today but not at once."""

    task_id: int
    run_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Estimate:
    """A day off whose date is estimated and that nobody has confirmed yet; for the admin."""

    office_id: str
    day: date
    name: str


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything one chat is told in one message.

    ``away``: the bot was away for a working day or more, from and until (aware UTC); what was
    tapped meanwhile may be lost.
    """

    officials: list[Official]
    own: list[Item] = field(default_factory=list)
    concerns: list[Concern] = field(default_factory=list)
    meetings: list[MeetingToday] = field(default_factory=list)
    estimates: list[Estimate] = field(default_factory=list)
    away: tuple[datetime, datetime] | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.own or self.concerns or self.meetings or self.estimates or self.away)


def collect(session: Session, bot_id: int, chat_id: int, now: datetime) -> Digest:
    """Return what a chat is to be told at ``now`` (business time, aware UTC); reads only."""
    officials = [
        official
        for official in people.officials_of(session, chat_id, bot_id)
        if works_now(calendar_of(session.get_one(Office, official.office_id)), now)
    ]
    last = session.get(Chat, (bot_id, chat_id))
    last_digest_at = last.nudge_sent_at if last is not None else None
    own: list[Item] = []
    concerns: list[Concern] = []
    meetings: list[MeetingToday] = []
    estimates: list[Estimate] = []
    on_desk = False
    for official in officials:
        office = session.get_one(Office, official.office_id)
        known: dict[int, RunTimes] = {}
        for card, task, run in _cards(session, bot_id, official):
            if run.id not in known:
                known[run.id or 0] = load_run_times(
                    session, run, load(session.get_one(Adoption, run.adoption_id)), office
                )
            times = known[run.id or 0]
            on_desk = on_desk or task.status == PartStatus.OPEN
            item = _item(times, office, card, task, last_digest_at, now)
            own += [item] if item else []
            meeting = _meeting(session, times, task, now)
            if meeting is not None and all((m.run_id, m.at) != (meeting.run_id, meeting.at) for m in meetings):
                meetings.append(meeting)
        concerns += escalation.told_to(session, office, official, now)
        estimates += estimates_of(office, now) if official.admin else []
    return Digest(
        officials, sorted(own, key=_urgency), concerns, sorted(meetings, key=lambda meeting: meeting.at), estimates,
        _away(session, bot_id, last_digest_at, now) if on_desk else None,
    )  # fmt: skip


def works_now(calendar: WorkingTime, now: datetime) -> bool:
    """Say whether an office's working day is under way, a break included."""
    day = calendar.local_date(now)
    opening, closing = calendar.opening(day), calendar.closing(day)
    return opening is not None and closing is not None and opening <= now < closing


def estimates_of(office: Office, now: datetime) -> list[Estimate]:
    """Return the estimated days off to be confirmed today: those that have just come so near.

    Days without a working day between them (Lebaran and its collective leave) are one matter,
    as near as the first of them.
    """
    calendar = calendar_of(office)
    today = calendar.local_date(now)
    before = today - timedelta(days=1)  # the last morning on which this could be asked
    while not calendar.is_working_day(before):
        before -= timedelta(days=1)
    coming: list[list[DayOff]] = []
    for off in calendar.days_off(today + timedelta(days=1), today + timedelta(days=max(ESTIMATES_AHEAD) + LONG_FEAST)):
        if coming and calendar.days_between(coming[-1][-1].date, off.date) == 0:
            coming[-1].append(off)
        else:
            coming.append([off])
    found: list[Estimate] = []
    for together in coming:
        estimated = [off for off in together if off.estimated]
        if estimated and _has_come_near(estimated[0].date, before, today):
            found += [Estimate(office.id, off.date, off.name) for off in estimated]
    return found


def _has_come_near(day: date, before: date, today: date) -> bool:
    return any((day - today).days <= ahead < (day - before).days for ahead in ESTIMATES_AHEAD)


def _cards(session: Session, bot_id: int, official: Official) -> Iterator[tuple[Card, Task, Run]]:
    rows: Iterable[tuple[Card, Task, Run]] = session.exec(
        select(Card, Task, Run)
        .join(Task, col(Task.id) == Card.task_id)
        .join(Run, col(Run.id) == Task.run_id)
        .where(
            Run.office_id == official.office_id,
            Card.official_id == official.id,
            col(Card.live).is_(True),
            Card.bot_id == bot_id,
            is_status(Run.status, "open"),
            col(Task.status).in_((PartStatus.OPEN, PartStatus.DONE)),
        )
        .order_by(col(Task.id))
    ).all()
    yield from rows


def _item(
    times: RunTimes, office: Office, card: Card, task: Task, last_digest_at: datetime | None, now: datetime
) -> Item | None:
    """Return what a digest says of a task its reader owes; ``None`` where it is silent."""
    if task.status != PartStatus.OPEN or task.part in SIDE or times.paused or task.sending is not None:
        return None
    calendar, policy = times.calendar, policy_of(office)
    deadline = times.deadline(task)
    since = times.starts_at(task, task.opened_at or now)
    if since > now:
        return None  # minutes before their meeting has begun: the meeting itself is named
    shown_at = card.sent_at if card.sent_at is not None and not card.sent_as_reminder else since
    if card.message_id is None or now < floor_at(calendar, policy, max(since, shown_at)):
        return None

    def item(kind: Literal["overdue", "due_today", "waiting"]) -> Item:
        return Item(task.id or 0, task.run_id, card.official_id, kind, deadline, times.late_minutes(task, now), since)

    if deadline is None:
        days = calendar.days_between(calendar.local_date(since), calendar.local_date(now))
        return item("waiting") if days and days % policy.without_deadline_every_days == 0 else None
    if deadline.at <= now:
        return item("overdue")
    if deadline.at < calendar.next_morning(now):
        return item("due_today")
    said_at = max(last_digest_at or since, card.sent_at or since)
    owed = any(said_at < slot.at <= now for slot in slots_of(times, policy, task))
    return item("waiting") if owed else None


def _meeting(session: Session, times: RunTimes, task: Task, now: datetime) -> MeetingToday | None:
    at = times.meetings.get(task.step)
    invited = task.part == Part.INVITATION
    if at is None or times.paused or not (invited or task.status == PartStatus.OPEN):
        return None
    if at < now + MEETING_SOON or times.calendar.local_date(at) != times.calendar.local_date(now):
        return None
    return None if invited and _declined(session, task) else MeetingToday(task.id or 0, task.run_id, at)


def _declined(session: Session, task: Task) -> bool:
    answer = session.exec(
        select(Submission.outcome).where(
            Submission.task_id == task.id, col(Submission.effective).is_(True), Submission.verb == Verb.ATTEND
        )
    ).first()
    return answer == "no"


def _away(
    session: Session, bot_id: int, last_digest_at: datetime | None, now: datetime
) -> tuple[datetime, datetime] | None:
    """Return the last long absence of the bot if no digest has told of it yet."""
    bot = session.get_one(Bot, bot_id)
    if bot.away_from is None or bot.away_until is None or bot.away_until > now:
        return None
    told = last_digest_at is not None and last_digest_at > bot.away_until
    return None if told or now - bot.away_until > AWAY_TOLD_WITHIN else (bot.away_from, bot.away_until)


def _urgency(item: Item) -> tuple[int, float]:
    order = {"overdue": 0, "due_today": 1, "waiting": 2}
    at = item.deadline.at if item.deadline else item.waiting_since
    return order[item.kind], at.timestamp()
