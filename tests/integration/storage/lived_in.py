"""An office that has lived a little, on a real SQLite file with its stored files: what tampering is tried on.

Everything came about as it does in an office: by an office file, taps and messages over the
simulator. The file can be copied as often as a test wants to spoil it.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlmodel import Session, select

from storage import stored_files
from storage.checkpoint import Checkpoint, compare, take
from storage.database import open_database
from storage.local_file_store import LocalFileStore
from storage.tables import Delegation, Official
from tests.e2e.office import Office
from tests.e2e.offices import PEOPLE, office_file
from tests.e2e.step_by_step import says, taps
from tests.e2e.test_seats import chooses, gives_the_order
from tests.e2e.test_turns import turning
from workflow import audit_replay, delegating, pausing
from workflow.delegating import Wanted
from workflow.moment import Moment
from workflow.seats import appointing
from workflow.seats.appointing import Appointment
from workflow.seats.posts import Post
from workflow.seats.terms import Capacity

SOP = "sumbang-pengukuran-kinerja"
OFFICE = "sumbang"


async def live(folder: Path, database_url: str) -> None:
    """Let an office live: a run with files, more time, a pause, a Plh., a delegation, an appointment agreed to."""
    office = Office(folder, database_url, office_file(SOP, accept_suggestions="true"), PEOPLE)
    await office.open()
    try:
        await _days(office)
    finally:
        await office.close()


async def _days(office: Office) -> None:
    p = office.phones
    run = await turning(office)
    await run.until("Kirim hasil")  # step 2, the secretary's
    await says(office, p.sekcam, "/dispensasi Kamis pukul 10")
    await p.sekcam.taps("Ya", on="Kamis, 7 Januari 2027 pukul 10.00 WIB")
    await p.sekcam.hears("Mengapa diperlukan waktu lebih?")
    await says(office, p.sekcam, "Menunggu format baru dari kabupaten")
    await p.sekcam.taps("Kirim alasan", on="Menunggu format baru")
    await taps(office, p.camat, "Setujui", on="Permintaan dispensasi")
    await says(office, p.camat, "/tunda 1", "Kantor dipakai posko banjir")
    await p.camat.taps("Kirim alasan", on="posko banjir")
    await p.camat.hears("Ditunda:")
    await office.quiet()
    await office.write(lambda session: _pause_ends(session, office))
    await run.until("Kirim ke semua seksi")
    await chooses(office, p.camat, "Camat", "siti", "Plh., menggantikan Bapak Ahmad Fauzi")
    await taps(office, p.camat, "Mulai sekarang")
    await gives_the_order(office, p.camat, "Rabu")
    await taps(office, p.camat, "Ya, tetapkan")
    await office.write(lambda session: _delegate(session, office))
    await office.write(lambda session: _ask_for_a_seat(session, office))
    await office.quiet()
    assert await office.faults(OFFICE) == []


def _moment(office: Office, salt: str) -> Moment:
    return Moment(office.bot.id, office.clock.now(), salt * 16)


def _named(session: Session, name: str) -> Official:
    return session.exec(select(Official).where(Official.name == name)).one()


def _pause_ends(session: Session, office: Office) -> None:
    pausing.resume(session, _moment(office, "ab"), _named(session, "Ahmad Fauzi"), 1, "Rapat sudah selesai")


def _delegate(session: Session, office: Office) -> None:
    now = office.clock.now()
    giver, receiver = _named(session, "Joko Prasetyo"), _named(session, "Rina Wulandari")
    wanted = Wanted(giver.id or 0, receiver.id or 0, now, now + timedelta(days=3))
    delegating.delegate(session, _moment(office, "cd"), [giver], wanted)
    assert session.exec(select(Delegation)).one().held


def _ask_for_a_seat(session: Session, office: Office) -> None:
    admin = _named(session, "Ahmad Fauzi")
    wanted = Appointment(Post("pengelola"), admin.id or 0, Capacity.DEFINITIVE)
    appointing.appoint(session, _moment(office, "ef"), admin, wanted)


class Copy:
    """A copy of the lived-in office, to be spoilt: the database file by SQL, the stored files by hand."""

    def __init__(self, original: Path, folder: Path) -> None:
        shutil.copytree(original, folder)
        self.folder = folder
        self.path = folder / "pandu.db"

    def spoil(self, *statements: str) -> None:
        """Change the file as its owner can, with any tool: no trigger and no foreign key stands in the way."""
        connection = sqlite3.connect(self.path)
        try:
            for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {trigger}")
            for statement in statements:
                done = connection.execute(statement)
                assert done.rowcount != 0, f"nothing was changed: {statement}"
            connection.commit()
        finally:
            connection.close()

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """Look into the file."""
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def faults(self, *kept: Checkpoint) -> list[str]:
        """What ``pandu audit verify [--against]`` finds, in its words."""
        return asyncio.run(self._faults(kept))

    def checkpoint(self) -> Checkpoint:
        """The end of the record, as the head keeps it."""
        found = asyncio.run(self._read(lambda session: take(session, OFFICE)))
        assert isinstance(found, Checkpoint)
        return found

    @property
    def store(self) -> LocalFileStore:
        """The stored files of this copy."""
        return LocalFileStore(self.folder / "files")

    async def _read(self, body: Callable[[Session], object]) -> object:
        database = await open_database(f"sqlite:///{self.path}")
        try:
            return await database.read(body)
        finally:
            await database.close()

    async def write(self, body: Callable[[Session], object]) -> None:
        """Change the office as Pandu does."""
        database = await open_database(f"sqlite:///{self.path}")
        try:
            await database.write(body)
        finally:
            await database.close()

    async def _faults(self, kept: tuple[Checkpoint, ...]) -> list[str]:
        found: list[str] = []
        files: list[stored_files.Stored] = []

        def check(session: Session) -> None:
            faults = audit_replay.verify(session, OFFICE)
            faults += [fault for one in kept for fault in compare(session, one)]
            found.extend(f"event {fault.seq}: {fault.what}" for fault in faults)
            files.extend(stored_files.stored(session))

        await self._read(check)
        return found + [f"file {file.id} {what}" for file, what in await stored_files.damaged(self.store, files)]
