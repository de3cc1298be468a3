"""An archive holds everything, and is restored whole or not at all, whatever the databases."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from handlers.dispatch import handle
from handlers.incoming import Incoming
from handlers.talk import Context
from storage.backup.archive import MANIFEST, BadArchive, Manifest, add_bytes, new_archive
from storage.backup.making import back_up
from storage.backup.restoring import restore
from storage.backup.rows import DumpedTable, NotEmpty, dump
from storage.database import Database, migrate, open_database
from storage.local_file_store import LocalFileStore
from storage.tables import Adoption, AuditEvent, File, Office, Official, Task
from tests.integration.workflow.town import BOT, MORNING, Cast, Town
from tests.unit.workflow import builders
from workflow import audit_replay, starting
from workflow.moment import Moment
from workflow.verbs import Press, Verb

LETTER = b"%PDF-1.4 surat pengantar"
NOW = datetime(2027, 1, 5, 9, 0, tzinfo=UTC)


def no_faults(session: Session) -> list[str]:
    offices = session.exec(select(Office.id)).all()
    return [str(fault) for office in offices for fault in audit_replay.verify(session, office)]


@dataclass
class Lived:
    """An installation in which something has happened, and its archive."""

    database: Database
    store: LocalFileStore
    archive: Path
    manifest: Manifest


@pytest.fixture
async def lived(database: Database, tmp_path: Path) -> Lived:
    town = Town(None)  # type: ignore[arg-type]  # only fills, in transactions of others
    cast = Cast("sumbang", ("north", "south"), builders.definition(builders.step(1), builders.step(2)))
    await database.write(lambda session: town.fill(session, cast))
    admin = next(person for person in cast.people if person.admin)

    def begin(session: Session) -> int:
        adoption = session.get_one(Adoption, cast.adoption)
        moment = Moment(BOT, MORNING, "0" * 16)
        starting.start(session, moment, session.get_one(Official, admin.id), adoption, "TW IV “2026” – ñ")
        return session.exec(select(Task.id).where(Task.status == "open")).one() or 0

    task = await database.write(begin)
    holder = next(p for p in cast.people if p.chat is not None and p.name == "clerk")
    tap = Incoming(1, holder.chat or 0, holder.chat or 0, private=True, kind="tap", data=str(Press(Verb.DO, task, 1)))
    context = Context(BOT, "pandu_bot", MORNING, "1" * 16, "id")
    said = await database.write(lambda session: handle(session, tap, context))
    assert said is not None
    assert said.key == "done"
    store = LocalFileStore(tmp_path / "files")
    sha256, size = await store.put(LETTER)

    def keep(session: Session) -> None:
        for number, name in enumerate((sha256, "f" * 64)):
            session.add(
                File(
                    office_id="sumbang", official_id=holder.id, received_at=NOW, bot_id=BOT, chat_id=1,
                    message_id=number, telegram_file_id="x", form="document", name="surat.pdf", size=size,
                    sha256=name, kind="pdf", status="stored", due_at=NOW,
                )
            )  # fmt: skip

    await database.write(keep)
    archive = tmp_path / "pandu.tar.gz"
    manifest = await back_up(database, store, archive, NOW)
    return Lived(database, store, archive, manifest)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def target_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with nothing in it, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'restored' / 'pandu.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


async def restored(archive: Path, url: str, tmp_path: Path, check: Callable[[Session], list[str]] = no_faults) -> Path:
    """Restore into ``url`` and return the folder of the files."""
    folder, files = tmp_path / "unpacked", tmp_path / "restored" / "files"
    folder.mkdir()
    files.mkdir(parents=True)
    await restore(archive, folder, url, LocalFileStore(files), check)
    return files


async def test_everything_comes_back_and_life_goes_on(lived: Lived, target_url: str, tmp_path: Path) -> None:
    files = await restored(lived.archive, target_url, tmp_path)
    again = await open_database(target_url)
    try:
        compared = tmp_path / "compared"
        compared.mkdir()
        tables = await again.read(lambda session: dump(session, compared))
        assert tables == lived.manifest.tables
        assert sum(table.rows for table in tables.values()) > 30
        assert await again.read(no_faults) == []
        sha256 = next(iter(lived.manifest.files))
        assert LocalFileStore(files).place(sha256).read_bytes() == LETTER
        before = await again.read(lambda s: max(row.id or 0 for row in s.exec(select(Official))))

        def add(session: Session) -> int | None:
            row = Official(office_id="sumbang", name="Baru")
            session.add(row)
            session.flush()
            return row.id

        assert (await again.write(add) or 0) > before
    finally:
        await again.close()


async def test_an_archive_tells_what_was_missing_and_is_for_its_owner_only(lived: Lived) -> None:
    assert lived.manifest.missing == ["f" * 64]
    assert list(lived.manifest.files.values()) == [len(LETTER)]
    assert lived.manifest.heads["sumbang"][0] >= 2
    assert lived.archive.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        await back_up(lived.database, lived.store, lived.archive, NOW)
    assert [path.name for path in lived.archive.parent.glob("*.part")] == []


async def refused(archive: Path, url: str, tmp_path: Path) -> str:
    """Return why an archive was refused, having left nothing behind."""
    with pytest.raises(BadArchive) as told:
        await restored(archive, url, tmp_path)
    assert not (tmp_path / "restored" / "pandu.db").exists()
    return str(told.value)


def members(archive: Path) -> list[tuple[str, bytes]]:
    with tarfile.open(archive) as tar:
        return [(m.name, (tar.extractfile(m) or io.BytesIO()).read()) for m in tar.getmembers()]


def rewritten(archive: Path, parts: list[tuple[str, bytes]]) -> Path:
    other = archive.with_name("other.tar.gz")
    with new_archive(other) as tar:
        for name, content in parts:
            add_bytes(tar, name, content)
    return other


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[: len(data) // 2],
    "empty": lambda _data: b"",
    "a letter": lambda _data: b"this is a letter" * 100,
    "not a tar": lambda _data: gzip.compress(b"this is a letter" * 100),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_damaged_archive_is_refused_whole(lived: Lived, tmp_path: Path, damage: str) -> None:
    lived.archive.write_bytes(DAMAGES[damage](lived.archive.read_bytes()))
    assert await refused(lived.archive, f"sqlite:///{tmp_path}/restored/pandu.db", tmp_path)
    assert not list((tmp_path / "restored" / "files").iterdir())


def changed_part(parts: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    return [
        (name, content.replace(b"clerk", b"thief") if name.startswith("tables/official") else content)
        for name, content in parts
    ]


def missing_part(parts: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    return [part for part in parts if not part[0].startswith("files/")]


def extra_part(parts: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    return [*parts, ("../../outside", b"x")]


def later_schema(parts: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    plain = json.loads(parts[0][1])
    plain["revision"] = "9999"
    return [(MANIFEST, json.dumps(plain).encode()), *parts[1:]]


def rewritten_history(parts: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Somebody who knows the manifest, too, changes who acted."""
    plain = json.loads(parts[0][1])
    found = dict(parts)
    events = found["tables/auditevent.jsonl"].splitlines(keepends=True)
    row = json.loads(events[-1])
    row[plain["tables"]["auditevent"]["columns"].index("kind")] = "task.decide"
    found["tables/auditevent.jsonl"] = b"".join([*events[:-1], json.dumps(row).encode() + b"\n"])
    plain["tables"]["auditevent"]["sha256"] = hashlib.sha256(found["tables/auditevent.jsonl"]).hexdigest()
    found[MANIFEST] = json.dumps(plain).encode()
    return list(found.items())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (changed_part, "was changed or is damaged"),
        (missing_part, "is missing"),
        (extra_part, "'outside' does not belong there"),
        (later_schema, "later version"),
        (rewritten_history, "record does not hold"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_changed_archive_is_refused_whole(
    lived: Lived, tmp_path: Path, change: Callable[[list[tuple[str, bytes]]], list[tuple[str, bytes]]], said: str
) -> None:
    archive = rewritten(lived.archive, change(members(lived.archive)))
    assert said in await refused(archive, f"sqlite:///{tmp_path}/restored/pandu.db", tmp_path)


async def test_nothing_is_restored_over_what_is_there(lived: Lived, database_url: str, tmp_path: Path) -> None:
    events = await lived.database.read(lambda s: len(s.exec(select(AuditEvent)).all()))
    with pytest.raises(NotEmpty):
        await restored(lived.archive, database_url, tmp_path)
    assert await lived.database.read(lambda s: len(s.exec(select(AuditEvent)).all())) == events


async def test_an_archive_of_the_first_release_is_migrated(tmp_path: Path, target_url: str) -> None:
    office: dict[str, Any] = {
        "id": "sumbang", "name": "Kecamatan Sumbang", "regency": "Banyumas", "timezone": "Asia/Jakarta",
        "last_run_number": 3,
    }  # fmt: skip
    line = json.dumps(list(office.values())).encode() + b"\n"
    table = DumpedTable(list(office), 1, hashlib.sha256(line).hexdigest())
    manifest = Manifest(NOW, "0001", {"office": table}, {}, [], {})
    archive = tmp_path / "old.tar.gz"
    with new_archive(archive) as tar:
        add_bytes(tar, MANIFEST, manifest.to_bytes())
        add_bytes(tar, "tables/office.jsonl", line)
    await restored(archive, target_url, tmp_path)
    await asyncio.to_thread(migrate, target_url)
    again = await open_database(target_url)
    try:
        found = await again.read(lambda s: s.get_one(Office, "sumbang"))
        assert (found.last_run_number, found.policy) == (3, {})
    finally:
        await again.close()
