"""``pandu db move``: from SQLite to PostgreSQL, and back."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.cli.backup import faults
from bot.process_lock import only_process
from bot.settings import Unusable
from storage import sqlite_connection
from storage.backup.rows import DumpedTable, NotEmpty
from storage.database import migrate, open_database
from storage.errors import DatabaseUnavailable
from storage.moving import NotTheSame, SourceChanged, StillWorking, move

app = typer.Typer(no_args_is_help=True)

From = Annotated[str, typer.Argument(metavar="DARI", help="sqlite:///berkas atau postgresql://pengguna@server/nama")]
To = Annotated[str, typer.Argument(metavar="KE", help="Yang masih kosong; bentuknya sama.")]


@app.callback()
def _commands() -> None:
    """Basis data."""


@app.command("move")
def move_rows(source: From, target: To) -> None:
    """Salin semua baris ke basis data lain yang masih kosong, lalu bandingkan; pandu harus berhenti dahulu."""
    old, new = _file(source), _file(target)
    if old is not None and not old.exists():
        raise Unusable(f"Belum ada basis data di {old}.")
    try:
        with ExitStack() as held:
            for path in {file for file in (old, new) if file is not None}:
                path.parent.mkdir(parents=True, exist_ok=True)
                held.enter_context(only_process(path))
            tables = asyncio.run(_move(source, target))
    except StillWorking as error:
        raise Unusable(f"Proses {error.holder} masih bekerja pada basis data asal; hentikan dahulu.") from None
    except SourceChanged:
        raise Unusable(
            "Basis data asal berubah selama disalin, jadi tidak ada yang disimpan. "
            "Hentikan semua proses Pandu dahulu, lalu ulangi."
        ) from None
    except NotEmpty:
        raise Unusable("Basis data tujuan sudah berisi; pindah hanya ke yang kosong.") from None
    except NotTheSame as error:
        raise Unusable(f"Hasilnya tidak sama dengan asalnya, tidak ada yang disimpan: {error}.") from None
    except (DatabaseUnavailable, OSError) as error:
        raise Unusable(f"Basis data tidak dapat dipindahkan: {error}") from None
    for name, table in tables.items():
        typer.echo(f"{name:<20}{table.rows:>10} baris  {table.sha256[:16]}")
    rows = sum(table.rows for table in tables.values())
    typer.echo(f"{rows} baris dipindahkan; setiap tabel sama baris demi baris, dan rekam jejak cocok.")
    typer.echo("Setel PANDU_DATABASE_URL ke basis data baru, lalu jalankan pandu. Yang lama tidak diubah.")


async def _move(source: str, target: str) -> dict[str, DumpedTable]:
    await asyncio.to_thread(migrate, source)
    database = await open_database(source)
    try:
        with tempfile.TemporaryDirectory(prefix="pandu-db-") as folder:
            return await move(database, target, Path(folder), faults)
    finally:
        await database.close()


def _file(url: str) -> Path | None:
    """Return the file of an SQLite database, ``None`` for a server; refuse anything else without repeating it."""
    try:
        kind = make_url(url).get_backend_name()
        if kind == "sqlite":
            return sqlite_connection.file_of(url)
    except (ArgumentError, ValueError):
        kind = ""
    if kind != "postgresql":
        raise Unusable("Alamat basis data berbentuk sqlite:///berkas atau postgresql://pengguna@server/nama.")
    return None
