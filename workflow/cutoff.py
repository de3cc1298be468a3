"""Would a run end after the office's own cut-off day? An estimate from the SOP's standard times, before it starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sop_definitions.graph import predecessors
from storage.tables import Adoption, Office
from workflow import periods
from workflow.adoption import Adopted, load, standard_duration
from workflow.calendar.due import due
from workflow.calendar.of_office import calendar_of
from workflow.calendar.working_time import WorkingTime
from workflow.reminding.policy import policy_of


@dataclass(frozen=True, slots=True)
class Estimate:
    """When a run would end by the standard times. ``blank``: steps whose waktu is open; they count as nothing."""

    ends_at: datetime
    blank: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Overrun:
    """A run that would end after its cut-off day (the office's local date)."""

    estimate: Estimate
    cutoff: date


def estimate(adopted: Adopted, calendar: WorkingTime, starts_at: datetime) -> Estimate:
    """Return when the last step of a run begun at ``starts_at`` (aware) would end.

    The longest way through the steps counts, each with its waktu (PermenPAN-RB 35/2012, mutu
    baku) in the office's working time; what is sent back and done again does not.
    """
    before = predecessors(adopted.definition)
    ends: dict[int, datetime] = {}
    blank = []
    waiting = list(before)
    while waiting:
        number = next(n for n in waiting if all(earlier in ends for earlier in before[n]))
        waiting.remove(number)
        begins = max((ends[earlier] for earlier in before[number]), default=starts_at)
        duration = standard_duration(adopted, number)
        end = due(calendar, begins, duration) if duration is not None else None
        if end is None:
            blank.append(number)
        ends[number] = end or begins
    return Estimate(max(ends.values()), tuple(sorted(blank)))


def cutoff_of(office: Office, period: str) -> date | None:
    """Return the day by which a run for a period is to be done: the cut-off day of the month after it.

    ``None`` where the period's name does not say when it ends.
    """
    end = periods.ends_on(period)
    if end is None:
        return None
    return (end + timedelta(days=1)).replace(day=policy_of(office).cutoff_day)


def overrun(office: Office, adoption: Adoption, period: str, starts_at: datetime) -> Overrun | None:
    """Return by how much a run begun at ``starts_at`` would miss its cut-off day; ``None`` if it would not."""
    last = cutoff_of(office, period)
    if last is None:
        return None
    calendar = calendar_of(office)
    found = estimate(load(adoption), calendar, starts_at)
    return Overrun(found, last) if calendar.local_date(found.ends_at) > last else None
