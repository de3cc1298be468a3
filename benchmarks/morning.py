"""The morning of the whole country, simulated: 200,000 digests from 07.30 on in three zones, and taps meanwhile.

Virtual time, one seed, nothing but arithmetic: how long it takes depends on Telegram's limit
for each bot and on the times in :class:`Times` (see docs/scale.md).
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from benchmarks.country import OFFICES, OFFICIALS, REGENCIES, ZONES, Zone, bots_of, shares
from benchmarks.one_bot import OneBot, Row
from bot.lookout import WATCHED_SECONDS
from bot.sender import LENGTH, RENEW_SECONDS
from storage.outbox import CARD, DIGEST
from workflow.reminding.policy import ReminderPolicy

SEED = 4
BOTS = (REGENCIES, 38, 8)
"""One for each regency or city; one for each province; a handful."""
BOTS_IN_A_PROCESS = 30
"""So many share the processes of a group (see docs/scale.md); one of these does a group's work."""
SPREAD_SECONDS = ReminderPolicy().digest_spread_minutes * 60
ALL_OUT_BY = SPREAD_SECONDS + 60
TAP_TO_CARD_P99 = 2.0
BUSY_AT_MOST = 0.6
"""Of a process's one core, so that a wave within the wave is not felt."""


@dataclass(frozen=True, slots=True)
class Times:
    """What is taken for given, in seconds. CPU is of one core; ``commit`` is what a transaction waits.

    A step on PostgreSQL took 25 ms of CPU (docs/performance.md): one update and not quite four deliveries.
    """

    update_cpu: float = 0.011
    delivery_cpu: float = 0.004
    morning_cpu: float = 0.020
    digest_cpu: float = 0.002
    commit: float = 0.005
    api: tuple[float, float] = (0.04, 0.12)


@dataclass(frozen=True, slots=True)
class People:
    """What people do (assumed): so many of them act on their digest, each within so many seconds of it."""

    act: float = 0.4
    within: float = 900.0
    had_one_yesterday: float = 1.0


TRANSACTIONS_OF_A_TAP = 3
"""Stored, claimed, handled."""
TRANSACTIONS_OF_A_DELIVERY = 3
"""Claimed (when there is little to do, one by one), read to be rendered, outcome recorded."""


