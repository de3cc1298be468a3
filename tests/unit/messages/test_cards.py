"""Cards through a whole run: what they say first, what they ask for, which buttons they carry."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import col, select

from messages.card import render_card
from storage.tables import Card, Run, Task
from tests.unit.messages.telegram_html import captions, check
from tests.unit.messages.town import CAMAT, HOSTILE, KASI_PEM, KASI_TRANTIB, PENGELOLA, SEKCAM, Town, town, walked
from workflow import side_acts
from workflow.state import Part


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Iterator[Town]:
    with walked(request.param) as built:
        yield built


@pytest.mark.parametrize("place", [9], indirect=True)
def test_a_decision_says_verb_document_and_period_first(place: Town) -> None:
    card = place.card(CAMAT, place.task(9, Part.DECISION))
    shown = check(card)
    assert shown[:60].startswith("Mohon diperiksa: Dokumen Pengukuran Kinerja TW IV 2026")
    assert shown.splitlines()[1] == "Yth. Bapak Camat · langkah 9 dari 14 · No. 1"
    assert "Dari: Ibu Siti Rahayu, Sekcam, Senin, 4 Januari 2027 pukul" in shown
    assert "Kelengkapan: Dokumen Pengukuran Kinerja · Hasil: Dokumen Pengukuran Kinerja · Waktu: 60 Menit" in shown
    assert "Setelah ini: Sekcam (langkah 10)" in shown
    assert captions(card) == [["Tidak ada koreksi", "Kembalikan"], ["Lihat langkah", "Lihat dokumen"]]
    assert [b.style for b in card.keyboard[0]] == ["success", "danger"]


@pytest.mark.parametrize("place", [2], indirect=True)
def test_an_upload_asks_for_its_file_and_then_shows_it(place: Town) -> None:
    task = place.task(2, Part.WORK)
    asked = place.card(SEKCAM, task)
    assert "Silakan kirim berkasnya (Excel atau Word) ke percakapan ini; tombol Kirim hasil muncul setelah" in check(
        asked
    )
    assert captions(asked) == [["Saya tindak lanjuti"], ["Lihat langkah"]]
    place.upload(SEKCAM, task, "Format Data Kinerja.xlsx")
    drafted = place.card(SEKCAM, task)
    assert "– Format Data Kinerja.xlsx (23 KB)" in check(drafted)
    assert captions(drafted)[:2] == [["Kirim hasil"], ["Ganti berkas"]]


@pytest.mark.parametrize("place", [9], indirect=True)
def test_a_repeated_card_says_so_after_its_first_line(place: Town) -> None:
    shown = check(place.card(CAMAT, place.task(9, Part.DECISION), repeated=True))
    assert shown.splitlines()[:2] == ["Mohon diperiksa: Dokumen Pengukuran Kinerja TW IV 2026", "(ulang)"]
    english = check(place.card(CAMAT, place.task(9, Part.DECISION), "en", repeated=True))
    assert english.splitlines()[1] == "(repeated)"


@pytest.mark.parametrize("place", [1], indirect=True)
def test_accepted_proposals_are_marked_and_blanks_stay_blank(place: Town) -> None:
    assert "15 Menit (usulan, disetujui kantor)" in check(place.card(CAMAT, place.task(1, Part.WORK)))
    with town() as other:
        other.start(other.adopt(accept_suggestions=False))
        shown = check(other.card(CAMAT, other.task(1, Part.WORK)))
        assert "Kelengkapan" not in shown
        assert "usulan" not in shown


@pytest.mark.parametrize("place", [11], indirect=True)
def test_only_the_doer_can_take_back_and_others_read_who_was_first(place: Town) -> None:
    place.decide(CAMAT, place.task(9, Part.DECISION), "tidak_ada_koreksi")
    task = place.task(10, Part.WORK)
    task.draft = {"use_previous": True, "fields": {"paraf": True}}
    place.do(SEKCAM, task)
    proof = place.task(11, Part.PROOF)
    place.upload(PENGELOLA, proof, "Dokumen bertanda tangan.pdf")
    place.do(PENGELOLA, proof)
    mine, others = place.card(PENGELOLA, proof), place.card(SEKCAM, proof)
    assert "Terima kasih, tercatat" in check(mine)
    assert captions(mine) == [["Tarik kembali"]]
    assert "Sudah diselesaikan oleh Bapak Joko Prasetyo, Pengelola" in check(others)
    assert captions(others) == []


@pytest.mark.parametrize("place", [11], indirect=True)
def test_a_signature_button_says_what_it_is_not(place: Town) -> None:
    place.decide(CAMAT, place.task(9, Part.DECISION), "tidak_ada_koreksi")
    task = place.task(10, Part.WORK)
    before = place.card(SEKCAM, task)
    assert captions(before)[:3] == [["Sudah saya paraf"], ["Gunakan berkas ini"], ["Sampaikan ke Camat"]]
    task.draft = {"use_previous": True, "fields": {"paraf": True}}
    drafted = place.card(SEKCAM, task)
    assert "Sudah saya paraf: ya" in check(drafted)
    assert ["Gunakan berkas ini"] not in captions(drafted)
    place.do(SEKCAM, task)
    shown = check(place.card(CAMAT, place.task(11, Part.DECISION)))
    assert "konfirmasi internal, bukan tanda tangan elektronik tersertifikasi" in shown
    assert "konfirmasi internal" not in check(place.card(PENGELOLA, place.task(11, Part.PROOF)))


@pytest.mark.parametrize("place", [6], indirect=True)
def test_a_hand_in_has_a_board_a_review_and_returns_one_unit(place: Town) -> None:
    trantib = place.task(6, Part.UNIT, "trantib")
    assert captions(place.card(KASI_TRANTIB, trantib))[:2] == [["Saya tindak lanjuti"], ["Nihil"]]
    place.upload(KASI_TRANTIB, trantib, "Isian Trantib.xlsx")
    place.do(KASI_TRANTIB, trantib)
    board = place.card(PENGELOLA, place.task(6, Part.COLLECTION))
    said = check(board)
    assert "1/3 seksi sudah\n– Sekretariat: belum\n– Pemerintahan: belum\n– Trantib: sudah" in said
    assert (said.count("Sekretariat"), said.count("Pemerintahan")) == (1, 1), "who is missing is named once"
    assert captions(board)[0] == ["Ingatkan yang belum", "Lanjutkan tanpa"]
    review = place.card(PENGELOLA, place.task(6, Part.REVIEW, "trantib"))
    assert check(review).startswith("Mohon diperiksa: Isian Data Kinerja Seksi Trantib TW IV 2026")
    assert captions(review)[0] == ["Terima", "Kembalikan"]
    place.return_unit(PENGELOLA, 6, "trantib", "Kolom 4 masih kosong")
    again = place.card(KASI_TRANTIB, trantib)
    assert "Perbaikan ke-1: “Kolom 4 masih kosong” (dari Bapak Joko Prasetyo, Pengelola)" in check(again)
    assert ["Tetap berlaku"] in captions(again)
    untouched = place.card(KASI_PEM, place.task(6, Part.UNIT, "pemerintahan"))
    assert "Perbaikan" not in check(untouched)
    assert "Trantib: dikembalikan, belum dikirim lagi" in check(place.card(PENGELOLA, place.task(6, Part.COLLECTION)))


@pytest.mark.parametrize("place", [7], indirect=True)
def test_validating_and_carrying_upload_nothing(place: Town) -> None:
    valid = place.card(KASI_PEM, place.task(7, Part.UNIT, "pemerintahan"))
    assert captions(valid)[:2] == [["Data sudah valid"], ["Perbaiki data"]]
    assert "kirim berkasnya" not in check(valid)


@pytest.mark.parametrize("place", [9], indirect=True)
def test_a_returned_document_waits_and_its_decider_can_take_the_return_back(place: Town) -> None:
    decision = place.task(9, Part.DECISION)
    place.decide(CAMAT, decision, "kembalikan", "Indikator 3 belum ada datanya", target=8)
    waiting = place.card(CAMAT, decision)
    assert "menunggu perbaikan langkah 8" in check(waiting)
    assert captions(waiting) == [["Tarik kembali"]]
    merged = place.card(SEKCAM, place.task(8, Part.COLLECTION))
    assert "Perbaikan ke-1: “Indikator 3 belum ada datanya” (dari Bapak Ahmad Fauzi, Camat)" in check(merged)
    assert ["Tetap berlaku"] in captions(merged)
    kept = place.task(8, Part.COLLECTION)
    side_acts.keep(place.session, place.moment(), [place.official(SEKCAM)], kept.id or 0, kept.activation)
    again = check(place.card(CAMAT, decision))
    assert "Setelah pengembalian ke-1: “Indikator 3 belum ada datanya” (dari Bapak Ahmad Fauzi, Camat)" in again
    unit = check(place.card(KASI_PEM, place.task(8, Part.UNIT, "pemerintahan")))
    assert unit.startswith("Terkirim: Data Kinerja Seksi Pemerintahan")


@pytest.mark.parametrize("place", [5], indirect=True)
def test_receipts_and_invitations_hold_nothing_up(place: Town) -> None:
    receipt = place.task(3, Part.RECEIPT, "trantib")
    assert captions(place.card(KASI_TRANTIB, receipt))[0] == ["Sudah saya terima"]
    invitation = place.task(4, Part.INVITATION, str(place.official(CAMAT).id))
    card = place.card(CAMAT, invitation)
    assert "Tanggal rapat: Kamis, 7 Januari 2027" in check(card)
    assert captions(card)[:2] == [["Hadir", "Berhalangan"], ["Diwakilkan"]]
    side_acts.attend(
        place.session, place.moment(), [place.official(CAMAT)], invitation.id or 0, invitation.activation, "deputy"
    )
    answered = place.card(CAMAT, invitation)
    assert "Jawaban Bapak: Diwakilkan" in check(answered)
    assert captions(answered) == [["Hadir", "Berhalangan"], ["Diwakilkan"]]
    sent = place.card(SEKCAM, place.task(4, Part.WORK))
    assert "Hadir 0, berhalangan 0, diwakilkan 1 (Bapak Ahmad Fauzi), belum menjawab 3." in check(sent)
    assert ["Ubah jadwal", "Batalkan rapat"] in captions(sent)
    assert "0 dari 3 sudah menerima" in check(place.card(SEKCAM, place.task(3, Part.WORK)))


@pytest.mark.parametrize("place", [6], indirect=True)
def test_a_meeting_that_was_held_gets_no_new_date(place: Town) -> None:
    for step in (4, 5):
        shown = captions(place.card(SEKCAM, place.task(step, Part.WORK)))
        assert "Ubah jadwal" not in [caption for row in shown for caption in row]


@pytest.mark.parametrize(("status", "words"), [("cancelled", "dibatalkan"), ("finished", "sudah selesai")])
@pytest.mark.parametrize("place", [9], indirect=True)
def test_a_run_that_ended_leaves_no_buttons(place: Town, status: str, words: str) -> None:
    run = place.session.exec(select(Run)).one()
    run.status = status
    card = place.card(CAMAT, place.task(9, Part.DECISION))
    assert words in check(card)
    assert captions(card) == []


@pytest.mark.parametrize("place", [9], indirect=True)
def test_a_card_whose_owner_lost_the_seat_has_no_buttons(place: Town) -> None:
    task = place.task(9, Part.DECISION)
    row = place.session.exec(select(Card).where(Card.task_id == task.id)).one()
    row.live = False
    assert captions(place.card(CAMAT, task)) == []
    assert "pejabat lain" in check(place.card(CAMAT, task))


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("place", [9], indirect=True)
def test_no_name_period_reason_or_file_name_breaks_a_card(place: Town, language: str) -> None:
    place.decide(CAMAT, place.task(9, Part.DECISION), "kembalikan", "Indikator 3", target=8)
    merged = place.task(8, Part.COLLECTION)
    files = place.upload(SEKCAM, merged, "a", "b")
    invite = next(s for s in place.submissions() if s.task_id == place.task(4, Part.WORK).id)
    for number, words in enumerate(HOSTILE):
        place.rename_everything(words)
        for file in files:
            file.name = words
        invite.data = {**invite.data, "fields": {"tempat": words, "acara": words, "peserta": [words] * 40}}
        for card in one_card_per_part(place):
            check(
                render_card(
                    place.session, card.id or 0, default_language=language, now=place.now, repeated=bool(number % 2)
                )
            )


def one_card_per_part(place: Town) -> list[Card]:
    rows = place.session.exec(select(Card, Task).join(Task, col(Task.id) == Card.task_id).order_by(col(Card.id))).all()
    found = {(task.step, task.part, task.status): card for card, task in rows}
    assert len(found) > 12
    return list(found.values())


@pytest.mark.parametrize("place", [9], indirect=True)
def test_an_ordinary_card_fits_one_screen_of_a_cheap_phone(place: Town) -> None:
    for card in place.session.exec(select(Card)).all():
        task = place.session.get_one(Task, card.task_id)
        shown = check(render_card(place.session, card.id or 0, default_language="id", now=place.now))
        assert len(shown) <= 800, (task.step, task.part)


@pytest.mark.parametrize("place", [2], indirect=True)
def test_an_instruction_reaches_whom_it_is_meant_for(place: Town) -> None:
    given = next(s for s in place.submissions() if s.step == 1)
    given.data = {**given.data, "fields": {"arahan": "Mohon selesai hari Jumat."}}
    assert "Arahan: Mohon selesai hari Jumat." in check(place.card(SEKCAM, place.task(2, Part.WORK)))


@pytest.mark.parametrize("place", [4], indirect=True)
def test_nobody_is_told_their_own_name_and_a_sent_invitation_is_no_finished_meeting(place: Town) -> None:
    task = place.task(4, Part.WORK)
    shown = check(place.card(SEKCAM, task))
    assert "Dari: Ibu sendiri, Senin" in shown
    assert "Siti Rahayu" not in shown
    place.fill(task, tanggal="2027-01-07", pukul="09:00", tempat="Aula", acara="Pembahasan")
    place.do(SEKCAM, task)
    assert check(place.card(SEKCAM, task)).startswith("Undangan terkirim: Rapat Pengukuran Kinerja")


@pytest.mark.parametrize("place", [8], indirect=True)
def test_a_unit_goes_on_with_its_own_work_not_with_anothers(place: Town) -> None:
    for person, unit, self in ((KASI_TRANTIB, "trantib", "Ibu"), (KASI_PEM, "pemerintahan", "Bapak/Ibu")):
        assert f"Dari: {self} sendiri" in check(place.card(person, place.task(8, Part.UNIT, unit)))
