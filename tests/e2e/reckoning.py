"""What must be true of an office after any trouble: nothing lost, nothing twice, every repetition marked."""

from __future__ import annotations

from collections import Counter

from sqlmodel import Session, col, select

from messages.render import REPEATED
from simulator import Simulator
from simulator.records import Message
from storage import audit
from storage.tables import Card, File, Inbox, Outbox, Run, Submission, Task
from tests.e2e import busy_day
from tests.e2e.office import Office
from tests.e2e.phone import Phone, Town
from workflow.verbs import Press, Verb, parse

MARK = REPEATED["id"]
REMINDER = "masih ditunggu sejak"
NEVER_REPEATED = (REMINDER, "Titik periksa rekam jejak")
"""The next one covers it."""


async def all_is_done_once(office: Office, *, unknown: int, last: int = busy_day.LAST) -> None:
    """Check the office after :func:`tests.e2e.busy_day.play`.

    ``unknown``: of so many calls nobody knew whether Telegram had carried them out.
    """
    await office.read(lambda session: _records(session, last))
    assert await office.open_tasks() == [(last + 1, "work", "")]
    assert await office.faults("sumbang") == []
    assert await office.read(lambda session: audit.verify(session, "sumbang")) == []
    sent = await office.read(known)
    unknown_to_us: set[tuple[int, int]] = set()
    repeated = reminded = 0
    for phone in office.phones.phones.values():
        mine = strays(phone, sent)
        unknown_to_us |= {(phone.user_id, message.id) for message in mine}
        repeated += marked(office.simulator, phone)
        for stray in mine:
            is_repeated(phone, stray)
        reminded += _reminders(phone)
    if last == busy_day.LAST:
        # One was asked for; where its outcome is unknown it is not sent again.
        assert reminded == 1 or (unknown and not reminded), reminded
    assert len(unknown_to_us) <= unknown, (unknown_to_us, unknown)
    assert repeated <= unknown, (repeated, unknown)
    cards = await office.read(lambda session: open_cards(session, "sumbang"))
    every_open_task_has_one_card(office.phones, cards, unknown_to_us)


def _records(session: Session, last: int) -> None:
    assert [run.number for run in session.exec(select(Run))] == [1]
    submitted = Counter(map(tuple, session.exec(select(Submission.step, Submission.verb)).all()))
    assert submitted == {(step, verb): n for (step, verb), n in busy_day.SUBMITTED.items() if step <= last}
    files = session.exec(select(File.name, File.status)).all()
    assert sorted(name for name, _ in files) == sorted(n for n, step in busy_day.FILES.items() if step <= last)
    assert {status for _, status in files} == {"stored"}
    if last == busy_day.LAST:
        said = session.exec(select(Outbox.template).where(Outbox.kind == "message")).all()
        assert Counter(said) == busy_day.SAID
    assert {row.status for row in session.exec(select(Inbox))} == {"done"}
    assert {row.status for row in session.exec(select(Outbox))} <= {"sent", "skipped"}


def known(session: Session) -> set[tuple[int, int]]:
    """The messages that the bot knows to have sent: chat and message."""
    sent = session.exec(select(Outbox.chat_id, Outbox.message_id).where(Outbox.status == "sent")).all()
    cards = session.exec(select(Card.chat_id, Card.message_id)).all()
    return {(chat, message) for chat, message in [*sent, *cards] if message is not None}


def strays(phone: Phone, sent: set[tuple[int, int]]) -> list[Message]:
    """The messages on a phone that the bot does not know to have sent."""
    return [message for message in phone.received if (phone.user_id, message.id) not in sent]


def _first_words(phone: Phone, message: Message) -> tuple[str | None, str]:
    """What a message said when it came, without the mark, and the name of its file."""
    return phone.simulator.file_name(message), " ".join(at_first(message).replace(MARK, "").split())


def at_first(message: Message) -> str:
    """What a message said when it came."""
    return message.versions[0].text if message.versions else message.content


def is_repeated(phone: Phone, stray: Message) -> None:
    """A message the bot knows nothing of came again, and said so; but a reminder did not come again."""
    later = [message for message in phone.received if message.id > stray.id]
    same = [message for message in later if _first_words(phone, message) == _first_words(phone, stray)]
    if any(words in stray.content for words in NEVER_REPEATED):
        assert not same, phone.text()
        return
    assert any(MARK in at_first(message) for message in later), phone.text()
    assert not same or MARK in at_first(same[0]), phone.text()


def marked(simulator: Simulator, phone: Phone) -> int:
    """Count the messages that came to a phone with the mark of a repetition."""
    calls = simulator.journal.calls(chat_id=phone.user_id)
    sent = [call for call in calls if call.method in ("sendMessage", "sendDocument", "sendPhoto") and call.answer]
    return sum(
        MARK in f"{call.params.get('text')}{call.params.get('caption')}" for call in sent if (call.answer or {})["ok"]
    )


def _reminders(phone: Phone) -> int:
    return sum(REMINDER in message.content for message in phone.received if message.text)


def every_open_task_has_one_card(phones: Town, cards: list[Card], strays: set[tuple[int, int]]) -> None:
    """Each of these cards stands on its phone as it should look now, and once."""
    assert cards
    for card in cards:
        phone = phones[card.chat_id]
        assert card.shown_revision == card.wanted_revision, card
        shown = [m.id for m in phone.received if card.task_id in _tasks_on(m)]
        assert [m for m in shown if (phone.user_id, m) not in strays] == [card.message_id], phone.text()


def open_cards(session: Session, office_id: str) -> list[Card]:
    """The cards of an office's open tasks."""
    statement = select(Card).join(Task, col(Task.id) == Card.task_id)
    return list(session.exec(statement.where(Card.office_id == office_id, Task.status == "open", col(Card.live))).all())


def _tasks_on(message: Message) -> set[int]:
    presses = [parse(button.get("callback_data", "")) for row in message.keyboard for button in row]
    return {press.id for press in presses if isinstance(press, Press) and press.verb in set(Verb)}
