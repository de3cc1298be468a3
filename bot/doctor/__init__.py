"""``pandu doctor``: looks through an installation and says what to mend. It changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from sqlmodel import Session

from bot.clock import Clock
from bot.doctor import database as of_database
from bot.doctor import files, machine, telegram, work
from bot.doctor.finding import Finding, Level, mend, note
from bot.logging import where
from bot.settings import Settings, Unusable, load_settings
from storage.database import Database, DatabaseUnavailable, open_database
from storage.file_store import open_file_store
from storage.sqlite_connection import file_of

__all__ = ["Finding", "Level", "examination"]


async def examination(clock: Clock, env_file: Path = Path(".env")) -> AsyncIterator[Finding]:
    """Yield what is found, in the order in which it is worth mending."""
    for finding in machine.settings_file(env_file):
        yield finding
    try:
        settings = load_settings()
        tokens = settings.tokens()
    except Unusable as error:
        yield mend("Setelan", str(error), "perbaiki .env; contohnya di .env.example")
        return
    yield machine.time_zones()
    for finding in machine.data_folder(settings.data_dir):
        yield finding
    yield machine.disk(settings.data_dir)
    async for finding in telegram.bots(settings, tokens, clock.wall()):
        yield finding
    yield await telegram.clock(settings, clock.wall)
    async for finding in _stored(settings, clock):
        yield finding
    if settings.webhook_url and settings.sqlite_path is None and settings.files.startswith("file:"):
        yield note(
            files.SUBJECT, "disimpan di folder komputer ini; pandu serve di komputer lain tidak melihatnya",
            "isi PANDU_FILES_URL=s3://… lalu pandu files migrate",
        )  # fmt: skip
    yield await files.round_trip(open_file_store(settings.files, settings.s3), settings.files)


async def _stored(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    try:
        if settings.sqlite_path is not None and not file_of(settings.database).exists():
            yield note(of_database.SUBJECT, f"{settings.sqlite_path} belum ada", "dibuat sendiri saat Pandu dijalankan")
            return
        database = await open_database(settings.database)
    except ValueError as error:
        yield mend(of_database.SUBJECT, f"PANDU_DATABASE_URL: {error}", "tulis sqlite:///… atau postgresql://…")
        return
    except DatabaseUnavailable as error:
        yield mend(
            of_database.SUBJECT, f"tidak dapat dibuka ({where(error).partition(' at ')[0]})",
            "pastikan servernya menyala dan PANDU_DATABASE_URL benar",
        )  # fmt: skip
        return
    try:
        for finding in await _in(database, settings, clock):
            yield finding
    except DatabaseUnavailable as error:
        yield mend(
            of_database.SUBJECT, f"terputus ({where(error).partition(' at ')[0]})", "jalankan pandu doctor sekali lagi"
        )
    finally:
        await database.close()


async def _in(database: Database, settings: Settings, clock: Clock) -> list[Finding]:
    single = settings.sqlite_path is not None
    found = await database.read(lambda session: list((of_database.sqlite if single else of_database.postgres)(session)))
    if not single:
        # All processes count the server's time; only one that is right itself can tell whether that is.
        ahead = clock.wall() - await database.lease_time()
        how = "nyalakan penyetelan jam otomatis di server basis data dan di komputer ini"
        found.append(telegram.skew("jam server basis data", ahead, how))
    found.append(schema := await database.read(of_database.schema))
    if schema.level is not Level.GOOD:
        return found
    now, lease_now = clock.now(), await database.lease_time()

    def body(session: Session) -> list[Finding]:
        return list(work.examine(session, now, lease_now))

    return found + await database.read(body)
