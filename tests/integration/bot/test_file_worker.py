from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
from sqlmodel import Session, select
from telegram.error import BadRequest, NetworkError

from bot import file_worker
from bot.clock import Clock
from bot.file_worker import LEASE, FileWorker
from bot.local_api import CLOUD, LOCAL, FileLimits, NotOnDisk
from bot.telegram_client import TelegramClient
from sop_definitions.model import FileKind
from storage import file_rows
from storage.database import Database
from storage.errors import DiskFull, FilesUnavailable
from storage.file_store import Data, FileStore
from storage.local_file_store import LocalFileStore
from storage.tables import File
from tests.integration.storage.conftest import ANA, BOT, NOW, OFFICE
from workflow import files
from workflow.moment import CLOUD_FILE_BYTES

PDF = b"%PDF-1.7\n" + b"x" * 100_000


class Telegram:
    """Hands out one file, or refuses to."""

    def __init__(self, content: bytes = PDF, *, told_size: int | None = None, limits: FileLimits = CLOUD) -> None:
        self.content, self.told_size, self.limits = content, told_size, limits
        self.errors: list[Exception] = []
        self.place: Path | None = None

    async def file_facts(self, telegram_file_id: str) -> tuple[str, int | None]:
        assert telegram_file_id == "remote"
        if self.errors:
            raise self.errors.pop(0)
        return "documents/file_1.pdf", self.told_size

    async def on_disk(self, path: str) -> BinaryIO | None:
        return self.place.open("rb") if self.place is not None else None

    async def download(self, path: str) -> AsyncIterator[bytes]:
        assert path == "documents/file_1.pdf"
        assert self.place is None
        for start in range(0, len(self.content), 4096):
            yield self.content[start : start + 4096]


class Notes:
    """Stands for the use cases that follow a fetch."""

    def __init__(self, allowed: tuple[FileKind, ...] = tuple(FileKind)) -> None:
        self.allowed = allowed
        self.said: list[tuple[Any, ...]] = []

    def allowed_kinds(self, _session: Session, _file_id: int) -> tuple[FileKind, ...]:
        return self.allowed

    def stored(self, session: Session, file_id: int, sha256: str, size: int, kind: str, *_: object) -> None:
        file_rows.mark_stored(session, file_id, sha256, size, kind)
        self.said.append(("stored", size, kind))

    def refused(self, session: Session, file_id: int, reason: str, *_: object, max_bytes: int) -> None:
        file_rows.mark_refused(session, file_id, reason)
        self.said.append(("refused", reason))
        self.max_bytes = max_bytes


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> Notes:
    made = Notes()
    for name in ("allowed_kinds", "stored", "refused"):
        monkeypatch.setattr(files, name, getattr(made, name))
    return made


async def fetch(
    database: Database, folder: Path, telegram: Telegram, rounds: int = 1, *, store: FileStore | None = None
) -> File:
    """Receive one file and let the worker fetch it, as often as it is claimed; return its row."""
    worker = FileWorker(
        database, cast("TelegramClient", telegram), store or LocalFileStore(folder), BOT, Clock(),
        on_effect=lambda: None,
    )  # fmt: skip

    def arrive(session: Session) -> None:
        file = File(
            id=1, office_id=OFFICE, official_id=1, received_at=NOW, bot_id=BOT, chat_id=ANA, message_id=1,
            telegram_file_id="remote", form="document", name="../../etc/x.pdf", due_at=NOW,
        )  # fmt: skip
        session.add(file)

    await database.write(arrive)
    for _ in range(rounds):
        lease_now = await database.lease_time()
        later = Clock().now().replace(year=2100)
        items = await database.write(
            partial(file_rows.claim_files, now=later, lease_now=lease_now, lease=LEASE, limit=10)
        )
        for item in items:
            await worker.fetch(item)
    return await database.read(lambda s: s.get_one(File, 1))


async def test_a_file_is_stored_under_its_hash_never_its_name(sqlite: Database, notes: Notes, tmp_path: Path) -> None:
    row = await fetch(sqlite, tmp_path / "files", Telegram())
    assert notes.said == [("stored", len(PDF), FileKind.PDF)]
    assert row.sha256 is not None
    assert LocalFileStore(tmp_path / "files").place(row.sha256).read_bytes() == PDF
    assert {path.name for path in (tmp_path / "files").rglob("*") if path.is_file()} == {row.sha256}


