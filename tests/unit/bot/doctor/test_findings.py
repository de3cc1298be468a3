"""How findings are judged and printed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.doctor import database, telegram
from bot.doctor.finding import Level, good, mend

WELL = {
    "server_version_num": "180004", "server_version": "18.4", "fsync": "on", "synchronous_commit": "on",
    "full_page_writes": "on", "max_connections": "100",
}  # fmt: skip


def test_a_finding_is_one_line_with_what_to_do() -> None:
    assert mend("Ruang disk", "penuh", "kosongkan").line() == "perbaiki    Ruang disk: penuh → kosongkan"
    assert good("Migrasi", "baik").line() == "baik        Migrasi: baik"


def levels(**changed: str) -> dict[str, Level]:
    return {finding.subject: finding.level for finding in database.judge_postgres(WELL | changed)}


def test_a_postgres_that_is_well_is_said_to_be() -> None:
    assert set(levels().values()) == {Level.GOOD}


@pytest.mark.parametrize(
    ("setting", "value", "subject", "level"),
    [
        ("server_version_num", "130022", database.SUBJECT, Level.MEND),
        ("fsync", "off", "Ketahanan", Level.MEND),
        ("full_page_writes", "off", "Ketahanan", Level.MEND),
        ("synchronous_commit", "off", "Ketahanan", Level.MEND),
        ("max_connections", "50", "Sambungan", Level.NOTE),
    ],
)
def test_each_bad_setting_of_postgres_is_found(setting: str, value: str, subject: str, level: Level) -> None:
    found = levels(**{setting: value})
    assert found.pop(subject) is level
    assert set(found.values()) == {Level.GOOD}


def test_what_to_set_is_named() -> None:
    durability = list(database.judge_postgres(WELL | {"fsync": "off", "full_page_writes": "off"}))[1]
    assert "fsync = on" in durability.how
    assert "full_page_writes = on" in durability.how
    assert "synchronous_commit" not in durability.how


@pytest.mark.parametrize(
    ("journal", "synchronous", "level"),
    [("wal", 2, Level.GOOD), ("wal", 1, Level.MEND), ("delete", 2, Level.MEND)],
)
def test_how_sqlite_writes_is_judged(journal: str, synchronous: int, level: Level) -> None:
    assert [finding.level for finding in database.sqlite_durability(journal, synchronous)] == [level]


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, Level.GOOD), (29, Level.GOOD), (31, Level.MEND), (-29, Level.GOOD), (-3600, Level.MEND)]
)
def test_a_clock_that_is_wrong_is_told_either_way(seconds: int, level: Level) -> None:
    finding = telegram.skew("jam Telegram", timedelta(seconds=seconds))
    assert finding.level is level
    if level is Level.MEND:
        assert f"{abs(seconds)} detik {'lebih cepat' if seconds > 0 else 'lebih lambat'}" in finding.what
