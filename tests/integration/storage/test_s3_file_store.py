"""What only the S3 store can get wrong: a service that is away, and processes that die between requests."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from asyncio import to_thread
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

import obstore
import pytest
from aiohttp import web

from storage.errors import FilesUnavailable
from storage.file_store import S3Access, whole
from storage.s3_file_store import S3FileStore
from tests.postgres import free_port
from tests.s3 import BUCKET, TemporaryS3

SHA256 = hashlib.sha256(b"x").hexdigest()


async def listed(store: S3FileStore) -> list[str]:
    return [name async for name in store.names()]


async def streamed(store: S3FileStore) -> bytes:
    return b"".join([chunk async for chunk in store.stream(SHA256)])


ASKED: dict[str, Callable[[S3FileStore], Awaitable[object]]] = {
    "put": lambda store: store.put(b"x"),
    "stream": streamed,
    "names": listed,
}


async def refused(access: S3Access, bucket: str, what: str) -> str:
    """Return how it is told that the service cannot be used."""
    with pytest.raises(FilesUnavailable) as told:
        await ASKED[what](S3FileStore(bucket, "x", access))
    for secret in (access.key_id or "", access.secret or "", "127.0.0.1"):
        assert secret not in str(told.value)
    return str(told.value)


@pytest.mark.parametrize("what", ASKED)
async def test_a_service_that_is_away_is_no_fault_of_the_file(s3_server: TemporaryS3, what: str) -> None:
    away = replace(s3_server.access, endpoint=f"http://127.0.0.1:{free_port()}")
    assert "error sending request" in await refused(away, BUCKET, what)


@pytest.mark.parametrize("what", ASKED)
async def test_a_bucket_that_is_not_there_is_no_fault_of_the_file(s3_server: TemporaryS3, what: str) -> None:
    assert "NoSuchBucket" in await refused(s3_server.access, "lain", what)


@pytest.fixture(params=[(403, "AccessDenied"), (403, "InvalidAccessKeyId"), (503, "SlowDown"), (500, "InternalError")])
async def moody(request: pytest.FixtureRequest) -> AsyncIterator[tuple[S3Access, int, str]]:
    """A service that refuses everything, and the code it gives."""
    status, code = request.param

    async def answer(_request: web.Request) -> web.Response:
        body = f"<Error><Code>{code}</Code><AWSAccessKeyId>kunci</AWSAccessKeyId></Error>"
        return web.Response(status=status, text=body, content_type="application/xml")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port := free_port())
    await site.start()
    yield S3Access(f"http://127.0.0.1:{port}", "us-east-1", "kunci", "rahasia"), status, code
    await runner.cleanup()


async def test_a_service_that_refuses_is_no_fault_of_the_file(moody: tuple[S3Access, int, str]) -> None:
    access, status, code = moody
    for what in ASKED:
        # A put asks for the size first, and the answer to that question (HEAD) has no body to name a reason.
        assert await refused(access, BUCKET, what) == f"S3: {status if what == 'put' else code}"


async def test_what_is_not_set_comes_from_the_standard_environment(
    s3_server: TemporaryS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server.access.endpoint or "")
    monkeypatch.setenv("AWS_REGION", "ap-southeast-3")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "kunci-lain")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "rahasia-lain")
    store = S3FileStore(BUCKET, uuid4().hex, S3Access())
    assert await store.put(b"x") == (SHA256, 1)
    assert await listed(store) == [SHA256]


@pytest.mark.parametrize("endpoint", ["nonsense", "https://", "ftp://host"])
def test_an_endpoint_that_is_no_address_is_told(endpoint: str) -> None:
    with pytest.raises(FilesUnavailable, match="no web address"):
        S3FileStore(BUCKET, "x", S3Access(endpoint))


async def test_only_files_of_this_prefix_are_listed(s3_server: TemporaryS3) -> None:
    prefix = uuid4().hex
    one, other = s3_server.store(f"{prefix}/a"), s3_server.store(f"{prefix}/b")
    await one.put(b"x")
    await other.put(b"y")
    for path in ("README", f"zz/{SHA256}", "ab/cd/ef"):
        await obstore.put_async(one._store, path, b"x")
    assert await listed(one) == [SHA256]
    assert await other.size(SHA256) is None


async def test_an_object_of_another_size_is_mended_by_putting_it_again(s3_server: TemporaryS3) -> None:
    store = s3_server.store(uuid4().hex)
    await store.put(b"x")
    await obstore.put_async(store._store, f"{SHA256[:2]}/{SHA256[2:4]}/{SHA256}", b"xy")
    assert not await whole(store, SHA256)
    await store.put(b"x")
    assert await whole(store, SHA256)


PUT_AND_DIE = """
import asyncio, os, signal, sys
from storage.file_store import S3Access
from storage.s3_file_store import S3FileStore

class Dying:
    '''Bytes that take their reader with them.'''
    def __init__(self): self.passes, self.at = 0, 0
    def seek(self, at, whence=0):
        self.at = {0: 0, 1: self.at, 2: 20 << 20}[whence] + at
        return self.at
    def tell(self): return self.at
    def read(self, size):
        if self.at == 0: self.passes += 1
        if self.passes == 2 and self.at >= int(sys.argv[6]): os.kill(os.getpid(), signal.SIGKILL)
        given = b"x" * min(size, (20 << 20) - self.at)
        self.at += len(given)
        return given

store = S3FileStore(sys.argv[1], sys.argv[2], S3Access(*sys.argv[3:6], "rahasia-uji"))
asyncio.run(store.put(Dying()))
print("alive")
"""


@pytest.mark.crash
@pytest.mark.parametrize("at", [0, 12 << 20, 20 << 20])
async def test_a_kill_while_uploading_leaves_no_visible_file(s3_server: TemporaryS3, at: int) -> None:
    prefix, access = uuid4().hex, s3_server.access
    command = [sys.executable, "-c", PUT_AND_DIE, BUCKET, prefix, *(access.endpoint, access.region, access.key_id)]
    died = await to_thread(subprocess.run, [*map(str, command), str(at)], check=False, capture_output=True)
    assert died.returncode == -9, died.stderr
    store = s3_server.store(prefix)
    assert await listed(store) == []
    sha256, _ = await store.put(b"x" * (20 << 20))
    assert await listed(store) == [sha256]
    assert await whole(store, sha256)
