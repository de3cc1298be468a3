"""``pandu office``: load the office file, and invite officials by link."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from sqlmodel import Session

from bot import first_admin
from bot.cli.database import reading, writing
from sop_definitions.errors import SopErrors
from workflow import office_invitations
from workflow.office_file.apply import Report, apply, preview
from workflow.office_file.export import export_office
from workflow.office_file.loading import Source, load_file
from workflow.office_invitations import NotInvited

app = typer.Typer(no_args_is_help=True)


@app.command()
def load(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Berkas kantor (YAML).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tampilkan perubahannya saja.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Nonaktifkan yang tidak tercantum.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Timpa perubahan yang dibuat lewat percakapan.")] = False,
) -> None:
    """Muat berkas kantor; aman diulang, dan hanya yang berbeda yang diubah."""
    try:
        source = load_file(file)
    except SopErrors as errors:
        _refuse_file(errors)
    now, nonce = datetime.now(UTC), secrets.token_hex(16)

    def body(session: Session) -> Report:
        if dry_run:
            return preview(session, source, now, prune=prune, force=force)
        return apply(session, source, now, prune=prune, force=force, nonce=nonce)

    try:
        report = reading(body, create=True) if dry_run else writing(body, create=True)
    except SopErrors as errors:
        _refuse_file(errors)
    _print(report, source, dry_run=dry_run)
    if report.refused:
        raise typer.Exit(1)


@app.command()
def invite(
    office: Annotated[str | None, typer.Option(help="Id kantor, bila ada beberapa.")] = None,
    official: Annotated[
        str | None, typer.Option("--official", "--name", help="Nama pejabat, persis seperti di berkas kantor.")
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Semua pejabat yang belum punya akun.")] = False,
    auditor: Annotated[str | None, typer.Option(metavar="NAMA", help="Auditor yang diberi akses baca.")] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="TANGGAL", help="Hari terakhir auditor membaca.")
    ] = None,
    first: Annotated[bool, typer.Option("--first", help="Admin pertama, selama belum ada kantor.")] = False,
) -> None:
    """Buat tautan undangan sekali pakai, dengan teks yang siap diteruskan lewat WhatsApp."""
    if first:
        _invite_first()
        return
    if official is not None and everybody:
        _fail("Pilih salah satu: --official NAMA atau --all.")
    now = datetime.now(UTC)
    if (auditor is None) != (until is None) or (auditor is not None and (official is not None or everybody)):
        _fail("Untuk auditor: --auditor NAMA --until TANGGAL, tanpa --official atau --all.")

    def whom(session: Session) -> list[int]:
        found = office_invitations.not_enrolled(session, office, official)
        return [one.id for one in found if one.id is not None]

    try:
        if auditor is not None and until is not None:
            day, name = until.date(), auditor
            writing(lambda s: office_invitations.let_in(s, office, name, day, now))
            official = name
        tokens = {official_id: secrets.token_urlsafe(24) for official_id in reading(whom)}
        letters = writing(lambda s: [office_invitations.letter(s, one, token, now) for one, token in tokens.items()])
    except NotInvited as error:
        _fail(str(error))
    if not letters:
        typer.echo("Semua pejabat sudah mempunyai akun. Untuk mengundang ulang: --official NAMA.")
    for letter in letters:
        typer.echo(f"--- {letter.name}: teruskan teks ini ---\n{letter.text}\n")


def _invite_first() -> None:
    now, token = datetime.now(UTC), first_admin.new_token()
    line = writing(lambda session: first_admin.offer(session, token, now, revoke_opened=True), create=True)
    if line is None:
        _fail("Sudah ada kantor. Undang pejabatnya dengan 'pandu office invite --official NAMA'.")
    typer.echo(line)


@app.command()
def export(
    office: Annotated[str | None, typer.Argument(metavar="OFFICE", help="Id kantor, bila ada beberapa.")] = None,
    with_accounts: Annotated[
        bool, typer.Option("--with-accounts", help="Sertakan telegram_id pejabat, yang merupakan data pribadi.")
    ] = False,
) -> None:
    """Tulis kantor sebagai berkas kantor (YAML) ke keluaran; memuatnya kembali tidak mengubah apa pun."""
    now = datetime.now(UTC)

    def body(session: Session) -> str:
        chosen = office_invitations.office_of(session, office)
        return export_office(session, chosen.id, now, with_accounts=with_accounts)

    try:
        typer.echo(reading(body), nl=False)
    except NotInvited as error:
        _fail(str(error))


def _print(report: Report, source: Source, *, dry_run: bool) -> None:
    name = source.file.office.name
    if report.refused:
        typer.echo(f"{name}: tidak ada yang diubah. Perubahan berikut menimpa yang dibuat lewat percakapan:", err=True)
        _lines("!", report.refused, err=True)
        typer.echo("Pakai --force bila memang demikian maksudnya.", err=True)
    elif not report.changes:
        typer.echo(f"{name}: (tidak ada perubahan)")
    else:
        typer.echo(f"{name}: {'akan diubah (uji coba, belum disimpan)' if dry_run else 'diubah'}:")
        _lines("+", report.changes)
    if report.left:
        typer.echo("Tidak tercantum di berkas, dibiarkan (--prune untuk menonaktifkan):")
        _lines("-", report.left)
    if report.warnings:
        typer.echo("Perhatian:")
        _lines("!", report.warnings)


def _lines(mark: str, lines: Iterable[str], *, err: bool = False) -> None:
    for line in lines:
        typer.echo(f"  {mark} {line}", err=err)


def _refuse_file(errors: SopErrors) -> NoReturn:
    typer.echo(str(errors), err=True)
    _fail(f"{len(errors.errors)} kesalahan; tidak ada yang diubah.")


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
