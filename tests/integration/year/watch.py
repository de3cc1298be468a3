"""Every evening, and at the year's end: is anything orphaned, left behind, or recorded as it was not?

Reckoned from the book of events alone and held against Pandu's rows and what the phones show.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from storage import checkpoint
from storage.checkpoint import Checkpoint
from storage.tables import AuditEvent, Card, Delegation, Official, Run, Seat, Submission, Task
from tests.integration.quarter.phones import Message
from tests.integration.quarter.world import World
from tests.integration.year.book import Book, Standing, Wanted
from tests.integration.year.office import ADMIN, OFFICE, ZONE
from workflow import audit_replay

INVITATION = "invitation"
LIVE = ("open", "waived")
ACTING = {
    "do", "decide", "return", "keep", "nil", "tick", "reuse", "replace", "last", "ack", "receive", "attend", "remind",
    "resched", "calloff", "waive",
}  # fmt: skip
"""Verbs on buttons that only whoever owes the task is to see."""
OF_MEETINGS = ("attend", "resched", "calloff")
VACANT = ("vacant_seat", "post_vacant")
AT_ONCE = timedelta(minutes=1)


@dataclass
class Watch:
    """Looks at the office each evening; ``faults`` in words, ``seen`` how often each promise was put to the test."""

    world: World
    book: Book
    faults: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    names: dict[int, str] = field(default_factory=dict)
    notes: list[tuple[datetime, str]] = field(default_factory=list)
    """What an evening showed that is worth a line: tasks that wait for a post, or for somebody out of reach."""
    _running: set[int] = field(default_factory=set)
    _acts: set[tuple[datetime, int | None]] = field(default_factory=set)

    def each_evening(self) -> None:
        """Look at everything whenever a day is over on which anything happened."""
        self.world.on_passing = self._passing

    def _passing(self, coming: datetime) -> None:
        if coming.astimezone(ZONE).date() != self.world.now.astimezone(ZONE).date():
            self.world.store.write(self._look)

    def _look(self, session: Session) -> None:
        self.names = {row.id or 0: row.name for row in session.exec(select(Official))}
        self._seats(session)
        tasks = self._open_tasks(session)
        cards = self._cards(session, tasks)
        owing = {task.id or 0: self.book.owing(self.wanted(task), self.world.now) for task in tasks}
        late = self.world.now.astimezone(ZONE).replace(hour=23, minute=59)
        before = self.seen["vacant"], self.seen["unreachable"]
        for task in tasks:
            if task.status == "open" and task.sending is None:
                self._task(task, owing[task.id or 0], cards)
        for count, words in zip(
            (self.seen["vacant"] - before[0], self.seen["unreachable"] - before[1]),
            (
                "tugas menunggu jabatan yang lowong; admin sudah diberi tahu",
                "tugas menunggu pejabat yang tidak terhubung",
            ),
            strict=True,
        ):
            if count:
                self.notes.append((late, f"malam ini {count} {words}"))
        self._phones({task.id or 0: task for task in tasks}, owing)

    def _seats(self, session: Session) -> None:
        """Every period has begun and ended by itself, on its day."""
        rows = session.exec(select(Seat).where(Seat.office_id == OFFICE, col(Seat.held).is_(True)))
        held = Counter(
            (self.names[row.official_id], row.role, row.unit_id, str(row.capacity),
             self.names.get(row.principal_id or 0, ""), row.order_number or "")
            for row in rows
        )  # fmt: skip
        terms = self.book.held(self.world.now)
        meant = Counter((one.who, *one.post, one.capacity, one.principal, one.order) for one in terms)
        if held != meant:
            self._fault(f"posts are held otherwise than appointed: {held - meant} for {meant - held}")
        passing = session.exec(select(Delegation).where(Delegation.office_id == OFFICE, col(Delegation.held).is_(True)))
        given = {(self.names[row.from_id], self.names[row.to_id]) for row in passing}
        wanted = {(one.giver, one.receiver) for one in self.book.delegations(self.world.now)}
        if given != wanted:
            self._fault(f"delegated is {given}, meant was {wanted}")
        self.seen["acting"] += any(one.capacity != "definitif" for one in terms)
        self.seen["two hats"] += len({one.who for one in terms}) < len(terms)
        self.seen["delegated"] += bool(wanted)

    def _open_tasks(self, session: Session) -> list[Task]:
        query = select(Task).join(Run, col(Run.id) == Task.run_id)
        query = query.where(Run.office_id == OFFICE, Run.status == "open")
        tasks = list(session.exec(query))
        self._running = {task.id or 0 for task in tasks}
        return [task for task in tasks if task.status in LIVE]

    def _cards(self, session: Session, tasks: list[Task]) -> dict[tuple[int, str], Card]:
        ids = [task.id for task in tasks]
        rows = session.exec(select(Card).where(col(Card.task_id).in_(ids), col(Card.live).is_(True)))
        return {(card.task_id, self.names[card.official_id]): card for card in rows}

    def wanted(self, task: Task) -> Wanted:
        """Return what a task asks for."""
        invited = self.names[int(task.subject)] if task.part == INVITATION else ""
        return Wanted(tuple(task.roles), task.unit_id, invited)

    def _task(self, task: Task, owing: dict[str, Standing], cards: dict[tuple[int, str], Card]) -> None:
        now = self.world.now
        if not owing:
            self._vacant(task)
            return
        reached = [who for who in owing if self.book.reachable(who, now)]
        if not reached:
            self._out_of_reach(task, list(owing))
        for who in reached:
            card = cards.get((task.id or 0, who))
            message = self._shown(card, who)
            if message is None or not any(_is_about(data, task) for data in message.buttons.values()):
                self._fault(f"{_named(task)} is on no card of {who}, who owes it as {owing[who].title}")
            self.seen["card in place"] += 1

    def _out_of_reach(self, task: Task, owing: list[str]) -> None:
        """Nobody who owes a task can be reached: the admin has been told since they went."""
        self.seen["unreachable"] += 1
        since = min(
            begins for who, begins, ends in self.book.blocked if who in owing and begins <= self.world.now < ends
        )
        admin = self.book.chat(ADMIN, since)
        if not any(s.template == "unreachable" and s.chat == admin and s.at >= since for s in self.world.sent):
            self._fault(f"{_named(task)} is with {owing}, who cannot be reached, and the admin was not told")

    def _shown(self, card: Card | None, who: str) -> Message | None:
        if card is None or card.message_id is None or card.chat_id != self.book.chat(who, self.world.now):
            return None
        return self.world.phone(card.chat_id).messages.get(card.message_id)

    def _vacant(self, task: Task) -> None:
        """Nobody owes a task: the admin was told the very minute that it came to be so."""
        if task.part == INVITATION:
            return
        assert task.opened_at is not None
        since = max(task.opened_at, self.book.vacant_since(self.wanted(task), self.world.now))
        admin = self.book.chat(ADMIN, since)
        told = [
            sent for sent in self.world.sent
            if sent.template in VACANT and sent.chat == admin and since <= sent.at <= since + AT_ONCE
        ]  # fmt: skip
        self.seen["vacant"] += 1
        if not told:
            self._fault(f"{_named(task)} has nobody since {since}, and the admin was not told")

    def _phones(self, tasks: dict[int, Task], owing: dict[int, dict[str, Standing]]) -> None:
        """Nobody is left with a button for what is not theirs, or is not as it was when the button was made."""
        for chat, phone in self.world.phones.items():
            who = self.book.person(chat, self.world.now)
            if who and not self.book.reachable(who, self.world.now):
                continue  # what stands on a phone that cannot be reached is put right when it can
            for message in phone.messages.values():
                for caption, data in message.buttons.items():
                    verb, task_id, activation = [*data.split(":"), "", ""][:3]
                    if verb not in ACTING:
                        continue
                    task = tasks.get(int(task_id))
                    self.seen["button in place"] += 1
                    if verb in OF_MEETINGS and int(task_id) in self._running:
                        continue  # answered, moved or called off until it begins, though the step is done
                    if not who:
                        self._fault(f"{chat} is nobody's phone, but still shows [{caption}]")
                    elif task is None:
                        self._fault(f"{who} still has [{caption}] for task {task_id}, which is over")
                    elif who not in owing[task.id or 0]:
                        self._fault(f"{who} has [{caption}] for {_named(task)}, which is not theirs")
                    elif int(activation) != task.activation:
                        self._fault(f"{who} has [{caption}] for an earlier opening of {_named(task)}")

    # At the end

    def at_the_end(self) -> None:
        """Hold the whole record against the book."""
        self.world.store.write(self._record)

    def _record(self, session: Session) -> None:
        self.names = {row.id or 0: row.name for row in session.exec(select(Official))}
        self.faults += [str(fault) for fault in audit_replay.verify(session, OFFICE)]
        for sent in self.world.sent:
            if sent.template == "checkpoint":
                self.seen["checkpoint"] += 1
                kept = Checkpoint.parse(sent.text.splitlines()[-1].strip())
                self.faults += [str(fault) for fault in checkpoint.compare(session, kept)]
        for row, task in session.exec(select(Submission, Task).join(Task, col(Task.id) == Submission.task_id)):
            self._submission(session, row, task)
        for event in session.exec(
            select(AuditEvent).where(AuditEvent.office_id == OFFICE).order_by(col(AuditEvent.seq))
        ):
            self._event(event)
        for run in session.exec(select(Run).where(Run.office_id == OFFICE, Run.status != "finished")):
            self.faults.append(f"run {run.number} ({run.title}, {run.period}) is {run.status}")

    def _submission(self, session: Session, row: Submission, task: Task) -> None:
        """The record names who did it, as what and in whose place, as it was at that moment."""
        who = self.names[row.official_id]
        written = Standing(row.capacity, row.mandate, self.names.get(row.principal_id or 0, ""))
        wanted = self.wanted(task)
        meant = self.book.owing(wanted, row.at).get(who)
        self.seen[f"on record as {row.mandate or 'oneself'}"] += 1
        if meant is None:
            self.faults.append(f"{row.at} {_named(task)}: {who} did {row.verb}, but did not owe it")
        elif written != meant:
            self.faults.append(f"{row.at} {_named(task)}: on record {who} {written}, it was {meant}")
        if (row.at, self.book.chat(who, row.at)) not in self._heard():
            self.faults.append(f"{row.at} {_named(task)}: {who} is on record, but did nothing then")

    def _heard(self) -> set[tuple[datetime, int | None]]:
        if len(self._acts) != len(self.world.heard):
            self._acts = set(self.world.heard)
        return self._acts

    def _event(self, event: AuditEvent) -> None:
        """Whoever an event names as its actor spoke at that moment, in a capacity they had."""
        who = self.names.get(event.actor_id or 0, "")
        if not who:
            return
        self.seen[f"event {event.kind}"] += 1
        if (event.at, self.book.chat(who, event.at)) not in self._heard():
            self.faults.append(f"{event.at} {event.kind}: {who} is on record, but did nothing then")
        if event.kind.startswith("task.") or event.capacity in (None, "Admin", "Auditor"):
            return
        if event.capacity not in (
            self.book.title(who, event.at),
            self.book.title(who, event.at - timedelta(seconds=1)),
        ):
            self.faults.append(f"{event.at} {event.kind}: {who} as {event.capacity}")

    def _fault(self, words: str) -> None:
        self.faults.append(f"{self.world.now.astimezone(ZONE):%d %b %H:%M}: {words}")


def _is_about(data: str, task: Task) -> bool:
    return data.split(":")[1:3] == [str(task.id), str(task.activation)]


def _named(task: Task) -> str:
    return (
        f"task {task.id} (run {task.run_id}, step {task.step}, {task.part} {task.subject}, {task.roles} {task.unit_id})"
    )
