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
    "record_decision": Caption("Catat keputusan", "Record decision"),
    "record_send": Caption("Catat", "Record"),
    "disown": Caption("Bukan keputusan saya", "Not my decision"),
    "to_step": Caption("{words}: langkah {step}", "{words}: step {step}"),
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
    "resume_without": Caption("Lanjutkan tanpa catatan", "Go on without a note"),
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
    "task_of_run": Caption("Langkah {step} · No. {run}", "Step {step} · run {run}"),
    "start": Caption("Mulai", "Start"),
    "skip_this_time": Caption("Lewati kali ini", "Skip this time"),
    "end_schedule": Caption("Hentikan jadwal", "End the schedule"),
    "end_schedule_of": Caption("Hentikan {number}: {title}", "End {number}: {title}"),
    "new_schedule_of": Caption("Jadwalkan: {title}", "Schedule: {title}"),
    "enrol_yes": Caption("Ya, benar", "Yes, correct"),
    "enrol_no": Caption("Bukan", "No"),
    "manage": Caption("Kelola kantor", "Manage the office"),
    "adopt_all": Caption("Terima semua usulan", "Accept every suggestion"),
    "adopt_steps": Caption("Satu per satu", "One by one"),
    "adopt_page": Caption("Langkah {first}–{last}", "Steps {first}–{last}"),
    "adopt_nobody": Caption("Belum ada, biarkan", "Nobody yet, leave it"),
    "adopt_later": Caption("Lanjutkan nanti", "Go on later"),
    "adopt_actor": Caption("Pelaksana lain", "Somebody else"),
    "adopt_own_activity": Caption("Ubah uraian", "Change activity"),
    "adopt_own_standard_duration": Caption("Ubah waktu", "Change time"),
    "adopt_own_inputs": Caption("Ubah kelengkapan", "Change input"),
    "adopt_own_output": Caption("Ubah hasil", "Change output"),
    "adopt_leave": Caption("Biarkan kosong", "Leave blank"),
    "adopt_suggestion": Caption("Terima usulan", "Accept suggestion"),
    "adopt_end": Caption("Akhiri adopsi", "End the adoption"),
    "adopt_propose": Caption("Ya, ajukan", "Yes, propose it"),
    "found_no_post": Caption("Tidak ada, admin saja", "None, admin only"),
    "found_again": Caption("Ulangi dari awal", "Start again"),
    # The office's calendar
    "calendar_add": Caption("Tambah hari libur", "Add a day off"),
    "calendar_work": Caption("Hari masuk", "Day to be worked"),
    "calendar_estimates": Caption("Konfirmasi perkiraan", "Confirm estimates"),
    "calendar_set_hours": Caption("Jam kerja", "Working hours"),
    "calendar_set_ramadan": Caption("Jam Ramadan", "Ramadan hours"),
    "calendar_fasting": Caption("Tanggal Ramadan", "Dates of Ramadan"),
    "fasting_first": Caption("Mulai {month}", "Begins {month}"),
    "fasting_last": Caption("Selesai {month}", "Ends {month}"),
    "fasting_worked_out": Caption("Sesuai perhitungan", "As worked out"),
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
    # Seats
    "appoint": Caption("Tetapkan pejabat", "Appoint somebody"),
    "order_of": Caption("Surat perintah: {who}", "Order: {who}"),
    "show_order": Caption("Lihat surat perintah", "View the order"),
    "end_seat_of": Caption("Akhiri: {who}", "End: {who}"),
    "capacity_plh": Caption("Plh., menggantikan {who}", "Plh., in place of {who}"),
    "capacity_plt": Caption("Plt., jabatan lowong", "Plt., the post is vacant"),
    "capacity_definitif": Caption("Definitif", "Definitive"),
    "from_now": Caption("Mulai sekarang", "Start now"),
    "until_further": Caption("Sampai ada penetapan lain", "Until further notice"),
    "yes_appoint": Caption("Ya, tetapkan", "Yes, appoint"),
    "appoint_beside": Caption("Berdampingan", "Side by side"),
    "yes_end": Caption("Ya, akhiri", "Yes, end it"),
    # Delegations
    "delegate": Caption("Delegasikan tugas", "Delegate my tasks"),
    "end_delegation_of": Caption("Akhiri: kepada {who}", "End: to {who}"),
    "delegate_all": Caption("Semua SOP", "All SOPs"),
    "handover_seats": Caption("Tugas dan jabatan", "Tasks and posts"),
    "handover_tasks": Caption("Tugas saja", "Tasks only"),
    "yes_delegate": Caption("Ya, delegasikan", "Yes, delegate"),
    # The admin's screens
    "manage_units": Caption("Unit", "Units"),
    "manage_people": Caption("Pejabat", "Officials"),
    "manage_waiting": Caption("Belum bergabung", "Who has not joined"),
    "manage_seats": Caption("Jabatan", "Posts"),
    "manage_sops": Caption("SOP", "SOPs"),
    "manage_handover": Caption("Serah terima", "Hand over a desk"),
    "manage_calendar": Caption("Hari libur", "Days off"),
    "manage_policy": Caption("Pengingat", "Reminders"),
    "manage_rules": Caption("Aturan kantor", "Office rules"),
    "manage_auditors": Caption("Auditor", "Auditors"),
    "manage_auditor_add": Caption("Tambah auditor", "Add an auditor"),
    "manage_auditor_until": Caption("Ubah akhir masa", "Change the end"),
    "manage_auditor_end": Caption("Akhiri sekarang", "End it now"),
    "manage_file": Caption("Unduh berkas kantor", "Download office file"),
    "manage_back": Caption("Kembali", "Back"),
    "manage_previous": Caption("Sebelumnya", "Previous"),
    "manage_next": Caption("Berikutnya", "Next"),
    "manage_number": Caption("Ubah {number}", "Change {number}"),
    "manage_rename": Caption("Ubah nama", "Change name"),
    "manage_unit_add": Caption("Tambah unit", "Add a unit"),
    "manage_up": Caption("Naikkan", "Move up"),
    "manage_down": Caption("Turunkan", "Move down"),
    "manage_off": Caption("Nonaktifkan", "Deactivate"),
    "manage_on": Caption("Aktifkan lagi", "Activate again"),
    "manage_person_add": Caption("Tambah pejabat", "Add an official"),
    "manage_address": Caption("Ubah sapaan", "Change address"),
    "manage_seats_set": Caption("Atur jabatan", "Change posts"),
    "manage_admin_on": Caption("Jadikan admin", "Make admin"),
    "manage_admin_off": Caption("Cabut admin", "No longer admin"),
    "manage_link": Caption("Buat tautan", "Make a link"),
    "manage_relink": Caption("Ganti akun Telegram", "Change Telegram account"),
    "manage_unlink": Caption("Cabut tautan", "Withdraw the link"),
    "manage_choice_office": Caption("Pimpinan dan umum", "Head and general"),
    "manage_choice_none": Caption("Belum ada jabatan", "No post yet"),
    "manage_choice_usual": Caption("Seperti biasa", "As usual"),
    "manage_choice_notify": Caption("Diberi tahu", "Is told"),
    "manage_choice_offer": Caption("Ditawari mengalihkan", "Is offered to hand over"),
    "manage_choice_yes": Caption("Ya, berlakukan", "Yes, apply it"),
    "manage_choice_no": Caption("Tidak", "Do not apply"),
    # A time in words, one's own reminders
    "when_yes": Caption("Ya", "Yes"),
    "personal_list": Caption("Daftar pengingat", "My reminders"),
    "personal_remove": Caption("Hapus {number}", "Remove {number}"),
    "personal_again": Caption("Ingatkan lagi besok pagi", "Remind me tomorrow"),
    # Oneself
    "profile_bapak": Caption("Bapak", "Bapak (Mr)"),
    "profile_ibu": Caption("Ibu", "Ibu (Ms)"),
    "profile_id": Caption("Bahasa Indonesia", "Bahasa Indonesia"),
    "profile_en": Caption("English", "English"),
    "profile_quiet": Caption("Atur jam tenang", "Set quiet hours"),
    "profile_no_quiet": Caption("Tanpa jam tenang", "No quiet hours"),
    "profile_privacy": Caption("Data yang disimpan", "What is kept"),
    # Pages
    "show_run": Caption("Lihat status", "View status"),
    "show_run_number": Caption("Status No. {run}", "Status of run {run}"),
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
