"""Three offices in three zones, and how their people are: prompt, slow, away, blocked, in two places at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from tests.e2e.offices import office_file

FIVE = (
    "sumbang-pengukuran-kinerja",
    "candipuro-pengukuran-data-kinerja",
    "dinsospermasdes-pengukuran-kinerja",
    "tambak-evaluasi-kinerja",
    "sutera-pengukuran-kinerja",
)


@dataclass(frozen=True)
class Manner:
    """How somebody works. Delays are working minutes between a message and the look at it.

    ``late`` is how often (of 100) something is left for one to three working days instead;
    ``acknowledges`` how often it is first noted with 'Saya tindak lanjuti'. ``away`` and
    ``blocked`` are stretches of days (both ends included).
    """

    delay: tuple[int, int] = (5, 120)
    late: int = 8
    acknowledges: int = 20
    evenings: bool = False
    away: tuple[date, date] | None = None
    blocked: tuple[date, date] | None = None


@dataclass(frozen=True)
class Place:
    """One office: its file, its zone, who sits in it (name -> Telegram id), which SOPs run there."""

    id: str
    zone: ZoneInfo
    file: str
    people: dict[str, int]
    sops: tuple[str, ...]
    manners: dict[str, Manner] = field(default_factory=dict)


PROMPT = Manner(delay=(2, 40), late=0)
USUAL = Manner()
SLOW = Manner(delay=(30, 400), late=35, acknowledges=40)
NIGHT = Manner(delay=(5, 60), late=10, evenings=True)


def _place(
    office: str, name: str, zone: str, first: int, sops: tuple[str, ...], manners: dict[str, Manner],
    also: dict[str, int] | None = None,
) -> Place:  # fmt: skip
    names = ("camat", "sekcam", "pemerintahan", "trantib", "pengelola", "kasubag", "staf")
    people = {person: first + number for number, person in enumerate(names, start=1)} | (also or {})
    text = office_file(*sops, accept_suggestions="true")
    text = text.replace("id: sumbang, name: Kecamatan Sumbang", f"id: {office}, name: {name}", 1)
    text = text.replace("timezone: Asia/Jakarta", f"timezone: {zone}", 1)
    text = re.sub(r"telegram_id: 100(\d)", lambda found: f"telegram_id: {people[names[int(found[1]) - 1]]}", text)
    return Place(office, ZoneInfo(zone), text, people, sops, manners)


def places(*, all_everywhere: bool) -> tuple[Place, ...]:
    """Return the three offices; each runs two of the five SOPs, or all of them."""
    shares = ((0, 1), (2, 3), (4, 0))
    first, second, third = (FIVE if all_everywhere else tuple(FIVE[i] for i in share) for share in shares)
    return (
        _place(
            "sumbang", "Kecamatan Sumbang", "Asia/Jakarta", 1000, first,
            {
                "camat": SLOW,
                "sekcam": PROMPT,
                "trantib": Manner(away=(date(2027, 2, 22), date(2027, 3, 4)), late=10),
                "pengelola": NIGHT,
            },
        ),
        _place(
            "panakkukang", "Kecamatan Panakkukang", "Asia/Makassar", 2000, second,
            {
                "sekcam": SLOW,
                "pemerintahan": Manner(blocked=(date(2027, 2, 18), date(2027, 2, 26))),
                "kasubag": SLOW,
            },
            also={"pengelola": 1006},  # Kasubag Umum of Sumbang, on loan
        ),
        _place(
            "abepura", "Distrik Abepura", "Asia/Jayapura", 3000, third,
            {
                "camat": NIGHT,
                "pengelola": SLOW,
                "trantib": Manner(away=(date(2027, 3, 3), date(2027, 3, 24)), late=0),
            },
        ),
    )  # fmt: skip
