"""What the pages of a run say of its time: deadlines, lateness to the minute, pauses, dispensations."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from storage.tables import Run, RunStep
from tests.unit.messages.moving_time import FRIDAY, OPENED, extend, pause, words
from tests.unit.messages.telegram_html import check
from tests.unit.messages.town import CAMAT, SEKCAM, walked
from workflow.state import Part


@pytest.mark.parametrize(
    ("after", "one_run", "line"),
    [
        (timedelta(), "Tenggat 4 Jan 11.39", "Tenggat 4 Jan 2027 11.39 WIB"),
        (timedelta(minutes=100), "Tenggat 4 Jan 11.39, lewat 21 menit", "Tenggat 4 Jan 2027 11.39 WIB, lewat 21 menit"),
        (timedelta(days=4), "Tenggat 4 Jan 11.39, terlambat 2 hari kerja 6 jam 30 menit",
         "Tenggat 4 Jan 2027 11.39 WIB, terlambat 2 hari kerja 6 jam 30 menit"),
    ],
)  # fmt: skip
def test_an_open_step_shows_its_deadline_and_by_how_much_it_passed(after: timedelta, one_run: str, line: str) -> None:
    with walked(9) as place:
        place.now = OPENED + after
        assert f"Menunggu keputusan · Camat · sejak 4 Jan 10.39\n{one_run}\n" in check(
            place.say(SEKCAM, "status_run", run_id=1)
        )
        assert f"8 selesai · menunggu Camat\n{line}" in check(place.say(SEKCAM, "status_list"))


def test_a_step_done_shows_its_working_time_beside_the_waktu_of_the_sop() -> None:
    with walked(9) as place:
        row = place.session.exec(select(RunStep).where(RunStep.number == 1)).one()
        assert row.opened_at is not None
        row.closed_at = row.opened_at + timedelta(days=2, minutes=30)
        shown = check(place.say(CAMAT, "status_run", run_id=1))
        assert "· 6 Jan 08.42 · 1 hari kerja 30 menit (waktu 15 Menit)" in shown
        assert "1 working day 30 minutes (standard 15 Menit)" in check(place.say(CAMAT, "status_run", "en", run_id=1))


def test_dispensations_stay_on_record_whatever_was_decided() -> None:
    with walked(9) as place:
        task = place.task(9, Part.DECISION)
        row = extend(place, task, "asked")
        asked = check(place.say(CAMAT, "status_run", run_id=1))
        assert (
            "Dispensasi sampai 8 Jan 16.00 diminta oleh Ibu Siti Rahayu (“Data menyusul”), belum diputuskan\n" in asked
        )
        row.status, row.decided_at, row.decided_by = "refused", place.now, place.official(CAMAT).id
        row.decision_reason_id = words(place, "Sudah terlalu dekat")
        refused = check(place.say(CAMAT, "status_run", run_id=1))
        assert "Dispensasi sampai 8 Jan 16.00 tidak disetujui oleh Bapak Ahmad Fauzi: “Sudah terlalu dekat”" in refused
        assert "Tenggat 4 Jan 11.39" in refused
        row.status = "granted"
        granted = check(place.say(CAMAT, "status_run", run_id=1))
        assert (
            "Dispensasi sampai 8 Jan 16.00 disetujui oleh Bapak Ahmad Fauzi; alasan Ibu Siti Rahayu: “Data" in granted
        )
        assert "\nTenggat 8 Jan 16.00\n" in granted
        row.status = "lapsed"
        assert "Dispensasi" not in check(place.say(CAMAT, "status_run", run_id=1))


def test_a_pause_is_named_with_who_and_why_and_remembered_afterwards() -> None:
    with walked(9) as place:
        run = place.session.exec(select(Run)).one()
        row = pause(place, run)
        paused = check(place.say(CAMAT, "status_run", run_id=1))
        assert "Ditunda sejak 4 Jan 2027 10.39 WIB oleh Ibu Siti Rahayu: “Menunggu edaran kabupaten”. " in paused
        assert "Tenggat 4 Jan" not in paused
        assert "Ditunda sejak 4 Jan 2027 10.39 WIB" in check(place.say(CAMAT, "status_list"))
        run.paused_at, row.ended_at = None, place.now + timedelta(days=2)
        resumed = check(place.say(CAMAT, "status_run", run_id=1))
        assert "Pernah ditunda 4 Jan 10.39 sampai 6 Jan 10.39 oleh Ibu Siti Rahayu: “Menunggu edaran" in resumed
        assert "Tenggat 6 Jan 11.39" in resumed


def test_a_hand_in_to_come_shows_the_offices_date_already() -> None:
    with walked(5) as place:
        row = place.session.exec(select(RunStep).where(RunStep.number == 6)).one()
        row.collect_by, row.collect_by_set_at = FRIDAY, place.now
        assert "6. Menghimpun" in check(place.say(CAMAT, "status_run", run_id=1))
        assert "Batas pengumpulan 8 Jan 16.00" in check(place.say(CAMAT, "status_run", run_id=1))


def test_a_finished_run_is_measured_against_its_standards() -> None:
    with walked(9) as place:
        for row in place.session.exec(select(RunStep).where(RunStep.status == "done")).all():
            assert row.opened_at is not None
            row.closed_at = row.opened_at + timedelta(minutes=10)
        last = place.session.exec(select(RunStep).where(RunStep.number == 1)).one()
        assert last.opened_at is not None
        last.closed_at = last.opened_at + timedelta(minutes=41)
        shown = check(place.say(CAMAT, "run_finished", run_id=1))
        assert (
            "Untuk 8 langkah yang memiliki waktu dalam SOP: waktu kerja yang terpakai 1 jam 51 menit, menurut SOP "
            "1 hari kerja" in shown
        )
        assert "; tepat waktu 7 langkah." in shown
        assert shown.endswith("Terima kasih atas kerja sama Bapak.")
