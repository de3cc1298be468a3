"""Starting the simulator: inside an event loop for tests, or as a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import uvicorn

from simulator.application import application
from simulator.simulator import Simulator
from simulator.state import StateFile


class _Server(uvicorn.Server):
    """uvicorn that says when it is ready and leaves signals to whoever runs it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process's signal handlers alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening."""
        await super().startup(sockets)
        self.ready.set()


@contextlib.asynccontextmanager
async def running(
    simulator: Simulator, port: int = 0, *, host: str = "127.0.0.1", save_to: Path | None = None, pin: str | None = None
) -> AsyncIterator[str]:
    """Serve the simulator inside this event loop; yields its address, `http://127.0.0.1:<port>`.

    `port=0` takes a free one. Another `host` (trainees' own phones on the office's Wi-Fi) needs a `pin`. With
    `save_to`, what was saved there is loaded first and changes are kept.

    Raises OSError if the port is taken, ValueError for another host without a PIN.
    """
    if host != "127.0.0.1" and not pin:
        raise ValueError("serving other machines needs a PIN")
    if host not in {"127.0.0.1", "0.0.0.0"}:  # noqa: S104 - asked for, and only with a PIN
        raise ValueError("the host is 127.0.0.1 or 0.0.0.0")
    # With the protocol spelled out asyncio turns Nagle's algorithm off; without, every answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    keeper = StateFile(save_to, simulator) if save_to else None
    server = _Server(
        uvicorn.Config(
            application(simulator, pin), log_config=None, access_log=False, lifespan="off", ws="none",
            proxy_headers=False, timeout_graceful_shutdown=1, timeout_keep_alive=75,
        )
    )  # fmt: skip
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await server.ready.wait()
        simulator.webhooks.start()
        # Bots stay on this machine, whoever else may open the page.
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        await simulator.close()
        server.should_exit = True
        await serving
        listener.close()
        if keeper:
            keeper.close()
