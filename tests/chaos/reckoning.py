"""What must be true when the storm is over: nothing lost, nothing twice, every repetition marked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

from sqlmodel import Session, col, select

from storage import audit
from storage.outbox import REMINDER_OF
from storage.tables import AuditEvent, Card, File, Inbox, Outbox, Run, Submission, Task
from tests.chaos.installation import BLOCKS, Installation, Office
from tests.e2e import busy_day
from tests.e2e.reckoning import every_open_task_has_one_card, is_repeated, known, marked, open_cards, strays

REMINDERS = ("unit_reminder", "meeting_reminder", "personal_reminder", "digest")


@dataclass(slots=True)
class Account:
    """What the storm did, and what came of it."""

    offices: int = 0
    submissions: int = 0
    files: int = 0
    events: int = 0
    updates: int = 0
    messages: int = 0
    reminders: int = 0
    repeats: int = 0
    unknown: int = 0
    troubles: Counter[str] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        """The account in words."""
        storm = ", ".join(f"{number} x {what}" for what, number in sorted(self.troubles.items()))
        return [
            f"troubles: {storm}",
            f"{self.offices} offices: {self.updates} updates handled, each once",
            f"{self.submissions} actions on record, each once; {self.events} events in whole chains",
            f"{self.files} files stored and whole",
            f"{self.messages} messages known to be sent; {self.repeats} repeats, all marked",
            f"{self.unknown} unknown outcomes; {self.reminders} reminders, none twice",
        ]


async def settle(installation: Installation, last: int) -> Account:
    """Check every office after the day; return what was counted."""
    account = Account(offices=len(installation.offices))
    account.unknown = await installation.read(_unknown)
    await installation.read(lambda session: _queues(session, account))
    sent = await installation.read(known)
    stray: set[tuple[int, int]] = set()
    for office in installation.offices:
        await installation.read(partial(_records, office=office, last=last, account=account))
        assert await office.open_tasks() == [(last + 1, "work", "")]
        assert await office.faults(office.id) == []
        assert await installation.read(partial(audit.verify, office_id=office.id)) == []
        for phone in office.phones.phones.values():
            mine = strays(phone, sent)
            stray |= {(phone.user_id, message.id) for message in mine}
            for message in mine:
                is_repeated(phone, message)
            account.repeats += marked(installation.simulator, phone)
            meant = await installation.read(partial(_reminders, chat_id=phone.user_id))
            came = _reminders_received(installation, phone.user_id)
            assert came <= meant, phone.text()
            account.reminders += came
        cards = await installation.read(partial(open_cards, office_id=office.id))
        every_open_task_has_one_card(office.phones, cards, stray)
    assert len(stray) <= account.unknown, (stray, account.unknown)
    assert account.repeats <= account.unknown, (account.repeats, account.unknown)
    account.messages = len(sent)
    return account


def _unknown(session: Session) -> int:
    """Count how often what was being sent was queued again without knowing what became of it."""
    count: int = session.connection().exec_driver_sql("SELECT count(*) FROM chaos_unknown").scalar_one()
    return count


def _queues(session: Session, account: Account) -> None:
    """Every update was handled once and none given up; everything was said that had to be."""
    rows = session.exec(select(Inbox.update_id, Inbox.status, Inbox.error)).all()
    assert {status for _, status, _ in rows} == {"done"}, [row for row in rows if row[1] != "done"]
    account.updates = len(rows)
    dead = session.exec(select(Outbox.id, Outbox.kind, Outbox.template, Outbox.error).where(Outbox.status == "dead"))
    assert list(dead) == []
    assert session.exec(select(Outbox.id).where(col(Outbox.status).in_(("sending", "held")))).all() == []


def _records(session: Session, office: Office, last: int, account: Account) -> None:
    assert [run.number for run in session.exec(select(Run).where(Run.office_id == office.id))] == [1]
    verbs = session.exec(select(Submission.step, Submission.verb).where(Submission.office_id == office.id)).all()
    submitted = Counter(map(tuple, verbs))
    assert submitted == {(step, verb): n for (step, verb), n in busy_day.SUBMITTED.items() if step <= last}
    account.submissions += submitted.total()
    files = session.exec(select(File).where(File.office_id == office.id)).all()
    assert sorted(file.name for file in files) == sorted(n for n, step in busy_day.FILES.items() if step <= last)
    for file in files:
        digest = file.sha256 or ""
        place = office.installation.folder / "files" / digest[:2] / digest[2:4] / digest
        assert file.status == "stored"
        assert sha256(place.read_bytes()).hexdigest() == digest
    account.files += len(files)
    account.events += len(session.exec(select(AuditEvent.seq).where(AuditEvent.office_id == office.id)).all())
    said = session.exec(
        select(Outbox.template).where(
            Outbox.office_id == office.id, Outbox.kind == "message", Outbox.chat_id != office.people[BLOCKS],
            col(Outbox.template).in_(list(busy_day.SAID)),
        )
    ).all()  # fmt: skip
    if last == busy_day.LAST:
        assert Counter(said) == busy_day.SAID | {"home": len(office.people) - 1}
    _every_holder_was_told(session, office)


def _every_holder_was_told(session: Session, office: Office) -> None:
    """Every task that ever became due has a card with each holder; each was sent, or overtaken before it could be."""
    opened = session.exec(select(Task).where(Task.office_id == office.id, Task.activation > 0)).all()
    for task in opened:
        cards = session.exec(select(Card).where(Card.task_id == task.id)).all()
        assert cards, task
        reachable = [card for card in cards if card.chat_id != office.people[BLOCKS]]
        assert all(card.message_id is not None for card in reachable), (task, cards)


def _reminders(session: Session, chat_id: int) -> int:
    """Count the reminders that a chat was to get; no two are for the same occasion."""
    rows = session.exec(select(Outbox).where(Outbox.chat_id == chat_id)).all()
    slots = [(row.card_id, row.params[REMINDER_OF], row.created_at) for row in rows if row.params.get(REMINDER_OF)]
    assert len(slots) == len(set(slots))
    return len(slots) + sum(row.template in REMINDERS for row in rows)


def _reminders_received(installation: Installation, chat_id: int) -> int:
    calls = installation.simulator.journal.calls("sendMessage", chat_id=chat_id)
    came = [call for call in calls if (call.answer or {}).get("ok")]
    return sum("<b>Pengingat" in str(call.params.get("text")) for call in came)
