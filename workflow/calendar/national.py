"""The national days off and the fasting month, from the ``holidays`` package (no network).

Hari libur nasional and cuti bersama follow the yearly SKB of three ministers. Before the
Ministry of Religious Affairs has fixed an Islamic date it is an estimate; so is every date
of a year for which there is no SKB yet, and such a year has no cuti bersama.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

_ESTIMATED = " (perkiraan)"
_FITRI = "Hari Raya Idul Fitri"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayOff:
    """A day on which an office does not work, and why.

    ``holiday`` is a public holiday, ``collective`` cuti bersama, ``local`` a day off of this
    office only. ``estimated``: the date may still move; ``name`` is without that mark.
    """

    date: date
    name: str
    kind: Literal["holiday", "collective", "weekend", "local"]
    estimated: bool = False


@lru_cache(maxsize=512)
def national(year: int) -> Mapping[date, DayOff]:
    """Return a year's hari libur nasional and cuti bersama; none outside the years the package knows."""
    import holidays  # dear to load, and not every command reckons with days off

    found: dict[date, DayOff] = {}
    # Read apart, because a day of both is a public holiday first.
    for category in ("government", "public"):
        listed = holidays.country_holidays("ID", years=year, categories=category, language="id", expand=False)
        for day in listed:
            names = listed.get_list(day)
            found[day] = DayOff(
                date=day,
                name=" / ".join(name.removesuffix(_ESTIMATED) for name in names),
                kind="holiday" if category == "public" else "collective",
                estimated=any(name.endswith(_ESTIMATED) for name in names),
            )
    return MappingProxyType(dict(sorted(found.items())))


@lru_cache(maxsize=512)
def ramadan(year: int) -> tuple[tuple[date, date], ...]:
    """Return first and last day of each Ramadan whose Idul Fitri falls in ``year``.

    Mostly one; two in a year like 2033, none beyond the years the package knows. It ends on
    the eve of Indonesia's Idul Fitri. Its first day is the one the package knows for Brunei,
    which sets it by the same criterion (MABIMS); where that would make no lunar month of 29
    or 30 days, 30 are taken.
    """
    fitri = [day.date for day in national(year).values() if _FITRI in day.name.split(" / ")]
    begins = _first_days(year - 1) | _first_days(year)
    found = []
    for day in fitri:
        length = next((n for n in (29, 30) if day - n * _DAY in begins), 30)
        found.append((day - length * _DAY, day - _DAY))
    return tuple(found)


@lru_cache(maxsize=512)
def _first_days(year: int) -> frozenset[date]:
    import holidays

    listed = holidays.country_holidays("BN", years=year, language="en_US", expand=False)
    return frozenset(day for day in listed if _is_first(listed.get_list(day)))


def _is_first(names: list[str]) -> bool:
    return any(name.removesuffix(" (estimated)") == "First Day of Ramadan" for name in names)
