"""The doctor writes to the file store, reads it back and leaves nothing behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from bot.doctor import files
from bot.doctor.finding import Level
from storage.errors import FilesUnavailable
from storage.file_store import Data
from storage.local_file_store import LocalFileStore


class Forgetful(LocalFileStore):
    """A store that gives back other bytes than it was given."""

    async def stream(self, sha256: str) -> AsyncIterator[bytes]:
        yield b"something else"


class Away(LocalFileStore):
    """A store that nobody answers for."""

    async def put(self, data: Data) -> tuple[str, int]:
        raise FilesUnavailable("no answer")


class Locked(LocalFileStore):
    """A store that keeps whatever it was given, as the guide recommends."""

    async def remove(self, sha256: str) -> None:
        raise FilesUnavailable("AccessDenied")


async def test_a_key_that_may_not_delete_is_no_fault(tmp_path: Path) -> None:
    finding = await files.round_trip(Locked(tmp_path / "files"), "s3://pandu/files")
    assert finding.level is Level.GOOD
    assert "tidak boleh menghapus" in finding.what


async def test_a_store_that_works_is_left_as_it_was(tmp_path: Path) -> None:
    store = LocalFileStore(tmp_path / "files")
    kept, _ = await store.put(b"an official's")
    finding = await files.round_trip(store, "file:///x")
    assert finding.level is Level.GOOD
    assert [name async for name in store.names()] == [kept]


async def test_a_store_that_is_away_is_told(tmp_path: Path) -> None:
    finding = await files.round_trip(Away(tmp_path), "s3://pandu/files")
    assert finding.level is Level.MEND
    assert "s3://pandu/files tidak dapat dipakai (FilesUnavailable: no answer)" in finding.what


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "files").touch()
    finding = await files.round_trip(LocalFileStore(tmp_path / "files"), "file:///x")
    assert finding.level is Level.MEND


async def test_a_store_that_does_not_keep_its_bytes_is_told(tmp_path: Path) -> None:
    finding = await files.round_trip(Forgetful(tmp_path / "files"), "file:///x")
    assert finding.level is Level.MEND
    assert "tidak mengembalikan" in finding.what
