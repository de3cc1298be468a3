"""The control API and the page, as a browser or a test in another language meets them."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import aiohttp
import pytest

from simulator import Simulator, running
from simulator.samples import SAMPLES
from simulator.web import ASSETS
from tests.integration.simulator.conftest import AHMAD, PNG, SITI, Api


async def act(api: Api, operation: str, **arguments: Any) -> Any:
    answer = await api.client.post(f"/_control/{operation}", json=arguments)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_everything_that_people_do(simulator: Simulator, api: Api) -> None:
    await act(api, "add_user", user_id=1003, first_name="Budi", seat="Kasi")
    await act(api, "opens_link", user_id=1003, payload="undangan")
    await act(api, "says", user_id=AHMAD, text="halo")
    await act(api, "sends_document", user_id=AHMAD, name="a.txt", content=base64.b64encode(b"isi").decode())
    await act(api, "sends_photo", user_id=AHMAD, content=base64.b64encode(PNG).decode())
    items = [["a.txt", base64.b64encode(b"1").decode()], ["b.txt", base64.b64encode(b"2").decode()]]
    await act(api, "sends_album", user_id=AHMAD, items=items)
    markup = {"inline_keyboard": [[{"text": "A", "callback_data": "x"}]]}
    card = await api("sendMessage", chat_id=AHMAD, text="kartu", reply_markup=markup)
    query = await act(api, "taps", user_id=AHMAD, message_id=card["message_id"], caption="A")
    await api("answerCallbackQuery", callback_query_id=query["id"], text="Tercatat")
    toasts = (await api.client.get(f"/_control/toasts/{AHMAD}")).json()
    assert [toast["text"] for toast in toasts] == ["Tercatat"]
    chat = (await api.client.get(f"/_control/chats/{AHMAD}")).json()
    assert [message["text"] for message in chat["messages"]] == ["halo", "", "", "", "", "kartu"]
    assert chat["messages"][1]["document"]["name"] == "a.txt"
    link = f"/_control/files/{chat['messages'][1]['document']['id']}"
    file = await api.client.get(link)
    assert file.content == b"isi"
    assert file.headers["content-disposition"].startswith("attachment")
    calls = (await api.client.get("/_control/journal", params={"method": "sendMessage", "chat_id": AHMAD})).json()
    assert [call["params"]["text"] for call in calls] == ["kartu"]
    assert [u["message"]["text"] for u in (await api("getUpdates"))[:2]] == ["/start undangan", "halo"]


async def test_faults_and_time(simulator: Simulator, api: Api) -> None:
    await act(api, "fault", kind="flood", details={"method": "getMe", "retry_after": 2})
    assert (await api.refused("getMe"))[0] == 429
    await act(api, "fault", kind="server_error", details={"times": None})
    await act(api, "clear_faults")
    assert await api("getMe")
    before = simulator.clock.now()
    await act(api, "advance", seconds=60)
    assert (simulator.clock.now() - before).total_seconds() == 60
    bot = await act(api, "add_bot", username="lain_bot")
    assert (await api.raw("getMe", token=bot["token"])).json()["result"]["username"] == "lain_bot"


@pytest.mark.parametrize(
    ("operation", "arguments", "status"),
    [
        ("taps", {"user_id": AHMAD, "message_id": 1, "caption": "tidak ada"}, 409),
        ("says", {"user_id": 4711, "text": "x"}, 409),
        ("sends_photo", {"user_id": AHMAD, "content": base64.b64encode(b"teks").decode()}, 409),
        ("sends_sample", {"user_id": AHMAD, "sample": "tidak ada"}, 409),
        ("says", {"user_id": AHMAD}, 422),
        ("sends_document", {"user_id": AHMAD, "name": "a", "content": "%"}, 422),
        ("close", {}, 404),
        ("_answer", {}, 404),
    ],
)
async def test_what_cannot_be_done(api: Api, operation: str, arguments: dict[str, Any], status: int) -> None:
    assert (await api.client.post(f"/_control/{operation}", json=arguments)).status_code == status


@pytest.mark.parametrize("sample", [*SAMPLES, "album"])
async def test_every_sample_can_be_sent(simulator: Simulator, api: Api, sample: str) -> None:
    await act(api, "sends_sample", user_id=AHMAD, sample=sample)
    sent = simulator.chat(AHMAD)
    magic = {
        "blank": b"PK\x03\x04", "filled": b"PK\x03\x04", "other": b"PK\x03\x04", "letter": b"PK\x03\x04",
        "minutes": b"PK\x03\x04", "signed": b"%PDF-", "photo": b"\x89PNG", "wrong": b"MZ", "empty": b"",
        "big": b"%PDF-", "album": b"\x89PNG",
    }  # fmt: skip
    assert simulator.content(sent[0]).startswith(magic[sample])
    assert len(sent) == (2 if sample == "album" else 1)
    if sample == "big":
        assert len(simulator.content(sent[0])) > 20 << 20


async def test_another_site_gets_nothing(api: Api) -> None:
    stranger = {"host": "evil.example:8081"}
    for path in ("/", "/_control/state", f"/bot{api.bot.token}/getMe"):
        assert (await api.client.get(path, headers=stranger)).status_code == 421
    form = await api.client.post("/_control/says", content=b"{}", headers={"content-type": "text/plain"})
    assert form.status_code == 415


async def test_the_page_is_light_and_asks_nobody_else(api: Api) -> None:
    page = await api.client.get("/")
    assert "LATIHAN" in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    total = 0
    for name, (content, _) in ASSETS.items():
        answer = await api.client.get(f"/assets/{name}")
        assert answer.content == content
        total += len(content)
        if name.endswith(".js"):
            assert b"innerHTML" not in content.replace(b"without innerHTML", b"")
            assert b"https://" not in content.replace(b"https://t.me", b"")
    assert total < 200_000
    assert (await api.client.get("/assets/..%2fweb.py")).status_code == 404


async def test_the_page_begins_with_the_newest_messages(simulator: Simulator, api: Api) -> None:
    for number in range(70):
        simulator.says(AHMAD, f"pesan {number}")
    simulator.says(SITI, "halo")
    await api("sendMessage", chat_id=SITI, text="belum dibaca")
    await api("setMyCommands", commands=[{"command": "a", "description": "umum"}])
    await api("setMyCommands", commands=[{"command": "b", "description": "id"}], language_code="id")
    state = (await api.client.get("/_control/state")).json()
    ahmad, siti = state["chats"]
    assert (len(ahmad["messages"]), ahmad["older"]) == (60, 10)
    assert (siti["unread"], ahmad["unread"]) == (1, 0)
    assert [ahmad["commands"][0]["command"], siti["commands"][0]["command"]] == ["b", "a"]
    first = ahmad["messages"][0]["id"]
    older = (await api.client.get(f"/_control/chats/{AHMAD}", params={"before": first})).json()
    assert (len(older["messages"]), older["older"]) == (10, 0)
    await act(api, "reads", user_id=SITI)
    assert (await api.client.get("/_control/state")).json()["chats"][1]["unread"] == 0


async def test_changes_are_streamed(simulator: Simulator) -> None:
    simulator.says(AHMAD, "/start")
    token = simulator.world.the_bot().token
    seen: list[tuple[str, Any]] = []
    async with (
        running(simulator) as url,
        aiohttp.ClientSession() as session,
        session.get(f"{url}/_control/events") as stream,
    ):

        async def until(kind: str) -> Any:
            name = ""
            async for line in stream.content:
                word, _, value = line.decode().strip().partition(": ")
                if word == "event":
                    name = value
                elif word == "data":
                    seen.append((name, json.loads(value)))
                    if name == kind:
                        return seen[-1][1]
            raise AssertionError(f"the stream ended without {kind}: {seen}")

        async with asyncio.timeout(5):
            await until("hello")
            await simulator.call(token, "sendChatAction", {"chat_id": AHMAD, "action": "typing"})
            assert (await until("typing"))["user"] == AHMAD
            await simulator.call(token, "sendMessage", {"chat_id": AHMAD, "text": "halo"})
            assert (await until("message"))["text"] == "halo"
            await simulator.call(token, "editMessageText", {"chat_id": AHMAD, "message_id": 2, "text": "hai"})
            assert (await until("message"))["edited"] is True
            await simulator.call(token, "deleteMessage", {"chat_id": AHMAD, "message_id": 2})
            assert (await until("message"))["deleted"] is True
            simulator.blocks(AHMAD)
            assert (await until("chat"))["blocked"] is True
            commands = [{"command": "a", "description": "b"}]
            await simulator.call(token, "setMyCommands", {"commands": commands})
            assert (await until("commands"))["menus"][str(AHMAD)] == commands
