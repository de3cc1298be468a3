"""``pandu person``: a copy of what is kept about somebody, and its erasure (UU 27/2022)."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from typing import Annotated, NoReturn

import typer
from sqlmodel import Session, select

from bot.cli.database import reading, writing
from storage.tables import Office
from workflow import erasing, office_bots, people, person_data
from workflow.erasing import Erased
from workflow.moment import Moment
from workflow.person_data import NobodyFound

app = typer.Typer(no_args_is_help=True)

Who = Annotated[str, typer.Argument(metavar="NAMA|NOMOR", help="Nama persis, atau nomor barisnya.")]
Of = Annotated[str | None, typer.Option("--office", metavar="KANTOR", help="Id kantor, bila ada beberapa.")]


@app.command()
def export(who: Who, office: Of = None) -> None:
    """Tulis semua yang disimpan tentang seseorang di sebuah kantor, sebagai JSON, ke keluaran baku."""

    def body(session: Session) -> str:
        official = person_data.find(session, _office(session, office), who)
        return json.dumps(person_data.everything(session, official), ensure_ascii=False, indent=2)

    try:
        typer.echo(reading(body))
    except NobodyFound as error:
        _fail(str(error))


@app.command()
def erase(
    who: Who,
    office: Of = None,
    yes: Annotated[bool, typer.Option("--yes", help="Jangan bertanya lagi.")] = False,
) -> None:
    """Hapus data pribadi seseorang dari sebuah kantor; perbuatan dinasnya tetap tercatat."""

    def named(session: Session) -> tuple[int, str, str, int]:
        official = person_data.find(session, _office(session, office), who)
        seats = len(people.seats_of(session, official.id or 0))
        return official.id or 0, official.name, official.office_id, seats

    try:
        official_id, name, office_id, seats = reading(named)
    except NobodyFound as error:
        _fail(str(error))
    typer.echo(_what_happens(name, office_id, seats))
    if not yes and not typer.confirm(f"Hapus data pribadi {name}?"):
        _fail("Tidak ada yang dihapus.")
    now, nonce = datetime.now(UTC), secrets.token_hex(16)

    def body(session: Session) -> Erased:
        official = person_data.find(session, office_id, str(official_id))
        bot = office_bots.bot_of(session, official.office_id)
        moment = Moment(bot.id if bot is not None else office_bots.NO_BOT, now, nonce)
        return erasing.erase(session, moment, official)

    _tell(name, writing(body))


def _what_happens(name: str, office_id: str, seats: int) -> str:
    lines = [
        f"{name}, kantor {office_id}.",
        "Dihapus: akun Telegram, sapaan, bahasa, jam tenang, pengingat pribadi, pertanyaan yang menunggu, nama akun",
        "  pada undangan, alasan dan teks yang ditulisnya, isi pesan kepadanya, dan salinan pesan dari Telegram.",
        "Tetap: nama dan jabatan pada perbuatan dinas, isian, berkas, dan waktunya, sampai masa simpan menurut",
        "  Jadwal Retensi Arsip (JRA) kantor berakhir. Rantai jejak audit tetap utuh, dan penghapusan ini tercatat.",
        "Tidak terjangkau: berkas kantor (YAML), cadangan lama, dan percakapan Telegram di ponsel.",
    ]
    if seats:
        lines.append(
            f"Perhatian: ia masih memegang {seats} jabatan. Tugasnya tidak lagi tampil di ponsel siapa pun; "
            "admin diberi tahu. Sebaiknya isi dahulu jabatannya dengan pejabat lain."
        )
    return "\n".join(lines)


def _tell(name: str, erased: Erased) -> None:
    typer.echo(
        f"Data pribadi {name} dihapus: {erased.texts} teks, {erased.reminders} pengingat, {erased.messages} isi pesan, "
        f"{erased.updates} salinan pesan."
    )
    if erased.elsewhere:
        typer.echo(
            "Akunnya masih dipakai di kantor lain, sehingga salinan pesan dari Telegram dibiarkan; itu hilang sendiri "
            "setelah masa simpannya."
        )


def _office(session: Session, office: str | None) -> str:
    if office is not None:
        return office
    known = session.exec(select(Office.id).order_by(Office.id)).all()
    if len(known) == 1:
        return known[0]
    if not known:
        raise NobodyFound("Belum ada kantor.")
    raise NobodyFound(f"Ada beberapa kantor. Pilih dengan --office: {', '.join(known)}.")


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
