"""Who held what, when and on whose word: kept from the script of events alone, never from Pandu's rows.

The year's own memory. What Pandu shows, allows and records is held against it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.integration.year.office import TITLES, Post

PREFIX = {"definitif": "", "plt": "Plt. ", "plh": "Plh. "}


@dataclass
class Term:
    """Somebody in a post from a moment (included) to another (excluded)."""

    post: Post
    who: str
    begins: datetime
    ends: datetime | None = None
    capacity: str = "definitif"
    principal: str = ""
    order: str = ""

    def covers(self, at: datetime) -> bool:
        return self.begins <= at and (self.ends is None or at < self.ends)

    @property
    def title(self) -> str:
        return PREFIX[self.capacity] + TITLES[self.post]


@dataclass(frozen=True)
class Handed:
    """All of somebody's tasks with somebody else for a time."""

    giver: str
    receiver: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Standing:
    """As what somebody owes a task: the post in words, the mandate ('' for one's own), whose place it is."""

    title: str
    mandate: str = ""
    principal: str = ""


@dataclass(frozen=True)
class Wanted:
    """What a task asks for."""

    roles: tuple[str, ...]
    unit: str
    invited: str = ""


@dataclass
class Book:
    """Terms, delegations, phones and absences of one office, with their times."""

    terms: list[Term] = field(default_factory=list)
    handed: list[Handed] = field(default_factory=list)
    phones: list[tuple[str, int, datetime]] = field(default_factory=list)
    left: dict[str, datetime] = field(default_factory=dict)
    blocked: list[tuple[str, datetime, datetime]] = field(default_factory=list)

    # What happens

    def seat(self, term: Term) -> None:
        """Somebody is appointed; a definitive or Plt. one follows whoever had the post definitively."""
        if term.capacity != "plh":
            for old in self.terms:
                if old.post == term.post and old.capacity == "definitif" and old.covers(term.begins):
                    old.ends = term.begins
        self.terms.append(term)

    def end(self, who: str, at: datetime) -> None:
        """Somebody leaves: every post and every delegation of theirs is over."""
        for term in self.terms:
            if term.who == who and (term.ends is None or term.ends > at):
                term.ends = max(at, term.begins)
        self.handed = [
            Handed(one.giver, one.receiver, one.begins, max(at, one.begins))
            if who in (one.giver, one.receiver) and one.ends > at
            else one
            for one in self.handed
        ]

    # What was so at a moment

    def held(self, at: datetime) -> list[Term]:
        """Return the terms that count: whom a Plh. stands in for has no part in that post meanwhile."""
        now = [term for term in self.terms if term.covers(at)]
        replaced = {(term.post, term.principal) for term in now if term.capacity == "plh"}
        return [term for term in now if term.capacity != "definitif" or (term.post, term.who) not in replaced]

    def delegations(self, at: datetime) -> list[Handed]:
        return [one for one in self.handed if one.begins <= at < one.ends]

    def chat(self, who: str, at: datetime) -> int | None:
        """Return somebody's phone, the newest they had by then."""
        return next((chat for name, chat, since in reversed(self.phones) if name == who and since <= at), None)

    def person(self, chat: int, at: datetime) -> str:
        """Return whose phone it was, '' for one that was nobody's (any more)."""
        names = {name for name, number, since in self.phones if number == chat and since <= at}
        return next((name for name in names if self.chat(name, at) == chat), "")

    def reachable(self, who: str, at: datetime) -> bool:
        away = any(name == who and begins <= at < ends for name, begins, ends in self.blocked)
        return self.chat(who, at) is not None and not away

    def owners(self, wanted: Wanted, at: datetime) -> dict[str, Standing]:
        """Return who owes a task by the posts held, each with the post they owe it in."""
        if wanted.invited:
            gone = self.left.get(wanted.invited)
            return (
                {} if gone is not None and gone <= at else {wanted.invited: self._standing(wanted, wanted.invited, at)}
            )
        names = {term.who for term in self.held(at) if _fits(term, wanted)}
        return {who: self._standing(wanted, who, at) for who in sorted(names)}

    def owing(self, wanted: Wanted, at: datetime) -> dict[str, Standing]:
        """Return who is to do a task: its owners, with whoever they delegated to in their place."""
        owners = self.owners(wanted, at)
        found: dict[str, Standing] = {}
        for who, standing in owners.items():
            to = next((one.receiver for one in self.delegations(at) if one.giver == who), "")
            own = wanted.invited or any(
                term.who == who and term.capacity == "definitif" and _concerns(term, wanted) for term in self.held(at)
            )
            if not to or not own or self.chat(to, at) is None:
                found[who] = standing
            elif to not in owners:
                found[to] = Standing(standing.title, "delegation", who)
            else:
                found.setdefault(to, owners[to])
        return found

    def title(self, who: str, at: datetime) -> str:
        """Return what somebody is known by: a post of the whole office before one in a unit."""
        return self._standing(Wanted((), ""), who, at).title

    def _standing(self, wanted: Wanted, who: str, at: datetime) -> Standing:
        def distance(term: Term) -> tuple[bool, int, str, str]:
            role, unit = term.post
            rank = wanted.roles.index(role) if role in wanted.roles else len(wanted.roles)
            return (bool(wanted.unit) and unit != wanted.unit, rank, unit, role)

        term = min((term for term in self.held(at) if term.who == who), key=distance, default=None)
        if term is None:
            return Standing("Peserta")
        acting = term.capacity != "definitif" and _fits(term, wanted)
        return Standing(term.title, term.capacity, term.principal) if acting else Standing(term.title)

    def vacant_since(self, wanted: Wanted, at: datetime) -> datetime:
        """Return when the last who could have done a task left their post."""
        ends = [term.ends for term in self.terms if _fits(term, wanted) and term.ends is not None and term.ends <= at]
        return max(ends)


def _fits(term: Term, wanted: Wanted) -> bool:
    role, unit = term.post
    return role == wanted.roles[0] and unit == wanted.unit if wanted.unit else role in wanted.roles


def _concerns(term: Term, wanted: Wanted) -> bool:
    role, unit = term.post
    return unit == wanted.unit if wanted.unit else role in wanted.roles
