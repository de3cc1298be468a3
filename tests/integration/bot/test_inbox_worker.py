from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from sqlmodel import Session, col, select
from telegram.error import BadRequest, NetworkError

from bot.clock import Clock
from bot.inbox_worker import InboxWorker
from bot.local_api import CLOUD
from bot.telegram_client import TelegramClient
from handlers import dispatch
from handlers.talk import Toast
from storage import file_rows, inbox
from storage.database import Database, DatabaseUnavailable
from storage.tables import ErasableText, File, Inbox
from tests.integration.storage.conftest import ANA, BOT, BUDI, NOW, OFFICE
from workflow import notices

Effect = Callable[[Session, Any, Any], Toast | None]


class Answers:
    """A bot that only answers taps."""

    def __init__(self) -> None:
        self.bot = self
        self.limits = CLOUD
        self.given: list[tuple[str, str | None, bool | None]] = []
        self.error: Exception | None = None

    async def answer_callback_query(self, callback_id: str, text: str | None, *, show_alert: bool | None) -> bool:
        self.given.append((callback_id, text, show_alert))
        if self.error:
            raise self.error
        return True


@pytest.fixture
def answers() -> Answers:
    return Answers()


def worker_on(database: Database, answers: Answers, said: Callable[[], None] = lambda: None) -> InboxWorker:
    client = cast("TelegramClient", answers)
    return InboxWorker(database, client, BOT, "pandu_bot", Clock(), default_language="id", on_effect=said)


@asynccontextmanager
async def working(worker: InboxWorker) -> AsyncIterator[None]:
    stopping = asyncio.Event()
    task = asyncio.create_task(worker.run(stopping))
    yield
    stopping.set()
    await asyncio.wait_for(task, 10)


def text(number: int, person: int, words: str) -> tuple[int, int, str]:
    content = {"message_id": number, "from": {"id": person}, "chat": {"id": person, "type": "private"}, "text": words}
    return number, person, json.dumps({"update_id": number, "message": content})


def tap(number: int, person: int) -> tuple[int, int, str]:
    query = {"id": f"q{number}", "from": {"id": person}, "data": "do:1:1", "message": {"message_id": 1}}
    query["message"] = {"message_id": 1, "chat": {"id": person, "type": "private"}}
    return number, person, json.dumps({"update_id": number, "callback_query": query})


async def keep(database: Database, *raws: tuple[int, int, str]) -> None:
    await database.write(lambda session: inbox.store_updates(session, BOT, list(raws), NOW))


async def until(database: Database, status: str, count: int) -> None:
    """Wait until so many updates have a status."""
    for _ in range(400):
        rows = await database.read(lambda s: s.exec(select(Inbox.id).where(Inbox.status == status)).all())
        if len(rows) == count:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"not {count} updates {status}")


def write_down(session: Session, words: str) -> None:
    session.add(ErasableText(office_id=OFFICE, salt="", text=words, digest="", written_at=NOW))
    session.flush()


async def written(database: Database) -> list[str | None]:
    return list(await database.read(lambda s: s.exec(select(ErasableText.text).order_by(col(ErasableText.id))).all()))


async def test_each_persons_updates_are_handled_in_order_and_once(
    sqlite: Database, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "handle", lambda s, i, _c: write_down(s, f"{i.person}:{i.text}"))
    await keep(sqlite, *[text(n, (ANA, BUDI)[n % 2], f"{n:02}") for n in range(20)])
    async with working(worker_on(sqlite, answers)):
        await until(sqlite, "done", 20)
    lines = await written(sqlite)
    assert len(lines) == 20
    for person in (ANA, BUDI):
        own = [line for line in lines if line and line.startswith(str(person))]
        assert own == sorted(own)


async def test_who_waits_for_a_place_is_handled_as_soon_as_one_is_free(
    sqlite: Database, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "handle", lambda s, i, _c: write_down(s, str(i.person)))
    await keep(sqlite, tap(1, ANA), tap(2, BUDI), tap(3, ANA))
    client = cast("TelegramClient", answers)
    # Watched over it would look for itself only after a minute.
    worker = InboxWorker(
        sqlite, client, BOT, "pandu_bot", Clock(), default_language="id", on_effect=lambda: None, at_once=1,
        watched=True,
    )  # fmt: skip
    async with working(worker):
        await until(sqlite, "done", 3)


