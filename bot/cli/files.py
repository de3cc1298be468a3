"""``pandu files verify|migrate``: whether the stored files are whole, and another place for them."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.cli.database import reading
from bot.settings import Unusable, load_settings
from storage import copying_files, stored_files
from storage.copying_files import Copied
from storage.file_store import FileStore, open_file_store
from storage.stored_files import Stored

app = typer.Typer(no_args_is_help=True)

From = Annotated[str, typer.Argument(metavar="DARI", help="file:///folder atau s3://bucket/awalan")]
To = Annotated[str, typer.Argument(metavar="KE", help="Bentuknya sama.")]


@app.command()
def verify() -> None:
    """Baca ulang setiap berkas; kode 1 bila ada yang hilang atau rusak."""
    settings = load_settings()
    store = open_file_store(settings.files, settings.s3)
    # What is in the store is listed first: a file that comes meanwhile is then not taken for one without a row.
    listed = asyncio.run(stored_files.names(store))
    files = reading(stored_files.stored)
    faults = asyncio.run(_damaged(store, files))
    for file, what in faults:
        typer.echo(f"{file.office_id}: berkas {file.id} {what} ({file.sha256})", err=True)
    spare = listed - {file.sha256 for file in files}
    for name in sorted(spare):
        typer.echo(f"{name} tidak disebut di basis data; tidak mengganggu.")
    typer.echo(
        f"{settings.files}: {len(files)} berkas diperiksa, {len(faults)} hilang atau rusak, {len(spare)} tanpa baris."
    )
    if faults:
        raise typer.Exit(1)


@app.command()
def migrate(source: From, target: To) -> None:
    """Salin semua berkas ke penyimpanan lain; dapat diulang, yang lama tidak diubah; kode 1 bila ada yang rusak."""
    settings = load_settings()
    if source == target:
        raise Unusable("Asal dan tujuannya sama.")
    try:
        stores = open_file_store(source, settings.s3), open_file_store(target, settings.s3)
    except ValueError:
        raise Unusable("Alamat penyimpanan berbentuk file:///folder atau s3://bucket/awalan.") from None
    copied = asyncio.run(_copy(*stores))
    for name in copied.damaged:
        typer.echo(f"{name} rusak di tempat asal; tidak disalin.", err=True)
    typer.echo(f"{copied.new} berkas disalin, {copied.there} sudah ada, {len(copied.damaged)} rusak.")
    if copied.damaged:
        raise typer.Exit(1)
    typer.echo("Ulangi setelah pandu berhenti, setel PANDU_FILES_URL, lalu periksa dengan 'pandu files verify'.")


async def _damaged(store: FileStore, files: list[Stored]) -> list[tuple[Stored, str]]:
    words = {
        stored_files.MISSING: "hilang dari penyimpanan",
        stored_files.DAMAGED: "berisi lain daripada yang diterima",
    }
    return [(file, words[what]) for file, what in await stored_files.damaged(store, files)]


async def _copy(source: FileStore, target: FileStore) -> Copied:
    return await copying_files.copy(source, target, lambda done: typer.echo(f"{done} berkas ...", err=True))
