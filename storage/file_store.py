"""Where the bytes of files are: named by their SHA-256, so that nothing is ever overwritten."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from storage.errors import DiskFull

_SHA256 = re.compile(r"[0-9a-f]{64}")


class FileStore(Protocol):
    """A store of immutable files, each known by the SHA-256 of its bytes (hexadecimal)."""

    async def put(self, data: AsyncIterator[bytes] | bytes) -> tuple[str, int]:
        """Keep the bytes durably and return their SHA-256 and their number.

        :raises DiskFull: there is no room.
        """

    async def read(self, sha256: str) -> bytes:
        """Return a file's bytes.

        :raises FileNotFoundError: it is not in the store.
        :raises ValueError: that is no SHA-256.
        """

    async def exists(self, sha256: str) -> bool:
        """Say whether a file is in the store."""

    def path(self, sha256: str) -> Path | None:
        """Return a file's place on this machine, where there is one."""


class LocalFileStore:
    """Files in a directory: ``root/ab/cd/<sha256>``.

    What is being written stands in ``root/incoming`` and comes to its name by renaming, after
    its bytes are on the disk: a file that can be seen is whole, whenever the process dies.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"

    async def put(self, data: AsyncIterator[bytes] | bytes) -> tuple[str, int]:
        """See :meth:`FileStore.put`. Nothing is left behind where ``data`` breaks off."""
        arriving = await asyncio.to_thread(_Arriving, self._incoming)
        with arriving:
            if isinstance(data, bytes):
                await asyncio.to_thread(arriving.write, data)
            else:
                async for chunk in data:
                    await asyncio.to_thread(arriving.write, chunk)
            return await asyncio.to_thread(arriving.keep, self._place)

    async def read(self, sha256: str) -> bytes:
        """See :meth:`FileStore.read`."""
        return await asyncio.to_thread(self._place(sha256).read_bytes)

    async def exists(self, sha256: str) -> bool:
        """See :meth:`FileStore.exists`."""
        return await asyncio.to_thread(self._place(sha256).is_file)

    def path(self, sha256: str) -> Path | None:
        """See :meth:`FileStore.path`."""
        place = self._place(sha256)
        return place if place.is_file() else None

    def remove_leftovers(self) -> None:
        """Remove what a process that died had begun to write; only where no other one writes."""
        for leftover in self._incoming.glob("*.part"):
            leftover.unlink(missing_ok=True)

    def _place(self, sha256: str) -> Path:
        # The only thing that ever becomes part of a path: names given by people do not.
        if not _SHA256.fullmatch(sha256):
            raise ValueError("not a SHA-256 in lower-case hexadecimal")
        return self._root / sha256[:2] / sha256[2:4] / sha256


class _Arriving:
    """A file on its way into the store; removed on leaving unless it was kept."""

    def __init__(self, directory: Path) -> None:
        with _room_on_disk():
            directory.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(suffix=".part", dir=directory)
        self._path = Path(name)
        self._file = os.fdopen(descriptor, "wb")
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, chunk: bytes) -> None:
        with _room_on_disk():
            self._file.write(chunk)
        self._hash.update(chunk)
        self._size += len(chunk)

    def keep(self, place_of: Callable[[str], Path]) -> tuple[str, int]:
        sha256 = self._hash.hexdigest()
        place = place_of(sha256)
        with _room_on_disk():
            self._file.flush()
            os.fsync(self._file.fileno())
            if not place.is_file():
                _make_durably(place.parent, self._path.parent.parent)
                self._path.replace(place)
                _sync_directory(place.parent)
        return sha256, self._size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Closing writes what is still buffered; on a full disk that fails, and is not wanted.
        with suppress(OSError):
            self._file.close()
        self._path.unlink(missing_ok=True)


def _make_durably(directory: Path, root: Path) -> None:
    missing = []
    while directory != root and not directory.is_dir():
        missing.append(directory)
        directory = directory.parent
    for new in reversed(missing):
        new.mkdir(exist_ok=True)
        _sync_directory(new.parent)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _room_on_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull("no room left for files") from error
        raise
