"""What the doctor finds on the machine itself."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from bot.doctor import machine
from bot.doctor.finding import Level


def test_a_settings_file_that_others_can_read_is_told_with_its_remedy(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert list(machine.settings_file(file)) == []
    file.write_text("PANDU_TELEGRAM_TOKEN=1:a\n")
    file.chmod(0o644)
    (finding,) = machine.settings_file(file)
    assert (finding.level, finding.how) == (Level.MEND, f"chmod 600 {file}")
    file.chmod(0o600)
    (finding,) = machine.settings_file(file)
    assert finding.level is Level.GOOD


def test_a_data_folder_open_to_others_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert [finding.level for finding in machine.data_folder(folder)] == [Level.NOTE]
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    (finding,) = machine.data_folder(folder)
    assert (finding.level, finding.how) == (Level.MEND, f"chmod 700 {folder}")
    assert "755" in finding.what
    folder.chmod(0o700)
    assert [finding.level for finding in machine.data_folder(folder)] == [Level.GOOD]


def test_a_data_folder_that_is_a_file_or_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "data"
    file.touch()
    assert [finding.level for finding in machine.data_folder(file)] == [Level.MEND]
    # Whoever is root may write everywhere, so the refusal is told by the system's answer.
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    assert "tidak dapat ditulisi" in next(machine.data_folder(tmp_path)).what


@pytest.mark.parametrize(
    ("free", "level"),
    [(machine.TOO_LITTLE - 1, Level.MEND), (machine.SCARCE - 1, Level.NOTE), (machine.SCARCE, Level.GOOD)],
)
def test_the_room_on_the_disk_is_judged(tmp_path: Path, free: int, level: Level) -> None:
    asked: list[Path] = []

    def usage(place: Path) -> tuple[int, int, int]:
        asked.append(place)
        return 100 * machine.GIB, 0, free

    assert machine.disk(tmp_path / "not" / "there", usage).level is level
    assert asked == [tmp_path]


def test_the_disk_of_this_machine_is_really_asked(tmp_path: Path) -> None:
    assert "GiB" in machine.disk(tmp_path).what


def test_a_zone_that_is_not_known_is_told() -> None:
    def zone(name: str) -> ZoneInfo:
        if name == "Asia/Jayapura":
            raise ZoneInfoNotFoundError(name)
        return ZoneInfo(name)

    finding = machine.time_zones(zone)
    assert finding.level is Level.MEND
    assert "Asia/Jayapura" in finding.what
    assert "Asia/Jakarta" not in finding.what
    assert machine.time_zones().level is Level.GOOD
