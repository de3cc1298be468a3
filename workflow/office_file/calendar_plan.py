"""Compare the calendar of an office file with the office's.

As everywhere in the file: what it does not name stays, ``--prune`` takes away coming days it
does not list, and what was set in chat is overwritten only with ``--force``. Days that have
passed are left alone, since lateness was counted by them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from pydantic import ValidationError
from sqlmodel import Session

from sop_definitions.errors import Problem
from storage.tables import Office
from workflow.calendar.national import national
from workflow.calendar.settings import (
    CalendarSettings,
    RamadanDates,
    SpecialDay,
    WeekHours,
    parse_settings,
    show_hours,
)
from workflow.calendar.working_time import WorkingTime
from workflow.calendar_changes import moved_by
from workflow.office_file.changes import NewCalendar, Plan
from workflow.office_file.model import OfficeEntry, OfficeFile
from workflow.office_file.time_sections import CalendarEntry

_DAYS = {"monday_to_thursday": "Senin–Kamis", "friday": "Jumat", "saturday": "Sabtu"}
_KINDS = {
    "holiday": "Hari libur kantor",
    "working": "Hari kerja khusus",
    "confirmed": "Tanggal perkiraan dipastikan",
}
_SAME_MONTH = 60
"""Days: nearer than this, two dates of a Ramadan mean the same one."""


def plan_calendar(session: Session, plan: Plan, file: OfficeFile, now: datetime, *, prune: bool) -> None:
    """Plan the office's working time, where the file has a section for it."""
    if file.calendar is None:
        return
    office = session.get(Office, file.office.id)
    current = parse_settings(office.calendar) if office is not None else CalendarSettings()
    today = now.astimezone(ZoneInfo(file.office.timezone)).date()
    planner = _Planner(plan, current, today, prune=prune)
    try:
        new = planner.merged(file.calendar)
    except ValidationError as error:
        reasons = (detail.get("ctx", {}).get("error", detail["msg"]) for detail in error.errors())
        plan.problems += [Problem(("calendar",), str(reason)) for reason in reasons]
        return
    _doubts(plan, file.calendar, file.office, new)
    if not planner.lines:
        return
    plan.calendar = NewCalendar(new, tuple(planner.lines), tuple(planner.chat))


def warn_of_moved(session: Session, plan: Plan, file: OfficeFile) -> None:
    """Say how many deadlines the planned calendar moves, and another time zone."""
    office = session.get(Office, file.office.id)
    if office is None:
        return
    zone = office.timezone != file.office.timezone
    what = [words for words, new in (("Zona waktu", zone), ("kalender", plan.calendar is not None)) if new]
    if not what:
        return
    settings = plan.calendar.settings if plan.calendar is not None else parse_settings(office.calendar)
    moved = moved_by(session, office, settings, file.office.timezone)
    if moved:
        said = " dan ".join(what)
        said = said[0].upper() + said[1:]
        plan.warnings.append(f"{said} baru menggeser tenggat {len(moved)} tugas; pemegangnya akan diberi tahu.")


