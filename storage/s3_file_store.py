"""Files in the bucket of an S3-compatible service."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from storage.errors import FilesUnavailable
from storage.file_store import CHUNK, IN_MEMORY, Data, S3Access, digest_of, is_name, relative
from storage.local_file_store import disk_faults

PART = 8 << 20
"""Bytes sent in one request; a larger file goes in parts (an S3 multipart upload)."""
PARTS_AT_ONCE = 2
TIMES: dict[str, Any] = {
    "connect_timeout": timedelta(seconds=5),
    "read_timeout": timedelta(seconds=60),
    "timeout": timedelta(hours=1),
}
RETRIES: dict[str, Any] = {
    "max_retries": 3,
    "retry_timeout": timedelta(seconds=20),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
}
"""Short: who finds the service away waits for it outside of any request."""
_REASONS = tuple(
    re.compile(found)
    for found in (r"<Code>(\w+)</Code>", r"status code: (\d{3})", r"(operation timed out|error \w+ request)")
)


class S3FileStore:
    """Objects ``prefix/ab/cd/<sha256>`` in a bucket; see :class:`storage.file_store.FileStore`.

    A file is hashed on this machine before its first byte is sent, so it goes straight to its
    name, in one request or one multipart upload. Either is carried out whole or not at all;
    parts of an upload that broke off are no object (a lifecycle rule of the bucket ends them).
    """

    def __init__(self, bucket: str, prefix: str, access: S3Access) -> None:
        endpoint = access.endpoint or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        parts = urlsplit(endpoint or "https://")
        if parts.scheme not in ("http", "https") or (endpoint and not parts.hostname):
            raise FilesUnavailable("S3: the endpoint is no web address")
        given = {
            "endpoint": endpoint,
            "region": access.region,
            "access_key_id": access.key_id,
            "secret_access_key": access.secret,
        }
        options = dict(TIMES)
        if parts.scheme == "http":
            options["allow_http"] = True
        with _service():
            self._store = S3Store(
                bucket,
                prefix=prefix or None,
                client_options=cast("Any", options),
                retry_config=cast("Any", RETRIES),
                **cast("Any", {name: value for name, value in given.items() if value is not None}),
            )

    async def put(self, data: Data) -> tuple[str, int]:
        """See :meth:`storage.file_store.FileStore.put`."""
        if isinstance(data, AsyncIterator):
            with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
                async for chunk in data:
                    await asyncio.to_thread(_write, spool, chunk)
                return await self._keep(cast("BinaryIO", spool))
        return await self._keep(data)

    async def _keep(self, data: bytes | BinaryIO) -> tuple[str, int]:
        sha256, size = await asyncio.to_thread(_measured, data)
        # Equal names are equal bytes: two that put the same file at once do no harm.
        if await self.size(sha256) != size:
            if size <= PART and not isinstance(data, bytes):
                data.seek(0)
                data = await asyncio.to_thread(data.read)
            if not isinstance(data, bytes):
                data.seek(0)
            with _service():
                await obstore.put_async(
                    self._store, relative(sha256), data, use_multipart=size > PART, chunk_size=PART,
                    max_concurrency=PARTS_AT_ONCE,
                )  # fmt: skip
        return sha256, size

    @asynccontextmanager
    async def opened(self, sha256: str) -> AsyncIterator[BinaryIO]:
        """See :meth:`storage.file_store.FileStore.opened`."""
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
            async for chunk in self.stream(sha256):
                await asyncio.to_thread(_write, spool, chunk)
            spool.seek(0)
            yield cast("BinaryIO", spool)

    async def stream(self, sha256: str) -> AsyncIterator[bytes]:
        """See :meth:`storage.file_store.FileStore.stream`."""
        with _service():
            answer = await obstore.get_async(self._store, relative(sha256))
            async for chunk in answer.stream(min_chunk_size=CHUNK):
                yield bytes(chunk)

    async def size(self, sha256: str) -> int | None:
        """See :meth:`storage.file_store.FileStore.size`."""
        try:
            with _service():
                return (await obstore.head_async(self._store, relative(sha256)))["size"]
        except FileNotFoundError:
            return None

    async def remove(self, sha256: str) -> None:
        """See :meth:`storage.file_store.FileStore.remove`."""
        with suppress(FileNotFoundError), _service():
            await obstore.delete_async(self._store, relative(sha256))

    async def names(self) -> AsyncIterator[str]:
        """See :meth:`storage.file_store.FileStore.names`."""
        with _service():
            async for page in obstore.list(self._store):
                for found in page:
                    name = found["path"].rpartition("/")[2]
                    if is_name(name) and found["path"] == relative(name):
                        yield name


def _write(spool: Any, chunk: bytes) -> None:
    with disk_faults():
        spool.write(chunk)


def _measured(data: bytes | BinaryIO) -> tuple[str, int]:
    if isinstance(data, bytes):
        return hashlib.sha256(data).hexdigest(), len(data)
    return digest_of(data), data.seek(0, os.SEEK_END)


@contextmanager
def _service() -> Iterator[None]:
    """Say :class:`FilesUnavailable` for whatever is not the file's own fault, without addresses and keys."""
    try:
        yield
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):
            raise FilesUnavailable("S3: NoSuchBucket") from None
        raise FileNotFoundError("it is not in the bucket") from None
    except BaseError as error:
        reasons = (found[1] for pattern in _REASONS if (found := pattern.search(str(error))))
        raise FilesUnavailable(f"S3: {next(reasons, type(error).__name__)}") from None
