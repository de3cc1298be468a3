"""A day of the Sumbang SOP on six phones, several people at once, up to the signed document.

Everybody types, uploads, sends albums, reminds, returns. Nobody waits for answers to taps:
those are lost with a process that dies. After each turn the office waits until all is quiet.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from tests.e2e.office import Office
from tests.e2e.paperwork import excel, pdf

SOP = "sumbang-pengukuran-kinerja"
HEADS = ("pemerintahan", "trantib", "kasubag")
Deed = Coroutine[Any, Any, object]
Trouble = Callable[[], AbstractAsyncContextManager[None]]

LAST = 11

SUBMITTED = {
    (1, "do"): 1, (2, "do"): 1, (3, "do"): 1, (3, "receive"): 3, (4, "do"): 1, (4, "attend"): 3, (5, "do"): 1,
    (6, "do"): 4 + 3, (6, "return"): 1, (7, "do"): 3, (8, "do"): 3 + 3 + 2, (9, "decide"): 2, (10, "do"): 1,
    (11, "decide"): 1, (11, "do"): 1,
}  # fmt: skip
"""What stands on record after the day, by step and verb: hand-ins and their acceptance are both "do"."""

SAID = {
    "home": 7, "start_review": 1, "run_started": 1, "ask_period": 1, "ask_field": 6, "form_summary": 2,
    "status_run": 1, "unit_reminder": 1, "ask_target": 1, "ask_reason": 4, "returned": 1,
}  # fmt: skip
"""What the bot has to say in the whole day, beside cards: an update that is handled twice says it twice."""

FILES = {
    "format.xlsx": 2, "notulen.pdf": 5, "hadir.pdf": 5, **{f"data-{head}.xlsx": 6 for head in HEADS},
    "perbaikan.xlsx": 6, "gabungan.xlsx": 8, "gabungan-2.xlsx": 8, "ttd.pdf": 11,
}  # fmt: skip
"""The files that come in, one of each, and the step they are for."""


async def play(office: Office, trouble: Trouble = nullcontext, *, last: int = LAST) -> None:
    """Play the day, up to and with step 3 or 11; ``trouble`` is entered around each turn."""
    p = office.phones

    async def turn(*deeds: Deed) -> None:
        async with trouble():
            for deed in deeds:
                await deed
        await office.quiet()

    # 1 order
    await turn(p.camat.says("/mulai"))
    await turn(p.camat.taps("TW IV 2026"))
    await turn(p.camat.taps("Mulai"))
    await turn(p.camat.taps("Perintahkan"))
    await turn(p.camat.says("Mohon segera dikerjakan"))
    await turn(p.camat.taps("Ya, kirim"))
    # 2 and 3 the form, to every unit
    await turn(p.sekcam.sends_document("format.xlsx", excel("blank")))
    await turn(p.sekcam.taps("Kirim hasil"))
    await turn(p.sekcam.taps("Kirim ke semua seksi"))
    await turn(*(p.phones[head].taps("Sudah saya terima") for head in HEADS))
    if last == 3:
        return
    # 4 invitation
    await turn(p.sekcam.taps("Kirim undangan"))
    for answer in ("Jumat, 8 Januari 2027", "09.00", "Aula Kecamatan", "Pembahasan pengukuran kinerja"):
        await turn(p.sekcam.says(answer))
    await turn(p.sekcam.taps("Lewati"))
    await turn(p.sekcam.taps("Ya, kirim"))
    await turn(p.camat.taps("Hadir"), p.trantib.taps("Berhalangan"), p.pemerintahan.taps("Diwakilkan"))
    # 5 minutes, as an album
    await turn(p.sekcam.sends_album([("notulen.pdf", pdf("notulen")), ("hadir.pdf", pdf("hadir"))]))
    await turn(p.sekcam.taps("Rapat selesai"))
    # 6 hand-in of every unit; one is late and reminded, and sent back once
    await turn(*(p.phones[head].sends_document(f"data-{head}.xlsx", excel(head)) for head in HEADS))
    await turn(p.pemerintahan.taps("Kirim hasil"), p.kasubag.taps("Kirim hasil"))
    await turn(p.sekcam.says("/status 1"))
    await turn(p.sekcam.taps("Ingatkan yang belum"))
    await turn(p.trantib.taps("Kirim hasil"))
    await turn(p.pengelola.taps("Kembalikan", on="Trantib"))
    await turn(p.pengelola.says("Angkanya belum lengkap"))
    await turn(p.pengelola.taps("Kirim alasan"))
    better = p.trantib.sends_document("perbaikan.xlsx", excel("perbaikan"))
    await turn(better, p.pengelola.taps("Terima", on="Pemerintahan"))
    await turn(p.trantib.taps("Kirim hasil"), p.pengelola.taps("Terima", on="Sekretariat"))
    await turn(p.pengelola.taps("Terima", on="perbaikan.xlsx"))
    # 7 and 8: a tick each, carried on, merged by the Sekcam
    await turn(*(p.phones[head].taps("Data sudah valid") for head in HEADS))
    await turn(*(p.phones[head].taps("Sampaikan ke Sekcam") for head in HEADS))
    for unit in ("Pemerintahan", "Trantib", "Sekretariat"):
        await turn(p.sekcam.taps("Terima", on=unit))
    await turn(p.sekcam.sends_document("gabungan.xlsx", excel("gabungan")))
    await turn(p.sekcam.taps("Kirim hasil"))
    # 9 returned once
    await turn(p.camat.taps("Kembalikan"))
    await turn(p.camat.taps("Dokumen gabungan"))
    await turn(p.camat.says("Mohon rapikan tabelnya"))
    await turn(p.camat.taps("Kirim alasan"))
    await turn(p.sekcam.sends_document("gabungan-2.xlsx", excel("gabungan-2")))
    await turn(p.sekcam.taps("Kirim hasil"))
    await turn(p.camat.taps("Tidak ada koreksi"))
    # 10 and 11: initialled, signed, scanned
    await turn(p.sekcam.taps("Gunakan berkas ini"))
    await turn(p.sekcam.taps("Sudah saya paraf"))
    await turn(p.sekcam.taps("Sampaikan ke Camat"))
    await turn(p.camat.taps("Sudah ditandatangani"), p.pengelola.sends_document("ttd.pdf", pdf("ttd")))
    await turn(p.pengelola.taps("Kirim hasil"))
