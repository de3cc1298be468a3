"""An office behind an own Bot API server, its files in S3: large ones come in, and wait while the store is away."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from bot import file_worker
from simulator import Simulator
from storage import stored_files
from storage.file_rows import FileItem
from storage.file_store import open_file_store
from storage.tables import File
from tests.e2e.driver import Driver
from tests.e2e.office import Office
from tests.e2e.offices import PEOPLE, office_file
from tests.postgres import free_port
from tests.s3 import BUCKET, TemporaryS3, access

SOP = "sutera-pengukuran-kinerja"
XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le")
"""How an Excel file of the old kind begins; the zeros that follow do not change what it is."""
LARGE = 21 << 20


def states(session: Session) -> list[tuple[str, int]]:
    return [(file.status, file.tries) for file in session.exec(select(File).order_by(col(File.id)))]


async def test_a_large_file_waits_for_the_store_and_is_then_kept_and_counted(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_worker, "LONGEST_PAUSE_SECONDS", 0.05)
    port = free_port()
    s3, url = access(port), f"s3://{BUCKET}/pandu"
    office = Office(
        tmp_path, sqlite_url, office_file(SOP), PEOPLE, simulator=Simulator(local_dir=tmp_path / "server"),
        telegram_local=True, telegram_local_dir=tmp_path / "server", files_url=url, files_s3_endpoint=s3.endpoint,
        files_s3_region=s3.region, files_s3_key_id=s3.key_id, files_s3_secret=s3.secret,
    )  # fmt: skip
    await office.open()
    server: TemporaryS3 | None = None
    try:
        p = office.phones
        await Driver(p).start(p.sekcam, "TW IV 2026")
        await p.sekcam.sends_document("raksasa.xls", XLS, size=2001 << 20)
        await p.sekcam.hears("Ukurannya lebih dari 2000 MB")

        # Nobody answers at the store's address yet: the official is told nothing, the file waits.
        with monkeypatch.context() as patch:
            tried = asyncio.Event()
            give_back = file_worker.FileWorker._give_back

            async def noted(self: file_worker.FileWorker, item: FileItem) -> None:
                await give_back(self, item)
                tried.set()

            patch.setattr(file_worker.FileWorker, "_give_back", noted)
            await p.sekcam.sends_document("format.xls", XLS, size=LARGE)
            await p.sekcam.taps("Kirim hasil")
            await p.sekcam.taps("Lewati")
            await asyncio.wait_for(tried.wait(), 60)
        assert (await office.read(states))[1][0] == "received"

        server = await asyncio.to_thread(TemporaryS3, port)
        await p.pengelola.sees("langkah 2 dari 13", within=60)
        await office.quiet()
        assert await office.read(states) == [("refused", 0), ("stored", 1)]
        kept = await office.read(stored_files.stored)
        assert [file.sha256 for file in kept] == [hashlib.sha256(XLS + bytes(LARGE - len(XLS))).hexdigest()]
        assert await stored_files.damaged(open_file_store(url, s3), kept) == []
        assert await office.faults("sumbang") == []
    finally:
        await office.close()
        if server is not None:
            server.stop()
