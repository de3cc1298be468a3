"""``pandu files`` on folders and on S3, and backup and restore with the files in S3."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from sqlmodel import Session
from typer.testing import CliRunner, Result

from bot.cli import backup, command_line
from bot.settings import Unusable
from storage.copying_files import Copied, copy
from storage.database import Database
from storage.errors import FilesUnavailable
from storage.file_store import Data, FileStore, open_file_store
from storage.local_file_store import LocalFileStore
from storage.tables import File
from tests.integration.storage.conftest import BOT, NOW, OFFICE
from tests.s3 import BUCKET, TemporaryS3

Pandu = Callable[..., "asyncio.Future[Result]"]
CONTENTS = (b"laporan asli", b"foto", b"surat" * 500_000)


@pytest.fixture(params=["folder", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where the installation's files are."""
    server: TemporaryS3 = request.getfixturevalue("s3_server")
    for name, value in {
        "ENDPOINT": server.access.endpoint, "REGION": server.access.region, "KEY_ID": server.access.key_id,
        "SECRET": server.access.secret,
    }.items():  # fmt: skip
        monkeypatch.setenv(f"PANDU_FILES_S3_{name}", value or "")
    address = f"s3://{BUCKET}/{uuid4().hex}" if request.param == "s3" else (tmp_path / "files").as_uri()
    monkeypatch.setenv("PANDU_FILES_URL", address)
    return address


@pytest.fixture
def store(url: str, s3_server: TemporaryS3) -> FileStore:
    return open_file_store(url, s3_server.access)


