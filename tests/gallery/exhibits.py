"""What the gallery shows: a message in both languages, with ordinary, long and hostile names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from typing import Literal

from sqlmodel import select

from messages.rendered import Rendered
from messages.views.registry import MESSAGES
from storage.tables import ErasableText, File, Official, Run, Seat, Submission, Unit
from tests.unit.messages.town import HOSTILE, Town
from workflow.state import Part

Naming = Literal["ordinary", "long", "hostile"]
NAMINGS: tuple[Naming, ...] = ("ordinary", "long", "hostile")
LANGUAGES = ("id", "en")

TAPS = "Answers to a tap"
KINDS = {
    "plain": "Short messages",
    "starting": "Starting a run",
    "founding": "Setting up an office",
    "adoption": "Adopting an SOP",
    "adoption_end": "Adopting an SOP",
    "pages": "Pages",
    "progress": "Pages",
    "asking": "Questions",
    "notices": "Notices",
    "meetings": "Meetings",
    "schedules": "Schedules",
    "moving": "Moving time",
    "digest": "The morning's digest",
    "calendar": "The office's calendar",
    "manage": "Managing the office",
    "manage_auditors": "Managing the office",
    "manage_changes": "Managing the office",
    "when": "A time in words",
    "personal": "One's own reminders",
    "profile": "Oneself, and what is kept",
    "auditing": "Auditors",
    "approving": "Four eyes, and decisions on paper",
    "seats": "Who holds which post",
    "delegations": "Delegations",
    "handing_over": "Handing over a desk",
    "appointments": "Who holds which post",
}
"""Module of a message's view -> where it stands in the gallery."""

LONG_PEOPLE = (
    "Drs. H. Raden Mas Suryo Adiningrat Kusumawardhana Prawirodirdjo, S.IP., M.Si., M.A.P.",
    "Dra. Hj. R. Ay. Siti Nurhaliza Kusumaningrum Wijayakusuma Hadiningrat, S.Sos., M.M.",
)
LONG_UNITS = (
    "Seksi Pemberdayaan Masyarakat, Pembangunan Desa, dan Kesejahteraan Sosial",
    "Subbagian Perencanaan, Keuangan, Umum, Kepegawaian, dan Rumah Tangga",
    "Seksi Ketenteraman, Ketertiban Umum, dan Perlindungan Masyarakat",
)
LONG_PERIOD = "Triwulan IV (Oktober sampai dengan Desember) Tahun Anggaran 2026"
LONG_TITLE = (
    "Pengukuran Kinerja, Evaluasi Capaian Indikator Kinerja Utama, dan Penyusunan Laporan Kinerja Instansi "
    "Pemerintah Kecamatan Sumbang Kabupaten Banyumas"
)
LONG_REASON = (
    "Kolom 4 (realisasi anggaran) pada indikator 3, 7, dan 12 masih kosong, jumlah pada baris terakhir tidak sama "
    "dengan jumlah tiap seksi, dan satuan pada indikator 9 tertulis orang padahal pada perjanjian kinerja tertulis "
    "dokumen. Mohon diperbaiki bersama lampirannya, lalu dikirim lagi sebelum rapat hari Kamis."
)
LONG_FILE = (
    "Rekapitulasi Isian Data Kinerja dan Lampiran Pendukung Triwulan IV Tahun 2026 (perbaikan ketiga) final.xlsx"
)
LONG_SEAT = "Pelaksana Tugas Kepala Subbagian Perencanaan, Keuangan, dan Umum"


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One message in one situation. ``name`` is its template's; ``kind`` and ``situation`` are for the reader."""

    kind: str
    name: str
    situation: str
    shown: dict[tuple[Naming, str], Rendered]
    is_toast: bool = False


@dataclass(slots=True)
class Collection:
    """What was collected so far, in order."""

    namings: tuple[Naming, ...] = NAMINGS
    exhibits: list[Exhibit] = field(default_factory=list)

    def add(
        self, place: Town, kind: str, name: str, situation: str, render: Callable[[str, str | None], Rendered]
    ) -> None:
        """Render a message (given a language and what people type) with all sorts of names, then put them back."""
        shown: dict[tuple[Naming, str], Rendered] = {}
        place.session.flush()
        for naming in self.namings:
            renamed = place.session.begin_nested() if naming != "ordinary" else None
            words = rename(place, naming, len(self.exhibits))
            with place.session.no_autoflush:
                for language in LANGUAGES:
                    shown[naming, language] = render(language, words)
            if renamed is not None:
                renamed.rollback()
        self.exhibits.append(Exhibit(kind, name, situation, shown))

    def card(self, place: Town, person: int, step: int, part: Part, situation: str, subject: str = "") -> None:
        """Show the card of a task as one official has it now."""
        task = place.task(step, part, subject)
        title = f"{place.task_run(task).title.rpartition(' ')[2]} {step}: {part}"
        self.add(place, title, "card", situation, lambda language, _: place.card(person, task, language))

    def message(self, place: Town, person: int, name: str, situation: str, **params: object) -> None:
        """Show a message that depends on where the run stands now."""
        self.add(place, kind_of(name), name, situation, lambda language, _: place.say(person, name, language, **params))


def kind_of(name: str) -> str:
    """Return where a message stands in the gallery."""
    return KINDS[MESSAGES[name].__module__.rpartition(".")[2]]


def rename(place: Town, naming: Naming, number: int) -> str | None:
    """Rename everybody and everything; return what people type instead of the usual, if anything."""
    if naming == "ordinary":
        return None
    if naming == "long":
        _rename_at_length(place)
        return LONG_REASON
    words = HOSTILE[number % len(HOSTILE) :] + HOSTILE[: number % len(HOSTILE)]
    place.rename_everything(*words)
    _retype(place, words)
    return words[0]


def _rename_at_length(place: Town) -> None:
    people, units = cycle(LONG_PEOPLE), cycle(LONG_UNITS)
    for official in place.session.exec(select(Official)):
        official.name = next(people)
    for unit in place.session.exec(select(Unit)):
        unit.name = next(units)
    for seat in place.session.exec(select(Seat)):
        seat.title = LONG_SEAT
    for run in place.session.exec(select(Run)):
        run.period, run.title = LONG_PERIOD, LONG_TITLE
    for text in place.session.exec(select(ErasableText)):
        text.text = LONG_REASON
    for submission in place.session.exec(select(Submission)):
        submission.capacity = LONG_SEAT
    _retype(place, [LONG_REASON], LONG_FILE)


def _retype(place: Town, words: list[str], file_name: str | None = None) -> None:
    """Change what people typed into forms and how they called their files."""
    turn = cycle(words)
    for submission in place.session.exec(select(Submission)):
        typed = submission.data.get("fields", {})
        free = {k: next(turn) for k, v in typed.items() if isinstance(v, str) and not v[:1].isdigit()}
        if free:
            submission.data = {**submission.data, "fields": {**typed, **free}}
    for file in place.session.exec(select(File)):
        file.name = file_name or next(turn)
    place.session.flush()
