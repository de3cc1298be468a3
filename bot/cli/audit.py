"""``pandu audit verify``: whether the record is whole."""

from __future__ import annotations

import typer
from sqlmodel import Session, select

from bot.cli.database import reading
from storage.tables import Office
from workflow import audit_replay

app = typer.Typer(help="Rekam jejak yang tidak dapat diubah diam-diam.", no_args_is_help=True)


@app.callback()
def _keep_as_group() -> None:
    """Rekam jejak yang tidak dapat diubah diam-diam."""


@app.command()
def verify() -> None:
    """Periksa rantai rekam jejak setiap kantor dan cocokkan dengan keadaan sekarang; kode 1 bila ada yang salah."""
    faults, offices = reading(_check)
    for fault in faults:
        typer.echo(fault, err=True)
    typer.echo(f"{offices} kantor diperiksa, {len(faults)} kesalahan.")
    typer.echo("Ekor rantai yang dipotong tidak terlihat dari dalam; bandingkan dengan catatan di luar basis data.")
    if faults:
        raise typer.Exit(1)


def _check(session: Session) -> tuple[list[str], int]:
    offices = session.exec(select(Office.id).order_by(Office.id)).all()
    # The replay checks the chain itself first.
    return [str(fault) for office in offices for fault in audit_replay.verify(session, office)], len(offices)
