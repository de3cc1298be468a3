"""A demo goes on after a restart."""

from __future__ import annotations

import os
from pathlib import Path

from simulator import Person, Simulator, running
from tests.integration.simulator.conftest import AHMAD, PNG

MARKUP = {"inline_keyboard": [[{"text": "A", "callback_data": "d"}]]}
TOKEN = "7000000001:" + "A" * 35


def fresh() -> Simulator:
    simulator = Simulator()
    simulator.add_bot(TOKEN)
    simulator.add_person(Person(AHMAD, "Ahmad Fauzi", "Camat"))
    return simulator


async def test_chats_files_and_undelivered_updates_survive(tmp_path: Path) -> None:
    before = fresh()
    async with running(before, save_to=tmp_path / "new" / "town.sqlite"):
        before.says(AHMAD, "halo")
        before.sends_document(AHMAD, "a.txt", b"isi")
        before.sends_photo(AHMAD, PNG)
        card = await before.call(
            TOKEN, "sendMessage",
            {"chat_id": AHMAD, "text": "x", "reply_markup": MARKUP},
        )  # fmt: skip
        assert card.status == 200
        before.taps(AHMAD, 4, caption="A")
        await before.call(TOKEN, "setMyCommands", {"commands": [{"command": "a", "description": "b"}]})
        await before.call(TOKEN, "getUpdates", {"offset": 2})

    after = fresh()
    async with running(after, save_to=tmp_path / "new" / "town.sqlite"):
        assert after.chat(AHMAD) == before.chat(AHMAD)
        assert after.content(after.chat(AHMAD)[1]) == b"isi"
        assert after.world.the_bot().commands == before.world.the_bot().commands
        updates = (await after.call(TOKEN, "getUpdates")).body["result"]
        assert [u["update_id"] for u in updates] == [2, 3, 4]
        assert (
            await after.call(TOKEN, "answerCallbackQuery", {"callback_query_id": updates[2]["callback_query"]["id"]})
        ).status == 200
        assert after.says(AHMAD, "lagi").id == 5


async def test_nothing_is_written_without_a_file(tmp_path: Path) -> None:
    async with running(fresh()) as url:
        assert url.startswith("http://127.0.0.1:")
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - of a Path, it would block the loop
