"""How many offices and officials there are in each time zone, and how they are shared out among bots.

Kecamatan and regencies by zone are sums over the provinces from published counts, rounded where
those differ by year; that every regency's kecamatan differ in number as ``SPREAD`` says, and that
officials are spread evenly over kecamatan, is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random

OFFICIALS = 200_000
SPREAD = (0.4, 1.6)
"""A bot's share of the offices, least and most, as a part of the mean."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone: ``offices`` kecamatan in ``regencies`` regencies and cities; ``utc`` is when 07.30 is there."""

    name: str
    offices: int
    regencies: int
    utc: str


WIT = Zone("WIT", 1_034, 63, "22.30")
WITA = Zone("WITA", 1_832, 150, "23.30")
WIB = Zone("WIB", 4_422, 301, "00.30")
ZONES = (WIT, WITA, WIB)
OFFICES = sum(zone.offices for zone in ZONES)
REGENCIES = sum(zone.regencies for zone in ZONES)


def bots_of(zone: Zone, bots: int) -> int:
    """Return how many of a country's bots are a zone's: by its share of the regencies, at least one."""
    return max(1, round(bots * zone.regencies / REGENCIES))


def shares(total: int, parts: int, random: Random) -> list[int]:
    """Share out ``total`` in ``parts`` of different sizes, nothing left over."""
    weights = [random.uniform(*SPREAD) for _ in range(parts)]
    bounds, reached, whole = [0], 0.0, sum(weights)
    for weight in weights:
        reached += weight
        bounds.append(round(total * reached / whole))
    return [end - begin for begin, end in pairwise(bounds)]