@pytest.mark.parametrize(
    ("telegram", "reason"),
    [
        (Telegram(b""), "empty"),
        (Telegram(b"MZ\x90\0 program"), "kind"),
        (Telegram(b"PK\x03\x04 cut off"), "broken"),
        (Telegram(told_size=CLOUD_FILE_BYTES + 1), "too_big"),
        (Telegram(b"%PDF" + b"\0" * CLOUD_FILE_BYTES), "too_big"),
    ],
)
async def test_what_cannot_be_used_is_refused_with_the_reason(
    sqlite: Database, notes: Notes, tmp_path: Path, telegram: Telegram, reason: str
) -> None:
    await fetch(sqlite, tmp_path / "files", telegram)
    assert notes.said == [("refused", reason)]
    assert not list((tmp_path / "files").rglob("*.part"))


async def test_a_kind_the_step_does_not_take_is_refused(sqlite: Database, notes: Notes, tmp_path: Path) -> None:
    notes.allowed = (FileKind.EXCEL,)
    await fetch(sqlite, tmp_path / "files", Telegram())
    assert notes.said == [("refused", "kind")]


async def test_telegrams_own_limit_is_a_refusal_at_once(sqlite: Database, notes: Notes, tmp_path: Path) -> None:
    telegram = Telegram()
    telegram.errors = [BadRequest("File is too big")]
    await fetch(sqlite, tmp_path / "files", telegram)
    assert notes.said == [("refused", "too_big")]


async def test_a_file_that_stays_unavailable_is_refused_in_the_end(
    sqlite: Database, notes: Notes, tmp_path: Path
) -> None:
    telegram = Telegram()
    telegram.errors = [BadRequest("Wrong file_id or the file is temporarily unavailable")] * 9
    await fetch(sqlite, tmp_path / "files", telegram, rounds=9)
    assert notes.said == [("refused", "unavailable")]


async def test_a_line_that_breaks_is_tried_again(sqlite: Database, notes: Notes, tmp_path: Path) -> None:
    telegram = Telegram()
    telegram.errors = [NetworkError("The connection broke")] * 7
    await fetch(sqlite, tmp_path / "files", telegram, rounds=8)
    assert notes.said == [("stored", len(PDF), FileKind.PDF)]


class Moody(LocalFileStore):
    """A store that is away for the first few times."""

    def __init__(self, root: Path, faults: list[Exception]) -> None:
        super().__init__(root)
        self.faults = faults

    async def put(self, data: Data) -> tuple[str, int]:
        if self.faults:
            raise self.faults.pop(0)
        return await super().put(data)


async def test_a_store_that_is_away_never_counts_against_the_file(
    sqlite: Database, notes: Notes, tmp_path: Path
) -> None:
    away = [FilesUnavailable("S3: 503"), DiskFull("no room left for files")] * 5
    telegram = Telegram()
    # Once the store is back, the file has all its tries at Telegram's refusals left.
    row = await fetch(sqlite, tmp_path, telegram, rounds=10, store=Moody(tmp_path / "files", away))
    assert (row.status, row.tries, row.lease_until, notes.said) == ("received", 0, None, [])


async def test_a_file_is_stored_once_the_store_is_back(sqlite: Database, notes: Notes, tmp_path: Path) -> None:
    store = Moody(tmp_path / "files", [FilesUnavailable("S3: 503")] * 6)
    row = await fetch(sqlite, tmp_path, Telegram(), rounds=7, store=store)
    assert (row.status, row.tries) == ("stored", 1)
    assert notes.said == [("stored", len(PDF), FileKind.PDF)]


async def test_the_worker_goes_easy_on_a_store_that_is_away(
    sqlite: Database, notes: Notes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_worker, "LONGEST_PAUSE_SECONDS", 0.01)
    now = Clock().now()

    def arrive(session: Session) -> None:
        for number in range(1, 21):
            session.add(
                File(
                    id=number, office_id=OFFICE, official_id=1, received_at=NOW, bot_id=BOT, chat_id=ANA,
                    message_id=number, telegram_file_id="remote", form="document", name="x.pdf", due_at=now,
                )
            )  # fmt: skip

    await sqlite.write(arrive)
    store = Moody(tmp_path / "files", [FilesUnavailable("S3: 503")] * 5)
    # Said after each commit; what is noted is noted before it.
    committed = asyncio.Semaphore(0)
    worker = FileWorker(sqlite, cast("TelegramClient", Telegram()), store, BOT, Clock(), committed.release)
    stopping = asyncio.Event()
    running = asyncio.create_task(worker.run(stopping))
    async with asyncio.timeout(60):
        for _ in range(20):
            await committed.acquire()
    stopping.set()
    await running
    rows = await sqlite.read(lambda s: s.exec(select(File)).all())
    assert [(row.status, row.tries) for row in rows] == [("stored", 1)] * 20


