"""Days counted from today: 'besok', '3 hari kerja lagi', 'minggu depan'; and moments counted from now: '2 jam lagi'."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from workflow.calendar.working_time import WorkingTime
from workflow.dates.meaning import NotUnderstood
from workflow.dates.periods import add_months

_DAYS = {
    "hari ini": 0, "nanti hari ini": 0, "hari ini nanti": 0, "besok": 1, "hari besok": 1, "lusa": 2,
    "besok lusa": 2, "lusa besok": 2, "hari lusa": 2, "kemarin": -1, "kemarin lusa": -2, "hari kemarin": -1,
}  # fmt: skip
_SPAN = re.compile(
    r"(?:dalam )?(?P<n>\d{1,4}) (?P<unit>hari kerja|hari|pekan|bulan|tahun)(?: (?P<way>lagi|depan|lalu))?"
)
_CLOCK_SPAN = re.compile(
    r"(?:dalam )?(?:(?P<hours>\d{1,3}(?:[.,]\d{1,2})?) jam)?(?: ?(?P<minutes>\d{1,4}) menit)?(?: lagi)?"
)
_NEXT_WORKING_DAY = re.compile(r"hari kerja depan")


def find_moment(words: str, now: datetime) -> datetime | None:
    """Return the moment so many hours and minutes from now, or ``None`` if the phrase is none such."""
    match = _CLOCK_SPAN.fullmatch(words)
    if match is None or not (match["hours"] or match["minutes"]):
        return None
    minutes = float((match["hours"] or "0").replace(",", ".")) * 60 + int(match["minutes"] or 0)
    if not minutes:
        raise NotUnderstood("not_a_date")
    return now + timedelta(minutes=round(minutes))


def find(words: str, today: date, calendar: WorkingTime) -> tuple[date, ...]:
    """Return the dates that a phrase can mean; none if it is no such phrase."""
    if words in _DAYS:
        return (today + timedelta(days=_DAYS[words]),)
    if words == "pekan depan":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=1)
        return tuple(dict.fromkeys((today + timedelta(weeks=1), monday, monday + timedelta(days=4))))
    if words == "bulan depan":
        return (add_months(today, 1),)
    if _NEXT_WORKING_DAY.fullmatch(words):
        return (calendar.working_day(today, 1),)
    match = _SPAN.fullmatch(words)
    if match is None:
        return ()
    count = int(match["n"]) * (-1 if match["way"] == "lalu" else 1)
    try:
        return (_counted(today, count, match["unit"], calendar),)
    except (OverflowError, ValueError) as error:
        raise NotUnderstood("not_a_date") from error


def _counted(today: date, count: int, unit: str, calendar: WorkingTime) -> date:
    match unit:
        case "hari":
            return today + timedelta(days=count)
        case "pekan":
            return today + timedelta(weeks=count)
        case "bulan":
            return add_months(today, count)
        case "tahun":
            return add_months(today, 12 * count)
        case _:
            return calendar.working_day(today, count if count > 0 else count + calendar.is_working_day(today) - 1)
