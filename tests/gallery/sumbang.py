"""The Sumbang SOP from its first card to its archive; every card in every state it can be in on the way."""

from __future__ import annotations

from sqlmodel import select

from storage.tables import Card, Office, Run
from tests.gallery.exhibits import Collection
from tests.unit.messages.town import CAMAT, KASI_PEM, KASI_TRANTIB, PENGELOLA, SEKCAM, Town, town
from workflow import cancelling, collecting, side_acts
from workflow.acts import open_task
from workflow.state import Part

WORK, UNIT, REVIEW, COLLECTION, DECISION = Part.WORK, Part.UNIT, Part.REVIEW, Part.COLLECTION, Part.DECISION
HEADS = {"sekretariat": SEKCAM, "pemerintahan": KASI_PEM, "trantib": KASI_TRANTIB}


def collect(gallery: Collection) -> None:
    """Walk through the whole run and show what people see on their phones."""
    with town() as place:
        place.start(place.adopt())
        _ordering_and_handing_out(place, gallery)
        _meeting(place, gallery)
        _collecting(place, gallery)
        _validating(place, gallery)
        _merging(place, gallery)
        _correcting(place, gallery)
        _signing(place, gallery)
        _closing(place, gallery)
    with town() as place:
        place.start(place.adopt(accept_suggestions=False))
        gallery.card(place, CAMAT, 1, WORK, "where the SOP leaves its standards blank")


def _acknowledge(place: Town, person: int, step: int, part: Part, subject: str = "") -> None:
    task = place.task(step, part, subject)
    side_acts.acknowledge(place.session, place.moment(), [place.official(person)], task.id or 0, task.activation)


def _ordering_and_handing_out(place: Town, gallery: Collection) -> None:
    gallery.card(place, CAMAT, 1, WORK, "open")
    order = place.task(1, WORK)
    gallery.message(
        place, CAMAT, "ask_field", "a text that may be left out", question="q", task_id=order.id, field_id="arahan"
    )
    place.upload(CAMAT, order, "foto_1.jpg")[0].form = "photo"
    _acknowledge(place, CAMAT, 1, WORK)
    gallery.card(place, CAMAT, 1, WORK, "acknowledged, with a photo as draft")
    place.fill(order, arahan="Mohon selesai sebelum rapat hari Kamis.")
    gallery.card(place, CAMAT, 1, WORK, "filled in, with a draft")
    place.do(CAMAT, order)
    gallery.card(place, CAMAT, 1, WORK, "done by me")

    form = place.task(2, WORK)
    gallery.card(place, SEKCAM, 2, WORK, "open")
    file = place.upload(SEKCAM, form, "Format Data Kinerja.xlsx")[0]
    gallery.card(place, SEKCAM, 2, WORK, "with draft")
    form.sending, file.status = place.official(SEKCAM).id, "received"
    gallery.card(place, SEKCAM, 2, WORK, "sending: the file is still being stored")
    form.sending, file.status = None, "stored"
    place.do(SEKCAM, form)
    gallery.card(place, SEKCAM, 2, WORK, "done by me")

    gallery.card(place, SEKCAM, 3, WORK, "open")
    place.do(SEKCAM, place.task(3, WORK))
    receipt = place.task(3, Part.RECEIPT, "trantib")
    gallery.card(place, KASI_TRANTIB, 3, Part.RECEIPT, "open", "trantib")
    side_acts.receive(
        place.session, place.moment(), [place.official(KASI_TRANTIB)], receipt.id or 0, receipt.activation
    )
    gallery.card(place, KASI_TRANTIB, 3, Part.RECEIPT, "done by me", "trantib")
    gallery.card(place, SEKCAM, 3, WORK, "done by me, one receipt of three")


