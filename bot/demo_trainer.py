"""What the demo lends to the trainer's drawer: a look into the outbox, and beginning afresh."""

from __future__ import annotations

import asyncio
import shutil
import signal
from pathlib import Path

from sqlmodel import Session, col, select

from bot.demo_clock import CLOCK
from bot.process_lock import only_process
from simulator.trainer import Waiting
from storage.database import Database
from storage.tables import Outbox

STATE = "telegram.db"
DATABASE = "pandu.db"
SHOWN = 30
KINDS = {"card": "kartu tugas", "message": "pesan", "document": "berkas", "strip": "tombol dilepas"}
STATES = {
    "queued": "menunggu giliran", "sending": "sedang dikirim", "held": "ditahan sampai /start",
    "dead": "tidak dapat dikirim",
}  # fmt: skip


class Ending:
    """Why the demo ends: for good (Ctrl-C), or only to begin afresh."""

    def __init__(self) -> None:
        self.told = asyncio.Event()
        self.for_good = False

    def listen(self) -> None:
        """End for good at SIGINT and SIGTERM."""
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, self.stop)

    def stop(self) -> None:
        """End for good."""
        self.for_good = True
        self.told.set()

    def reset(self) -> None:
        """End to begin afresh."""
        self.told.set()


async def waiting(database: Database) -> list[Waiting]:
    """Return what the bot has yet to say, the first to go first."""

    def body(session: Session) -> list[Waiting]:
        rows = session.exec(
            select(Outbox)
            .where(col(Outbox.status).in_(STATES))
            .order_by(col(Outbox.priority), col(Outbox.id))
            .limit(SHOWN)
        )
        return [
            Waiting(user=row.chat_id, what=KINDS.get(row.kind, row.kind), state=STATES[row.status], tries=row.tries)
            for row in rows
        ]

    return await database.read(body)


def clear(data_dir: Path) -> None:
    """Remove what the demo keeps in its folder, and nothing else that lies there; a folder of others is left alone.

    Raises :class:`bot.settings.Unusable` if another process is using it.
    """
    if not (data_dir / STATE).exists():
        return
    with only_process(data_dir / DATABASE):
        for name in (STATE, DATABASE):
            for suffix in ("", "-wal", "-shm", "-journal"):
                (data_dir / f"{name}{suffix}").unlink(missing_ok=True)
        (data_dir / CLOCK).unlink(missing_ok=True)
        shutil.rmtree(data_dir / "files", ignore_errors=True)
