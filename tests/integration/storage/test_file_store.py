"""The stores of files: whole files or none, under names that nobody chooses."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast
from uuid import uuid4

import pytest

from storage.errors import DiskFull, FilesUnavailable
from storage.file_store import FileStore, S3Access, open_file_store, whole
from storage.local_file_store import LocalFileStore
from tests.s3 import BUCKET, TemporaryS3

DATA = b"Pengukuran Kinerja TW IV 2026" * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()
LARGE = 9 << 20
"""Bytes: more than one part of an upload, and more than is kept in memory."""


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    """An empty store, of either kind."""
    if request.param == "folder":
        return LocalFileStore(tmp_path / "files")
    server: TemporaryS3 = request.getfixturevalue("s3_server")
    return server.store(f"pandu/{uuid4().hex}")


@pytest.fixture
def folder(tmp_path: Path) -> LocalFileStore:
    return LocalFileStore(tmp_path / "files")


def files_under(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


async def chunks(data: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def read(store: FileStore, sha256: str) -> bytes:
    """Read a file in both ways."""
    streamed = b"".join([chunk async for chunk in store.stream(sha256)])
    async with store.opened(sha256) as file:
        assert file.read() == streamed
    return streamed


async def names(store: FileStore) -> list[str]:
    return [name async for name in store.names()]


async def test_what_was_put_can_be_read(store: FileStore) -> None:
    assert await names(store) == []
    assert await store.put(DATA) == (SHA256, len(DATA))
    assert await read(store, SHA256) == DATA
    assert await store.size(SHA256) == len(DATA)
    assert await whole(store, SHA256)
    assert await names(store) == [SHA256]


async def test_a_stream_and_an_open_file_are_the_same_as_their_bytes(store: FileStore, tmp_path: Path) -> None:
    assert await store.put(chunks(DATA)) == (SHA256, len(DATA))
    (tmp_path / "data").write_bytes(DATA)
    with (tmp_path / "data").open("rb") as file:
        file.seek(1000)
        assert await store.put(file) == (SHA256, len(DATA))
    assert await read(store, SHA256) == DATA


class Watched:
    """An open file that notes how much of it was asked for at once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.largest = 0

    def read(self, size: int = -1) -> bytes:
        self.largest = max(self.largest, size if size >= 0 else 1 << 62)
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@pytest.mark.parametrize("form", ["file", "spool", "stream"])
async def test_a_large_file_is_never_in_memory_as_a_whole(store: FileStore, tmp_path: Path, form: str) -> None:
    content = os.urandom(1 << 16) * (LARGE >> 16)
    expected = (hashlib.sha256(content).hexdigest(), LARGE)
    if form == "stream":
        assert await store.put(chunks(content, 1 << 16)) == expected
    elif form == "spool":
        with SpooledTemporaryFile(max_size=1 << 10) as spool:
            spool.write(content)
            assert await store.put(cast("BinaryIO", spool)) == expected
    else:
        (tmp_path / "data").write_bytes(content)
        with (tmp_path / "data").open("rb") as file:
            watched = Watched(file)
            assert await store.put(cast("BinaryIO", watched)) == expected
        assert 0 < watched.largest < LARGE
    sizes = [len(chunk) async for chunk in store.stream(expected[0])]
    assert sum(sizes) == LARGE
    assert max(sizes) < LARGE
    assert await whole(store, expected[0])


async def test_nothing_is_a_file_too(store: FileStore) -> None:
    sha256, size = await store.put(b"")
    assert (size, await read(store, sha256)) == (0, b"")
    assert await names(store) == [sha256]


async def test_the_same_bytes_are_kept_once_even_at_once(store: FileStore) -> None:
    outcomes = await asyncio.gather(*(store.put(chunks(DATA, size)) for size in range(900, 910)))
    assert set(outcomes) == {(SHA256, len(DATA))}
    assert await names(store) == [SHA256]
    assert await read(store, SHA256) == DATA


