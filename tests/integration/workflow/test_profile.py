"""What officials say about themselves, and what waits for the end of their quiet hours: on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlmodel import Session, col, select

from storage import audit
from storage.tables import AuditEvent, Card, Official, Outbox
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.reminding_desk import HOUR, desk_of, fire_until, queued, shown, wib
from tests.integration.workflow.town import BOT, Town
from tests.unit.workflow import builders
from workflow import profile
from workflow.verbs import Page, Press

STEP = builders.step(1, standard_duration_source="60 Menit")


def row(desk: Desk, name: str) -> Official:
    found: list[Official] = desk.town.rows(Official, Official.name == name, Official.office_id == desk.cast.office)
    return found[0]


def press(desk: Desk, name: str, argument: str, of: str = "") -> str:
    data = Press(Page.PROFILE, row(desk, of or name).id or 0, 0, argument)
    return desk.town.tap(desk.chat(name), data).key


def answer(desk: Desk, name: str, words: str) -> str:
    """Answer the question about quiet hours; return what was said last."""
    assert press(desk, name, "quiet") == "question_asked"
    desk.town.write(desk.chat(name), words)
    return desk.town.said(desk.chat(name))[-1][0]


def events(desk: Desk) -> list[tuple[str, str]]:
    query = select(AuditEvent).where(AuditEvent.kind == "profile.changed").order_by(col(AuditEvent.seq))
    return desk.town.store.write(lambda s: [(e.kind, e.payload) for e in s.exec(query)])


def test_everything_is_kept_and_the_record_does_not_say_what(town: Town) -> None:
    desk = desk_of(town, STEP)
    head = row(desk, "head").id
    assert press(desk, "head", "ibu") == "profile_changed"
    assert press(desk, "head", "en") == "profile_changed"
    assert answer(desk, "head", "18.00 sampai 07.00") == "profile"
    now = row(desk, "head")
    assert (now.salutation, now.language, now.quiet) == ("Ibu", "en", {"from": "18:00", "until": "07:00"})
    assert [payload for _, payload in events(desk)] == [
        f'{{"field":"{field}","official":{head}}}' for field in ("salutation", "language", "quiet")
    ]
    assert answer(desk, "head", "tidak ada") == "profile"
    assert row(desk, "head").quiet == {}
    assert town.store.write(lambda s: audit.verify(s, "office")) == []


def test_saying_the_same_again_changes_nothing(town: Town) -> None:
    desk = desk_of(town, STEP)
    for _ in range(2):
        press(desk, "head", "bapak")
        press(desk, "head", "id")
    assert len(events(desk)) == 2
    assert len(town.rows(Outbox, Outbox.kind == "menu")) == 1


def test_cards_speak_the_new_language_at_once(town: Town) -> None:
    desk = desk_of(town, STEP)
    chat = desk.chat("clerk")
    card = next(card for card in town.rows(Card) if card.chat_id == chat)
    press(desk, "clerk", "en")
    assert town.rows(Card, Card.id == card.id)[0].wanted_revision == card.wanted_revision + 1
    assert [r.kind for r in town.rows(Outbox, Outbox.chat_id == chat, Outbox.status == "queued")] == [
        "card", "menu", "message"
    ]  # fmt: skip
    others = [one for one in town.rows(Card) if one.chat_id != chat]
    assert all(one.wanted_revision == one.shown_revision for one in others)


def test_nobody_changes_somebody_elses(town: Town) -> None:
    desk = desk_of(town, STEP)
    before = row(desk, "head")
    assert press(desk, "clerk", "ibu", of="head") == "not_yours"
    assert press(desk, "admin", "loud", of="head") == "not_yours"
    assert press(desk, "head", "raja") == "stale"
    assert row(desk, "head") == before


@pytest.mark.parametrize(("words", "reason"), [("kapan saja", "form"), ("07.00 sampai 16.00", "too_long")])
def test_no_hours_or_too_many_are_asked_for_again(town: Town, words: str, reason: str) -> None:
    desk = desk_of(town, STEP)
    assert answer(desk, "head", words) == "quiet_refused"
    assert town.said(desk.chat("head"))[-1][1]["reason"] == reason
    assert row(desk, "head").quiet == {}
    town.write(desk.chat("head"), "12.00 sampai 13.00")
    assert row(desk, "head").quiet == {"from": "12:00", "until": "13:00"}


def test_one_person_in_two_offices_says_it_once(town: Town) -> None:
    desk = desk_of(town, STEP)
    chat = desk.chat("head")
    other = town.found("other", builders.definition(STEP), ("north", "south"))

    def also(session: Session) -> None:
        session.add(Official(office_id=other.office, name="head here too", telegram_id=chat))

    town.store.write(also)
    press(desk, "head", "en")
    assert answer(desk, "head", "20-5") == "profile"
    rows = town.rows(Official, Official.telegram_id == chat)
    assert [(o.office_id, o.language, o.quiet["from"]) for o in rows] == [
        ("office", "en", "20:00"), ("other", "en", "20:00")
    ]  # fmt: skip
    # One menu for the one chat.
    assert len(town.rows(Outbox, Outbox.kind == "menu")) == 1


def test_ones_own_reminder_waits_for_the_end_of_the_quiet_hours(town: Town) -> None:
    desk = desk_of(town, STEP)
    answer(desk, "clerk", "18.00 sampai 07.00")
    town.write(desk.chat("clerk"), "/ingatkan hari ini jam 19.00 bawa laptop")
    desk.answer("clerk", "yes")
    fire_until(desk, "11 23.00")
    waiting: list[Outbox] = town.rows(Outbox, Outbox.template == "personal_reminder")
    assert [r.due_at for r in waiting] == [wib("12 07.00")]
    assert waiting[0].params["official_id"] == row(desk, "clerk").id


def test_a_card_is_reminded_of_after_the_quiet_hours(town: Town) -> None:
    desk = desk_of(town, builders.step(1, **HOUR))
    answer(desk, "clerk", "08.00 sampai 11.00")
    shown(desk)
    fire_until(desk, "11 10.59")
    assert {r.chat_id for r in queued(desk)} == {desk.chat("second-clerk")}
    fire_until(desk, "11 12.00")
    mine = [r for r in queued(desk) if r.chat_id == desk.chat("clerk")]
    assert [(r.kind, r.params["reminder"], r.created_at >= wib("11 11.00")) for r in mine] == [
        ("card", "deadline", True)
    ]


def test_the_digest_is_due_when_the_quiet_hours_are_over(town: Town) -> None:
    desk = desk_of(town, STEP)
    answer(desk, "clerk", "06.00 sampai 09.00")
    shown(desk)
    fire_until(desk, "12 07.30")
    digests = {r.chat_id: r for r in queued(desk) if r.template == "digest"}
    mine = digests.pop(desk.chat("clerk"))
    assert mine.due_at == wib("12 09.00")
    assert mine.not_after is not None
    assert mine.not_after > mine.due_at
    assert all(r.due_at < wib("12 08.00") for r in digests.values())


def test_a_new_release_renews_the_menus_that_were_chosen_once(town: Town) -> None:
    desk = desk_of(town, STEP)
    press(desk, "head", "en")
    for edition in ("first", "first", "second"):
        town.store.write(partial(profile.renew_menus, bot_id=BOT, now=datetime.now(UTC), edition=edition))
    menus: list[Any] = town.rows(Outbox, Outbox.kind == "menu")
    assert [m.params for m in menus] == [{"language": "en"}] * 3
    assert {m.chat_id for m in menus} == {desk.chat("head")}
