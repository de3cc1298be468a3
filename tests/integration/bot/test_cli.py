"""Commands that look at a database and end."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session
from typer.testing import CliRunner, Result

from bot.cli import command_line
from storage import inbox, outbox
from storage.audit import record
from storage.database import Database
from storage.tables import Bot, Inbox, Outbox
from tests.integration.storage.conftest import ANA, BOT, NOW, OFFICE

Pandu = Callable[..., Result]


@pytest.fixture
def pandu(sqlite_url: str, sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> Pandu:
    monkeypatch.setenv("PANDU_DATABASE_URL", sqlite_url)
    app = command_line(["health", "inbox", "outbox", "audit"])

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments), catch_exceptions=False)

    return run


async def off_the_loop(pandu: Pandu, *arguments: str) -> Result:
    """Run a command, which brings its own event loop, beside the test's."""
    return await asyncio.to_thread(pandu, *arguments)


async def test_a_parked_update_is_listed_and_tried_again(pandu: Pandu, sqlite: Database) -> None:
    def park(session: Session) -> None:
        inbox.store_updates(session, BOT, [(7, ANA, "{}")], NOW)
        (item,) = inbox.claim(session, BOT, NOW, timedelta(seconds=9), 1)
        inbox.mark_failed(session, item, "KeyError at handlers/home.py:1", NOW, max_tries=1)

    assert "Tidak ada" in (await off_the_loop(pandu, "inbox", "list")).output
    await sqlite.write(park)
    assert "KeyError at handlers/home.py:1" in (await off_the_loop(pandu, "inbox", "list")).output
    assert (await off_the_loop(pandu, "inbox", "retry", "1")).exit_code == 0
    assert await sqlite.read(lambda s: s.get_one(Inbox, 1).status) == "pending"
    assert (await off_the_loop(pandu, "inbox", "retry", "1", "99")).exit_code == 1


async def test_a_message_given_up_is_listed_and_tried_again(pandu: Pandu, sqlite: Database) -> None:
    def give_up(session: Session) -> None:
        outbox.say(session, bot_id=BOT, chat_id=ANA, office_id=OFFICE, template="home", params={}, now=NOW)
        outbox.bury(session, 1, "Message is too long")

    assert "menunggu giliran" in (await off_the_loop(pandu, "outbox", "list")).output
    await sqlite.write(give_up)
    assert "Message is too long" in (await off_the_loop(pandu, "outbox", "list")).output
    assert (await off_the_loop(pandu, "outbox", "retry", "1")).exit_code == 0
    assert await sqlite.read(lambda s: s.get_one(Outbox, 1).status) == "queued"
    assert (await off_the_loop(pandu, "outbox", "retry", "1")).exit_code == 1


@pytest.mark.parametrize(("age", "code"), [(None, 1), (timedelta(seconds=20), 0), (timedelta(minutes=10), 1)])
async def test_health_is_the_age_of_the_last_poll(
    pandu: Pandu, sqlite: Database, age: timedelta | None, code: int
) -> None:
    def poll(session: Session) -> None:
        if age is not None:
            session.get_one(Bot, BOT).last_poll_at = datetime.now(UTC) - age

    await sqlite.write(poll)
    assert (await off_the_loop(pandu, "health")).exit_code == code


async def test_verify_finds_what_was_changed_behind_its_back(pandu: Pandu, sqlite: Database) -> None:
    await sqlite.write(lambda s: record(s, office_id=OFFICE, at=NOW, kind="office.loaded", payload={"count": 1}))
    before = await off_the_loop(pandu, "audit", "verify")
    assert "1 kantor dan 0 berkas diperiksa" in before.output
    assert "ekor rantai" in before.output.lower()
    faults = before.output.count("\n")

    def tamper(session: Session) -> None:
        connection = session.connection()
        for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("""UPDATE auditevent SET payload = '{"count":2}'""")

    await sqlite.write(tamper)
    after = await off_the_loop(pandu, "audit", "verify")
    assert after.exit_code == 1
    assert after.output.count("\n") > faults


async def test_verify_reads_on_where_the_record_is_damaged(pandu: Pandu, sqlite: Database, sqlite_url: str) -> None:
    """What an editor does to the file: no references are checked, and no trigger stands in the way."""
    await sqlite.write(lambda s: record(s, office_id=OFFICE, at=NOW, kind="office.loaded", payload={"count": 1}))
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {name}")
        file.execute("UPDATE auditevent SET payload = 'gone', run_id = 99")
        file.commit()
    found = await off_the_loop(pandu, "audit", "verify")
    assert found.exit_code == 1
    assert "Traceback" not in found.output
    assert "kesalahan" in found.output