@pytest.fixture
async def pandu(
    sqlite_url: str, sqlite: Database, store: FileStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Pandu:
    monkeypatch.setenv("PANDU_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("PANDU_DATA_DIR", str(tmp_path))
    kept = [await store.put(content) for content in CONTENTS]

    def rows(session: Session) -> None:
        for number, (sha256, size) in enumerate([*kept, kept[0]]):
            session.add(
                File(
                    office_id=OFFICE, official_id=1, received_at=NOW, bot_id=BOT, chat_id=1, message_id=number,
                    telegram_file_id="x", form="document", name="a.pdf", sha256=sha256, size=size, kind="pdf",
                    status="stored", due_at=NOW,
                )
            )  # fmt: skip

    await sqlite.write(rows)
    app = command_line(["files", "backup", "restore"])

    def run(*arguments: str) -> asyncio.Future[Result]:
        # The command brings its own event loop, beside the test's.
        return asyncio.ensure_future(asyncio.to_thread(lambda: CliRunner().invoke(app, list(arguments))))

    return run


async def spoil(store: FileStore, url: str, server: TemporaryS3, sha256: str, content: bytes | None) -> None:
    """Change or lose a stored file behind Pandu's back."""
    import obstore

    name = f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
    if isinstance(store, LocalFileStore):
        store.place(sha256).unlink() if content is None else store.place(sha256).write_bytes(content)
    elif content is None:
        await obstore.delete_async(server.store(url.rpartition("/")[2])._store, name)
    else:
        await obstore.put_async(server.store(url.rpartition("/")[2])._store, name, content)


async def test_verify_names_what_is_lost_damaged_or_without_a_row(
    pandu: Pandu, store: FileStore, url: str, s3_server: TemporaryS3
) -> None:
    said = await pandu("files", "verify")
    assert (said.exit_code, said.output) == (0, f"{url}: 4 berkas diperiksa, 0 hilang atau rusak, 0 tanpa baris.\n")
    spare, _ = await store.put(b"belum dicatat")
    said = await pandu("files", "verify")
    assert said.exit_code == 0
    assert f"{spare} tidak disebut di basis data" in said.output
    names = [(await store.put(content))[0] for content in CONTENTS]
    await spoil(store, url, s3_server, names[0], b"laporan PALSU")
    await spoil(store, url, s3_server, names[1], None)
    said = await pandu("files", "verify")
    assert said.exit_code == 1
    assert f"{OFFICE}: berkas 1 berisi lain daripada yang diterima ({names[0]})" in said.output
    assert f"{OFFICE}: berkas 4 berisi lain daripada yang diterima ({names[0]})" in said.output
    assert f"{OFFICE}: berkas 2 hilang dari penyimpanan ({names[1]})" in said.output
    assert "berkas 3 " not in said.output
    assert "4 berkas diperiksa, 3 hilang atau rusak, 1 tanpa baris." in said.output


async def test_verify_knows_nothing_while_the_store_is_away(
    pandu: Pandu, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if url.startswith("file"):
        monkeypatch.setenv("PANDU_FILES_URL", f"{url}/tidak-ada")
    else:
        monkeypatch.setenv("PANDU_FILES_URL", "s3://ember-lain/x")
    said = await pandu("files", "verify")
    assert isinstance(said.exception, FilesUnavailable)
    assert "hilang" not in said.output


async def test_migrate_copies_all_and_can_be_repeated(
    pandu: Pandu, store: FileStore, url: str, s3_server: TemporaryS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = f"s3://{BUCKET}/{uuid4().hex}" if url.startswith("file") else (tmp_path / "baru").as_uri()
    said = await pandu("files", "migrate", url, target)
    assert (said.exit_code, said.output.splitlines()[0]) == (0, "3 berkas disalin, 0 sudah ada, 0 rusak.")
    assert "PANDU_FILES_URL" in said.output
    said = await pandu("files", "migrate", url, target)
    assert said.output.splitlines()[0] == "0 berkas disalin, 3 sudah ada, 0 rusak."
    monkeypatch.setenv("PANDU_FILES_URL", target)
    assert (await pandu("files", "verify")).exit_code == 0
    # One more, and one that was damaged at its source meanwhile: that is never passed on.
    await store.put(b"satu lagi")
    broken, _ = await store.put(b"akan rusak")
    await spoil(store, url, s3_server, broken, b"sudah rusak")
    said = await pandu("files", "migrate", url, target)
    assert said.exit_code == 1
    assert f"{broken} rusak di tempat asal; tidak disalin." in said.output
    assert "1 berkas disalin, 3 sudah ada, 1 rusak." in said.output
    assert {name async for name in store.names()} >= {broken}
    assert broken not in [name async for name in open_file_store(target, s3_server.access).names()]


@pytest.mark.parametrize("url", ["folder"], indirect=True)
async def test_migrate_refuses_addresses_it_cannot_use(pandu: Pandu, url: str) -> None:
    for arguments in ((url, url), (url, "ftp://x/y"), ("x", url)):
        said = await pandu("files", "migrate", *arguments)
        assert isinstance(said.exception, Unusable)


class Failing(LocalFileStore):
    """A target that is away after some files."""

    def __init__(self, root: Path, left: int) -> None:
        super().__init__(root)
        self.left = left

    async def put(self, data: Data) -> tuple[str, int]:
        self.left -= 1
        if self.left < 0:
            raise FilesUnavailable("S3: 503")
        return await super().put(data)


async def test_a_copying_that_broke_off_goes_on_where_it_was(tmp_path: Path) -> None:
    source = LocalFileStore(tmp_path / "old")
    for number in range(100):
        await source.put(bytes([number]))
    target = Failing(tmp_path / "new", 37)
    told: list[int] = []
    with pytest.raises(FilesUnavailable):
        await copy(source, target, told.append)
    there = len([name async for name in target.names()])
    assert 0 < there <= 37
    target.left = 1000
    assert await copy(source, target, told.append) == Copied(new=100 - there, there=there)
    assert [name async for name in target.names()] == [name async for name in source.names()]


@pytest.mark.parametrize("restored_to", ["folder", "s3"])
async def test_a_backup_holds_the_files_wherever_they_are(
    pandu: Pandu, store: FileStore, s3_server: TemporaryS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    restored_to: str,
) -> None:  # fmt: skip
    # These rows were made by hand, and are not on record.
    monkeypatch.setattr(backup, "faults", lambda _session: [])
    archive = tmp_path / "pandu.tar.gz"
    said = await pandu("backup", str(archive))
    assert said.exit_code == 0, said.output
    assert "3 berkas" in said.output
    target = f"s3://{BUCKET}/{uuid4().hex}" if restored_to == "s3" else (tmp_path / "lain").as_uri()
    monkeypatch.setenv("PANDU_FILES_URL", target)
    monkeypatch.setenv("PANDU_DATABASE_URL", f"sqlite:///{tmp_path / 'baru' / 'pandu.db'}")
    said = await pandu("restore", str(archive))
    assert said.exit_code == 0, said.output
    said = await pandu("files", "verify")
    assert (said.exit_code, said.output) == (0, f"{target}: 4 berkas diperiksa, 0 hilang atau rusak, 0 tanpa baris.\n")
