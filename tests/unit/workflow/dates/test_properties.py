"""What holds for every phrase: no other refusal, no past, no other weekday, and every spelling read back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from messages.text import Reader
from tests.unit.workflow.dates.said import OFFICE, WIB
from workflow import dates
from workflow.calendar.settings import parse_settings
from workflow.calendar.working_time import WorkingTime

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
WORDS = str.split(
    "besok lusa hari ini minggu pekan bulan tahun depan lagi lalu tgl tanggal jam pukul setengah pagi siang sore malam "
    "nanti awal akhir pertengahan triwulan kerja dalam sebelum Senin Jum'at Minggu Desember Februari WIB WITA 5 31 "
    "12/11 09.00 5.12 "
    "2026 30-11-2026 2026-02-29 dua puluh lima belas se seminggu sejam next Monday tomorrow in days end of "
    "working 9am 12pm noon ² ٣ · 99999 0 00.00 24.00 1,5 hari-hari s/d kurang lewat dini i iv ini ini"
)
PHRASES = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join))
NOWS = st.integers(0, 5 * 365 * 24 * 60 * 60).map(lambda s: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
AHEAD = st.builds(datetime.combine, st.dates(date(2027, 1, 1), date(2035, 12, 31)), st.times()).map(
    lambda at: at.replace(second=0, microsecond=0)
)
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
OFFICES = {
    zone: WorkingTime(ZoneInfo(zone), parse_settings({})) for zone in ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
}


def choices(text: str, now: datetime, calendar: WorkingTime, *, not_past: bool = True) -> tuple[dates.Understood, ...]:
    """Return everything that words may mean; nothing where they are refused."""
    try:
        meant = dates.understand(text, now=now, calendar=calendar, not_past=not_past)
    except dates.NotUnderstood:
        return ()
    if isinstance(meant, dates.Ambiguous):
        assert 2 <= len(meant.choices) <= 4
        assert len({one.at for one in meant.choices}) == len(meant.choices)
        return meant.choices
    return (meant,)


@given(PHRASES, NOWS, st.sampled_from(sorted(OFFICES)), st.booleans())
@example("tgl ٣", NOW, "Asia/Jakarta", True)
@example("awal 0000", NOW, "Asia/Jakarta", True)
@example("akhir 9999", NOW, "Asia/Jakarta", False)
@example("9999 bulan lalu", NOW, "Asia/Jakarta", False)
@example("tgl 5 bulan desember 0000", NOW, "Asia/Jakarta", True)
def test_whatever_is_typed_is_a_moment_to_come_or_a_named_refusal(
    text: str, now: datetime, zone: str, day_only: bool
) -> None:
    calendar = OFFICES[zone]
    for one in choices(text, now, calendar):
        assert one.at > now
        assert one.at.utcoffset() == timedelta()
    choices(text, now, calendar, not_past=False)
    try:
        meant = dates.understand_day(text, now=now, calendar=calendar, not_past=day_only)
    except dates.NotUnderstood:
        return
    for one in meant.choices if isinstance(meant, dates.Ambiguous) else (meant,):
        assert not day_only or calendar.local_date(one.at) >= calendar.local_date(now)


@given(AHEAD, st.sampled_from(sorted(OFFICES)), st.data())
def test_every_spelling_of_a_moment_is_read_back(local: datetime, zone: str, data: st.DataObject) -> None:
    at = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    weekday, month = DAYS[local.weekday()], MONTHS[local.month - 1]
    day = data.draw(
        st.sampled_from(
            [
                f"{local.day} {month} {local.year}", f"{weekday}, {local.day} {month} {local.year}",
                f"{weekday} {local.day} {month[:3]} {local.year}", f"{local:%d/%m/%Y}", f"{local:%d-%m-%Y}",
                f"{local:%d.%m.%Y}", f"{local:%Y-%m-%d}", f"tgl {local.day}/{local.month}/{local.year}",
                f"{local:%A}, {local:%B} {local.day}, {local.year}", f"hari {weekday} tanggal {local:%d/%m/%y}",
            ]
        )
    )  # fmt: skip
    clock = data.draw(
        st.sampled_from([f"pukul {local:%H.%M}", f"jam {local:%H:%M}", f"{local:%H:%M}", f"pkl {local:%H.%M}"])
    )
    phrase = data.draw(st.sampled_from([f"{day} {clock}", f"{day}, {clock}", f"{clock} {day}"]))
    found = choices(phrase, NOW, OFFICES[zone])
    # '2.30' is half past two at night for whoever writes '02.30', and so is read.
    assert at in [one.at for one in found], phrase
    assert all(one.has_time for one in found)
    if local.hour == 0 or local.hour > 6 or f"{local:%H}".startswith("0"):
        assert len(found) == 1, phrase


@given(AHEAD, st.sampled_from(["id", "en"]), st.sampled_from(sorted(OFFICES)))
def test_what_the_bot_writes_it_reads(local: datetime, language: str, zone: str) -> None:
    at = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    written = Reader(language, zone).moment(at)
    assert [one.at for one in choices(written, NOW, OFFICES[zone])] == [at], written


@given(st.sampled_from(DAYS), st.sampled_from(["", " depan", " ini", " pekan depan", " minggu depan"]),
       st.sampled_from(["", " jam 9", " pagi", " pukul 23.30", " 00.15"]), NOWS)  # fmt: skip
def test_the_weekday_that_is_named_is_the_weekday_that_is_meant(
    day: str, which: str, clock: str, now: datetime
) -> None:
    if day == "Minggu":
        day = "hari Minggu"  # 'minggu depan' alone is the week
    for one in choices(f"{day}{which}{clock}", now, OFFICE):
        assert DAYS[one.at.astimezone(WIB).weekday()] == day.removeprefix("hari ")
        assert one.at - now < timedelta(days=15)


@given(st.sampled_from(DAYS), st.dates(date(2026, 11, 21), date(2040, 1, 1)))
def test_a_weekday_beside_a_date_is_checked(day: str, value: date) -> None:
    found = choices(f"{day}, {value.day} {MONTHS[value.month - 1]} {value.year}", NOW, OFFICE)
    assert bool(found) == (DAYS[value.weekday()] == day)


@given(st.integers(1, 400), NOWS)
def test_working_days_are_the_calendars(count: int, now: datetime) -> None:
    (one,) = choices(f"{count} hari kerja lagi", now, OFFICE)
    today = OFFICE.local_date(now)
    assert OFFICE.is_working_day(OFFICE.local_date(one.at))
    assert OFFICE.days_between(today, OFFICE.local_date(one.at)) == count


@given(st.integers(1, 31), st.integers(1, 12), NOWS)
def test_a_date_without_year_is_the_next_or_asked_about(day: int, month: int, now: datetime) -> None:
    for one in choices(f"{day}/{month}", now, OFFICE):
        local = one.at.astimezone(WIB)
        assert {local.day, local.month} == {day, month}
        assert one.at - now <= timedelta(days=366)


@given(st.times(), NOWS)
def test_a_clock_alone_is_within_a_day(clock: time, now: datetime) -> None:
    for one in choices(f"jam {clock:%H.%M}", now, OFFICE):
        assert timedelta() < one.at - now <= timedelta(days=1)
        assert one.at.astimezone(WIB).minute == clock.minute
