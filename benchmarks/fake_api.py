"""A fast fake Bot API in a process of its own: ``python -m benchmarks.fake_api``.

It answers every method with an answer of Telegram's size and keeps no state worth the name,
so that it is never what a benchmark waits for. It plays one of two kinds of people:

``stream``: taps from 500 people, of whom ``IN_FLIGHT`` wait for what comes of theirs at any time.
``phones``: whoever gets a card with a main button presses it, once.

On its standard output it says, as lines of JSON, where it listens, when the messages to be
counted begin and end, and what it did between.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from collections import Counter, deque
from typing import Any, cast
from urllib.parse import unquote_plus, urlsplit

import uvloop

FIRST_BOT = 7000000001
"""Of several bots each serves every so many-th office, as in :mod:`benchmarks.offices`."""
BOT = {
    "id": FIRST_BOT, "is_bot": True, "first_name": "Pandu", "username": "pandu_bench_bot", "can_join_groups": True,
    "can_read_all_group_messages": False, "supports_inline_queries": False,
}  # fmt: skip
PEOPLE = 500
IN_FLIGHT = 256
FIRST = 1000
FIRST_CHAT, OFFICIALS = 5_000_000, 4
"""The chats of :mod:`benchmarks.offices`: so many to each office, one run in each where latency is measured."""
SETTLING_SECONDS = 2.0
"""Between setting a webhook and the first update: the server behind it begins to listen meanwhile."""
PUSHING = 64
"""Connections over which updates are pushed to a webhook."""

_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)
_METHOD = re.compile(rb"^\w+ /bot(\d+)[^/]*/(\w+)")
_CHAT = re.compile(rb'chat_id(?:=|": ?"?)(\d+)')
_OFFSET = re.compile(rb'(?:^|[&"])offset(?:=|": ?"?)(-?\d+)|name="offset"\r\n(?:[^\r]*\r\n)*?\r\n(-?\d+)')
_MAIN = re.compile(rb"(?:%22|\")do(?:%3A|:)(\d+)(?:%3A|:)(\d+)(?:%22|\\?\")")
_HOOK = re.compile(rb'(?:^|[&"])url(?:=|": ?")([^&"]+)|name="url"\r\n(?:[^\r]*\r\n)*?\r\n([^\r]+)')
_SECRET = re.compile(rb'secret_token(?:=|": ?")([^&"]+)')

CARD = (
    "Mohon dikerjakan: Dokumen Pengukuran Kinerja TW IV 2026\nYth. Bapak Camat · langkah 9 dari 14\n"
    "Dari: Ibu Siti, Sekcam, Kamis, 7 Januari 2027 pukul 10.15 WIB\nKelengkapan: Data kinerja · Hasil: Laporan\n"
    "Tenggat: Kamis, 7 Januari 2027 pukul 11.15 WIB\nSetelah ini: Sekcam (langkah 10)"
)


def _message(chat: int, message_id: int) -> dict[str, Any]:
    button = {"text": "Selesai", "callback_data": "do:1234:5"}
    return {
        "message_id": message_id, "date": 1700000000, "from": BOT, "text": CARD,
        "chat": {"id": chat, "type": "private", "first_name": "Siti", "username": "siti"},
        "entities": [{"type": "bold", "offset": 0, "length": 16}],
        "reply_markup": {"inline_keyboard": [[button], [{"text": "Lihat langkah", "callback_data": "step:1234:5"}]]},
    }  # fmt: skip


def _tap(update_id: int, chat: int, data: str) -> dict[str, Any]:
    sender = {"id": chat, "is_bot": False, "first_name": "Siti", "last_name": "Rahma", "language_code": "id"}
    return {
        "update_id": update_id,
        "callback_query": {
            "id": str(update_id), "from": sender, "message": _message(chat, 7), "chat_instance": "1", "data": data,
        },
    }  # fmt: skip


def _office(chat: int) -> int:
    """Return which office a person of :mod:`benchmarks.offices` sits in."""
    return (chat - FIRST_CHAT) // OFFICIALS


def _http(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def _answer(result: Any) -> bytes:
    return _http(json.dumps({"ok": True, "result": result}).encode())


TRUE, EMPTY = _answer(True), _answer([])
_SENT_HEAD, _SENT_TAIL = (part.encode() for part in json.dumps(_message(7777777, 8888888)).split("8888888"))


class FakeApi:
    """What the server knows: which updates wait, and what was counted."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.stream = arguments.people == "stream"
        self.begin, self.end, self.latency = arguments.begin, arguments.end, arguments.latency
        self.rate, self.hooks, self.bots = arguments.rate, arguments.hook, arguments.bots
        self.loop = asyncio.get_running_loop()
        self.taken: deque[tuple[int, int, bytes]] = deque()
        """Updates, each with its id and the bot's."""
        self.next_update, self.sent, self.messages = 1, 0, 1000
        self.calls: Counter[bytes] = Counter()
        self.polling: list[asyncio.Transport] = []
        self.hook: asyncio.Task[None] | None = None
        self.secrets: dict[int, str] = {}
        self.ticking: asyncio.Task[None] | None = None
        self.intended: deque[tuple[int, str]] = deque()
        self.ready = False
        self.pushed = asyncio.Event()
        self.asked_at: dict[int, float] = {}
        self.latencies: list[float] = []
        self.started = (0.0, 0.0)

    def method(self, bot: int, name: bytes, body: bytes, transport: asyncio.Transport) -> None:
        """Carry out one bot's call and answer it."""
        self.calls[name] += 1
        match name:
            case b"sendMessage":
                self._send(body, transport)
            case b"editMessageText" | b"editMessageReplyMarkup":
                self.reply(transport, self._message_sent())
            case b"getUpdates":
                self._say_ready()
                self._get_updates(body, transport)
            case b"getMe":
                transport.write(_answer(BOT | {"id": bot, "username": f"pandu_bench_{bot}_bot"}))
            case b"setWebhook":
                transport.write(TRUE)
                self._set_hook(bot, body)
            case b"getWebhookInfo":
                transport.write(_answer({"url": "", "has_custom_certificate": False, "pending_update_count": 0}))
            case b"answerCallbackQuery":
                self.reply(transport, TRUE)
            case _:
                transport.write(TRUE)

    def reply(self, transport: asyncio.Transport, answer: bytes) -> None:
        """Answer, after the latency that is to be played."""
        if self.latency:
            self.loop.call_later(self.latency, self._late, transport, answer)
        else:
            transport.write(answer)

    @staticmethod
    def _late(transport: asyncio.Transport, answer: bytes) -> None:
        if not transport.is_closing():
            transport.write(answer)

    def _message_sent(self) -> bytes:
        self.messages += 1
        body = b'{"ok": true, "result": %b%d%b}' % (_SENT_HEAD, self.messages, _SENT_TAIL)
        return _http(body)

    def _send(self, body: bytes, transport: asyncio.Transport) -> None:
        self.reply(transport, self._message_sent())
        self.sent += 1
        if self.sent == self.begin:
            self.calls.clear()
            self.latencies.clear()
            self.started = (time.perf_counter(), time.process_time())
            tell(event="begin")
        elif self.sent == self.end:
            wall, busy = time.perf_counter() - self.started[0], time.process_time() - self.started[1]
            tell(
                event="end", seconds=wall, count=self.end - self.begin, busy=busy / wall, latencies=self.latencies,
                calls={name.decode(): count for name, count in self.calls.items() if name != b"getUpdates"},
            )  # fmt: skip
        if self.stream:
            self._fill()
            return
        pressed, chat = _MAIN.search(body), _CHAT.search(body)
        if pressed is None or chat is None:
            return
        person = int(chat[1])
        asked = self.asked_at.pop(_office(person), None)
        if asked is not None:
            self.latencies.append(time.perf_counter() - asked)
        intended = (person, f"do:{int(pressed[1])}:{int(pressed[2])}")
        if self.rate:
            self.intended.append(intended)
        else:
            self.press(*intended)

    async def tick(self) -> None:
        """Let people press at an even pace, whatever the bot does meanwhile."""
        turn = time.perf_counter()
        while True:
            turn += 1 / self.rate
            await asyncio.sleep(turn - time.perf_counter())
            if self.intended:
                self.press(*self.intended.popleft())

    def _fill(self) -> None:
        while self.next_update <= self.sent + IN_FLIGHT:
            self.press(FIRST + self.next_update % PEOPLE, "do:1234:5")

    def press(self, chat: int, data: str) -> None:
        """Let somebody press a button, now."""
        self.asked_at[_office(chat)] = time.perf_counter()
        bot = FIRST_BOT if self.stream else FIRST_BOT + _office(chat) % self.bots
        self.taken.append((self.next_update, bot, json.dumps(_tap(self.next_update, chat, data)).encode()))
        self.next_update += 1
        if self.hook is not None:
            self.pushed.set()
        elif self.polling:
            transport = self.polling.pop(0)
            self.loop.call_soon(self._hand_out, transport, 0)

    def _get_updates(self, body: bytes, transport: asyncio.Transport) -> None:
        found = _OFFSET.search(body)
        offset = int(found[1] or found[2]) if found else 0
        self._hand_out(transport, offset)

    def _hand_out(self, transport: asyncio.Transport, offset: int) -> None:
        if transport.is_closing():
            return
        if self.stream:
            self._fill()
        while self.taken and self.taken[0][0] < offset:
            self.taken.popleft()
        if not self.taken:
            self.polling.append(transport)
            self.loop.call_later(20, self._time_out, transport)
            return
        batch = [raw for _, _, raw in list(self.taken)[:100]]
        transport.write(_http(b'{"ok":true,"result":[%b]}' % b",".join(batch)))

    def _time_out(self, transport: asyncio.Transport) -> None:
        if transport in self.polling:
            self.polling.remove(transport)
            transport.write(EMPTY)

    def _say_ready(self) -> None:
        if not self.ready:
            self.ready = True
            tell(event="ready")

    def _set_hook(self, bot: int, body: bytes) -> None:
        self._say_ready()
        found, secret = _HOOK.search(body), _SECRET.search(body)
        if found is None:
            return
        self.secrets[bot] = unquote_plus(secret[1].decode()) if secret else ""
        if self.hook is None and len(self.secrets) == self.bots:
            urls = self.hooks or [unquote_plus((found[1] or found[2]).decode())]
            self.hook = self.loop.create_task(self._push_to(urls))

    async def _push_to(self, urls: list[str]) -> None:
        if self.stream:
            self._fill()
        await asyncio.sleep(SETTLING_SECONDS)
        async with asyncio.TaskGroup() as group:
            for url in urls:
                for _ in range(PUSHING):
                    group.create_task(self._push_over(url))

    async def _push_over(self, url: str) -> None:
        where = urlsplit(url)
        heads = {
            bot: (
                f"POST {where.path.replace('{bot}', str(bot))} HTTP/1.1\r\nHost: {where.netloc}\r\n"
                f"Content-Type: application/json\r\nX-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: "
            ).encode()
            for bot, secret in self.secrets.items()
        }
        reader, writer = await asyncio.open_connection(where.hostname or "", where.port or 80)
        while True:
            _, bot, raw = await self._next_pushed()
            writer.write(b"%b%d\r\n\r\n%b" % (heads[bot], len(raw), raw))
            answer = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(answer)
            if length is not None and int(length[1]):
                await reader.readexactly(int(length[1]))

    async def _next_pushed(self) -> tuple[int, int, bytes]:
        while not self.taken:
            self.pushed.clear()
            await self.pushed.wait()
        return self.taken.popleft()


