"""Every button's caption, in both languages, in one table.

The Indonesian words are agreed with the offices and exact: people are told to "tekan Kirim
hasil", so a caption never changes on the way. Captions that belong to one SOP ("Sampaikan
ke Camat") stand in its definition instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = ("id", "en")


@dataclass(frozen=True, slots=True)
class Caption:
    """One caption; ``{step}`` and the like are filled in by :func:`caption`."""

    id: str
    en: str


CAPTIONS: dict[str, Caption] = {
    # A task's own buttons
    "done": Caption("Selesai", "Done"),
    "send": Caption("Kirim hasil", "Send result"),
    "replace": Caption("Ganti berkas", "Replace files"),
    "reuse_last": Caption("Gunakan berkas {period}", "Use the file of {period}"),
    "reuse": Caption("Gunakan berkas ini", "Use this file"),
    "keep": Caption("Tetap berlaku", "Still valid"),
    "accept": Caption("Terima", "Accept"),
    "approve": Caption("Setujui", "Approve"),
    "return": Caption("Kembalikan", "Return"),
    "distribute": Caption("Kirim ke semua seksi", "Send to every unit"),
    "nil": Caption("Nihil", "Nothing to report"),
    "acknowledge": Caption("Saya tindak lanjuti", "I will handle it"),
    "show_step": Caption("Lihat langkah", "View step"),
    "show_documents": Caption("Lihat dokumen", "View documents"),
    "remind": Caption("Ingatkan yang belum", "Remind the others"),
    "waive": Caption("Lanjutkan tanpa", "Go on without"),
    "withdraw": Caption("Tarik kembali", "Take back"),
    "correct": Caption("Ralat", "Correct"),
    "receive": Caption("Sudah saya terima", "I have received it"),
    # Meetings
    "invite": Caption("Kirim undangan", "Send invitation"),
    "meeting_done": Caption("Rapat selesai", "Meeting held"),
    "call_off": Caption("Batalkan rapat", "Call the meeting off"),
    "reschedule": Caption("Ubah jadwal", "Change schedule"),
    "attend_yes": Caption("Hadir", "Attending"),
    "attend_no": Caption("Berhalangan", "Unable to attend"),
    "attend_deputy": Caption("Diwakilkan", "Sending a deputy"),
    # Moving time
    "extend": Caption("Minta dispensasi", "Ask for more time"),
    "deny": Caption("Tidak disetujui", "Do not grant"),
    "collect_by": Caption("Batas pengumpulan", "Collection date"),
    "clear_date": Caption("Hapus batas", "Clear the date"),
    "resume_run": Caption("Lanjutkan pelaksanaan", "Let the run go on"),
    "hand_over": Caption("Alihkan langkah {step}", "Hand over step {step}"),
    "confirm_days": Caption("Konfirmasi hari libur", "Confirm days off"),
    "yes_assign": Caption("Ya, alihkan", "Yes, hand it over"),
    # Questions
    "skip": Caption("Lewati", "Skip"),
    "send_reason": Caption("Kirim alasan", "Send reason"),
    "yes_send": Caption("Ya, kirim", "Yes, send"),
    "next": Caption("Lanjutkan", "Continue"),
    "edit": Caption("Ubah", "Change"),
    "cancel": Caption("Batal", "Cancel"),
    "yes_schedule": Caption("Ya, jadwalkan", "Yes, schedule it"),
    "yes_cancel_run": Caption("Ya, batalkan", "Yes, cancel it"),
    "step": Caption("Langkah {step}", "Step {step}"),
    "whole": Caption("Dokumen gabungan", "Merged document"),
    "task_of_run": Caption("Langkah {step} · run {run}", "Step {step} · run {run}"),
    "start": Caption("Mulai", "Start"),
    "skip_this_time": Caption("Lewati kali ini", "Skip this time"),
    "end_schedule": Caption("Hentikan jadwal", "End the schedule"),
    "end_schedule_of": Caption("Hentikan: {title}", "End: {title}"),
    "new_schedule_of": Caption("Jadwalkan: {title}", "Schedule: {title}"),
    "enrol_yes": Caption("Ya, benar", "Yes, correct"),
    "enrol_no": Caption("Bukan", "No"),
    # The office's calendar
    "calendar_add": Caption("Tambah hari libur", "Add a day off"),
    "calendar_work": Caption("Hari masuk", "Day to be worked"),
    "calendar_estimates": Caption("Konfirmasi perkiraan", "Confirm estimates"),
    "calendar_set_hours": Caption("Jam kerja", "Working hours"),
    "calendar_set_ramadan": Caption("Jam Ramadan", "Ramadan hours"),
    "calendar_remove": Caption("Hapus", "Remove"),
    "calendar_move": Caption("Ubah tanggal", "Change date"),
    "calendar_monday_to_thursday": Caption("Senin–Kamis", "Monday–Thursday"),
    "calendar_friday": Caption("Jumat", "Friday"),
    "calendar_saturday": Caption("Sabtu", "Saturday"),
    "calendar_week_5": Caption("Menjadi 5 hari kerja", "To 5 working days"),
    "calendar_week_6": Caption("Menjadi 6 hari kerja", "To 6 working days"),
    "calendar_default": Caption("Sesuai Perpres", "As the Perpres says"),
    "calendar_apply": Caption("Ya, terapkan", "Yes, apply"),
    "calendar_show": Caption("Lihat kalender", "View calendar"),
    # A time in words, one's own reminders
    "when_yes": Caption("Ya", "Yes"),
    "personal_list": Caption("Daftar pengingat", "My reminders"),
    "personal_remove": Caption("Hapus {number}", "Remove {number}"),
    "personal_again": Caption("Ingatkan lagi besok pagi", "Remind me tomorrow"),
    # Pages
    "show_run": Caption("Lihat status", "View status"),
    "show_run_number": Caption("Status run {run}", "Status of run {run}"),
    "show_board": Caption("Salin sebagai teks", "As plain text"),
    "show_files": Caption("Lihat berkas", "View files"),
    "show_history": Caption("Lihat riwayat", "View history"),
    "all_runs": Caption("Tampilkan semua", "Show all"),
    "newer": Caption("Lebih baru", "Newer"),
    "older": Caption("Lebih lama", "Older"),
}


def caption(key: str, language: str, **values: object) -> str:
    """Return a caption in a language (Indonesian for any other than English).

    Raises :class:`KeyError` for a key that is not in the table.
    """
    entry = CAPTIONS[key]
    words = entry.en if language == "en" else entry.id
    return words.format(**values) if values else words
