"""``pandu office``: what it prints, and with which exit code it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner, Result

from bot.cli.office import app
from tests.integration.workflow.offices import SUMBANG


@pytest.fixture
def pandu(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with its own database; returns the path of its office file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PANDU_DATABASE_URL", sqlite_url)
    file = tmp_path / "office.yaml"
    file.write_text(SUMBANG, encoding="utf-8")
    return file


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments])


def execute(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_load_says_what_it_changes_and_the_second_time_that_there_is_nothing(pandu: Path) -> None:
    tried = run("load", str(pandu), "--dry-run")
    first = run("load", str(pandu))
    second = run("load", str(pandu))

    assert (tried.exit_code, first.exit_code, second.exit_code) == (0, 0, 0)
    assert "belum disimpan" in tried.output
    assert "+ Pejabat baru: Ahmad Fauzi, admin" in tried.output
    assert "+ Pejabat baru: Ahmad Fauzi, admin" in first.output
    assert "(tidak ada perubahan)" in second.output


def test_a_faulty_file_ends_with_one_and_every_place(pandu: Path) -> None:
    pandu.write_text(SUMBANG.replace("Asia/Jakarta", "Mars").replace("1001", "satu"), encoding="utf-8")
    ended = run("load", str(pandu))
    assert ended.exit_code == 1
    assert f"{pandu}:1:" in ended.output
    assert f"{pandu}:6:" in ended.output
    assert "2 kesalahan; tidak ada yang diubah." in ended.output


def test_a_missing_file_is_told_in_one_line(pandu: Path) -> None:
    ended = run("load", str(pandu.with_name("tidak-ada.yaml")))
    assert ended.exit_code == 1
    assert "tidak dapat dibuka" in ended.output


def test_overwriting_what_was_set_in_chat_ends_with_one_unless_forced(pandu: Path, sqlite_url: str) -> None:
    run("load", str(pandu))
    execute(sqlite_url, "UPDATE official SET salutation = 'Ibu', source = 'chat' WHERE name = 'Ahmad Fauzi'")
    refused = run("load", str(pandu))
    assert refused.exit_code == 1
    assert "--force" in refused.output
    assert run("load", str(pandu), "--force").exit_code == 0
    assert "(tidak ada perubahan)" in run("load", str(pandu)).output


def test_invite_needs_the_bots_name_and_then_prints_a_link_to_forward(pandu: Path, sqlite_url: str) -> None:
    run("load", str(pandu))
    unknown = run("invite")
    assert unknown.exit_code == 1
    assert "Jalankan 'pandu run' sekali" in unknown.output

    execute(sqlite_url, "INSERT INTO bot (id, username) VALUES (42, 'pandu_bot')")
    made = run("invite")
    assert made.exit_code == 0
    assert "https://t.me/pandu_bot?start=" in made.output
    assert "Wati Lestari" in made.output
    assert "Budi Santoso" not in made.output
    assert run("invite", "--official", "Tidak Ada").exit_code == 1
    assert run("invite", "--official", "Budi Santoso", "--all").exit_code == 1


def test_export_writes_a_file_that_loads_back_without_any_change(pandu: Path) -> None:
    run("load", str(pandu))
    written = run("export")
    assert written.exit_code == 0
    assert "telegram_id" not in written.output
    assert "telegram_id: 1001" in run("export", "sumbang", "--with-accounts").output
    pandu.write_text(written.output, encoding="utf-8")
    assert "(tidak ada perubahan)" in run("load", str(pandu)).output


def test_export_of_an_office_that_is_not_there_ends_with_one(pandu: Path) -> None:
    run("load", str(pandu))
    ended = run("export", "tambak")
    assert ended.exit_code == 1
    assert "Kantor 'tambak' tidak ada" in ended.output
