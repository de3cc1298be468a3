"""``pandu audit``: whether the record is whole, and what an auditor takes away."""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from typing import Annotated, Literal

import typer
from sqlmodel import Session, select

from bot.cli.database import reading
from bot.settings import Unusable, load_settings
from storage import checkpoint, stored_files
from storage.checkpoint import Checkpoint
from storage.file_store import open_file_store
from storage.tables import Office
from workflow import audit_export, audit_replay

app = typer.Typer(no_args_is_help=True)

Against = Annotated[
    list[str] | None,
    typer.Option("--against", metavar="TITIK", help="Titik periksa yang disimpan di luar, mis. dari percakapan Camat."),
]


@app.command()
def verify(against: Against = None) -> None:
    """Periksa rekam jejak setiap kantor, keadaan sekarang, dan isi berkas; kode 1 bila ada yang salah."""
    kept = [_parsed(line) for line in against or []]
    faults, offices, files = reading(lambda session: _check(session, kept))
    settings = load_settings()
    damaged = asyncio.run(stored_files.damaged(open_file_store(settings.files, settings.s3), files))
    faults += [f"{file.office_id}: file {file.id} {what}" for file, what in damaged]
    for fault in faults:
        typer.echo(fault, err=True)
    typer.echo(f"{offices} kantor dan {len(files)} berkas diperiksa, {len(faults)} kesalahan.")
    if not kept:
        typer.echo("Ekor rantai yang dipotong tidak terlihat dari dalam; bandingkan dengan --against TITIK.")
    if faults:
        raise typer.Exit(1)


@app.command("checkpoint")
def show_checkpoint() -> None:
    """Tampilkan titik periksa setiap kantor, untuk disimpan di luar basis data."""
    for found in reading(_checkpoints):
        typer.echo(found)


@app.command()
def export(
    office: Annotated[str, typer.Argument(metavar="KANTOR", help="Id kantor, mis. sumbang.")],
    format_: Annotated[Literal["jsonl", "csv"], typer.Option("--format", help="jsonl atau csv.")] = "jsonl",
) -> None:
    """Tulis rekam jejak sebuah kantor ke keluaran baku, satu kejadian per baris."""
    if not reading(lambda session: _write(session, office, format_)):
        raise Unusable(f"Tidak ada kantor '{office}'.")


def _parsed(line: str) -> Checkpoint:
    try:
        return Checkpoint.parse(line)
    except ValueError:
        raise Unusable("Titik periksa tidak terbaca; bentuknya kantor:nomor:sidik (64 huruf dan angka).") from None


def _check(session: Session, kept: list[Checkpoint]) -> tuple[list[str], int, list[stored_files.Stored]]:
    offices = session.exec(select(Office.id).order_by(Office.id)).all()
    # The replay checks the chain itself first.
    faults = [fault for office in offices for fault in audit_replay.verify(session, office)]
    faults += [fault for one in kept for fault in checkpoint.compare(session, one)]
    return [f"{f.office_id}: event {f.seq}: {f.what}" for f in faults], len(offices), stored_files.stored(session)


def _checkpoints(session: Session) -> list[str]:
    offices = session.exec(select(Office.id).order_by(Office.id)).all()
    return [str(found) for office in offices if (found := checkpoint.take(session, office)) is not None]


def _write(session: Session, office: str, format_: str) -> bool:
    if session.get(Office, office) is None:
        return False
    if format_ == "jsonl":
        for row in audit_export.rows(session, office):
            typer.echo(json.dumps(row, ensure_ascii=False))
        return True
    table = csv.DictWriter(sys.stdout, audit_export.COLUMNS, lineterminator="\n")
    table.writeheader()
    for row in audit_export.rows(session, office):
        table.writerow(row | {"payload": json.dumps(row["payload"], ensure_ascii=False)} | _harmless(row))
    return True


def _harmless(row: dict[str, object]) -> dict[str, str]:
    """Return names as text that a spreadsheet does not take for a formula."""
    names = {key: str(row[key] or "") for key in ("actor", "capacity")}
    return {
        key: f"'{name}" if name.startswith(("=", "+", "-", "@", "\t", "\r")) else name for key, name in names.items()
    }
