"""``pandu inbox|outbox list|retry``: what got stuck, and how it goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.cli.database import reading, writing
from storage import inbox, outbox
from storage.tables import Inbox, Outbox

inbox_app = typer.Typer(no_args_is_help=True)
outbox_app = typer.Typer(no_args_is_help=True)

Ids = Annotated[list[int], typer.Argument(metavar="ID...", help="Nomor dari 'list'.")]


@inbox_app.command("list")
def list_inbox() -> None:
    """Tampilkan pembaruan yang disisihkan beserta sebabnya."""
    rows: list[Inbox] = reading(inbox.list_parked)
    for row in rows:
        typer.echo(f"{row.id}\tupdate {row.bot_id}:{row.update_id}\t{row.received_at:%Y-%m-%d %H:%M}Z\t{row.error}")
    if not rows:
        typer.echo("Tidak ada pembaruan yang disisihkan.")


@inbox_app.command("retry")
def retry_inbox(ids: Ids) -> None:
    """Proses lagi pembaruan yang disisihkan."""
    _report(writing(lambda session: {number: inbox.retry(session, number) for number in ids}))


@outbox_app.command("list")
def list_outbox() -> None:
    """Tampilkan pesan yang tidak dapat dikirim beserta sebabnya."""
    rows: list[Outbox] = reading(outbox.list_dead)
    for row in rows:
        what = row.template or row.kind
        place = f"chat {row.chat_id}\tcause {row.cause or '-'}"
        typer.echo(f"{row.id}\t{what}\t{place}\t{row.created_at:%Y-%m-%d %H:%M}Z\t{row.error}")
    if not rows:
        typer.echo("Semua pesan terkirim atau masih menunggu giliran.")


@outbox_app.command("retry")
def retry_outbox(ids: Ids) -> None:
    """Kirim lagi pesan yang tidak dapat dikirim."""
    now = datetime.now(UTC)
    _report(writing(lambda session: {number: outbox.retry(session, number, now) for number in ids}))


def _report(found: dict[int, bool]) -> None:
    for number, done in found.items():
        typer.echo(f"{number}: {'dicoba lagi' if done else 'tidak ada dalam daftar'}", err=not done)
    if not all(found.values()):
        raise typer.Exit(1)
