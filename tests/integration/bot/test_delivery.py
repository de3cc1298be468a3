"""At delivery: cards and messages, what becomes of them where Telegram refuses or does not answer."""

from __future__ import annotations

import asyncio
import math

import pytest
from sqlmodel import Session
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError

from bot.delivery import LEASE
from bot.telegram_client import Flood, ServerFault, Unsent
from storage import outbox
from storage.outbox import OutboxItem
from storage.showing import Shown
from storage.tables import Card, Chat
from tests import sending
from tests.integration.bot.delivery_desk import Desk
from tests.integration.storage.conftest import ANA, BOT, BUDI, NOW
from workflow import notices


async def test_a_card_is_sent_once_then_edited_then_moved(desk: Desk) -> None:
    await desk.show()
    await desk.deliver()
    assert (await desk.card()).message_id == 101
    await desk.show()
    await desk.deliver()
    await desk.show(anew=True)
    await desk.deliver(rounds=2)
    assert desk.phone.done() == ["send card 1 r2", "edit 101", "send card 1 r4", "strip 101"]
    card = await desk.card()
    assert (card.message_id, card.shown_revision, card.anew) == (103, 4, False)


async def test_revisions_in_between_are_not_shown(desk: Desk) -> None:
    await desk.show()
    await desk.deliver()
    for _ in range(5):
        await desk.show()
    assert await desk.deliver(rounds=3) == 1
    assert desk.phone.done() == ["send card 1 r2", "edit 101"]
    assert desk.phone.calls[-1][1]["text"] == "card 1 r7"


async def test_a_change_while_the_card_is_on_its_way_is_shown_next(desk: Desk) -> None:
    async def meanwhile() -> None:
        desk.phone.on_call = None
        await desk.show()

    desk.phone.on_call = meanwhile
    await desk.show()
    await desk.deliver(rounds=3)
    assert [details["text"] for _, details in desk.phone.calls] == ["card 1 r2", "card 1 r3"]
    assert (await desk.card()).shown_revision == 3


@pytest.mark.parametrize(("anew", "then"), [(True, ["send", "send", "strip"]), (False, ["send", "edit"])])
async def test_a_card_asked_for_anew_while_on_its_way_comes_anew(desk: Desk, anew: bool, then: list[str]) -> None:
    async def meanwhile() -> None:
        desk.phone.on_call = None
        await desk.show(anew=anew)

    desk.phone.on_call = meanwhile
    await desk.show(anew=True)
    await desk.deliver(rounds=4)
    assert [method for method, _ in desk.phone.calls] == then
    assert not (await desk.card()).anew


async def test_a_card_that_died_before_it_was_seen_is_not_sent(desk: Desk) -> None:
    await desk.show()

    def die(session: Session) -> None:
        session.get_one(Card, 1).live = False

    await desk.database.write(die)
    await desk.deliver()
    assert desk.phone.calls == []
    assert await desk.rows() == [("card", "skipped", False)]


async def test_a_card_that_moved_to_another_account_leaves_no_buttons_behind(desk: Desk) -> None:
    def move(session: Session) -> None:
        card = session.get_one(Card, 1)
        card.chat_id, card.message_id, card.anew = BUDI, None, True
        card.wanted_revision += 1
        outbox.show_card(session, card, NOW)

    async def meanwhile() -> None:
        desk.phone.on_call = None
        await desk.database.write(move)

    desk.phone.on_call = meanwhile
    await desk.show()
    await desk.deliver(rounds=3)
    assert sorted(desk.phone.done()) == ["send card 1 r2", "send card 1 r3", "strip 101"]
    assert {details["chat_id"] for method, details in desk.phone.calls if method == "send"} == {ANA, BUDI}
    assert (await desk.card()).shown_revision == 3


async def test_not_modified_is_a_success(desk: Desk) -> None:
    await desk.show()
    await desk.deliver()
    await desk.show()
    desk.phone.errors = [BadRequest("Message is not modified: specified new message content ...")]
    await desk.deliver()
    assert (await desk.card()).shown_revision == 3
    assert {status for _, status, _ in await desk.rows()} == {"sent"}


@pytest.mark.parametrize("words", ["Message to edit not found", "Message can't be edited"])
async def test_a_card_whose_message_is_gone_is_sent_anew(desk: Desk, words: str) -> None:
    await desk.show()
    await desk.deliver()
    await desk.show()
    desk.phone.errors = [BadRequest(words)]
    await desk.deliver(rounds=2)
    assert desk.phone.done() == ["send card 1 r2", "edit 101", "send card 1 r3"]
    assert (await desk.card()).message_id == 103


