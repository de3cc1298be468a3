"""``pandu run``, ``pandu serve``, ``pandu demo`` and ``pandu simulator``, which stay, and ``pandu health``."""

from __future__ import annotations

import asyncio
import gc
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.loading import loading

STALE = timedelta(minutes=3)
"""An idle bot asks Telegram every half minute."""


def run() -> None:
    """Jalankan bot: siapkan basis data, lalu layani Telegram sampai dihentikan (Ctrl-C)."""
    _run(pushed=False)


def serve() -> None:
    """Jalankan bot di balik webhook: Telegram mengantar ke PANDU_WEBHOOK_URL; boleh beberapa proses sekaligus."""
    _run(pushed=True)


def _run(*, pushed: bool) -> None:
    with loading():
        from bot import app
        from bot.logging import secrets_of, set_up_logging
        from bot.settings import load_settings

    settings = load_settings()
    set_up_logging(settings.log_level, secrets_of(settings), form=settings.log_format)
    asyncio.run(app.run(settings, pushed=pushed))
    # All is closed. Else Python would look through everything it ever loaded, which takes longer than the stop itself.
    gc.freeze()


def health() -> None:
    """Periksa apakah bot bekerja: kode 0 bila baru saja menghubungi Telegram."""
    from sqlmodel import select

    from bot.cli.database import reading
    from storage.tables import Bot

    polls = reading(lambda session: session.exec(select(Bot.last_poll_at)).all())
    latest = max((poll for poll in polls if poll is not None), default=None)
    if latest is None or datetime.now(UTC) - latest > STALE:
        typer.echo(f"Bot tidak menghubungi Telegram sejak {latest or 'dipasang'}.", err=True)
        raise typer.Exit(1)
    typer.echo(f"Baik; terakhir menghubungi Telegram {latest:%Y-%m-%d %H:%M:%S}Z.")


def demo(
    port: Annotated[int, typer.Option(help="Port pada 127.0.0.1.")] = 8765,
    data_dir: Annotated[Path, typer.Option(help="Folder data demo.")] = Path(".data/demo"),
    reset: Annotated[bool, typer.Option("--reset", help="Mulai dari awal: hapus data demo.")] = False,
    log_level: Annotated[str, typer.Option(help="DEBUG, INFO, WARNING atau ERROR.")] = "WARNING",
    host: Annotated[str, typer.Option(help="0.0.0.0 membuka halaman bagi ponsel di jaringan ini.")] = "127.0.0.1",
    pin: Annotated[str | None, typer.Option(help="PIN bagi ponsel di jaringan ini.")] = None,
) -> None:
    """Coba Pandu tanpa Telegram: bot, Telegram tiruan, dan satu halaman berisi ponsel para pejabat."""
    with loading():
        from bot import demo as demonstration

    running = demonstration.run(port=port, data_dir=data_dir, reset=reset, log_level=log_level, host=host, pin=pin)
    asyncio.run(running)


def simulator(
    port: Annotated[int, typer.Option(help="Port pada 127.0.0.1.")] = 8081,
    token: Annotated[str | None, typer.Option(help="Token bot; tanpa ini dibuat yang baru.")] = None,
) -> None:
    """Jalankan Telegram tiruan saja, untuk dihubungi bot lewat PANDU_TELEGRAM_API_URL."""
    with loading():
        from bot import demo as demonstration

    asyncio.run(demonstration.run_simulator(port=port, token=token))
