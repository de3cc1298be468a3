from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
from sqlmodel import Session, col, select
from telegram import InputFile
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError, TimedOut

from bot import outgoing
from bot.clock import Clock
from bot.delivery import LEASE, DeliveryWorker
from bot.local_api import LOCAL
from bot.telegram_client import Flood, ServerFault, TelegramClient, Unsent
from bot.tenure import Tenure
from messages.rendered import Rendered
from storage import outbox
from storage.database import Database
from storage.errors import FilesUnavailable
from storage.local_file_store import LocalFileStore
from storage.tables import Card, Chat, File, Outbox, Task
from tests import sending
from tests.integration.storage.conftest import ANA, BOT, BUDI, NOW, OFFICE
from workflow import notices


class TestClock(Clock):
    __test__ = False

    def __init__(self) -> None:
        self.time = NOW
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.seconds += seconds


class Sent(NamedTuple):
    message_id: int


class Phone:
    """A Telegram that does what it is told and notes what it was asked."""

    def __init__(self) -> None:
        self.bot = self
        self.limits = LOCAL
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.errors: list[TelegramError | None] = []
        self.on_call: Callable[[], Any] | None = None

    async def _do(self, method: str, **details: Any) -> Sent:
        if self.on_call:
            await self.on_call()
        self.calls.append((method, details))
        if self.errors and (error := self.errors.pop(0)):
            raise error
        return Sent(100 + len(self.calls))

    async def send_message(self, chat_id: int, text: str, **more: Any) -> Sent:
        return await self._do("send", chat_id=chat_id, text=text, mode=more["parse_mode"], **_silence(more))

    async def edit_message_text(self, text: str, **more: Any) -> Sent:
        return await self._do("edit", message_id=more["message_id"], text=text)

    async def edit_message_reply_markup(self, **more: Any) -> Sent:
        return await self._do("strip", message_id=more["message_id"])

    async def delete_message(self, chat_id: int, message_id: int) -> Sent:
        return await self._do("remove", chat_id=chat_id, message_id=message_id)

    async def send_document(self, chat_id: int, content: Any, **more: Any) -> Sent:
        return await self._do("document", chat_id=chat_id, content=_bytes(content), **_named(more))

    async def send_photo(self, chat_id: int, content: Any, **more: Any) -> Sent:
        return await self._do("photo", chat_id=chat_id, content=_bytes(content), **_named(more))

    def done(self) -> list[str]:
        return [f"{method} {details.get('message_id') or details.get('text') or ''}" for method, details in self.calls]


def _bytes(content: Any) -> Any:
    """What arrives of an upload, which must still be open now; an id stays what it is."""
    if not isinstance(content, InputFile):
        return content
    assert not isinstance(content.input_file_content, bytes)
    return content.input_file_content.read()


def _silence(more: dict[str, Any]) -> dict[str, Any]:
    return {"silent": more["disable_notification"]}


def _named(more: dict[str, Any]) -> dict[str, Any]:
    return {"caption": more["caption"], "filename": more["filename"], **_silence(more)}


