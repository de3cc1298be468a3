"""How people, seats and units are called in a message."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, col, select

from messages.text import Reader, one_line
from storage.among import among
from storage.sessions import foresee, once
from storage.tables import Office, Official, Seat, Submission, Unit
from workflow.job_titles import job_title
from workflow.mandates import DELEGATION, RECORDED
from workflow.seats.terms import Capacity, in_term

MAX_NAME = 60
MAX_TITLE = 50
_UNIT_KINDS = ("Seksi ", "Bidang ", "Subbagian ", "Sub Bagian ", "Subbag ")


@dataclass(frozen=True, slots=True)
class Names:
    """Everybody and every unit of one office, by id, as its reader addresses them.

    ``acting`` are its Plt. and Plh. seats, past ones too.
    """

    reader: Reader
    officials: dict[int, Official]
    units: dict[str, str]
    acting: tuple[Seat, ...] = ()

    def person(self, official_id: int | None) -> str:
        """Return 'Bapak Ahmad Fauzi', or 'Bapak/Ibu …' where no salutation is known."""
        official = self.officials.get(official_id or 0)
        if official is None:
            return "a former official" if self.reader.language == "en" else "pejabat terdahulu"
        name = one_line(official.name, MAX_NAME)
        if not name:
            return "(no name)" if self.reader.language == "en" else "(tanpa nama)"
        return f"{self.salutation(official)} {name}".strip()

    def salutation(self, official: Official | None) -> str:
        """Return how somebody is addressed; English readers see only what the office wrote."""
        if official is not None and official.salutation:
            return one_line(official.salutation, 20)
        return "" if self.reader.language == "en" else "Bapak/Ibu"

    def with_title(self, official_id: int | None, title: str) -> str:
        """Return 'Bapak Ahmad Fauzi, Camat'."""
        title = one_line(title, MAX_TITLE)
        return f"{self.person(official_id)}, {title}" if title else self.person(official_id)

    def author(self, submission: Submission) -> str:
        """Return who submitted something, in the seat they acted in; by delegation, from whom."""
        if submission.mandate in (DELEGATION, RECORDED):
            return self.record(submission)
        return self.with_title(submission.official_id, submission.capacity)

    def record(self, submission: Submission) -> str:
        """Return who submitted something as the record says it: actor, capacity, order and principal."""
        mandate = self.mandate(submission)
        return f"{self.person(submission.official_id)}{mandate}" if mandate else self.author(submission)

    def mandate(self, submission: Submission) -> str:
        """Return what follows the actor's name who acted in another's place, with its mark; '' in one's own seat.

        ' selaku Plh. Camat (Surat Perintah Nomor 12, tanggal 4 Januari 2027), menggantikan
        sementara Bapak Ahmad Fauzi', ', menerima delegasi dari Ibu Siti Rahayu'.
        """
        if not submission.mandate:
            return ""
        english, capacity = self.reader.language == "en", one_line(submission.capacity, MAX_TITLE)
        principal = self.person(submission.principal_id) if submission.principal_id is not None else ""
        if submission.mandate == RECORDED:
            recording = "recording the signed decision of" if english else "mencatat keputusan tertulis"
            return f", {capacity}, {recording} {principal}"
        if submission.mandate == DELEGATION:
            giver = f"{principal}, {capacity}"
            return f", by delegation from {giver}" if english else f", menerima delegasi dari {giver}"
        order = self._order(submission)
        in_place = f", {'standing in for' if english else 'menggantikan sementara'} {principal}" if principal else ""
        return f" {'as' if english else 'selaku'} {capacity}{order}{in_place}"

    def acting_title(self, seat: Seat) -> str:
        """Return 'Plh. Camat'."""
        return Capacity(seat.capacity).prefix + (seat.title or job_title(seat.role, self.units.get(seat.unit_id)))

    def _order(self, submission: Submission) -> str:
        """Return the order an acting official rested on at that time; '' where it is not known."""
        found = [
            seat
            for seat in self.acting
            if seat.official_id == submission.official_id
            and seat.capacity == submission.mandate
            and seat.principal_id == submission.principal_id
            and in_term(seat, submission.at)
        ]
        found.sort(key=lambda seat: self.acting_title(seat) != submission.capacity)
        if not found or not found[0].order_number:
            return ""
        number, at = one_line(found[0].order_number, 80), found[0].order_date
        day = self.reader.letter_date(date.fromisoformat(at)) if at else ""
        if self.reader.language == "en":
            return f" (order number {number}{f', dated {day}' if day else ''})"
        return f" (Surat Perintah Nomor {number}{f', tanggal {day}' if day else ''})"

    def unit(self, unit_id: str) -> str:
        """Return a unit's full name."""
        return one_line(self.units.get(unit_id, unit_id), MAX_TITLE)

    def short_unit(self, unit_id: str) -> str:
        """Return a unit's name without its kind: 'Trantib' for 'Seksi Trantib'."""
        name = self.unit(unit_id)
        for kind in _UNIT_KINDS:
            if name.startswith(kind):
                return name.removeprefix(kind)
        return name

    def unit_word(self, unit_ids: Iterable[str]) -> str:
        """Return what the office calls its units: 'seksi' or 'bidang'."""
        if self.reader.language == "en":
            return "units"
        named = [self.units.get(unit_id, "") for unit_id in unit_ids]
        return "bidang" if any(name.startswith("Bidang") for name in named) else "seksi"

    def seat(self, roles: Iterable[str], unit_id: str = "") -> str:
        """Return the seats that owe something: 'Kasi Pemerintahan', 'Sekcam/Pengelola'."""
        unit = self.units.get(unit_id) if unit_id else None
        return one_line("/".join(job_title(role, unit) for role in roles), MAX_TITLE)