async def test_a_file_on_the_servers_disk_is_read_there(sqlite: Database, notes: Notes, tmp_path: Path) -> None:
    telegram = Telegram(limits=LOCAL)
    telegram.place = tmp_path / "file_0.pdf"
    with telegram.place.open("wb") as file:
        file.write(PDF)
        file.truncate(CLOUD.receive + 1)
    row = await fetch(sqlite, tmp_path / "files", telegram)
    assert notes.said == [("stored", CLOUD.receive + 1, FileKind.PDF)]
    assert telegram.place.exists()
    assert await LocalFileStore(tmp_path / "files").size(row.sha256 or "") == CLOUD.receive + 1


@pytest.mark.parametrize("told", [LOCAL.receive + 1, None])
async def test_a_file_beyond_the_servers_limit_is_refused_unread(
    sqlite: Database, notes: Notes, tmp_path: Path, told: int | None
) -> None:
    telegram = Telegram(limits=LOCAL, told_size=told)
    telegram.place = tmp_path / "file_0.pdf"
    with telegram.place.open("wb") as file:
        file.truncate(LOCAL.receive + 1)
    await fetch(sqlite, tmp_path / "files", telegram)
    assert (notes.said, notes.max_bytes) == ([("refused", "too_big")], LOCAL.receive)


async def test_a_server_file_that_cannot_be_read_is_asked_for_again(
    sqlite: Database, notes: Notes, tmp_path: Path
) -> None:
    telegram = Telegram(limits=LOCAL)
    telegram.errors = [NotOnDisk("The server names a file outside of PANDU_TELEGRAM_LOCAL_DIR")] * 7
    await fetch(sqlite, tmp_path / "files", telegram, rounds=8)
    assert notes.said == [("stored", len(PDF), FileKind.PDF)]


async def test_a_fetch_that_takes_long_keeps_its_lease(sqlite: Database, notes: Notes, tmp_path: Path) -> None:
    await fetch(sqlite, tmp_path / "files", Telegram(), rounds=0)
    start = await sqlite.lease_time()
    later = start + LEASE + LEASE

    def claim(session: Session, at: datetime) -> int:
        return len(file_rows.claim_files(session, NOW, at, LEASE, 10, BOT))

    assert await sqlite.write(lambda s: claim(s, start)) == 1
    await sqlite.write(lambda s: file_rows.renew_lease(s, 1, later))
    assert await sqlite.write(lambda s: claim(s, start + LEASE + timedelta(seconds=1))) == 0
    await sqlite.write(lambda s: file_rows.give_back(s, 1))
    await sqlite.write(lambda s: file_rows.renew_lease(s, 1, later))
    assert await sqlite.write(lambda s: claim(s, start)) == 1


async def test_a_fetch_that_is_broken_off_is_given_back(office: Database, tmp_path: Path) -> None:
    """Of several processes one stops: what it was fetching is another's at once, not when its claim ends."""
    begun, now = asyncio.Event(), Clock().now()

    class Slow(Telegram):
        async def file_facts(self, telegram_file_id: str) -> tuple[str, int | None]:
            begun.set()
            await asyncio.Event().wait()
            raise AssertionError("unreachable")

    def arrive(session: Session) -> None:
        session.add(
            File(
                id=1, office_id=OFFICE, official_id=1, received_at=NOW, bot_id=BOT, chat_id=ANA, message_id=1,
                telegram_file_id="remote", form="document", name="x.pdf", due_at=now,
            )
        )  # fmt: skip

    await office.write(arrive)
    store = LocalFileStore(tmp_path / "files")
    worker = FileWorker(office, cast("TelegramClient", Slow()), store, BOT, Clock(), lambda: None)
    stopping = asyncio.Event()
    running = asyncio.create_task(worker.run(stopping))
    await asyncio.wait_for(begun.wait(), 10)
    stopping.set()
    await asyncio.wait_for(running, 10)
    lease_now = await office.lease_time()
    again = await office.write(lambda s: file_rows.claim_files(s, now, lease_now, LEASE, 10))
    assert [(item.id, item.tries) for item in again] == [(1, 1)]
