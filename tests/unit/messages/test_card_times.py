"""What a card says of its time: deadline, hand-in date, dispensation, pause, and as a reminder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from storage.tables import Card, Office, Run, RunStep, Task
from tests.unit.messages.moving_time import FRIDAY, OPENED, extend, pause, reminded
from tests.unit.messages.telegram_html import check
from tests.unit.messages.town import CAMAT, KASI_PEM, KASI_TRANTIB, PENGELOLA, SEKCAM, town, walked
from workflow.state import Part


def test_a_deadline_names_weekday_clock_and_zone() -> None:
    with walked(9) as place:
        task = place.task(9, Part.DECISION)
        assert task.opened_at == OPENED
        assert "Waktu: 60 Menit\nTenggat: Senin, 4 Januari 2027 pukul 11.39 WIB\n" in check(place.card(CAMAT, task))
        assert "Deadline: Monday, 4 January 2027 at 11:39 WIB" in check(place.card(CAMAT, task, "en"))


def test_a_blank_waktu_says_that_nothing_is_late() -> None:
    with town() as place:
        place.start(place.adopt(accept_suggestions=False))
        task = place.task(1, Part.WORK)
        place.now += timedelta(days=40)
        for shown in (check(place.card(CAMAT, task)), check(reminded(place, CAMAT, task))):
            assert "Waktu belum ditetapkan dalam SOP, tidak ada tenggat." in shown
            assert "erlambat" not in shown
            assert "Tenggat:" not in shown


def test_the_offices_own_date_stands_apart_from_the_waktu_of_the_sop() -> None:
    with walked(6) as place:
        row = place.session.exec(select(RunStep).where(RunStep.number == 6)).one()
        row.collect_by, row.collect_by_set_at = FRIDAY, place.now
        place.session.flush()
        unit = check(place.card(KASI_TRANTIB, place.task(6, Part.UNIT, "trantib")))
        assert "Batas pengumpulan: Jumat, 8 Januari 2027 pukul 16.00 WIB" in unit
        assert "Waktu: " in unit
        assert "Tenggat:" not in unit
        assert "Hand in by: Friday, 8 January 2027 at 16:00 WIB" in check(
            place.card(KASI_TRANTIB, place.task(6, Part.UNIT, "trantib"), "en")
        )
        place.now = FRIDAY + timedelta(days=4)
        assert "Batas pengumpulan: Jumat, 8 Januari 2027 pukul 16.00 WIB (terlewat)" in check(
            place.card(PENGELOLA, place.task(6, Part.COLLECTION))
        )


def test_a_granted_dispensation_takes_the_place_of_the_deadline_and_one_asked_for_does_not() -> None:
    with walked(9) as place:
        task = place.task(9, Part.DECISION)
        row = extend(place, task, "asked")
        asked = check(place.card(CAMAT, task))
        assert "Tenggat: Senin, 4 Januari 2027 pukul 11.39 WIB" in asked
        assert (
            "Dispensasi sampai Jumat, 8 Januari 2027 pukul 16.00 WIB sudah diminta oleh Ibu Siti Rahayu, "
            "belum diputuskan." in asked
        )
        row.status, row.decided_at = "granted", place.now
        granted = check(place.card(CAMAT, task))
        assert "\nDispensasi sampai Jumat, 8 Januari 2027 pukul 16.00 WIB\n" in granted
        assert "Tenggat:" not in granted
        row.activation -= 1
        assert "Dispensasi" not in check(place.card(CAMAT, task))


def test_a_paused_run_says_since_when_by_whom_and_why() -> None:
    with walked(9) as place:
        task = place.task(9, Part.DECISION)
        pause(place, place.task_run(task))
        shown = check(place.card(CAMAT, task))
        assert (
            "Pelaksanaan ditunda sejak Senin, 4 Januari 2027 pukul 10.39 WIB oleh Ibu Siti Rahayu: "
            "“Menunggu edaran kabupaten”. Selama ditunda, tenggat tidak berjalan." in shown
        )
        assert "Tenggat:" not in shown
        assert "tidak ada tenggat" not in shown


def test_minutes_count_from_the_beginning_of_the_meeting() -> None:
    with walked(5) as place:
        task = place.task(5, Part.WORK)
        before = check(place.card(SEKCAM, task))
        assert "Tenggat: Kamis, 7 Januari 2027 pukul" in before
        assert "dihitung sejak rapat dimulai" in before
        place.now = datetime(2027, 1, 7, 2, 30, tzinfo=UTC)
        assert "rapat dimulai" not in check(place.card(SEKCAM, task))


@pytest.mark.parametrize(
    ("after", "indonesian", "english"),
    [
        (timedelta(minutes=30), "Pengingat, tenggat hari ini 11.39: ", "Reminder, due today 11:39: "),
        (timedelta(hours=3), "Pengingat, menunggu sejak pukul 10.39 WIB: ", "Reminder, waiting since 10:39 WIB: "),
        (timedelta(days=2), "Pengingat, menunggu sejak 4 Jan 10.39: ", "Reminder, waiting since 4 Jan 10:39: "),
        (timedelta(days=2, hours=2), "Pengingat, terlambat 1 hari kerja: ", "Reminder, late by 1 working day: "),
        (timedelta(days=7, hours=2), "Pengingat, terlambat 4 hari kerja: ", "Reminder, late by 4 working days: "),
    ],
)
def test_a_reminder_says_first_what_and_how_late_in_working_time(
    after: timedelta, indonesian: str, english: str
) -> None:
    with walked(9) as place:
        task = place.task(9, Part.DECISION)
        place.now = OPENED + after
        shown = check(reminded(place, CAMAT, task)).splitlines()
        assert shown[0] == f"{indonesian}Dokumen Pengukuran Kinerja TW IV 2026"
        assert "Dokumen Peng" in shown[0][:60]
        assert shown[1] == "Mohon diperiksa · Yth. Bapak Camat · langkah 9 dari 14 · No. 1"
        assert check(reminded(place, CAMAT, task, "en")).startswith(english)


def test_a_reminder_that_was_answered_is_an_ordinary_card_again() -> None:
    with walked(9) as place:
        task = place.task(9, Part.DECISION)
        reminded(place, CAMAT, task)
        place.decide(CAMAT, task, "tidak_ada_koreksi")
        assert check(place.card(CAMAT, task)).startswith("Diputuskan: ")


def test_a_card_is_called_late_only_after_a_working_day() -> None:
    with walked(9) as place:
        task = place.task(9, Part.DECISION)
        place.now = datetime(2027, 1, 6, 3, 0, tzinfo=UTC)
        assert "(terlewat)" not in check(place.card(CAMAT, task))
        place.now = datetime(2027, 1, 6, 5, 0, tzinfo=UTC)
        assert "Tenggat: Senin, 4 Januari 2027 pukul 11.39 WIB (terlewat)" in check(place.card(CAMAT, task))


def test_nobody_is_hurried_by_a_receipt_or_an_invitation() -> None:
    with walked(5) as place:
        place.now += timedelta(days=60)
        for person, task in (
            (KASI_PEM, place.task(3, Part.RECEIPT, "pemerintahan")),
            (CAMAT, place.task(4, Part.INVITATION, str(place.official(CAMAT).id))),
        ):
            shown = check(place.card(person, task))
            assert "enggat" not in shown


@pytest.mark.parametrize("number", [6, 9])
def test_a_card_with_everything_that_can_happen_to_its_time_stays_readable(number: int) -> None:
    with walked(number) as place:
        row = place.session.exec(select(RunStep).where(RunStep.number == number)).one()
        row.collect_by, row.collect_by_set_at = FRIDAY, place.now
        for task in place.session.exec(select(Task).where(Task.step == number, Task.status == "open")).all():
            extend(place, task)
        pause(place, place.session.exec(select(Run)).one())
        place.now += timedelta(days=3)
        for card in place.session.exec(select(Card)).all():
            card.reminder = "morning"
            task = place.session.get_one(Task, card.task_id)
            if task.step == number:
                person = next(p for p in (CAMAT, SEKCAM, KASI_PEM, KASI_TRANTIB, PENGELOLA)
                              if place.official(p).id == card.official_id)  # fmt: skip
                assert len(check(place.card(person, task))) <= 1000


@pytest.mark.parametrize(
    ("late_after_days", "first"),
    [(0, "Pengingat, terlambat 4 jam 21 menit: "), (3, "Pengingat, menunggu sejak 4 Jan 10.39: ")],
)
def test_the_office_says_from_when_on_something_is_called_late(late_after_days: int, first: str) -> None:
    with walked(9) as place:
        office = place.session.get_one(Office, "sumbang")
        office.policy = {"late_after_days": late_after_days}
        task = place.task(9, Part.DECISION)
        place.now = datetime(2027, 1, 6, 1, 30, tzinfo=UTC)
        if late_after_days:
            place.now += timedelta(days=1)
        assert check(reminded(place, CAMAT, task)).startswith(first)
