"""A year of office life, with leave, transfer, a Plt. appointed late and lost phones: not one orphaned task."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.workflow.town import ServedStore, SqliteStore, Store
from tests.integration.year.log import write
from tests.integration.year.play import Year, play

TESTED = (
    "acting", "two hats", "delegated", "card in place", "button in place", "vacant", "unreachable", "checkpoint",
    "on record as oneself", "on record as plh", "on record as plt",
    "on record as delegation", "event desk.handed_over", "event read.archive",
    "event approval.granted", "event invitation.confirmed", "event official.retired", "event profile.changed",
)  # fmt: skip
"""What has to have happened in a year for its promises to mean anything."""


def test_a_year_without_one_orphaned_task(sqlite_url: str, tmp_path: Path) -> None:
    year = _played(SqliteStore(sqlite_url), tmp_path, 1, whole=False)
    assert [what for what in TESTED if not year.watch.seen[what]] == []
    told = (tmp_path / "year.txt").read_text(encoding="utf-8")
    assert "selaku Plh. Camat, menggantikan sementara Ahmad Fauzi (Surat Perintah Nomor 800/1/2027)" in told
    assert "selaku Plt. Sekcam (Surat Perintah Nomor" in told
    assert "(Kasi Trantib, menerima delegasi dari Dewi Lestari) menyerahkan hasil Seksi Trantib" in told
    assert "diberi tahu: “Perlu perhatian admin: jabatan Sekcam kosong”" in told


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 8))
def test_other_years(sqlite_url: str, tmp_path: Path, seed: int) -> None:
    _played(SqliteStore(sqlite_url), tmp_path, seed, whole=True)


@pytest.mark.long
@pytest.mark.postgres
def test_a_year_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    _played(ServedStore(postgres_url), tmp_path, 1, whole=True)


def _played(store: Store, folder: Path, seed: int, *, whole: bool) -> Year:
    """Play a year, leave its log in the folder, and hold it to its promises."""
    year = play(store, seed, whole=whole)
    (folder / "year.txt").write_text(write(year), encoding="utf-8")
    store.close()
    assert year.watch.faults == []
    return year
