"""Every SOP from ``/mulai`` to its last step, with every decision taken both ways, to each target it allows."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Opened
from tests.e2e.detours import Troubles
from tests.e2e.driver import Driver
from tests.e2e.status import StatusCheck, ask

DECISIONS = {
    ("sumbang-pengukuran-kinerja", "2023"): {
        9: ["Dokumen gabungan", "Sekretariat", "Seksi Pemerintahan", "Seksi Trantib"],
        11: ["Langkah 10", "Langkah 9"],
    },
    ("dinsospermasdes-pengukuran-kinerja", "2021"): {
        9: ["Dokumen gabungan", "Sekretariat", "Seksi Pemerintahan", "Seksi Trantib"],
        11: ["Langkah 10", "Langkah 9"],
    },
    ("candipuro-pengukuran-data-kinerja", "2024"): {
        8: ["Langkah 6", "Langkah 5", "Langkah 4"],
        9: ["Langkah 8", "Langkah 6"],
    },
    ("tambak-evaluasi-kinerja", "2022"): {7: ["Langkah 6", "Langkah 5"]},
    ("tambak-evaluasi-kinerja", "2023"): {7: ["Langkah 6", "Langkah 5"]},
    ("sutera-pengukuran-kinerja", "2025"): {
        11: ["Langkah 10", "Langkah 8", "Langkah 7"],
        12: ["Langkah 10", "Langkah 8"],
    },
}
HAND_INS = {
    "sumbang-pengukuran-kinerja": {6, 7, 8},
    "dinsospermasdes-pengukuran-kinerja": {6, 7, 8},
    "candipuro-pengukuran-data-kinerja": set(),
    "tambak-evaluasi-kinerja": {3},
    "sutera-pengukuran-kinerja": {2, 6},
}
COLLECTED = {sop: steps - {7} for sop, steps in HAND_INS.items()}
"""The hand-ins that somebody collects and may give back to one unit; at 7 the units look at their own data."""


@pytest.mark.parametrize(("sop", "version"), DECISIONS)
async def test_from_order_to_archive(open_office: Opened, sop: str, version: str) -> None:
    office = await open_office(sop, version=f'"{version}"', accept_suggestions="true")
    phones = office.phones
    troubles = Troubles(
        phones, StatusCheck(phones.staf), late=phones.trantib, late_unit="Seksi Trantib",
        hand_ins=HAND_INS[sop], chaser=phones.sekcam,
    )  # fmt: skip
    troubles.driver = driver = Driver(phones, detour=troubles)
    await driver.start(phones.sekcam, "TW IV 2026")
    await driver.finish(phones.sekcam)
    await office.quiet()
    assert troubles.returned == DECISIONS[sop, version]
    assert troubles.units_returned == COLLECTED[sop]
    assert troubles.waived == troubles.caught_up == HAND_INS[sop]
    assert troubles.kept
    status = await ask(phones.staf)
    assert status.done == set(range(1, status.steps + 1))
    assert status.open == {}
    assert "Selesai Senin, 4 Januari 2027" in status.text
    assert await office.open_tasks() == []
    assert await office.faults("sumbang") == []
