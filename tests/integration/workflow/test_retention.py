"""What need not be kept any longer goes at night, in pieces; the record does not: on both databases."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, col, func, select, update

from storage import inbox, outbox
from storage.tables import (
    AuditEvent,
    Bot,
    Card,
    ErasableText,
    File,
    Inbox,
    Invitation,
    Office,
    Official,
    Outbox,
    Run,
    Seat,
    Submission,
    Timer,
)
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import BOT, Town
from tests.unit.workflow import builders
from workflow import audit_replay, retention
from workflow import timers as rules
from workflow.moment import Moment
from workflow.reminding.morning import DIGEST

DAY = timedelta(days=1)


@pytest.fixture
def desk(town: Town) -> Desk:
    desk = Desk(town, builders.step(1), builders.step(2))
    town.store.write(lambda session: retention.ensure_all(session, town.now))
    return desk


def night(desk: Desk, at: datetime) -> int:
    """Let the retention timer fire until the night's work is done; return the number of pieces."""
    pieces = 0
    while True:
        due = desk.town.rows(Timer, Timer.kind == retention.KIND, Timer.fire_at <= at)
        if not due:
            return pieces
        moment = Moment(BOT, at, f"{pieces:016x}")
        desk.town.store.write(partial(rules.fire, moment=moment, timer_id=due[0].id or 0))
        at += timedelta(seconds=2)
        pieces += 1


def sent(desk: Desk, at: datetime, count: int = 1, template: str = "returned", **params: Any) -> None:
    """Queue messages to the head as they would be, delivered at once."""

    def body(session: Session) -> None:
        for _ in range(count):
            outbox.say(
                session, bot_id=BOT, chat_id=desk.chat("head"), office_id="office", template=template,
                params={"words": "Isi pesan", **params}, now=at,
            )  # fmt: skip
        session.exec(
            update(Outbox).where(col(Outbox.created_at) == at, col(Outbox.status) == "queued")
            .values(status="sent", finished_at=at, message_id=7)
        )  # fmt: skip

    desk.town.store.write(body)


def came(desk: Desk, at: datetime, numbers: range, person: int | None = None) -> None:
    who = person if person is not None else desk.chat("head")

    def body(session: Session) -> None:
        inbox.store_updates(session, BOT, [(n, who, '{"text":"halo"}') for n in numbers], at)
        session.exec(
            update(Inbox).where(col(Inbox.status) == "pending").values(status="done", done_at=at)
        )  # fmt: skip

    desk.town.store.write(body)


def count(desk: Desk, table: type[SQLModel], *conditions: Any) -> int:
    query = select(func.count()).select_from(table).where(*conditions)
    return desk.town.store.write(lambda s: s.exec(query).one())


def speaking(desk: Desk) -> int:
    rows = desk.town.rows(Outbox, Outbox.template == "returned")
    return sum(bool(row.params) for row in rows)


def faults(desk: Desk) -> list[Any]:
    return desk.town.store.write(lambda s: list(audit_replay.verify(s, "office")))


def test_it_is_put_down_for_the_night_once_for_each_office(desk: Desk) -> None:
    desk.town.store.write(lambda session: retention.ensure_all(session, desk.town.now))
    put = desk.town.rows(Timer, Timer.kind == retention.KIND)
    # 02.30 WIB, when nobody works.
    assert [f"{t.fire_at:%d %H:%M}" for t in put] == ["04 19:30"]
    night(desk, put[0].fire_at)
    assert [f"{t.fire_at:%d %H:%M}" for t in desk.town.rows(Timer, Timer.kind == retention.KIND)] == ["05 19:30"]


