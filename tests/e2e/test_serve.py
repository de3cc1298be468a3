"""``pandu serve`` three times behind a balancer: one is asked to stop, one is killed, the last finishes the SOP."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.driver import Driver, Move
from tests.e2e.offices import PEOPLE, office_file
from tests.e2e.served_office import ServedOffice

SOP = "sumbang-pengukuran-kinerja"


@pytest.mark.postgres
async def test_replicas_may_go_while_an_office_works(tmp_path: Path, postgres_url: str) -> None:
    office = ServedOffice(tmp_path, postgres_url, office_file(SOP, accept_suggestions="true"), PEOPLE, count=3)
    troubled: list[int] = []

    async def trouble(move: Move) -> bool:
        if move.step in troubled or not move.caption:
            return False
        if move.step == 1:
            await both_at_once(office)
        elif move.step == 2:
            sender = await office.sender()
            assert await sender.stops() < 10
            sender_now = await office.sender()
            assert sender_now is not sender, "the lease was let go, not left to run out"
        elif move.step == 3:
            # Whoever is at this tap dies with it, and perhaps with what it was to be answered.
            await move.phone.taps(move.caption, on=None)
            await (await office.sender()).dies()
            await office.quiet()
            troubled.append(move.step)
            return True
        troubled.append(move.step)
        return False

    try:
        await office.open()
        driver = Driver(office.phones, detour=trouble)
        await driver.start(office.phones.camat, "TW IV 2026")
        await driver.play(lambda: 3 in troubled, within=60)
        await driver.finish(office.phones.camat)
        await office.quiet()
        assert {1, 2, 3} <= set(troubled)
        assert await office.open_tasks() == []
        assert await office.faults("sumbang") == []
        last = await office.sender()
        status, words = await last.asked("/readyz")
        assert (status, json.loads(words)["ready"]) == (200, True)
        assert "pandu_updates_total" in (await last.asked("/metrics"))[1]
        assert await last.stops() < 10
        assert await office.under_way() == []
        assert office.bot.token not in office.log()
        assert "Traceback" not in office.log()
    except BaseException:
        print(office.log()[-6000:])  # noqa: T201 - what the processes said is all there is to go by
        raise
    finally:
        await office.close()


async def both_at_once(office: ServedOffice) -> None:
    """An official presses and writes at the same moment, again and again: two queues, any two replicas."""
    camat = office.phones.camat
    for _ in range(4):
        query = await camat.taps("Lihat langkah")
        before = camat.acted_at
        await camat.says("/status")
        assert (await camat.told(query)).text is not None
        await camat.sees("No. 1:", since=before)
        await office.quiet()
    assert len(office.simulator.toasts(camat.user_id)) >= 4
