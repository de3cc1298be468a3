"""An office as an office file: loading it back into the same office changes nothing at all.

Accounts are personal data and left out unless asked for: officials are then known by name.
What a file cannot say exactly (a choice no shipped SOP knows any more) is named in a comment
instead of being written wrongly; loading leaves it as it is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlmodel import Session, col, select

from sop_definitions.loader import find
from sop_definitions.model import Strict
from storage.tables import Adoption, Office, Official, Seat, Unit
from workflow import auditors, office_bots
from workflow.adopting import AdoptionRefused, adopt
from workflow.adoption import content, content_hash
from workflow.calendar.settings import CalendarSettings, SpecialDay, WeekHours, parse_settings, show_hours
from workflow.office_file.model import AdoptEntry, AuditorEntry, OfficialEntry, SeatEntry, UnitEntry
from workflow.office_file.time_sections import HolidayEntry, WorkingDayEntry
from workflow.office_file.writing import write_yaml
from workflow.office_rules import rules_of
from workflow.reminding.policy import policy_of
from workflow.seats import posts
from workflow.seats.terms import Capacity

Entry = dict[str, Any]


class NoSuchOffice(Exception):
    """There is no office to write; the message says so in Indonesian."""


@dataclass(slots=True)
class _Writer:
    """One office being written. ``unsaid`` collects, in Indonesian, what the file cannot say."""

    session: Session
    office: Office
    now: datetime
    with_accounts: bool
    unsaid: list[str] = field(default_factory=list)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.office.timezone)

    def file(self) -> Entry:
        office, units = self.office, self.units()
        officials = self.officials({unit["id"] for unit in units})
        sections: Entry = {
            "format": 1,
            "office": {"id": office.id, "name": office.name, "regency": office.regency, "timezone": office.timezone}
            | self.bot(),
            "units": units,
            "officials": officials,
            "auditors": self.auditors(),
            "adopts": self.adopts({seat["role"] for official in officials for seat in official["seats"]}),
            "calendar": self.calendar(parse_settings(office.calendar)),
            "policy": policy_of(office).model_dump(mode="json", exclude_defaults=True),
            "rules": rules_of(office).model_dump(mode="json", exclude_defaults=True),
        }
        return {name: section for name, section in sections.items() if section}

    def bot(self) -> Entry:
        """Return the bot that serves the office, where that does not go without saying."""
        bot = office_bots.bot_of(self.session, self.office.id)
        return {"bot": bot.username} if bot is not None and office_bots.only_bot(self.session) is None else {}

    def units(self) -> list[Entry]:
        query = select(Unit).where(Unit.office_id == self.office.id, col(Unit.active).is_(True))
        found = self.session.exec(query.order_by(col(Unit.position), Unit.id))
        entries = [{"id": unit.id, "name": unit.name} for unit in found]
        return [entry for entry in entries if self.can_say(UnitEntry, entry, f"Unit {entry['id']}")]

    def officials(self, units: set[str]) -> list[Entry]:
        rows = self.people()
        names = Counter(row.name for row in rows)
        seats: dict[int, list[Seat]] = {}
        for seat in posts.live_seats(self.session, self.office.id, self.now):
            seats.setdefault(seat.official_id, []).append(seat)
        entries = []
        for row in rows:
            entry: Entry = {"name": row.name}
            # Two of one name can be told apart by nothing else.
            if row.telegram_id is not None and (self.with_accounts or names[row.name] > 1):
                entry["telegram_id"] = row.telegram_id
            if row.salutation is not None:
                entry["salutation"] = row.salutation
            if row.admin:
                entry["admin"] = True
            entry["seats"] = self.seats(row, seats.get(row.id or 0, []), units, names)
            if self.can_say(OfficialEntry, entry, f"Pejabat {row.id}"):
                entries.append(entry)
        return entries

    def people(self) -> list[Official]:
        query = select(Official).where(
            Official.office_id == self.office.id, col(Official.active).is_(True), col(Official.auditor).is_(False)
        )
        return list(self.session.exec(query.order_by(col(Official.id))))

    def seats(self, row: Official, held: list[Seat], units: set[str], names: Counter[str]) -> list[Entry]:
        """Return one official's seats; those with a first day come first, as loading has to take them."""
        entries: list[Entry] = []
        known: set[tuple[str, ...]] = set()
        for seat in held:
            entry = self.seat(seat)
            key = (seat.role, seat.unit_id, seat.capacity, entry.get("from", ""))
            stands_in = seat.principal_id is None or (names[entry["principal"]] == 1 and entry["principal"] != row.name)
            here = not seat.unit_id or seat.unit_id in units
            said = f"Jabatan {seat.role}{f' di unit {seat.unit_id}' if seat.unit_id else ''} yang dipegang {row.name}"
            if not (key not in known and here and stands_in):
                self.unsaid.append(said)
            elif self.can_say(SeatEntry, entry, said):
                known.add(key)
                entries.append(entry)
        return sorted(entries, key=_order)

    def seat(self, seat: Seat) -> Entry:
        entry: Entry = {"role": seat.role}
        if seat.unit_id:
            entry["unit"] = seat.unit_id
        if seat.title:
            entry["title"] = seat.title
        if seat.capacity != Capacity.DEFINITIVE:
            entry["capacity"] = str(seat.capacity)
        if seat.starts_at is not None:
            entry["from"] = self.day(seat.starts_at)
        if seat.ends_at is not None:
            entry["until"] = self.day(seat.ends_at - timedelta(microseconds=1))
        if seat.order_number and seat.order_date:
            entry["order"] = {"number": seat.order_number, "date": seat.order_date}
        if seat.principal_id is not None:
            entry["principal"] = self.session.get_one(Official, seat.principal_id).name
        return entry

    def day(self, at: datetime) -> str:
        return at.astimezone(self.zone).date().isoformat()

    def can_say(self, model: type[Strict], entry: Entry, what: str) -> bool:
        """Say whether an entry is read back as it was written; what cannot be is noted."""
        try:
            read = model.model_validate(entry).model_dump(mode="json", by_alias=True, exclude_unset=True)
        except ValidationError:
            read = None
        if read != entry:
            self.unsaid.append(what)
        return read == entry

    def auditors(self) -> list[Entry]:
        entries = []
        for row in auditors.auditors(self.session, self.office.id):
            if row.valid_until is None or row.valid_until <= self.now:
                continue
            entry: Entry = {"name": row.name}
            if row.telegram_id is not None and self.with_accounts:
                entry["telegram_id"] = row.telegram_id
            if row.salutation is not None:
                entry["salutation"] = row.salutation
            until, since = row.valid_until.astimezone(self.zone), row.valid_from
            if until.time() != time() or (since is not None and since.astimezone(self.zone).time() != time()):
                self.unsaid.append(f"Auditor {row.name}, yang masanya tidak tepat sehari penuh")
                continue
            if since is not None:
                entry["from"] = since.astimezone(self.zone).date().isoformat()
            entry["until"] = (until.date() - timedelta(days=1)).isoformat()
            if self.can_say(AuditorEntry, entry, f"Auditor {row.id}"):
                entries.append(entry)
        return entries

    def adopts(self, roles: set[str]) -> list[Entry]:
        query = select(Adoption).where(Adoption.office_id == self.office.id, col(Adoption.current).is_(True))
        entries = []
        for row in self.session.exec(query.order_by(Adoption.sop_id)):
            entry: Entry = {"sop": row.sop_id, "version": row.version, **row.choices}
            if self.says(entry, roles, row):
                entries.append(entry)
            else:
                self.unsaid.append(f"Adopsi SOP {row.sop_id} versi {row.version}")
        return entries

    def says(self, entry: Entry, roles: set[str], row: Adoption) -> bool:
        """Say whether an entry makes this very adoption again."""
        try:
            adopted = adopt(find(row.sop_id, row.version), AdoptEntry.model_validate(entry), roles)
        except (KeyError, ValueError, AdoptionRefused):
            return False
        return content_hash(content(adopted)) == row.content_hash

    def calendar(self, settings: CalendarSettings) -> Entry:
        def of_kind(kind: str) -> list[SpecialDay]:
            return [day for day in settings.special if day.kind == kind]

        entry: Entry = {"days": settings.days}
        for name in ("hours", "ramadan_hours"):
            hours = _hours(getattr(settings, name))
            entry |= {name: hours} if hours else {}
        months = [{"first": one.first.isoformat(), "last": one.last.isoformat()} for one in settings.ramadan]
        entry |= {"ramadan": months} if months else {}
        holidays = [
            one
            for one in ({"date": day.date.isoformat(), "name": day.name} for day in of_kind("holiday"))
            if self.can_say(HolidayEntry, one, f"Hari libur {one['date']}")
        ]
        working = [
            one
            for one in (
                {"date": day.date.isoformat(), **({"name": day.name} if day.name else {})} for day in of_kind("working")
            )
            if self.can_say(WorkingDayEntry, one, f"Hari kerja khusus {one['date']}")
        ]
        confirmed = [day.date.isoformat() for day in of_kind("confirmed")]
        entry |= {"holidays": holidays} if holidays else {}
        entry |= {"working_days": working} if working else {}
        entry |= {"confirmed": confirmed} if confirmed else {}
        return entry


def export_office(session: Session, office_id: str, now: datetime, *, with_accounts: bool = False) -> str:
    """Return an office as the text of an office file; only reads. Raises :class:`NoSuchOffice`."""
    office = session.get(Office, office_id)
    if office is None:
        raise NoSuchOffice(f"Kantor '{office_id}' tidak ada.")
    writer = _Writer(session, office, now, with_accounts)
    text = write_yaml(writer.file())
    day = now.astimezone(writer.zone).date().isoformat()
    lines = [f"Berkas kantor {office.id}, keadaan {day}. Muat dengan: pandu office load BERKAS"]
    if writer.unsaid:
        lines.append("Yang tidak dapat ditulis di sini dan tetap seperti adanya:")
        lines += [f"- {' '.join(line.split())}" for line in writer.unsaid]
    return "".join(f"# {line}\n" for line in lines) + text


def _hours(week: WeekHours) -> Entry:
    groups = {name: getattr(week, name) for name in WeekHours.model_fields}
    return {name: show_hours(hours) for name, hours in groups.items() if hours is not None}


def _order(seat: Entry) -> tuple[bool, str, str, str, str]:
    return "from" not in seat, seat.get("from", ""), seat["role"], seat.get("unit", ""), seat.get("capacity", "")
