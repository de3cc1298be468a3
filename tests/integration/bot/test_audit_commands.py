"""What an auditor can find and take away: checkpoints kept outside, stored files, the exported record."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session
from typer.testing import CliRunner, Result

from bot.cli import audit
from storage.audit import canonical, record
from storage.checkpoint import Checkpoint
from storage.database import Database
from storage.local_file_store import LocalFileStore
from storage.tables import File, Official
from tests.integration.storage.conftest import BOT, NOW, OFFICE

Pandu = Callable[..., Result]


@pytest.fixture
async def pandu(
    sqlite_url: str, sqlite: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., asyncio.Future[Result]]:
    monkeypatch.setenv("PANDU_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("PANDU_DATA_DIR", str(tmp_path))

    def events(session: Session) -> None:
        officer = Official(office_id=OFFICE, name="=HYPERLINK(“jahat”)")
        session.add(officer)
        session.flush()
        for number in range(3):
            record(
                session, office_id=OFFICE, at=NOW, kind="office.loaded", payload={"count": number, "word": "ñ"},
                actor_id=officer.id, capacity="Camat",
            )  # fmt: skip

    await sqlite.write(events)

    def run(*arguments: str) -> asyncio.Future[Result]:
        # The command brings its own event loop, beside the test's.
        invoke = partial(CliRunner().invoke, audit.app, list(arguments), catch_exceptions=False)
        return asyncio.ensure_future(asyncio.to_thread(invoke))

    return run


def faults(result: Result) -> set[str]:
    """Return the faults named; the rows that the fixtures bring are on no record, which is told each time."""
    return {line for line in result.output.splitlines() if line.startswith(OFFICE) and "not on record" not in line}


def unguarded(*statements: str) -> Callable[[Session], None]:
    """Change the database as an editor of the file would."""

    def body(session: Session) -> None:
        connection = session.connection()
        for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(text(statement))

    return body


async def test_a_cut_tail_is_seen_with_a_checkpoint_only(
    pandu: Callable[..., asyncio.Future[Result]], sqlite: Database
) -> None:
    kept = (await pandu("checkpoint")).output.strip()
    assert Checkpoint.parse(kept).seq == 3
    assert not faults(await pandu("verify", "--against", kept))
    earlier = await sqlite.read(
        lambda s: s.connection().exec_driver_sql("SELECT hash FROM auditevent WHERE seq = 2").scalar()
    )
    await sqlite.write(
        unguarded("DELETE FROM auditevent WHERE seq = 3", f"UPDATE audithead SET seq = 2, hash = '{earlier}'")
    )
    assert not faults(await pandu("verify"))
    found = await pandu("verify", "--against", kept)
    assert found.exit_code == 1
    assert [("event 3: is gone" in fault) for fault in faults(found)] == [True]


async def test_a_rewritten_record_no_longer_fits_its_checkpoint(
    pandu: Callable[..., asyncio.Future[Result]], sqlite: Database
) -> None:
    kept = (await pandu("checkpoint")).output.strip()
    await sqlite.write(unguarded("DELETE FROM auditevent", "DELETE FROM audithead"))

    def forge(session: Session) -> None:
        for number in range(4):
            record(session, office_id=OFFICE, at=NOW, kind="office.loaded", payload={"count": number + 7})

    await sqlite.write(forge)
    assert not faults(await pandu("verify"))
    found = await pandu("verify", "--against", f"  {kept[:40]}\n{kept[40:]} ")
    assert found.exit_code == 1
    assert [("event 3: is another one" in fault) for fault in faults(found)] == [True]


@pytest.mark.parametrize(
    "line", ["", "sumbang", "sumbang:0:" + "a" * 64, "sumbang:3:" + "g" * 64, "../x:1:" + "a" * 64]
)
def test_what_is_no_checkpoint_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="checkpoint"):
        Checkpoint.parse(line)


async def test_a_swapped_and_a_lost_file_are_named(
    pandu: Callable[..., asyncio.Future[Result]], sqlite: Database, tmp_path: Path
) -> None:
    store = LocalFileStore(tmp_path / "files")
    kept = [(await store.put(content))[0] for content in (b"laporan asli", b"hilang", b"utuh")]

    def rows(session: Session) -> None:
        for number, sha256 in enumerate(kept):
            session.add(
                File(
                    office_id=OFFICE, official_id=1, received_at=NOW, bot_id=BOT, chat_id=1, message_id=number,
                    telegram_file_id="x", form="document", name="a.pdf", sha256=sha256, status="stored", due_at=NOW,
                )
            )  # fmt: skip

    await sqlite.write(rows)
    assert not faults(await pandu("verify"))
    store.place(kept[0]).write_bytes(b"laporan palsu")
    store.place(kept[1]).unlink()
    found = await pandu("verify")
    assert found.exit_code == 1
    assert "file 1 holds other bytes" in found.output
    assert "file 2 is missing" in found.output
    assert "file 3" not in found.output


async def test_the_exported_record_can_be_checked_without_pandu(pandu: Callable[..., asyncio.Future[Result]]) -> None:
    lines = [json.loads(line) for line in (await pandu("export", OFFICE)).output.splitlines()]
    assert [line["seq"] for line in lines] == [1, 2, 3]
    previous = "0" * 64
    for line in lines:
        names = ("format", "office", "seq", "at", "kind", "actor_id", "capacity", "run_id", "task_id")
        fields = [line[name] for name in names]
        fields += [canonical(line["payload"]), line["previous_hash"]]
        assert line["previous_hash"] == previous
        assert hashlib.sha256(canonical(fields).encode()).hexdigest() == line["hash"]
        previous = line["hash"]


async def test_names_in_the_table_are_no_formulas(pandu: Callable[..., asyncio.Future[Result]]) -> None:
    rows = list(csv.DictReader(io.StringIO((await pandu("export", OFFICE, "--format", "csv")).output)))
    assert [row["actor"] for row in rows] == ["'=HYPERLINK(“jahat”)"] * 3
    assert json.loads(rows[2]["payload"]) == {"count": 2, "word": "ñ"}