async def test_whoever_fetches_files_is_told_of_those_that_are_queued_and_of_nothing_else(
    sqlite: Database, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def handle(session: Session, incoming: Any, _context: Any) -> None:
        if incoming.text == "file":
            file_rows.queue(
                session,
                File(
                    office_id=OFFICE, official_id=1, received_at=NOW, due_at=NOW, bot_id=BOT, chat_id=ANA,
                    message_id=1, telegram_file_id="f", form="document", name="hasil.pdf",
                ),
            )  # fmt: skip

    monkeypatch.setattr(dispatch, "handle", handle)
    told: list[str] = []
    worker = InboxWorker(
        sqlite, cast("TelegramClient", answers), BOT, "pandu_bot", Clock(), default_language="id",
        on_effect=lambda: told.append("effect"), on_file=lambda: told.append("file"),
    )  # fmt: skip
    await keep(sqlite, text(1, ANA, "words"), text(2, ANA, "file"))
    async with working(worker):
        await until(sqlite, "done", 2)
    assert told == ["effect", "file", "effect"]


async def test_a_poison_update_is_parked_without_effect_and_the_rest_goes_on(
    sqlite: Database, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []

    def handle(session: Session, incoming: Any, _context: Any) -> None:
        write_down(session, incoming.text)
        if incoming.text == "poison":
            raise KeyError("Ibu Siti")

    monkeypatch.setattr(dispatch, "handle", handle)
    monkeypatch.setattr(notices, "update_parked", lambda _s, item, _now: told.append(item.update_id))
    await keep(sqlite, text(1, ANA, "poison"), text(2, ANA, "after"), text(3, BUDI, "other"))
    async with working(worker_on(sqlite, answers)):
        await until(sqlite, "done", 2)
    assert sorted(line or "" for line in await written(sqlite)) == ["after", "other"]
    row = await sqlite.read(lambda s: s.exec(select(Inbox).where(Inbox.status == "parked")).one())
    assert (row.update_id, row.tries) == (1, 3)
    assert row.error is not None
    assert "KeyError at" in row.error
    assert "Siti" not in row.error
    assert told == [1]


async def test_what_is_no_json_is_parked(sqlite: Database, answers: Answers) -> None:
    await keep(sqlite, (1, ANA, "{nonsense"), (2, ANA, "[nonsense"))
    async with working(worker_on(sqlite, answers)):
        await until(sqlite, "parked", 2)


async def test_a_fault_of_the_database_does_not_count_as_a_try(
    sqlite: Database, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = iter([DatabaseUnavailable("away")] * 4)

    def handle(session: Session, incoming: Any, _context: Any) -> None:
        if error := next(faults, None):
            raise error
        write_down(session, incoming.text)

    monkeypatch.setattr(dispatch, "handle", handle)
    monkeypatch.setattr("bot.inbox_worker.GIVE_BACK_SECONDS", 0.0)
    await keep(sqlite, text(1, ANA, "at last"))
    async with working(worker_on(sqlite, answers)):
        await until(sqlite, "done", 1)
    assert await written(sqlite) == ["at last"]
    assert await sqlite.read(lambda s: s.exec(select(Inbox.tries)).one()) == 1


async def test_a_tap_is_answered_after_the_commit(
    sqlite: Database, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[bool] = []
    monkeypatch.setattr(dispatch, "handle", lambda *_: Toast("acknowledged", alert=True))
    await keep(sqlite, tap(1, ANA))
    async with working(worker_on(sqlite, answers, lambda: said.append(True))):
        await until(sqlite, "done", 1)
    ((callback_id, words, alert),) = answers.given
    assert (callback_id, alert) == ("q1", True)
    assert words
    assert said


async def test_a_tap_nobody_has_words_for_is_answered_all_the_same(
    sqlite: Database, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "handle", lambda *_: None)
    await keep(sqlite, tap(1, ANA))
    async with working(worker_on(sqlite, answers)):
        await until(sqlite, "done", 1)
    assert answers.given == [("q1", None, None)]


async def test_a_tap_that_fails_is_answered_politely(
    sqlite: Database, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def handle(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(dispatch, "handle", handle)
    await keep(sqlite, tap(1, ANA))
    async with working(worker_on(sqlite, answers)):
        await until(sqlite, "parked", 1)
    assert all(words and "mohon" in words.lower() and "Error" not in words for _, words, _ in answers.given)
    assert answers.given


@pytest.mark.parametrize("error", [BadRequest("query is too old and response timeout expired"), NetworkError("gone")])
async def test_an_answer_that_does_not_arrive_changes_nothing(
    sqlite: Database, answers: Answers, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    answers.error = error
    monkeypatch.setattr(dispatch, "handle", lambda *_: Toast("acknowledged"))
    await keep(sqlite, tap(1, ANA), tap(2, ANA))
    async with working(worker_on(sqlite, answers)):
        await until(sqlite, "done", 2)
    assert len(answers.given) == 2


async def test_an_update_whose_process_died_in_every_try_is_parked_unhandled(
    sqlite: Database, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled: list[int] = []
    monkeypatch.setattr(dispatch, "handle", lambda _s, i, _c: handled.append(i.update_id))
    await keep(sqlite, text(1, ANA, "deadly"))

    def died(session: Session) -> None:
        session.exec(select(Inbox)).one().tries = 3

    await sqlite.write(died)
    async with working(worker_on(sqlite, answers)):
        await until(sqlite, "parked", 1)
    assert handled == []
