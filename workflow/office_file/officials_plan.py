"""Compare officials and their seats with the database."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlmodel import Session, col, select

from sop_definitions.errors import Problem
from storage.tables import Invitation, Official
from workflow import official_facts
from workflow.office_file.changes import Payload, Plan, difference
from workflow.office_file.model import OfficeFile, OfficialEntry
from workflow.office_file.seats_plan import SeatPlanner

_OFFICIAL = {
    "name": "nama",
    "telegram_id": "telegram_id",
    "salutation": "sapaan",
    "admin": "admin",
    "active": "aktif",
}


def plan_officials(
    session: Session, plan: Plan, file: OfficeFile, units: set[str], now: datetime, *, prune: bool
) -> None:
    """Plan every official the file lists and, with ``prune``, the leaving of every other."""
    if file.officials is None:
        return
    seats = SeatPlanner(session, plan, file.office.id, file.office.timezone, now, prune=prune)
    planner = _Planner(session, plan, file.office.id, seats, now, prune=prune)
    matched = planner.match(file.officials)
    found = [planner.official(entry, matched.get(index)) for index, entry in enumerate(file.officials)]

    def named(name: str) -> list[Official]:
        return [row for row, entry in zip(found, file.officials or (), strict=True) if entry.name == name] or [
            row for row in planner.rows if row.active and row.name == name
        ]

    # Seats come after all officials: whom somebody stands in for may be new, too.
    for index, (entry, row) in enumerate(zip(file.officials, found, strict=True)):
        seats.compare(entry, row, units, named, partial(planner.at, index))
    listed = {row.id for row in matched.values()}
    for row in planner.rows:
        if row.active and row.id not in listed:
            if prune:
                planner.retire(row)
            else:
                plan.left.append(f"Pejabat {row.name}")


class _Planner:
    def __init__(
        self, session: Session, plan: Plan, office_id: str, seats: SeatPlanner, now: datetime, *, prune: bool
    ) -> None:
        self.now = now
        self.plan = plan
        self.office_id = office_id
        self.seats = seats
        self.prune = prune
        officials = (
            select(Official)
            .where(Official.office_id == office_id, col(Official.auditor).is_(False))
            .order_by(col(Official.id))
        )
        self.rows = list(session.exec(officials))
        linked = select(Invitation.official_id, Invitation.claimed_by).where(
            Invitation.office_id == office_id, Invitation.status == "confirmed"
        )
        self.linked = set(session.exec(linked).all())

    def match(self, entries: tuple[OfficialEntry, ...]) -> dict[int, Official]:
        """Find each entry's row: by Telegram account, else by exact name."""
        by_account = {row.telegram_id: row for row in self.rows if row.active and row.telegram_id is not None}
        found = {i: by_account[e.telegram_id] for i, e in enumerate(entries) if e.telegram_id in by_account}
        taken = {row.id for row in found.values()}
        for index, row in found.items():
            entry = entries[index]
            namesakes = [r for r in self.rows if r.active and r.name == entry.name and r.id not in taken]
            if row.name != entry.name and namesakes:
                self.problem(
                    (index, "telegram_id"),
                    f"Akun ini milik {row.name}, sedangkan {entry.name} sudah tercatat tersendiri. "
                    f"Samakan nama dan akunnya dengan salah satu.",
                )
        for index, entry in enumerate(entries):
            if index in found:
                continue
            namesakes = [row for row in self.rows if row.name == entry.name and row.id not in taken]
            namesakes = [row for row in namesakes if row.active] or namesakes[-1:]
            if len(namesakes) > 1:
                self.problem((index, "name"), f"Ada lebih dari satu pejabat bernama {entry.name}. Isi telegram_id-nya.")
            elif namesakes:
                found[index] = namesakes[0]
                taken.add(namesakes[0].id)
        return found

    def official(self, entry: OfficialEntry, row: Official | None) -> Official:
        if row is None:
            return self.create(entry)
        self.change(entry, row)
        return row

    def create(self, entry: OfficialEntry) -> Official:
        row = Official(
            office_id=self.office_id, name=entry.name, telegram_id=entry.telegram_id, salutation=entry.salutation,
            admin=bool(entry.admin),
        )  # fmt: skip

        def add(session: Session) -> Payload:
            self.release(session, entry.telegram_id)
            session.add(row)
            session.flush()
            return official_facts.of_new(session, row, self.now)

        roles = ", admin" if entry.admin else ""
        account = "" if entry.telegram_id else ", belum punya akun (pakai pandu office invite)"
        self.plan.add("official.added", f"Pejabat baru: {entry.name}{roles}{account}", add)
        return row

    def change(self, entry: OfficialEntry, row: Official) -> None:
        new = {"name": entry.name, "active": True}
        if entry.telegram_id is not None:
            new["telegram_id"] = entry.telegram_id
        if entry.salutation is not None or self.prune:
            new["salutation"] = entry.salutation
        if entry.admin is not None or self.prune:
            new["admin"] = bool(entry.admin)
        changed, said = difference({name: getattr(row, name) for name in new}, new, _OFFICIAL)
        if not changed:
            return

        def change(session: Session) -> Payload:
            self.release(session, changed.get("telegram_id"))
            row.sqlmodel_update({**changed, "source": "file"})
            session.flush()
            return official_facts.of_changed(session, row, sorted(changed), self.now)

        by_link = "telegram_id" in changed and (row.id, row.telegram_id) in self.linked
        self.plan.add("official.changed", f"Pejabat {row.name}: {said}", change, chat=row.source == "chat" or by_link)

    def retire(self, row: Official) -> None:
        self.seats.retire(row)

        def retire(_: Session) -> Payload:
            # The account is let go, so that whoever gets the phone next is somebody else.
            row.active, row.admin, row.telegram_id, row.source = False, False, None, "file"
            return {"official": row.id}

        self.plan.add("official.retired", f"Pejabat dinonaktifkan: {row.name}", retire, chat=row.source == "chat")

    def release(self, session: Session, telegram_id: object) -> None:
        """Take an account from whoever is no longer active, before it goes to somebody else."""
        for row in self.rows:
            if telegram_id is not None and row.telegram_id == telegram_id and not row.active:
                row.telegram_id = None
        session.flush()

    def at(self, index: int, path: tuple[str | int, ...], message: str) -> None:
        """Add a problem of one official's entry."""
        self.problem((index, *path), message)

    def problem(self, path: tuple[str | int, ...], message: str) -> None:
        self.plan.problems.append(Problem(("officials", *path), message))
