"""The year as somebody from the Inspektorat would read it: one line for each thing, with its day, person and capacity.

What was done is read from Pandu's own record (the audit chain); what happened outside of Pandu, and
whom Pandu told of what, stands between.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from storage.tables import AuditEvent, Delegation, Invitation, Official, Run, Seat, Submission
from tests.integration.year.book import PREFIX
from tests.integration.year.office import OFFICE, TITLES, ZONE
from tests.integration.year.play import Year
from tests.integration.year.proceedings import MONTHS, said

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
DEEDS = {
    "do": "menyelesaikan", "decide": "memutuskan", "return": "mengembalikan", "keep": "menyatakan tetap berlaku",
    "nil": "menyatakan nihil pada", "waive": "melanjutkan tanpa unit pada", "withdraw": "menarik kembali",
    "correct": "meralat", "ack": "akan menindaklanjuti", "receive": "menerima salinan", "attend": "menjawab undangan",
    "extend": "memohon dispensasi untuk", "grant": "memberi dispensasi untuk", "deny": "menolak dispensasi untuk",
    "collect_by": "menetapkan batas pengumpulan", "reassign": "mengalihkan",
}  # fmt: skip
PARTS = {
    "unit": "menyerahkan hasil {unit} untuk",
    "review": "menerima hasil {unit} untuk",
    "collection": "mengirim gabungan hasil semua unit untuk",
    "submission": "menyampaikan",
}
"""What the main button of a part does; of the others it finishes the step."""
UNITS = {"sekretariat": "Sekretariat", "pemerintahan": "Seksi Pemerintahan", "trantib": "Seksi Trantib"}
OUTCOMES = {
    "setujui": "disetujui", "kembalikan": "dikembalikan", "yes": "hadir", "no": "berhalangan", "deputy": "diwakilkan",
}  # fmt: skip
_MOMENT = timedelta(microseconds=1)
OTHER = {
    "schedule.create": "menjadwalkan sebuah SOP",
    "profile.changed": "mengubah profil atau jam tenangnya",
    "personal.set": "memasang pengingat sendiri",
    "read.archive": "membaca arsip",
    "read.list": "membaca daftar pelaksanaan",
    "read.status": "membaca status sebuah pelaksanaan",
    "read.history": "membaca riwayat sebuah pelaksanaan",
    "read.files": "membaca daftar berkas sebuah pelaksanaan",
    "approval.asked": "memohon persetujuan pimpinan",
    "approval.granted": "menyetujui permohonan admin",
    "approval.refused": "tidak menyetujui permohonan admin",
}
TOLD = ("vacant_seat", "post_vacant", "unreachable", "account_moved", "handover_told")
"""Messages worth a line of their own: who was told of what."""


@dataclass
class Log:
    """Puts events into sentences. ``officials`` and the others are rows by their ids."""

    officials: dict[int, str]
    runs: dict[int, Run]
    submissions: dict[int, Submission]
    seats: dict[int, Seat]
    delegations: dict[int, Delegation]
    invited: dict[int, int]

    def sentence(self, event: AuditEvent) -> str:
        """Return an event in words, '' for one that says nothing of its own."""
        facts = json.loads(event.payload)
        who = self.officials.get(event.actor_id or 0, "Pandu")
        subject = f"{who} ({event.capacity})" if event.actor_id and event.capacity else who
        kind, _, what = event.kind.partition(".")
        if kind == "task":
            return self._task(event, facts, who, what)
        if kind == "run":
            return f"{subject} {self._run_deed(what)} {self._run(event.run_id)}"
        if kind == "seat":
            return self._seat(facts, subject, what)
        if kind == "delegation":
            return self._delegation(facts, what)
        if event.kind == "desk.handed_over":
            old, new = self.officials[facts["from"]], self.officials[facts["to"]]
            return (
                f"{subject} menyerahkan meja {old} kepada {new}: {len(facts['tasks'])} tugas terbuka berikut jabatannya"
            )
        if kind in ("official", "auditor", "invitation"):
            return self._person(event.kind, facts, subject)
        return f"{subject} {OTHER[event.kind]}" if event.kind in OTHER else ""

    def _task(self, event: AuditEvent, facts: dict[str, Any], who: str, what: str) -> str:
        row = self.submissions.get(facts.get("submission") or 0)
        deed, step = DEEDS.get(what, what), facts.get("step", "?")
        if what == "do":
            deed = PARTS.get(facts["part"], deed).format(unit=UNITS.get(facts["subject"], ""))
        words = f"{who} {self._as(row, event)} {deed} langkah {step} {self._run(event.run_id)}"
        outcome = OUTCOMES.get(facts.get("outcome") or "", "")
        files = len(facts.get("files") or {})
        return words + (f": {outcome}" if outcome else "") + (f" ({files} berkas)" if files else "")

    def _as(self, row: Submission | None, event: AuditEvent) -> str:
        if row is None or not row.mandate:
            return f"({event.capacity})"
        principal = self.officials.get(row.principal_id or 0, "")
        if row.mandate == "delegation":
            return f"({row.capacity}, menerima delegasi dari {principal})"
        seat = next(
            one for one in self.seats.values()
            if one.official_id == row.official_id and one.capacity == row.mandate
            and one.starts_at is not None and one.starts_at <= row.at < (one.ends_at or row.at)
        )  # fmt: skip
        for_whom = f", menggantikan sementara {principal}" if principal else ""
        return f"selaku {row.capacity}{for_whom} (Surat Perintah Nomor {seat.order_number})"

    def _run_deed(self, what: str) -> str:
        return {"start": "memulai", "cancel": "membatalkan", "pause": "menunda", "resume": "melanjutkan"}.get(
            what, what
        )

    def _run(self, run_id: int | None) -> str:
        run = self.runs[run_id or 0]
        return f"run {run.number}, {run.title} {run.period}"

    def _seat(self, facts: dict[str, Any], subject: str, what: str) -> str:
        seat = self.seats[facts["seat"]]
        title = PREFIX[str(seat.capacity)] + TITLES[seat.role, seat.unit_id]
        holder = self.officials[seat.official_id]
        match what:
            case "appointed":
                order = f", Surat Perintah Nomor {seat.order_number}" if seat.order_number else ""
                begins = f" mulai {_day(seat.starts_at)}" if seat.starts_at else ""
                until = f" s.d. {_day(_last(facts['until']))}" if facts.get("until") else ""
                return f"{subject} menetapkan {holder} sebagai {title}{begins}{until}{order}"
            case "closed":
                return f"{subject} mengakhiri masa {holder} sebagai {title}"
            case "ended":
                return f"{holder} tidak lagi memegang tugas {title}"
            case _:
                return f"{holder} kini {title}"

    def _delegation(self, facts: dict[str, Any], what: str) -> str:
        row = self.delegations[facts["delegation"]]
        giver, receiver = self.officials[row.from_id], self.officials[row.to_id]
        match what:
            case "given":
                period = f"{_day(row.starts_at)} s.d. {_day(row.ends_at - _MOMENT)}"
                return f"{giver} mendelegasikan tugasnya kepada {receiver}, {period}"
            case "began":
                return f"delegasi dari {giver} kepada {receiver} mulai berlaku"
            case _:
                return f"delegasi dari {giver} kepada {receiver} berakhir"

    def _person(self, kind: str, facts: dict[str, Any], subject: str) -> str:
        who = self.officials.get(
            facts.get("official") or self.invited.get(facts.get("invitation") or 0, 0), "seorang pejabat"
        )
        match kind:
            case "official.added":
                return f"{subject} menambahkan {who}"
            case "official.retired":
                return f"{subject} menonaktifkan {who}; jabatan dan delegasinya berakhir"
            case "invitation.made":
                return f"tautan undangan dibuat untuk {who}"
            case "invitation.claimed":
                return f"sebuah akun Telegram membuka tautan untuk {who}; belum ada haknya"
            case "invitation.confirmed":
                return f"{subject} memastikan: akun itu benar {who}"
            case "auditor.added":
                return f"{who} diberi akses baca sebagai auditor"
            case _:
                return ""


def write(year: Year) -> str:
    """Return the whole year as text."""
    lines = year.world.store.write(lambda session: _lines(session, year))
    found = [
        f"Tahun 2027 di Kecamatan Sumbang, {len(year.world.sent)} pesan, {len(year.world.heard)} ketukan dan ketikan."
    ]
    today = None
    for at, _, words in sorted(lines, key=lambda line: line[:2]):
        local = at.astimezone(ZONE)
        if local.date() != today:
            today = local.date()
            found.append(f"\n{DAYS[today.weekday()]}, {said(today)}")
        found.append(f"  {local:%H.%M}  {words}")
    return "\n".join([*found, "", *_result(year)]) + "\n"


def _lines(session: Session, year: Year) -> list[tuple[datetime, int, str]]:
    log = Log(
        {row.id or 0: row.name for row in session.exec(select(Official))},
        {row.id or 0: row for row in session.exec(select(Run))},
        {row.id or 0: row for row in session.exec(select(Submission))},
        {row.id or 0: row for row in session.exec(select(Seat))},
        {row.id or 0: row for row in session.exec(select(Delegation))},
        {row.id or 0: row.official_id for row in session.exec(select(Invitation))},
    )
    events = session.exec(select(AuditEvent).where(AuditEvent.office_id == OFFICE).order_by(col(AuditEvent.seq)))
    lines = [(event.at, 1, words) for event in events if (words := log.sentence(event))]
    lines += [(at, 0, f"* {words}") for at, words in year.colleagues.notes]
    lines += [(at, 4, f"* {words}") for at, words in year.watch.notes]
    lines += [(run.ended_at, 3, f"{log._run(run.id)} selesai") for run in log.runs.values() if run.ended_at is not None]
    for sent in year.world.sent:
        if sent.template in TOLD:
            whom = year.book.person(sent.chat, sent.at) or "ponsel lama"
            lines.append((sent.at, 2, f"> {whom} diberi tahu: “{sent.text.splitlines()[0]}”"))
    return lines


def _result(year: Year) -> list[str]:
    seen = year.watch.seen
    return [
        "Hasil",
        f"  tugas yang telantar tanpa diketahui admin, dan kekeliruan lain: {len(year.watch.faults)}",
        *(f"  ! {fault}" for fault in year.watch.faults),
        *(f"  {what}: {count}" for what, count in sorted(seen.items()) if not what.startswith("event ")),
    ]


def _last(until: str) -> datetime:
    """Return the last moment of a period that ends before a midnight."""
    return datetime.fromisoformat(until) - _MOMENT


def _day(at: datetime | None) -> str:
    assert at is not None
    local = at.astimezone(ZONE)
    return f"{local.day} {MONTHS[local.month - 1]}"
