"""When a reminder whose hour has come is not said, or later: on both databases."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, select

from storage import outbox
from storage.tables import Card, Chat, Official, Outbox, Seat
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.reminding_desk import (
    HEADS,
    HOUR,
    again,
    desk_of,
    digest,
    fire_until,
    planned,
    queued,
    wib,
)  # fmt: skip
from tests.integration.workflow.town import BOT, Town
from tests.unit.workflow import builders


def to(desk: Desk, name: str) -> list[Outbox]:
    """Return the reminders that wait to be delivered to somebody."""
    return [row for row in queued(desk) if row.chat_id == desk.chat(name)]


def official(session: Session, desk: Desk, name: str) -> Official:
    return session.get_one(Official, next(p.id for p in desk.cast.people if p.name == name))


def test_after_a_reminder_the_next_one_waits_for_the_gap(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))
    town.store.write(lambda session: again(session, desk, wib("11 08.20")))
    fire_until(desk, "11 09.10")
    assert len(to(desk, "clerk")) == 1
    fire_until(desk, "11 10.00")
    assert len(to(desk, "clerk")) == 1
    fire_until(desk, "11 10.01")
    assert len(to(desk, "clerk")) == 2


def test_a_card_shown_anew_while_its_reminder_waits_is_not_reminded_of(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))

    def nudged(session: Session) -> None:
        session.get_one(Chat, (BOT, desk.chat("clerk"))).nudged_at = wib("11 08.50")

    def shown_anew(session: Session) -> None:
        for card in session.exec(select(Card).where(Card.chat_id == desk.chat("clerk"))):
            card.sent_at = wib("11 09.30")

    town.store.write(nudged)
    fire_until(desk, "11 09.30")
    assert (to(desk, "clerk"), planned(desk)) == ([], {"said": "11 09.50"})
    town.store.write(shown_anew)
    fire_until(desk, "11 12.00")
    assert to(desk, "clerk") == []
    assert len(to(desk, "second-clerk")) == 1


def test_a_digest_on_its_way_says_it_all(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))
    town.store.write(
        lambda session: outbox.say(
            session, bot_id=BOT, chat_id=desk.chat("clerk"), office_id="office", template="digest", params={},
            now=town.now, due_at=wib("11 09.20"),
        )
    )  # fmt: skip
    fire_until(desk, "11 09.10")
    assert [row.template for row in to(desk, "clerk")] == ["digest"]
    assert [row.kind for row in to(desk, "second-clerk")] == ["card"]


def test_a_reminder_of_the_afternoon_is_not_said_after_closing(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))
    fire_until(desk, "11 14.30")
    before = len(to(desk, "clerk"))
    town.store.write(lambda session: again(session, desk, wib("11 14.30")))
    fire_until(desk, "11 15.40")
    (row,) = to(desk, "clerk")[before:]
    assert row.not_after == wib("11 16.00") - timedelta(seconds=1)


def test_quiet_hours_put_off_one_holders_reminder_and_not_the_others(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))

    def rest(session: Session) -> None:
        official(session, desk, "clerk").quiet = {"from": "09:00", "until": "09:45"}

    town.store.write(rest)
    fire_until(desk, "11 09.40")
    assert (len(to(desk, "clerk")), len(to(desk, "second-clerk"))) == (0, 1)
    fire_until(desk, "11 09.45")
    assert len(to(desk, "clerk")) == 1


def test_a_secretary_in_the_heads_place_is_not_told_of_their_own_delay(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR, **HEADS))

    def step_in(session: Session) -> None:
        seat = session.exec(select(Seat).where(Seat.official_id == official(session, desk, "head").id)).one()
        seat.official_id = official(session, desk, "secretary").id or 0

    town.store.write(step_in)
    town.now = wib("14 07.40")
    assert digest(desk, "secretary").concerns == []
