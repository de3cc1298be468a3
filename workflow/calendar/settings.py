"""What an office may set about its working time; what it does not set is Perpres 21/2023.

Hours are written as they stand on the board at an office's door: ``07.30-12.00, 13.00-16.00``
(local time; the gaps are the breaks). Inside they are minutes of the day.

The defaults: the Perpres gives 37 h 30 min a week from 07.30 with breaks of 60 minutes, 90 on
Fridays; in Ramadan 32 h 30 min from 08.00 with breaks of 30 and 60 minutes. It fixes five
working days and no clock time of a break. For regencies that keep a six-day week the same
weekly sums are spread so that Friday ends before the prayers and Saturday at midday.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

Stretch = tuple[int, int]
"""One stretch of work without a break, in minutes of the local day, end excluded."""

MOST_SPECIAL_DAYS = 1000
_STRETCH = re.compile(r"([0-9]{1,2})[.:]([0-9]{2})\s*(?:-|–|s\.?/?d\.?|sampai)\s*([0-9]{1,2})[.:]([0-9]{2})")
_EXAMPLE = "Tulis mis. 07.30-12.00, 13.00-16.00."


def parse_hours(value: Any) -> Any:
    """Read ``07.30-12.00, 13.00-16.00``; raises :class:`ValueError` in the words of the office file."""
    if not isinstance(value, str):
        return value
    found: list[Stretch] = []
    # "dan" as well: in the braces of a YAML file a comma would end the value.
    for part in re.split(r",|\bdan\b", value.lower()):
        match = _STRETCH.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"Jam kerja '{value[:40]}' belum terbaca. {_EXAMPLE}")
        opens_h, opens_m, closes_h, closes_m = (int(number) for number in match.groups())
        if opens_m > 59 or closes_m > 59:
            raise ValueError(f"Menit pada '{part.strip()[:40]}' lebih dari 59. {_EXAMPLE}")
        found.append((opens_h * 60 + opens_m, closes_h * 60 + closes_m))
    return tuple(found)


def show_hours(hours: tuple[Stretch, ...]) -> str:
    """Return hours as they are written: ``07.30-12.00, 13.00-16.00``."""
    return ", ".join(f"{a // 60:02}.{a % 60:02}-{b // 60:02}.{b % 60:02}" for a, b in hours)


def _in_order(hours: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    before = -1
    for opens, closes in hours:
        if not before < opens < closes <= 24 * 60:
            raise ValueError(f"Jam kerja harus urut dan berakhir sebelum tengah malam. {_EXAMPLE}")
        before = closes
    if not hours:
        raise ValueError(f"Jam kerja belum diisi. {_EXAMPLE}")
    return hours


DayHours = Annotated[
    tuple[Stretch, ...], BeforeValidator(parse_hours), AfterValidator(_in_order), PlainSerializer(show_hours)
]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WeekHours(_Frozen):
    """Own hours of a week; ``None`` keeps the default of that day."""

    monday_to_thursday: DayHours | None = None
    friday: DayHours | None = None
    saturday: DayHours | None = None


class RamadanDates(_Frozen):
    """The fasting month as the government proclaimed it; takes the place of the worked-out one."""

    first: date
    last: date

    def model_post_init(self, _context: Any, /) -> None:
        """Refuse what is no lunar month; a day more or less, since its first day may be an estimate still."""
        if not 27 <= (self.last - self.first).days <= 30:
            raise ValueError("Ramadan lamanya 29 atau 30 hari. Periksa tanggal awal dan akhirnya.")


class SpecialDay(_Frozen):
    """A day on which the office differs from the national list.

    ``holiday`` is a day off here (a local holiday, an election), ``working`` takes away a
    holiday or a weekend, ``confirmed`` says that an estimated date stays as it is.
    """

    date: date
    kind: Literal["holiday", "working", "confirmed"]
    name: str = Field(default="", max_length=100)
    source: Literal["file", "chat"] = "file"


def _once(days: tuple[SpecialDay, ...]) -> tuple[SpecialDay, ...]:
    if len({day.date for day in days}) != len(days):
        raise ValueError("Satu tanggal hanya boleh disebut satu kali.")
    return tuple(sorted(days, key=lambda day: day.date))


class CalendarSettings(_Frozen):
    """What ``Office.calendar`` holds: all that differs from the defaults.

    ``days`` is the length of the working week: 5 (Monday to Friday) or 6 (with Saturday).
    ``from_chat`` names the settings that were last set in chat: the office file does not
    overwrite those unasked (a special day says so itself).
    """

    days: Literal[5, 6] = 5
    hours: WeekHours = WeekHours()
    ramadan_hours: WeekHours = WeekHours()
    ramadan: tuple[RamadanDates, ...] = ()
    special: Annotated[tuple[SpecialDay, ...], Field(max_length=MOST_SPECIAL_DAYS), AfterValidator(_once)] = ()
    from_chat: tuple[Literal["days", "hours", "ramadan_hours", "ramadan"], ...] = ()

    def model_post_init(self, _context: Any, /) -> None:
        """Refuse hours for a day on which nobody works."""
        if self.days == 5 and (self.hours.saturday or self.ramadan_hours.saturday):
            raise ValueError("Jam kerja Sabtu hanya berlaku pada 6 hari kerja. Isi days: 6, atau hapus Sabtu.")

    def week(self, *, ramadan: bool) -> tuple[tuple[Stretch, ...], ...]:
        """Return the hours of Monday to Sunday; those of a day that is no working day hold if it is made one."""
        default = _DEFAULTS[self.days, ramadan]
        own = self.ramadan_hours if ramadan else self.hours
        usual = own.monday_to_thursday or default[0]
        friday, saturday = own.friday or default[1], own.saturday or default[2] or usual
        return (usual, usual, usual, usual, friday, saturday, usual)


def _hours(text: str) -> tuple[Stretch, ...]:
    hours: tuple[Stretch, ...] = parse_hours(text)
    return hours


_DEFAULTS: dict[tuple[int, bool], tuple[tuple[Stretch, ...], ...]] = {
    (5, False): (_hours("07.30-12.00, 13.00-16.00"), _hours("07.30-11.30, 13.00-16.30"), ()),
    (5, True): (_hours("08.00-12.00, 12.30-15.00"), _hours("08.00-11.30, 12.30-15.30"), ()),
    (6, False): (_hours("07.30-12.00, 13.00-15.30"), _hours("07.30-11.30"), _hours("07.30-13.00")),
    (6, True): (_hours("08.00-12.00, 12.30-14.30"), _hours("08.00-11.30"), _hours("08.00-13.00")),
}
"""By days and Ramadan: Monday to Thursday, Friday, Saturday (none in a five-day week)."""


def parse_settings(data: dict[str, Any]) -> CalendarSettings:
    """Read what ``Office.calendar`` holds; raises :class:`pydantic.ValidationError`."""
    return CalendarSettings.model_validate(data)