def _meeting(place: Town, gallery: Collection) -> None:
    gallery.card(place, SEKCAM, 4, WORK, "open")
    invite = place.task(4, WORK)
    place.fill(invite, tanggal="2027-01-07", pukul="09:00")
    gallery.card(place, SEKCAM, 4, WORK, "half filled in")
    place.fill(invite, tempat="Aula Kecamatan", acara="Pembahasan format", peserta=["Kepala Desa Banjarsari", "BPD"])
    gallery.message(place, SEKCAM, "form_summary", "an invitation to be sent", question="q", task_id=invite.id)
    place.do(SEKCAM, invite)
    camat = str(place.official(CAMAT).id)
    gallery.card(place, CAMAT, 4, Part.INVITATION, "open", camat)
    invitation = place.task(4, Part.INVITATION, camat)
    for answer in ("yes", "deputy"):
        side_acts.attend(
            place.session, place.moment(), [place.official(CAMAT)], invitation.id or 0, invitation.activation, answer
        )
        gallery.card(place, CAMAT, 4, Part.INVITATION, f"answered: {answer}", camat)
    gallery.card(place, SEKCAM, 4, WORK, "done by me, with answers")

    gallery.card(place, SEKCAM, 5, WORK, "open, with the schedule and the answers")
    minutes = place.task(5, WORK)
    place.upload(SEKCAM, minutes, "Notulen.pdf", "Daftar hadir.pdf")
    gallery.card(place, SEKCAM, 5, WORK, "with draft")
    place.do(SEKCAM, minutes)
    gallery.card(place, SEKCAM, 5, WORK, "done by me")


def _collecting(place: Town, gallery: Collection) -> None:
    trantib = place.task(6, UNIT, "trantib")
    gallery.card(place, KASI_TRANTIB, 6, UNIT, "open", "trantib")
    gallery.card(place, PENGELOLA, 6, COLLECTION, "open, nobody has sent")
    gallery.message(place, SEKCAM, "status_run", "units are late, seen by the secretary", run_id=trantib.run_id)
    gallery.message(place, SEKCAM, "board_text", "nobody has sent", run_id=trantib.run_id, step=6)
    place.upload(KASI_TRANTIB, trantib, "Isian Trantib.xlsx")
    gallery.card(place, KASI_TRANTIB, 6, UNIT, "with draft", "trantib")
    gallery.message(place, KASI_TRANTIB, "draft_for_head", "staff brought a file", task_id=trantib.id)
    gallery.message(
        place, KASI_TRANTIB, "confirm_send", "looks like the blank form", question="q", task_id=trantib.id,
        warnings=[{"kind": "blank_form", "name": "Isian Trantib.xlsx"}],
    )  # fmt: skip
    place.do(KASI_TRANTIB, trantib)
    gallery.card(place, KASI_TRANTIB, 6, UNIT, "done by me", "trantib")
    gallery.card(place, PENGELOLA, 6, REVIEW, "open", "trantib")
    photo = place.upload(PENGELOLA, place.task(6, REVIEW, "trantib"), "coretan.jpg")
    photo[0].purpose = "reason"
    place.return_unit(PENGELOLA, 6, "trantib", "Kolom 4 masih kosong", *photo)
    gallery.card(place, KASI_TRANTIB, 6, UNIT, "returned with reason and a file", "trantib")
    gallery.card(place, PENGELOLA, 6, REVIEW, "superseded: waits for the correction", "trantib")
    side_acts.keep(place.session, place.moment(), [place.official(KASI_TRANTIB)], trantib.id or 0, trantib.activation)
    gallery.card(place, KASI_TRANTIB, 6, UNIT, "done by me: still valid", "trantib")
    gallery.card(place, PENGELOLA, 6, REVIEW, "open again after a correction", "trantib")
    place.do(PENGELOLA, place.task(6, REVIEW, "trantib"))
    gallery.card(place, PENGELOLA, 6, REVIEW, "accepted by me", "trantib")

    changes = place.session.begin_nested()
    _without_some(place, gallery)
    changes.rollback()
    for unit in ("sekretariat", "pemerintahan"):
        place.upload(HEADS[unit], place.task(6, UNIT, unit), f"Isian {unit}.xlsx")
        place.do(HEADS[unit], place.task(6, UNIT, unit))
        place.do(PENGELOLA, place.task(6, REVIEW, unit))