class Desk:
    """A delivery worker to be driven by hand."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.phone, self.clock = database, Phone(), TestClock()
        self.store = LocalFileStore(folder)
        self.tenure = Tenure(self.clock.monotonic)
        self.worker = DeliveryWorker(
            database,
            cast("TelegramClient", self.phone),
            self.store,
            BOT,
            self.clock,
            self.tenure,
            default_language="id",
            paced=False,
        )

    async def deliver(self, rounds: int = 1) -> int:
        """Claim what is due and deliver it, so many times; return how many rows that was."""
        count = 0
        for _ in range(rounds):
            lease_now = await self.database.lease_time()
            items = await self.database.write(
                lambda s, at=lease_now: sending.claim(s, BOT, self.clock.now(), at, LEASE, 10)  # type: ignore[misc]
            )
            for item in items:
                self.tenure.begin(item.fence, math.inf)
                await self.worker.deliver(item)
            count += len(items)
        return count

    async def show(self, card_id: int = 1, *, anew: bool = False) -> None:
        def body(session: Session) -> None:
            card = session.get_one(Card, card_id)
            card.wanted_revision += 1
            card.anew = card.anew or anew
            outbox.show_card(session, card, self.clock.now(), anew=anew)

        await self.database.write(body)

    async def say(self, template: str = "home", chat_id: int = ANA) -> None:
        await self.database.write(
            lambda s: outbox.say(
                s, bot_id=BOT, chat_id=chat_id, office_id=OFFICE, template=template, params={}, now=self.clock.now()
            )
        )

    async def card(self, card_id: int = 1) -> Card:
        return await self.database.read(lambda s: s.get_one(Card, card_id))

    async def rows(self) -> list[tuple[str, str, bool]]:
        def body(session: Session) -> list[tuple[str, str, bool]]:
            return [(r.kind, r.status, r.uncertain) for r in session.exec(select(Outbox).order_by(col(Outbox.id)))]

        return await self.database.read(body)


@pytest.fixture
def desk(sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    def card(session: Session, card_id: int, *, default_language: str, repeated: bool, **_more: Any) -> Rendered:
        assert default_language == "id"
        mark = " (ulang)" if repeated else ""
        return Rendered(f"card {card_id} r{session.get_one(Card, card_id).wanted_revision}{mark}")

    def message(_session: Session, template: str, _params: Any, **more: Any) -> Rendered:
        if template == "broken":
            raise KeyError(template)
        return Rendered(f"<b>{template}</b>" + (" (ulang)" if more["repeated"] else ""))

    monkeypatch.setattr(outgoing, "render_card", card)
    monkeypatch.setattr(outgoing, "render", message)
    return Desk(sqlite, tmp_path / "files")


async def test_a_card_is_sent_once_then_edited_then_moved(desk: Desk) -> None:
    await desk.show()
    await desk.deliver()
    assert (await desk.card()).message_id == 101
    await desk.show()
    await desk.deliver()
    await desk.show(anew=True)
    await desk.deliver(rounds=2)
    assert desk.phone.done() == ["send card 1 r2", "edit 101", "send card 1 r4", "strip 101"]
    card = await desk.card()
    assert (card.message_id, card.shown_revision, card.anew) == (103, 4, False)


async def test_revisions_in_between_are_not_shown(desk: Desk) -> None:
    await desk.show()
    await desk.deliver()
    for _ in range(5):
        await desk.show()
    assert await desk.deliver(rounds=3) == 1
    assert desk.phone.done() == ["send card 1 r2", "edit 101"]
    assert desk.phone.calls[-1][1]["text"] == "card 1 r7"


async def test_a_change_while_the_card_is_on_its_way_is_shown_next(desk: Desk) -> None:
    async def meanwhile() -> None:
        desk.phone.on_call = None
        await desk.show()

    desk.phone.on_call = meanwhile
    await desk.show()
    await desk.deliver(rounds=3)
    assert [details["text"] for _, details in desk.phone.calls] == ["card 1 r2", "card 1 r3"]
    assert (await desk.card()).shown_revision == 3


@pytest.mark.parametrize(("anew", "then"), [(True, ["send", "send", "strip"]), (False, ["send", "edit"])])
async def test_a_card_asked_for_anew_while_on_its_way_comes_anew(desk: Desk, anew: bool, then: list[str]) -> None:
    async def meanwhile() -> None:
        desk.phone.on_call = None
        await desk.show(anew=anew)

    desk.phone.on_call = meanwhile
    await desk.show(anew=True)
    await desk.deliver(rounds=4)
    assert [method for method, _ in desk.phone.calls] == then
    assert not (await desk.card()).anew


async def test_a_card_that_died_before_it_was_seen_is_not_sent(desk: Desk) -> None:
    await desk.show()

    def die(session: Session) -> None:
        session.get_one(Card, 1).live = False

    await desk.database.write(die)
    await desk.deliver()
    assert desk.phone.calls == []
    assert await desk.rows() == [("card", "skipped", False)]


async def test_a_card_that_moved_to_another_account_leaves_no_buttons_behind(desk: Desk) -> None:
    def move(session: Session) -> None:
        card = session.get_one(Card, 1)
        card.chat_id, card.message_id, card.anew = BUDI, None, True
        card.wanted_revision += 1
        outbox.show_card(session, card, NOW)

    async def meanwhile() -> None:
        desk.phone.on_call = None
        await desk.database.write(move)

    desk.phone.on_call = meanwhile
    await desk.show()
    await desk.deliver(rounds=3)
    assert sorted(desk.phone.done()) == ["send card 1 r2", "send card 1 r3", "strip 101"]
    assert {details["chat_id"] for method, details in desk.phone.calls if method == "send"} == {ANA, BUDI}
    assert (await desk.card()).shown_revision == 3


async def test_not_modified_is_a_success(desk: Desk) -> None:
    await desk.show()
    await desk.deliver()
    await desk.show()
    desk.phone.errors = [BadRequest("Message is not modified: specified new message content ...")]
    await desk.deliver()
    assert (await desk.card()).shown_revision == 3
    assert {status for _, status, _ in await desk.rows()} == {"sent"}


@pytest.mark.parametrize("words", ["Message to edit not found", "Message can't be edited"])
async def test_a_card_whose_message_is_gone_is_sent_anew(desk: Desk, words: str) -> None:
    await desk.show()
    await desk.deliver()
    await desk.show()
    desk.phone.errors = [BadRequest(words)]
    await desk.deliver(rounds=2)
    assert desk.phone.done() == ["send card 1 r2", "edit 101", "send card 1 r3"]
    assert (await desk.card()).message_id == 103


async def test_a_finished_card_whose_message_is_gone_stays_gone(desk: Desk) -> None:
    await desk.show()
    await desk.deliver()

    def die(session: Session) -> None:
        session.get_one(Card, 1).live = False

    await desk.database.write(die)
    await desk.show()
    desk.phone.errors = [BadRequest("Message to edit not found")]
    await desk.deliver(rounds=3)
    assert desk.phone.done() == ["send card 1 r2", "edit 101"]


@pytest.mark.parametrize("error", [NetworkError("The connection broke"), ServerFault("502")])
async def test_after_an_unknown_outcome_a_card_comes_again_marked(desk: Desk, error: TelegramError) -> None:
    desk.phone.errors = [error]
    await desk.show()
    await desk.deliver()
    assert await desk.deliver() == 0
    desk.clock.advance(3)
    await desk.deliver()
    assert [details["text"] for _, details in desk.phone.calls] == ["card 1 r2", "card 1 r2 (ulang)"]


async def test_an_edit_is_repeated_without_a_mark(desk: Desk) -> None:
    await desk.show()
    await desk.deliver()
    await desk.show()
    desk.phone.errors = [NetworkError("The connection broke")]
    await desk.deliver()
    desk.clock.advance(3)
    await desk.deliver()
    assert [details["text"] for _, details in desk.phone.calls[1:]] == ["card 1 r3", "card 1 r3"]


async def test_what_was_proven_unsent_is_repeated_without_a_mark(desk: Desk) -> None:
    desk.phone.errors = [Unsent("No connection"), Flood(4)]
    await desk.say()
    await desk.deliver()
    desk.clock.advance(1)
    await desk.deliver()
    assert await desk.deliver() == 0
    desk.clock.advance(4)
    await desk.deliver()
    assert [details["text"] for _, details in desk.phone.calls] == ["<b>home</b>"] * 3
    assert await desk.rows() == [("message", "sent", False)]


@pytest.mark.parametrize("error", [Unsent("No connection"), ServerFault("The server answered 502")])
async def test_a_long_outage_buries_nothing(desk: Desk, error: TelegramError) -> None:
    desk.phone.errors = [error] * 30
    await desk.say()
    for _ in range(31):
        await desk.deliver()
        desk.clock.advance(600)
    assert await desk.rows() == [("message", "sent", isinstance(error, ServerFault))]


async def test_what_alone_fails_at_the_server_is_given_up_in_the_end(desk: Desk) -> None:
    await desk.say()
    for _ in range(8):
        assert (await desk.rows())[0][1] == "queued"
        desk.phone.errors = [ServerFault("The server answered 500"), None]
        await desk.say(chat_id=BUDI)
        await desk.deliver()
        desk.clock.advance(600)
    assert await desk.rows() == [("message", "dead", True), *[("message", "sent", False)] * 8]


async def test_an_outcome_that_stays_unknown_is_given_up_in_the_end(desk: Desk) -> None:
    desk.phone.errors = [NetworkError("The connection broke")] * 100
    await desk.say()
    for _ in range(20):
        await desk.deliver()
        desk.clock.advance(600)
    assert await desk.rows() == [("message", "dead", True)]
    assert len(desk.phone.calls) == 8


async def test_a_reminder_with_unknown_outcome_is_not_repeated(desk: Desk) -> None:
    desk.phone.errors = [NetworkError("The connection broke")]
    await desk.say("unit_reminder")
    await desk.deliver()
    desk.clock.advance(3)
    await desk.deliver()
    assert len(desk.phone.calls) == 1
    assert await desk.rows() == [("message", "skipped", True)]


async def test_what_a_dead_process_was_sending_is_repeated_marked(desk: Desk) -> None:
    await desk.show()
    lease_now = await desk.database.lease_time()
    await desk.database.write(lambda s: sending.claim(s, BOT, NOW, lease_now, LEASE, 10))
    await desk.database.write(lambda s: outbox.recover(s, BOT, sending.hold(s, BOT, lease_now, "another"), NOW))
    await desk.deliver()
    assert desk.phone.done() == ["send card 1 r2 (ulang)"]


@pytest.mark.parametrize("error", [Forbidden("Forbidden: bot was blocked by the user"), BadRequest("Chat not found")])
async def test_a_chat_that_cannot_be_reached_is_held_and_told_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: TelegramError
) -> None:
    told: list[int] = []
    monkeypatch.setattr(notices, "unreachable", lambda _s, _bot, chat_id, _now: told.append(chat_id))
    desk.phone.errors = [error]
    await desk.show()
    await desk.say()
    await desk.deliver(rounds=3)
    assert told == [ANA]
    assert [status for _, status, _ in await desk.rows()] == ["held", "held"]
    assert not await desk.database.read(lambda s: s.get_one(Chat, (BOT, ANA)).reachable)
    await desk.database.write(lambda s: outbox.release_chat(s, BOT, ANA, NOW))
    await desk.deliver(rounds=2)
    assert desk.phone.done()[1:] == ["send card 1 r2", "send <b>home</b>"]


async def test_markup_that_telegram_refuses_is_said_plainly(desk: Desk) -> None:
    desk.phone.errors = [BadRequest("Can't parse entities: unclosed start tag")]
    await desk.say("hello")
    await desk.deliver()
    assert [(details["text"], details["mode"]) for _, details in desk.phone.calls] == [
        ("<b>hello</b>", "HTML"),
        ("hello", None),
    ]
    assert await desk.rows() == [("message", "sent", False)]


@pytest.mark.parametrize("template", ["broken", "refused"])
async def test_what_cannot_be_said_is_put_aside_and_the_next_goes_out(desk: Desk, template: str) -> None:
    desk.phone.errors = [BadRequest("Message is too long")] if template == "refused" else []
    await desk.say(template)
    await desk.say("next")
    await desk.deliver(rounds=2)
    assert [status for _, status, _ in await desk.rows()] == ["dead", "sent"]
    (dead,) = await desk.database.read(outbox.list_dead)
    assert dead.error


async def test_two_refused_chats_let_the_bot_rest(desk: Desk) -> None:
    desk.phone.errors = [Flood(9), Flood(9)]
    await desk.say()
    await desk.say(chat_id=BUDI)
    await desk.deliver()
    assert desk.worker._pacing.rest() == 9


async def add_file(
    desk: Desk, form: str, *, bot_id: int = BOT, content: bytes = b"%PDF-1.7", size: int | None = None
) -> None:
    sha256, length = await desk.store.put(content)

    def body(session: Session) -> None:
        file = File(
            id=1, office_id=OFFICE, official_id=1, received_at=NOW, bot_id=bot_id, chat_id=ANA, message_id=1,
            telegram_file_id="remote", form=form, name="Laporan.pdf", size=size or length, sha256=sha256,
            status="stored", due_at=NOW,
        )  # fmt: skip
        session.add(file)
        session.flush()
        outbox.send_document(session, bot_id=BOT, chat_id=BUDI, office_id=OFFICE, file_id=1, now=NOW)

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


async def test_an_uncertain_file_is_marked(desk: Desk) -> None:
    await add_file(desk, "document")
    desk.phone.errors = [NetworkError("The connection broke")]
    await desk.deliver()
    desk.clock.advance(3)
    await desk.deliver()
    assert [details["caption"] for _, details in desk.phone.calls] == [None, "(ulang)"]


async def test_the_running_worker_delivers_and_stops(desk: Desk) -> None:
    await desk.say()
    await desk.say(chat_id=BUDI)
    lease_now = await desk.database.lease_time()
    desk.tenure.begin(await desk.database.write(lambda s: sending.hold(s, BOT, lease_now)), math.inf)
    stopping = asyncio.Event()
    running = asyncio.create_task(desk.worker.run(stopping))
    for _ in range(200):
        if len(desk.phone.calls) == 2:
            break
        await asyncio.sleep(0.02)
    stopping.set()
    await asyncio.wait_for(running, 5)
    assert await desk.rows() == [("message", "sent", False)] * 2


async def queue_digest(desk: Desk, not_after: datetime) -> None:
    await desk.database.write(
        lambda s: outbox.say(
            s, bot_id=BOT, chat_id=ANA, office_id=OFFICE, template="digest", params={}, now=desk.clock.now(),
            not_after=not_after,
        )
    )  # fmt: skip


async def test_a_digest_waits_for_working_time_and_takes_the_place_of_the_last(desk: Desk) -> None:
    desk.clock.time = datetime(2027, 1, 13, 5, 10, tzinfo=UTC)  # Wednesday, 12.10 WIB: the break
    await queue_digest(desk, datetime(2027, 1, 13, 9, tzinfo=UTC))
    assert await desk.deliver() == 1
    assert desk.phone.done() == []
    assert await desk.deliver() == 0
    desk.clock.time = datetime(2027, 1, 13, 6, 0, tzinfo=UTC)
    await desk.deliver()
    await queue_digest(desk, datetime(2027, 1, 13, 9, tzinfo=UTC))
    await desk.deliver(2)
    assert desk.phone.done() == ["send <b>digest</b>", "send <b>digest</b>", "remove 101"]


async def test_a_digest_is_not_said_after_its_day_nor_repeated(desk: Desk) -> None:
    desk.clock.time = datetime(2027, 1, 13, 8, 59, tzinfo=UTC)
    await queue_digest(desk, datetime(2027, 1, 13, 8, tzinfo=UTC))
    await desk.deliver()
    assert desk.phone.done() == []
    desk.phone.errors = [TimedOut()]
    await queue_digest(desk, datetime(2027, 1, 13, 9, tzinfo=UTC))
    await desk.deliver()
    desk.clock.advance(30)
    await desk.deliver()
    assert desk.phone.done() == ["send <b>digest</b>"]
    assert [status for _, status, _ in await desk.rows()] == ["skipped", "skipped"]


async def remind(desk: Desk, *, change: bool = False) -> None:
    """Ask for a card as a reminder, and perhaps for a change of it too."""

    def body(session: Session) -> None:
        card = session.get_one(Card, 1)
        card.wanted_revision += change
        now = desk.clock.now()
        outbox.show_card(session, card, now, reminder="deadline", not_after=now + timedelta(hours=1))

    await desk.database.write(body)


async def on_the_phone(desk: Desk) -> None:
    """Bring card 1 to the phone, on a Wednesday at 08.00 WIB."""
    desk.clock.time = datetime(2027, 1, 13, 1, 0, tzinfo=UTC)
    await desk.database.write(lambda s: setattr(s.get_one(Task, s.get_one(Card, 1).task_id), "status", "open"))
    await desk.show()
    await desk.deliver()
    desk.clock.advance(3600)
    desk.phone.calls.clear()


async def test_a_reminder_replaces_the_one_before_it(desk: Desk) -> None:
    await on_the_phone(desk)
    for _ in range(2):
        await remind(desk)
        await desk.deliver(2)
        desk.clock.advance(3600)
    assert [method for method, _ in desk.phone.calls] == ["send", "strip", "send", "remove"]
    card = await desk.card()
    assert (card.reminder, card.sent_as_reminder) == ("deadline", True)


async def test_a_reminder_of_unknown_outcome_is_dropped_but_the_change_it_came_with_is_shown(desk: Desk) -> None:
    await on_the_phone(desk)
    first = (await desk.card()).message_id
    desk.phone.errors = [TimedOut()]
    await remind(desk, change=True)
    await desk.deliver()
    desk.clock.advance(30)
    await desk.deliver()
    assert [method for method, _ in desk.phone.calls] == ["send", "edit"]
    card = await desk.card()
    assert (card.message_id, card.reminder, card.sent_as_reminder) == (first, "", False)
    assert card.shown_revision == card.wanted_revision


async def test_a_reminder_found_after_its_hour_or_after_closing_is_not_sent(desk: Desk) -> None:
    await on_the_phone(desk)
    await remind(desk)
    desk.clock.advance(3601)
    await desk.deliver()
    desk.clock.time = datetime(2027, 1, 13, 8, 30, tzinfo=UTC)
    await remind(desk)
    desk.clock.advance(1801)  # half past, 16.00: closed
    await desk.deliver()
    assert desk.phone.calls == []
    assert [status for _, status, _ in await desk.rows()][-2:] == ["skipped", "skipped"]
