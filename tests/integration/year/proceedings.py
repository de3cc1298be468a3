"""What an office does about its people, step by step on their phones; the book is told what was meant to come of it."""

from __future__ import annotations

import re
import secrets
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from tests.integration.year.book import Handed, Term
from tests.integration.year.colleagues import Colleagues, Hands
from tests.integration.year.office import ADMIN, AUDITOR, OFFICE, TITLES, ZONE, Post
from workflow import office_invitations

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
LINK = re.compile(r"https://t\.me/pandu_bot\?start=([A-Za-z0-9_-]+)")


def said(day: date) -> str:
    """Return a date as an official writes it."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def midnight(day: date) -> datetime:
    """Return when a day begins in the office."""
    return datetime.combine(day, time(), ZONE)


class Proceedings:
    """Appointments, transfers, delegations, accounts: each as the admin or the official does it in chat."""

    def __init__(self, colleagues: Colleagues) -> None:
        self.colleagues, self.world, self.book = colleagues, colleagues.world, colleagues.book
        self._orders = 0

    def hands(self, who: str) -> Hands:
        return Hands(self.colleagues, who)

    @property
    def today(self) -> date:
        return self.world.now.astimezone(ZONE).date()

    def appoint(
        self, post: Post, who: str, capacity: str, first: date | None, last: date | None, *, principal: str = "",
        approved_by: str = "",
    ) -> None:  # fmt: skip
        """Let the admin appoint by an order: at once without ``first``, until further notice without ``last``."""
        admin = self.hands(ADMIN)
        admin.write("/jabatan")
        admin.tap(TITLES[post])
        admin.tap("Tetapkan pejabat")
        admin.write(who)
        admin.tap({"plh": "Plh., menggantikan", "plt": "Plt., jabatan lowong", "definitif": "Definitif"}[capacity])
        if first is None:
            admin.tap("Mulai sekarang")
        else:
            self._date(admin, first)
        if last is None:
            admin.tap("Sampai ada penetapan lain")
        else:
            self._date(admin, last)
        self._orders += 1
        number = f"800/{self._orders}/{self.today.year}"
        admin.write(number)
        self._date(admin, self.today)
        admin.bring(f"surat-perintah-{self._orders}.pdf")
        admin.tap("Ya, tetapkan")
        if approved_by:
            self.hands(approved_by).tap("Setujui", on="Mohon persetujuan")
        begins = self.world.now if first is None else midnight(first)
        ends = midnight(last + timedelta(days=1)) if last is not None else None
        self.book.seat(Term(post, who, begins, ends, capacity, principal, number))

    def leave_office(self, who: str) -> None:
        """Let the admin take somebody out who has been transferred or retired: every post of theirs ends."""
        self._person(who)
        self.hands(ADMIN).tap("Nonaktifkan")
        self.hands(ADMIN).tap("Ya, terapkan")
        self.book.end(who, self.world.now)
        self.book.left[who] = self.world.now
        self.colleagues.is_gone(who)

    def hand_over(self, old: str, new: str) -> None:
        """Let the admin hand a whole desk over, posts and tasks."""
        admin = self.hands(ADMIN)
        admin.write(f"/serahterima {old}")
        admin.write(new)
        admin.tap("Tugas dan jabatan")
        now = self.world.now
        posts = [term.post for term in self.book.held(now) if term.who == old and term.capacity == "definitif"]
        self.book.end(old, now)
        for post in posts:
            self.book.seat(Term(post, new, now))

    def delegate(self, giver: str, receiver: str, first: date, last: date) -> None:
        """Let somebody hand their tasks to a colleague, by words."""
        hands = self.hands(giver)
        hands.write("/delegasi")
        if "Kepada siapa" not in hands.last():
            hands.tap("Delegasikan tugas")
        hands.write(receiver)
        hands.write(f"{said(first)} sampai {said(last)}")
        hands.tap("Semua SOP")
        hands.tap("Ya, delegasikan")
        begins, ends = max(midnight(first), self.world.now), midnight(last + timedelta(days=1))
        self.book.handed.append(Handed(giver, receiver, begins, ends))

    def join(self, who: str, chat: int, salutation: str) -> None:
        """Let the admin put a new official down; they open their link, and the admin says it is them."""
        admin = self.hands(ADMIN)
        admin.write("/kelola")
        admin.tap("Pejabat")
        admin.tap("Tambah pejabat")
        admin.write(who)
        admin.tap(salutation)
        admin.tap("Belum ada jabatan")
        admin.tap("Ya, terapkan")
        self._person(who)
        admin.tap("Buat tautan")
        self._opens_link(who, chat, self._link())

    def change_account(self, who: str, chat: int) -> None:
        """Let somebody come with another phone: a link anew, and the admin's word that it is them."""
        self._person(who)
        self.hands(ADMIN).tap("Ganti akun Telegram")
        self.hands(ADMIN).tap("Ya, terapkan")
        self._opens_link(who, chat, self._link())

    def admit_auditor(self, chat: int, last: date) -> None:
        """Let the Inspektorat's auditor read until a day: invited from the command line, enrolled by link."""
        store, now = self.world.store, self.world.now
        store.write(lambda session: office_invitations.let_in(session, OFFICE, AUDITOR, last, now))
        token = secrets.token_urlsafe(24)

        def letter(session: Session) -> str:
            (row,) = office_invitations.not_enrolled(session, OFFICE, AUDITOR)
            return office_invitations.letter(session, row.id or 0, token, now).text

        found = LINK.search(store.write(letter))
        assert found is not None
        self._opens_link(AUDITOR, chat, found[1], works=False)

    def quiet(self, who: str, words: str) -> None:
        """Let somebody say when they do not want to be reminded."""
        hands = self.hands(who)
        hands.write("/profil")
        hands.tap("Atur jam tenang")
        hands.write(words)

    def block(self, who: str, *, blocked: bool) -> None:
        """Let somebody block the bot, or come back to it."""
        self.world.block(self.hands(who).phone.chat, blocked=blocked)
        self.world.settle()

    def start(self, sop: str, who: str, period: str) -> None:
        """Let somebody start a run by /mulai."""
        hands = self.hands(who)
        hands.write("/mulai")
        hands.tap(sop)
        hands.write(period)
        hands.tap("Mulai")

    def schedule(self, sop: str, who: str, rule: str) -> None:
        """Let somebody put down when an SOP is to be started."""
        hands = self.hands(who)
        hands.write("/jadwal")
        hands.tap(sop, on="Jadwal SOP")
        hands.write(rule)
        hands.tap("Ya, jadwalkan")

    def _date(self, hands: Hands, day: date) -> None:
        hands.write(said(day))
        hands.tap("Ya")

    def _person(self, who: str) -> None:
        admin = self.hands(ADMIN)
        admin.write("/kelola")
        admin.tap("Pejabat")
        newest = list(admin.phone.messages.values())[-1]
        if not any(who in caption for caption in newest.buttons):
            admin.tap("Berikutnya")
        admin.tap(who)

    def _link(self) -> str:
        found = LINK.search(self.hands(ADMIN).last())
        assert found is not None, self.hands(ADMIN).last()
        return found[1]

    def _opens_link(self, who: str, chat: int, token: str, *, works: bool = True) -> None:
        self.world.write(chat, f"/start {token}")
        self.world.settle()
        self.hands(ADMIN).tap("Ya, benar")
        if works:
            self.colleagues.has_phone(who, chat)
        else:
            self.book.phones.append((who, chat, self.world.now))