def _without_some(place: Town, gallery: Collection) -> None:
    """One unit is not waited for, one has nothing to report."""
    board = place.task(6, COLLECTION)
    loaded, row, official = open_task(place.session, board.id or 0, board.activation, [place.official(PENGELOLA)])
    collecting.waive(place.session, place.moment(), loaded, row, official, "pemerintahan", "Kasi sedang dinas luar")
    gallery.card(place, KASI_PEM, 6, UNIT, "waived: may still hand in", "pemerintahan")
    gallery.card(place, PENGELOLA, 6, COLLECTION, "with late units: one in, one waived, one open")
    gallery.message(place, PENGELOLA, "board_text", "one in, one waived, one open", run_id=board.run_id, step=6)
    office = place.task(6, UNIT, "sekretariat")
    loaded, row, official = open_task(place.session, office.id or 0, office.activation, [place.official(SEKCAM)])
    collecting.nil(place.session, place.moment(), loaded, row, official, "Tidak ada kegiatan pada triwulan ini")
    gallery.card(place, SEKCAM, 6, UNIT, "nothing to report", "sekretariat")
    gallery.card(place, PENGELOLA, 6, REVIEW, "open: nothing to report", "sekretariat")
    place.do(PENGELOLA, place.task(6, REVIEW, "sekretariat"))
    gallery.card(place, PENGELOLA, 6, COLLECTION, "done: closed by itself")
    late = place.task(6, UNIT, "pemerintahan")
    place.upload(KASI_PEM, late, "Isian Pemerintahan.xlsx")
    gallery.card(place, KASI_PEM, 6, UNIT, "waived, with draft", "pemerintahan")
    place.do(KASI_PEM, late)
    gallery.card(place, KASI_PEM, 6, UNIT, "handed in late", "pemerintahan")
    gallery.message(place, PENGELOLA, "late_hand_in", "a unit the run went on without", task_id=late.id)


def _validating(place: Town, gallery: Collection) -> None:
    gallery.card(place, KASI_PEM, 7, UNIT, "open", "pemerintahan")
    for unit, head in HEADS.items():
        place.do(head, place.task(7, UNIT, unit))
    gallery.card(place, KASI_PEM, 7, UNIT, "done by me", "pemerintahan")


def _merging(place: Town, gallery: Collection) -> None:
    gallery.card(place, KASI_PEM, 8, UNIT, "open", "pemerintahan")
    gallery.card(place, SEKCAM, 8, COLLECTION, "open, nobody has sent")
    for unit, head in HEADS.items():
        place.do(head, place.task(8, UNIT, unit))
        if unit == "pemerintahan":
            gallery.card(place, KASI_PEM, 8, UNIT, "done by me", unit)
            gallery.card(place, SEKCAM, 8, REVIEW, "open", unit)
        place.do(SEKCAM, place.task(8, REVIEW, unit))
    merged = place.task(8, COLLECTION)
    gallery.card(place, SEKCAM, 8, COLLECTION, "all in: the merged document is asked for")
    place.upload(SEKCAM, merged, "Dokumen Pengukuran Kinerja.docx", size=1_450_000)
    gallery.card(place, SEKCAM, 8, COLLECTION, "with draft")
    place.do(SEKCAM, merged)
    gallery.card(place, SEKCAM, 8, COLLECTION, "done by me")


