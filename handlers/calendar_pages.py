"""``/kalender``: the office's working hours and days off; its admin changes them here.

Whatever an admin changes ends with one question that says what it moves, and ``Ya, terapkan``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from handlers import calendar_fasting, when
from handlers.calendar_desk import PURPOSE, CalendarDesk, desk_asked, desk_of
from handlers.talk import Talk
from storage.tables import Official, Question
from workflow import calendar_changes, calendar_edits, questions
from workflow.calendar.settings import CalendarSettings, show_hours
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.verbs import Press


def command(talk: Talk) -> None:
    """Show the calendar of each of the person's offices."""
    for official in talk.officials:
        talk.say("calendar", official)


def press(talk: Talk, pressed: Press) -> Reply | None:
    """A button under the calendar; ``id`` is the official's row, the argument what to change ('' shows it)."""
    official = next((o for o in talk.officials if o.id == pressed.id), None)
    if official is None:
        raise Stopped("not_allowed")
    if not pressed.argument:
        talk.say("calendar", official)
        return None
    desk = desk_of(talk, official)
    begin = _BEGIN.get(pressed.argument)
    if begin is None:
        raise Stopped("stale")
    questions.drop(talk.session, talk.moment, talk.incoming.chat_id)
    begin(talk, desk)
    return Reply("question_asked")


def _add(talk: Talk, desk: CalendarDesk) -> None:
    when.ask_when(
        talk, desk.official, PURPOSE, "calendar_ask_day", data={"action": "holiday"}, action="holiday",
        name="", day=None,
    )  # fmt: skip


def _work(talk: Talk, desk: CalendarDesk) -> None:
    _pick_from(talk, desk, "work", [off.date for off in calendar_edits.days_off_ahead(desk.calendar, desk.today)])


def _confirm(talk: Talk, desk: CalendarDesk) -> None:
    _pick_from(talk, desk, "confirm", [off.date for off in calendar_edits.estimates_ahead(desk.calendar, desk.today)])


def _remove(talk: Talk, desk: CalendarDesk) -> None:
    _pick_from(talk, desk, "remove", [day.date for day in calendar_edits.set_in_chat(desk.settings, desk.today)])


def _pick_from(talk: Talk, desk: CalendarDesk, action: str, days: list[date]) -> None:
    if not days:
        raise Stopped("calendar_no_days")
    questions.ask(
        talk.session, talk.moment, desk.official, "calendar_pick", "calendar_pick", data={"action": action},
        action=action,
    )  # fmt: skip


def _hours(talk: Talk, desk: CalendarDesk, *, fasting: bool = False) -> None:
    questions.ask(
        talk.session, talk.moment, desk.official, "calendar_hours", "calendar_hours", data={"fasting": fasting},
        fasting=fasting,
    )  # fmt: skip


_BEGIN: dict[str, Callable[[Talk, CalendarDesk], None]] = {
    "add": _add,
    "work": _work,
    "confirm": _confirm,
    "remove": _remove,
    "hours": _hours,
    "ramadan": lambda talk, desk: _hours(talk, desk, fasting=True),
    calendar_fasting.ACTION: calendar_fasting.ask,
}
"""A button's argument -> what it begins."""


