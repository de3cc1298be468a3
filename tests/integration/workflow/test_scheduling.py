"""Schedules on a real database: who is asked, when, and what is never asked twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlmodel import Session

from storage.tables import AuditEvent, Office, Run, Schedule, Timer
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import Town
from tests.unit.workflow import builders
from workflow import calendar_changes, calendar_edits, timers
from workflow.calendar.settings import CalendarSettings, parse_settings
from workflow.verbs import Press, Verb

APRIL = datetime(2027, 4, 1, 0, 30, tzinfo=UTC)
"""Thursday 1 April 2027, 07.30 WIB: the first working day of the second quarter."""


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town, builders.step(1), builders.step(2))


def schedule(desk: Desk, name: str, words: str = "setiap triwulan, hari kerja pertama") -> str:
    desk.town.tap(desk.chat(name), Press(Verb.SCHEDULE, desk.cast.adoption, 0, "new"))
    desk.town.write(desk.chat(name), words)
    question = desk.town.question(desk.chat(name))
    assert question is not None
    assert question.kind == "schedule_rule", desk.templates(name)[-1]
    return desk.answer(name, "yes")


def pass_until(desk: Desk, at: datetime) -> None:
    """Let every timer until a moment fire, each at a time of its own."""
    town = desk.town
    town.now = at
    while ids := [t.id for t in town.rows(Timer, Timer.kind == "schedule") if t.fire_at <= at]:
        moment = town.moment()
        for timer_id in ids:
            assert town.store.write(partial(timers.fire, moment=moment, timer_id=timer_id or 0))


def asked(desk: Desk, name: str) -> list[str]:
    return [str(facts["name"]) for template, facts in desk.town.said(desk.chat(name)) if template == "schedule_due"]


def rows(desk: Desk) -> list[Schedule]:
    return desk.town.rows(Schedule)


def events(desk: Desk) -> list[str]:
    return [e.kind for e in desk.town.rows(AuditEvent) if e.kind.startswith("schedule.")]


def test_the_starter_is_asked_once_and_the_next_time_is_planned(desk: Desk) -> None:
    assert schedule(desk, "clerk") == "ok"
    assert [r.next_at for r in rows(desk)] == [APRIL]
    pass_until(desk, APRIL - timedelta(minutes=1))
    assert asked(desk, "clerk") == []
    pass_until(desk, APRIL)
    pass_until(desk, APRIL + timedelta(days=20))
    assert asked(desk, "clerk") == ["2027-04-01"]
    assert asked(desk, "secretary") == []
    assert [r.next_at for r in rows(desk)] == [datetime(2027, 7, 1, 0, 30, tzinfo=UTC)]
    assert [run.period for run in desk.town.rows(Run)] == ["TW IV 2026"]


def test_one_press_starts_the_run_of_the_quarter_that_ended_and_a_second_none(desk: Desk) -> None:
    schedule(desk, "clerk")
    pass_until(desk, APRIL)
    press = Press(Verb.SCHEDULE, rows(desk)[0].id or 0, 20270401, "start")
    assert desk.town.tap(desk.chat("clerk"), press).key == "ok"
    assert desk.town.tap(desk.chat("clerk"), press).key == "ok"
    assert desk.templates("clerk")[-1] == "start_refused"
    assert [run.period for run in desk.town.rows(Run)] == ["TW IV 2026", "TW I 2027"]


def test_a_run_that_is_there_already_is_not_asked_about(desk: Desk) -> None:
    schedule(desk, "clerk")
    desk.town.start(desk.cast, "Triwulan 1 2027")
    pass_until(desk, APRIL)
    assert asked(desk, "clerk") == []
    assert rows(desk)[0].active


def test_who_may_start_no_more_is_not_asked_but_secretary_and_admin_are(desk: Desk) -> None:
    schedule(desk, "clerk")
    desk.seat("clerk", "clerk", given=False)
    pass_until(desk, APRIL)
    assert asked(desk, "clerk") == []
    assert asked(desk, "secretary") == ["2027-04-01"]
    assert asked(desk, "admin") == ["2027-04-01"]


def test_after_a_long_absence_only_the_newest_time_is_asked_about(desk: Desk) -> None:
    schedule(desk, "clerk", "setiap bulan tanggal 5")
    pass_until(desk, datetime(2027, 4, 20, 3, 0, tzinfo=UTC))
    assert asked(desk, "clerk") == ["2027-04-01"]


def change_calendar(desk: Desk, edit: Callable[[CalendarSettings], CalendarSettings]) -> None:
    """Change the calendar as ``/kalender`` does."""

    def body(session: Session) -> None:
        office = session.get_one(Office, "office")
        new = edit(parse_settings(office.calendar))
        calendar_changes.change(session, desk.town.moment(), office, new, None, "lewat percakapan")

    desk.town.store.write(body)


def closed(settings: CalendarSettings) -> CalendarSettings:
    return calendar_edits.holiday(settings, APRIL.date(), "Hari jadi")


def open_after_all(settings: CalendarSettings) -> CalendarSettings:
    return calendar_edits.without(settings, APRIL.date())


def test_a_holiday_that_is_taken_away_is_as_if_it_had_never_been(desk: Desk) -> None:
    change_calendar(desk, closed)
    schedule(desk, "clerk")
    schedule(desk, "secretary", "1 April 2027 jam 8")
    assert all(row.next_at is not None and row.next_at > APRIL + timedelta(hours=12) for row in rows(desk))
    change_calendar(desk, open_after_all)
    assert [row.next_at for row in rows(desk)] == [APRIL, APRIL + timedelta(minutes=30)]
    pass_until(desk, APRIL + timedelta(minutes=30))
    assert asked(desk, "clerk") == ["2027-04-01"]
    assert asked(desk, "secretary") == ["2027-04-01"]
    pass_until(desk, APRIL + timedelta(days=20))
    assert asked(desk, "clerk") == ["2027-04-01"], "and only once"


def test_a_holiday_taken_away_on_the_day_itself_asks_at_once(desk: Desk) -> None:
    schedule(desk, "clerk")
    change_calendar(desk, closed)
    assert rows(desk)[0].next_at != APRIL, "the list of schedules says so, too"
    pass_until(desk, APRIL + timedelta(hours=2))
    assert asked(desk, "clerk") == []
    change_calendar(desk, open_after_all)
    pass_until(desk, desk.town.now)
    assert asked(desk, "clerk") == ["2027-04-01"]


def test_what_was_asked_already_is_not_asked_again_for_another_calendar(desk: Desk) -> None:
    schedule(desk, "clerk")
    pass_until(desk, APRIL + timedelta(hours=1))
    july = rows(desk)[0].next_at
    change_calendar(desk, closed)
    change_calendar(desk, open_after_all)
    assert rows(desk)[0].next_at == july
    pass_until(desk, APRIL + timedelta(days=20))
    assert asked(desk, "clerk") == ["2027-04-01"]


def test_a_day_off_before_the_schedule_was_made_is_not_made_up_for(desk: Desk) -> None:
    change_calendar(desk, closed)
    desk.town.now = APRIL + timedelta(hours=3)
    schedule(desk, "clerk")
    planned = rows(desk)[0].next_at
    change_calendar(desk, open_after_all)
    assert rows(desk)[0].next_at == planned


def test_another_time_zone_moves_the_question_with_the_clock(desk: Desk) -> None:
    schedule(desk, "clerk")

    def move(session: Session) -> None:
        office = session.get_one(Office, "office")
        office.timezone = "Asia/Jayapura"
        calendar_changes.zone_changed(session, desk.town.moment(), office, [])

    desk.town.store.write(move)
    assert rows(desk)[0].next_at == APRIL - timedelta(hours=2)


def test_a_day_that_has_become_a_holiday_is_asked_about_on_the_next_working_day(desk: Desk) -> None:
    schedule(desk, "clerk", "setiap triwulan tanggal 1")

    def close(session: Session) -> None:
        office = session.get_one(Office, "office")
        office.calendar = {
            "special": [{"date": "2027-04-01", "kind": "holiday", "name": "Hari jadi", "source": "chat"}]
        }

    desk.town.store.write(close)
    pass_until(desk, APRIL)
    assert asked(desk, "clerk") == []
    pass_until(desk, APRIL + timedelta(days=1))
    assert asked(desk, "clerk") == ["2027-04-01"]


def test_a_schedule_of_one_day_asks_once_and_is_over(desk: Desk) -> None:
    schedule(desk, "clerk", "6 April 2027 jam 9")
    assert [r.next_at for r in rows(desk)] == [datetime(2027, 4, 6, 2, 0, tzinfo=UTC)]
    pass_until(desk, datetime(2027, 4, 6, 2, 0, tzinfo=UTC))
    assert asked(desk, "clerk") == ["2027-04-06"]
    assert not rows(desk)[0].active
    assert desk.town.rows(Timer, Timer.kind == "schedule") == []


def test_skipping_and_ending_are_on_record_and_only_for_those_who_may(desk: Desk) -> None:
    schedule(desk, "clerk")
    number = rows(desk)[0].id or 0
    pass_until(desk, APRIL)
    assert desk.town.tap(desk.chat("head-south"), Press(Verb.SCHEDULE, number, 0, "end")).key == "not_allowed"
    assert desk.town.tap(desk.chat("clerk"), Press(Verb.SCHEDULE, number, 20270401, "skip")).key == "ok"
    assert desk.town.tap(desk.chat("secretary"), Press(Verb.SCHEDULE, number, 0, "end")).key == "ok"
    assert desk.town.tap(desk.chat("clerk"), Press(Verb.SCHEDULE, number, 0, "end")).key == "schedule_ended"
    assert events(desk) == ["schedule.create", "schedule.skip", "schedule.end"]
    assert desk.town.rows(Timer, Timer.kind == "schedule") == []


@pytest.mark.parametrize("forged", ["start", "skip", "nothing"])
def test_a_forged_button_changes_nothing(desk: Desk, forged: str) -> None:
    schedule(desk, "clerk")
    for mark in (0, 20270402, 99999999):
        press = Press(Verb.SCHEDULE, rows(desk)[0].id or 0, mark, forged)
        assert desk.town.tap(desk.chat("clerk"), press).key == "stale"
    assert len(desk.town.rows(Run)) == 1


def test_who_may_not_start_may_not_schedule(desk: Desk) -> None:
    press = Press(Verb.SCHEDULE, desk.cast.adoption, 0, "new")
    assert desk.town.tap(desk.chat("head-south"), press).key == "not_allowed"
