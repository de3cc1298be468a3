"""The database: is it new enough, has it this version's tables, does a commit survive a power cut."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from sqlmodel import Session

from bot.doctor.finding import Finding, good, mend, note
from storage.migrations.run import standing

SUBJECT = "Basis data"
OLDEST_SQLITE = (3, 35)
"""The first that answers an INSERT with rows (RETURNING)."""
OLDEST_POSTGRES = 14
SHOWN = ("server_version_num", "server_version", "fsync", "synchronous_commit", "full_page_writes", "max_connections")
CONNECTIONS_OF_A_PROCESS = 17
"""A pool of sixteen, and one that listens."""
ROOM_FOR_PROCESSES = 3
"""Two replicas, and the command line."""


def schema(session: Session) -> Finding:
    """Look whether the tables are those of this version; further questions make sense only if so."""
    match standing(session.connection()):
        case "head":
            return good("Migrasi", "tabel sesuai dengan versi Pandu ini")
        case "empty":
            return note("Migrasi", "basis data masih kosong", "disiapkan sendiri saat Pandu dijalankan")
        case "behind":
            return mend(
                "Migrasi", "tabel dari versi Pandu yang lebih lama",
                "buat cadangan (pandu backup), lalu jalankan pandu run atau pandu serve; disesuaikan sendiri",
            )  # fmt: skip
        case _:
            return mend(
                "Migrasi", "tabel dari versi Pandu yang lebih baru",
                "perbarui Pandu di komputer ini, atau pulihkan cadangan dari sebelum pembaruan",
            )  # fmt: skip


def sqlite(session: Session, library: tuple[int, ...] = sqlite3.sqlite_version_info) -> Iterator[Finding]:
    """Look at an SQLite file as Pandu opens it."""
    version = ".".join(map(str, library))
    if library < OLDEST_SQLITE:
        yield mend(SUBJECT, f"SQLite {version} terlalu tua", "pasang Python yang membawa SQLite 3.35 atau lebih baru")
    else:
        yield good(SUBJECT, f"SQLite {version}")
    journal, synchronous = _ask(session, "PRAGMA journal_mode"), _ask(session, "PRAGMA synchronous")
    yield from sqlite_durability(str(journal), int(synchronous))


def sqlite_durability(journal: str, synchronous: int) -> Iterator[Finding]:
    """Judge how SQLite writes."""
    if journal.lower() != "wal":
        yield mend(
            "Ketahanan", f"SQLite memakai journal {journal}, bukan WAL",
            "pindahkan folder data ke disk lokal; folder jaringan (NFS, SMB) tidak mendukungnya",
        )  # fmt: skip
    elif synchronous < 2:
        yield mend("Ketahanan", "SQLite tidak menunggu disk (synchronous bukan FULL)", "pasang ulang Pandu versi ini")
    else:
        yield good("Ketahanan", "SQLite menulis dengan WAL dan synchronous FULL")


def postgres(session: Session) -> Iterator[Finding]:
    """Look at a PostgreSQL server."""
    yield from judge_postgres({name: str(_ask(session, f"SHOW {name}")) for name in SHOWN})


def judge_postgres(shown: dict[str, str]) -> Iterator[Finding]:
    """Judge a PostgreSQL server by its settings."""
    version = shown["server_version"]
    if int(shown["server_version_num"]) < OLDEST_POSTGRES * 10_000:
        yield mend(SUBJECT, f"PostgreSQL {version} terlalu tua", f"naikkan ke versi {OLDEST_POSTGRES} atau lebih baru")
    else:
        yield good(SUBJECT, f"PostgreSQL {version}")
    off = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if shown[name] == "off"]
    if off:
        yield mend(
            "Ketahanan", f"{', '.join(off)} mati: yang sudah tersimpan dapat hilang saat listrik padam",
            f"setel {' dan '.join(f'{name} = on' for name in off)} di postgresql.conf, lalu muat ulang servernya",
        )  # fmt: skip
    else:
        yield good("Ketahanan", "PostgreSQL menunggu disk pada setiap COMMIT")
    allowed, needed = int(shown["max_connections"]), ROOM_FOR_PROCESSES * CONNECTIONS_OF_A_PROCESS
    if allowed < needed:
        yield note(
            "Sambungan", f"max_connections {allowed}; dua pandu serve dan satu perintah memerlukan {needed}",
            f"naikkan max_connections menjadi {needed} atau lebih",
        )  # fmt: skip
    else:
        yield good("Sambungan", f"max_connections {allowed}")


def _ask(session: Session, question: str) -> Any:
    return session.connection().exec_driver_sql(question).scalar_one()
