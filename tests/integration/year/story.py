"""What happens to the office's people in 2027: what every seed brings, on days of its own, and what chance adds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random

from tests.integration.year.colleagues import Colleagues
from tests.integration.year.office import (
    AHMAD,
    AUDITOR,
    BUDI,
    CAMAT,
    DEWI,
    EKO,
    HADI,
    JOKO,
    KASI_TRANTIB,
    MAYA,
    PENGELOLA,
    RINA,
    SEKCAM,
    SITI,
    TITLES,
    Post,
)
from tests.integration.year.proceedings import Proceedings, midnight, said

Act = Callable[[], None]
AUDITORS_CHAT = 5001
QUIET = "18.00 sampai 07.00"
RETIRES = date(2027, 11, 1)
"""From this day on nobody is Camat, and Hadi acts."""


class Story:
    """The script of a year; the seed chooses the days and what chance adds. A ``whole`` one has more runs."""

    def __init__(self, colleagues: Colleagues, seed: int, *, whole: bool) -> None:
        self.whole = whole
        self.colleagues, self.dice = colleagues, Random(f"story {seed}")
        self.does = Proceedings(colleagues)
        self.busy: list[tuple[str, date, date]] = []
        """Who is part of something between two days: chance leaves them alone."""
        self.happened: list[str] = []

    def tell(self) -> None:
        """Put the year's events down, each on its day."""
        self._runs()
        self._camat_on_leave()
        self._kasi_delegates()
        self._sekcam_transferred()
        self._another_phone()
        self._whole_desk()
        self._blocks_and_returns(JOKO, date(2027, 7, 5), 3)
        self._admin_for_sekcam()
        self._auditor()
        self._camat_retires()
        self._on(date(2027, 1, 6), time(9), lambda: self.does.quiet(DEWI, QUIET), f"{DEWI}: jam tenang {QUIET}")
        for first in (date(2027, 1, 12), date(2027, 3, 17), date(2027, 10, 18)):
            self._chance(first)
        if self.whole:
            for first in (date(2027, 6, 14), date(2027, 11, 8)):
                self._chance(first)

    # What every year brings

    def _runs(self) -> None:
        def schedules() -> None:
            self.does.schedule(
                "Candipuro", SITI, "setiap triwulan, hari kerja pertama" if self.whole else "tiap tahun 1 Juli"
            )
            self.does.schedule("Tambak", SITI, "tiap tahun 19 April")

        def starts(sop: str, day: date, who: str, period: str) -> None:
            self._on(day, time(9), lambda: self.does.start(sop, who, period), f"saatnya SOP {sop} {period}")

        self._on(date(2027, 1, 4), time(8), schedules, "dua SOP dijadwalkan")
        starts("Candipuro", date(2027, 2, 15), SITI, "TW IV 2026")
        starts("Tambak", date(2027, 8, 9), HADI, "Semester I 2027")
        if self.whole:
            starts("Sumbang", date(2027, 1, 18), SITI, "TW IV 2026")
            starts("Sumbang", date(2027, 7, 26), HADI, "TW II 2027")
            starts("Tambak", date(2027, 10, 18), HADI, "Semester II 2027")

    def _camat_on_leave(self) -> None:
        first = self._workday(date(2027, 2, 10), 3)
        last = self._later(first, 6)
        self._stands_in(CAMAT, AHMAD, SITI, first, last, "cuti tahunan")

    def _kasi_delegates(self) -> None:
        first = self._workday(date(2027, 4, 19), 2)
        self._delegates(DEWI, BUDI, first, first + timedelta(days=6))

    def _sekcam_transferred(self) -> None:
        """Siti leaves with the work in her hands; only after days of a vacant post is there a Plt."""
        leaves = self._workday(date(2027, 4, 22), 4)
        acting = self._later(leaves, self.dice.randint(3, 7))
        self._on(
            leaves, time(10), lambda: self.does.leave_office(SITI),
            "Siti Rahayu dimutasi ke kabupaten; belum ada pengganti, jabatan Sekcam lowong",
        )  # fmt: skip
        self._on(
            acting, time(9), lambda: self.does.appoint(SEKCAM, BUDI, "plt", None, date(2027, 6, 30)),
            "baru sekarang surat perintah Plt. Sekcam terbit untuk Budi Santoso",
        )  # fmt: skip
        self._busy(BUDI, leaves, date(2027, 6, 30))
        joins = self._workday(date(2027, 6, 21), 3)
        self._on(
            joins, time(9), lambda: self.does.join(HADI, 1008, "Bapak"), "Hadi Nugroho datang sebagai calon Sekcam"
        )
        self._on(
            date(2027, 6, 28), time(9), lambda: self.does.appoint(SEKCAM, HADI, "definitif", date(2027, 7, 1), None),
            "Hadi Nugroho ditetapkan sebagai Sekcam definitif mulai 1 Juli",
        )  # fmt: skip

    def _another_phone(self) -> None:
        """Joko's phone falls into the river while a task lies on it."""
        day = self._workday(date(2027, 7, 6), 4)
        self._on(
            day, time(11), lambda: self.does.change_account(JOKO, 9005),
            "ponsel Joko Prasetyo rusak; ia kembali dengan akun Telegram baru di tengah tugas",
        )  # fmt: skip
        self._busy(JOKO, day, day)

    def _whole_desk(self) -> None:
        joins = self._workday(date(2027, 8, 4), 3)
        moves = self._workday(date(2027, 8, 11), 2)
        self.colleagues.is_away(BUDI, date(2027, 8, 9), moves)  # he takes leave of his villages; his work waits
        self._on(joins, time(9), lambda: self.does.join(MAYA, 1009, "Ibu"), "Maya Anggraini datang dari kecamatan lain")
        self._on(
            moves, time(14), lambda: self.does.hand_over(BUDI, MAYA),
            "Budi Santoso dimutasi; seluruh mejanya diserahterimakan kepada Maya Anggraini",
        )  # fmt: skip
        self._on(
            self._later(moves, 1), time(9), lambda: self.does.leave_office(BUDI), "Budi Santoso meninggalkan kantor"
        )

    def _admin_for_sekcam(self) -> None:
        """The admin stands in for the Sekcam herself, which takes the Camat's word."""
        first = self._workday(date(2027, 10, 4), 2)
        last = self._later(first, 4)
        self._stands_in(SEKCAM, HADI, RINA, first, last, "diklat", approved_by=AHMAD)

    def _auditor(self) -> None:
        first = self._workday(date(2027, 9, 27), 2)
        last = self._later(first, 10)
        self._on(
            first, time(9), lambda: self.does.admit_auditor(AUDITORS_CHAT, last),
            f"Inspektorat menugaskan {AUDITOR} untuk membaca sampai {said(last)}",
        )  # fmt: skip
        self._on(self._later(first, 1), time(10), self._auditor_reads, "auditor membaca arsip")
        self._on(self._later(last, 1), time(10), self._auditor_too_late, "auditor mencoba lagi setelah masanya lewat")

    def _auditor_reads(self) -> None:
        auditor = self.does.hands(AUDITOR)
        for words in ("/arsip", "/status"):
            auditor.write(words)
        auditor.write("/riwayat 1")
        auditor.write("/berkas 1")
        auditor.write("/mulai")
        assert "hanya dapat membaca" in auditor.last()

    def _auditor_too_late(self) -> None:
        auditor = self.does.hands(AUDITOR)
        auditor.write("/arsip")
        assert "sudah berakhir" in auditor.last()

    def _camat_retires(self) -> None:
        self._on(
            date(2027, 10, 27), time(9), lambda: self.does.appoint(CAMAT, HADI, "plt", RETIRES, date(2027, 12, 22)),
            "surat perintah Plt. Camat terbit: Camat pensiun akhir Oktober",
        )  # fmt: skip
        self._on(RETIRES, time(8), lambda: self.does.leave_office(AHMAD), "Ahmad Fauzi pensiun")
        self._busy(HADI, date(2027, 10, 20), date(2027, 12, 31))

    # What chance adds

    def _chance(self, about: date) -> None:
        """One of the small things of any month, to somebody who is part of nothing else then."""
        first = self._workday(about, 5)
        last = self._later(first, self.dice.randint(1, 3))
        here = [DEWI, JOKO, EKO, BUDI if about < date(2027, 8, 1) else MAYA, SITI if about < date(2027, 4, 1) else HADI]
        free = [who for who in here if self._free(who, first, last) and not (who == HADI and about < date(2027, 7, 1))]
        who, other = self.dice.sample(free, 2)
        match self.dice.choice(("delegates", "stands in", "blocks", "quiet", "another phone")):
            case "delegates":
                self._delegates(who, other, first, last)
            case "stands in":
                post, whose = self.dice.choice([(KASI_TRANTIB, DEWI), (PENGELOLA, JOKO)])
                if self._free(whose, first, last):
                    self._stands_in(
                        post, whose, RINA, first, last, "sakit", approved_by=HADI if first >= RETIRES else AHMAD
                    )
            case "blocks":
                self._blocks_and_returns(who, first, (last - first).days)
            case "quiet":
                self._on(first, time(15), lambda: self.does.quiet(other, QUIET), f"{other}: jam tenang {QUIET}")
            case _:
                chat = 9100 + about.month
                self._busy(who, first, last)
                self._on(first, time(13), lambda: self.does.change_account(who, chat), f"{who} berganti akun Telegram")

    # The kinds of things that happen

    def _stands_in(
        self, post: Post, who: str, acting: str, first: date, last: date, why: str, *, approved_by: str = ""
    ) -> None:
        early = self.dice.randrange(2)
        order = self._earlier(first, 1) if early else first
        self._on(
            order, time(8, 5),
            lambda: self.does.appoint(
                post, acting, "plh", first if early else None, last, principal=who, approved_by=approved_by
            ),
            f"{who} {why} {said(first)} s.d. {said(last)}; surat perintah Plh. {TITLES[post]} untuk {acting}",
        )  # fmt: skip
        self.colleagues.is_away(who, first, last)
        self._busy(who, order, last)
        self._busy(acting, order, last)

    def _delegates(self, giver: str, receiver: str, first: date, last: date) -> None:
        self._on(
            self._earlier(first, 1), time(14), lambda: self.does.delegate(giver, receiver, first, last),
            f"{giver} akan bertugas di luar {said(first)} s.d. {said(last)} dan mendelegasikan kepada {receiver}",
        )  # fmt: skip
        self.colleagues.is_away(giver, first, last)
        self._busy(giver, self._earlier(first, 1), last)
        self._busy(receiver, self._earlier(first, 1), last)

    def _blocks_and_returns(self, who: str, first: date, days: int) -> None:
        last = first + timedelta(days=days)
        while not self.colleagues.almanac.works(last):
            last += timedelta(days=1)
        begins, ends = (
            datetime.combine(day, clock, midnight(day).tzinfo) for day, clock in ((first, time(10)), (last, time(9)))
        )
        self._on(first, time(10), lambda: self.does.block(who, blocked=True), f"{who} memblokir bot")
        self._on(last, time(9), lambda: self.does.block(who, blocked=False), f"{who} membuka blokir dan kembali")
        self.colleagues.book.blocked.append((who, begins, ends))
        self.colleagues.is_away(who, first, last - timedelta(days=1))
        self._busy(who, first, last)

    def _on(self, day: date, clock: time, act: Act, words: str) -> None:
        def happens() -> None:
            self.colleagues.note(words)
            act()
            self.happened.append(words)

        self.colleagues.at(day, clock, happens)

    def _busy(self, who: str, first: date, last: date) -> None:
        self.busy.append((who, first, last))

    def _free(self, who: str, first: date, last: date) -> bool:
        day = timedelta(days=2)
        return not any(name == who and begins <= last + day and first - day <= ends for name, begins, ends in self.busy)

    def _workday(self, about: date, within: int) -> date:
        """Return a working day at or after a day, chosen by the seed among so many."""
        return self._later(about, self.dice.randrange(within), at_least=about)

    def _later(self, day: date, count: int, *, at_least: date | None = None) -> date:
        """Return the working day so many after another; with ``at_least`` that day itself counts if it is one."""
        works = self.colleagues.almanac.works
        day = at_least or day
        while not works(day):
            day += timedelta(days=1)
        for _ in range(count):
            day += timedelta(days=1)
            while not works(day):
                day += timedelta(days=1)
        return day

    def _earlier(self, day: date, count: int) -> date:
        for _ in range(count):
            day -= timedelta(days=1)
            while not self.colleagues.almanac.works(day):
                day -= timedelta(days=1)
        return day
