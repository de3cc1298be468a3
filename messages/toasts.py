"""The short answers to a tap: plain text, at most 200 characters, no markup."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from messages.captions import caption
from messages.limits import MAX_TOAST
from messages.text import Reader, one_line

TOASTS: dict[str, tuple[str, str]] = {
    "ok": ("", ""),
    "question_asked": ("Mohon lanjutkan pada pesan terbaru.", "Please go on in the newest message."),
    "done": ("Terima kasih, tercatat{clock}.", "Thank you, recorded{clock}."),
    "sending": (
        "Berkas masih disimpan. Hasilnya terkirim sendiri begitu berkasnya lengkap.",
        "The files are still being stored. Your result is sent as soon as they are in.",
    ),
    "stale": (
        "Tombol ini sudah tidak berlaku. Mohon gunakan kartu terbaru, atau ketik /tugas.",
        "This button is no longer valid. Please use the newest card, or type /tugas.",
    ),
    "not_yours": (
        "Mohon maaf, langkah ini menjadi bagian pejabat lain.",
        "Sorry, this step belongs to another official.",
    ),
    "first_by": ("Sudah diselesaikan oleh {name}{clock}. Terima kasih.", "Already done by {name}{clock}. Thank you."),
    "own_already": ("Sudah tercatat{clock}. Terima kasih.", "Already recorded{clock}. Thank you."),
    "already_sending": (
        "Hasil sedang dikirim. Mohon tunggu sebentar; kartunya akan berubah sendiri.",
        "The result is being sent. Please wait a moment; the card will change by itself.",
    ),
    "missing_files": (
        "Mohon kirim berkasnya lebih dahulu ke percakapan ini (masih kurang {min}).",
        "Please send the file to this chat first ({min} still missing).",
    ),
    "missing_tick": ("Mohon tekan “{label}” lebih dahulu.", "Please press “{label}” first."),
    "units_missing": (
        "Belum semua hasil masuk dan diterima. Mohon tunggu, atau tekan Lanjutkan tanpa.",
        "Not every unit is in and accepted yet. Please wait, or press Go on without.",
    ),
    "reason_missing": ("Mohon tuliskan alasannya lebih dahulu.", "Please write the reason first."),
    "acknowledged": (
        "Terima kasih, tercatat: sedang ditindaklanjuti.",
        "Thank you, noted that you are handling this.",
    ),
    "ticked": ("Tercatat.", "Noted."),
    "chosen": ("Baik, berkasnya dipakai untuk langkah itu.", "All right, the file is used for that step."),
    "files_removed": ("Silakan kirim berkas penggantinya.", "Please send the new files."),
    "sent_documents": ("Dokumen dikirim ke percakapan ini.", "The documents are on their way to this chat."),
    "reminded": (
        "Pengingat dikirim kepada {count} unit kerja yang belum mengirim.",
        "Reminded: {count} still missing.",
    ),
    "throttled": (
        "Pengingat baru saja dikirim. Mohon coba kembali sekitar {minutes} menit lagi.",
        "A reminder was sent just now. Please try again in about {minutes} min.",
    ),
    "question_gone": (
        "Pertanyaan ini sudah berakhir. Mohon mulai lagi dari kartunya; ketik /tugas.",
        "This question is over. Please start again from the card; type /tugas.",
    ),
    "cannot_withdraw": (
        "Mohon maaf, tidak dapat ditarik kembali karena sudah ditindaklanjuti.",
        "Sorry, this can no longer be taken back: others have begun to work on it.",
    ),
    "run_closed": ("Pelaksanaan SOP ini sudah berakhir.", "This run of the SOP has ended."),
    "not_allowed": (
        "Mohon maaf, kewenangan untuk hal ini ada pada pejabat lain.",
        "Sorry, you are not entitled to do this.",
    ),
    "not_found": ("Mohon maaf, yang dicari tidak ditemukan.", "Sorry, that was not found."),
    "nothing_to_show": ("Tidak ada yang dapat ditampilkan.", "There is nothing to show."),
    "received": ("Terima kasih, tanda terima tercatat.", "Thank you, your receipt is recorded."),
    "attending": ("Terima kasih, jawaban tercatat: {attendance}.", "Thank you, your answer is recorded: {attendance}."),
    "too_old": (
        "Tombol ini sudah terlalu lama. Mohon ketik /tugas untuk kartu terbaru.",
        "This button is too old. Please type /tugas for the newest card.",
    ),
    "private_only": (
        "Mohon gunakan percakapan pribadi dengan Pandu.",
        "Please use your private chat with Pandu.",
    ),
    "unconfirmed": (
        "SOP ini belum dapat dimulai: pelaksana pada beberapa langkah belum dipastikan.",
        "This SOP cannot start yet: some of its actors are not confirmed.",
    ),
    "duplicate": (
        "SOP ini sudah berjalan untuk periode yang sama (No. {run_number}).",
        "This SOP already runs for the same period (run {run_number}).",
    ),
    "not_allowed_pause": (
        "Mohon maaf, hanya yang memulai, sekretaris, atau pimpinan yang dapat menunda dan melanjutkan.",
        "Sorry, only the starter, the secretary or the head can pause a run and let it go on.",
    ),
    "already_paused": ("Pelaksanaan No. {run} memang sedang ditunda.", "Run {run} is paused already."),
    "not_paused": ("Pelaksanaan No. {run} memang sedang berjalan.", "Run {run} is running already."),
    "run_is_paused": (
        "Pelaksanaan ini sedang ditunda: tenggatnya berhenti, dispensasi belum diperlukan.",
        "This run is paused: its deadlines stand still, no extra time is needed.",
    ),
    "no_deadline": (
        "Tugas ini tidak mempunyai tenggat, sehingga dispensasi tidak diperlukan.",
        "This task has no deadline, so no extra time is needed.",
    ),
    "until_past": ("Waktu itu sudah lewat.", "That time is past."),
    "until_too_early": (
        "Waktu itu tidak melewati tenggat yang sekarang. Mohon pilih waktu sesudahnya.",
        "That is not later than the present deadline. Please choose a later time.",
    ),
    "nobody_decides": (
        "Belum ada pejabat yang dapat memutuskan permintaan ini. Mohon hubungi admin kantor.",
        "Nobody can decide this request yet. Please ask the office's admin.",
    ),
    "extension_first_by": (
        "Sudah diputuskan oleh {name}{clock}. Terima kasih.",
        "Already decided by {name}{clock}. Thank you.",
    ),
    "extension_lapsed": (
        "Permintaan dispensasi ini sudah tidak berlaku.",
        "This request for more time is no longer open.",
    ),
    "collect_by_over": (
        "Pengumpulan itu sudah selesai, batasnya tidak dapat diubah lagi.",
        "That collection is over; its date can no longer be changed.",
    ),
    "collect_by_past": ("Batas itu sudah lewat. Mohon pilih waktu lain.", "That date is past. Please choose another."),
    "reassigned": (
        "Tugas sudah dialihkan. Keduanya diberi tahu.",
        "The task is handed over. Both have been told.",
    ),
    "cannot_take_over": (
        "Pejabat itu tidak dapat menerima tugas ini saat ini.",
        "That official cannot take this task over now.",
    ),
    "nobody_to_take_over": (
        "Belum ada pejabat lain yang terdaftar untuk menerima tugas ini.",
        "No other official has joined yet who could take this task over.",
    ),
    "nobody_named": (
        "Nama itu tidak ditemukan. Mohon ketik lagi, atau pilih dari daftar.",
        "That name was not found. Please type it again, or choose from the list.",
    ),
    "appointed": ("Terima kasih, penetapannya tercatat.", "Thank you, the appointment is recorded."),
    "approval_lapsed": (
        "Permintaan ini sudah digantikan oleh permintaan yang lebih baru.",
        "A newer request has taken the place of this one.",
    ),
    "cannot_appoint": (
        "Pejabat atau unit itu sudah tidak aktif. Mohon ulangi dari /jabatan.",
        "That official or unit is no longer active. Please start again from /jabatan.",
    ),
    "appointment_over": (
        "Masa jabatan itu sudah lewat. Mohon ulangi dari /jabatan.",
        "That term is over already. Please start again from /jabatan.",
    ),
    "appointment_without_end": (
        "Masa tugas Plh. dan Plt. harus ada batasnya. Mohon ulangi dari /jabatan.",
        "Acting officials need a last day. Please start again from /jabatan.",
    ),
    "ends_before_it_begins": (
        "Hari terakhirnya mendahului hari pertama. Mohon ketik lagi.",
        "The last day lies before the first. Please type it again.",
    ),
    "order_missing": (
        "Mohon kirim pindaian surat perintahnya (PDF atau foto) ke percakapan ini.",
        "Please send the scan of the order (PDF or photo) to this chat.",
    ),
    "order_not_yet": (
        "Tanggal surat itu belum tiba. Mohon periksa lagi tanggal pada suratnya.",
        "That date has not come yet. Please check the date on the order.",
    ),
    "scan_storing": (
        "Pindaiannya masih disimpan. Mohon tekan kembali sebentar lagi.",
        "The scan is still being stored. Please press again in a moment.",
    ),
    "already_holds": (
        "Pejabat itu sudah memegang jabatan ini pada masa tersebut.",
        "That official holds this post already during that time.",
    ),
    "already_stood_in_for": (
        "Sudah ada Plh. untuk pejabat itu pada masa tersebut. Mohon akhiri dahulu yang lama.",
        "Somebody stands in for that official already during that time. Please end that first.",
    ),
    "not_vacant": (
        "Jabatan ini ada pejabatnya. Untuk yang berhalangan sementara, mohon pilih Plh.",
        "The post has a holder. For somebody who is away for a while please choose Plh.",
    ),
    "nobody_to_stand_in_for": (
        "Tidak ada pejabat yang dapat digantikan sementara. Mohon pilih Plt. atau definitif.",
        "There is nobody to stand in for. Please choose Plt. or definitive.",
    ),
    "seat_over": ("Masa jabatan itu sudah berakhir.", "That term has ended already."),
    "delegated": ("Baik, tercatat. Keduanya diberi tahu.", "All right, recorded. Both have been told."),
    "nothing_to_delegate": (
        "Saat ini tidak ada jabatan atau tugas yang dapat didelegasikan.",
        "You have no post and no task to delegate just now.",
    ),
    "nobody_to_delegate_to": (
        "Belum ada pejabat lain yang bergabung dan memegang jabatan.",
        "No other official has joined and holds a post yet.",
    ),
    "delegate_to_self": (
        "Tugas tidak dapat didelegasikan kepada diri sendiri. Mohon pilih pejabat lain.",
        "You cannot delegate to yourself. Please choose somebody else.",
    ),
    "receiver_cannot": (
        "Pejabat itu belum bergabung atau belum memegang jabatan. Mohon pilih pejabat lain.",
        "That official has not joined or holds no post. Please choose somebody else.",
    ),
    "receiver_away": (
        "Pejabat itu sendiri mendelegasikan tugasnya pada masa itu. Mohon pilih pejabat lain.",
        "That official delegates their own tasks during that time. Please choose somebody else.",
    ),
    "giver_receives": (
        "Pada masa itu ada delegasi dari pejabat lain. Yang menerima delegasi tidak dapat mendelegasikan lagi.",
        "You receive a delegation during that time. Who receives one cannot pass tasks on.",
    ),
    "delegation_overlaps": (
        "Pada masa itu tugasnya sudah didelegasikan. Mohon akhiri dahulu yang lama lewat /delegasi.",
        "These tasks are delegated already during that time. Please end that first with /delegasi.",
    ),
    "delegation_past": (
        "Masa itu sudah lewat. Mohon ketik waktu yang akan datang.",
        "That time is past. Please type a time to come.",
    ),
    "delegation_too_long": (
        "Delegasi paling lama {count} hari. Mohon ketik masa yang lebih pendek.",
        "A delegation lasts {count} days at most. Please type a shorter time.",
    ),
    "delegation_too_far": (
        "Masa itu terlalu jauh. Mohon ketik waktu yang lebih dekat.",
        "That is too far ahead. Please type a nearer time.",
    ),
    "handed_over": ("Baik, serah terima tercatat.", "All right, the desk is handed over."),
    "nothing_to_hand_over": (
        "Tidak ada tugas atau jabatan yang dapat diserahterimakan.",
        "There is no task and no post to hand over.",
    ),
    "successor_cannot": (
        "Pejabat itu belum bergabung atau sudah tidak aktif. Mohon pilih pejabat lain.",
        "That official has not joined or is no longer active. Please choose somebody else.",
    ),
    "not_to_oneself": (
        "Jabatan tidak dapat diserahkan kepada diri sendiri. Mohon gunakan /jabatan.",
        "You cannot hand posts to yourself. Please use /jabatan.",
    ),
    "delegation_over": ("Delegasi itu sudah berakhir.", "That delegation has ended already."),
    "calendar_no_days": ("Tidak ada tanggal yang dapat dipilih saat ini.", "There is no date to choose just now."),
    "calendar_already_off": ("Kantor memang libur pada tanggal itu.", "The office is closed on that date anyway."),
    "calendar_already_on": ("Kantor memang masuk pada tanggal itu.", "The office works on that date anyway."),
    "calendar_same": ("Kalendernya memang sudah begitu.", "The calendar already says so."),
    "calendar_meanwhile": (
        "Kalender diubah orang lain sementara itu. Mohon ketik /kalender dan ulangi.",
        "Somebody else has changed the calendar meanwhile. Please type /kalender and try again.",
    ),
    "calendar_too_far": (
        "Tanggal itu terlalu jauh dari perkiraannya. Mohon periksa lagi.",
        "That date is too far from the estimate. Please check it.",
    ),
    "calendar_no_month": (
        "Ramadan lamanya 29 atau 30 hari. Mohon periksa lagi tanggalnya.",
        "Ramadan has 29 or 30 days. Please check the date.",
    ),
    "profile_changed": ("Baik, tersimpan.", "All right, saved."),
    "unit_name_taken": ("Nama unit itu sudah dipakai.", "That unit's name is taken already."),
    "unit_at_the_end": ("Unit itu sudah di ujung urutan.", "That unit is at the end of the list already."),
    "unit_has_seats": (
        "Masih ada {count} pejabat di unit ini. Mohon pindahkan atau akhiri dahulu jabatannya.",
        "{count} officials are still seated in this unit. Please move them or end their posts first.",
    ),
    "official_name_taken": (
        "Sudah ada pejabat dengan nama itu. Mohon bedakan namanya, misalnya dengan gelar.",
        "There is an official of that name already. Please tell them apart, e.g. by a title.",
    ),
    "official_inactive": ("Pejabat itu sudah tidak aktif.", "That official is no longer active."),
    "setting_same": ("Pengaturannya memang sudah begitu.", "It is set that way already."),
    "setting_meanwhile": (
        "Pengaturan ini diubah orang lain sementara itu. Mohon ulangi.",
        "Somebody else has changed this meanwhile. Please try again.",
    ),
    "last_admin": (
        "Kantor harus tetap mempunyai satu admin yang sudah bergabung. Mohon jadikan orang lain admin dahulu.",
        "The office needs one admin who has joined. Please make somebody else an admin first.",
    ),
    "not_oneself": (
        "Diri sendiri tidak dapat dinonaktifkan. Mohon minta bantuan admin lain.",
        "You cannot deactivate yourself. Please ask another admin.",
    ),
    "no_link": ("Tidak ada tautan yang dapat dicabut.", "There is no link to withdraw."),
    "personal_removed": ("Baik, pengingatnya dihapus.", "All right, the reminder is removed."),
    "personal_too_many": (
        "Sudah ada {count} pengingat. Mohon hapus salah satu lebih dahulu: /ingatkan daftar.",
        "There are {count} reminders already. Please remove one first: /ingatkan daftar.",
    ),
    "adoption_same": (
        "Pilihan ini sama dengan adopsi yang sudah berlaku.",
        "These choices are the same as those that hold already.",
    ),
    "adoption_gone": (
        "Adopsi ini sudah diajukan atau diganti. Mohon lihat /adopsi.",
        "This adoption was proposed or replaced already. Please see /adopsi.",
    ),
    "adoption_unfit": (
        "Ada jabatan yang tidak lagi dipegang siapa pun. Mohon periksa lagi pelaksananya: /adopsi.",
        "Nobody holds one of the chosen posts any more. Please check who does what: /adopsi.",
    ),
    "schedule_ended": ("Jadwal ini sudah dihentikan.", "This schedule has ended already."),
    "schedule_past": (
        "Waktunya sudah lewat. Mohon buat jadwal baru dengan /jadwal.",
        "That time has passed. Please make a new schedule with /jadwal.",
    ),
    "schedules_full": (
        "Jadwal kantor ini sudah 20. Mohon hentikan dahulu yang tidak dipakai lagi (/jadwal).",
        "This office has 20 schedules already. Please end one that is no longer needed first (/jadwal).",
    ),
    "paper_missing": (
        "Mohon kirim foto atau pindaian keputusan yang sudah ditandatangani lebih dahulu.",
        "Please send the photo or scan of the signed decision first.",
    ),
    "disown_late": (
        "Mohon maaf, batas 7 hari untuk menyatakan hal ini sudah lewat. Mohon hubungi admin kantor.",
        "Sorry, the 7 days for saying so are over. Please ask the office's admin.",
    ),
    "four_eyes": (
        "Menurut aturan kantor, yang menyampaikan hasil tidak ikut memutuskannya.",
        "By the office's rule of four eyes, whoever handed a result in does not decide it.",
    ),
    "auditor_reads": (
        "Mohon maaf, sebagai auditor Bapak/Ibu hanya dapat membaca. Ketik /bantuan.",
        "Sorry, as an auditor you can only read. Type /help.",
    ),
    "auditor_period": (
        "Masa baca Bapak/Ibu sudah berakhir atau belum dimulai. Mohon hubungi admin kantor.",
        "Your time to read is over or has not begun. Please ask the office's admin.",
    ),
    "auditor_name": (
        "Nama itu tidak dapat dipakai. Mohon tuliskan nama auditornya.",
        "Please write the auditor's name.",
    ),
    "auditor_name_taken": (
        "Auditor dengan nama itu sudah ada. Mohon buka namanya di layar Auditor, lalu ubah akhir masanya.",
        "There is an auditor of that name. Please open them on the Auditors screen and change the end.",
    ),
    "auditor_over": (
        "Masa bacanya sudah berakhir. Mohon ubah akhir masanya lebih dahulu.",
        "Their time to read is over. Please change its end first.",
    ),
    "error": (
        "Mohon maaf, belum berhasil. Mohon coba kembali sebentar lagi.",
        "Sorry, that did not work. Please try again in a moment.",
    ),
}
"""Key -> the words in Indonesian and English."""

SAME_AS = {
    "not_open": "stale",
    "unknown_outcome": "stale",
    "not_a_target": "stale",
    "not_a_unit": "stale",
    "not_applicable": "stale",
    "not_done": "cannot_withdraw",
    "built_upon": "cannot_withdraw",
}
"""What the rules refuse, in the words people are told."""


def toast(key: str, params: Mapping[str, Any], language: str) -> str:
    """Return the answer to a tap; '' where nothing needs to be said. Never raises for odd parameters.

    ``time`` (ISO 8601) is told only together with ``timezone`` (an IANA name): a clock time
    in the wrong zone is worse than none.
    """
    if key in ("first_by", "extension_first_by") and params.get("own"):
        key = "own_already"
    pair = TOASTS.get(SAME_AS.get(key, key)) or TOASTS["error"]
    language = "en" if language == "en" else "id"
    facts = _facts(params, language)
    words = pair[1] if language == "en" else pair[0]
    try:
        text = words.format_map(facts)
    except (KeyError, ValueError, IndexError):
        text = TOASTS["error"][1 if language == "en" else 0]
    return one_line(text, MAX_TOAST)


def _facts(params: Mapping[str, Any], language: str) -> dict[str, str]:
    facts = {key: one_line(str(value), 80) for key, value in params.items() if value is not None}
    label = params.get("label")
    if isinstance(label, Mapping):
        facts["label"] = one_line(str(label.get(language) or label.get("id") or ""), 80)
    answer = params.get("answer")
    if answer in ("yes", "no", "deputy"):
        facts["attendance"] = caption(f"attend_{answer}", language)
    if params.get("salutation") and language == "id" and "name" in facts:
        facts["name"] = one_line(f"{params['salutation']} {facts['name']}", 80)
    facts["clock"] = _clock(params, language)
    return facts


def _clock(params: Mapping[str, Any], language: str) -> str:
    at, timezone = params.get("time"), params.get("timezone")
    if not at or not timezone:
        return ""
    try:
        moment = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
        return f" {Reader(language, str(timezone)).clock(moment)}"
    except (ValueError, OSError):
        return ""