class Connection(asyncio.Protocol):
    """One client's connection; requests may follow one another without waiting."""

    def __init__(self, api: FakeApi) -> None:
        self._api = api
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take requests apart as they come."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            length = _LENGTH.search(head)
            if length is None and b"chunked" in head.lower():
                last = self._buffer.find(b"0\r\n\r\n", end)
                if last < 0:
                    return
                body, self._buffer = self._buffer[end + 4 : last], self._buffer[last + 5 :]
            else:
                stop = end + 4 + (int(length[1]) if length else 0)
                if len(self._buffer) < stop:
                    return
                body, self._buffer = self._buffer[end + 4 : stop], self._buffer[stop:]
            method = _METHOD.match(head)
            if method is None:
                self._transport.write(TRUE)
            else:
                self._api.method(int(method[1]), method[2], body, self._transport)


def tell(**facts: Any) -> None:
    """Say something to whoever measures."""
    print(json.dumps(facts), flush=True)


async def serve(arguments: argparse.Namespace) -> None:
    """Listen until killed."""
    api = FakeApi(arguments)
    if api.rate:
        api.ticking = asyncio.create_task(api.tick())
    server = await asyncio.get_running_loop().create_server(lambda: Connection(api), "127.0.0.1", 0)
    tell(event="listening", port=server.sockets[0].getsockname()[1])
    await server.serve_forever()


def main() -> None:
    """Read what to play, and play it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", choices=("stream", "phones"), required=True)
    parser.add_argument("--begin", type=int, required=True, help="Count from this message on")
    parser.add_argument("--end", type=int, required=True, help="Up to this one")
    parser.add_argument("--rate", type=float, default=0.0, help="Presses a second; 0: at once, as cards come")
    parser.add_argument(
        "--hook", action="append", help="Push here, whatever the bot says its webhook is ({bot}: its id)"
    )
    parser.add_argument("--bots", type=int, default=1, help="Among so many the offices are divided")
    parser.add_argument("--latency", type=float, default=0.0, help="Seconds before each answer")
    sys.exit(uvloop.run(serve(parser.parse_args())))


if __name__ == "__main__":
    main()
