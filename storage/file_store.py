"""Where the bytes of files are: named by their SHA-256, so that nothing is ever overwritten."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

CHUNK = 1 << 20
"""Bytes of a file that are in memory at once."""
IN_MEMORY = CHUNK
"""Up to how many bytes a file waits in memory instead of in the folder for temporary files (``TMPDIR``)."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")

Data = bytes | BinaryIO | AsyncIterator[bytes]
"""A file on its way into a store. An open file is read from its start."""


class FileStore(Protocol):
    """A store of immutable files, each known by the SHA-256 of its bytes (hexadecimal).

    Whoever dies in the middle of anything leaves a whole file or none under that name. Every
    method may raise :class:`storage.errors.FilesUnavailable`: the store is away, try again later.
    """

    async def put(self, data: Data) -> tuple[str, int]:
        """Keep the bytes durably and return their SHA-256 and their number.

        :raises DiskFull: there is no room.
        """

    def opened(self, sha256: str) -> AbstractAsyncContextManager[BinaryIO]:
        """Open a file to be read on this machine; one from elsewhere is fetched whole first.

        :raises FileNotFoundError: it is not in the store.
        :raises ValueError: that is no SHA-256.
        """

    def stream(self, sha256: str) -> AsyncIterator[bytes]:
        """Yield a file's bytes, about :data:`CHUNK` at a time; raises as :meth:`opened`."""

    async def size(self, sha256: str) -> int | None:
        """Return a file's number of bytes, ``None`` if it is not in the store.

        :raises ValueError: that is no SHA-256.
        """

    def names(self) -> AsyncIterator[str]:
        """Yield the SHA-256 of every file in the store, in order."""

    async def remove(self, sha256: str) -> None:
        """Take a file out of the store, if it is there. Nothing of an official's is ever removed.

        :raises ValueError: that is no SHA-256.
        """


@dataclass(frozen=True, slots=True)
class S3Access:
    """How an S3-compatible service is reached; what is not given comes from the standard ``AWS_*`` environment."""

    endpoint: str | None = None
    region: str | None = None
    key_id: str | None = None
    secret: str | None = field(default=None, repr=False)


def open_file_store(url: str, access: S3Access) -> FileStore:
    """Return the store at ``file:///folder`` or ``s3://bucket/prefix``; nothing is looked up there yet.

    :raises ValueError: neither of both.
    """
    from storage.local_file_store import LocalFileStore

    place = place_of(url)
    if isinstance(place, Path):
        return LocalFileStore(place)
    # Imported here so that an office with a folder of files does not load the library.
    from storage.s3_file_store import S3FileStore

    return S3FileStore(*place, access)


def place_of(url: str) -> Path | tuple[str, str]:
    """Return the folder, or the bucket and the prefix, that a store's address names; raise :class:`ValueError`."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    if parts.scheme == "file" and not parts.netloc and path.startswith("/"):
        return Path(path)
    if parts.scheme == "s3" and _BUCKET.fullmatch(parts.netloc) and not (parts.query or parts.fragment):
        return parts.netloc, path.strip("/")
    raise ValueError("files are kept at file:///folder or s3://bucket/prefix")


def relative(sha256: str) -> str:
    """Return a file's place within any store: the only thing of it that ever becomes part of a path.

    :raises ValueError: that is no SHA-256; names given by people never come this far.
    """
    if not is_name(sha256):
        raise ValueError("not a SHA-256 in lower-case hexadecimal")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def is_name(text: str) -> bool:
    """Say whether this is how a file in a store is called."""
    return _SHA256.fullmatch(text) is not None


async def whole(store: FileStore, sha256: str) -> bool:
    """Read a file through and say whether it still holds the bytes it is named by; raises as ``stream``."""
    digest = hashlib.sha256()
    async for chunk in store.stream(sha256):
        await asyncio.to_thread(digest.update, chunk)
    return digest.hexdigest() == sha256


def digest_of(file: BinaryIO) -> str:
    """Return the SHA-256 of an open file's bytes."""
    digest = hashlib.sha256()
    for chunk in chunks_of(file):
        digest.update(chunk)
    return digest.hexdigest()


def chunks_of(file: BinaryIO) -> Iterator[bytes]:
    """Yield an open file's bytes from its start."""
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield chunk
