"""Duties that only one process may do at a time, each held for a short while and renewed.

A lease's ``fence`` rises whenever it comes into other hands. Whoever does something under a
lease names the fence it was given, in the transaction itself (:func:`check`); who was paused
and overtaken is found out there, whatever its own stopwatch said. Times are those of
:meth:`storage.database.Database.lease_time`.
"""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, select
from sqlmodel.sql.expression import SelectOfScalar

from storage.inserting import insert_new
from storage.plain import run
from storage.tables import Lease

# Putting such a statement together costs more than running it.
_BY_NAME: SelectOfScalar[Lease] = (
    select(Lease).where(Lease.name == bindparam("name")).with_for_update().execution_options(populate_existing=True)
)


BELIEVABLE = 6
"""So many lengths ahead a lease may seem to end to somebody who read the time a while ago."""


class LeaseLost(Exception):
    """The lease has come into other hands, or has run out; what was to be done under it is not done."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lease as it was read: who holds it, or held it last, and until when."""

    name: str
    holder: str
    fence: int
    until: datetime


def this_process() -> str:
    """Return a holder's name for this run of this process; no two have the same."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(8)}"


def sender(bot_id: int) -> str:
    """Return the name of the duty to deliver a bot's outbox and to fire its offices' timers."""
    return f"sender:{bot_id}"


def acquire(session: Session, name: str, holder: str, lease_now: datetime, length: timedelta) -> Held | None:
    """Take a lease that is free, or renew one's own; ``None`` while somebody else holds it.

    ``holder`` names one run of one process, never two. One's own lease that ran out and was
    taken by nobody goes on with its fence. A lease that would end far beyond any ``length`` is
    free too: the clock was set back, as when another server takes over from a failed one.
    """
    until = lease_now + length
    first = {"name": name, "holder": holder, "fence": 1, "until": until}
    lease = _locked(session, name)
    if lease is None:
        if insert_new(session, Lease, [first], ["name"]):
            return Held(name, holder, 1, until)
        lease = _locked(session, name)
    if lease is None or (lease.holder != holder and lease_now < lease.until <= lease_now + BELIEVABLE * length):
        return None
    if lease.holder != holder:
        lease.holder, lease.fence = holder, lease.fence + 1
    lease.until = until
    session.flush()
    return _held(lease)


def release(session: Session, name: str, holder: str, lease_now: datetime) -> None:
    """Let go of a lease at once; no effect where somebody else holds it."""
    lease = _locked(session, name)
    if lease is not None and lease.holder == holder:
        lease.until = min(lease.until, lease_now)


def free(session: Session, name: str, lease_now: datetime) -> None:
    """Free a lease whoever holds it: a process that is gone. Only where no other process works."""
    lease = _locked(session, name)
    if lease is not None:
        lease.until = min(lease.until, lease_now)


def holds(session: Session, name: str, fence: int, lease_now: datetime) -> bool:
    """Say whether a lease is still held with this fence; until the transaction ends nobody else gets it.

    The row stays locked, so those who act under one lease follow one another.
    """
    lease = run(session, _BY_NAME, {"name": name}).one_or_none()
    return lease is not None and lease.fence == fence and lease.until > lease_now


def check(session: Session, name: str, fence: int, lease_now: datetime) -> None:
    """Go on only under a lease that is held, see :func:`holds`.

    :raises LeaseLost: it is not.
    """
    if not holds(session, name, fence, lease_now):
        raise LeaseLost(f"{name} is not held with fence {fence}")


def read(session: Session, name: str) -> Held | None:
    """Return who holds a lease or held it last; ``None`` if nobody ever did."""
    lease = session.get(Lease, name)
    return None if lease is None else _held(lease)


def _locked(session: Session, name: str) -> Lease | None:
    return session.exec(_BY_NAME, params={"name": name}).one_or_none()


def _held(lease: Lease) -> Held:
    return Held(lease.name, lease.holder, lease.fence, lease.until)
