"""How single values are written out: dates, clock times, sizes, names, other people's words.

Times are stored in UTC and read in the office's time zone, which officials know as WIB,
WITA or WIT. Whatever somebody typed is neutralised before anyone else reads it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

from sop_definitions.model import FieldKind

ELLIPSIS = "…"
INDONESIAN_ZONES = {
    "Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA", "Asia/Ujung_Pandang": "WITA",
    "Asia/Jayapura": "WIT",
}  # fmt: skip
_SPACES = re.compile(r"\s+")
_KEPT_MARKS = 2


class InBothLanguages(Protocol):
    """Anything said in Indonesian and English: a definition's texts, a caption."""

    @property
    def id(self) -> str:
        """Return the Indonesian words."""

    @property
    def en(self) -> str:
        """Return the English words."""


@lru_cache(maxsize=4096)
def neutralise(text: str) -> str:
    """Return a text that cannot disturb its surroundings.

    Control and format characters go (bidirectional overrides, zero-width characters, lone
    surrogates), piles of combining marks are cut down; line breaks stay.
    """
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if character == "\n" or (category not in ("Cc", "Cf", "Cs", "Co", "Cn") and marks <= _KEPT_MARKS):
            kept.append(" " if category in ("Zl", "Zp") else character)
        elif character in "\t\r\x0b\x0c":
            kept.append(" ")
    return "".join(kept)


@lru_cache(maxsize=4096)
def _date(day: date, pattern: str, *, locale: str) -> str:
    """Return a date as the pattern says; looking up a language's words takes longer than all the rest of a line."""
    return format_date(day, pattern, locale=locale)


def one_line(text: str, limit: int) -> str:
    """Return a text on one line, cut between words with an ellipsis above ``limit`` characters."""
    line = _SPACES.sub(" ", neutralise(text)).strip()
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > limit // 2 else cut).rstrip(" ,;:.·-") + ELLIPSIS


def quoted(text: str, limit: int = 300) -> str:
    """Return somebody's words between quotation marks, shortened above ``limit`` characters."""
    return f"“{one_line(text, limit)}”"


def file_name(name: str, limit: int = 48) -> str:
    """Return a file's name on one line, cut in its middle so that its ending stays readable."""
    line = _SPACES.sub(" ", neutralise(name)).strip() or "-"
    if len(line) <= limit:
        return line
    tail = limit // 3
    return line[: limit - tail - 1].rstrip() + ELLIPSIS + line[-tail:].lstrip()


