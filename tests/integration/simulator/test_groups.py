"""Groups, their growth to supergroups, topics, and flood control."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from simulator import Impossible, Simulator
from tests.integration.simulator.conftest import AHMAD, SITI, Api
from tests.integration.simulator.test_conformance import check_update

MARKUP = {"inline_keyboard": [[{"text": "A", "callback_data": "x"}]]}


async def updates(api: Api) -> list[dict[str, Any]]:
    """Fetch, check and confirm what waits."""
    found: list[dict[str, Any]] = await api("getUpdates")
    for update in found:
        check_update(update)
    if found:
        await api("getUpdates", offset=found[-1]["update_id"] + 1)
    return found


async def test_a_bot_in_a_group_hears_what_is_meant_for_it(simulator: Simulator, api: Api) -> None:
    group = simulator.add_group("Kecamatan Sumbang", [AHMAD, SITI])
    assert await api.refused("sendMessage", chat_id=group.id, text="x") == (400, "Bad Request: chat not found")
    simulator.adds_bot(AHMAD, group.id)
    joined = await updates(api)
    assert [list(update)[1] for update in joined] == ["my_chat_member", "message"]
    assert joined[1]["message"]["new_chat_members"][0]["id"] == api.bot.id
    sent = await api("sendMessage", chat_id=group.id, text="kartu", reply_markup=MARKUP)
    assert sent["chat"] == {"id": group.id, "type": "group", "title": "Kecamatan Sumbang"}
    for text in ("halo semua", "/status", "/status@lain_bot", f"/status@{api.bot.user.username}"):
        simulator.says(SITI, text, group=group.id)
    simulator.says(SITI, "baik", group=group.id, reply_to=sent["message_id"])
    simulator.taps(SITI, sent["message_id"], caption="A", group=group.id)
    *heard, tap = await updates(api)
    texts = [update["message"]["text"] for update in heard]
    assert texts == ["/status", f"/status@{api.bot.user.username}", "baik"]
    assert tap["callback_query"]["from"]["id"] == SITI
    assert tap["callback_query"]["message"]["chat"]["id"] == group.id
    assert await api.refused("sendMessage", chat_id=SITI, text="x") == (
        403, "Forbidden: bot can't initiate conversation with a user",
    )  # fmt: skip
    simulator.removes_bot(AHMAD, group.id)
    (left,) = await updates(api)
    assert left["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    assert await api.refused("sendMessage", chat_id=group.id, text="x") == (
        403, "Forbidden: bot was kicked from the group chat",
    )  # fmt: skip


async def test_a_group_becomes_a_supergroup(simulator: Simulator, api: Api) -> None:
    old = simulator.add_group("Rapat", [AHMAD])
    simulator.adds_bot(AHMAD, old.id)
    await updates(api)
    new = simulator.migrates(AHMAD, old.id)
    first, second = await updates(api)
    assert first["message"]["migrate_to_chat_id"] == new.id
    assert second["message"]["migrate_from_chat_id"] == old.id
    answer = (await api.raw("sendMessage", json={"chat_id": old.id, "text": "x"})).json()
    assert answer == {
        "ok": False, "error_code": 400, "parameters": {"migrate_to_chat_id": new.id},
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
    }  # fmt: skip
    assert (await api("sendMessage", chat_id=new.id, text="x"))["chat"]["type"] == "supergroup"
    with pytest.raises(Impossible):
        simulator.says(AHMAD, "x", group=old.id)


async def test_a_person_forwards_what_somebody_else_wrote(simulator: Simulator, started: Api) -> None:
    simulator.forwards(SITI, simulator.says(AHMAD, "asli"))
    _, forwarded = await updates(started)
    assert forwarded["message"]["from"]["id"] == SITI
    assert forwarded["message"]["forward_origin"]["sender_user"]["id"] == AHMAD
    sent = await started("sendMessage", chat_id=AHMAD, text="rahasia", protect_content=True)
    with pytest.raises(Impossible):
        simulator.forwards(AHMAD, simulator.world.messages[f"{started.bot.id}:{AHMAD}"][sent["message_id"]])


async def test_topics(simulator: Simulator, api: Api) -> None:
    forum = simulator.add_group("Forum", [AHMAD], forum=True)
    simulator.adds_bot(AHMAD, forum.id)
    thread = simulator.opens_topic(AHMAD, forum.id, "Pengukuran kinerja")
    simulator.says(AHMAD, "/status", group=forum.id, thread=thread)
    heard = (await updates(api))[-1]["message"]
    assert (heard["message_thread_id"], heard["is_topic_message"]) == (thread, True)
    assert (await api("sendMessage", chat_id=forum.id, message_thread_id=thread, text="x"))[
        "message_thread_id"
    ] == thread
    assert await api.refused("sendMessage", chat_id=forum.id, message_thread_id=99, text="x") == (
        400, "Bad Request: message thread not found",
    )  # fmt: skip


async def test_flood_control_counts_per_chat_group_and_bot(simulator: Simulator, started: Api) -> None:
    simulator.flood.on = True
    answers = [(await started.raw("sendMessage", json={"chat_id": AHMAD, "text": "x"})).json() for _ in range(9)]
    assert [answer["ok"] for answer in answers] == [True] * 8 + [False]
    assert answers[-1]["parameters"] == {"retry_after": 1}
    simulator.advance(timedelta(seconds=1))
    assert await started("sendMessage", chat_id=AHMAD, text="x")
    group = simulator.add_group("Rapat", [AHMAD])
    simulator.adds_bot(AHMAD, group.id)
    for _ in range(20):
        await started("sendMessage", chat_id=group.id, text="x")
    answer = (await started.raw("sendMessage", json={"chat_id": group.id, "text": "x"})).json()
    assert answer["parameters"] == {"retry_after": 3}, "twenty a minute"
