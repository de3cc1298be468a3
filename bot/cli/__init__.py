"""The command line: ``pandu``."""

from __future__ import annotations

import sys
from importlib import import_module

import typer

app = typer.Typer(
    help="Pandu: pemandu pelaksanaan SOP lewat Telegram.",
    no_args_is_help=True,
    add_completion=False,
    # A traceback with local values would print tokens and officials' words.
    pretty_exceptions_enable=False,
)


def _mount() -> None:
    from bot.cli import backup, doctor, process, queues

    process.add_to(app)
    doctor.add_to(app)
    backup.add_to(app)
    app.add_typer(queues.inbox_app, name="inbox")
    app.add_typer(queues.outbox_app, name="outbox")
    for name in ("sop", "office", "person", "audit", "files", "db"):
        app.add_typer(import_module(f"bot.cli.{name}").app, name=name)


def main() -> None:
    """Run the command line; what makes Pandu unusable is told in one line, with exit code 1."""
    from bot.settings import Unusable
    from storage.errors import DatabaseUnavailable, FilesUnavailable, NewerSchema

    _mount()
    try:
        app()
    except Unusable as error:
        _stop(str(error))
    except DatabaseUnavailable as error:
        _stop(f"Basis data tidak dapat dipakai: {error}")
    except NewerSchema:
        _stop(
            "Basis data ini sudah dipakai versi Pandu yang lebih baru. Jalankan versi itu, atau pulihkan cadangan dari "
            "sebelum pembaruan (pandu restore)."
        )
    except FilesUnavailable as error:
        _stop(f"Penyimpanan berkas tidak dapat dipakai: {error}")


def _stop(message: str) -> None:
    typer.echo(f"pandu: {message}", err=True)
    sys.exit(1)