def _correcting(place: Town, gallery: Collection) -> None:
    gallery.card(place, CAMAT, 9, DECISION, "open")
    office = place.session.get_one(Office, "sumbang")
    office.rules = {"record_decisions": True}
    run_id = place.task(9, DECISION).run_id
    gallery.message(place, SEKCAM, "status_run", "the head's decision can be recorded from paper", run_id=run_id)
    office.rules = {}
    gallery.add(
        place, "Sumbang 9: decision", "card", "sent again, not knowing whether it arrived",
        lambda language, _: place.card(CAMAT, place.task(9, DECISION), language, repeated=True),
    )  # fmt: skip
    _aside(place, gallery)
    decision, merged = place.task(9, DECISION), place.task(8, COLLECTION)
    place.decide(CAMAT, decision, "kembalikan", "Indikator 3 belum ada datanya", target=8)
    gallery.card(place, CAMAT, 9, DECISION, "superseded: I returned it")
    gallery.card(place, SEKCAM, 8, COLLECTION, "returned with reason")
    gallery.message(place, CAMAT, "status_run", "a step was returned", run_id=merged.run_id)
    side_acts.keep(place.session, place.moment(), [place.official(SEKCAM)], merged.id or 0, merged.activation)
    gallery.card(place, SEKCAM, 8, COLLECTION, "done by me: still valid")
    gallery.card(place, CAMAT, 9, DECISION, "open again after a correction")
    place.decide(CAMAT, decision, "kembalikan", "Jumlah seksi ini tidak cocok", units=["trantib"])
    gallery.card(place, KASI_TRANTIB, 6, UNIT, "returned by the head, this unit only", "trantib")
    gallery.card(place, KASI_TRANTIB, 7, UNIT, "superseded: waits for an earlier step", "trantib")
    gallery.card(place, SEKCAM, 8, COLLECTION, "superseded: a unit corrects")
    gallery.card(place, PENGELOLA, 6, COLLECTION, "one unit returned")
    trantib = place.task(6, UNIT, "trantib")
    place.upload(KASI_TRANTIB, trantib, "Isian Trantib perbaikan.xlsx")
    place.do(KASI_TRANTIB, trantib)
    place.do(PENGELOLA, place.task(6, REVIEW, "trantib"))
    gallery.card(place, KASI_TRANTIB, 7, UNIT, "open again after a correction", "trantib")
    place.do(KASI_TRANTIB, place.task(7, UNIT, "trantib"))
    place.do(KASI_TRANTIB, place.task(8, UNIT, "trantib"))
    place.do(SEKCAM, place.task(8, REVIEW, "trantib"))
    gallery.card(place, SEKCAM, 8, COLLECTION, "all in again: merged document asked for, or still valid")
    place.upload(SEKCAM, merged, "Dokumen Pengukuran Kinerja v2.docx")
    place.do(SEKCAM, merged)
    place.decide(CAMAT, decision, "tidak_ada_koreksi")
    gallery.card(place, CAMAT, 9, DECISION, "done by me")


def _aside(place: Town, gallery: Collection) -> None:
    """Show what becomes of cards when a seat changes hands or the run is cancelled, then undo it."""
    decision = place.task(9, DECISION)
    changes = place.session.begin_nested()
    place.session.exec(select(Card).where(Card.task_id == decision.id)).one().live = False
    gallery.card(place, CAMAT, 9, DECISION, "now another official's")
    changes.rollback()
    changes = place.session.begin_nested()
    cancelling.cancel(place.session, place.moment(), place.official(CAMAT), decision.run_id, "Salah periode")
    gallery.card(place, CAMAT, 9, DECISION, "run cancelled")
    gallery.card(place, SEKCAM, 8, COLLECTION, "done by me, run cancelled")
    gallery.message(place, SEKCAM, "run_cancelled", "told to everybody who owed something", run_id=decision.run_id)
    gallery.message(place, SEKCAM, "status_run", "the run was cancelled", run_id=decision.run_id)
    gallery.message(place, SEKCAM, "history", "the run was cancelled", run_id=decision.run_id, page=0)
    changes.rollback()


