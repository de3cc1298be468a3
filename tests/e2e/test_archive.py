"""Period after period: what may not start, what was sent last time, what is looked up later."""

from __future__ import annotations

from datetime import timedelta

from tests.e2e.conftest import Opened
from tests.e2e.driver import Driver, Move
from tests.e2e.paperwork import excel

TAMBAK, TAMBAK_TITLE = "tambak-evaluasi-kinerja", "Pelaksanaan Evaluasi Kinerja Kecamatan Tambak"
CANDIPURO, CANDIPURO_TITLE = "candipuro-pengukuran-data-kinerja", "Pengukuran Data Kinerja Kecamatan Candipuro"
SAME = "sama dengan berkas periode sebelumnya"


async def test_an_sop_with_unconfirmed_actors_does_not_start(open_office: Opened) -> None:
    office = await open_office(TAMBAK, confirm="[1, 2]")
    p = office.phones
    await p.sekcam.says("/mulai")
    refusal = await p.sekcam.hears("SOP belum dapat dimulai")
    assert "langkah 3, 4, 5, 6, 7, 8, 9 belum dipastikan" in refusal.content
    assert await office.open_tasks() == []


async def test_last_periods_file_is_noticed_and_finished_runs_are_found_again(open_office: Opened) -> None:
    office = await open_office(TAMBAK, CANDIPURO)
    p = office.phones
    warned: list[str] = []

    async def same_every_time(move: Move) -> bool:
        """Trantib hands in the same file whatever the period; and is asked whether that is meant."""
        if move.phone is p.trantib and SAME in move.message.content:
            warned.append(move.message.content)
        if move.phone is not p.trantib or not move.kinds:
            return False
        await p.trantib.sends_document("data.xlsx", excel("the same"))
        return True

    driver = Driver(p, detour=same_every_time)
    for run, (title, period) in enumerate(
        ((TAMBAK_TITLE, "TW III 2026"), (CANDIPURO_TITLE, "TW III 2026"), (TAMBAK_TITLE, "TW IV 2026")), start=1
    ):
        await driver.start(p.sekcam, period, sop=title)
        await driver.finish(p.sekcam)
        await office.quiet()
        assert len(warned) == (run == 3), warned
        if run == 2:
            office.clock.advance(timedelta(days=365))
    assert "data.xlsx" in warned[0]

    # The archive: newest first, then by SOP, then by year.
    await p.staf.says("/arsip")
    everything = await p.staf.hears("Arsip")
    found = [everything.content.find(f"No. {run}: ") for run in (3, 2, 1)]
    assert -1 not in found
    assert found == sorted(found)
    assert "TW IV 2026" in everything.content
    await p.staf.taps_on(everything, CANDIPURO_TITLE)
    await office.quiet()
    by_sop = p.staf.last()
    assert [f"No. {run}: " in by_sop.content for run in (1, 2, 3)] == [False, True, False]
    await p.staf.taps_on(by_sop, "Tampilkan semua")
    await office.quiet()
    await p.staf.taps_on(p.staf.last(), "2027")
    await office.quiet()
    by_year = p.staf.last()
    assert by_year.content.startswith("Arsip 2027")
    assert [f"No. {run}: " in by_year.content for run in (1, 2, 3)] == [True, True, False]
    await p.staf.says("/arsip Triwulan 4 2026")
    by_period = await p.staf.hears("Arsip Triwulan 4 2026")
    assert [f"No. {run}: " in by_period.content for run in (1, 2, 3)] == [False, False, True]
    await p.staf.says("/arsip 2028")
    assert "No. 3: " in (await p.staf.hears("Arsip 2028")).content
    await p.staf.says("/arsip TW I 1999")
    await p.staf.hears("Belum ada SOP yang selesai untuk TW I 1999")
    await p.staf.taps_on(by_year, "Status No. 1")
    await p.staf.hears("No. 1: " + TAMBAK_TITLE)
    assert await office.faults("sumbang") == []
