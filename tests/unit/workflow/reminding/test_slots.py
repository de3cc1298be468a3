from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.calendar.settings import CalendarSettings
from workflow.calendar.working_time import WorkingTime
from workflow.reminding.policy import ReminderPolicy, parse_policy
from workflow.reminding.slots import AT_DEADLINE, EARLY, end_of_morning, floor_at, slots

ZONE = ZoneInfo("Asia/Jakarta")
CALENDAR = WorkingTime(ZONE, CalendarSettings())
CALENDARS = [
    WorkingTime(ZoneInfo(zone), CalendarSettings(days=days))
    for zone in ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
    for days in (5, 6)
]
POLICY = ReminderPolicy()


def at(text: str) -> datetime:
    """Return a local time of January 2027; the 11th is a Monday."""
    return datetime.strptime(f"2027-01-{text}", "%Y-%m-%d %H.%M").replace(tzinfo=ZONE).astimezone(UTC)


def found(opened: str, deadline: str, policy: ReminderPolicy = POLICY) -> dict[str, str]:
    reminders = slots(CALENDAR, policy, opened_at=at(opened), starts_at=at(opened), deadline=at(deadline))
    return {slot.name: f"{slot.at.astimezone(ZONE):%d %H.%M}" for slot in reminders}


def test_ten_minutes_are_not_reminded_of_before_an_hour() -> None:
    assert found("11 08.00", "11 08.10") == {AT_DEADLINE: "11 09.00"}


def test_the_hour_is_one_of_working_time() -> None:
    assert found("11 15.30", "11 15.40") == {AT_DEADLINE: "12 08.00"}
    assert found("11 11.30", "11 11.40") == {AT_DEADLINE: "11 13.30"}


def test_three_days_are_reminded_of_on_the_way_and_an_hour_before_the_last_closing() -> None:
    # Monday 10.00 until Thursday's closing are 1650 working minutes; 60 % of them are over on Wednesday at 11.30.
    assert found("11 10.00", "14 16.00") == {EARLY: "13 11.30", AT_DEADLINE: "14 15.00"}


def test_what_is_due_before_the_last_hour_is_reminded_of_when_it_is_due() -> None:
    assert found("11 10.00", "12 11.00")[AT_DEADLINE] == "12 11.00"


def test_a_date_on_a_day_off_is_reminded_of_on_the_working_day_before() -> None:
    assert found("11 10.00", "17 09.00")[AT_DEADLINE] == "15 15.30"  # Sunday; Friday closes at 16.30


def test_what_the_digest_says_is_not_said_again_a_minute_later() -> None:
    assert found("11 14.00", "12 07.40") == {AT_DEADLINE: "12 07.30"}


def test_what_the_digest_may_not_say_yet_is_said_after_it() -> None:
    assert found("11 15.10", "11 15.20") == {AT_DEADLINE: "12 07.46"}  # an hour is over at 07.40


def test_early_is_left_out_where_it_would_come_with_the_deadlines_reminder() -> None:
    policy = parse_policy({"long_from_minutes": 60, "gap_minutes": 120})
    assert found("11 08.00", "11 10.00", policy) == {AT_DEADLINE: "11 10.00"}


minutes = st.integers(min_value=0, max_value=3 * 365 * 24 * 60)
policies = st.builds(
    ReminderPolicy,
    floor_minutes=st.integers(5, 600),
    early_percent=st.integers(50, 75),
    long_from_minutes=st.integers(30, 2000),
    before_closing_minutes=st.integers(15, 240),
    gap_minutes=st.integers(5, 480),
    digest_spread_minutes=st.integers(0, 60),
)


@given(
    calendar=st.sampled_from(CALENDARS), policy=policies, opened=minutes, later=st.integers(0, 20_000),
    span=st.integers(0, 60_000),
)  # fmt: skip
def test_reminders_come_in_working_time_after_the_floor_and_never_two_at_once(
    calendar: WorkingTime, policy: ReminderPolicy, opened: int, later: int, span: int
) -> None:
    opened_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=opened)
    starts_at = opened_at + timedelta(minutes=later)
    deadline = calendar.add_minutes(starts_at, span)
    reminders = slots(calendar, policy, opened_at=opened_at, starts_at=starts_at, deadline=deadline)

    assert 1 <= len(reminders) <= 2
    for slot in reminders:
        assert calendar.is_open(slot.at)
        assert slot.at >= floor_at(calendar, policy, starts_at)
        opening = calendar.opening(calendar.local_date(slot.at))
        over = end_of_morning(calendar, policy, slot.at)
        assert slot.at == opening or (over is not None and slot.at > over)
    times = [slot.at for slot in reminders]
    assert times == sorted(set(times))
    assert reminders[-1].name == AT_DEADLINE
    if len(reminders) == 2:
        assert span >= policy.long_from_minutes


@given(calendar=st.sampled_from(CALENDARS), opened=minutes, days=st.integers(1, 30))
def test_a_step_of_days_is_reminded_of_on_its_last_day_before_closing(
    calendar: WorkingTime, opened: int, days: int
) -> None:
    opened_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=opened)
    deadline = calendar.add_days(opened_at, days)
    reminder = slots(calendar, POLICY, opened_at=opened_at, starts_at=opened_at, deadline=deadline)[-1]
    assert calendar.local_date(reminder.at) == calendar.local_date(deadline)
    assert reminder.at < deadline


@pytest.mark.parametrize(
    "data", [{"early_percent": 90}, {"floor_minutes": 0}, {"before_closing_minutes": 0}, {"no": 1}]
)
def test_a_policy_that_would_nag_or_that_nobody_knows_is_refused(data: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="1 validation error"):
        parse_policy(data)
