"""/kalender from end to end of the database: who may, what moves, who is told, what stands on record."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session, update

from bot.outgoing import plain
from messages.render import NothingToSay, render
from storage.tables import AuditEvent, Card, Office, Official, Outbox, Question
from tests.integration.workflow.town import BOT, Cast, Store, Town
from tests.unit.workflow import builders
from workflow import audit_replay, calendar_changes, calendar_edits
from workflow.calendar.settings import CalendarSettings, SpecialDay, parse_settings
from workflow.verbs import Page, Press, QuestionPress


@pytest.fixture
def town(store: Store) -> tuple[Town, Cast]:
    place = Town(store)
    sop = builders.definition(builders.step(1, standard_duration_source="3 Hari"), builders.step(2))
    cast = place.found("north-office", sop, ("north", "south"))
    return place, cast


def admin_of(cast: Cast) -> tuple[int, int]:
    found = next(person for person in cast.people if person.admin)
    assert found.chat is not None
    return found.id, found.chat


def ask(place: Town, chat: int, official: int, action: str) -> Question:
    assert place.tap(chat, Press(Page.CALENDAR, official, 0, action)).key == "question_asked"
    question = place.question(chat)
    assert question is not None
    return question


def settings(place: Town, cast: Cast) -> CalendarSettings:
    return parse_settings(place.rows(Office, Office.id == cast.office)[0].calendar)


def answer(place: Town, chat: int, option: str) -> str:
    question = place.question(chat)
    assert question is not None
    return place.tap(chat, QuestionPress(question.id, option)).key


def test_a_day_off_is_asked_for_named_confirmed_and_on_record(town: tuple[Town, Cast]) -> None:
    place, cast = town
    official, chat = admin_of(cast)
    assert ask(place, chat, official, "add").kind == "when"
    place.write(chat, "Jumat, 22 Januari 2027")
    assert answer(place, chat, "yes") == "question_asked"
    place.write(chat, "Hari Jadi   Kabupaten")
    assert place.said(chat)[-1][0] == "calendar_change"
    assert answer(place, chat, "yes") == "ok"
    assert settings(place, cast).special == (
        SpecialDay(date=date(2027, 1, 22), kind="holiday", name="Hari Jadi Kabupaten", source="chat"),
    )
    events = place.rows(AuditEvent, AuditEvent.kind == "office.calendar")
    assert [event.actor_id for event in events] == [official]
    assert "Jadi" not in events[0].payload
    assert place.store.write(lambda session: audit_replay.verify(session, cast.office)) == []


def test_nobody_else_may(town: tuple[Town, Cast]) -> None:
    place, cast = town
    official, _ = admin_of(cast)
    other = next(person for person in cast.reachable() if not person.admin)
    assert other.chat is not None
    for action in ("add", "work", "confirm", "hours", "ramadan", "fasting", "remove"):
        assert place.tap(other.chat, Press(Page.CALENDAR, other.id, 0, action)).key == "not_allowed"
        assert place.tap(other.chat, Press(Page.CALENDAR, official, 0, action)).key == "not_allowed"
    place.write(other.chat, "/kalender")
    assert place.said(other.chat)[-1][0] == "calendar"


def test_who_is_no_admin_any_more_cannot_finish_what_they_began(town: tuple[Town, Cast]) -> None:
    place, cast = town
    official, chat = admin_of(cast)
    ask(place, chat, official, "hours")
    assert answer(place, chat, "friday") == "question_asked"
    place.write(chat, "07.00-11.00")
    place.store.write(lambda session: setattr(session.get_one(Official, official), "admin", False))
    assert answer(place, chat, "yes") == "not_allowed"
    assert settings(place, cast) == CalendarSettings()
    assert place.question(chat) is None


def test_an_estimate_is_confirmed_or_moved_with_the_fasting_month(town: tuple[Town, Cast]) -> None:
    place, cast = town
    official, chat = admin_of(cast)
    ask(place, chat, official, "confirm")
    assert answer(place, chat, "day-2027-03-11") == "question_asked"
    assert answer(place, chat, "yes") == "ok"
    ask(place, chat, official, "confirm")
    assert answer(place, chat, "day-2027-03-10") == "question_asked"
    assert answer(place, chat, "change") == "question_asked"
    place.write(chat, "9 Maret 2027")
    assert answer(place, chat, "yes") == "question_asked"
    assert answer(place, chat, "yes") == "ok"
    now = settings(place, cast)
    assert [(day.date.isoformat()[5:], day.kind) for day in now.special] == [
        ("03-09", "holiday"), ("03-10", "working"), ("03-11", "confirmed"),
    ]  # fmt: skip
    assert now.ramadan[0].last.isoformat() == "2027-03-08"


def fasting_months(place: Town, cast: Cast) -> list[tuple[str, str]]:
    return [(str(month.first), str(month.last)) for month in settings(place, cast).ramadan]


def test_the_fasting_month_begins_and_ends_as_it_was_proclaimed(town: tuple[Town, Cast]) -> None:
    place, cast = town
    official, chat = admin_of(cast)
    place.now = datetime(2027, 2, 5, 1, 0, tzinfo=UTC)
    place.start(cast)  # on a Friday; three days end on Wednesday 10 February, when the office closes
    assert ask(place, chat, official, "fasting").kind == "calendar_pick"
    assert answer(place, chat, "fasting_first-2027-02-08") == "question_asked"
    place.write(chat, "11 Februari 2027")
    assert answer(place, chat, "yes") == "calendar_no_month", "that would leave 27 days"
    assert fasting_months(place, cast) == []

    ask(place, chat, official, "fasting")
    answer(place, chat, "fasting_first-2027-02-08")
    place.write(chat, "Selasa, 9 Februari 2027")
    assert answer(place, chat, "yes") == "question_asked"
    said, facts = place.said(chat)[-1]
    assert (said, facts["moved"], facts["what"]["kind"]) == ("calendar_change", 0, "fasting")
    assert answer(place, chat, "yes") == "ok"
    assert fasting_months(place, cast) == [("2027-02-09", "2027-03-09")]

    ask(place, chat, official, "fasting")
    answer(place, chat, "fasting_last-2027-02-09")
    place.write(chat, "10 Maret 2027")
    answer(place, chat, "yes")
    assert answer(place, chat, "yes") == "ok"
    assert fasting_months(place, cast) == [("2027-02-09", "2027-03-10")]
    assert settings(place, cast).from_chat == ("ramadan",)
    assert len(place.rows(AuditEvent, AuditEvent.kind == "office.calendar")) == 2

    ask(place, chat, official, "fasting")
    assert answer(place, chat, "fasting_worked_out-2027-02-09") == "question_asked"
    assert place.said(chat)[-1][1]["what"] == {
        "kind": "fasting_worked_out", "from": "2027-02-09", "day": "2027-02-08", "last": "2027-03-09",
    }  # fmt: skip
    assert answer(place, chat, "yes") == "ok"
    assert fasting_months(place, cast) == []
    assert place.store.write(lambda session: audit_replay.verify(session, cast.office)) == []


def test_a_fasting_month_that_begins_another_day_lists_the_deadlines_it_moves(town: tuple[Town, Cast]) -> None:
    place, cast = town
    official, chat = admin_of(cast)
    place.now = datetime(2027, 2, 2, 1, 0, tzinfo=UTC)
    place.start(cast)  # three working days on is Monday 8 February, worked out as the first day of fasting
    ask(place, chat, official, "fasting")
    answer(place, chat, "fasting_first-2027-02-08")
    place.write(chat, "9 Februari 2027")
    answer(place, chat, "yes")
    assert place.said(chat)[-1][1]["moved"] == 1
    assert place.rows(Outbox, Outbox.template == "deadlines_moved") == [], "nothing before it is confirmed"
    assert answer(place, chat, "yes") == "ok"
    rows = place.rows(Outbox, Outbox.template == "deadlines_moved")
    assert {row.chat_id for row in rows} == {p.chat for p in cast.reachable() if ("clerk", "") in p.seats}
    said = place.store.write(lambda session: shown(session, rows[0]))
    assert "semula Senin, 8 Februari 2027 pukul 15.00 WIB, sekarang Senin, 8 Februari 2027 pukul 16.00 WIB" in said


def test_a_forged_month_changes_nothing(town: tuple[Town, Cast]) -> None:
    place, cast = town
    official, chat = admin_of(cast)
    for forged in ("fasting_first-2031-01-01", "fasting_first-", "holiday-2027-02-08", "fasting_worked_out-x"):
        ask(place, chat, official, "fasting")
        assert answer(place, chat, forged) == "question_gone"
    assert settings(place, cast) == CalendarSettings()


def test_hours_in_words_and_back_to_the_perpres(town: tuple[Town, Cast]) -> None:
    place, cast = town
    official, chat = admin_of(cast)
    ask(place, chat, official, "hours")
    answer(place, chat, "monday_to_thursday")
    place.write(chat, "siang saja")
    assert place.said(chat)[-1] == ("bad_answer", {"reason": "not_hours"})
    place.write(chat, "08.00-16.30, istirahat 12.00-13.00")
    assert answer(place, chat, "yes") == "ok"
    assert settings(place, cast).hours.monday_to_thursday == ((480, 720), (780, 990))
    ask(place, chat, official, "hours")
    answer(place, chat, "monday_to_thursday")
    assert answer(place, chat, "default") == "question_asked"
    assert answer(place, chat, "yes") == "ok"
    assert settings(place, cast).hours.monday_to_thursday is None


def test_a_change_made_meanwhile_is_not_undone(town: tuple[Town, Cast]) -> None:
    place, cast = town
    official, chat = admin_of(cast)
    ask(place, chat, official, "hours")
    assert answer(place, chat, "days-6") == "question_asked"
    moment = place.moment()
    other = CalendarSettings(special=(SpecialDay(date=date(2027, 2, 1), kind="holiday", name="x"),))
    place.store.write(
        lambda session: calendar_changes.change(
            session, moment, session.get_one(Office, cast.office), other, None, "berkas"
        )
    )
    assert answer(place, chat, "yes") == "calendar_meanwhile"
    assert settings(place, cast) == other


def change(place: Town, cast: Cast, new: CalendarSettings) -> int:
    """Change the calendar as an office file does; return how many deadlines that moved."""
    moment = place.moment()

    def body(session: Session) -> int:
        office = session.get_one(Office, cast.office)
        return len(calendar_changes.change(session, moment, office, new, None, "berkas"))

    return place.store.write(body)


def test_whoever_holds_a_moved_deadline_is_told_once_in_working_time(town: tuple[Town, Cast]) -> None:
    """A calendar that changes twice in a night: one message, from what was last known to what holds then."""
    place, cast = town
    place.start(cast)  # on Monday; 3 hari end on Friday 8 January, since Tuesday is a day off
    place.now = datetime(2027, 1, 4, 14, 0, tzinfo=UTC)
    local = SpecialDay(date=date(2027, 1, 6), kind="holiday", name="Hari Jadi")
    six_days = CalendarSettings(days=6)
    place.store.write(lambda session: session.connection().execute(update(Card).values(reminder="deadline")))
    assert change(place, cast, six_days) == 1
    assert {card.reminder for card in place.rows(Card)} == {""}, "they reminded of another deadline"
    assert change(place, cast, six_days) == 0
    assert change(place, cast, CalendarSettings(days=6, special=(local,))) == 1
    rows = place.rows(Outbox, Outbox.template == "deadlines_moved")
    holders = {person.chat for person in cast.reachable() if ("clerk", "") in person.seats}
    assert {row.chat_id for row in rows} == holders
    assert len(rows) == len(holders)
    assert {row.due_at for row in rows} == {datetime(2027, 1, 7, 0, 30, tzinfo=UTC)}
    said = place.store.write(lambda session: shown(session, rows[0]))
    assert "semula Jumat, 8 Januari 2027 pukul 16.30 WIB, sekarang Sabtu, 9 Januari 2027 pukul 13.00 WIB" in said
    assert change(place, cast, CalendarSettings()) == 1
    with pytest.raises(NothingToSay):
        place.store.write(lambda session: shown(session, rows[0]))
    assert len(place.rows(AuditEvent, AuditEvent.kind == "office.calendar")) == 3
    assert place.store.write(lambda session: audit_replay.verify(session, cast.office)) == []


def shown(session: Session, row: Outbox) -> str:
    rendered = render(
        session, row.template or "", row.params, office_id=row.office_id, chat_id=row.chat_id, bot_id=BOT,
        default_language="id", now=row.due_at,
    )  # fmt: skip
    return plain(rendered.text)


@pytest.mark.parametrize(
    ("words", "stretches"),
    [
        ("07.30-16.00, istirahat 12.00-13.00", ((450, 720), (780, 960))),
        ("Pukul 07.30 s/d 16.00 WIB, istirahat pukul 12.00 - 13.00", ((450, 720), (780, 960))),
        ("8.00 sampai 15.00 (istirahat 12.00-12.30)", ((480, 720), (750, 900))),
        ("07:30-11:30", ((450, 690),)),
        ("07.30-12.00, 13.00-16.00", ((450, 720), (780, 960))),
    ],
)
def test_hours_as_admins_write_them(words: str, stretches: tuple[tuple[int, int], ...]) -> None:
    assert calendar_edits.hours_from_words(words) == stretches


@pytest.mark.parametrize(
    "words", ["", "pagi", "07.30", "16.00-07.30", "07.30-16.00, istirahat 06.00-07.00", "07.30-25.00", "07.75-16.00"]
)
def test_other_hours_are_refused(words: str) -> None:
    with pytest.raises(ValueError):
        calendar_edits.hours(CalendarSettings(), "friday", calendar_edits.hours_from_words(words), fasting=False)


def test_what_was_set_in_chat_says_so() -> None:
    """The office file asks before it overwrites it."""
    new = calendar_edits.week_of(CalendarSettings(), 6)
    new = calendar_edits.hours(new, "friday", ((450, 690),), fasting=True)
    new = calendar_edits.moved(new, date(2027, 3, 10), date(2027, 3, 11), "Hari Raya Idul Fitri")
    assert set(new.from_chat) == {"days", "ramadan_hours", "ramadan"}
    assert {day.source for day in new.special} == {"chat"}
    assert parse_settings(calendar_changes.as_stored(new)) == new