def pick(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """One of the listed days was pressed; where a day off is to be worked, any other may be typed."""
    desk, action = desk_asked(talk, question), question.data["action"]
    if option == "cancel":
        return _leave(talk, question)
    if text is not None:
        if action != "work":
            talk.say("text_not_expected")
            return None
        questions.forget(talk.session, talk.moment, question)
        when.take_when(talk, desk.official, PURPOSE, text, data={"action": "work"}, action="work", name="", day=None)
        return None
    if action == calendar_fasting.ACTION:
        what = calendar_fasting.picked(talk, desk, option)
        return _propose(talk, desk, what) if what is not None else Reply("question_asked")
    day = _day_of(option)
    if action == "work":
        return _propose(talk, desk, {"kind": "working", "day": day.isoformat(), "name": _name(desk, day)})
    if action == "remove":
        return _propose(talk, desk, {"kind": "removed", "day": day.isoformat(), "name": _own_name(desk, day)})
    questions.ask(
        talk.session, talk.moment, desk.official, "calendar_estimate", "calendar_estimate",
        data={"day": day.isoformat()}, day=day.isoformat(), name=_name(desk, day),
    )  # fmt: skip
    return Reply("question_asked")


def estimate(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """``Ya, benar`` or ``Ubah tanggal`` for a day off whose date was an estimate."""
    desk = desk_asked(talk, question)
    if option is None:
        talk.say("text_not_expected")
        return None
    if option == "cancel":
        return _leave(talk, question)
    day = date.fromisoformat(question.data["day"])
    name = _name(desk, day)
    questions.forget(talk.session, talk.moment, question)
    if option == "yes":
        return _apply(talk, desk, {"kind": "confirmed", "day": day.isoformat(), "name": name})
    when.ask_when(
        talk, desk.official, PURPOSE, "calendar_ask_day", data={"action": "moved", "from": day.isoformat()},
        action="moved", name=name, day=day.isoformat(),
    )  # fmt: skip
    return Reply("question_asked")


def day_chosen(talk: Talk, official: Official, question: Question, at: datetime) -> Reply | None:
    """A date was typed and confirmed: for a new day off, a day to be worked, or a moved holiday."""
    desk, data = desk_of(talk, official), question.data
    day = desk.calendar.local_date(at)
    if data["action"] == "work":
        if desk.calendar.is_working_day(day):
            raise Stopped("calendar_already_on")
        return _propose(talk, desk, {"kind": "working", "day": day.isoformat(), "name": _name(desk, day)})
    if data["action"] in (calendar_fasting.FIRST, calendar_fasting.LAST):
        return _propose(talk, desk, calendar_fasting.with_day(desk, data["action"], data["from"], day))
    if data["action"] == "moved":
        estimated = date.fromisoformat(data["from"])
        kind = "confirmed" if day == estimated else "moved"
        name = _name(desk, estimated)
        return _propose(talk, desk, {"kind": kind, "day": day.isoformat(), "from": data["from"], "name": name})
    if not desk.calendar.is_working_day(day):
        raise Stopped("calendar_already_off")
    questions.ask(
        talk.session, talk.moment, official, "calendar_name", "calendar_ask_name", data={"day": day.isoformat()},
        day=day.isoformat(),
    )  # fmt: skip
    return Reply("question_asked")


def name(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """What a day off of this office is called."""
    desk = desk_asked(talk, question)
    if option is not None:
        return _leave(talk, question)
    words = " ".join((text or "").split())
    if not words or len(words) > calendar_edits.MAX_NAME:
        talk.say("bad_answer", reason="too_long" if words else "empty")
        return None
    return _propose(talk, desk, {"kind": "holiday", "day": question.data["day"], "name": words})


def hours(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """Five or six working days, or which days' hours are to change."""
    desk, fasting = desk_asked(talk, question), bool(question.data["fasting"])
    if option is None:
        talk.say("text_not_expected")
        return None
    if option == "cancel":
        return _leave(talk, question)
    if option in ("days-5", "days-6"):
        return _propose(talk, desk, {"kind": "week", "days": int(option[-1])})
    if option not in _GROUPS:
        raise Stopped("question_gone")
    data: dict[str, Any] = {"group": option, "fasting": fasting}
    questions.ask(
        talk.session, talk.moment, desk.official, "calendar_hours_words", "calendar_ask_hours", data=data, **data
    )
    return Reply("question_asked")


def hours_words(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """The hours of a group of days in words, or ``Sesuai Perpres``."""
    desk, data = desk_asked(talk, question), question.data
    if option == "cancel":
        return _leave(talk, question)
    written = None
    if option is None:
        try:
            stretches = calendar_edits.hours_from_words(text or "")
            calendar_edits.hours(desk.settings, data["group"], stretches, fasting=data["fasting"])
        except ValueError:
            talk.say("bad_answer", reason="not_hours")
            return None
        written = show_hours(stretches)
    return _propose(talk, desk, {"kind": "hours", "group": data["group"], "fasting": data["fasting"], "hours": written})


def confirm(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """``Ya, terapkan`` or ``Batal`` under what a change would move."""
    desk = desk_asked(talk, question)
    if option is None:
        talk.say("text_not_expected")
        return None
    if option != "yes":
        return _leave(talk, question)
    what, base = question.data["what"], question.data["base"]
    questions.forget(talk.session, talk.moment, question)
    if base != calendar_changes.digest(desk.office.calendar):
        raise Stopped("calendar_meanwhile")
    return _apply(talk, desk, what)


def _propose(talk: Talk, desk: CalendarDesk, what: dict[str, Any]) -> Reply:
    new = _changed(desk.settings, what)
    if new == desk.settings:
        raise Stopped("calendar_same")
    questions.ask(
        talk.session, talk.moment, desk.official, "calendar_confirm", "calendar_change",
        data={"what": what, "base": calendar_changes.digest(desk.office.calendar)},
        what=what, moved=len(calendar_changes.moved_by(talk.session, desk.office, new)),
    )  # fmt: skip
    return Reply("question_asked")


def _apply(talk: Talk, desk: CalendarDesk, what: dict[str, Any]) -> Reply:
    words = " ".join(str(value) for value in what.values() if value not in (None, ""))
    new = _changed(desk.settings, what)
    moved = calendar_changes.change(talk.session, talk.moment, desk.office, new, desk.official, words)
    talk.say("calendar_change", desk.official, what=what, moved=len(moved))
    return Reply("ok")


def _changed(settings: CalendarSettings, what: dict[str, Any]) -> CalendarSettings:
    """Return the settings after a change that was asked for."""
    match what["kind"]:
        case "holiday":
            return calendar_edits.holiday(settings, date.fromisoformat(what["day"]), what["name"])
        case "working":
            return calendar_edits.working_day(settings, date.fromisoformat(what["day"]))
        case "confirmed":
            return calendar_edits.confirmed(settings, date.fromisoformat(what["day"]))
        case "moved":
            estimated, day = date.fromisoformat(what["from"]), date.fromisoformat(what["day"])
            try:
                return calendar_edits.moved(settings, estimated, day, what["name"])
            except ValueError:
                raise Stopped("calendar_too_far") from None
        case "fasting":
            first, last = date.fromisoformat(what["day"]), date.fromisoformat(what["last"])
            try:
                return calendar_edits.fasting(settings, date.fromisoformat(what["from"]), first, last)
            except ValueError:
                raise Stopped("calendar_no_month") from None
        case "fasting_worked_out":
            return calendar_edits.fasting_worked_out(settings, date.fromisoformat(what["from"]))
        case "removed":
            return calendar_edits.without(settings, date.fromisoformat(what["day"]))
        case "week":
            return calendar_edits.week_of(settings, what["days"])
        case _:
            own = calendar_edits.hours_from_words(what["hours"]) if what["hours"] else None
            return calendar_edits.hours(settings, what["group"], own, fasting=what["fasting"])


def _leave(talk: Talk, question: Question) -> Reply:
    questions.forget(talk.session, talk.moment, question)
    talk.say("question_left")
    return Reply("ok")


def _day_of(option: str | None) -> date:
    try:
        return date.fromisoformat((option or "").removeprefix("day-"))
    except ValueError:
        raise Stopped("question_gone") from None


def _name(desk: CalendarDesk, day: date) -> str:
    off = desk.calendar.day_off(day)
    return off.name if off is not None else ""


def _own_name(desk: CalendarDesk, day: date) -> str:
    return next((special.name for special in desk.settings.special if special.date == day), "")


_GROUPS = ("monday_to_thursday", "friday", "saturday")
