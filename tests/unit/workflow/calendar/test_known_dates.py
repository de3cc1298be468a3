"""Dates and sums one can look up: Perpres 21/2023, the SKB of 2026 and 2027, the SOPs' own totals."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sop_definitions.duration import Duration, DurationUnit
from storage.tables import Office
from workflow.calendar.due import Span, due, shifted
from workflow.calendar.national import DayOff, national, ramadan
from workflow.calendar.of_office import calendar_of
from workflow.calendar.settings import CalendarSettings, RamadanDates, WeekHours, parse_hours
from workflow.calendar.working_time import WorkingTime

WIB = ZoneInfo("Asia/Jakarta")
JANUARY = (date(2027, 1, 11), date(2027, 1, 17))
RAMADAN_WEEK = (date(2027, 2, 15), date(2027, 2, 21))


def calendar(zone: ZoneInfo = WIB, settings: CalendarSettings | None = None) -> WorkingTime:
    return WorkingTime(zone, settings or CalendarSettings())


def at(day: str, clock: str = "10.00", zone: ZoneInfo = WIB) -> datetime:
    hour, minute = clock.split(".")
    return datetime.fromisoformat(day).replace(hour=int(hour), minute=int(minute), tzinfo=zone)


def local(moment: datetime | None, zone: ZoneInfo = WIB) -> str:
    assert moment is not None
    return f"{moment.astimezone(zone):%Y-%m-%d %H.%M}"


def special(day: date, kind: str, name: str = "") -> CalendarSettings:
    return CalendarSettings.model_validate({"special": [{"date": day, "kind": kind, "name": name}]})


def minutes_in(working: WorkingTime, week: tuple[date, date]) -> int:
    return working.minutes_between(at(str(week[0]), "00.00"), at(str(week[1]), "23.59"))


@pytest.mark.parametrize("days", [5, 6])
def test_a_week_has_the_hours_of_the_perpres(days: int) -> None:
    working = calendar(settings=CalendarSettings.model_validate({"days": days}))
    assert minutes_in(working, JANUARY) == 37 * 60 + 30
    assert minutes_in(working, RAMADAN_WEEK) == 32 * 60 + 30


def test_the_clock_of_the_default_week() -> None:
    working = calendar()

    def hours(day: str) -> list[tuple[str, str]]:
        return [(local(a)[11:], local(b)[11:]) for a, b in working.hours(date.fromisoformat(day))]

    assert hours("2027-01-14") == [("07.30", "12.00"), ("13.00", "16.00")]
    assert hours("2027-01-15") == [("07.30", "11.30"), ("13.00", "16.30")]
    assert hours("2027-02-18") == [("08.00", "12.00"), ("12.30", "15.00")]
    assert hours("2027-02-19") == [("08.00", "11.30"), ("12.30", "15.30")]
    assert hours("2027-01-16") == []


@pytest.mark.parametrize(("year", "public", "collective"), [(2026, 17, 8), (2027, 18, 8), (2028, 17, 0)])
def test_the_days_off_are_those_of_the_skb(year: int, public: int, collective: int) -> None:
    assert Counter(off.kind for off in national(year).values()) == Counter(holiday=public, collective=collective)


def test_estimated_dates_are_marked_and_named_without_the_mark() -> None:
    estimated = {day: off.name for day, off in national(2027).items() if off.estimated}
    assert estimated == {
        date(2027, 3, 10): "Hari Raya Idul Fitri",
        date(2027, 3, 11): "Hari kedua dari Hari Raya Idul Fitri",
        date(2027, 5, 17): "Hari Raya Idul Adha",
    }
    assert not any(off.estimated for off in national(2026).values())
    assert not any("perkiraan" in off.name for year in range(2026, 2041) for off in national(year).values())


def test_two_holidays_on_one_day_are_both_named() -> None:
    both = [off for year in range(2026, 2060) for off in national(year).values() if " / " in off.name]
    assert both
    assert all(off.name.count(" / ") == 1 and off.kind == "holiday" for off in both)


@pytest.mark.parametrize(
    ("year", "months"),
    [
        (2024, [("2024-03-12", "2024-04-09")]),
        (2026, [("2026-02-19", "2026-03-20")]),
        (2027, [("2027-02-08", "2027-03-09")]),
        (2033, [("2032-12-04", "2033-01-02"), ("2033-11-24", "2033-12-22")]),
        (2101, []),
    ],
)
def test_ramadan_ends_on_the_eve_of_idul_fitri(year: int, months: list[tuple[str, str]]) -> None:
    assert [(str(first), str(last)) for first, last in ramadan(year)] == months


def test_every_ramadan_is_a_lunar_month() -> None:
    lengths = {(last - first).days + 1 for year in range(1970, 2101) for first, last in ramadan(year)}
    assert lengths == {29, 30}


def test_ramadan_hours_hold_across_a_year_end() -> None:
    working = calendar()
    assert [working.is_ramadan(date(2030, 12, day)) for day in (25, 26)] == [False, True]
    assert working.is_ramadan(date(2031, 1, 6))
    assert local(working.opening(date(2030, 12, 27))) == "2030-12-27 08.00"
    assert local(working.opening(date(2031, 1, 6))) == "2031-01-06 08.00"


def test_a_proclaimed_ramadan_takes_the_place_of_the_estimated_one() -> None:
    own = CalendarSettings(ramadan=(RamadanDates(first=date(2027, 2, 9), last=date(2027, 3, 9)),))
    working = calendar(settings=own)
    assert local(working.opening(date(2027, 2, 8))) == "2027-02-08 07.30"
    assert local(working.opening(date(2027, 2, 9))) == "2027-02-09 08.00"
    assert local(working.opening(date(2026, 2, 19))) == "2026-02-19 08.00", "another year keeps its own"


def test_the_card_of_the_design() -> None:
    assert local(calendar().add_minutes(at("2027-01-07", "10.15"), 60)) == "2027-01-07 11.15"


@pytest.mark.parametrize(
    ("start", "clock", "minutes", "ends"),
    [
        ("2027-01-15", "11.00", 60, "2027-01-15 13.30"),  # over the Friday prayers
        ("2027-01-15", "11.00", 30, "2027-01-15 11.30"),  # up to them
        ("2027-01-15", "12.00", 10, "2027-01-15 13.10"),  # from within them
        ("2027-01-14", "15.30", 60, "2027-01-15 08.00"),  # over the night
        ("2027-01-15", "16.30", 1, "2027-01-18 07.31"),  # over the weekend
        ("2027-01-16", "09.00", 10, "2027-01-18 07.40"),  # from a Saturday
        ("2026-12-31", "15.00", 120, "2027-01-04 08.30"),  # over New Year, a Friday, and a weekend
        ("2027-03-05", "15.00", 60, "2027-03-16 08.00"),  # over Nyepi and Lebaran, into the longer hours
        ("2027-02-05", "09.00", 15, "2027-02-08 08.15"),  # from cuti bersama into Ramadan
    ],
)
def test_minutes_over_what_lies_between(start: str, clock: str, minutes: int, ends: str) -> None:
    assert local(calendar().add_minutes(at(start, clock), minutes)) == ends


@pytest.mark.parametrize(
    ("start", "clock", "days", "ends"),
    [
        ("2027-01-11", "07.30", 1, "2027-01-12 16.00"),
        ("2027-01-11", "15.59", 3, "2027-01-14 16.00"),
        ("2027-01-14", "09.00", 1, "2027-01-15 16.30"),  # a Friday closes later
        ("2027-01-16", "09.00", 1, "2027-01-18 16.00"),  # from a Saturday
        ("2027-03-05", "10.00", 3, "2027-03-18 16.00"),  # Lebaran: the 16th, 17th and 18th
        ("2027-03-04", "10.00", 1, "2027-03-05 15.30"),  # a Friday in Ramadan
        ("2026-12-23", "10.00", 2, "2026-12-29 16.00"),  # Christmas and its cuti bersama
    ],
)
def test_days_end_at_closing(start: str, clock: str, days: int, ends: str) -> None:
    assert local(calendar().add_days(at(start, clock), days)) == ends


def test_sutera_would_end_half_way_into_the_next_quarter() -> None:
    start = at("2027-01-04", "07.30")
    usual = WeekHours(
        monday_to_thursday=parse_hours("07.30-12.00, 13.00-16.00"), friday=parse_hours("07.30-11.30, 13.00-16.30")
    )
    assert (
        local(calendar(settings=CalendarSettings(ramadan_hours=usual)).add_minutes(start, 13695))[:10] == "2027-02-17"
    )
    assert local(calendar().add_minutes(start, 13695)) == "2027-02-18 11.45", "Ramadan's hours are shorter"


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
def test_every_zone_has_the_same_local_clock(zone: str) -> None:
    there = ZoneInfo(zone)
    assert local(calendar(there).add_minutes(at("2027-01-15", "16.00", there), 60), there) == "2027-01-18 08.00"
    # The same moment is another working hour there: 07.00 UTC is 14.00 WIB, 15.00 WITA, 16.00 WIT.
    moment = datetime(2027, 1, 14, 7, tzinfo=UTC)
    left = {"Asia/Jakarta": 120, "Asia/Makassar": 60, "Asia/Jayapura": 0}[zone]
    closing = calendar(there).closing(date(2027, 1, 14))
    assert closing is not None
    assert calendar(there).minutes_between(moment, closing) == left


def test_a_local_holiday_is_a_day_off() -> None:
    working = calendar(settings=special(date(2027, 1, 12), "holiday", "Hari Jadi Kabupaten"))
    assert working.day_off(date(2027, 1, 12)) == DayOff(date(2027, 1, 12), "Hari Jadi Kabupaten", "local")
    assert local(working.add_days(at("2027-01-11"), 1)) == "2027-01-13 16.00"


def test_a_holiday_or_a_weekend_can_be_made_a_working_day() -> None:
    working = calendar(settings=special(date(2027, 3, 12), "working"))
    assert working.day_off(date(2027, 3, 12)) is None
    assert local(working.closing(date(2027, 3, 12))) == "2027-03-12 16.30"
    saturday = calendar(settings=special(date(2027, 1, 16), "working"))
    assert local(saturday.add_minutes(at("2027-01-15", "16.30"), 60)) == "2027-01-16 08.30"


def test_confirming_takes_the_estimate_away_and_nothing_else() -> None:
    fitri = date(2027, 3, 10)
    working = calendar(settings=special(fitri, "confirmed"))
    off = working.day_off(fitri)
    assert off is not None
    assert (off.name, off.kind, off.estimated) == ("Hari Raya Idul Fitri", "holiday", False)
    before = calendar().day_off(fitri)
    assert before is not None
    assert before.estimated
    assert calendar(settings=special(date(2027, 1, 12), "confirmed")).day_off(date(2027, 1, 12)) is None


def test_days_off_are_listed_without_weekends() -> None:
    first, last = date(2027, 3, 1), date(2027, 3, 31)
    listed = calendar(settings=special(date(2027, 3, 2), "holiday", "Pilkada")).days_off(first, last)
    assert [off.date.day for off in listed] == [2, 8, 9, 10, 11, 12, 15, 25, 26, 28]
    assert [off.kind for off in listed][:3] == ["local", "holiday", "collective"]
    assert calendar().days_off(last, first) == []


def test_a_weekend_says_that_it_is_one() -> None:
    assert calendar().day_off(date(2027, 1, 16)) == DayOff(date(2027, 1, 16), "Sabtu", "weekend")
    assert calendar(settings=CalendarSettings(days=6)).day_off(date(2027, 1, 16)) is None
    assert calendar(settings=CalendarSettings(days=6)).day_off(date(2027, 1, 17)) is not None


@pytest.mark.parametrize("year", [1900, 2101, 2500])
def test_a_year_nobody_knows_holidays_for_has_weekends_and_own_days_only(year: int) -> None:
    working = calendar(settings=special(date(year, 6, 15), "holiday", "Hari Jadi"))
    assert [off.name for off in working.days_off(date(year, 1, 1), date(year, 12, 31))] == ["Hari Jadi"]
    assert working.days_between(date(year - 1, 12, 31), date(year, 12, 31)) >= 255
    start = at(f"{year}-03-01")
    assert working.add_minutes(working.add_minutes(start, 45_000), -45_000) == working.next_open(start)


def test_beyond_the_last_year_there_is_no_calendar() -> None:
    with pytest.raises(OverflowError):
        calendar().add_days(datetime(9999, 12, 1, tzinfo=UTC), 60)


@pytest.mark.parametrize("days", [0, -1])
def test_no_days_are_no_duration(days: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        calendar().add_days(at("2027-01-04"), days)


def test_a_moment_without_zone_is_refused() -> None:
    naive = at("2027-01-04").replace(tzinfo=None)
    with pytest.raises(ValueError, match="zone"):
        calendar().next_open(naive)


def test_many_threads_may_ask_for_many_years_at_once() -> None:
    working, start = calendar(), at("2027-01-04", "07.30")
    spans = [n * 97_000 for n in range(-40, 60)]
    alone = calendar()
    expected = [alone.add_minutes(start, span) for span in spans]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda span: working.add_minutes(start, span), spans)) == expected


@pytest.mark.parametrize(
    ("days", "amount", "unit", "ends"),
    [
        (5, 1, DurationUnit.WEEKS, "2027-01-18 16.00"),
        (6, 1, DurationUnit.WEEKS, "2027-01-18 15.30"),
        (5, 1, DurationUnit.MONTHS, "2027-02-09 15.00"),
        (6, 1, DurationUnit.MONTHS, "2027-02-10 14.30"),
        (5, 8, DurationUnit.HOURS, "2027-01-12 08.00"),
    ],
)
def test_weeks_months_and_hours(days: int, amount: int, unit: DurationUnit, ends: str) -> None:
    working = calendar(settings=CalendarSettings.model_validate({"days": days}))
    assert local(due(working, at("2027-01-11", "07.30"), Duration(1, amount, unit))) == ends


def test_the_end_of_a_range_counts() -> None:
    assert local(due(calendar(), at("2027-01-11"), Duration(1, 3, DurationUnit.DAYS))) == "2027-01-14 16.00"


HOUR = Duration(60, 60, DurationUnit.MINUTES)
THREE_DAYS = Duration(3, 3, DurationUnit.DAYS)


@pytest.mark.parametrize(
    ("paused", "resumed", "minutes_end", "days_end"),
    [
        (("2027-01-11", "10.20"), ("2027-01-11", "10.30"), "2027-01-11 11.10", "2027-01-14 16.00"),
        (("2027-01-11", "10.20"), ("2027-01-12", "10.00"), "2027-01-12 10.40", "2027-01-15 16.30"),
        (("2027-01-11", "10.20"), ("2027-01-12", "07.00"), "2027-01-12 08.10", "2027-01-14 16.00"),
        (("2027-01-15", "17.00"), ("2027-01-18", "07.00"), "2027-01-11 11.00", "2027-01-14 16.00"),
        (("2027-01-11", "11.00"), None, "2027-01-11 11.00", None),
        (("2027-01-11", "10.59"), None, None, None),
        (("2027-01-14", "16.00"), None, "2027-01-11 11.00", "2027-01-14 16.00"),
    ],
)
def test_a_pause_stops_the_clock(
    paused: tuple[str, str], resumed: tuple[str, str] | None, minutes_end: str | None, days_end: str | None
) -> None:
    pauses = [Span(at(*paused), at(*resumed) if resumed else None)]
    for duration, ends in ((HOUR, minutes_end), (THREE_DAYS, days_end)):
        found = due(calendar(), at("2027-01-11", "10.00"), duration, pauses)
        assert (local(found) if found else None) == ends


@pytest.mark.parametrize(
    ("since", "paused", "resumed", "ends"),
    [
        ("2027-01-11", "2027-01-12", "2027-01-13", "2027-01-18 09.15"),  # two days, over the weekend
        ("2027-01-11", "2027-01-16", "2027-01-17", "2027-01-14 09.15"),  # after it
        ("2027-01-12", "2027-01-08", "2027-01-11", "2027-01-14 09.15"),  # over before it was set
        ("2027-01-12", "2027-01-08", "2027-01-12", "2027-01-14 09.15"),  # over when it was set
        ("2027-01-12", "2027-01-08", "2027-01-13", "2027-01-18 09.15"),  # still on when it was set
    ],
)
def test_a_set_date_keeps_its_clock_time(since: str, paused: str, resumed: str, ends: str) -> None:
    pauses = [Span(at(paused), at(resumed))]
    assert local(shifted(calendar(), at("2027-01-14", "09.15"), at(since), pauses)) == ends


def test_a_day_two_pauses_touch_moves_a_date_once() -> None:
    pauses = [
        Span(at("2027-01-12", "14.00"), at("2027-01-12", "15.00")),
        Span(at("2027-01-12"), at("2027-01-12", "11.00")),
    ]
    assert local(shifted(calendar(), at("2027-01-14"), at("2027-01-11"), pauses)) == "2027-01-15 10.00"


def test_an_office_has_its_own_calendar_and_the_same_one_each_time() -> None:
    office = Office(id="a", name="A", regency="R", timezone="Asia/Jayapura", calendar={"days": 6})
    assert calendar_of(office).zone == ZoneInfo("Asia/Jayapura")
    assert calendar_of(office).settings.days == 6
    twin = Office(id="b", name="B", regency="R", timezone="Asia/Jayapura", calendar={"days": 6})
    assert calendar_of(office) is calendar_of(twin)
    assert calendar_of(office).add(at("2027-01-04"), timedelta()) == at("2027-01-04")


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": 4},
        {"hours": {"friday": "07.30"}},
        {"hours": {"friday": "16.00-07.30"}},
        {"hours": {"friday": "07.30-12.00, 11.00-16.00"}},
        {"hours": {"friday": "07.30-12.60"}},
        {"hours": {"friday": "07.30-24.30"}},
        {"hours": {"friday": ""}},
        {"hours": {"sunday": "07.30-12.00"}},
        {"hours": {"saturday": "07.30-12.00"}},
        {"ramadan": [{"first": "2027-02-08", "last": "2027-03-12"}]},
        {"special": [{"date": "2027-01-04", "kind": "maybe"}]},
        {"special": [{"date": "2027-01-04", "kind": "holiday"}, {"date": "2027-01-04", "kind": "working"}]},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        CalendarSettings.model_validate(wrong)


def test_settings_are_kept_as_they_are_written() -> None:
    given = {
        "days": 6,
        "hours": {"friday": "07.00 – 11.00", "saturday": "7:30-12:00"},
        "special": [{"date": "2027-04-01", "kind": "holiday", "name": "Hari Jadi", "source": "chat"}],
    }
    settings = CalendarSettings.model_validate(given)
    stored = settings.model_dump(mode="json", exclude_defaults=True)
    assert stored["hours"] == {"friday": "07.00-11.00", "saturday": "07.30-12.00"}
    assert CalendarSettings.model_validate(stored) == settings
    assert CalendarSettings().model_dump(mode="json", exclude_defaults=True) == {}
