"""Reminders on real phones: the card itself, once, replaced and not piled up; one digest after a long absence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from simulator.faults import Fault
from simulator.records import Message
from storage.tables import Card, Outbox, Timer
from tests.e2e.conftest import Opened
from tests.e2e.office import Office
from tests.e2e.phone import Phone

SOP = "sumbang-pengukuran-kinerja"
REMINDER = "Pengingat,"
DIGEST = "Pengingat:"
CHECKPOINT = "Titik periksa rekam jejak"


async def begun(open_office: Opened) -> Office:
    """Return an office whose Camat has a run to order, on Monday 4 January at 08.00 WIB."""
    office = await open_office(SOP, accept_suggestions="true")
    camat = office.phones.camat
    await camat.says("/mulai")
    await camat.taps("TW IV 2026")
    await camat.taps("Mulai")
    await camat.offered("Perintahkan")
    await office.quiet()
    return office


async def until(office: Office, local: str) -> None:
    """Let the time pass until a local time of January 2027, from one thing that is due to the next."""
    end = datetime.strptime(f"2027-01-{local} +0700", "%Y-%m-%d %H.%M %z").astimezone(UTC)
    while True:
        await office.quiet()
        assert office.pandu is not None
        coming = [at for at in await office.read(_coming) if at < end]
        if not coming:
            break
        office.clock.advance(max(min(coming) - office.clock.now(), timedelta()))
        office.pandu.timers.wake()
        office.pandu.delivery.wake()
    office.clock.advance(max(end - office.clock.now(), timedelta()))


def _coming(session: Session) -> list[datetime]:
    queued = session.exec(select(Outbox.due_at).where(Outbox.status == "queued")).all()
    return [*session.exec(select(Timer.fire_at)).all(), *queued]


def reminders(phone: Phone) -> list[Message]:
    return [message for message in phone.received if message.content.startswith(REMINDER)]


def digests(phone: Phone) -> list[Message]:
    return [message for message in phone.received if message.content.startswith(DIGEST)]


async def card(office: Office) -> Card:
    return await office.read(lambda session: session.exec(select(Card)).one())


async def test_a_reminder_is_the_card_sent_anew_with_a_sound_and_its_own_buttons(open_office: Opened) -> None:
    office = await begun(open_office)
    camat = office.phones.camat
    first = (await card(office)).message_id
    await until(office, "04 08.55")
    assert reminders(camat) == []
    await until(office, "04 09.30")
    (reminder,) = reminders(camat)
    assert "Perintahkan" in reminder.captions
    assert not reminder.silent
    assert (await card(office)).message_id == reminder.id != first
    assert [message.id for message in camat.received if "Perintahkan" in message.captions] == [reminder.id]


async def test_ten_days_away_end_in_one_honest_digest(open_office: Opened) -> None:
    office = await begun(open_office)
    camat = office.phones.camat
    before = len(camat.received)
    await office.stop()
    office.clock.advance(timedelta(days=10, hours=2))  # Thursday 14 January at 10.00
    await office.start()
    await until(office, "14 15.50")
    said = [message for message in camat.received[before:] if CHECKPOINT not in message.content]
    assert [message.content.partition(" ")[0] for message in said] == [DIGEST], camat.text()
    assert "4 Jan" in said[0].content, "since when the bot was away"
    assert reminders(camat) == []
    for phone in office.phones.phones.values():
        assert len(digests(phone)) <= 1
    await until(office, "15 16.00")
    (digest,) = digests(camat)
    assert digest.id != said[0].id, "the next morning's takes its place"


async def test_after_an_unknown_outcome_the_next_slot_covers_it(open_office: Opened) -> None:
    office = await begun(open_office)
    camat = office.phones.camat
    await until(office, "04 08.45")  # the morning's checkpoint is over
    office.simulator.faults.add(Fault(kind="drop_after", method="sendMessage", chat_id=camat.user_id))
    await until(office, "04 15.00")
    assert len(reminders(camat)) == 1, "it arrived, and is not sent again"
    row = await card(office)
    assert not row.sent_as_reminder
    assert row.reminder == ""
    await camat.taps("Perintahkan")
    await camat.says("Mohon segera dikerjakan")
    await camat.taps("Ya, kirim")
    await office.quiet()
    changed = next(message for message in camat.received if message.id == row.message_id)
    assert "Tarik kembali" in changed.captions, "the card itself still changes"


async def test_a_digest_of_unknown_outcome_is_not_repeated_over_restarts(open_office: Opened) -> None:
    office = await begun(open_office)
    camat = office.phones.camat
    await until(office, "06 07.25")  # Tuesday is Isra Mikraj
    office.simulator.faults.add(Fault(kind="drop_after", method="sendMessage", chat_id=camat.user_id))
    await until(office, "06 08.00")
    await office.restart()
    await until(office, "06 16.00")
    assert len(digests(camat)) == 1
    await until(office, "07 16.00")
    assert len(digests(camat)) == 2, "nobody knows the first one's id, so it stays"


async def test_a_card_is_silent_outside_working_time(open_office: Opened) -> None:
    office = await open_office(SOP, accept_suggestions="true")
    camat = office.phones.camat
    office.clock.advance(timedelta(hours=12))
    await camat.says("/mulai")
    await camat.taps("TW IV 2026")
    await camat.taps("Mulai")
    await camat.offered("Perintahkan")
    assert (await camat.sees("Perintah")).silent


async def test_the_heads_delay_is_told_to_the_secretary_alone(open_office: Opened) -> None:
    office = await begun(open_office)
    await until(office, "08 16.30")
    p = office.phones
    assert "mengingatkan Bapak Camat" in digests(p.sekcam)[-1].content
    for name in ("pemerintahan", "trantib", "pengelola", "kasubag", "staf"):
        assert digests(p.phones[name]) == []


async def test_a_blocked_official_is_told_of_at_once_but_not_at_night(open_office: Opened) -> None:
    office = await begun(open_office)
    p = office.phones
    await p.camat.taps("Perintahkan")
    await p.camat.says("Mohon segera dikerjakan")
    await p.camat.taps("Ya, kirim")
    await p.sekcam.offered("Lihat langkah")
    await office.quiet()
    office.clock.advance(timedelta(hours=10))
    await p.sekcam.blocks()
    await office.quiet()
    told = await office.read(_unreachable)
    assert told, "the head is told"
    assert {at.astimezone(UTC) for at in told} == {datetime(2027, 1, 6, 0, 30, tzinfo=UTC)}, "when the office opens"


def _unreachable(session: Session) -> list[datetime]:
    rows = select(Outbox.due_at).where(Outbox.template == "unreachable", col(Outbox.status) == "queued")
    return list(session.exec(rows))


async def test_a_digest_too_old_to_be_deleted_loses_its_buttons(open_office: Opened) -> None:
    office = await begun(open_office)
    camat = office.phones.camat
    await until(office, "06 08.00")  # Tuesday is Isra Mikraj
    (old,) = digests(camat)
    assert old.captions
    office.simulator.clock.advance(timedelta(hours=49))
    await until(office, "07 08.00")
    first, second = digests(camat)
    assert (first.id, first.captions) == (old.id, [])
    assert second.captions
