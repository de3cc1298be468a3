"""The queue of files to fetch."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy.util import await_only
from sqlmodel import Session

from storage import file_rows
from storage.database import Database
from storage.tables import File
from tests.integration.storage.conftest import ANA, BOT, LEASE, NOW, OFFICE

SECOND = timedelta(seconds=1)
SHA256 = "ab" * 32


def add(session: Session, number: int, **changed: Any) -> None:
    row: dict[str, Any] = {
        "office_id": OFFICE,
        "official_id": 1,
        "received_at": NOW,
        "bot_id": BOT,
        "chat_id": ANA,
        "message_id": number,
        "telegram_file_id": f"id-{number}",
        "form": "document",
        "name": "../../laporan.pdf",
        "due_at": NOW,
        "task_id": 1,
    }
    session.add(File(id=number, **row | changed))
    session.flush()


def claim(session: Session, now: Any = NOW, lease_now: Any = NOW, **more: Any) -> list[int]:
    return [item.id for item in file_rows.claim_files(session, now, lease_now, LEASE, 10, **more)]


async def test_files_are_fetched_oldest_first_and_only_those_that_wait(office: Database) -> None:
    def body(session: Session) -> list[list[int]]:
        add(session, 1, status="stored")
        add(session, 2, discarded=True)
        add(session, 4, due_at=NOW + SECOND)
        add(session, 3)
        add(session, 5, bot_id=BOT + 1)
        add(session, 6, status="refused")
        return [claim(session, bot_id=BOT), claim(session), claim(session), claim(session, NOW + SECOND)]

    assert await office.write(body) == [[3], [5], [], [4]]


async def test_a_file_is_handed_out_with_all_that_fetching_needs(office: Database) -> None:
    def body(session: Session) -> file_rows.FileItem:
        add(session, 1, size=12)
        (item,) = file_rows.claim_files(session, NOW, NOW, LEASE, 10)
        return item

    item = await office.write(body)
    assert item == file_rows.FileItem(
        id=1,
        office_id=OFFICE,
        bot_id=BOT,
        chat_id=ANA,
        message_id=1,
        telegram_file_id="id-1",
        form="document",
        name="../../laporan.pdf",
        size=12,
        task_id=1,
        tries=1,
    )


async def test_a_lease_that_ran_out_or_is_voided_is_handed_out_again(office: Database) -> None:
    def body(session: Session) -> list[list[int]]:
        add(session, 1)
        claimed = [
            claim(session),
            claim(session, lease_now=NOW + LEASE - SECOND),
            claim(session, lease_now=NOW + LEASE),
        ]
        file_rows.void_leases(session)
        return [*claimed, claim(session)]

    assert await office.write(body) == [[1], [], [1], [1]]


async def test_a_file_is_settled_once(office: Database) -> None:
    def body(session: Session) -> list[Any]:
        add(session, 1)
        add(session, 2)
        settled = [
            file_rows.mark_stored(session, 1, SHA256, 20, "pdf"),
            file_rows.mark_stored(session, 1, "cd" * 32, 21, "pdf"),
            file_rows.mark_refused(session, 1, "empty"),
            file_rows.mark_refused(session, 2, "kind"),
            file_rows.mark_stored(session, 2, SHA256, 20, "pdf"),
        ]
        session.flush()
        file_rows.postpone_file(session, 1, NOW)
        first, second = session.get_one(File, 1), session.get_one(File, 2)
        return [settled, (first.status, first.sha256, first.size, first.kind), (second.status, second.refusal)]

    assert await office.write(body) == [
        [True, False, False, True, False],
        ("stored", SHA256, 20, "pdf"),
        ("refused", "kind"),
    ]


async def test_a_file_that_cannot_be_fetched_now_is_tried_later(office: Database) -> None:
    def body(session: Session) -> list[Any]:
        add(session, 1)
        claim(session)
        file_rows.postpone_file(session, 1, NOW + SECOND)
        early = claim(session)
        (item,) = file_rows.claim_files(session, NOW + SECOND, NOW, LEASE, 10)
        return [early, item.tries]

    assert await office.write(body) == [[], 2]


async def test_a_lease_is_kept_without_waiting_for_whoever_settles_the_file(
    office: Database, database_url: str
) -> None:
    if database_url.startswith("sqlite"):
        return  # has one writer at a time

    def body(session: Session) -> list[int]:
        add(session, 1)
        return claim(session)

    await office.write(body)
    marked, go_on = asyncio.Event(), asyncio.Event()

    def settle(session: Session) -> None:
        file_rows.mark_stored(session, 1, SHA256, 12, "pdf")
        session.flush()
        marked.set()
        await_only(go_on.wait())

    settling = asyncio.create_task(office.write(settle))
    await marked.wait()
    try:
        async with asyncio.timeout(2):
            await office.write_first(lambda session: file_rows.renew_lease(session, 1, NOW + 2 * LEASE))
            assert await office.write(lambda session: claim(session, lease_now=NOW + 2 * LEASE)) == []
    finally:
        go_on.set()
        await settling