class _Planner:
    def __init__(self, plan: Plan, current: CalendarSettings, today: date, *, prune: bool) -> None:
        self.plan, self.current, self.today, self.prune = plan, current, today, prune
        self.lines: list[str] = []
        self.chat: list[str] = []

    def merged(self, entry: CalendarEntry) -> CalendarSettings:
        """Return what the office's settings become; notes each difference on the way."""
        special = {day.date: day for day in self.current.special}
        new: dict[str, Any] = {"days": self.days(entry)}
        for name, season in (("hours", "Jam kerja"), ("ramadan_hours", "Jam kerja Ramadan")):
            new[name] = self.hours(name, season, getattr(entry, name), new["days"])
        new["ramadan"] = self.ramadan(entry.ramadan)
        if entry.holidays is not None:
            self.special(special, "holiday", {item.date: item.name for item in entry.holidays})
        if entry.working_days is not None:
            self.special(special, "working", {item.date: item.name for item in entry.working_days})
        if entry.confirmed is not None:
            self.special(special, "confirmed", dict.fromkeys(entry.confirmed))
        from_chat = [name for name in self.current.from_chat if new[name] == getattr(self.current, name)]
        return CalendarSettings.model_validate({**new, "special": tuple(special.values()), "from_chat": from_chat})

    def days(self, entry: CalendarEntry) -> int:
        if entry.days is None or entry.days == self.current.days:
            return self.current.days
        self.note(f"Hari kerja seminggu: {self.current.days} menjadi {entry.days}", chat="days")
        return entry.days

    def hours(self, name: str, season: str, wanted: WeekHours | None, days: int) -> WeekHours:
        own: WeekHours = getattr(self.current, name)
        if wanted is None:
            return own
        values = {}
        for group, said in _DAYS.items():
            old, given = getattr(own, group), getattr(wanted, group)
            values[group] = given if given is not None or self.prune else old
            if values[group] != old:
                usual = "(bawaan)" if old is None else show_hours(old)
                becomes = "(bawaan)" if values[group] is None else show_hours(values[group])
                self.note(f"{season} {said}: {usual} menjadi {becomes}", chat=name)
        if values["saturday"] is not None and days == 5:
            path = ("calendar", name, "saturday")
            self.plan.problems.append(
                Problem(path, "Jam Sabtu hanya untuk 6 hari kerja. Tulis days: 6, atau hapus baris ini.")
            )
            values["saturday"] = None
        return WeekHours(**values)

    def ramadan(self, wanted: tuple[RamadanDates, ...] | None) -> tuple[RamadanDates, ...]:
        if wanted is None:
            return self.current.ramadan
        kept = [month for month in self.current.ramadan if not any(_same(month, other) for other in wanted)]
        for month in [month for month in kept if month.last >= self.today]:
            said = f"Ramadan {_span(month)}"
            if self.prune:
                kept.remove(month)
                self.note(f"{said}: dihapus, kembali ke perhitungan", chat="ramadan")
            else:
                self.plan.left.append(said)
        for month in wanted:
            if month not in self.current.ramadan:
                self.note(f"Ramadan: {_span(month)}", chat="ramadan")
        return tuple(sorted([*kept, *wanted], key=lambda month: month.first))

    def special(self, days: dict[date, SpecialDay], kind: str, wanted: dict[date, str | None]) -> None:
        """Bring the special days of one kind in line with those the file lists."""
        for day, name in wanted.items():
            old = days.get(day)
            if old is not None and old.kind == kind and (name is None or name == old.name):
                continue
            new = SpecialDay.model_validate({"date": day, "kind": kind, "name": name or "", "source": "file"})
            was = f" (sebelumnya: {_KINDS[old.kind].lower()}{_named(old)})" if old is not None else ""
            self.note(f"{_KINDS[kind]}: {_day(day)}{_named(new)}{was}", chat=old is not None and old.source == "chat")
            days[day] = new
        for old in [old for old in days.values() if old.kind == kind and old.date not in wanted]:
            if old.date < self.today:
                continue
            said = f"{_KINDS[kind]}: {_day(old.date)}{_named(old)}"
            if self.prune:
                del days[old.date]
                self.note(f"{said}, dihapus", chat=old.source == "chat")
            else:
                self.plan.left.append(said)

    def note(self, line: str, *, chat: bool | str) -> None:
        """Note a difference; ``chat`` says that it overwrites the chat's, or names the setting that tells."""
        self.lines.append(line)
        if chat is True or chat in self.current.from_chat:
            self.chat.append(line)


def _doubts(plan: Plan, entry: CalendarEntry, office: OfficeEntry, new: CalendarSettings) -> None:
    """Warn of days that change nothing, since their date is probably a slip."""
    bare = new.model_copy(update={"special": ()})
    plain = WorkingTime(ZoneInfo(office.timezone), bare)

    def doubts() -> Iterator[str]:
        for holiday in entry.holidays or ():
            off = plain.day_off(holiday.date)
            if off is not None and not off.estimated:
                yield f"{_day(holiday.date)} ({holiday.name}) memang sudah libur: {off.name}."
        for working in entry.working_days or ():
            if plain.is_working_day(working.date):
                yield f"{_day(working.date)} memang sudah hari kerja."
        for day in entry.confirmed or ():
            off = national(day.year).get(day)
            if off is None:
                yield f"{_day(day)} bukan hari libur nasional, jadi tidak ada yang dipastikan. Periksa tanggalnya."

    plan.warnings += doubts()


def _same(month: RamadanDates, other: RamadanDates) -> bool:
    return abs((month.first - other.first).days) < _SAME_MONTH


def _span(month: RamadanDates) -> str:
    return f"{_day(month.first)} s.d. {_day(month.last)}"


def _named(day: SpecialDay) -> str:
    return f" ({day.name})" if day.name else ""


def _day(day: date) -> str:
    return format_date(day, "EEEE, d MMMM y", locale="id")
