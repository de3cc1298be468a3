"""What an admin may change about the office's calendar: settings in, settings out.

Every edit replaces what the chat or the office file said about the same day before.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from workflow.calendar.national import DayOff, national, ramadan
from workflow.calendar.settings import CalendarSettings, RamadanDates, SpecialDay, Stretch, WeekHours, parse_hours
from workflow.calendar.working_time import OTHER_MONTH, WorkingTime

DayGroup = Literal["monday_to_thursday", "friday", "saturday"]
MAX_NAME = 60
AHEAD = timedelta(days=365)

_RANGE = r"[0-9]{1,2}[.:][0-9]{2}\s*(?:-|–|s\.?/?d\.?|sampai|hingga|to)\s*[0-9]{1,2}[.:][0-9]{2}"
_WITH_BREAK = re.compile(
    rf"(?:jam|pukul|pkl\.?)?\s*({_RANGE})\s*[,;]?\s*(?:dan\s+|with\s+(?:a\s+)?)?"
    rf"(?:\(?\s*(?:istirahat|ishoma|break)\s*:?\s*(?:jam|pukul|pkl\.?)?\s*({_RANGE})\s*\)?)?"
)


def holiday(settings: CalendarSettings, day: date, name: str) -> CalendarSettings:
    """Add a day off of this office."""
    return _with(settings, SpecialDay(date=day, kind="holiday", name=name, source="chat"))


def working_day(settings: CalendarSettings, day: date) -> CalendarSettings:
    """Let the office work on a day that is off elsewhere."""
    return _with(settings, SpecialDay(date=day, kind="working", source="chat"))


def confirmed(settings: CalendarSettings, day: date) -> CalendarSettings:
    """Say that an estimated date is the right one."""
    return _with(settings, SpecialDay(date=day, kind="confirmed", source="chat"))


def moved(settings: CalendarSettings, estimated: date, day: date, name: str) -> CalendarSettings:
    """Let a holiday whose date was estimated fall on another day; the fasting month ends with it.

    A weekend that was estimated stays one, and so does a day that is off for another reason.
    """
    changed = holiday(settings, day, name)
    if len(national(estimated.year)[estimated].name.split(" / ")) == 1 and estimated.weekday() < settings.days:
        changed = working_day(changed, estimated)
    known = [*((own.first, own.last) for own in settings.ramadan), *ramadan(estimated.year)]
    fasting = next((span for span in known if span[1] == estimated - timedelta(days=1)), None)
    if fasting is None:
        return changed
    own = RamadanDates(first=fasting[0], last=day - timedelta(days=1))
    others = tuple(month for month in changed.ramadan if month.first != own.first)
    return _checked(changed, ramadan=(*others, own))


def fasting(settings: CalendarSettings, begins: date, first: date, last: date) -> CalendarSettings:
    """Let the fasting month that begins (about) then have these days.

    Raises :class:`ValueError` for what is no lunar month.
    """
    others = fasting_worked_out(settings, begins).ramadan
    months = sorted((*others, RamadanDates(first=first, last=last)), key=lambda month: month.first)
    return _checked(settings, ramadan=tuple(months))


def fasting_worked_out(settings: CalendarSettings, begins: date) -> CalendarSettings:
    """Let the fasting month that begins (about) then be the worked-out one again."""
    return _checked(settings, ramadan=tuple(m for m in settings.ramadan if abs(m.first - begins) > OTHER_MONTH))


def fasting_ahead(calendar: WorkingTime, today: date) -> list[tuple[date, date]]:
    """Return first and last day of the fasting month that is under way or comes next, and of the one after it."""
    months = {span for year in range(today.year, today.year + 3) for span in calendar.ramadan_in(year)}
    return sorted(span for span in months if span[1] >= today)[:2]


def fasting_near(settings: CalendarSettings, begins: date) -> tuple[date, date]:
    """Return the fasting month that begins (about) then."""
    months = WorkingTime(ZoneInfo("UTC"), settings).ramadan_in(begins.year)
    return min(months, key=lambda span: abs(span[0] - begins))


def without(settings: CalendarSettings, day: date) -> CalendarSettings:
    """Take back what the office said about a day."""
    return _checked(settings, special=tuple(s for s in settings.special if s.date != day))


def week_of(settings: CalendarSettings, days: Literal[5, 6]) -> CalendarSettings:
    """Let the working week have five or six days; hours of a Saturday go with it."""
    if days == 6:
        return _checked(settings, days=6)
    no_saturday = {"saturday": None}
    return _checked(
        settings, days=5, hours=settings.hours.model_copy(update=no_saturday),
        ramadan_hours=settings.ramadan_hours.model_copy(update=no_saturday),
    )  # fmt: skip


def hours(
    settings: CalendarSettings, group: DayGroup, stretches: tuple[Stretch, ...] | None, *, fasting: bool
) -> CalendarSettings:
    """Set the hours of a group of days, usually or in the fasting month; ``None``: as the Perpres has them.

    Raises :class:`ValueError` for hours that are not in order.
    """
    which = "ramadan_hours" if fasting else "hours"
    own: WeekHours = getattr(settings, which)
    values = {name: getattr(own, name) for name in WeekHours.model_fields} | {group: stretches}
    return _checked(settings, **{which: WeekHours(**values)})


def hours_from_words(text: str) -> tuple[Stretch, ...]:
    """Read '07.30-16.00, istirahat 12.00-13.00', or stretches as the office file has them.

    Raises :class:`ValueError` for anything else, and for a break that is not within the hours.
    """
    words = " ".join(re.sub(r"\b(wib|wita|wit)\b", "", text.casefold()).split())
    match = _WITH_BREAK.fullmatch(words)
    if match is None:
        found: tuple[Stretch, ...] = parse_hours(words)
        return found
    ((opens, closes),) = parse_hours(re.sub(r"hingga|to", "-", match.group(1)))
    if match.group(2) is None:
        return ((opens, closes),)
    ((begins, ends),) = parse_hours(re.sub(r"hingga|to", "-", match.group(2)))
    if not opens < begins < ends < closes:
        raise ValueError("the break is not within the hours")
    return ((opens, begins), (ends, closes))


def _with(settings: CalendarSettings, special: SpecialDay) -> CalendarSettings:
    others = tuple(s for s in settings.special if s.date != special.date)
    return _checked(settings, special=(*others, special))


def _checked(settings: CalendarSettings, **changed: object) -> CalendarSettings:
    """Return changed settings, validated as a whole: a copy alone would not be."""
    values = {name: getattr(settings, name) for name in CalendarSettings.model_fields}
    from_chat = sorted({*settings.from_chat, *changed} - {"special"})
    return CalendarSettings.model_validate(values | changed | {"from_chat": from_chat})


def days_off_ahead(calendar: WorkingTime, today: date) -> list[DayOff]:
    """Return the national days off of the coming year on which this office might work."""
    found = calendar.days_off(today, today + AHEAD)
    return [off for off in found if off.kind != "local" and off.date.weekday() < calendar.settings.days]


def estimates_ahead(calendar: WorkingTime, today: date) -> list[DayOff]:
    """Return the coming days off whose Islamic date is still an estimate."""
    return [off for off in calendar.days_off(today, today + AHEAD) if off.estimated]


def set_in_chat(settings: CalendarSettings, today: date) -> list[SpecialDay]:
    """Return the coming days that an admin set by /kalender: those can be taken back there."""
    return [day for day in settings.special if day.source == "chat" and day.date >= today]
