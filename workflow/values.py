"""From what an official types to the value a field keeps. Never a wrong value: what is not understood is said so."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

import dateparser

from sop_definitions.model import FieldKind
from workflow.texts import MAX_TEXT

RELATIVE = {"kemarin": -1, "yesterday": -1, "hari ini": 0, "today": 0, "besok": 1, "tomorrow": 1, "lusa": 2}
WEEKDAYS = {
    "senin": 0, "selasa": 1, "rabu": 2, "kamis": 3, "jumat": 4, "sabtu": 5, "minggu": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
}  # fmt: skip
MAX_NUMBER = 1_000_000


class BadValue(Exception):
    """An answer that cannot be taken. ``reason`` is a stable word for the message that says so.

    Reasons: ``empty``, ``too_long``, ``not_a_number``, ``not_a_time``, ``not_a_date``,
    ``past_date``, ``wrong_weekday``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(kind: FieldKind, text: str, today: date, *, not_past: bool = False) -> Any:
    """Return the value of an answer: str, int, ISO date, ``HH:MM`` or list of lines.

    ``today`` is the office's local date; ``not_past`` refuses a date before it. Raises
    :class:`BadValue`.
    """
    text = text.strip()
    if not text:
        raise BadValue("empty")
    if len(text) > MAX_TEXT:
        raise BadValue("too_long")
    match kind:
        case FieldKind.NUMBER:
            return _number(text)
        case FieldKind.TIME:
            return _clock(text)
        case FieldKind.DATE:
            return _date(text, today, not_past=not_past).isoformat()
        case FieldKind.LIST:
            return [line.strip(" -•\t") for line in text.splitlines() if line.strip(" -•\t")] or _empty()
        case _:
            return text


def _empty() -> list[str]:
    raise BadValue("empty")


def _number(text: str) -> int:
    found = re.fullmatch(
        r"(\d{1,3}(?:\.\d{3})+|\d{1,7})(?:\s*(?:rangkap|lembar|eks|eksemplar|buah|copies))?", text, re.IGNORECASE
    )
    if found is None:
        raise BadValue("not_a_number")
    value = int(found.group(1).replace(".", ""))
    if value > MAX_NUMBER:
        raise BadValue("not_a_number")
    return value


def _clock(text: str) -> str:
    found = re.fullmatch(
        r"(?:jam|pukul|pkl\.?)?\s*(\d{1,2})(?:[.:](\d{2}))?\s*(pagi|siang|sore|malam)?\s*(?:wib|wita|wit)?",
        text.casefold(),
    )
    if found is None:
        raise BadValue("not_a_time")
    hour, minute, part = int(found.group(1)), int(found.group(2) or 0), found.group(3)
    if part in ("siang", "sore", "malam") and hour < 11:
        hour += 12
    if hour > 23 or minute > 59:
        raise BadValue("not_a_time")
    return time(hour, minute).strftime("%H:%M")


def _date(text: str, today: date, *, not_past: bool) -> date:
    words = re.sub(r"\s+", " ", text.casefold().replace("jum'at", "jumat").replace("’", "'")).strip(" .")
    words = re.sub(r"^(tanggal|tgl\.?|hari)\s+(?=\w)", "", words) if words != "hari ini" else words
    if words in RELATIVE:
        return _not_past(today + timedelta(days=RELATIVE[words]), today, not_past=not_past)
    weekday, _, rest = words.partition(",") if "," in words else words.partition(" ")
    named = WEEKDAYS.get(weekday.strip())
    found = _absolute(rest.strip() if named is not None else words, today)
    if named is not None and found.weekday() != named:
        raise BadValue("wrong_weekday")
    return _not_past(found, today, not_past=not_past)


def _not_past(found: date, today: date, *, not_past: bool) -> date:
    if not_past and found < today:
        raise BadValue("past_date")
    return found


def _absolute(words: str, today: date) -> date:
    """Return a date that names day, month and year; a missing year is the nearest one not past.

    Only whole dates are given to dateparser: it guesses from anything less.
    """
    has_year = re.search(r"\b\d{4}\b", words) is not None
    if not re.fullmatch(
        r"\d{1,2}\s*(?:[-/. ]\s*\d{1,2}|\s[a-z]+)(?:\s*[-/. ]\s*\d{4}|\s+\d{4})?|\d{4}-\d{2}-\d{2}", words
    ):
        raise BadValue("not_a_date")
    found = dateparser.parse(
        words if has_year else f"{words} {today.year}",
        languages=["id", "en"],
        settings={
            "DATE_ORDER": "YMD" if re.match(r"\d{4}-", words) else "DMY",
            "PARSERS": ["absolute-time"],
            "REQUIRE_PARTS": ["day", "month", "year"],
            "RELATIVE_BASE": datetime.combine(today, time(12)),
        },
    )
    if found is None:
        raise BadValue("not_a_date")
    day = found.date()
    if not has_year and day < today - timedelta(days=31):
        return _next_year(day)
    return day


def _next_year(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError as error:
        raise BadValue("not_a_date") from error
