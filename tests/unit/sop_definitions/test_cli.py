"""``pandu sop`` as an admin uses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli.sop import app
from sop_definitions.loader import load_all
from sop_definitions.table import WIDTH
from tests.unit.sop_definitions.writing import sop, step

runner = CliRunner()


def test_list_names_every_sop_and_version() -> None:
    result = runner.invoke(app, ["list"])
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) == 6
    assert lines[-1].split()[:2] == ["tambak-evaluasi-kinerja", "2023"]
    assert max(map(len, lines)) <= WIDTH


@pytest.mark.parametrize("key", load_all())
def test_show_fits_the_width_and_holds_every_step(key: tuple[str, str]) -> None:
    result = runner.invoke(app, ["show", key[0], "--version", key[1]])
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= WIDTH
    for number in range(1, len(load_all()[key].steps) + 1):
        assert f"\n{number:<2} │ " in result.stdout


def test_show_tells_captions_doubts_blanks_and_faults() -> None:
    shown = runner.invoke(app, ["show", "sumbang-pengukuran-kinerja"]).stdout
    flat = " ".join(shown.replace("│", " ").split())
    assert "`Kirim ke semua seksi`" in flat
    assert "belum" in flat
    assert "(usulan: 15" in flat
    assert "cukup" in flat
    assert "“Sekam”; yang dimaksud Sekcam" in flat
    assert "[Uraian tidak terbaca pada" in runner.invoke(app, ["show", "candipuro-pengukuran-data-kinerja"]).stdout


def test_show_of_what_there_is_not() -> None:
    result = runner.invoke(app, ["show", "tidak-ada"])
    assert result.exit_code == 1
    assert "pandu sop list" in result.stderr


def test_check_accepts_the_shipped_ones() -> None:
    result = runner.invoke(app, ["check"])
    assert result.exit_code == 0
    assert "6 berkas" in result.stdout


def test_check_refuses_with_file_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "salah.yaml"
    path.write_text(sop(step(1, actor="bupati")), encoding="utf-8")
    for argument in (path, tmp_path):
        result = runner.invoke(app, ["check", str(argument)])
        assert result.exit_code == 1
        assert f"{path}:37:19: [steps.0.actor.role] Peran 'bupati'" in result.stderr
        assert "1 kesalahan" in result.stderr


def test_check_of_an_empty_folder(tmp_path: Path) -> None:
    assert runner.invoke(app, ["check", str(tmp_path)]).exit_code == 1


def test_schema_describes_every_key() -> None:
    schema = json.loads(runner.invoke(app, ["schema"]).stdout)
    parts: list[dict[str, Any]] = [schema, *schema["$defs"].values()]
    keys = [(key, value) for part in parts for key, value in part.get("properties", {}).items()]
    assert "from" in dict(keys)
    assert [key for key, value in keys if not value.get("description")] == []