@dataclass(slots=True)
class Wave:
    """One zone's morning. ``rows`` holds everything that was ever queued."""

    zone: Zone
    bots: list[OneBot] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    replies: list[float] = field(default_factory=list)
    taps: int = 0
    transactions: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    cpu: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def last_digest(self) -> float:
        """When the last digest was out, in seconds after 07.30."""
        return max(row.sent_at for row in self.rows if row.priority == DIGEST)

    def waits(self) -> list[float]:
        """Return the seconds from each tap during the wave to the next official's card, ascending."""
        end = self.last_digest
        return sorted(
            row.sent_at - row.tapped_at for row in self.rows if row.tapped_at is not None and row.tapped_at <= end
        )

    def busiest(self, of: Mapping[int, float], seconds: int) -> float:
        """Return the mean per second of the busiest stretch of so many seconds."""
        sums = defaultdict[int, float](float)
        for second, amount in of.items():
            sums[second // seconds] += amount
        return max(sums.values()) / seconds


class Morning:
    """Plays one zone's wave in some processes; each bot's sender is held by one of them, in turn."""

    def __init__(
        self,
        zone: Zone,
        *,
        bots: int,
        officials: int,
        times: Times = Times(),
        people: People = People(),
        processes: int = 4,
        seed: int = SEED,
    ) -> None:
        self.wave = Wave(zone)
        self._times, self._people, self._random = times, people, Random(f"{seed}:{zone.name}:{bots}")
        self._now, self._count = 0.0, 0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._free_at = [0.0] * processes
        self._found(bots, officials)

    def play(self) -> Wave:
        """Let everything happen."""
        while self._events:
            self._now, _, act = heapq.heappop(self._events)
            act()
        return self.wave

    def _found(self, bots: int, officials: int) -> None:
        sizes = shares(officials, self.wave.zone.offices, self._random)
        first = 0
        for number, count in enumerate(shares(self.wave.zone.offices, bots, self._random)):
            bot = OneBot(lambda: self._now, self._later, self._carry, number % len(self._free_at))
            self.wave.bots.append(bot)
            offices: list[range] = []
            for _ in range(count):
                offices.append(range(first, first + sizes.pop()))
                first = offices[-1].stop
            self._fire(bot, iter(offices))

    def _later(self, at: float, act: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (max(at, self._now), self._count, act))

    def _fire(self, bot: OneBot, offices: Iterator[range]) -> None:
        """Queue one office's digests; the bot's next office comes when that is committed."""
        office = next(offices, None)
        if office is None:
            return
        cpu = self._times.morning_cpu + len(office) * self._times.digest_cpu

        def committed() -> None:
            for chat in office:
                due_at = self._random.random() * SPREAD_SECONDS
                self._queue(bot, Row(chat, DIGEST, self._now, office), due_at)
            self._fire(bot, offices)

        self._later(self._works(bot, cpu, 1) + self._times.commit, committed)

    def _queue(self, bot: OneBot, row: Row, due_at: float | None = None) -> None:
        self.wave.rows.append(row)
        bot.queue(row, due_at)

    def _carry(self, bot: OneBot, row: Row) -> None:
        """A row has its turn: it is rendered, sent, and its outcome recorded."""
        arrives = self._works(bot, self._times.delivery_cpu, TRANSACTIONS_OF_A_DELIVERY) + self._api()
        self._later(arrives, lambda: self._arrived(bot, row))

    def _arrived(self, bot: OneBot, row: Row) -> None:
        row.sent_at = self._now
        if row.priority == DIGEST:
            if self._random.random() < self._people.had_one_yesterday:
                self._queue(bot, Row(row.chat, CARD, self._now, row.office))
            if self._random.random() < self._people.act:
                tapped_at = self._now + self._random.random() * self._people.within
                self._later(tapped_at, lambda: self._tap(bot, row.chat, row.office))
        self._later(self._now + self._times.commit, lambda: bot.sent(row))

    def _tap(self, bot: OneBot, chat: int, office: range) -> None:
        """Store and handle a tap: the reply at once, one's own card edited, the next official's card sent."""
        tapped_at = self._now
        self.wave.taps += 1
        handled = self._works(bot, self._times.update_cpu, TRANSACTIONS_OF_A_TAP) + 2 * self._times.commit
        self._later(handled + self._api(), lambda: self.wave.replies.append(self._now - tapped_at))

        def effect() -> None:
            self._queue(bot, Row(chat, CARD, self._now, office))
            self._queue(bot, Row(self._random.choice(office), CARD, self._now, office, tapped_at))

        self._later(handled, effect)

    def _works(self, bot: OneBot, cpu: float, transactions: int) -> float:
        """Let the bot's process work, one thing after the other; return when it is done."""
        begun = max(self._now, self._free_at[bot.process])
        self._free_at[bot.process] = begun + cpu
        self.wave.cpu[int(begun)] += cpu
        self.wave.transactions[int(begun)] += transactions
        return begun + cpu

    def _api(self) -> float:
        return self._random.uniform(*self._times.api)


def run(*, long: bool) -> bool:
    """Play and print; return whether a bot for each regency keeps what is promised. Fewer bots in the long form."""
    times, people = Times(), People()
    print(f"\nThe morning of {OFFICES:,} kecamatan, {OFFICIALS:,} officials, seed {SEED}")
    print(f"{times}\n{people}, digests spread over {SPREAD_SECONDS // 60} minutes")
    print(HEADING)
    kept = True
    for bots in BOTS if long else BOTS[:1]:
        processes = max(4, math.ceil(bots / BOTS_IN_A_PROCESS))
        print(f"{bots} bots in {processes} working processes")
        for zone in ZONES:
            officials = round(OFFICIALS * zone.offices / OFFICES)
            wave = Morning(zone, bots=bots_of(zone, bots), officials=officials, processes=processes).play()
            print(line(wave))
            if bots == REGENCIES:
                kept &= wave.last_digest <= ALL_OUT_BY and percentile(wave.waits(), 99) <= TAP_TO_CARD_P99
    print(
        f"With nothing to do, {REGENCIES} bots in groups of two processes look {idle(REGENCIES):,.0f} times a second."
    )
    goal = f"a bot for each regency: out by {clock(ALL_OUT_BY)}, p99 tap -> next card at most {TAP_TO_CARD_P99} s"
    print(f"Goal, {goal}. {'Met.' if kept else 'NOT met.'}")
    return kept


HEADING = (
    f"{'zone':<5}{'bots':>5}{'digests':>9}{'last out':>10}{'taps':>8}{'tap -> reply p99':>18}"
    f"{'-> next card p50':>18}{'p99':>7}{'queue':>7}{'trans./s':>10}{'cores':>7}{'at 60 %':>9}"
)


def line(wave: Wave) -> str:
    """Return one wave as a line under :data:`HEADING`: waits in s, the longest queue of a bot, the busiest minute."""
    waits, cores = wave.waits(), wave.busiest(wave.cpu, 60)
    digests = sum(row.priority == DIGEST for row in wave.rows)
    return (
        f"{wave.zone.name:<5}{len(wave.bots):>5}{digests:>9,}{clock(wave.last_digest):>10}{wave.taps:>8,}"
        f"{percentile(sorted(wave.replies), 99):>18.2f}{percentile(waits, 50):>18.2f}{percentile(waits, 99):>7.2f}"
        f"{max(bot.longest for bot in wave.bots):>7,}{wave.busiest(wave.transactions, 60):>10,.0f}{cores:>7.2f}"
        f"{math.ceil(cores / BUSY_AT_MOST):>9}"
    )


def idle(bots: int, replicas: int = 2) -> float:
    """Return how many transactions a second the workers of so many bots make, if nothing ever wakes them.

    The holder of a bot's sending renews its lease, the others look when it ends. Every worker looks
    once a minute; whoever looks asks for the time first. What a process looks for on behalf of all
    its bots (twice a second at most, however many they are) is left out.
    """
    holder = 2 / RENEW_SECONDS + 3 / WATCHED_SECONDS
    each = 4 / WATCHED_SECONDS + 2 / LENGTH.total_seconds()
    return bots * (holder + replicas * each)


def percentile(ascending: list[float], percent: int) -> float:
    """Return the value below which so many of a hundred lie."""
    return ascending[min(len(ascending) - 1, len(ascending) * percent // 100)]


def clock(seconds: float) -> str:
    """Return so many seconds after 07.30 as a time of day."""
    whole = 7 * 3600 + 30 * 60 + math.ceil(seconds)
    return f"{whole // 3600:02}.{whole // 60 % 60:02}.{whole % 60:02}"