def test_a_year_of_rows_goes_and_growth_stops(desk: Desk) -> None:
    """Every day 8 updates and 8 messages come; from the time that is kept on there are no more of them."""
    town = desk.town
    begin, per_day = town.now, 8
    sizes = []
    for week in range(52):
        at = begin + week * 7 * DAY
        came(desk, at, range(week * 1000, week * 1000 + 7 * per_day))
        sent(desk, at, 7 * per_day, text="x" * 50)
        # The bot was away for all but one night of the week: nothing adds up for it.
        assert night(desk, at + 6 * DAY) <= 5
        sizes.append((count(desk, Inbox), speaking(desk)))
    weeks = {days: -(-days // 7) + 1 for days in (30, 90)}
    assert max(updates for updates, _ in sizes) <= weeks[30] * 7 * per_day
    assert max(messages for _, messages in sizes) <= weeks[90] * 7 * per_day
    assert len(set(sizes[20:])) == 1
    # Who was sent what and when is of the record.
    rows = town.rows(Outbox, Outbox.template == "returned")
    assert len(rows) == 52 * 7 * per_day
    assert all(row.finished_at is not None and row.message_id == 7 and row.template for row in rows)
    assert faults(desk) == []


def test_nothing_goes_before_its_day(desk: Desk) -> None:
    town = desk.town
    at = town.now + timedelta(hours=1)
    came(desk, at, range(5))
    sent(desk, at, 5)
    night(desk, at + 30 * DAY)
    assert count(desk, Inbox) == 5
    night(desk, at + 31 * DAY)
    assert count(desk, Inbox) == 0
    night(desk, at + 90 * DAY)
    assert speaking(desk) == 5
    night(desk, at + 91 * DAY)
    assert speaking(desk) == 0


def test_the_office_sets_the_days(desk: Desk) -> None:
    town = desk.town
    at = town.now + timedelta(hours=1)

    def rule(session: Session) -> None:
        session.get_one(Office, "office").rules = {"raw_updates_days": 3, "message_texts_days": 7}

    town.store.write(rule)
    came(desk, at, range(5))
    sent(desk, at, 5)
    night(desk, at + 4 * DAY)
    assert (count(desk, Inbox), speaking(desk)) == (0, 5)
    night(desk, at + 8 * DAY)
    assert speaking(desk) == 0


def digests(desk: Desk) -> int:
    return count(desk, Outbox, Outbox.template == DIGEST)


def test_a_digest_goes_when_its_time_is_up_and_what_brought_the_task_stays(desk: Desk) -> None:
    town, at = desk.town, desk.town.now
    others = count(desk, Outbox)
    sent(desk, at, 3, template=DIGEST)
    # One that came too late to be said, and keeps its occasion.
    town.store.write(
        lambda s: outbox.say(
            s, bot_id=BOT, chat_id=desk.chat("head"), office_id="office", template=DIGEST, params={}, now=at,
            key=f"digest:{BOT}:1:{at:%Y-%m-%d}",
        )
    )  # fmt: skip
    town.store.write(lambda s: s.exec(update(Outbox).where(col(Outbox.key).is_not(None)).values(status="skipped")))
    sent(desk, at + DAY, 2, template=DIGEST)
    sent(desk, at + 2 * DAY)
    night(desk, at + 89 * DAY)
    assert digests(desk) == 6
    night(desk, at + 90 * DAY + timedelta(hours=20))
    assert digests(desk) == 2
    night(desk, at + 100 * DAY)
    assert digests(desk) == 0
    kept = town.rows(Outbox, Outbox.template == "returned")
    assert [(row.chat_id, row.params, row.finished_at) for row in kept] == [(desk.chat("head"), {}, at + 2 * DAY)]
    assert count(desk, Outbox, col(Outbox.kind) == "card") == count(desk, Card) > 0
    assert count(desk, Outbox) <= others + 1
    assert faults(desk) == []


def test_what_an_earlier_version_passed_by_is_looked_at_once_more(desk: Desk) -> None:
    town, at = desk.town, desk.town.now
    sent(desk, at, 3, template=DIGEST)
    sent(desk, at, 600)
    timer = town.rows(Timer, Timer.kind == retention.KIND)[0]
    last = max(row.id or 0 for row in town.rows(Outbox))

    def as_it_was(session: Session) -> None:
        data = {name: value for name, value in timer.data.items() if name != "sweep"}
        session.get_one(Timer, timer.id).data = {**data, "message": last}

    town.store.write(as_it_was)
    assert night(desk, at + 100 * DAY) > 1
    assert digests(desk) == 0
    assert speaking(desk) == 0
    # The next night begins where this one ended.
    assert town.rows(Timer, Timer.kind == retention.KIND)[0].data["message"] == last
    assert night(desk, at + 101 * DAY) == 1


def test_what_waits_is_kept_and_emptied_after_it_was_sent(desk: Desk) -> None:
    town = desk.town
    at = town.now + timedelta(hours=1)
    sent(desk, at, 3)

    def hold(session: Session) -> None:
        first = session.exec(select(Outbox).where(Outbox.template == "returned").order_by(col(Outbox.id))).first()
        assert first is not None
        first.status, first.finished_at = "held", None

    town.store.write(hold)
    night(desk, at + 100 * DAY)
    assert speaking(desk) == 1
    came_at = at + 120 * DAY

    def deliver(session: Session) -> None:
        session.exec(update(Outbox).where(col(Outbox.status) == "held").values(status="sent", finished_at=came_at))

    town.store.write(deliver)
    night(desk, came_at + 89 * DAY)
    assert speaking(desk) == 1
    night(desk, came_at + 91 * DAY)
    assert speaking(desk) == 0


def test_pending_updates_other_offices_people_and_strangers(desk: Desk, town: Town) -> None:
    other = town.found("other", builders.definition(builders.step(1)), ("north", "south"))
    theirs = other.people[0].chat or 0
    at = town.now

    def years(session: Session) -> None:
        session.get_one(Office, "other").rules = {"raw_updates_days": 300}

    town.store.write(years)
    came(desk, at, range(10, 12), theirs)
    came(desk, at, range(20, 22), 99_999)
    town.store.write(lambda s: inbox.store_updates(s, BOT, [(30, desk.chat("head"), "{}")], at))
    night(desk, at + 40 * DAY)
    left = {row.update_id for row in town.rows(Inbox)}
    assert left == {10, 11, 30}  # another office's rule, and what nobody has handled


def test_what_somebody_sent_two_bots_is_kept_as_long_as_each_ones_office_says(desk: Desk, town: Town) -> None:
    other = town.found("other", builders.definition(builders.step(1)), ("north", "south"))
    both, only = desk.chat("head"), desk.chat("clerk")
    at = town.now

    def body(session: Session) -> None:
        session.add(Bot(id=BOT + 1, username="lain_bot"))
        office = session.get_one(Office, "other")
        office.rules, office.bot_id = {"raw_updates_days": 300}, BOT + 1
        session.get_one(Official, other.people[0].id).telegram_id = both
        session.flush()
        inbox.store_updates(session, BOT + 1, [(41, both, "{}"), (42, only, "{}")], at)

    town.store.write(body)
    came(desk, at, range(40, 41), both)
    night(desk, at + 40 * DAY)
    left = {(row.bot_id, row.update_id) for row in town.rows(Inbox)}
    assert left == {(BOT + 1, 41)}, "the other office keeps it; to its bot the other one is a stranger"


def test_cards_are_forgotten_ninety_days_after_their_run_and_not_before(desk: Desk, town: Town) -> None:
    desk.diligent.finish()
    town.deliver()
    ended = town.rows(Run)[0].ended_at
    assert ended is not None
    standing = count(desk, Card, col(Card.message_id).is_not(None))
    assert standing > 0
    night(desk, ended + 89 * DAY)
    assert count(desk, Card, col(Card.message_id).is_not(None)) == standing
    night(desk, ended + 92 * DAY)
    assert count(desk, Card, col(Card.message_id).is_not(None)) == 0
    assert faults(desk) == []


def test_the_cards_of_an_open_run_stay_for_years(desk: Desk, town: Town) -> None:
    town.deliver()
    standing = count(desk, Card, col(Card.message_id).is_not(None), col(Card.live))
    night(desk, town.now + 800 * DAY)
    assert standing > 0
    assert count(desk, Card, col(Card.message_id).is_not(None), col(Card.live)) == standing


def test_of_the_record_nothing_is_touched_and_the_night_is_on_record(desk: Desk, town: Town) -> None:
    town.write(desk.chat("secretary"), "/tunda 1")
    town.write(desk.chat("secretary"), "Menunggu edaran")
    desk.answer("secretary", "send")
    town.write(desk.chat("admin"), "/lanjutkan 1")
    desk.diligent.finish()
    town.deliver()
    of_record = (Run, Submission, File, ErasableText, Seat, Official)
    before = [kept(desk, table) for table in of_record]
    events = count(desk, AuditEvent)
    night(desk, town.now + 900 * DAY)
    assert [kept(desk, table) for table in of_record] == before
    last = town.rows(AuditEvent)[events:]
    assert [e.kind for e in last] == ["retention.done"]
    assert json.loads(last[0].payload)["cards"] > 0
    assert faults(desk) == []
    # A night on which nothing went says nothing.
    night(desk, town.now + 902 * DAY)
    assert count(desk, AuditEvent) == events + 1


def test_the_words_of_ones_own_reminder_go_with_its_message(desk: Desk, town: Town) -> None:
    clerk = desk.chat("clerk")
    town.write(clerk, "/ingatkan besok jam 9 jemput anak")
    desk.answer("clerk", "yes")
    timer = town.rows(Timer, Timer.kind == "personal")[0]
    moment = Moment(BOT, timer.fire_at, "0" * 16)
    town.store.write(lambda s: rules.fire(s, moment, timer.id or 0))
    town.now = timer.fire_at
    town.deliver()
    night(desk, timer.fire_at + 80 * DAY)
    assert [t.text for t in town.rows(ErasableText)] == ["jemput anak"]
    night(desk, timer.fire_at + 92 * DAY)
    assert [t.text for t in town.rows(ErasableText)] == [None]
    assert [e.kind for e in town.rows(AuditEvent)][-2:] == ["texts.expired", "retention.done"]
    assert faults(desk) == []


def test_it_goes_on_where_it_was_after_a_crash_in_the_middle(desk: Desk, town: Town) -> None:
    at = town.now
    came(desk, at, range(2 * retention.BATCH + 10))
    due = town.rows(Timer, Timer.kind == retention.KIND)[0]
    late = at + 40 * DAY

    def crash(session: Session) -> None:
        rules.fire(session, Moment(BOT, late, "x"), due.id or 0)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        town.store.write(crash)
    assert count(desk, Inbox) == 2 * retention.BATCH + 10
    town.store.write(lambda s: rules.fire(s, Moment(BOT, late, "x"), due.id or 0))
    assert count(desk, Inbox) == retention.BATCH + 10
    town.restart()
    assert night(desk, late + timedelta(minutes=1)) == 2
    assert count(desk, Inbox) == 0
    done = town.rows(AuditEvent, AuditEvent.kind == "retention.done")
    assert [json.loads(e.payload)["updates"] for e in done] == [2 * retention.BATCH + 10]


def test_which_stranger_opened_a_link_is_forgotten(desk: Desk, town: Town) -> None:
    def refused(session: Session) -> None:
        session.add(
            Invitation(
                office_id="office", official_id=1, token_hash="h", status="refused", created_at=town.now,
                expires_at=town.now, claimed_at=town.now, claimed_by=5, claimed_name="Orang",
            )
        )  # fmt: skip

    town.store.write(refused)
    night(desk, town.now + 85 * DAY)
    assert [i.claimed_name for i in town.rows(Invitation)] == ["Orang"]
    night(desk, town.now + 95 * DAY)
    assert [(i.claimed_by, i.claimed_name) for i in town.rows(Invitation)] == [(None, None)]


def kept(desk: Desk, table: Any) -> list[Any]:
    return [row.model_dump() for row in desk.town.rows(table)]
