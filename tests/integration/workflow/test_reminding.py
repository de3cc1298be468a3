"""Which reminders are put down, what gathers into one message, and what superiors are told: on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from storage import timers
from storage.tables import Adoption, Card, Chat, Extension, Office, Official, Outbox, Timer
from tests import next_timer
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import BOT, ServedStore, SqliteStore, Store, Town
from tests.unit.workflow import builders
from workflow import starting, texts
from workflow import timers as rules
from workflow.moment import Moment
from workflow.reminding import morning
from workflow.reminding.digest import Digest, collect
from workflow.verbs import Verb

HOUR: dict[str, Any] = {"standard_duration_source": "60 Menit"}
DAYS: dict[str, Any] = {"standard_duration_source": "3 Hari"}
HEADS: dict[str, Any] = {"actor": {"role": "head", "confidence": "high", "reason": "invented"}}


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store: Store = SqliteStore(database_url) if database_url.startswith("sqlite") else ServedStore(database_url)
    yield Town(store)
    store.close()


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
        desk.town.store.write(lambda session, t=timer_id, m=moment: rules.fire(session, m, t))  # type: ignore[misc]


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


def test_a_long_step_is_reminded_of_on_the_way_and_at_its_deadline(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **DAYS))
    assert planned(desk) == {"early": "13 10.42", "deadline": "14 15.00"}


def test_what_is_done_or_cancelled_is_not_reminded_of(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR), builders.step(2))
    assert planned(desk) == {"deadline": "11 09.01"}
    desk.do(1)
    assert planned(desk) == {}


def test_a_step_without_waktu_has_no_reminder_but_is_named_every_third_morning(town: Town) -> None:
    desk = desk_of(town, builders.step(1))
    assert planned(desk) == {}
    for day, said in (("12", []), ("13", []), ("14", ["waiting"]), ("15", []), ("18", []), ("19", ["waiting"])):
        desk.town.now = wib(f"{day} 07.40")
        assert [item.kind for item in digest(desk, "clerk").own] == said, day


def test_one_due_thing_is_the_card_and_its_holders_each_get_theirs(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))
    fire_until(desk, "11 09.30")
    rows = queued(desk)
    assert sorted(row.chat_id for row in rows) == sorted([desk.chat("clerk"), desk.chat("second-clerk")])
    assert {row.kind for row in rows} == {"card"}
    assert all(row.not_after is not None and row.due_at < row.not_after <= wib("11 10.30") for row in rows)
    assert all(not row.silent for row in rows)


def test_two_due_things_are_one_message(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))
    desk.town.store.write(lambda session: _again(session, desk))
    fire_until(desk, "11 09.40")
    rows = [row for row in queued(desk) if row.chat_id == desk.chat("clerk")]
    assert [row.template for row in rows] == ["digest"]
    assert len(digest(desk, "clerk").own) == 2


def _again(session: Session, desk: Desk) -> None:
    """Open a second task like the first in another run of the office, at the same moment."""
    starter = session.get_one(Official, next(p.id for p in desk.cast.people if p.admin))
    adoption = session.get_one(Adoption, desk.cast.adoption)
    run = starting.start(session, Moment(BOT, wib("11 08.01"), "a" * 16), starter, adoption, "TW III 2026")
    for card in session.exec(select(Card).where(col(Card.message_id).is_(None))):
        card.message_id, card.sent_at, card.anew = 9_000 + (card.id or 0), wib("11 08.01"), False
    assert run.id


def test_what_comes_within_the_gap_waits_and_is_dropped_where_it_would_wait_overnight(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))

    def nudged(session: Session) -> None:
        session.get_one(Chat, (BOT, desk.chat("clerk"))).nudged_at = wib("11 08.50")
        session.get_one(Chat, (BOT, desk.chat("second-clerk"))).nudged_at = wib("11 15.30")

    desk.town.store.write(nudged)
    fire_until(desk, "11 09.30")
    assert queued(desk) == []
    assert planned(desk) == {"said": "11 09.50"}
    fire_until(desk, "11 09.50")
    assert [row.chat_id for row in queued(desk)] == [desk.chat("clerk")]


def test_a_reminder_found_too_late_is_left_to_the_digest(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))
    desk.town.now = wib("11 10.30")
    fire_due(desk)
    fire_due(desk)
    assert queued(desk) == []
    desk.town.now = wib("12 07.40")
    assert [item.kind for item in digest(desk, "clerk").own] == ["overdue"]


def test_a_card_that_reached_the_phone_late_is_not_reminded_of_at_once(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))

    def late(session: Session) -> None:
        for card in session.exec(select(Card)):
            card.sent_at = wib("11 08.50")

    desk.town.store.write(late)
    fire_until(desk, "11 09.30")
    assert queued(desk) == []
    fire_until(desk, "11 09.50")
    assert len(queued(desk)) == 2


def test_more_time_moves_the_reminder_that_was_due_already(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))
    task = desk.task(1)

    def granted(session: Session) -> None:
        moment = Moment(BOT, wib("11 08.30"), "b" * 16)
        clerk = next(p.id for p in desk.cast.people if p.name == "clerk")
        session.add(
            Extension(
                office_id="office", run_id=task.run_id, task_id=task.id or 0, activation=1, asked_by=clerk,
                asked_at=moment.now, until=wib("12 11.00"), status="granted", decided_by=clerk,
                decided_at=moment.now, reason_id=texts.keep(session, moment, "office", "Menunggu data"),
            )
        )  # fmt: skip

    desk.town.store.write(granted)  # as if it had been granted in the very minute in which the timer fires
    fire_until(desk, "11 10.00")
    assert queued(desk) == []
    assert planned(desk) == {"early": "11 15.18", "deadline": "12 11.00"}


def test_the_morning_is_one_message_for_everybody_who_has_something_to_read(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))
    shown(desk)
    fire_until(desk, "12 07.31")
    rows = [row for row in queued(desk) if row.template == "digest"]
    assert sorted(row.chat_id for row in rows) == sorted([desk.chat("clerk"), desk.chat("second-clerk")])
    for row in rows:
        assert wib("12 07.30") <= row.due_at <= wib("12 07.45")
        assert row.not_after == wib("12 16.00")
    fire_until(desk, "12 15.00")
    assert len([row for row in queued(desk) if row.template == "digest"]) == 2
    mornings: list[Timer] = town.rows(Timer, Timer.kind == "morning")
    assert [timer.fire_at for timer in mornings] == [wib("13 07.30")]


def test_superiors_are_told_as_the_policy_says_and_only_in_their_digest(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))
    told = {}
    for day in ("12", "13", "14"):
        desk.town.now = wib(f"{day} 07.40")
        told[day] = [(c.reason, c.offer, c.about_head) for c in digest(desk, "secretary").concerns]
        assert digest(desk, "head").concerns == []
    assert told == {"12": [], "13": [("unacknowledged", False, False)], "14": [("incomplete", True, False)]}


def test_who_took_it_up_is_not_called_idle(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))
    assert desk.tap("clerk", Verb.ACKNOWLEDGE, desk.task(1)) == "acknowledged"
    desk.town.now = wib("13 07.40")
    assert digest(desk, "secretary").concerns == []
    desk.town.now = wib("14 07.40")
    assert [concern.reason for concern in digest(desk, "secretary").concerns] == ["incomplete"]


def test_the_heads_delay_is_told_to_the_secretary_alone(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR, **HEADS))
    desk.town.now = wib("14 07.40")
    (concern,) = digest(desk, "secretary").concerns
    assert (concern.about_head, concern.offer) == (True, False)
    for name in ("head", "admin", "clerk", "head-north", "nobody"):
        assert digest(desk, name).concerns == [], name


def test_whom_nobody_can_reach_is_told_of_on_the_first_morning(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))

    def blocked(session: Session) -> None:
        for name in ("clerk", "second-clerk"):
            session.get_one(Chat, (BOT, desk.chat(name))).reachable = False

    desk.town.store.write(blocked)
    desk.town.now = wib("12 07.40")
    assert [concern.reason for concern in digest(desk, "secretary").concerns] == ["unreachable"]


def test_a_policy_of_its_own_decides(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))

    def own(session: Session) -> None:
        office = session.get_one(Office, "office")
        office.policy = {
            "unacknowledged_after_days": 0,
            "unacknowledged_action": "offer",
            "superiors": {"clerk": "unit_head"},
        }

    desk.town.store.write(own)
    desk.town.now = wib("12 07.40")
    assert [(c.reason, c.offer) for c in digest(desk, "head-north").concerns] == [("unacknowledged", True)]


def test_nobody_is_reminded_while_a_run_pauses(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))
    desk.town.write(desk.chat("secretary"), "/tunda 1 Menunggu edaran")
    desk.answer("secretary", "send")
    assert planned(desk) == {}
    desk.town.now = wib("14 07.40")
    assert digest(desk, "clerk").own == []
    assert digest(desk, "secretary").concerns == []


def test_the_admin_is_asked_about_estimated_days_as_they_come_near_and_not_in_between(town: Town) -> None:
    desk = desk_of(town, builders.step(1))
    asked = {}
    for day in range(60):
        desk.town.now = datetime(2027, 1, 11, 1, 0, tzinfo=UTC) + timedelta(days=day)
        if named := [estimate.name for estimate in digest(desk, "admin").estimates if "Fitri" in estimate.name]:
            asked[f"{desk.town.now:%d %b}"] = len(named)
        assert digest(desk, "secretary").estimates == []
    # Lebaran is reckoned for Wednesday, 10 March: 45, 14 and 7 days before, both of its days at once.
    assert asked == {"25 Jan": 2, "24 Feb": 2, "03 Mar": 2}


def test_what_has_no_waktu_reaches_a_superior_after_ten_working_days_and_is_not_late(town: Town) -> None:
    desk = desk_of(town, builders.step(1))
    desk.town.now = wib("25 07.40")
    assert digest(desk, "secretary").concerns == []
    desk.town.now = wib("26 07.40")
    (concern,) = digest(desk, "secretary").concerns
    assert (concern.reason, concern.deadline, concern.late_minutes) == ("incomplete", None, 0)
    assert (concern.offer, concern.about_head) == (True, False)
    assert digest(desk, "head").concerns == []
    fire_until(desk, "26 07.31")
    assert desk.chat("secretary") in {row.chat_id for row in queued(desk) if row.template == "digest"}


def test_days_of_a_pause_do_not_count_for_what_has_no_waktu(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HEADS))
    desk.town.now = wib("12 08.00")
    desk.town.write(desk.chat("secretary"), "/tunda 1 Menunggu edaran")
    desk.answer("secretary", "send")
    desk.town.now = wib("14 15.00")
    desk.town.write(desk.chat("secretary"), "/lanjutkan 1 Edaran sudah terbit")
    desk.answer("secretary", "send")
    desk.town.now = wib("28 07.40")
    assert digest(desk, "secretary").concerns == []
    desk.town.now = wib("29 07.40")
    (concern,) = digest(desk, "secretary").concerns
    assert (concern.about_head, concern.offer) == (True, False)
    assert digest(desk, "head").concerns == []
