"""Which processes serve the same bots, and which of them sends for which bot.

Each says that it is there by a lease of its own, which nobody else ever asks for. Times are
those of :meth:`storage.database.Database.lease_time`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from storage import leases
from storage.tables import Lease

KEPT = timedelta(hours=1)
"""So long after it was last there a process is still on record."""


@dataclass(frozen=True, slots=True)
class Fellows:
    """The processes that are ``there``, by their holders' names, who sends for which bot, and which are ``free``."""

    there: frozenset[str] = frozenset()
    senders: Mapping[int, str] = field(default_factory=dict)
    free: frozenset[int] = frozenset()

    def counts(self) -> Counter[str]:
        """Return for how many bots each process that is there sends."""
        counted = Counter(dict.fromkeys(self.there, 0))
        counted.update(holder for holder in self.senders.values() if holder in self.there)
        return counted

    def leaves_to_others(self, holder: str) -> bool:
        """Say whether somebody else who is there sends for fewer bots: what comes free is rather theirs."""
        counts = self.counts()
        return counts[holder] > min(counts.values(), default=0)

    def surplus(self, holder: str) -> frozenset[int]:
        """Return the bots that a process had better give back, so that in the end none has two more than another.

        Of several that have too many one begins, else all would give to the same; and nobody does while a bot
        is, or is about to be, free: who takes that changes the count.
        """
        counts = self.counts()
        if holder not in counts or self.free or not self.there.issuperset(self.senders.values()):
            return frozenset()
        most, least = max(counts.values()), min(counts.values())
        first = min(one for one, count in counts.items() if count == most)
        mine = sorted(bot for bot, by in self.senders.items() if by == holder)
        return frozenset(mine[: (most - least) // 2]) if holder == first else frozenset()


def group_of(bot_ids: Iterable[int]) -> str:
    """Return the common name of all processes that serve exactly these bots."""
    return hashlib.sha256(",".join(map(str, sorted(bot_ids))).encode()).hexdigest()[:16]


def be_there(session: Session, group: str, holder: str, lease_now: datetime, length: timedelta) -> None:
    """Say for the next ``length`` that a process is there; those that are long gone are forgotten."""
    leases.acquire(session, _name(group, holder), holder, lease_now, length)
    gone = (
        select(Lease.name)
        .where(col(Lease.name).startswith(_name(group, "")), Lease.until < lease_now - KEPT)
        .with_for_update(skip_locked=True)
    )
    session.exec(delete(Lease).where(col(Lease.name).in_(session.exec(gone).all())))


def leave(session: Session, group: str, holder: str, lease_now: datetime) -> None:
    """Say that a process is not there any more."""
    leases.release(session, _name(group, holder), holder, lease_now)


def look(session: Session, group: str, bot_ids: Collection[int], lease_now: datetime) -> Fellows:
    """Return who is there now, and who sends."""
    bots = {leases.sender(bot_id): bot_id for bot_id in bot_ids}
    held = select(Lease).where(
        col(Lease.name).startswith(_name(group, "")) | col(Lease.name).in_(bots), Lease.until > lease_now
    )
    found = session.exec(held).all()
    senders = {bots[lease.name]: lease.holder for lease in found if lease.name in bots}
    there = frozenset(lease.holder for lease in found if lease.name not in bots)
    return Fellows(there, senders, frozenset(bot_ids) - senders.keys())


def _name(group: str, holder: str) -> str:
    """Return the name of a process's own lease; a holder's last part alone tells it from all others."""
    return f"process:{group}:{holder.rpartition(':')[2]}"
