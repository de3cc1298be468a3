"""Random histories of the outbox: whatever happens, nothing asked for is forgotten."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from storage import outbox, sqlite_connection
from storage.database import migrate
from storage.outbox import OutboxItem
from storage.tables import Card, Chat, Outbox
from tests import sending
from tests.integration.storage.conftest import ANA, BOT, LEASE, NOW, OFFICE, fill

CHATS = st.sampled_from([ANA, ANA + 1])
CARDS = st.sampled_from([1, 2, 3])
PAUSES = st.integers(0, 5).map(lambda seconds: timedelta(seconds=seconds))


class OutboxHistory(RuleBasedStateMachine):
    """One bot, two chats, three cards; each history is undone at its end."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.connection = self.engine.connect()
        self.transaction = self.connection.begin()
        self.session = Session(self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        self.now = NOW
        self.taken = 0
        self.under_way: list[OutboxItem] = []
        self.overtaken: list[OutboxItem] = []  # claims of earlier holders, who may still say what became of them
        self.asked: set[int] = set()  # cards asked for and not shown since
        self.shown_by: dict[int, set[int]] = {}  # claimed row -> cards it still shows in their latest form

    def teardown(self) -> None:
        """Deliver what is left: everything asked for must have come out."""
        for chat in (ANA, ANA + 1):
            outbox.release_chat(self.session, BOT, chat, self.now)
        self._take_over()
        self.under_way.clear()
        self.now += timedelta(hours=1)
        for _ in range(500):
            items = self._claim()
            if not items:
                break
            for item in list(items):
                self._sent(item)
        unfinished = [row for row in self._rows() if row.status not in ("sent", "skipped")]
        assert unfinished == []
        assert self.asked == set()
        self.session.close()
        self.transaction.rollback()
        self.connection.close()

    def _rows(self, *conditions: Any) -> list[Outbox]:
        return list(self.session.exec(select(Outbox).where(*conditions).order_by(col(Outbox.id))))

    def _claim(self) -> list[OutboxItem]:
        items = sending.claim(self.session, BOT, self.now, self.now, LEASE, 10)
        for item in items:
            self.shown_by[item.id] = {item.card_id} if item.card_id is not None else set()
        self.under_way += items
        return items

    def _take_over(self) -> None:
        self.taken += 1
        fence = sending.hold(self.session, BOT, self.now, f"process {self.taken}")
        outbox.recover(self.session, BOT, fence, self.now)

    def _sent(self, item: OutboxItem) -> None:
        outbox.mark_sent(self.session, item.id, item.id, self.now)
        self.asked -= self.shown_by[item.id]
        self.under_way = [other for other in self.under_way if other.id != item.id]

    def _pop(self, number: int) -> OutboxItem:
        return self.under_way.pop(number % len(self.under_way))

    @rule(chat=CHATS, priority=st.sampled_from([1, 5, 7]), pause=PAUSES)
    def say(self, chat: int, priority: int, pause: timedelta) -> None:
        outbox.say(
            self.session, bot_id=BOT, chat_id=chat, office_id=OFFICE, template="home", params={}, now=self.now,
            priority=priority, due_at=self.now + pause,
        )  # fmt: skip

    @rule(number=CARDS, pause=PAUSES)
    def show_card(self, number: int, pause: timedelta) -> None:
        outbox.show_card(self.session, self.session.get_one(Card, number), self.now, due_at=self.now + pause)
        self.asked.add(number)
        for shows in self.shown_by.values():
            shows.discard(number)  # what was rendered before shows an older form

    @rule()
    def claim(self) -> None:
        chats = [item.chat_id for item in self._claim()]
        assert len(chats) == len(set(chats))

    @rule(seconds=st.integers(1, 20))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.under_way)
    @rule(number=st.integers(0, 9))
    def sent(self, number: int) -> None:
        self._sent(self._pop(number))

    @precondition(lambda self: self.under_way)
    @rule(number=st.integers(0, 9), pause=PAUSES, known=st.booleans())
    def not_sent(self, number: int, pause: timedelta, known: bool) -> None:
        record = outbox.postpone if known else outbox.mark_uncertain
        record(self.session, self._pop(number), self.now + pause)

    @precondition(lambda self: self.under_way)
    @rule(number=st.integers(0, 9))
    def blocked(self, number: int) -> None:
        outbox.hold_chat(self.session, BOT, self._pop(number).chat_id, self.now)

    @rule(chat=CHATS)
    def comes_back(self, chat: int) -> None:
        outbox.release_chat(self.session, BOT, chat, self.now)

    @rule()
    def take_over(self) -> None:
        self._take_over()
        self.overtaken += self.under_way
        self.under_way.clear()

    @precondition(lambda self: self.overtaken)
    @rule(number=st.integers(0, 9))
    def sent_after_all(self, number: int) -> None:
        item = self.overtaken.pop(number % len(self.overtaken))
        outbox.mark_sent(self.session, item.id, item.id, self.now)
        self.asked -= self.shown_by[item.id]
        if item.card_id in self.asked:  # as delivery does for a card that was changed meanwhile
            outbox.show_card(self.session, self.session.get_one(Card, item.card_id), self.now)

    @precondition(lambda self: self.overtaken)
    @rule(number=st.integers(0, 9), pause=PAUSES, known=st.booleans())
    def not_sent_says_an_earlier_holder(self, number: int, pause: timedelta, known: bool) -> None:
        record = outbox.postpone if known else outbox.mark_uncertain
        before = self._rows(Outbox.status == "sending")
        record(self.session, self.overtaken.pop(number % len(self.overtaken)), self.now + pause)
        assert self._rows(Outbox.status == "sending") == before

    @invariant()
    def one_row_of_a_chat_is_under_way(self) -> None:
        chats = [row.chat_id for row in self._rows(Outbox.status == "sending")]
        assert len(chats) == len(set(chats))

    @invariant()
    def a_card_waits_once(self) -> None:
        cards = [row.card_id for row in self._rows(Outbox.kind == "card", col(Outbox.status).in_(["queued", "held"]))]
        assert len(cards) == len(set(cards))

    @invariant()
    def only_who_cannot_be_reached_is_waited_for(self) -> None:
        for row in self._rows(col(Outbox.status).in_(["queued", "held"])):
            chat = self.session.get(Chat, (BOT, row.chat_id))
            assert row.status == ("queued" if chat is None or chat.reachable else "held")

    @invariant()
    def what_was_asked_for_waits_or_is_under_way(self) -> None:
        alive = {row.card_id for row in self._rows(col(Outbox.status).in_(["queued", "held", "sending"]))}
        assert self.asked <= alive


def test_random_histories() -> None:
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{Path(directory) / 'pandu.db'}"
        migrate(url)
        OutboxHistory.engine = sqlite_connection.connect(url, connections=1)
        with Session(OutboxHistory.engine) as session:
            fill(session)
            session.commit()
        try:
            run_state_machine_as_test(
                OutboxHistory,
                settings=settings(
                    max_examples=30,
                    stateful_step_count=30,
                    deadline=None,
                    derandomize=True,
                    suppress_health_check=[HealthCheck.too_slow],
                ),
            )
        finally:
            OutboxHistory.engine.dispose()
