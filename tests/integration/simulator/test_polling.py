"""getUpdates: waiting, confirming, forgetting."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from simulator import Simulator
from tests.e2e.phone import quiet
from tests.integration.simulator.conftest import AHMAD, SITI, Api


async def waiting(simulator: Simulator, count: int = 1) -> None:
    """Until a client waits for updates."""
    queue = simulator.queues[simulator.world.the_bot().id]
    assert await simulator.world.until(lambda: len(simulator.journal.calls("getUpdates")) >= count and queue.polled, 5)


async def test_updates_stay_until_an_offset_confirms_them(simulator: Simulator, api: Api) -> None:
    for text in "abc":
        simulator.says(AHMAD, text)
    first = await api("getUpdates", limit=2)
    assert [u["message"]["text"] for u in first] == ["a", "b"]
    assert await api("getUpdates", limit=2) == first
    assert [u["message"]["text"] for u in await api("getUpdates", offset=first[1]["update_id"])] == ["b", "c"]
    assert [u["message"]["text"] for u in await api("getUpdates", offset=-1)] == ["c"]
    assert simulator.pending() == 1, "a negative offset forgets the older ones"
    assert await api("getUpdates", offset=first[1]["update_id"] + 2) == []
    await quiet(simulator, settle=0.001)


async def test_a_long_poll_ends_with_the_update_that_it_waited_for(simulator: Simulator, api: Api) -> None:
    poll = asyncio.create_task(api("getUpdates", timeout=30))
    await waiting(simulator)
    assert not poll.done()
    simulator.says(AHMAD, "halo")
    assert [u["message"]["text"] for u in await poll] == ["halo"]


async def test_a_second_poller_ends_the_first(simulator: Simulator, api: Api) -> None:
    first = asyncio.create_task(api.refused("getUpdates", timeout=30))
    await waiting(simulator)
    second = asyncio.create_task(api("getUpdates", timeout=30))
    code, words = await first
    assert code == 409
    assert words.startswith("Conflict: terminated by other getUpdates request")
    await waiting(simulator, 2)
    simulator.says(AHMAD, "halo")
    assert len(await second) == 1


async def test_polling_and_a_webhook_exclude_each_other(simulator: Simulator, api: Api) -> None:
    poll = asyncio.create_task(api.refused("getUpdates", timeout=30))
    await waiting(simulator)
    await api("setWebhook", url="http://127.0.0.1:1/")
    assert await poll == (409, "Conflict: terminated by setWebhook request")
    code, words = await api.refused("getUpdates")
    assert (code, words.split(";")[0]) == (409, "Conflict: can't use getUpdates method while webhook is active")
    await api("deleteWebhook")
    assert await api("getUpdates") == []


async def test_taps_live_150_seconds_and_messages_a_day(simulator: Simulator, started: Api) -> None:
    markup = {"inline_keyboard": [[{"text": "A", "callback_data": "x"}]]}
    sent = await started("sendMessage", chat_id=AHMAD, text="a", reply_markup=markup)
    simulator.taps(AHMAD, sent["message_id"], caption="A")
    simulator.says(AHMAD, "halo")
    simulator.advance(timedelta(seconds=149))
    assert simulator.pending() == 2
    simulator.advance(timedelta(seconds=1))
    assert [list(u)[1] for u in await started("getUpdates")] == ["message"]
    simulator.advance(timedelta(hours=24))
    assert await started("getUpdates") == []


async def test_kinds_not_asked_for_are_not_queued(simulator: Simulator, started: Api) -> None:
    simulator.reacts(AHMAD, 1, "👍")
    assert await started("getUpdates") == [], "reactions come only on request"
    await started("getUpdates", allowed_updates=["message_reaction"])
    simulator.says(AHMAD, "halo")
    simulator.reacts(AHMAD, 1, None)
    (update,) = await started("getUpdates")
    assert update["message_reaction"]["old_reaction"] == [{"type": "emoji", "emoji": "👍"}]


async def test_duplicated_reordered_and_forged_updates(simulator: Simulator, api: Api) -> None:
    simulator.duplicate_next()
    simulator.says(AHMAD, "a")
    twice = await api("getUpdates")
    assert [u["update_id"] for u in twice] == [1, 1]
    simulator.hold_updates()
    simulator.says(AHMAD, "b")
    simulator.says(SITI, "c")
    assert await api("getUpdates", offset=2) == []
    simulator.release_updates(backwards=True)
    assert [u["message"]["text"] for u in await api("getUpdates")] == ["c", "b"]
    simulator.forge_update("message", {"text": "no such message"})
    assert await api("getUpdates") == [{"update_id": 4, "message": {"text": "no such message"}}]


async def test_an_answer_that_is_lost_on_the_way_loses_no_update(simulator: Simulator, api: Api) -> None:
    simulator.duplicate_next()
    simulator.says(AHMAD, "a")
    simulator.hold_updates()
    simulator.says(AHMAD, "b")
    simulator.says(SITI, "c")
    simulator.release_updates(backwards=True)
    simulator.fault("drop_after", method="getUpdates", times=2)
    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            await api("getUpdates")
    assert [u["message"]["text"] for u in await api("getUpdates")] == ["a", "a", "c", "b"]
    assert await api("getUpdates", offset=2) == []


async def test_two_bots_do_not_see_each_other(simulator: Simulator, api: Api) -> None:
    other = simulator.add_bot(username="lain_bot")
    simulator.says(AHMAD, "satu", bot=api.bot.id)
    simulator.says(AHMAD, "dua", bot=other.id)
    lain = Api(api.client, other)
    assert [u["message"]["text"] for u in await api("getUpdates")] == ["satu"]
    assert [u["message"]["text"] for u in await lain("getUpdates")] == ["dua"]
    await api("sendMessage", chat_id=AHMAD, text="dari satu")
    assert [m.content for m in simulator.chat(AHMAD, bot=other.id)] == ["dua"]
