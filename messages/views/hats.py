"""In whose place somebody acts, and who acts in theirs: what cards say of acting officials and delegations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from messages.text import one_line
from messages.views.names import MAX_TITLE, Names
from messages.views.run_facts import RunFacts
from storage.tables import Delegation, Official, Seat, Task
from workflow import delegations, mandates


@dataclass(frozen=True, slots=True)
class Hat:
    """As what the reader owes a task that is not their own seat's.

    ``kind`` is plt, plh or delegation, ``title`` 'Plh. Camat' (by delegation: the giver's seat),
    ``until`` the last day, if there is one.
    """

    kind: str
    title: str
    principal: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Diverted:
    """Who has a task in the reader's place: 'Plh. Camat', or '' by delegation, with name and last day."""

    title: str
    to: str
    until: date | None


def hat_of(session: Session, facts: RunFacts, task: Task, official: Official | None) -> Hat | None:
    """Return as what somebody owes a task now; ``None`` in their own seat."""
    if official is None or not _has_another(session, facts.names, official):
        return None
    mandate = mandates.of_task(session, task, official)
    if not mandate.kind:
        return None
    principal = facts.names.person(mandate.principal_id) if mandate.principal_id is not None else ""
    ends: datetime | None
    if mandate.kind == mandates.DELEGATION:
        given = _delegations_to(session, official)
        ends = next((one.ends_at for one in given if one.from_id == mandate.principal_id), None)
    else:
        ends = next((seat.ends_at for seat in _acting(facts.names, task, official) if seat.held), None)
    return Hat(mandate.kind, one_line(mandate.capacity, MAX_TITLE), principal, last_day(facts, ends))


def diverted_of(session: Session, facts: RunFacts, task: Task, official: Official | None) -> Diverted | None:
    """Return who has a task in somebody's place for a while; ``None`` where nobody does."""
    if official is None:
        return None
    for seat in facts.names.acting:
        if seat.held and seat.principal_id == official.id and _concerns(seat, task):
            title = one_line(facts.names.acting_title(seat), MAX_TITLE)
            return Diverted(title, facts.names.person(seat.official_id), last_day(facts, seat.ends_at))
    given = delegations.of(session, [official], task).get(official.id or 0)
    if given is None:
        return None
    return Diverted("", facts.names.person(given.to_id), last_day(facts, given.ends_at))


def last_day(facts: RunFacts, ends: datetime | None) -> date | None:
    """Return the last day of a term that ends with the midnight after it."""
    return facts.reader.local(ends - timedelta(microseconds=1)).date() if ends is not None else None


def _has_another(session: Session, names: Names, official: Official) -> bool:
    if any(seat.held and seat.official_id == official.id for seat in names.acting):
        return True
    return bool(_delegations_to(session, official))


def _delegations_to(session: Session, official: Official) -> list[Delegation]:
    return [one for one in delegations.held(session, official.office_id) if one.to_id == official.id]


def _acting(names: Names, task: Task, official: Official) -> list[Seat]:
    return [seat for seat in names.acting if seat.official_id == official.id and _concerns(seat, task)]


def _concerns(seat: Seat, task: Task) -> bool:
    return seat.role in task.roles and task.unit_id in ("", seat.unit_id)