async def test_a_finished_card_whose_message_is_gone_stays_gone(desk: Desk) -> None:
    await desk.show()
    await desk.deliver()

    def die(session: Session) -> None:
        session.get_one(Card, 1).live = False

    await desk.database.write(die)
    await desk.show()
    desk.phone.errors = [BadRequest("Message to edit not found")]
    await desk.deliver(rounds=3)
    assert desk.phone.done() == ["send card 1 r2", "edit 101"]


@pytest.mark.parametrize("error", [NetworkError("The connection broke"), ServerFault("502")])
async def test_after_an_unknown_outcome_a_card_comes_again_marked(desk: Desk, error: TelegramError) -> None:
    desk.phone.errors = [error]
    await desk.show()
    await desk.deliver()
    assert await desk.deliver() == 0
    desk.clock.advance(3)
    await desk.deliver()
    assert [details["text"] for _, details in desk.phone.calls] == ["card 1 r2", "card 1 r2 (ulang)"]


async def test_an_edit_is_repeated_without_a_mark(desk: Desk) -> None:
    await desk.show()
    await desk.deliver()
    await desk.show()
    desk.phone.errors = [NetworkError("The connection broke")]
    await desk.deliver()
    desk.clock.advance(3)
    await desk.deliver()
    assert [details["text"] for _, details in desk.phone.calls[1:]] == ["card 1 r3", "card 1 r3"]


async def test_what_was_proven_unsent_is_repeated_without_a_mark(desk: Desk) -> None:
    desk.phone.errors = [Unsent("No connection"), Flood(4)]
    await desk.say()
    await desk.deliver()
    desk.clock.advance(1)
    await desk.deliver()
    assert await desk.deliver() == 0
    desk.clock.advance(4)
    await desk.deliver()
    assert [details["text"] for _, details in desk.phone.calls] == ["<b>home</b>"] * 3
    assert await desk.rows() == [("message", "sent", False)]


@pytest.mark.parametrize("error", [Unsent("No connection"), ServerFault("The server answered 502")])
async def test_a_long_outage_buries_nothing(desk: Desk, error: TelegramError) -> None:
    desk.phone.errors = [error] * 30
    await desk.say()
    for _ in range(31):
        await desk.deliver()
        desk.clock.advance(600)
    assert await desk.rows() == [("message", "sent", isinstance(error, ServerFault))]


async def test_what_alone_fails_at_the_server_is_given_up_in_the_end(desk: Desk) -> None:
    await desk.say()
    for _ in range(8):
        assert (await desk.rows())[0][1] == "queued"
        desk.phone.errors = [ServerFault("The server answered 500"), None]
        await desk.say(chat_id=BUDI)
        await desk.deliver()
        desk.clock.advance(600)
    assert await desk.rows() == [("message", "dead", True), *[("message", "sent", False)] * 8]


async def test_an_outcome_that_stays_unknown_is_given_up_in_the_end(desk: Desk) -> None:
    desk.phone.errors = [NetworkError("The connection broke")] * 100
    await desk.say()
    for _ in range(20):
        await desk.deliver()
        desk.clock.advance(600)
    assert await desk.rows() == [("message", "dead", True)]
    assert len(desk.phone.calls) == 8


async def test_a_reminder_with_unknown_outcome_is_not_repeated(desk: Desk) -> None:
    desk.phone.errors = [NetworkError("The connection broke")]
    await desk.say("unit_reminder")
    await desk.deliver()
    desk.clock.advance(3)
    await desk.deliver()
    assert len(desk.phone.calls) == 1
    assert await desk.rows() == [("message", "skipped", True)]


async def test_what_a_dead_process_was_sending_is_repeated_marked(desk: Desk) -> None:
    await desk.show()
    lease_now = await desk.database.lease_time()
    await desk.database.write(lambda s: sending.claim(s, BOT, NOW, lease_now, LEASE, 10))
    await desk.database.write(lambda s: outbox.recover(s, BOT, sending.hold(s, BOT, lease_now, "another"), NOW))
    await desk.deliver()
    assert desk.phone.done() == ["send card 1 r2 (ulang)"]


