"""No bot at all: requests as fast as a connection takes them, to show what the fake Bot API can do."""

from __future__ import annotations

import asyncio
from typing import cast
from urllib.parse import urlsplit

from benchmarks.bots.arguments import TOKEN, Arguments, read, run

CONNECTIONS, AHEAD = 8, 16


class _Flood(asyncio.Protocol):
    def __init__(self) -> None:
        body = b"chat_id=1001&text=halo"
        head = b"POST /bot%b/sendMessage HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (
            TOKEN.encode(),
            len(body),
        )
        self._request = head + body

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request * AHEAD)

    def data_received(self, data: bytes) -> None:
        self._transport.write(self._request * data.count(b"HTTP/1.1 200"))


async def main(arguments: Arguments) -> None:
    """Send until killed."""
    where = urlsplit(arguments.api)
    for _ in range(CONNECTIONS):
        await asyncio.get_running_loop().create_connection(_Flood, where.hostname or "", where.port or 80)
    await asyncio.Event().wait()


if __name__ == "__main__":
    told = read()
    run(main(told), told)
