"""One update's cause goes through everything that comes of it, on record and in the log."""

from __future__ import annotations

import io
import json
import logging
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlmodel import col, select

from bot.clock import Clock
from bot.inbox_worker import InboxWorker
from bot.logging import set_up_logging
from bot.telegram_client import TelegramClient
from storage import inbox
from storage.database import Database
from storage.tables import Outbox
from tests import sending
from tests.integration.bot.delivery_desk import Desk
from tests.integration.storage.conftest import ANA, BOT
from workflow.verbs import Page, Press

WORDS = "Ibu Siti sakit keras"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    set_up_logging("DEBUG", (), stream, form="json")
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def records(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def message(update_id: int, words: str) -> tuple[int, int, str]:
    sender = {"id": ANA, "is_bot": False, "first_name": "Siti"}
    body = {"message_id": update_id, "date": 1_767_000_000, "chat": {"id": ANA, "type": "private"}, "from": sender}
    return update_id, ANA, json.dumps({"update_id": update_id, "message": body | {"text": words}})


def handling(database: Database, client: TelegramClient) -> InboxWorker:
    return InboxWorker(
        database, client, BOT, "pandu_bot", Clock(), default_language="id", on_effect=lambda: None, paced=False
    )


async def test_what_an_update_causes_is_found_by_its_cause(
    sqlite: Database, client: TelegramClient, log: io.StringIO, tmp_path: Path
) -> None:
    desk = Desk(sqlite, tmp_path)
    worker = handling(sqlite, client)
    updates = [message(41, WORDS), message(42, "/bantuan")]
    await sqlite.write(lambda s: inbox.store_updates(s, BOT, updates, desk.clock.now()))
    for _ in updates:
        for item in await worker.claim():
            await worker._work_on(item)
    causes = await sqlite.read(lambda s: s.exec(select(Outbox.cause).order_by(col(Outbox.id))).all())
    assert causes == [f"{BOT}:41", f"{BOT}:42"]
    lease_now = await sqlite.lease_time()
    desk.tenure.begin(await sqlite.write(lambda s: sending.hold(s, BOT, lease_now)), math.inf)
    for _ in updates:
        for row in await desk.worker.claim():
            await desk.worker._work_on(row)
    ended = [record for record in records(log) if record["event"] == "a try to deliver ended"]
    assert [record["cause"] for record in ended] == [f"{BOT}:41", f"{BOT}:42"]
    assert all(record["outbox_id"] for record in ended)
    assert "cause" not in structlog.contextvars.get_contextvars()


async def test_what_is_put_on_record_is_logged_with_ids_and_no_words(
    sqlite: Database, client: TelegramClient, log: io.StringIO
) -> None:
    worker = handling(sqlite, client)
    press = {
        "id": "1", "from": {"id": ANA, "is_bot": False, "first_name": "Siti"}, "chat_instance": "1",
        "data": str(Press(Page.PROFILE, 1, 0, "en")),
        "message": {"message_id": 9, "date": 1_767_000_000, "chat": {"id": ANA, "type": "private"}, "text": WORDS},
    }  # fmt: skip
    raw = json.dumps({"update_id": 43, "callback_query": press})
    await sqlite.write(lambda s: inbox.store_updates(s, BOT, [(43, ANA, raw)], Clock().now()))
    for item in await worker.claim():
        await worker._work_on(item)
    on_record = [record for record in records(log) if record["event"] == "on record"]
    assert [(one["action"], one["cause"], one["office_id"]) for one in on_record] == [
        ("profile.changed", f"{BOT}:43", "sumbang")
    ]
    assert WORDS not in log.getvalue()
    assert "Siti" not in log.getvalue()
