"""Updates over HTTP: nothing is taken before it is committed, and nothing from anybody but Telegram."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry
from sqlmodel import Session, col, select

from bot.clock import Clock
from bot.health import Readiness
from bot.metrics_page import MetricsPage
from bot.serving import LONGEST_BODY, SECRET_HEADER, Door, application
from storage.database import Database, DatabaseUnavailable, open_database
from storage.tables import Bot, Inbox

BOT, OTHER = 7000000001, 7000000002
SECRETS = {BOT: "s" * 64, OTHER: "o" * 64}


class Shaky(Database):
    """A database that can be taken away."""

    def __init__(self, inner: Database) -> None:
        self.inner = inner
        self.away = False

    async def write(self, body: Callable[[Session], Any]) -> Any:
        if self.away:
            raise DatabaseUnavailable("away")
        return await self.inner.write(body)

    async def read(self, body: Callable[[Session], Any]) -> Any:
        if self.away:
            raise DatabaseUnavailable("away")
        return await self.inner.read(body)

    async def lease_time(self) -> datetime:
        if self.away:
            raise DatabaseUnavailable("away")
        return await self.inner.lease_time()

    async def close(self) -> None:
        await self.inner.close()


class Served:
    """One process's web application, asked as Telegram and as an operator would."""

    def __init__(self, database: Shaky) -> None:
        self.database = database
        self.clock = Clock()
        self.stopping = asyncio.Event()
        self.heard: dict[int, float | None] = {BOT: self.clock.monotonic(), OTHER: None}
        doors = {bot: Door(secret, database.write) for bot, secret in SECRETS.items()}
        readiness = Readiness(database, self.clock, lambda: self.heard, self.stopping)
        page = MetricsPage(database, self.clock, CollectorRegistry())
        app = application(self.clock, doors, readiness, page)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pandu")

    async def bring(self, update: Any, *, bot: int = BOT, secret: str | None = None) -> int:
        """Bring an update (or raw bytes) as Telegram does; return the status."""
        content = update if isinstance(update, bytes) else json.dumps(update).encode()
        said = (secret if secret is not None else SECRETS[bot]).encode()
        answer = await self.http.post(f"/telegram/{bot}", content=content, headers={SECRET_HEADER.encode(): said})
        return answer.status_code

    async def stored(self) -> list[tuple[int, int, int]]:
        rows = await self.database.inner.read(
            lambda s: s.exec(select(Inbox.bot_id, Inbox.update_id, Inbox.person).order_by(col(Inbox.update_id))).all()
        )
        return [(bot, update, person) for bot, update, person in rows]


def message(update_id: int, person: int = 1001) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"message_id": 1, "from": {"id": person}, "chat": {"id": person}}}


@pytest.fixture
async def served(database_url: str) -> AsyncIterator[Served]:
    database = await open_database(database_url)
    await database.write(lambda s: s.add_all([Bot(id=BOT, username="satu_bot"), Bot(id=OTHER, username="dua_bot")]))
    made = Served(Shaky(database))
    yield made
    await made.http.aclose()
    await database.close()


async def test_an_update_is_answered_when_it_is_committed(served: Served) -> None:
    assert await served.bring(message(7)) == 200
    assert await served.stored() == [(BOT, 7, 1001)]


async def test_an_update_that_comes_twice_is_kept_once(served: Served) -> None:
    assert await asyncio.gather(*(served.bring(message(7)) for _ in range(5))) == [200] * 5
    assert await served.stored() == [(BOT, 7, 1001)]


async def test_each_bot_has_its_own_door(served: Served) -> None:
    assert await served.bring(message(7)) == 200
    assert await served.bring(message(7), bot=OTHER) == 200
    assert await served.stored() == [(BOT, 7, 1001), (OTHER, 7, 1001)]
    assert await served.bring(message(8), bot=OTHER, secret=SECRETS[BOT]) == 403, "one bot's secret opens no other door"


@pytest.mark.parametrize("secret", ["", "s" * 63, "s" * 65, "t" * 64, "é" * 32])
async def test_without_the_secret_nothing_is_taken(served: Served, secret: str) -> None:
    assert await served.bring(message(7), secret=secret) == 403
    assert await served.bring(message(7), bot=BOT + 5, secret=secret) == 403
    assert await served.stored() == []


async def test_a_bot_that_is_not_served_looks_like_a_wrong_secret(served: Served) -> None:
    assert await served.bring(message(7), bot=BOT + 5, secret=SECRETS[BOT]) == 403
    answer = await served.http.post("/telegram/not-a-number", content=b"{}", headers={SECRET_HEADER: SECRETS[BOT]})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "body", [b"", b"no JSON", b"[]", b"{}", b'{"update_id": "7"}', b'{"update_id": true}', b"[" * 100_000, b"\xff\xfe"]
)
async def test_what_is_no_update_is_refused(served: Served, body: bytes) -> None:
    assert await served.bring(body) == 400
    assert await served.stored() == []


async def test_a_body_that_is_too_large_is_refused(served: Served) -> None:
    large = json.dumps({"update_id": 7, "x": "y" * LONGEST_BODY}).encode()
    assert await served.bring(large) == 413

    async def drip() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65536):
            yield large[start : start + 65536]

    headers = {SECRET_HEADER: SECRETS[BOT]}
    answer = await served.http.post(f"/telegram/{BOT}", content=drip(), headers=headers)
    assert answer.status_code == 413, "one that does not say how long it is"
    assert await served.stored() == []


async def test_while_the_database_is_away_updates_stay_with_telegram(served: Served) -> None:
    served.database.away = True
    answer = await served.http.post(
        f"/telegram/{BOT}", content=json.dumps(message(7)), headers={SECRET_HEADER: SECRETS[BOT]}
    )
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    served.database.away = False
    assert await served.bring(message(7)) == 200
    assert await served.stored() == [(BOT, 7, 1001)]


async def test_alive_is_who_answers(served: Served) -> None:
    served.database.away = True
    answer = await served.http.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


async def test_metrics_are_told_even_while_the_database_is_away(served: Served) -> None:
    served.database.away = True
    answer = await served.http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")


@pytest.mark.parametrize("path", ["/", "/telegram", "/docs", "/telegram/7000000001/x"])
async def test_nothing_else_is_served(served: Served, path: str) -> None:
    assert (await served.http.get(path)).status_code == 404


async def test_updates_are_posted(served: Served) -> None:
    assert (await served.http.get(f"/telegram/{BOT}", headers={SECRET_HEADER: SECRETS[BOT]})).status_code == 405
