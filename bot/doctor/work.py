"""What is being worked on: queues that do not move, offices that nobody leads, calendars that end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot.doctor.finding import Finding, good, mend, note
from storage import leases
from storage.queue_facts import QueueFacts, queue_facts
from storage.tables import Bot, Office
from workflow import leaders, office_bots, people
from workflow.adoption import AdoptionDamaged
from workflow.calendar.national import national
from workflow.calendar.of_office import calendar_of

SLOW = timedelta(minutes=2)
STUCK = timedelta(minutes=15)
CALENDAR_FROM_MONTH = 11
"""The SKB for the next year is mostly signed in September or October."""


def examine(session: Session, now: datetime, lease_now: datetime) -> Iterator[Finding]:
    """Look at queues, offices and calendars; ``now`` is business time, ``lease_now`` lease time."""
    facts = queue_facts(session, now)
    yield from _senders(session, facts, lease_now)
    yield from _queues(facts)
    yield from _offices(session, now)


def _senders(session: Session, facts: QueueFacts, lease_now: datetime) -> Iterator[Finding]:
    for bot_id in sorted(facts.bots):
        held = leases.read(session, leases.sender(bot_id))
        if held is None or held.until <= lease_now:
            yield note(f"Bot {bot_id}", "tidak ada proses yang sedang mengirim", "jalankan pandu run atau pandu serve")


def _queues(facts: QueueFacts) -> Iterator[Finding]:
    bots = facts.bots.values()
    dead, parked = sum(queues.dead for queues in bots), sum(queues.parked for queues in bots)
    if dead:
        yield note(
            "Pesan gagal", f"{dead} tidak dapat dikirim",
            "pandu outbox list menyebut sebabnya; pandu outbox retry NOMOR",
        )  # fmt: skip
    if parked:
        yield note(
            "Pembaruan disisihkan", f"{parked} tidak dapat diproses",
            "pandu inbox list menyebut sebabnya; pandu inbox retry NOMOR",
        )  # fmt: skip
    late = max((facts.age(queues.oldest_pending) for queues in bots), default=timedelta())
    waits = {
        "Pesan menunggu": facts.longest_wait,
        "Pembaruan menunggu": late,
        "Pengingat tertunda": facts.age(facts.oldest_timer),
    }
    for subject, wait in waits.items():
        what = f"yang paling lama sudah {wait // timedelta(minutes=1)} menit"
        if wait > STUCK:
            yield mend(subject, what, "pastikan pandu run atau pandu serve berjalan, lalu lihat catatannya (log)")
        elif wait > SLOW:
            yield note(subject, what, "lihat lagi beberapa menit lagi")
    if not dead and not parked and max(waits.values()) <= SLOW:
        yield good("Antrean", "tidak ada yang tertahan")


def _offices(session: Session, now: datetime) -> Iterator[Finding]:
    offices = session.exec(select(Office).order_by(col(Office.id))).all()
    if not offices:
        yield note("Kantor", "belum ada", "pandu office invite --first mencetak tautan untuk admin pertama")
        return
    faults = [*_unserved(session, offices), *(fault for office in offices for fault in _leaderless(session, office))]
    yield from faults
    if not faults:
        yield good("Kantor", f"{len(offices)} kantor, masing-masing dengan admin dan pimpinan")
    yield from _calendars(offices, now)


def _unserved(session: Session, offices: Sequence[Office]) -> Iterator[Finding]:
    if session.exec(select(Bot.id).limit(1)).first() is None:
        return  # before the first start no office has a bot
    for office in offices:
        if office_bots.bot_of(session, office.id) is None:
            yield mend(
                f"Kantor {office.id}", "belum dilayani bot mana pun", "tulis bot pada office di berkasnya, lalu muat"
            )


def _leaderless(session: Session, office: Office) -> Iterator[Finding]:
    subject = f"Kantor {office.id}"
    if not any(admin.telegram_id for admin in people.admins(session, office.id)):
        yield mend(
            subject, "tidak ada admin yang sudah bergabung",
            f"tandai admin: true di berkas kantor, muat, lalu pandu office invite --office {office.id}",
        )  # fmt: skip
    try:
        headed = bool(leaders.heads(session, office.id))
    except AdoptionDamaged:
        yield mend(subject, "SOP yang diadopsi rusak", "pandu audit verify menyebutnya; pulihkan cadangan")
        return
    if not headed:
        yield note(subject, "kursi pimpinan kosong", "isi lewat /jabatan atau berkas kantor")


def _calendars(offices: Sequence[Office], now: datetime) -> Iterator[Finding]:
    for office in offices:
        today = calendar_of(office).local_date(now)
        years = [today.year] + ([today.year + 1] if today.month >= CALENDAR_FROM_MONTH else [])
        missing = [str(year) for year in years if not _by_decree(year)]
        if missing:
            # The national days are the same for all: said once.
            yield note(
                "Kalender", f"tahun {' dan '.join(missing)} belum menurut SKB: tanpa cuti bersama, hari raya perkiraan",
                "perbarui Pandu; sementara itu admin melengkapi dengan /kalender",
            )  # fmt: skip
            return
    yield good("Kalender", "hari libur dan cuti bersama menurut SKB")


def _by_decree(year: int) -> bool:
    return any(day.kind == "collective" for day in national(year).values())
