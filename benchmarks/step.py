"""Pandu's whole step beside bots that only echo: side by side in one run, on one fake Bot API.

Pandu: a confirming tap comes in, is authorised, committed durably with its audit event; the
card is edited (and the one before it loses its ``Tarik kembali``), the tap answered, the next
official's card sent. The others: one tap in, three calls out, no rules.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace

from sqlmodel import Session

from benchmarks import databases, offices
from benchmarks.racing import Figures, Load, free_port, middle, race

OFFICES, RUNS = 16, 4
FIRST_CARDS = OFFICES * RUNS
GOALS = {"ptb": 2.0, "aiogram": 1.2}
LATENCY = 0.05


@dataclass(frozen=True, slots=True)
class Line:
    """One bot in one way of running it. ``kind`` says what it is compared as."""

    name: str
    kind: str
    at_once: int = 0
    database: str = ""
    webhook: bool = False


def run(*, long: bool = False) -> bool:
    """Measure and print every table; return whether the goals are met everywhere."""
    rounds, steps = (5, 700) if long else (3, 150)
    met = True
    for webhook, latency in ((False, 0.0), (True, 0.0), (False, LATENCY), (True, LATENCY))[: None if long else 3]:
        met &= _table(_lines(webhook=webhook, latency=latency, long=long), latency, rounds, steps, webhook=webhook)
    return met


def _lines(*, webhook: bool, latency: float, long: bool) -> list[Line]:
    ways = (64, 256) if latency else (0, 16)
    lines = [Line(f"Pandu, {kind}", "pandu", database=kind) for kind in databases.BOTH]
    lines += [Line(f"python-telegram-bot, {_way(n)}", "ptb", at_once=n) for n in ways]
    lines += [Line(f"aiogram, {_way(n)}", "aiogram", at_once=n) for n in ways]
    if long or not (webhook or latency):
        lines += [Line(f"ptb + SQLModel, {kind}", "orm", at_once=ways[-1], database=kind) for kind in databases.BOTH]
    return [replace(line, webhook=webhook) for line in lines]


def _way(at_once: int) -> str:
    return f"{at_once} at once" if at_once else "one by one"


def _table(lines: list[Line], latency: float, rounds: int, steps: int, *, webhook: bool) -> bool:
    found: dict[Line, list[Figures]] = {line: [] for line in lines}

    def fill(session: Session) -> None:
        offices.fill(session, OFFICES, RUNS)

    with databases.sqlite(fill) as sqlite, databases.postgres(fill) as postgres:
        fresh = {"SQLite": sqlite, "PostgreSQL": postgres}
        for turn in range(rounds):
            # In another order each time: whoever runs first finds a cooler machine.
            for line in lines if turn % 2 == 0 else reversed(lines):
                with tempfile.TemporaryDirectory() as folder:
                    empty = f"sqlite:///{folder}/taps.db" if line.database == "SQLite" else ""
                    url = fresh[line.database]() if line.database and not (line.kind == "orm" and empty) else empty
                    found[line].append(_race(line, url, latency, steps))
    how = "webhook" if webhook else "polling"
    print(f"\nThe whole step: {how}, the Bot API answers after {latency * 1000:.0f} ms, median of {rounds}")
    print(f"{'':<34}{'steps/s':>9}{'CPU ms':>9}{'calls':>7}{'MB':>6}{'API busy':>10}")
    medians = {line: middle(races) for line, races in found.items()}
    for line, one in medians.items():
        print(
            f"{line.name:<34}{one.per_second:>9.1f}{one.cpu * 1e3:>9.2f}{one.calls:>7.2f}{one.memory / 1e6:>6.0f}"
            f"{one.busy:>10.0%}"
        )
    return _judged(medians)


def _judged(medians: dict[Line, Figures]) -> bool:
    met = True
    best = {kind: max((m.per_second for line, m in medians.items() if line.kind == kind), default=0) for kind in GOALS}
    for line, one in medians.items():
        if line.kind == "pandu":
            for kind, goal in GOALS.items():
                ratio = one.per_second / best[kind]
                met &= ratio >= goal
                verdict = "met" if ratio >= goal else "NOT met"
                print(f"{line.name}: {ratio:.2f} x the best {kind}; goal {goal}: {verdict}")
    return met


def _race(line: Line, url: str, latency: float, steps: int) -> Figures:
    module = {"pandu": "pandu_bot", "ptb": "ptb", "orm": "ptb", "aiogram": "aiogram_bot"}[line.kind]
    command = [f"benchmarks.bots.{module}", "--api", "{api}", "--at-once", str(line.at_once)]
    command += ["--database", url] if url else []
    port = free_port() if line.webhook else 0
    command += ["--webhook-port", str(port)] if port else []
    pandu = line.kind == "pandu"
    begin = FIRST_CARDS + 40 if pandu else 100
    hook = ["--hook", f"http://127.0.0.1:{port}/telegram/{offices.BOT_ID}"] if pandu and port else []
    load = Load("phones" if pandu else "stream", begin, begin + (steps if pandu else 4 * steps), latency)
    return race([command], load, extra=hook)
