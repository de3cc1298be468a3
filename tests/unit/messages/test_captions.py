"""The captions agreed with the offices, to the letter."""

from __future__ import annotations

import pytest

from messages.captions import CAPTIONS, caption
from messages.rendered import InlineButton, pairs

EXACT = {
    "done": "Selesai",
    "send": "Kirim hasil",
    "replace": "Ganti berkas",
    "approve": "Setujui",
    "return": "Kembalikan",
    "accept": "Terima",
    "reuse": "Gunakan berkas ini",
    "keep": "Tetap berlaku",
    "withdraw": "Tarik kembali",
    "correct": "Ralat",
    "skip": "Lewati",
    "send_reason": "Kirim alasan",
    "show_step": "Lihat langkah",
    "show_documents": "Lihat dokumen",
    "remind": "Ingatkan yang belum",
    "waive": "Lanjutkan tanpa",
    "nil": "Nihil",
    "acknowledge": "Saya tindak lanjuti",
    "yes_send": "Ya, kirim",
    "yes_cancel_run": "Ya, batalkan",
    "cancel": "Batal",
    "edit": "Ubah",
    "start": "Mulai",
    "enrol_yes": "Ya, benar",
    "enrol_no": "Bukan",
    "whole": "Dokumen gabungan",
    "receive": "Sudah saya terima",
    "distribute": "Kirim ke semua seksi",
    "invite": "Kirim undangan",
    "reschedule": "Ubah jadwal",
    "meeting_done": "Rapat selesai",
    "attend_yes": "Hadir",
    "attend_no": "Berhalangan",
    "attend_deputy": "Diwakilkan",
}


@pytest.mark.parametrize(("key", "words"), EXACT.items())
def test_indonesian_captions_are_exact(key: str, words: str) -> None:
    assert caption(key, "id") == words


def test_numbered_captions() -> None:
    assert caption("step", "id", step=8) == "Langkah 8"
    assert caption("task_of_run", "id", step=6, run=12) == "Langkah 6 · No. 12"
    assert caption("task_of_run", "en", step=6, run=12) == "Step 6 · run 12"


def test_every_caption_fits_a_small_phone_in_both_languages() -> None:
    for key, words in CAPTIONS.items():
        for text in (words.id, words.en):
            assert 1 <= len(text) <= 26, key


def test_captions_of_one_language_are_told_apart() -> None:
    for language in ("id", "en"):
        words = [caption(key, language) for key in CAPTIONS if "{" not in CAPTIONS[key].id]
        assert len(set(words)) == len(words)


def test_buttons_share_a_row_only_where_half_a_phone_shows_them() -> None:
    short, long = "Seksi Pemerintahan", "Seksi Ketenteraman dan Ketertiban"
    buttons = [InlineButton(words, "x") for words in (short, short, long, short, short, short)]
    shown = [[one.caption for one in row] for row in pairs(buttons)]
    assert shown == [[short, short], [long], [short, short], [short]]
