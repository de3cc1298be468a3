"""Compare the seats an office file lists with the database: given, changed, ended; never deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from storage.tables import Official, Seat
from workflow.job_titles import job_title
from workflow.office_file.changes import Payload, Plan
from workflow.office_file.model import OfficialEntry, SeatEntry
from workflow.seats import appointing, posts, terms
from workflow.seats.terms import Capacity

Problem = Callable[[tuple[str | int, ...], str], None]


class SeatPlanner:
    """What becomes of the seats of one office; ``named`` finds an official of the file by name."""

    def __init__(
        self, session: Session, plan: Plan, office_id: str, timezone: str, now: datetime, *, prune: bool
    ) -> None:
        self.plan, self.office_id, self.zone, self.now, self.prune = plan, office_id, ZoneInfo(timezone), now, prune
        self.seats: dict[int, list[Seat]] = defaultdict(list)
        for seat in session.exec(select(Seat).where(Seat.office_id == office_id).order_by(col(Seat.id))):
            self.seats[seat.official_id].append(seat)

    def compare(
        self,
        entry: OfficialEntry,
        row: Official,
        units: set[str],
        named: Callable[[str], list[Official]],
        problem: Problem,
    ) -> None:
        """Plan every seat an official's entry lists and, with pruning, the end of every other."""
        left = [seat for seat in self.seats.get(row.id or 0, []) if not posts.is_over(seat, self.now)]
        for at, wanted in enumerate(entry.seats):
            if wanted.unit is not None and wanted.unit not in units:
                known = ", ".join(sorted(units)) or "belum ada unit"
                problem(("seats", at, "unit"), f"Unit '{wanted.unit}' tidak ada. Pilih salah satu: {known}.")
                continue
            principal = self._principal(wanted, row, named, partial(problem, ("seats", at, "principal")))
            seat = self._match(wanted, left)
            if seat is not None:
                left.remove(seat)
                self._change(wanted, seat, row, principal)
            elif wanted.until is None or self._after(wanted.until) > self.now:
                self._add(wanted, row, principal)
        for seat in left:
            if self.prune:
                self.remove(seat, row)
            else:
                self.plan.left.append(f"Kursi {_named(seat.role, seat.unit_id, seat.title)}: {row.name}")

    def retire(self, row: Official) -> None:
        """End whatever an official who leaves holds or is to hold."""
        for seat in self.seats.get(row.id or 0, []):
            if not posts.is_over(seat, self.now):
                self.remove(seat, row)

    def remove(self, seat: Seat, row: Official) -> None:
        """Plan the end of a seat, now; one that has not begun never will."""

        def remove(session: Session) -> Payload:
            later = seat.starts_at is not None and seat.starts_at > self.now
            seat.ends_at, seat.held, seat.source = (seat.starts_at if later else self.now), False, "file"
            session.flush()
            return appointing.facts_of(session, seat)

        text = f"Kursi dilepas: {_called(seat.capacity)}{_named(seat.role, seat.unit_id, seat.title)}, {row.name}"
        self.plan.add("seat.removed", text, remove, chat=seat.source == "chat")

    def _match(self, wanted: SeatEntry, seats: list[Seat]) -> Seat | None:
        """Return the seat an entry means: of the same post and capacity, beginning on the same day if that is said."""
        found = [
            seat
            for seat in seats
            if (seat.role, seat.unit_id, seat.capacity) == (wanted.role, wanted.unit or "", wanted.capacity)
        ]
        exact = [seat for seat in found if wanted.since is not None and self._day(seat.starts_at) == wanted.since]
        if exact or wanted.since is None:
            return next(iter(exact or found), None)
        # Another day: the same seat only where it has no day of its own to differ from.
        return next((seat for seat in found if seat.starts_at is None), None)

    def _add(self, wanted: SeatEntry, row: Official, principal: Official | None) -> None:
        unit = wanted.unit or ""

        def add(session: Session) -> Payload:
            seat = Seat(
                office_id=self.office_id, role=wanted.role, unit_id=unit, official_id=row.id or 0, title=wanted.title,
                capacity=wanted.capacity, starts_at=self._begin(wanted.since),
                ends_at=self._after(wanted.until) if wanted.until is not None else None,
                principal_id=principal.id if principal is not None else None,
                order_number=wanted.order.number if wanted.order is not None else None,
                order_date=wanted.order.date.isoformat() if wanted.order is not None else None,
            )  # fmt: skip
            seat.held = terms.in_term(seat, self.now)
            session.add(seat)
            session.flush()
            return appointing.facts_of(session, seat)

        ended = self._ended_in_chat(wanted, row)
        said = " (diakhiri lewat percakapan)" if ended else ""
        named = f"{_called(wanted.capacity)}{_named(wanted.role, unit, wanted.title)}"
        self.plan.add("seat.added", f"Kursi baru: {named}, dipegang {row.name}{said}", add, chat=ended)

    def _change(self, wanted: SeatEntry, seat: Seat, row: Official, principal: Official | None) -> None:
        new: dict[str, Any] = {}
        said: list[str] = []
        if wanted.title != seat.title and (wanted.title is not None or self.prune):
            new["title"] = wanted.title
            said.append(f"sebutan menjadi {f'“{wanted.title}”' if wanted.title else '(bawaan)'}")
        if wanted.since is not None and seat.starts_at is None:
            new["starts_at"] = self._begin(wanted.since)
            said.append(f"mulai {wanted.since.isoformat()}")
        last = self._day(seat.ends_at - timedelta(microseconds=1)) if seat.ends_at is not None else None
        if wanted.until != last and (wanted.until is not None or self.prune):
            new["ends_at"] = self._after(wanted.until) if wanted.until is not None else None
            said.append(f"sampai {wanted.until.isoformat() if wanted.until else '(tidak ditentukan)'}")
        order = wanted.order
        if order is not None and (order.number, order.date.isoformat()) != (seat.order_number, seat.order_date):
            new |= {"order_number": order.number, "order_date": order.date.isoformat()}
            said.append(f"surat perintah {order.number}")
        if principal is not None and (principal.id is None or principal.id != seat.principal_id):
            new["principal_id"] = principal
            said.append(f"menggantikan {principal.name}")
        if not new:
            return

        def change(session: Session) -> Payload:
            for name, value in new.items():
                setattr(seat, name, value.id if isinstance(value, Official) else value)
            seat.source = "file"
            session.flush()
            return appointing.facts_of(session, seat)

        named = f"{_called(seat.capacity)}{_named(seat.role, seat.unit_id, seat.title)}"
        text = f"Kursi {named}, {row.name}: {', '.join(said)}"
        self.plan.add("seat.changed", text, change, chat=seat.source == "chat")

    def _principal(
        self,
        wanted: SeatEntry,
        row: Official,
        named: Callable[[str], list[Official]],
        problem: Callable[[str], None],
    ) -> Official | None:
        if wanted.principal is None:
            return None
        found = [one for one in named(wanted.principal) if one is not row]
        if len(found) == 1:
            return found[0]
        several = "Ada lebih dari satu pejabat" if found else "Tidak ada pejabat lain"
        problem(f"{several} bernama {wanted.principal}.")
        return None

    def _ended_in_chat(self, wanted: SeatEntry, row: Official) -> bool:
        """Say whether the newest such seat was ended in chat: the file must not give it back silently."""
        post = posts.Post(wanted.role, wanted.unit or "")
        past = [
            seat
            for seat in self.seats.get(row.id or 0, [])
            if posts.post_of(seat) == post and seat.capacity == wanted.capacity
        ]
        return bool(past) and past[-1].source == "chat" and posts.is_over(past[-1], self.now)

    def _begin(self, day: date | None) -> datetime | None:
        return datetime.combine(day, time(), self.zone).astimezone(self.now.tzinfo) if day is not None else None

    def _after(self, day: date) -> datetime:
        return datetime.combine(day + timedelta(days=1), time(), self.zone).astimezone(self.now.tzinfo)

    def _day(self, at: datetime | None) -> date | None:
        return at.astimezone(self.zone).date() if at is not None else None


def _called(capacity: str) -> str:
    return Capacity(capacity).prefix


def _named(role: str, unit: str | None, title: str | None) -> str:
    plain = title or job_title(role)
    return f"{plain} ({role}, {unit})" if unit else f"{plain} ({role})"
