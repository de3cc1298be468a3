"""``pandu sop``: look at SOP definitions and check them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sop_definitions.errors import SopError, SopErrors
from sop_definitions.loader import SHIPPED, find, load_all, load_file, version_order
from sop_definitions.schema import json_schema
from sop_definitions.table import errors_text, list_text, show_text

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_sops() -> None:
    """Daftar semua SOP dan versinya."""
    known = load_all().values()
    typer.echo(list_text(sorted(known, key=lambda d: (d.id, version_order(d.version)))))


@app.command()
def show(
    sop_id: Annotated[str, typer.Argument(metavar="ID", help="Id SOP, lihat 'pandu sop list'.")],
    version: Annotated[str | None, typer.Option(help="Versi SOP; tanpa ini versi terbaru.")] = None,
) -> None:
    """Tampilkan satu SOP: identitas, langkah, tombol, dan catatan atas sumbernya."""
    try:
        definition = find(sop_id, version)
    except KeyError:
        wanted = f"'{sop_id}'" + (f" versi '{version}'" if version else "")
        typer.echo(f"SOP {wanted} tidak ada. Lihat yang ada dengan 'pandu sop list'.", err=True)
        raise typer.Exit(1) from None
    typer.echo(show_text(definition))


@app.command()
def check(
    path: Annotated[Path | None, typer.Argument(help="Berkas atau folder; tanpa ini SOP bawaan.")] = None,
) -> None:
    """Periksa definisi SOP; keluar dengan kode 1 bila ada kesalahan."""
    files = _files(path or SHIPPED)
    errors: list[SopError] = []
    for file in files:
        try:
            load_file(file)
        except SopErrors as found:
            errors += found.errors
    if errors:
        typer.echo(errors_text(SopErrors(errors)), err=True)
        raise typer.Exit(1)
    if not files:
        typer.echo(f"Tidak ada berkas .yaml di {path}.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{len(files)} berkas SOP diperiksa, tidak ada kesalahan.")


@app.command()
def schema() -> None:
    """Cetak JSON Schema bahasa SOP, untuk penyunting teks."""
    typer.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.yaml")) if path.is_dir() else [path]
