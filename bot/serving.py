"""The web server of one process: updates from Telegram, and what whoever looks after it asks.

An update is answered with 200 only once it is committed to the inbox. Whatever else happens,
Telegram keeps it and comes again. Behind the proxy only ``/telegram/`` belongs on the internet.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from dataclasses import dataclass

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.clock import Clock
from bot.crash_points import crash_point
from bot.health import Readiness
from bot.logging import where
from bot.metrics_page import CONTENT_TYPE, MetricsPage
from bot.settings import Unusable
from bot.updates import Keep, readable
from storage import inbox
from storage.database import DatabaseUnavailable

log = structlog.stdlib.get_logger("bot.serving")

LONGEST_BODY = 1 << 20
"""Bytes; Telegram's largest updates are a small part of it."""
BODY_SECONDS = 10.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
COME_AGAIN_SECONDS = 2
"""Said while the database is away: else Telegram would wait twice as long each time, a minute in the end."""
FINISH_SECONDS = 5
"""For requests under way when the process stops."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where one bot's updates come in. ``keep`` runs the transaction that keeps them."""

    secret: str
    keep: Keep


def application(clock: Clock, doors: Mapping[int, Door], readiness: Readiness, metrics: MetricsPage) -> Starlette:
    """Return the web application; without ``doors`` it takes no updates."""

    async def update(request: Request) -> Response:
        return await _take(request, clock, doors)

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_: Request) -> Response:
        ready, facts = await readiness.facts()
        return JSONResponse(facts, 200 if ready else 503)

    async def page(_: Request) -> Response:
        return Response(await metrics.text(), media_type=CONTENT_TYPE)

    return Starlette(
        routes=[
            Route("/telegram/{bot_id:int}", update, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", page),
        ]
    )


async def _take(request: Request, clock: Clock, doors: Mapping[int, Door]) -> Response:
    """Commit one update to the inbox."""
    bot_id = request.path_params["bot_id"]
    door = doors.get(bot_id)
    said = request.headers.get(SECRET_HEADER, "")
    # Compared in any case, so that the time taken tells neither the secret nor which bots there are.
    if not hmac.compare_digest(said.encode(), (door.secret if door else "").encode()) or door is None:
        log.debug("a request to the webhook without its secret is turned away")  # anybody can make thousands
        return Response(status_code=403)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await _body(request)
    except (ClientDisconnect, TimeoutError):
        return Response(status_code=408)
    if body is None:
        log.error("an update is too large", bot=bot_id)
        return Response(status_code=413)
    try:
        raw = readable(json.loads(body))
    except (ValueError, RecursionError):
        raw = None
    if raw is None:
        log.error("something came instead of an update", bot=bot_id, bytes=len(body))
        return Response(status_code=400)
    now = clock.now()
    crash_point("before-inbox-commit")
    try:
        await door.keep(lambda session: inbox.store_updates(session, bot_id, [raw], now))
    except DatabaseUnavailable as error:
        log.warning("the database is away, an update stays with Telegram", bot=bot_id, error=where(error))
        return Response(status_code=503, headers={"Retry-After": str(COME_AGAIN_SECONDS)})
    crash_point("after-inbox-commit")
    return Response()


async def _body(request: Request) -> bytes | None:
    """Return the whole body, or ``None`` where it is longer than allowed, of which no more is read then."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > LONGEST_BODY:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            return None
    return bytes(body)


class _Server(uvicorn.Server):
    """uvicorn that says when it listens and leaves signals to whoever runs it."""

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
async def listening(app: Starlette, address: tuple[str, int], stopping: asyncio.Event) -> AsyncIterator[None]:
    """Serve until told to stop: then nothing new is taken, and what is under way is finished.

    Raises :class:`Unusable` where the address cannot be had.
    """
    with _socket(address) as listener:
        server = _Server(
            uvicorn.Config(
                app, log_config=None, access_log=False, lifespan="off", ws="none", proxy_headers=False,
                server_header=False, date_header=False, timeout_keep_alive=75,
                timeout_graceful_shutdown=FINISH_SECONDS,
            )
        )  # fmt: skip
        serving = asyncio.create_task(server.serve(sockets=[listener]), name="web server")
        ending = asyncio.create_task(_end(server, stopping))
        try:
            await _first(server.ready.wait(), serving)
            log.info("listening", host=address[0], port=address[1])
            yield
        finally:
            ending.cancel()
            server.should_exit = True
            await serving


async def _end(server: uvicorn.Server, stopping: asyncio.Event) -> None:
    await stopping.wait()
    server.should_exit = True


async def _first(ready: Awaitable[object], serving: asyncio.Task[None]) -> None:
    waiting = asyncio.ensure_future(ready)
    await asyncio.wait({waiting, serving}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


def _socket(address: tuple[str, int]) -> socket.socket:
    host, port = address
    try:
        family, kind, protocol, _, where_to = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # With the protocol spelled out asyncio turns Nagle's algorithm off; without, every answer waits 40 ms.
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(where_to)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise Unusable(f"PANDU_LISTEN: {host}:{port} tidak dapat dipakai ({error.strerror}).") from None
    return listener
