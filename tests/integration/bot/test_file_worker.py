from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from sqlmodel import Session
from telegram.error import BadRequest, NetworkError

from bot.clock import Clock
from bot.file_worker import LEASE, FileWorker
from bot.telegram_client import TelegramClient
from sop_definitions.model import FileKind
from storage import file_rows
from storage.database import Database
from storage.local_file_store import LocalFileStore
from storage.tables import File
from tests.integration.storage.conftest import ANA, BOT, NOW, OFFICE
from workflow import files

PDF = b"%PDF-1.7\n" + b"x" * 100_000


class Telegram:
    """Hands out one file, or refuses to."""

    def __init__(self, content: bytes = PDF, *, told_size: int | None = None) -> None:
        self.content, self.told_size = content, told_size
        self.errors: list[Exception] = []

    async def file_facts(self, telegram_file_id: str) -> tuple[str, int | None]:
        assert telegram_file_id == "remote"
        if self.errors:
            raise self.errors.pop(0)
        return "documents/file_1.pdf", self.told_size

    async def download(self, path: str) -> AsyncIterator[bytes]:
        assert path == "documents/file_1.pdf"
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

    def refused(self, session: Session, file_id: int, reason: str, *_: object) -> None:
        file_rows.mark_refused(session, file_id, reason)
        self.said.append(("refused", reason))


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> Notes:
    made = Notes()
    for name in ("allowed_kinds", "stored", "refused"):
        monkeypatch.setattr(files, name, getattr(made, name))
    return made


async def fetch(database: Database, folder: Path, telegram: Telegram, rounds: int = 1) -> File:
    """Receive one file and let the worker fetch it, as often as it is claimed; return its row."""
    worker = FileWorker(
        database, cast("TelegramClient", telegram), LocalFileStore(folder), BOT, Clock(), on_effect=lambda: None
    )

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
            lambda s, at=lease_now, due=later: file_rows.claim_files(s, due, at, LEASE, 10)  # type: ignore[misc]
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
        (Telegram(told_size=files.MAX_BYTES + 1), "too_big"),
        (Telegram(b"%PDF" + b"\0" * files.MAX_BYTES), "too_big"),
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
