"""Rules against a day-by-day look at the calendar, and the words that officials say them with."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.recurring import (
    LAST,
    Every,
    On,
    Rule,
    from_json,
    occurrence_in,
    occurrences,
    period_end,
    to_json,
)
from workflow.recurring_words import NotARule, parse

DAY = timedelta(days=1)
MONTHS_OF = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF: 6, Every.YEAR: 12}


class Office:
    """Works on the weekdays it works on, save for its holidays."""

    def __init__(self, closed: set[date], weekend: set[int]) -> None:
        self.closed, self.weekend = closed, weekend

    def is_working_day(self, day: date) -> bool:
        return day.weekday() not in self.weekend and day not in self.closed


@st.composite
def offices(draw: st.DrawFn) -> Office:
    closed = set(draw(st.lists(st.dates(date(2025, 10, 1), date(2029, 3, 31)), max_size=40)))
    start = draw(st.dates(date(2026, 1, 1), date(2028, 6, 1)))  # Lebaran: one long closure
    closed |= {start + DAY * n for n in range(draw(st.integers(0, 12)))}
    return Office(closed, draw(st.sampled_from([{5, 6}, {6}])))


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    every = draw(st.sampled_from(Every))
    on = draw(st.sampled_from([On.WORKING_DAY, On.WEEKDAY] if every is Every.WEEK else list(On)))
    month = None
    if every not in (Every.WEEK, Every.MONTH) and (on is On.DAY or draw(st.booleans())):
        month = draw(st.integers(1, MONTHS_OF[every]))
    highest = {On.DAY: 31, On.WORKING_DAY: 3 if every is Every.WEEK else 10, On.WEEKDAY: 4}[on]
    nth = draw(st.one_of(st.just(LAST), st.integers(1, 1 if (every, on) == (Every.WEEK, On.WEEKDAY) else highest)))
    return Rule(every, on, nth, draw(st.integers(0, 6)) if on is On.WEEKDAY else None, month)


def oracle(rule: Rule, office: Office, first: date, last: date) -> list[tuple[date, date]]:
    """Walk over the days one by one, put each into its period, and pick the day meant from every period's days."""
    periods: dict[object, list[date]] = {}
    for day in (first + DAY * n for n in range((last - first).days + 1)):
        length = MONTHS_OF.get(rule.every, 1)
        week = rule.every is Every.WEEK
        key = day.isocalendar()[:2] if week else (day.year, (day.month - 1) // length)
        if week or rule.month is None or (day.month - 1) % length + 1 == rule.month:
            periods.setdefault(key, []).append(day)
    found = []
    for span in periods.values():
        told = meant = _meant(rule, office, span)
        while not office.is_working_day(told):
            told += DAY
        found.append((meant, told))
    return found


def _meant(rule: Rule, office: Office, span: list[date]) -> date:
    if rule.on is On.DAY:
        wanted = [d for d in span if d.month == span[0].month] if rule.nth != LAST else span
    elif rule.on is On.WORKING_DAY:
        wanted = [d for d in span if office.is_working_day(d)]
    else:
        wanted = [d for d in span if d.weekday() == rule.weekday]
    if not wanted:
        return span[0]
    return wanted[-1] if rule.nth == LAST or rule.nth > len(wanted) else wanted[rule.nth - 1]


@given(rules(), offices(), st.dates(date(2026, 1, 1), date(2027, 6, 1)))
def test_a_rule_comes_round_on_exactly_the_days_that_a_walk_through_the_calendar_finds(
    rule: Rule, office: Office, start: date
) -> None:
    walked = oracle(rule, office, date(start.year - 1, 1, 1), date(start.year + 3, 12, 31))
    expected = [(nominal, told) for nominal, told in walked if told >= start]
    found = [(o.nominal, o.day) for o in islice(occurrences(rule, office, not_before=start), 3)]
    assert found == expected[:3]


@given(rules(), offices(), st.dates(date(2026, 1, 1), date(2027, 6, 1)))
def test_there_is_one_occurrence_in_every_period_and_none_twice(rule: Rule, office: Office, start: date) -> None:
    found = list(islice(occurrences(rule, office, not_before=start), 6))
    for before, after in pairwise(found):
        assert period_end(rule.every, before.period) + DAY == after.period
        assert before.day <= after.day
    for occurrence in found:
        assert occurrence == occurrence_in(rule, office, occurrence.period)
        assert office.is_working_day(occurrence.day)
        assert occurrence.period <= occurrence.nominal <= occurrence.day


@given(rules(), offices(), offices(), st.dates(date(2026, 1, 1), date(2027, 6, 1)))
def test_what_came_round_does_not_come_round_again_when_the_calendar_changes(
    rule: Rule, office: Office, changed: Office, start: date
) -> None:
    told = next(occurrences(rule, office, not_before=start))
    following = next(occurrences(rule, changed, not_before=told.day, after=told.period))
    assert following.period > told.period


@given(rules())
def test_a_stored_rule_comes_back_as_it_was(rule: Rule) -> None:
    assert from_json(to_json(rule)) == rule


def test_a_holiday_moves_to_the_next_working_day() -> None:
    office = Office({date(2027, 1, 1)}, {5, 6})
    first = next(occurrences(parse("tiap tahun 1 Januari"), office, not_before=date(2026, 11, 21)))
    assert (first.nominal, first.day) == (date(2027, 1, 1), date(2027, 1, 4))


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("setiap triwulan, hari kerja pertama", Rule(Every.QUARTER, On.WORKING_DAY, 1)),
        ("Setiap hari kerja terakhir triwulan", Rule(Every.QUARTER, On.WORKING_DAY, LAST)),
        ("tiap tw hari kerja ke 2", Rule(Every.QUARTER, On.WORKING_DAY, 2)),
        ("setiap bulan tanggal 5", Rule(Every.MONTH, On.DAY, 5)),
        ("setiap tgl 5", Rule(Every.MONTH, On.DAY, 5)),
        ("setiap akhir bulan", Rule(Every.MONTH, On.DAY, LAST)),
        ("setiap 3 bulan sekali tanggal 5", Rule(Every.QUARTER, On.DAY, 5, None, 1)),
        ("setiap triwulan bulan kedua tanggal 10", Rule(Every.QUARTER, On.DAY, 10, None, 2)),
        ("setiap akhir triwulan", Rule(Every.QUARTER, On.DAY, LAST, None, 3)),
        ("setiap semester hari kerja pertama", Rule(Every.HALF, On.WORKING_DAY, 1)),
        ("setiap Senin pertama bulan", Rule(Every.MONTH, On.WEEKDAY, 1, 0)),
        ("setiap jumaat terakhir bulan", Rule(Every.MONTH, On.WEEKDAY, LAST, 4)),
        ("setiap Senin", Rule(Every.WEEK, On.WEEKDAY, 1, 0)),
        ("setiap hari Minggu", Rule(Every.WEEK, On.WEEKDAY, 1, 6)),
        ("setiap minggu hari Jumat", Rule(Every.WEEK, On.WEEKDAY, 1, 4)),
        ("tiap tahun 2 Januari", Rule(Every.YEAR, On.DAY, 2, None, 1)),
        ("setiap tahun Senin pertama Februari", Rule(Every.YEAR, On.WEEKDAY, 1, 0, 2)),
        ("setiap tahun hari kerja terakhir Desember", Rule(Every.YEAR, On.WORKING_DAY, LAST, None, 12)),
        ("every quarter, first working day", Rule(Every.QUARTER, On.WORKING_DAY, 1)),
        ("every first Monday of the month", Rule(Every.MONTH, On.WEEKDAY, 1, 0)),
        ("every month on the 5th", Rule(Every.MONTH, On.DAY, 5)),
        ("every year on January 2", Rule(Every.YEAR, On.DAY, 2, None, 1)),
    ],
)
def test_words_that_officials_say_are_understood(words: str, rule: Rule) -> None:
    assert parse(words) == rule


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("4 Januari 2027 jam 8", "not_recurring"),
        ("besok", "not_recurring"),
        ("", "not_recurring"),
        ("setiap triwulan", "no_day"),
        ("setiap bulan hari Senin", "no_day"),
        ("setiap tahun tanggal 5", "no_day"),
        ("setiap bulan tanggal 5 jam 8", "clock"),
        ("setiap tanggal 40", "no_such_day"),
        ("setiap 31 Februari", "no_such_day"),
        ("setiap Senin kelima bulan", "no_such_day"),
        ("setiap hari kerja ke-20 bulan", "no_such_day"),
        ("setiap triwulan bulan kelima tanggal 1", "no_such_day"),
        ("setiap bulan sabit", "not_understood"),
        ("setiap hari", "not_understood"),
        ("setiap bulan tanggal 5 kecuali Lebaran", "not_understood"),
        ("setiap Senin dan Kamis", "not_understood"),
        ("setiap " + "x" * 200, "not_understood"),
    ],
)
def test_words_that_are_not_wholly_understood_are_said_to_be_so(words: str, reason: str) -> None:
    with pytest.raises(NotARule) as refused:
        parse(words)
    assert refused.value.reason == reason


@given(st.text(max_size=60), st.sampled_from(["setiap ", "tiap bulan ", "every ", ""]))
def test_no_words_do_more_than_be_refused(words: str, before: str) -> None:
    with suppress(NotARule):
        assert isinstance(parse(before + words), Rule)
