"""Files beyond the limits of Telegram's own servers, by way of an own Bot API server in ``--local`` mode."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

import pytest
from pydantic import SecretStr
from sqlmodel import Session, select
from telegram.error import BadRequest

from bot.clock import Clock
from bot.file_worker import LEASE, FileWorker
from bot.local_api import CLOUD, LOCAL, NotOnDisk
from bot.outgoing import Document, transmit
from bot.telegram_client import TelegramClient
from simulator.running import running
from simulator.simulator import Simulator
from storage import file_rows
from storage.database import Database
from storage.local_file_store import LocalFileStore
from storage.tables import File, Official, Outbox
from tests.integration.storage.conftest import ANA, NOW, OFFICE
from workflow import files
from workflow.files import ReceivedFile
from workflow.moment import Moment

PDF = b"%PDF-1.7\n"
LARGE = CLOUD.receive + (1 << 20)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[tuple[Simulator, str]]:
    """A simulator in local mode and its address."""
    simulator = Simulator(local_dir=tmp_path / "server")
    simulator.add_bot("7000000001:AAHabcdefghijklmnopqrstuvwxyz0123456")
    simulator.add_user(ANA, "Ana")
    async with running(simulator) as url:
        yield simulator, url


@pytest.fixture
async def client(world: tuple[Simulator, str], tmp_path: Path) -> AsyncIterator[TelegramClient]:
    simulator, url = world
    made = TelegramClient(SecretStr(simulator.world.the_bot().token), url, local_dir=tmp_path / "server")
    await made.open()
    yield made
    await made.close()


async def fetch(database: Database, client: TelegramClient, store: LocalFileStore, file_id: str) -> File:
    """Let a file that the simulator has be fetched as an official's; return its row."""
    worker = FileWorker(database, client, store, client.bot.id, Clock(), on_effect=lambda: None)

    def arrive(session: Session) -> None:
        session.add(
            File(
                id=1, office_id=OFFICE, official_id=1, received_at=NOW, bot_id=client.bot.id, chat_id=ANA,
                message_id=1, telegram_file_id=file_id, form="document", name="x.pdf", due_at=NOW,
            )
        )  # fmt: skip

    await database.write(arrive)
    lease_now = await database.lease_time()
    (item,) = await database.write(lambda s: file_rows.claim_files(s, NOW, lease_now, LEASE, 10))
    await worker.fetch(item)
    return await database.read(lambda s: s.get_one(File, 1))


def said(session: Session) -> list[dict[str, Any]]:
    return [row.params for row in session.exec(select(Outbox).where(Outbox.template == "file_refused"))]


async def remote_id(simulator: Simulator, size: int) -> str:
    """Have Ana send a PDF of that many bytes, almost all of them zeros; return its id."""
    message = simulator.sends_document(ANA, "laporan.pdf", PDF, size=size)
    shown: str = simulator.shown(message)["document"]["file_id"]
    return shown


async def test_a_large_file_comes_from_the_servers_disk(
    sqlite: Database, world: tuple[Simulator, str], client: TelegramClient, tmp_path: Path
) -> None:
    store = LocalFileStore(tmp_path / "files")
    row = await fetch(sqlite, client, store, await remote_id(world[0], LARGE))
    expected = hashlib.sha256(PDF + bytes(LARGE - len(PDF))).hexdigest()
    assert (row.status, row.size, row.sha256) == ("stored", LARGE, expected)
    assert await store.size(expected) == LARGE


async def test_one_that_is_too_large_even_there_is_refused_with_the_right_limit(
    sqlite: Database, world: tuple[Simulator, str], client: TelegramClient, tmp_path: Path
) -> None:
    row = await fetch(sqlite, client, LocalFileStore(tmp_path), await remote_id(world[0], LOCAL.receive + 1))
    assert (row.status, row.refusal) == ("refused", "too_big")
    assert [params["max_mb"] for params in await sqlite.read(said)] == [2000]


@pytest.mark.parametrize(("limits", "refused"), [(CLOUD, [20]), (LOCAL, [])])
async def test_a_message_gives_a_file_away_that_is_too_large_for_this_server(
    sqlite: Database, client: TelegramClient, limits: Any, refused: list[int]
) -> None:
    def arrives(session: Session) -> None:
        moment = Moment(client.bot.id, NOW, "0" * 16, limits.receive)
        received = ReceivedFile(1, "remote", "document", "laporan.pdf", LARGE)
        files.keep(session, moment, session.get_one(Official, 1), received, files.PAPER)

    await sqlite.write(arrives)
    assert [params["max_mb"] for params in await sqlite.read(said)] == refused


async def test_another_folder_than_the_servers_is_not_read(
    sqlite: Database, world: tuple[Simulator, str], tmp_path: Path
) -> None:
    simulator, url = world
    (tmp_path / "other").mkdir()
    for folder, reason in ((tmp_path / "other", "outside of"), (None, "PANDU_TELEGRAM_LOCAL=1")):
        client = TelegramClient(SecretStr(simulator.world.the_bot().token), url, local_dir=folder)
        await client.open()
        try:
            path, _ = await client.file_facts(await remote_id(simulator, 1000))
            with pytest.raises(NotOnDisk, match=reason):
                await client.on_disk(path)
        finally:
            await client.close()


async def test_a_stored_file_of_more_than_50_mb_is_sent_without_being_in_memory(
    world: tuple[Simulator, str], client: TelegramClient, tmp_path: Path
) -> None:
    simulator, _ = world
    simulator.says(ANA, "/start")
    store = LocalFileStore(tmp_path / "files")
    size = CLOUD.send + (1 << 20)
    with SpooledTemporaryFile(max_size=1) as spool:
        spool.write(PDF)
        spool.truncate(size)
        sha256, _ = await store.put(cast("BinaryIO", spool))
    document = Document("Laporan.pdf", "document", None, sha256, size, silent=True, caption=None)
    await transmit(client, store, ANA, document)
    message = simulator.chat(ANA)[-1]
    assert hashlib.sha256(simulator.content(message)).hexdigest() == sha256


async def test_a_stored_file_that_telegrams_own_server_would_not_carry_is_not_sent(
    world: tuple[Simulator, str], tmp_path: Path
) -> None:
    simulator, url = world
    client = TelegramClient(SecretStr(simulator.world.the_bot().token), url)
    document = Document("x.pdf", "document", None, "0" * 64, CLOUD.send + 1, silent=True, caption=None)
    try:
        with pytest.raises(BadRequest, match="50 MB"):
            await transmit(client, LocalFileStore(tmp_path), ANA, document)
    finally:
        await client.close()
