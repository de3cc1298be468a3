"""``pandu backup`` and ``pandu restore``: everything an installation keeps, in one file."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session, select

from bot.process_lock import only_process
from bot.settings import Settings, Unusable, load_settings
from storage.backup.archive import BadArchive, Manifest
from storage.backup.making import back_up
from storage.backup.restoring import restore as restore_archive
from storage.backup.rows import NotEmpty
from storage.database import open_database
from storage.errors import DatabaseUnavailable, FilesUnavailable
from storage.file_store import open_file_store
from storage.tables import Office
from workflow import audit_replay


def backup(
    file: Annotated[Path | None, typer.Argument(metavar="[BERKAS]", help="Default: pandu-<waktu>.tar.gz")] = None,
) -> None:
    """Cadangkan basis data dan semua berkas ke satu arsip, selagi bot berjalan."""
    now = datetime.now(UTC)
    path = file or Path(f"pandu-{now:%Y%m%d-%H%M%S}.tar.gz")
    try:
        manifest = asyncio.run(_back_up(load_settings(), path, now))
    except FileExistsError:
        raise Unusable(f"{path} sudah ada; arsip tidak pernah ditimpa.") from None
    except (DatabaseUnavailable, FilesUnavailable, OSError) as error:
        raise Unusable(f"Cadangan tidak dapat dibuat: {error}") from None
    typer.echo(f"{path}: {_contents(manifest)}. Simpan di tempat yang aman: isinya data pribadi.")
    for sha256 in manifest.missing:
        typer.echo(f"Berkas {sha256} hilang atau rusak di penyimpanan; tidak ada dalam cadangan.", err=True)
    if manifest.missing:
        raise typer.Exit(1)


def restore(file: Annotated[Path, typer.Argument(metavar="BERKAS", help="Arsip dari pandu backup.")]) -> None:
    """Pulihkan sebuah arsip ke instalasi yang masih kosong; arsip yang rusak ditolak seluruhnya."""
    settings = load_settings()
    settings.make_data_dir()
    try:
        with only_process(settings.sqlite_path):
            manifest = asyncio.run(_restore(settings, file))
    except BadArchive as error:
        raise Unusable(f"Arsip ini tidak dapat dipulihkan, tidak ada yang diubah: {error}.") from None
    except NotEmpty:
        raise Unusable("Basis data tujuan sudah berisi; memulihkan hanya ke instalasi yang kosong.") from None
    except (DatabaseUnavailable, FilesUnavailable, OSError, ValueError) as error:
        raise Unusable(f"Arsip tidak dapat dipulihkan: {error}") from None
    typer.echo(f"Dipulihkan dari {manifest.created_at:%Y-%m-%d %H:%M}Z: {_contents(manifest)}; rekam jejak cocok.")
    if manifest.missing:
        typer.echo(f"{len(manifest.missing)} berkas memang sudah hilang ketika cadangan dibuat.", err=True)


def _contents(manifest: Manifest) -> str:
    rows = sum(table.rows for table in manifest.tables.values())
    return f"{len(manifest.heads)} kantor, {rows} baris, {len(manifest.files)} berkas"


async def _back_up(settings: Settings, path: Path, now: datetime) -> Manifest:
    if settings.sqlite_path is not None and not settings.sqlite_path.exists():
        raise Unusable(f"Belum ada basis data di {settings.sqlite_path}.")
    database = await open_database(settings.database)
    try:
        return await back_up(database, open_file_store(settings.files, settings.s3), path, now)
    finally:
        await database.close()


async def _restore(settings: Settings, file: Path) -> Manifest:
    with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix="restore-") as folder:
        store = open_file_store(settings.files, settings.s3)
        return await restore_archive(file, Path(folder), settings.database, store, faults)


def faults(session: Session) -> list[str]:
    """Check every office's chain, and that it agrees with the rows."""
    offices = session.exec(select(Office.id).order_by(Office.id)).all()
    return [fault.what for office in offices for fault in audit_replay.verify(session, office)]