def names_of(session: Session, office_id: str, reader: Reader) -> Names:
    """Read everybody (those who left too: the record names them) and every unit of an office."""
    known = _known(session, office_id)
    return Names(reader, known.officials, known.units, tuple(known.acting))


def foresee_names(session: Session, office_ids: Collection[str]) -> None:
    """Read the names of several offices together, before messages ask for those of each."""
    foresee(session, {("names", office_id): known for office_id, known in _read(session, office_ids).items()})


@dataclass(frozen=True, slots=True)
class _Known:
    officials: dict[int, Official] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    acting: list[Seat] = field(default_factory=list)


def _known(session: Session, office_id: str) -> _Known:
    return once(session, ("names", office_id), lambda: _read(session, [office_id])[office_id])


def _read(session: Session, office_ids: Collection[str]) -> dict[str, _Known]:
    known, params = {office_id: _Known() for office_id in office_ids}, {"offices": office_ids}
    for official in session.exec(_OFFICIALS, params=params):
        known[official.office_id].officials[official.id or 0] = official
    for unit in session.exec(_UNITS, params=params):
        known[unit.office_id].units[unit.id] = unit.name
    for seat in session.exec(_ACTING, params=params):
        known[seat.office_id].acting.append(seat)
    return known


# Asked for every message. Putting such a statement together costs more than running it.
_OFFICIALS = select(Official).where(among(Official.office_id, "offices", words=True)).order_by(col(Official.id))
_UNITS = select(Unit).where(among(Unit.office_id, "offices", words=True)).order_by(col(Unit.position))
_ACTING = (
    select(Seat)
    .where(among(Seat.office_id, "offices", words=True), Seat.capacity != Capacity.DEFINITIVE)
    .order_by(col(Seat.id))
)


def reader_of(
    session: Session, office_id: str | None, chat_id: int, default_language: str
) -> tuple[Reader, Office | None, Official | None]:
    """Return how the owner of a private chat reads, with their office and themselves where known."""
    office = session.get(Office, office_id) if office_id is not None else None
    official = None
    if office is not None:
        everybody = _known(session, office.id).officials
        official = next((one for one in everybody.values() if one.telegram_id == chat_id), None)
    language = (official.language if official is not None else None) or default_language
    timezone = office.timezone if office is not None else "Asia/Jakarta"
    salutation = (official.salutation if official is not None else None) or ""
    return Reader("en" if language == "en" else "id", timezone, salutation), office, official
