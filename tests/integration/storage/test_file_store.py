"""The file store: whole files or none, under names that nobody chooses."""

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

import pytest

from storage.errors import DiskFull
from storage.file_store import FileStore, LocalFileStore

DATA = b"Pengukuran Kinerja TW IV 2026" * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> LocalFileStore:
    return LocalFileStore(tmp_path / "files")


def files_under(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


async def chunks(data: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def test_what_was_put_can_be_read(store: LocalFileStore, tmp_path: Path) -> None:
    as_promised: FileStore = store
    assert await as_promised.put(DATA) == (SHA256, len(DATA))
    assert await store.read(SHA256) == DATA
    assert await store.exists(SHA256)
    assert store.path(SHA256) == tmp_path / "files" / SHA256[:2] / SHA256[2:4] / SHA256
    assert files_under(tmp_path / "files") == [f"{SHA256[:2]}/{SHA256[2:4]}/{SHA256}"]


async def test_a_stream_is_the_same_as_its_bytes(store: LocalFileStore) -> None:
    assert await store.put(chunks(DATA)) == (SHA256, len(DATA))
    assert await store.read(SHA256) == DATA


async def test_nothing_is_a_file_too(store: LocalFileStore) -> None:
    sha256, size = await store.put(b"")
    assert (size, await store.read(sha256)) == (0, b"")


async def test_the_same_bytes_are_kept_once_even_at_once(store: LocalFileStore, tmp_path: Path) -> None:
    outcomes = await asyncio.gather(*(store.put(chunks(DATA, size)) for size in range(900, 910)))
    assert set(outcomes) == {(SHA256, len(DATA))}
    assert len(files_under(tmp_path / "files")) == 1


async def test_a_stream_that_breaks_off_leaves_nothing(store: LocalFileStore, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield DATA
        raise ConnectionError("half way")

    with pytest.raises(ConnectionError):
        await store.put(broken())
    assert files_under(tmp_path / "files") == []


async def test_a_cancelled_put_leaves_nothing(store: LocalFileStore, tmp_path: Path) -> None:
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
    assert files_under(tmp_path / "files") == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/../../b", SHA256.upper(), SHA256 + "\n", SHA256[:-1], "", "..", "incoming"]
)
async def test_no_name_leads_out_of_the_store(store: LocalFileStore, name: str) -> None:
    for ask in (store.read, store.exists):
        with pytest.raises(ValueError, match="not a SHA-256"):
            await ask(name)
    with pytest.raises(ValueError, match="not a SHA-256"):
        store.path(name)


async def test_what_was_never_put_is_missing(store: LocalFileStore) -> None:
    assert not await store.exists(SHA256)
    assert store.path(SHA256) is None
    with pytest.raises(FileNotFoundError):
        await store.read(SHA256)


async def test_a_full_disk_is_told_and_leaves_nothing(
    store: LocalFileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DiskFull):
            await store.put(DATA)
    assert files_under(tmp_path / "files") == []
    assert await store.put(DATA) == (SHA256, len(DATA))


PUT_AND_DIE = """
import asyncio, os, signal, sys
from pathlib import Path
from storage.file_store import LocalFileStore

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
    store: LocalFileStore, tmp_path: Path, moment: str
) -> None:
    root = tmp_path / "files"
    command = [sys.executable, "-c", PUT_AND_DIE, str(root), moment]
    died = await asyncio.to_thread(subprocess.run, command, check=False)
    assert died.returncode == -signal.SIGKILL
    sha256 = hashlib.sha256(b"x" * 100_000).hexdigest()
    assert not await store.exists(sha256)
    assert [Path(name).parts[0] for name in files_under(root)] == ["incoming"]
    store.remove_leftovers()
    assert files_under(root) == []
    assert await store.put(b"x" * 100_000) == (sha256, 100_000)
