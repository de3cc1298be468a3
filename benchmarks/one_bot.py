"""One bot's outbox in virtual time: who is claimed, who waits for a turn, what is on its way.

The budget is the real :class:`bot.pacing.Pacing`, and priorities, claims and places are those
of the real outbox and its worker; database, CPU and Telegram are times that are given.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.delivery import AT_ONCE, LONGEST_WAIT_SECONDS, LOOK_AGAIN_SECONDS
from bot.pacing import Pacing

Later = Callable[[float, Callable[[], None]], None]
"""Do something at a time to come, in seconds."""


@dataclass(slots=True)
class Row:
    """A row of the outbox. Times are seconds after 07.30.

    ``office`` holds its people's chats; ``tapped_at`` is when somebody pressed what caused it.
    """

    chat: int
    priority: int
    queued_at: float
    office: range
    tapped_at: float | None = None
    turn_at: float = -1.0
    sent_at: float = -1.0


@dataclass(slots=True)
class OneBot:
    """A bot's sender. ``carry`` brings a row that has its turn to Telegram; call :meth:`sent` when it is there."""

    now: Callable[[], float]
    later: Later
    carry: Callable[[OneBot, Row], None]
    process: int = 0
    pacing: Pacing = field(init=False)
    longest: int = 0
    turns: list[float] = field(default_factory=list)
    _due: list[tuple[int, int, Row]] = field(default_factory=list)
    _busy: dict[int, list[tuple[int, int, Row]]] = field(default_factory=dict)
    _waiting: deque[Row] = field(default_factory=deque)
    _count: int = 0
    _active: int = 0
    _asleep_until: float = -1.0

    def __post_init__(self) -> None:
        """Take the real budget, on virtual time."""
        self.pacing = Pacing(self.now)

    def queue(self, row: Row, due_at: float | None = None) -> None:
        """Queue a row; what is due later is found by the worker's next look after that."""
        if due_at is None or due_at <= self.now():
            self._arrive(row)
        else:
            self.later(math.ceil(due_at / LOOK_AGAIN_SECONDS) * LOOK_AGAIN_SECONDS, lambda: self._arrive(row))

    def sent(self, row: Row) -> None:
        """A row's outcome is on record: its chat and its place are free again."""
        self._active -= 1
        for entry in self._busy.pop(row.chat):
            heapq.heappush(self._due, entry)
        self._claim()

    def _arrive(self, row: Row) -> None:
        self._count += 1
        heapq.heappush(self._due, (row.priority, self._count, row))
        self._claim()
        self.longest = max(self.longest, len(self._due))

    def _claim(self) -> None:
        while self._due and self._active < AT_ONCE:
            entry = heapq.heappop(self._due)
            row = entry[2]
            if row.chat in self._busy:
                self._busy[row.chat].append(entry)
                continue
            self._busy[row.chat] = []
            self._active += 1
            self._waiting.append(row)
        self._take_turns()

    def _take_turns(self) -> None:
        while self._waiting:
            row, now = self._waiting[0], self.now()
            wait = self.pacing.take(row.chat)
            if not wait:
                self._waiting.popleft()
                row.turn_at = now
                self.turns.append(now)
                self.carry(self, row)
            elif wait > LONGEST_WAIT_SECONDS:
                # This chat has had its turns: back into the queue, as the worker does.
                self._waiting.popleft()
                self._put_back(row, now + wait)
            else:
                self._sleep(now + wait)
                return

    def _put_back(self, row: Row, due_at: float) -> None:
        self._active -= 1
        for entry in self._busy.pop(row.chat):
            heapq.heappush(self._due, entry)
        self.queue(row, due_at)

    def _sleep(self, until: float) -> None:
        if self._asleep_until <= self.now():
            self._asleep_until = until
            self.later(until, self._take_turns)
