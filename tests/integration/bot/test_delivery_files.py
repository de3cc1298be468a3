"""At delivery: files, by their id at Telegram or from the store."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select
from telegram.error import BadRequest, NetworkError

from bot.delivery import LEASE
from storage import outbox
from storage.errors import FilesUnavailable
from storage.tables import File, Official, Outbox
from tests.integration.bot.delivery_desk import Desk
from tests.integration.storage.conftest import ANA, BOT, BUDI, NOW, OFFICE


async def add_file(
    desk: Desk,
    form: str,
    *,
    bot_id: int = BOT,
    content: bytes = b"%PDF-1.7",
    size: int | None = None,
    chat_id: int = BUDI,
    params: dict[str, Any] | None = None,
    language: str | None = None,
    now: datetime = NOW,
) -> None:
    sha256, length = await desk.store.put(content)

    def body(session: Session) -> None:
        file = File(
            id=1, office_id=OFFICE, official_id=1, received_at=NOW, bot_id=bot_id, chat_id=ANA, message_id=1,
            telegram_file_id="remote", form=form, name="Laporan.pdf", size=size or length, sha256=sha256,
            status="stored", due_at=NOW,
        )  # fmt: skip
        session.add(file)
        session.get_one(Official, 1).language = language
        session.flush()
        outbox.send_document(
            session, bot_id=BOT, chat_id=chat_id, office_id=OFFICE, file_id=1, now=now, params=params
        )  # fmt: skip

    await desk.database.write(body)


async def test_a_file_goes_by_its_id_in_its_own_form(desk: Desk) -> None:
    await add_file(desk, "photo")
    await desk.deliver()
    ((method, details),) = desk.phone.calls
    assert (method, details["content"], details["silent"]) == ("photo", "remote", True)


async def test_a_file_of_another_bot_goes_from_the_store(desk: Desk) -> None:
    await add_file(desk, "document", bot_id=BOT + 1)
    await desk.deliver()
    ((method, details),) = desk.phone.calls
    assert (method, details["content"], details["filename"]) == ("document", b"%PDF-1.7", "Laporan.pdf")


async def test_a_file_telegram_has_forgotten_goes_from_the_store(desk: Desk) -> None:
    await add_file(desk, "document")
    desk.phone.errors = [BadRequest("Wrong file identifier/http url specified")]
    await desk.deliver()
    assert [details["content"] for _, details in desk.phone.calls] == ["remote", b"%PDF-1.7"]
    assert await desk.rows() == [("document", "sent", False)]


async def test_a_stored_file_waits_while_the_store_is_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_file(desk, "document", bot_id=BOT + 1)

    def away(_sha256: str) -> None:
        raise FilesUnavailable("S3: 503")

    with monkeypatch.context() as patch:
        patch.setattr(desk.store, "opened", away)
        for _ in range(20):
            await desk.deliver()
            desk.clock.advance(11)
    assert (desk.phone.calls, await desk.rows()) == ([], [("document", "queued", False)])
    await desk.deliver()
    assert desk.phone.calls[0][1]["content"] == b"%PDF-1.7"


async def test_a_stored_file_that_waits_holds_nothing_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_file(desk, "document", bot_id=BOT + 1)
    await desk.say(chat_id=BUDI)

    def away(_sha256: str) -> None:
        raise FilesUnavailable("S3: 503")

    monkeypatch.setattr(desk.store, "opened", away)
    for _ in range(2):
        await desk.deliver()
    assert [method for method, _ in desk.phone.calls] == ["send"]


@pytest.mark.parametrize(
    ("language", "words"),
    [("id", "Menyusul kartunya: untuk langkah 1 · No. 1"), ("en", "Following its card: for step 1 · run 1")],
)
async def test_a_document_that_comes_after_its_card_says_what_it_is_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    await add_file(desk, "document", bot_id=BOT + 1, chat_id=ANA, params={"card_id": 1}, language=language)
    await desk.show()

    def away(_sha256: str) -> None:
        raise FilesUnavailable("S3: 503")

    with monkeypatch.context() as patch:
        patch.setattr(desk.store, "opened", away)
        desk.clock.advance(1)
        await desk.deliver(rounds=2)
    assert [method for method, _ in desk.phone.calls] == ["send"], "people must be told all the same"
    desk.clock.advance(11)
    await desk.deliver()
    method, details = desk.phone.calls[-1]
    assert (method, details["caption"]) == ("document", words)


async def test_a_document_ahead_of_its_card_needs_no_word(desk: Desk) -> None:
    await desk.show()  # as it was sent for an earlier opening
    await desk.deliver()
    desk.clock.advance(60)
    await add_file(desk, "document", chat_id=ANA, params={"card_id": 1}, now=desk.clock.now())
    await desk.show(anew=True)
    desk.clock.advance(1)
    await desk.deliver(rounds=2)
    assert [(method, details.get("caption")) for method, details in desk.phone.calls[1:]] == [
        ("document", None), ("send", None),
    ]  # fmt: skip


async def test_a_large_upload_keeps_its_claim(desk: Desk) -> None:
    await add_file(desk, "document", size=1500 << 20)
    until: list[datetime | None] = []

    async def look() -> None:
        until.append(await desk.database.read(lambda s: s.exec(select(Outbox.lease_until)).one()))

    desk.phone.on_call = look
    before = await desk.database.lease_time()
    await desk.deliver()
    assert until[0] is not None
    # At a megabyte a second it is not yet taken for lost.
    assert until[0] - before > LEASE + timedelta(seconds=1500)


async def test_a_stored_file_that_is_lost_is_given_up(desk: Desk) -> None:
    await add_file(desk, "document", bot_id=BOT + 1)
    (name,) = [name async for name in desk.store.names()]
    desk.store.place(name).unlink()
    await desk.deliver()
    assert await desk.rows() == [("document", "dead", False)]


@pytest.mark.parametrize(("language", "mark"), [("id", "(ulang)"), ("en", "(repeated)")])
async def test_an_uncertain_file_is_marked(desk: Desk, language: str, mark: str) -> None:
    await add_file(desk, "document", chat_id=ANA, language=language)
    desk.phone.errors = [NetworkError("The connection broke")]
    await desk.deliver()
    desk.clock.advance(3)
    await desk.deliver()
    assert [details["caption"] for _, details in desk.phone.calls] == [None, mark]
