"""The command line: ``pandu``."""

from __future__ import annotations

import sys
from collections.abc import Collection
from importlib import import_module
from typing import NamedTuple, NoReturn

import typer

from bot.loading import loading


class Command(NamedTuple):
    """Where a command, or a group of them, is (``module:name``), and the line that ``pandu --help`` has of it."""

    place: str
    help: str


COMMANDS = {
    "run": Command("process:run", "Jalankan bot: siapkan basis data, lalu layani Telegram sampai dihentikan (Ctrl-C)."),
    "serve": Command(
        "process:serve",
        "Jalankan bot di balik webhook: Telegram mengantar ke PANDU_WEBHOOK_URL; boleh beberapa proses sekaligus.",
    ),
    "health": Command("process:health", "Periksa apakah bot bekerja: kode 0 bila baru saja menghubungi Telegram."),
    "demo": Command(
        "process:demo", "Coba Pandu tanpa Telegram: bot, Telegram tiruan, dan satu halaman berisi ponsel para pejabat."
    ),
    "simulator": Command(
        "process:simulator", "Jalankan Telegram tiruan saja, untuk dihubungi bot lewat PANDU_TELEGRAM_API_URL."
    ),
    "doctor": Command(
        "doctor:doctor", "Periksa pemasangan ini dan sebutkan yang perlu diperbaiki; kode 0 bila tidak ada."
    ),
    "backup": Command("backup:backup", "Cadangkan basis data dan semua berkas ke satu arsip, selagi bot berjalan."),
    "restore": Command(
        "backup:restore", "Pulihkan sebuah arsip ke instalasi yang masih kosong; arsip yang rusak ditolak seluruhnya."
    ),
    "inbox": Command("queues:inbox_app", "Pembaruan dari Telegram yang tidak dapat diproses."),
    "outbox": Command("queues:outbox_app", "Pesan yang tidak dapat dikirim."),
    "sop": Command("sop:app", "Lihat dan periksa definisi SOP."),
    "office": Command("office:app", "Muat berkas kantor dan undang pejabat."),
    "person": Command("person:app", "Data pribadi seorang pejabat: salinan dan penghapusan (UU 27/2022)."),
    "audit": Command("audit:app", "Rekam jejak yang tidak dapat diubah diam-diam."),
    "files": Command("files:app", "Berkas para pejabat di penyimpanan."),
    "db": Command("db:app", "Basis data."),
}
"""Every command. What it needs is loaded when it is called, so that none waits for the others' libraries."""


def command_line(wanted: Collection[str] = tuple(COMMANDS)) -> typer.Typer:
    """Return the command line with the ``wanted`` commands; of the others only their lines in its help are there."""
    app = typer.Typer(
        help="Pandu: pemandu pelaksanaan SOP lewat Telegram.",
        no_args_is_help=True,
        add_completion=False,
        # A traceback with local values would print tokens and officials' words.
        pretty_exceptions_enable=False,
    )
    for name, command in COMMANDS.items():
        module, _, attribute = command.place.partition(":")
        found = getattr(import_module(f"bot.cli.{module}"), attribute) if name in wanted else _only_named
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name, help=command.help)
        else:
            app.command(name, help=None if name in wanted else command.help)(found)
    return app


def _only_named() -> NoReturn:
    raise AssertionError("a command that was not loaded is run")


def main() -> None:
    """Run the command line; what makes Pandu unusable is told in one line, with exit code 1."""
    with loading():
        # Nothing stands before a command but --help, which is for all of them.
        app = command_line(sys.argv[1:2])
    try:
        app()
    except Exception as error:
        if (message := _told(error)) is None:
            raise
        typer.echo(f"pandu: {message}", err=True)
        sys.exit(1)


def _told(error: Exception) -> str | None:
    """Return the line for what makes Pandu unusable; ``None`` for any other error."""
    from bot.settings import Unusable
    from storage.errors import DatabaseUnavailable, FilesUnavailable, NewerSchema

    match error:
        case Unusable():
            return str(error)
        case DatabaseUnavailable():
            return f"Basis data tidak dapat dipakai: {error}"
        case NewerSchema():
            return (
                "Basis data ini sudah dipakai versi Pandu yang lebih baru. Jalankan versi itu, atau pulihkan cadangan "
                "dari sebelum pembaruan (pandu restore)."
            )
        case FilesUnavailable():
            return f"Penyimpanan berkas tidak dapat dipakai: {error}"
    return None