async def test_a_stream_that_breaks_off_leaves_nothing(store: FileStore, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield DATA
        raise ConnectionError("half way")

    with pytest.raises(ConnectionError):
        await store.put(broken())
    assert await names(store) == []
    assert files_under(tmp_path) == []


async def test_a_cancelled_put_leaves_nothing(store: FileStore, tmp_path: Path) -> None:
    waiting = asyncio.Event()

    async def stuck() -> AsyncIterator[bytes]:
        yield DATA
        waiting.set()
        await asyncio.Event().wait()

    put = asyncio.ensure_future(store.put(stuck()))
    await waiting.wait()
    put.cancel()
    with pytest.raises(asyncio.CancelledError):
        await put
    assert await names(store) == []
    assert files_under(tmp_path) == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/../../b", SHA256.upper(), SHA256 + "\n", SHA256[:-1], "", "..", "incoming"]
)
async def test_no_name_leads_out_of_the_store(store: FileStore, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        await read(store, name)
    with pytest.raises(ValueError, match="not a SHA-256"):
        await store.size(name)


async def test_what_was_never_put_is_missing(store: FileStore) -> None:
    await store.put(b"another file")
    assert await store.size(SHA256) is None
    with pytest.raises(FileNotFoundError):
        await read(store, SHA256)
    with pytest.raises(FileNotFoundError):
        async with store.opened(SHA256):
            pass


@pytest.mark.parametrize("damage", [b"", DATA[:-1]])
async def test_a_truncated_file_is_mended_by_putting_it_again(folder: LocalFileStore, damage: bytes) -> None:
    await folder.put(DATA)
    folder.place(SHA256).write_bytes(damage)
    assert not await whole(folder, SHA256)
    await folder.put(DATA)
    assert await read(folder, SHA256) == DATA


async def test_only_files_are_listed(folder: LocalFileStore, tmp_path: Path) -> None:
    kept = sorted([(await folder.put(bytes([number])))[0] for number in range(20)])
    for other in ("incoming/x.part", "ab/cd/README", "lost+found/x"):
        place = tmp_path / "files" / other
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"x")
    assert await names(folder) == kept


def test_a_store_is_opened_by_its_address(tmp_path: Path) -> None:
    opened = open_file_store(f"file://{tmp_path}/isi%20berkas", S3Access())
    assert isinstance(opened, LocalFileStore)
    assert opened.place(SHA256).is_relative_to(tmp_path / "isi berkas")
    assert type(open_file_store(f"s3://{BUCKET}/pandu", S3Access("http://127.0.0.1:1"))).__name__ == "S3FileStore"
    for wrong in ("files", "file://host/x", "file:relative", "s3:///x", "https://host/x", "s3://a b/x", "s3://ab/?x"):
        with pytest.raises(ValueError, match="files are kept at"):
            open_file_store(wrong, S3Access())


async def test_a_folder_that_is_gone_is_no_fault_of_the_file(folder: LocalFileStore, tmp_path: Path) -> None:
    await folder.put(DATA)
    (tmp_path / "files").rename(tmp_path / "elsewhere")
    with pytest.raises(FilesUnavailable, match="not there"):
        await read(folder, SHA256)
    (tmp_path / "files").write_bytes(b"not a folder")
    with pytest.raises(FilesUnavailable, match="fails"):
        await folder.put(DATA)


async def test_a_full_disk_is_told_and_leaves_nothing(
    folder: LocalFileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DiskFull):
            await folder.put(DATA)
    assert files_under(tmp_path / "files") == []
    assert await folder.put(DATA) == (SHA256, len(DATA))


PUT_AND_DIE = """
import asyncio, os, signal, sys
from pathlib import Path
from storage.local_file_store import LocalFileStore

fsync = os.fsync

def die(*arguments):
    if sys.argv[2] == "after-fsync":
        fsync(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] == "before-rename":
    Path.replace = die
else:
    os.fsync = die
asyncio.run(LocalFileStore(Path(sys.argv[1])).put(b"x" * 100_000))
"""


@pytest.mark.crash
@pytest.mark.parametrize("moment", ["before-fsync", "after-fsync", "before-rename"])
async def test_a_kill_before_the_name_is_given_leaves_no_visible_file(
    folder: LocalFileStore, tmp_path: Path, moment: str
) -> None:
    root = tmp_path / "files"
    command = [sys.executable, "-c", PUT_AND_DIE, str(root), moment]
    died = await asyncio.to_thread(subprocess.run, command, check=False)
    assert died.returncode == -signal.SIGKILL
    sha256 = hashlib.sha256(b"x" * 100_000).hexdigest()
    assert await folder.size(sha256) is None
    assert [Path(name).parts[0] for name in files_under(root)] == ["incoming"]
    folder.remove_leftovers()
    assert files_under(root) == []
    assert await folder.put(b"x" * 100_000) == (sha256, 100_000)


async def test_what_is_removed_is_gone_and_nothing_else(store: FileStore) -> None:
    await store.put(DATA)
    other, _ = await store.put(b"another")
    await store.remove(SHA256)
    await store.remove(SHA256)
    assert await names(store) == [other]
    assert await store.size(SHA256) is None
    with pytest.raises(ValueError):
        await store.remove("../../secret")
