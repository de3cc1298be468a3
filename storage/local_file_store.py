"""Files in a folder of this machine."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from storage.errors import DiskFull, FilesUnavailable
from storage.file_store import CHUNK, Data, chunks_of, is_name, relative


class LocalFileStore:
    """Files in a directory: ``root/ab/cd/<sha256>``; see :class:`storage.file_store.FileStore`.

    What is being written stands in ``root/incoming`` and comes to its name by renaming, after
    its bytes are on the disk: a file that can be seen is whole, whenever the process dies.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"

    async def put(self, data: Data) -> tuple[str, int]:
        """See :meth:`storage.file_store.FileStore.put`. Nothing is left behind where ``data`` breaks off."""
        arriving = await asyncio.to_thread(_Arriving, self._incoming)
        with arriving:
            if isinstance(data, AsyncIterator):
                async for chunk in data:
                    await asyncio.to_thread(arriving.write, chunk)
            else:
                await asyncio.to_thread(arriving.write_all, [data] if isinstance(data, bytes) else chunks_of(data))
            return await asyncio.to_thread(arriving.keep, self.place)

    @asynccontextmanager
    async def opened(self, sha256: str) -> AsyncIterator[BinaryIO]:
        """See :meth:`storage.file_store.FileStore.opened`."""
        with await asyncio.to_thread(self._open, self.place(sha256)) as file:
            yield file

    def _open(self, place: Path) -> BinaryIO:
        with disk_faults():
            try:
                return place.open("rb")
            except FileNotFoundError:
                if self._root.is_dir():
                    raise
        raise FilesUnavailable("the folder of files is not there")

    async def stream(self, sha256: str) -> AsyncIterator[bytes]:
        """See :meth:`storage.file_store.FileStore.stream`."""
        async with self.opened(sha256) as file:
            while chunk := await asyncio.to_thread(_read, file):
                yield chunk

    async def size(self, sha256: str) -> int | None:
        """See :meth:`storage.file_store.FileStore.size`."""
        place = self.place(sha256)
        try:
            return (await asyncio.to_thread(place.stat)).st_size
        except FileNotFoundError:
            return None

    async def names(self) -> AsyncIterator[str]:
        """See :meth:`storage.file_store.FileStore.names`."""
        for folder in await asyncio.to_thread(lambda: sorted(self._root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]"))):
            for name in sorted(await asyncio.to_thread(os.listdir, folder)):
                if is_name(name):
                    yield name

    async def remove(self, sha256: str) -> None:
        """See :meth:`storage.file_store.FileStore.remove`."""
        await asyncio.to_thread(self.place(sha256).unlink, missing_ok=True)

    def place(self, sha256: str) -> Path:
        """Return where a file is, or would be."""
        return self._root / relative(sha256)

    def remove_leftovers(self) -> None:
        """Remove what a process that died had begun to write; only where no other one writes."""
        for leftover in self._incoming.glob("*.part"):
            leftover.unlink(missing_ok=True)


class _Arriving:
    """A file on its way into the store; removed on leaving unless it was kept."""

    def __init__(self, directory: Path) -> None:
        with disk_faults():
            directory.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(suffix=".part", dir=directory)
        self._path = Path(name)
        self._file = os.fdopen(descriptor, "wb")
        self._hash = hashlib.sha256()
        self._size = 0

    def write_all(self, chunks: Iterator[bytes] | list[bytes]) -> None:
        for chunk in chunks:
            self.write(chunk)

    def write(self, chunk: bytes) -> None:
        with disk_faults():
            self._file.write(chunk)
        self._hash.update(chunk)
        self._size += len(chunk)

    def keep(self, place_of: Callable[[str], Path]) -> tuple[str, int]:
        sha256 = self._hash.hexdigest()
        place = place_of(sha256)
        with disk_faults():
            self._file.flush()
            os.fsync(self._file.fileno())
            if not place.is_file() or place.stat().st_size != self._size:
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


def _read(file: BinaryIO) -> bytes:
    with disk_faults():
        return file.read(CHUNK)


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
def disk_faults() -> Iterator[None]:
    """Tell the disk's faults, full or failing, from those of the file that is read or written."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull("no room left for files") from error
        raise FilesUnavailable(f"the disk of files fails ({error.strerror})") from error