def _signing(place: Town, gallery: Collection) -> None:
    gallery.card(place, SEKCAM, 10, WORK, "open: to be initialled")
    task = place.task(10, WORK)
    place.fill(task, paraf=True)
    gallery.card(place, SEKCAM, 10, WORK, "initialled, no file chosen")
    task.draft = {"use_previous": True, "fields": {"paraf": True}}
    gallery.card(place, SEKCAM, 10, WORK, "with draft: the earlier file")
    place.do(SEKCAM, task)
    gallery.card(place, SEKCAM, 10, WORK, "done by me")
    gallery.card(place, CAMAT, 11, DECISION, "open")
    gallery.message(
        place, CAMAT, "ask_target", "several steps to choose from", question="q", task_id=place.task(11, DECISION).id,
        outcome="kembalikan", chosen=[],
    )  # fmt: skip
    gallery.card(place, SEKCAM, 11, Part.PROOF, "open")
    proof = place.task(11, Part.PROOF)
    place.upload(PENGELOLA, proof, "Dokumen bertanda tangan.pdf")
    gallery.card(place, PENGELOLA, 11, Part.PROOF, "with draft")
    place.do(PENGELOLA, proof)
    gallery.card(place, PENGELOLA, 11, Part.PROOF, "done by me")
    gallery.card(place, SEKCAM, 11, Part.PROOF, "done by another")
    place.decide(CAMAT, place.task(11, DECISION), "sudah_ditandatangani")
    gallery.card(place, CAMAT, 11, DECISION, "done by me")


def _closing(place: Town, gallery: Collection) -> None:
    letter = place.task(12, WORK)
    gallery.card(place, PENGELOLA, 12, WORK, "open: file and form")
    for field in ("nomor", "tanggal", "tujuan"):
        gallery.message(
            place, PENGELOLA, "ask_field", f"letter: {field}", question="q", task_id=letter.id, field_id=field
        )
    place.upload(PENGELOLA, letter, "Surat pengantar.pdf")
    place.fill(letter, nomor="045/12/2027", tanggal="2027-01-08", tujuan="Bupati Banyumas")
    gallery.card(place, PENGELOLA, 12, WORK, "filled in, with draft")
    place.do(PENGELOLA, letter)
    gallery.card(place, PENGELOLA, 12, WORK, "done by me, with values")
    gallery.message(
        place, PENGELOLA, "ask_correction", "letter", question="q", task_id=letter.id,
        field_ids=["nomor", "tanggal", "tujuan"],
    )  # fmt: skip
    copies = place.task(13, WORK)
    gallery.card(place, PENGELOLA, 13, WORK, "open")
    gallery.message(
        place, PENGELOLA, "ask_field", "a number", question="q", task_id=copies.id, field_id="jumlah_rangkap"
    )
    place.fill(copies, jumlah_rangkap=5)
    place.do(PENGELOLA, copies)
    gallery.card(place, PENGELOLA, 13, WORK, "done by me")
    archive = place.task(14, WORK)
    gallery.card(place, PENGELOLA, 14, WORK, "open")
    place.fill(archive, lokasi="Lemari 3, map biru")
    place.do(PENGELOLA, archive)
    gallery.card(place, PENGELOLA, 14, WORK, "done by me, run finished")
    gallery.card(place, KASI_PEM, 3, Part.RECEIPT, "never confirmed, run finished", "pemerintahan")
    run = place.session.exec(select(Run)).one()
    for name in ("run_finished", "status_run", "files"):
        gallery.message(place, SEKCAM, name, "the run is finished", run_id=run.id)
    gallery.message(place, SEKCAM, "archive", "one finished run")
    gallery.message(place, SEKCAM, "archive", "one year", year=2027)
    gallery.message(place, SEKCAM, "status_list", "nothing runs")
    for page in range(6):
        gallery.message(place, SEKCAM, "history", f"the run is finished, page {page + 1}", run_id=run.id, page=page)
