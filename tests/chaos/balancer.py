"""A load balancer before the replicas: each connection goes to any one of them that takes it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from random import Random


class Balancer:
    """Listens on a port of its own; knows nothing of HTTP, and nothing of who is alive until it tries."""

    def __init__(self, ports: Sequence[int], random: Random) -> None:
        self._ports = ports
        self._random = random
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.url = ""

    async def open(self) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(self._taken, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Stop, and cut what is open."""
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            for port in self._random.sample(self._ports, len(self._ports)):
                with suppress(OSError):
                    behind = await asyncio.open_connection("127.0.0.1", port)
                    await _both_ways((reader, writer), behind)
                    return
        finally:
            self._open.discard(task)
            writer.close()


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _both_ways(one: Ends, other: Ends) -> None:
    """Carry bytes until either end closes."""
    ways = {asyncio.ensure_future(_carry(one[0], other[1])), asyncio.ensure_future(_carry(other[0], one[1]))}
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        other[1].close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
