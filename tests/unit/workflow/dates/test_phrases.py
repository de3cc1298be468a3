"""What officials type, said on Friday 20 November 2026 at 10.00 WIB, and what it means."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from tests.unit.workflow.dates.said import FRIDAY, OFFICE, WIB, heard, heard_day
from workflow import dates

TABLE = [
    # The table of phrases on which dateparser was tried, row by row; several moments are asked about.
    ("besok jam 9", "21-11-2026 09.00"),
    ("Senin depan pukul 08.00", "23-11-2026 08.00"),
    ("3 hari lagi", "23-11-2026"),
    ("lusa", "22-11-2026"),
    ("besok lusa", "22-11-2026"),
    ("akhir bulan", "30-11-2026"),
    ("17 Agustus 2026", "past"),
    ("Jumat siang", "20-11-2026 13.00", "27-11-2026 13.00"),
    ("jam setengah 3 sore", "20-11-2026 14.30"),
    ("08.30", "21-11-2026 08.30"),
    ("tgl 5", "05-12-2026"),
    ("minggu depan", "27-11-2026", "23-11-2026"),
    ("mgg depan", "27-11-2026", "23-11-2026"),
    ("dua jam lagi", "20-11-2026 12.00"),
    ("2 jam lagi", "20-11-2026 12.00"),
    ("hari ini jam 14.00", "20-11-2026 14.00"),
    ("besok pagi", "21-11-2026 08.00", "21-11-2026 09.00", "21-11-2026 10.00"),
    ("nanti sore", "20-11-2026 15.30", "20-11-2026 16.00"),
    ("05/12/2026", "05-12-2026"),
    ("5-12-2026 14:00", "05-12-2026 14.00"),
    ("1 Desember", "01-12-2026"),
    ("1 Des jam 15.00", "01-12-2026 15.00"),
    ("17 Agt 2027", "17-08-2027"),
    ("Kamis, 26 November 2026 pukul 13.30 WIB", "26-11-2026 13.30"),
    ("30 menit lagi", "20-11-2026 10.30"),
    ("seminggu lagi", "27-11-2026"),
    ("2 minggu lagi", "04-12-2026"),
    ("bulan depan", "20-12-2026"),
    ("hari Rabu", "25-11-2026"),
    ("3 hari kerja lagi", "25-11-2026"),
    ("awal Desember", "01-12-2026"),
    ("akhir triwulan", "31-12-2026"),
    ("tanggal 10 bulan depan", "10-12-2026"),
    ("tanggal 5", "05-12-2026"),
    ("5", "05-12-2026", "20-11-2026 17.00"),
    ("jam 9", "21-11-2026 09.00"),
    ("Senin jam 8", "23-11-2026 08.00"),
    ("besok 09.00", "21-11-2026 09.00"),
    ("besok pukul 09.00", "21-11-2026 09.00"),
    ("besok 09:00", "21-11-2026 09.00"),
    ("14:00", "20-11-2026 14.00"),
    ("pukul 10.30", "20-11-2026 10.30"),
    ("jam 2 siang", "20-11-2026 14.00"),
    ("jam 7 malam", "20-11-2026 19.00"),
    ("Senin", "23-11-2026"),
    ("Minggu", "22-11-2026"),
    ("Jum'at depan", "27-11-2026"),
    ("Selasa minggu depan jam 9 pagi", "24-11-2026 09.00"),
    ("dalam 2 hari", "22-11-2026"),
    ("dalam 1,5 jam", "20-11-2026 11.30"),
    ("2 minggu", "04-12-2026"),
    ("3 hari", "23-11-2026"),
    ("Selasa, 30 November 2026", "wrong_weekday"),
    ("12/11", "12-11-2027", "11-12-2026"),
    ("31 Februari", "no_such_day"),
    ("asdf", "not_a_date"),
]

VARIANTS = [
    # Typos
    ("jumaat jam 14.00", "20-11-2026 14.00", "27-11-2026 14.00"),
    ("jum’at depan", "27-11-2026"),
    ("bsk", "21-11-2026"),
    ("BESOK JM 9", "21-11-2026 09.00"),
    ("bsk jam9", "21-11-2026 09.00"),
    ("besok 9pagi", "21-11-2026 09.00"),
    ("mgg dpn", "27-11-2026", "23-11-2026"),
    ("sbtu", "21-11-2026"),
    ("5 pebruari 2027", "05-02-2027"),
    ("27 nopember", "27-11-2026"),
    ("7 agt 2027", "07-08-2027"),
    ("7 Ags 2027", "07-08-2027"),
    ("tgl. 5 des", "05-12-2026"),
    ("  besok   jam   9  ", "21-11-2026 09.00"),
    ("besok jam 9.", "21-11-2026 09.00"),
    ("besok jam 9 ya pak", "21-11-2026 09.00"),
    ("2jam lg", "20-11-2026 12.00"),
    # The clock
    ("besok jam dua siang", "21-11-2026 14.00"),
    ("besok pukul delapan lewat tiga puluh", "21-11-2026 08.30"),
    ("besok jam 9 lewat 15", "21-11-2026 09.15"),
    ("besok jam 9 kurang seperempat", "21-11-2026 08.45"),
    ("besok setengah sembilan", "21-11-2026 08.30"),
    ("besok setengah 1 siang", "21-11-2026 12.30"),
    ("besok jam 12 siang", "21-11-2026 12.00"),
    ("besok jam 11 siang", "21-11-2026 11.00"),
    ("besok jam 2", "21-11-2026 14.00", "21-11-2026 02.00"),
    ("besok jam 02.00", "21-11-2026 02.00"),
    ("besok jam 2 dini hari", "21-11-2026 02.00"),
    ("besok jam 9 malam", "21-11-2026 21.00"),
    ("besok jam 12 malam", "vague"),
    ("malam Jumat", "vague"),
    ("nanti jam 3", "20-11-2026 15.00"),
    ("nanti malam", "20-11-2026 19.00", "20-11-2026 20.00"),
    ("nanti malam jam 8", "20-11-2026 20.00"),
    ("sore ini jam 4", "20-11-2026 16.00"),
    ("lusa pagi", "22-11-2026 08.00", "22-11-2026 09.00", "22-11-2026 10.00"),
    ("senin pagi jam 9", "23-11-2026 09.00"),
    ("jam 9 besok", "21-11-2026 09.00"),
    ("pukul 9 pagi hari Senin", "23-11-2026 09.00"),
    ("Senin jam 9 pekan depan", "23-11-2026 09.00"),
    ("tgl 5 jam 9", "05-12-2026 09.00"),
    ("tgl 5/12 jam 9", "05-12-2026 09.00"),
    ("tgl 5.12", "05-12-2026"),
    ("5.12", "20-11-2026 17.12", "21-11-2026 05.12", "05-12-2026"),
    ("31.12", "31-12-2026"),
    ("jam 25", "not_a_date"),
    ("besok jam 9.75", "not_a_date"),
    ("besok jam 9 sampai 11", "not_a_date"),
    ("jam 9-11", "not_a_date"),
    ("besok jam 15 pagi", "not_a_date"),
    # Zones
    ("Senin pekan depan pukul 8 pagi WITA", "23-11-2026 07.00"),
    ("besok 09.00 WIT", "21-11-2026 07.00"),
    ("besok jam 9 WIB WITA", "not_a_date"),
    ("besok WITA", "not_a_date"),
    # Counted
    ("dua minggu lagi", "04-12-2026"),
    ("sebulan lagi", "20-12-2026"),
    ("sejam lagi", "20-11-2026 11.00"),
    ("setengah jam lagi", "20-11-2026 10.30"),
    ("satu setengah jam lagi", "20-11-2026 11.30"),
    ("1 jam 30 menit lagi", "20-11-2026 11.30"),
    ("3 hari lagi jam 9", "23-11-2026 09.00"),
    ("dua puluh lima hari lagi", "15-12-2026"),
    ("hari kerja berikutnya", "23-11-2026"),
    ("1 setengah hari lagi", "not_a_date"),
    ("9999 tahun lagi", "not_a_date"),
    # Weekdays
    ("Jumat", "20-11-2026", "27-11-2026"),
    ("Jumat jam 9", "27-11-2026 09.00"),
    ("Jumat ini", "20-11-2026"),
    ("Kamis depan jam 9", "26-11-2026 09.00"),
    ("Sabtu depan", "28-11-2026", "21-11-2026"),
    ("hari Minggu depan", "29-11-2026", "22-11-2026"),
    ("minggu depan hari Senin", "23-11-2026"),
    ("Minggu, 22 November 2026", "22-11-2026"),
    ("Rabu ini", "past"),
    ("besok Sabtu", "21-11-2026"),
    ("besok Senin", "wrong_weekday"),
    ("Senin Selasa", "not_a_date"),
    ("besok sampai lusa", "not_a_date"),
    ("besok atau lusa", "not_a_date"),
    ("bukan besok", "not_a_date"),
    ("5 s.d. 7 Desember", "not_a_date"),
    ("5-6 Desember", "not_a_date"),
    ("14.00-15.00", "not_a_date"),
    ("Senin tgl 23", "23-11-2026"),
    ("Senin tgl 24", "wrong_weekday"),
    ("minggu ini", "vague"),
    ("seminggu setelah lebaran", "vague"),
    ("sampai dengan 5 Desember", "05-12-2026"),
    ("besok senin lusa", "not_a_date"),
    ("besok jam 9 wib lusa", "not_a_date"),
    # Months, quarters, years
    ("awal bulan", "01-12-2026"),
    ("awal bulan ini", "past"),
    ("awal bulan depan", "01-12-2026"),
    ("akhir bulan depan", "31-12-2026"),
    ("pertengahan Desember", "15-12-2026"),
    ("akhir TW IV", "31-12-2026"),
    ("akhir triwulan 1 2027", "31-03-2027"),
    ("akhir triwulan depan", "31-03-2027"),
    ("akhir tahun", "31-12-2026"),
    ("awal pekan depan", "23-11-2026"),
    ("akhir pekan", "20-11-2026", "21-11-2026"),
    ("hari kerja pertama bulan depan", "01-12-2026"),
    ("hari kerja terakhir bulan ini", "30-11-2026"),
    ("tgl 20", "20-11-2026", "20-12-2026"),
    ("tgl 31", "no_such_day"),
    ("tanggal 31 bulan depan", "31-12-2026"),
    ("tanggal 31 Februari", "no_such_day"),
    # Dates
    ("5 Januari", "05-01-2027"),
    ("5 Des '26", "05-12-2026"),
    ("05/12/26", "05-12-2026"),
    ("5.12.2026", "05-12-2026"),
    ("5 12 2026", "05-12-2026"),
    ("2026-12-05", "05-12-2026"),
    ("2026-12-05T14:00", "05-12-2026 14.00"),
    ("29 Februari 2027", "no_such_day"),
    ("29 Februari 2028", "29-02-2028"),
    ("31/11", "no_such_day"),
    ("12/25/2026", "no_such_day"),
    ("12 November", "past"),
    ("7 nopember", "past"),
    ("Jumat jam 9 tgl 27 November", "27-11-2026 09.00"),
    ("paling lambat 5 Desember", "05-12-2026"),
    ("s.d. 5 Des 2026", "05-12-2026"),
    # English
    ("tomorrow 9am", "21-11-2026 09.00"),
    ("tomorrow at 2:30 pm", "21-11-2026 14.30"),
    ("tomorrow morning", "21-11-2026 08.00", "21-11-2026 09.00", "21-11-2026 10.00"),
    ("day after tomorrow", "22-11-2026"),
    ("next Monday", "23-11-2026"),
    ("next Sunday", "29-11-2026", "22-11-2026"),
    ("this Friday", "20-11-2026"),
    ("Friday next week", "27-11-2026"),
    ("next week", "27-11-2026", "23-11-2026"),
    ("in 3 working days", "25-11-2026"),
    ("in two weeks", "04-12-2026"),
    ("a week from now", "27-11-2026"),
    ("in half an hour", "20-11-2026 10.30"),
    ("end of month", "30-11-2026"),
    ("end of next month", "31-12-2026"),
    ("end of the quarter", "31-12-2026"),
    ("December 5, 2026 at 2:30 pm", "05-12-2026 14.30"),
    ("5th of December", "05-12-2026"),
    ("the 5th", "05-12-2026"),
    ("noon", "20-11-2026 12.00"),
    # Gone by, or no time at all
    ("kemarin", "past"),
    ("3 hari yang lalu", "past"),
    ("hari ini jam 9", "past"),
    ("sblm lebaran", "vague"),
    ("sebelum 5 Desember", "vague"),
    ("habis lebaran", "vague"),
    ("secepatnya", "vague"),
    ("as soon as possible", "vague"),
    ("nanti", "vague"),
    ("sekarang", "vague"),
    ("sekitar tgl 5", "vague"),
    ("setiap Senin", "not_a_date"),
    ("   ", "empty"),
    ("x" * 121, "too_long"),
]


@pytest.mark.parametrize(("said", "meant"), [(row[0], list(row[1:])) for row in TABLE + VARIANTS])
def test_a_phrase(said: str, meant: list[str]) -> None:
    assert heard(said) == meant


@pytest.mark.parametrize(
    ("said", "now", "meant"),
    [
        # On a Monday most mean next week's Thursday, some the one ahead.
        ("Kamis depan jam 9", datetime(2027, 1, 4, 8, tzinfo=WIB), ["14-01-2027 09.00", "07-01-2027 09.00"]),
        ("tanggal 31 bulan depan", datetime(2027, 1, 4, 8, tzinfo=WIB), ["no_such_day"]),
        ("sebulan lagi", datetime(2027, 1, 31, 8, tzinfo=WIB), ["28-02-2027"]),
        ("minggu depan", datetime(2027, 1, 4, 8, tzinfo=WIB), ["11-01-2027", "15-01-2027"]),
        ("hari ini", datetime(2027, 1, 4, 17, tzinfo=WIB), ["past"]),
        ("besok", datetime(2026, 12, 31, 23, 30, tzinfo=WIB), ["01-01-2027"]),
        # Nyepi, Lebaran and their collective days off lie in between.
        ("3 hari kerja lagi", datetime(2027, 3, 5, 8, tzinfo=WIB), ["18-03-2027"]),
        ("hari kerja pertama bulan depan", datetime(2026, 12, 7, 8, tzinfo=WIB), ["04-01-2027"]),
    ],
)
def test_other_days_of_the_year(said: str, now: datetime, meant: list[str]) -> None:
    assert heard(said, now) == meant


def test_a_date_alone_takes_the_time_it_is_given() -> None:
    meant = dates.understand("besok", now=FRIDAY, calendar=OFFICE, default_time=time(8))
    saturday = (dates.Note("weekend", "Sabtu"),)
    assert meant == dates.Understood(datetime(2026, 11, 21, 1, tzinfo=UTC), has_time=False, notes=saturday)


@pytest.mark.parametrize(
    ("said", "notes"),
    [
        ("Senin jam 9", []),
        ("besok jam 9", [("weekend", "Sabtu")]),
        ("25 Desember jam 20.00", [("holiday", "Hari Raya Natal"), ("night", "")]),
        ("24 Desember", [("collective", "Cuti Bersama Hari Raya Natal")]),
        ("Senin jam 05.30", [("night", "")]),
        ("Senin jam 18.00", [("night", "")]),
        ("Senin jam 17.59", []),
    ],
)
def test_whoever_confirms_is_told_what_is_odd(said: str, notes: list[tuple[str, str]]) -> None:
    meant = dates.understand(said, now=FRIDAY, calendar=OFFICE)
    assert isinstance(meant, dates.Understood)
    assert [(note.kind, note.name) for note in meant.notes] == notes


def test_an_estimated_holiday_is_called_one() -> None:
    meant = dates.understand("17 Mei 2027", now=FRIDAY, calendar=OFFICE)
    assert isinstance(meant, dates.Understood)
    assert [note.kind for note in meant.notes] == ["estimated"]
    assert meant.notes[0].name


def test_a_refusal_says_which_day_was_meant() -> None:
    for said, day, has_time in (
        ("Selasa, 30 November 2026", (2026, 11, 30), False),
        ("12 November", (2026, 11, 12), False),
        ("17 Agustus 2026", (2026, 8, 17), False),
        ("17 Agustus 2026 jam 9", (2026, 8, 17), True),
    ):
        with pytest.raises(dates.NotUnderstood) as refused:
            dates.understand(said, now=FRIDAY, calendar=OFFICE)
        assert refused.value.at is not None
        local = refused.value.at.astimezone(WIB)
        assert (local.year, local.month, local.day) == day
        assert refused.value.has_time == has_time


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        # Letters lie in the past as often as not.
        ("19 November 2026", ["19-11-2026"]),
        ("12/11", ["12-11-2026"]),
        ("kemarin", ["19-11-2026"]),
        ("5 Januari", ["05-01-2027"]),
        ("5 Agustus", ["05-08-2026", "05-08-2027"]),
        ("Senin", ["23-11-2026", "16-11-2026"]),
        ("Senin lalu", ["16-11-2026"]),
        ("tgl 5", ["05-11-2026", "05-12-2026"]),
        ("tgl 25", ["25-10-2026", "25-11-2026"]),
        ("5", ["05-11-2026", "05-12-2026"]),
        ("Kamis depan jam 9", ["26-11-2026 09.00"]),
        ("besok pagi", ["21-11-2026 08.00", "21-11-2026 09.00", "21-11-2026 10.00"]),
        # A clock names no date.
        ("jam 9", ["not_a_date"]),
        ("2 jam lagi", ["not_a_date"]),
        ("08.30", ["not_a_date"]),
    ],
)
def test_dates_of_letters(said: str, meant: list[str]) -> None:
    assert heard_day(said) == meant


def test_a_date_to_come_may_be_today() -> None:
    assert heard_day("hari ini", not_past=True) == ["20-11-2026"]
    assert heard_day("kemarin", not_past=True) == ["past"]
    assert heard_day("Senin", not_past=True) == ["23-11-2026"]
