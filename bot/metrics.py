"""What Pandu counts and measures of itself, for Prometheus.

No label ever holds a name, a person's id or free text: only a bot's number, and words from
short lists that stand in the code. A process has one registry; each replica is asked for its own.
"""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

# When each counter began is told by the process's own start.
disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no annotations
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

QUICK = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Bounds in seconds of what should take milliseconds."""
LATE = (0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
"""Bounds in seconds of what may wait a little."""

UPDATES = Counter(
    "pandu_updates",
    "Updates by what became of them: done, repeated (another try had finished it), given_back (the database was "
    "away), failed (it is tried again) or parked (given up, an operator looks at it)",
    ["outcome"],
    registry=REGISTRY,
)
UPDATE_SECONDS = Histogram(
    "pandu_update_seconds", "Handling one update, its commit included", registry=REGISTRY, buckets=QUICK
)
ACTIONS = Counter("pandu_actions", "What was put on record, by kind of event", ["action"], registry=REGISTRY)

DELIVERIES = Counter(
    "pandu_deliveries",
    "Tries to deliver by what they were about and what became of them: sent, skipped (nothing left to say), waited "
    "(for a better hour), put_back (certainly not sent, tried again), unknown (nobody knows), held (the official "
    "cannot be reached) or dead (given up)",
    ["kind", "outcome"],
    registry=REGISTRY,
)
DELIVERY_ERRORS = Counter(
    "pandu_delivery_errors",
    "Failures of delivery by kind: flood, unsent, token, forbidden, chat_gone, bad_request, migrated, server, network, "
    "render or file",
    ["kind"],
    registry=REGISTRY,
)
RENDER_SECONDS = Histogram(
    "pandu_render_seconds", "Reading and rendering one message", registry=REGISTRY, buckets=QUICK
)
TELEGRAM_SECONDS = Histogram(
    "pandu_telegram_seconds", "One delivery's call of Telegram, failed ones included", registry=REGISTRY, buckets=QUICK
)

TIMERS = Counter(
    "pandu_timers", "Timers by what became of them: fired, failed or given_up", ["outcome"], registry=REGISTRY
)
TIMER_LAG = Histogram(
    "pandu_timer_lag_seconds", "How long after its time a timer fired", registry=REGISTRY, buckets=LATE
)
FILES = Counter("pandu_files", "Fetched files by outcome: stored, refused or again", ["outcome"], registry=REGISTRY)

DATABASE_SECONDS = Histogram(
    "pandu_database_seconds",
    "One transaction as its caller sees it, waiting for its turn included, by kind: read or write",
    ["kind"],
    registry=REGISTRY,
    buckets=QUICK,
)
DATABASE_AWAY = Counter(
    "pandu_database_away", "Transactions that failed because the database was away or full, by kind", ["kind"],
    registry=REGISTRY,
)  # fmt: skip

OUTBOX_DUE = Gauge("pandu_outbox_due", "Messages that should be sent by now and are not", ["bot"], registry=REGISTRY)
OUTBOX_OLDEST = Gauge(
    "pandu_outbox_oldest_due_seconds", "Since when the message due longest waits", ["bot"], registry=REGISTRY
)
OUTBOX_HELD = Gauge(
    "pandu_outbox_held", "Messages that wait for an official who cannot be reached", ["bot"], registry=REGISTRY
)
OUTBOX_DEAD = Gauge("pandu_outbox_dead", "Messages that were given up", ["bot"], registry=REGISTRY)
INBOX_PENDING = Gauge("pandu_inbox_pending", "Updates that wait to be handled", ["bot"], registry=REGISTRY)
INBOX_OLDEST = Gauge(
    "pandu_inbox_oldest_seconds", "Since when the earliest waiting update waits", ["bot"], registry=REGISTRY
)
INBOX_PARKED = Gauge("pandu_inbox_parked", "Updates that were given up", ["bot"], registry=REGISTRY)
TIMER_OVERDUE = Gauge(
    "pandu_timer_overdue_seconds", "Since when the timer due longest should have fired", registry=REGISTRY
)
DATABASE_UP = Gauge("pandu_database_up", "1 while the database answers what the queue figures ask", registry=REGISTRY)
SENDER_LEASE_HELD = Gauge(
    "pandu_sender_lease_held", "1 in the process that delivers for the bot now", ["bot"], registry=REGISTRY
)


def show_sender(bot_id: int, sends: Callable[[], bool]) -> None:
    """Have the page ask whether this process delivers for a bot, as it does by its own stopwatch."""
    SENDER_LEASE_HELD.labels(str(bot_id)).set_function(lambda: float(sends()))