@pytest.mark.parametrize("error", [Forbidden("Forbidden: bot was blocked by the user"), BadRequest("Chat not found")])
async def test_a_chat_that_cannot_be_reached_is_held_and_told_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: TelegramError
) -> None:
    told: list[int] = []
    monkeypatch.setattr(notices, "unreachable", lambda _s, _bot, chat_id, _now: told.append(chat_id))
    desk.phone.errors = [error]
    await desk.show()
    await desk.say()
    await desk.deliver(rounds=3)
    assert told == [ANA]
    assert [status for _, status, _ in await desk.rows()] == ["held", "held"]
    assert not await desk.database.read(lambda s: s.get_one(Chat, (BOT, ANA)).reachable)
    await desk.database.write(lambda s: outbox.release_chat(s, BOT, ANA, NOW))
    await desk.deliver(rounds=2)
    assert desk.phone.done()[1:] == ["send card 1 r2", "send <b>home</b>"]


async def test_markup_that_telegram_refuses_is_said_plainly(desk: Desk) -> None:
    desk.phone.errors = [BadRequest("Can't parse entities: unclosed start tag")]
    await desk.say("hello")
    await desk.deliver()
    assert [(details["text"], details["mode"]) for _, details in desk.phone.calls] == [
        ("<b>hello</b>", "HTML"),
        ("hello", None),
    ]
    assert await desk.rows() == [("message", "sent", False)]


@pytest.mark.parametrize("template", ["broken", "refused"])
async def test_what_cannot_be_said_is_put_aside_and_the_next_goes_out(desk: Desk, template: str) -> None:
    desk.phone.errors = [BadRequest("Message is too long")] if template == "refused" else []
    await desk.say(template)
    await desk.say("next")
    await desk.deliver(rounds=2)
    assert [status for _, status, _ in await desk.rows()] == ["dead", "sent"]
    (dead,) = await desk.database.read(outbox.list_dead)
    assert dead.error


async def test_two_refused_chats_let_the_bot_rest(desk: Desk) -> None:
    desk.phone.errors = [Flood(9), Flood(9)]
    await desk.say()
    await desk.say(chat_id=BUDI)
    await desk.deliver()
    assert desk.worker._pacing.rest() == 9


async def test_the_running_worker_delivers_and_stops(desk: Desk) -> None:
    await desk.say()
    await desk.say(chat_id=BUDI)
    lease_now = await desk.database.lease_time()
    desk.tenure.begin(await desk.database.write(lambda s: sending.hold(s, BOT, lease_now)), math.inf)
    stopping = asyncio.Event()
    running = asyncio.create_task(desk.worker.run(stopping))
    for _ in range(200):
        if len(desk.phone.calls) == 2:
            break
        await asyncio.sleep(0.02)
    stopping.set()
    await asyncio.wait_for(running, 5)
    assert await desk.rows() == [("message", "sent", False)] * 2


async def _called(desk: Desk, times: int) -> None:
    for _ in range(500):
        if len(desk.phone.calls) >= times:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(desk.phone.calls)


async def test_after_a_card_the_next_of_its_chat_follows_at_once_and_else_nobody_looks(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.LOOK_AGAIN_SECONDS", 60)
    await desk.show()
    await desk.say()
    lease_now = await desk.database.lease_time()
    desk.tenure.begin(await desk.database.write(lambda s: sending.hold(s, BOT, lease_now)), math.inf)
    claims, claim, stopping = [], desk.worker.claim, asyncio.Event()

    async def counted() -> list[OutboxItem]:
        found = await claim()
        claims.append(len(found))
        return found

    monkeypatch.setattr(desk.worker, "claim", counted)
    running = asyncio.create_task(desk.worker.run(stopping))
    await _called(desk, 2)
    await asyncio.sleep(0.3)  # a message says of itself that there may be more; a card only where there is
    claims.clear()
    await desk.show()
    desk.worker.wake()
    await _called(desk, 3)
    await asyncio.sleep(0.3)
    stopping.set()
    await asyncio.wait_for(running, 5)
    assert claims == [1]
    assert sorted(await desk.rows()) == [("card", "sent", False)] * 2 + [("message", "sent", False)]


@pytest.mark.parametrize("meanwhile", [True, False])
async def test_whoever_claimed_while_a_card_was_noted_looks_once_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, meanwhile: bool
) -> None:
    note = desk.worker._marks.note

    async def noted(shown: Shown) -> bool | None:
        if meanwhile:
            await desk.worker.claim()
        assert await note(shown) is False
        return False

    monkeypatch.setattr(desk.worker._marks, "note", noted)
    await desk.show()
    await desk.deliver()
    assert desk.worker._work.is_set() is meanwhile