def utf16_length(text: str) -> int:
    """Return a text's length as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class Reader:
    """In which language and time zone (an IANA name) somebody reads, and how they are addressed."""

    language: str
    timezone: str
    salutation: str = ""

    @property
    def you(self) -> str:
        """Return how the reader is spoken to: 'Ibu', or 'Bapak/Ibu' where the office did not say."""
        if self.language == "en":
            return "you"
        return one_line(self.salutation, 20) or "Bapak/Ibu"

    def pick(self, words: InBothLanguages) -> str:
        """Return the words in the reader's language."""
        return words.en if self.language == "en" else words.id

    def local(self, at: datetime) -> datetime:
        """Return a time in the office's zone."""
        return at.astimezone(ZoneInfo(self.timezone))

    def zone_name(self, at: datetime) -> str:
        """Return what officials call their zone: WIB, WITA or WIT."""
        return INDONESIAN_ZONES.get(self.timezone) or self.local(at).tzname() or "UTC"

    def day(self, value: date | datetime) -> str:
        """Return 'Kamis, 7 Januari 2027'."""
        local = self.local(value).date() if isinstance(value, datetime) else value
        return _date(local, "EEEE, d MMMM y", locale=self.language)

    def letter_date(self, day: date) -> str:
        """Return '7 Januari 2027', as a letter is dated."""
        return _date(day, "d MMMM y", locale=self.language)

    def hour(self, at: datetime) -> str:
        """Return '10.15 WIB'."""
        local = self.local(at)
        mark = ":" if self.language == "en" else "."
        return f"{local:%H}{mark}{local:%M} {self.zone_name(at)}"

    def clock(self, at: datetime) -> str:
        """Return 'pukul 09.12 WIB'."""
        return f"{'at' if self.language == 'en' else 'pukul'} {self.hour(at)}"

    def moment(self, at: datetime) -> str:
        """Return 'Kamis, 7 Januari 2027 pukul 10.15 WIB'."""
        return f"{self.day(at)} {self.clock(at)}"

    def short_day(self, value: date | datetime) -> str:
        """Return 'Kam, 7 Jan 2027', for buttons."""
        local = self.local(value).date() if isinstance(value, datetime) else value
        return _date(local, "EEE, d MMM y", locale=self.language)

    def brief(self, at: datetime) -> str:
        """Return '7 Jan 2027 10.15 WIB', for lists."""
        return f"{_date(self.local(at).date(), 'd MMM y', locale=self.language)} {self.hour(at)}"

    def tight(self, at: datetime) -> str:
        """Return '7 Jan 10.15', where year and zone are said elsewhere."""
        return f"{_date(self.local(at).date(), 'd MMM', locale=self.language)} {self.hour(at).partition(' ')[0]}"

    def near(self, at: datetime, now: datetime) -> str:
        """Return 'hari ini 16.00' on the day of ``now``, else '7 Jan 16.00': for the first words of a message."""
        if self.local(at).date() != self.local(now).date():
            return self.tight(at)
        return f"{'today' if self.language == 'en' else 'hari ini'} {self.hour(at).partition(' ')[0]}"

    def span(self, start: datetime, end: datetime) -> str:
        """Return the time between two moments in words, its two largest parts at most."""
        minutes = max(0, int((end - start).total_seconds() // 60))
        english = self.language == "en"
        if minutes == 0:
            return "less than a minute" if english else "kurang dari 1 menit"
        days, rest = divmod(minutes, 24 * 60)
        hours, minutes = divmod(rest, 60)
        words = ("day", "hour", "minute") if english else ("hari", "jam", "menit")
        parts = [
            f"{count} {word}{'s' if english and count != 1 else ''}"
            for count, word in zip((days, hours, minutes), words, strict=True)
            if count
        ]
        return " ".join(parts[:2] if days else parts)

    def working_days(self, count: int) -> str:
        """Return '2 hari kerja', '1 working day'."""
        if self.language == "en":
            return f"{count} working day{'' if count == 1 else 's'}"
        return f"{count} hari kerja"

    def working_span(self, minutes: int, minutes_per_day: int) -> str:
        """Return working minutes in words, none lost: '2 hari kerja 3 jam 5 menit', '1 hour 20 minutes'.

        ``minutes_per_day`` is how long the office works on a day.
        """
        english = self.language == "en"
        if minutes < 1:
            return "less than a minute" if english else "kurang dari 1 menit"
        days, rest = divmod(minutes, minutes_per_day)
        hours, minutes = divmod(rest, 60)
        parts = [self.working_days(days)] if days else []
        if hours:
            parts.append(f"{hours} hour{'' if hours == 1 else 's'}" if english else f"{hours} jam")
        if minutes:
            parts.append(f"{minutes} minute{'' if minutes == 1 else 's'}" if english else f"{minutes} menit")
        return " ".join(parts)

    def size(self, count: int | None) -> str:
        """Return a number of bytes as '23 KB' or '1,4 MB'; '' where it is not known."""
        if count is None:
            return ""
        if count < 1024:
            return f"{count} B"
        if count < 1024 * 1024:
            return f"{round(count / 1024)} KB"
        return f"{format_decimal(round(count / 1024 / 1024, 1), format='#,##0.#', locale=self.language)} MB"

    def value(self, kind: FieldKind, raw: Any) -> str:
        """Return a recorded field's value in words; a broken one as it stands."""
        match kind:
            case FieldKind.TICK:
                yes, no = ("yes", "no") if self.language == "en" else ("ya", "tidak")
                return yes if raw else no
            case FieldKind.NUMBER:
                whole = isinstance(raw, int | float) and not isinstance(raw, bool)
                return format_decimal(raw, locale=self.language) if whole else str(raw)
            case FieldKind.LIST:
                return "; ".join(str(item) for item in raw) if isinstance(raw, list) else str(raw)
            case FieldKind.DATE:
                try:
                    return self.day(date.fromisoformat(str(raw)))
                except ValueError:
                    return str(raw)
            case FieldKind.TIME:
                return self._time(str(raw))
            case _:
                return str(raw)

    def _time(self, raw: str) -> str:
        try:
            parsed = time.fromisoformat(raw)
        except ValueError:
            return raw
        zone = INDONESIAN_ZONES.get(self.timezone, "")
        return f"{parsed:%H}{':' if self.language == 'en' else '.'}{parsed:%M} {zone}".strip()


KIND_WORDS = {
    "id": {"pdf": "PDF", "word": "Word", "excel": "Excel", "image": "foto"},
    "en": {"pdf": "PDF", "word": "Word", "excel": "Excel", "image": "photo"},
}


def alternatives(words: list[str], language: str) -> str:
    """Return 'Excel atau Word', 'PDF, Word, atau foto'."""
    last = "or" if language == "en" else "atau"
    if len(words) < 3:
        return f" {last} ".join(words)
    return f"{', '.join(words[:-1])}, {last} {words[-1]}"


def kinds_in_words(kinds: Iterable[str], language: str) -> str:
    """Return the kinds of file that may be sent, as people call them."""
    known = KIND_WORDS[language]
    return alternatives([known.get(kind, kind) for kind in kinds], language)
