"""The clock time in a phrase, cut out before anything reads the date: 'jam 9' is no ninth day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

from workflow.dates.meaning import NotUnderstood
from workflow.dates.normalising import MONTHS, WEEKDAYS, any_of, join

ZONES = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura"}
PARTS = {
    "pagi": (time(8), time(9), time(10)),
    "siang": (time(13), time(14)),
    "sore": (time(15, 30), time(16)),
    "malam": (time(19), time(20)),
}
"""A part of the day that is named alone, and what it may mean; the likeliest first."""

_HALF_DAY = range(1, 7)
"""Hours that are said alike of the night and of the afternoon: 'jam 2'."""

_SAID = re.compile(
    r"\bjam (?:(?P<half>setengah) )?(?P<hour>\d{1,2})(?:[.:](?P<minute>\d{2})(?:[.:]00)?)?(?![\d.:/-])"
    r"(?: (?P<side>lewat|kurang) (?P<more>\d{1,2}|seperempat)(?: menit)?)?"
)
_HALF = re.compile(r"\b(?P<half>setengah) (?P<hour>\d{1,2})(?![\d.:,/-])")
_ENGLISH = re.compile(r"\b(?:jam )?(?P<hour>\d{1,2})(?:[.:](?P<minute>\d{2}))? (?P<meridiem>am|pm)\b")
_BARE = re.compile(r"(?<![\d.:,/-])(?P<hour>\d{1,2})(?P<mark>[.:])(?P<minute>\d{2})(?:[.:]00)?(?![\d.:,/-])")
_WITH_PART = re.compile(r"(?<!tgl )(?<![\d.:,/-])(?P<hour>\d{1,2})(?= (?:pagi|siang|sore|malam|dini hari)\b)")
_EVE = re.compile(rf"\bmalam (?:(?:{any_of(WEEKDAYS)}|tgl)\b|\d{{1,2}} (?:{any_of(MONTHS)})\b)")


@dataclass(frozen=True, slots=True)
class Clock:
    """What a phrase says of the clock: the times it may mean, likeliest first, and in which zone (``None``: own)."""

    times: tuple[time, ...]
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """A phrase without its clock. ``maybe_date``: what was taken for a clock may be a date, '5.12'."""

    clock: Clock | None
    rest: str
    maybe_date: str = ""


def cut(words: str) -> Cut:
    """Cut the clock time out of a phrase; raise :class:`NotUnderstood` for one that there is not."""
    if _EVE.search(words):
        raise NotUnderstood("vague")  # 'malam Jumat' is the evening before Friday, or Friday's
    words, zone = _zone(words)
    found = next((match for p in (_ENGLISH, _SAID, _HALF, _BARE, _WITH_PART) if (match := p.search(words))), None)
    rest, maybe_date = words, ""
    if found is not None and found.re is _BARE and re.search(r"\btgl $", words[: found.start()]):
        found = None  # 'tgl 5.12'
    if found is not None:
        rest = join(words[: found.start()], words[found.end() :])
    part, rest = _part(rest)
    if found is None:
        if zone is not None and part is None:
            raise NotUnderstood("not_a_date")
        if part is not None and part not in PARTS:
            raise NotUnderstood("vague")
        return Cut(Clock(PARTS[part], zone) if part is not None else None, rest)
    times = _times(found, part)
    if found.re is _BARE and part is None and zone is None and not rest and found["mark"] == ".":
        maybe_date = found[0] if 1 <= int(found["minute"]) <= 12 and 1 <= int(found["hour"]) <= 31 else ""
    if not times:
        if maybe_date:
            return Cut(None, maybe_date)  # '31.12'
        raise NotUnderstood("not_a_date")
    return Cut(Clock(times, zone), rest, maybe_date)


def _zone(words: str) -> tuple[str, ZoneInfo | None]:
    found = re.findall(r"\b(?:wib|wita|wit)\b", words)
    if len(found) > 1:
        raise NotUnderstood("not_a_date")
    if not found:
        return words, None
    before, _, after = words.partition(found[0])
    return join(before, after), ZoneInfo(ZONES[found[0]])


def _part(words: str) -> tuple[str | None, str]:
    found = list(re.finditer(r"\b(pagi|siang|sore|malam|dini)(?: hari)?(?P<today> ini)?\b", words))
    found = [one for one in found if one[1] != "dini" or one[0].startswith("dini hari")]
    if len({one[1] for one in found}) > 1:
        raise NotUnderstood("not_a_date")
    if not found:
        return None, words
    for one in reversed(found):
        # 'sore ini' is today's; so is 'nanti sore', whose 'nanti' stays anyway.
        today = " hari ini " if one["today"] else ""
        words = join(words[: one.start()] + today, words[one.end() :])
    return found[0][1], words


def _times(found: re.Match[str], part: str | None) -> tuple[time, ...]:
    """Return the times that were meant; none if there is no such time."""
    groups = found.groupdict()
    hour, minute = int(groups["hour"]), int(groups.get("minute") or 0)
    written = str(groups["hour"])
    if groups.get("meridiem"):
        if not 1 <= hour <= 12 or part is not None or minute > 59:
            return ()
        return (time(hour % 12 + (12 if groups["meridiem"] == "pm" else 0), minute),)
    if hour > 23 or minute > 59:
        return ()
    shift = _shift(groups, hour, minute)
    if shift is None:
        return ()
    return tuple(_moved(hour, minute, shift) for hour in _hours(hour, written, part, half=bool(groups.get("half"))))


def _shift(groups: dict[str, str | None], hour: int, minute: int) -> int | None:
    """Return the minutes that 'setengah', 'lewat' and 'kurang' move the clock; ``None`` for nonsense."""
    if groups.get("half"):
        return -30 if 1 <= hour <= 12 and not minute and not groups.get("side") else None
    if not groups.get("side"):
        return 0
    more = 15 if groups["more"] == "seperempat" else int(groups["more"] or 0)
    if minute or not 1 <= more <= 59 or (groups["side"] == "kurang" and hour == 0):
        return None
    return more if groups["side"] == "lewat" else -more


def _moved(hour: int, minute: int, shift: int) -> time:
    whole = (hour * 60 + minute + shift) % (24 * 60)
    return time(whole // 60, whole % 60)


def _hours(hour: int, written: str, part: str | None, *, half: bool) -> tuple[int, ...]:
    """Return the hours of 24 that an hour can mean, likeliest first; none where the part of the day contradicts."""
    later = hour + 12
    match part:
        case None if half and hour == 1:
            return (13, 1)  # 'setengah 1' is 12.30
        case None:
            # '02.00' is written as the clock shows it; 'jam 2' is said.
            return (later, hour) if hour in _HALF_DAY and not written.startswith("0") else (hour,)
        case "pagi":
            return (hour,) if 1 <= hour <= 11 else ()
        case "dini":
            return (hour,) if 0 <= hour <= 5 else ()
        case "siang":
            return (later,) if 1 <= hour <= 4 else (hour,) if 10 <= hour <= 15 else ()
        case "sore":
            return (later,) if 1 <= hour <= 7 else (hour,) if 14 <= hour <= 19 else ()
        case _ if hour in (0, 12):
            raise NotUnderstood("vague")  # midnight opens one day and closes another
        case _:
            return (later,) if 6 <= hour <= 11 else (hour,) if 18 <= hour <= 23 or 1 <= hour <= 4 else ()
