from __future__ import annotations

import socket
import traceback

import pytest
from pydantic import SecretStr
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError

from bot.telegram_client import Flood, RefusedToken, ServerFault, TelegramClient, Unsent
from simulator import Simulator
from simulator.faults import Kind
from tests.integration.bot.conftest import AHMAD, TOKEN


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def chat(simulator: Simulator) -> int:
    simulator.opens_link(AHMAD)
    return AHMAD


async def test_a_message_arrives(client: TelegramClient, simulator: Simulator, chat: int) -> None:
    message = await client.bot.send_message(chat, "Yth. <b>Bapak</b> &amp; Ibu", parse_mode="HTML")
    shown = simulator.chat(chat)[-1]
    assert (shown.id, shown.text) == (message.message_id, "Yth. Bapak & Ibu")


async def test_a_file_goes_up_and_comes_down(client: TelegramClient, simulator: Simulator, chat: int) -> None:
    content = bytes(range(256)) * 5000
    message = await client.bot.send_document(chat, content, filename='Laporan “TW IV” é"\n.pdf')
    assert message.document is not None
    path, size = await client.file_facts(message.document.file_id)
    assert size == len(content)
    assert b"".join([chunk async for chunk in client.download(path)]) == content
    assert simulator.content(simulator.chat(chat)[-1]) == content


async def test_refused_connection_is_proven_unsent() -> None:
    client = TelegramClient(SecretStr(TOKEN), f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unsent):
        await client.open()
    await client.close()


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_a_line_that_drops_leaves_the_outcome_unknown(
    client: TelegramClient, simulator: Simulator, chat: int, kind: Kind
) -> None:
    simulator.fault(kind, method="sendMessage")
    with pytest.raises(NetworkError) as caught:
        await client.bot.send_message(chat, "x")
    assert not isinstance(caught.value, Unsent | BadRequest)


async def test_an_answer_that_does_not_come_leaves_the_outcome_unknown(
    client: TelegramClient, simulator: Simulator, chat: int
) -> None:
    simulator.fault("timeout_after", method="sendMessage", seconds=5)
    with pytest.raises(NetworkError) as caught:
        await client.bot.send_message(chat, "x", read_timeout=0.2)
    assert not isinstance(caught.value, Unsent | BadRequest)
    assert simulator.chat(chat)[-1].text == "x"


async def test_a_server_fault_leaves_the_outcome_unknown(
    client: TelegramClient, simulator: Simulator, chat: int
) -> None:
    simulator.fault("server_error", method="sendMessage", status=502)
    with pytest.raises(ServerFault):
        await client.bot.send_message(chat, "x")


async def test_a_request_to_wait_says_how_long(client: TelegramClient, simulator: Simulator, chat: int) -> None:
    simulator.fault("flood", method="sendMessage", retry_after=7)
    with pytest.raises(Flood) as caught:
        await client.bot.send_message(chat, "x")
    assert caught.value.seconds == 7


async def test_refusals_keep_telegrams_words(client: TelegramClient, simulator: Simulator, chat: int) -> None:
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await client.bot.send_message(999, "x")
    simulator.blocks(chat)
    with pytest.raises(Forbidden, match="blocked"):
        await client.bot.send_message(chat, "x")


async def test_updates_come_raw_and_are_acknowledged_by_the_offset(
    client: TelegramClient, simulator: Simulator, chat: int
) -> None:
    first = await client.get_updates(None, 0, ["message"])
    assert [update["message"]["text"] for update in first] == ["/start"]
    assert await client.get_updates(None, 0, ["message"]) == first
    assert await client.get_updates(first[-1]["update_id"] + 1, 0, ["message"]) == []
    assert simulator.pending() == 0


async def test_an_unknown_token_is_refused_everywhere(address: str) -> None:
    client = TelegramClient(SecretStr("7000000009:" + "y" * 35), address)
    with pytest.raises(RefusedToken):
        await client.open()
    with pytest.raises(RefusedToken):
        await client.get_updates(None, 0, [])
    await client.close()


async def test_no_exception_holds_the_token(
    client: TelegramClient, simulator: Simulator, chat: int, address: str
) -> None:
    simulator.fault("drop_before", method="sendMessage")
    unknown = TelegramClient(SecretStr(TOKEN.replace("abc", "xyz")), address)
    unreachable = TelegramClient(SecretStr(TOKEN), f"http://127.0.0.1:{free_port()}")
    calls = (client.bot.send_message(chat, "x"), unknown.open(), unreachable.open(), unreachable.get_updates(1, 0, []))
    for call in calls:
        with pytest.raises(TelegramError) as caught:
            await call
        assert "secret_secret" not in "".join(traceback.format_exception(caught.value))
        assert "secret_secret" not in repr(caught.value.args)
    await unknown.close()
    await unreachable.close()
