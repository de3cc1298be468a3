"""``/kalender``: working hours and days off, what an admin is asked about them, and what a change moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date
from sqlmodel import col, select

from messages.rendered import InlineButton
from messages.text import one_line
from messages.views.asked import Asked, NothingToSay, View
from messages.views.run_facts import RunFacts, load_run_facts
from storage.tables import Run, Task
from workflow import calendar_edits
from workflow.calendar.national import DayOff, national
from workflow.calendar.of_office import calendar_of
from workflow.calendar.settings import Stretch, show_hours
from workflow.calendar.working_time import WorkingTime
from workflow.run_times import load_run_times
from workflow.state import PartStatus
from workflow.verbs import Page, Press

MAX_DAYS = 15
MAX_BUTTONS = 12
MAX_MOVED = 12
MAX_NAME = 80
AHEAD = timedelta(days=90)
"""How far ahead the page lists days off; the admin's lists go a year."""


@dataclass(frozen=True, slots=True)
class ShownDay:
    """A day off as it is listed. ``kind`` is :class:`DayOff`'s, or ``working`` for one that is worked."""

    day: date
    name: str
    kind: str
    estimated: bool


@dataclass(frozen=True, slots=True)
class ShownMove:
    """A task whose deadline moved: what, where, and both deadlines (``None``: none)."""

    document: str
    step: int
    run: int
    before: datetime | None
    after: datetime | None


def calendar(asked: Asked) -> View:
    """The office's working time; its admin gets the buttons to change it."""
    if asked.office is None:
        raise NothingToSay
    working = calendar_of(asked.office)
    today = working.local_date(asked.now)
    until = today + AHEAD
    listed = _days(working, today.replace(day=1), until)
    is_open, opens = working.is_open(asked.now), working.next_open(asked.now)
    return View(
        {
            "office": one_line(asked.office.name, 60),
            "now": asked.now,
            "open": is_open,
            "closes": _end_of_stretch(working, asked.now) if is_open else None,
            "opens": opens,
            "today": working.local_date(opens) == today,
            "days": working.settings.days,
            "usual": _week(working, fasting=False),
            "ramadan": _ramadan(working, today, until),
            "fasting": _week(working, fasting=True),
            "listed": listed[:MAX_DAYS],
            "more": max(0, len(listed) - MAX_DAYS),
            "until": until,
        },
        _admin_buttons(asked, working, today),
    )


def calendar_pick(asked: Asked) -> View:
    """Days to choose from: to be worked, to be confirmed, to be taken back."""
    action, days = asked.params["action"], _choices(asked)[:MAX_BUTTONS]
    rows = [[asked.named_answer(asked.reader.day(day.day), f"day-{day.day.isoformat()}")] for day in days]
    return View({"action": action, "listed": days}, [*rows, [asked.answer("cancel", "cancel")]])


def calendar_fasting(asked: Asked) -> View:
    """The coming fasting months, and which of their days is another one."""
    if asked.office is None:
        raise NothingToSay
    working = calendar_of(asked.office)
    months, rows = [], []
    for first, last in calendar_edits.fasting_ahead(working, working.local_date(asked.now)):
        own = any((month.first, month.last) == (first, last) for month in working.settings.ramadan)
        months.append({"first": first, "last": last, "own": own})
        rows.append([_of_month(asked, "first", first, first), _of_month(asked, "last", last, first)])
        if own:
            rows.append([asked.answer("fasting_worked_out", f"fasting_worked_out-{first}")])
    return View({"months": months}, [*rows, [asked.answer("cancel", "cancel")]])


def _of_month(asked: Asked, end: str, day: date, begins: date) -> InlineButton:
    month = format_date(day, "MMMM y", locale=asked.reader.language)
    return asked.answer(f"fasting_{end}", f"fasting_{end}-{begins}", month=month)


def calendar_estimate(asked: Asked) -> View:
    """Whether an estimated date is the right one."""
    return View(
        {"day": date.fromisoformat(asked.params["day"]), "name": one_line(asked.params["name"], MAX_NAME)},
        [
            [asked.answer("enrol_yes", "yes", "success"), asked.answer("calendar_move", "change")],
            [asked.answer("cancel", "cancel")],
        ],
    )


def calendar_ask_day(asked: Asked) -> View:
    """The date of a new day off, or the right date of one that was estimated."""
    day = asked.params.get("day")
    return View(
        {
            "action": asked.params.get("action") or "holiday",
            "name": one_line(asked.params.get("name") or "", MAX_NAME),
            "day": date.fromisoformat(day) if day else None,
            "right": date.fromisoformat(day) + timedelta(days=1) if day else None,
            "example": asked.example_day(working=asked.params.get("action") != "work"),
        },
        [[asked.answer("cancel", "cancel")]],
    )


def calendar_ask_name(asked: Asked) -> View:
    """What a new day off is called."""
    return View({"day": date.fromisoformat(asked.params["day"])}, [[asked.answer("cancel", "cancel")]])


def calendar_hours(asked: Asked) -> View:
    """Which hours are to change, or how long the working week is."""
    if asked.office is None:
        raise NothingToSay
    working, fasting = calendar_of(asked.office), bool(asked.params["fasting"])
    six = working.settings.days == 6
    groups = ["monday_to_thursday", "friday", *(["saturday"] if six else [])]
    rows = [[asked.answer(f"calendar_{group}", group) for group in groups]]
    if not fasting:
        rows.append([asked.answer("calendar_week_5" if six else "calendar_week_6", "days-5" if six else "days-6")])
    return View(
        {"fasting": fasting, "days": working.settings.days, "week": _week(working, fasting=fasting)},
        [*rows, [asked.answer("cancel", "cancel")]],
    )


def calendar_ask_hours(asked: Asked) -> View:
    """The hours of a group of days, in words."""
    return View(
        {"group": asked.params["group"], "fasting": bool(asked.params["fasting"])},
        [[asked.answer("calendar_default", "default")], [asked.answer("cancel", "cancel")]],
    )


def calendar_change(asked: Asked) -> View:
    """What a change is and how many deadlines it moves, before it is made (``question``) and after."""
    done = "question" not in asked.params
    view = _change(asked) | {"done": done}
    if not done:
        yes = asked.answer("calendar_apply", "yes", "success")
        return View(view, [[yes, asked.answer("cancel", "cancel")]])
    official = asked.official
    return View(view, [[asked.button("calendar_show", Press(Page.CALENDAR, official.id or 0))]] if official else [])


def deadlines_moved(asked: Asked) -> View:
    """To whoever holds tasks whose deadline is another one since the calendar or the time zone changed."""
    before: dict[str, str | None] = asked.params["before"]
    found: list[ShownMove] = []
    runs: dict[int, RunFacts] = {}
    query = (
        select(Task, Run)
        .join(Run, col(Run.id) == Task.run_id)
        .where(col(Task.id).in_([int(i) for i in before]), Task.status == PartStatus.OPEN, Run.status == "open")
        .order_by(col(Run.number), col(Task.step), col(Task.id))
    )
    for task, run in asked.session.exec(query).all():
        facts = runs.get(run.id or 0)
        if facts is None:
            facts = runs[run.id or 0] = load_run_facts(asked.session, run.id or 0, asked.reader, asked.now)
        deadline = load_run_times(asked.session, run, facts.adopted).deadline(task)
        told = before[str(task.id)]
        was, now = datetime.fromisoformat(told) if told else None, deadline.at if deadline else None
        if was != now:
            document = one_line(asked.reader.pick(facts.step(task.step).document), 80)
            found.append(ShownMove(f"{document} {facts.period}", task.step, run.number, was, now))
    if not found:
        raise NothingToSay
    shown = {"moved": found[:MAX_MOVED], "more": max(0, len(found) - MAX_MOVED)}
    zone = asked.reader.zone_name(asked.now) if asked.params.get("zone") else ""
    return View({**shown, "zone": zone})


def _change(asked: Asked) -> dict[str, object]:
    what = asked.params["what"]
    return {
        "kind": what["kind"],
        "day": date.fromisoformat(what["day"]) if what.get("day") else None,
        "was": date.fromisoformat(what["from"]) if what.get("from") else None,
        "last": date.fromisoformat(what["last"]) if what.get("last") else None,
        "name": one_line(what.get("name") or "", MAX_NAME),
        "days": what.get("days"),
        "group": what.get("group") or "",
        "fasting": bool(what.get("fasting")),
        "hours": _dashes(what["hours"]) if what.get("hours") else "",
        "moved": int(asked.params.get("moved") or 0),
    }


def _days(working: WorkingTime, first: date, last: date) -> list[ShownDay]:
    off = [_shown(day) for day in working.days_off(first, last)]
    worked = [
        ShownDay(day.date, _elsewhere(day.date), "working", estimated=False)
        for day in working.settings.special
        if day.kind == "working" and first <= day.date <= last
    ]
    return sorted([*off, *worked], key=lambda day: day.day)


def _elsewhere(day: date) -> str:
    """Return why others are off on a day on which this office works."""
    off = national(day.year).get(day)
    return one_line(off.name, MAX_NAME) if off is not None else ""


def _shown(off: DayOff) -> ShownDay:
    return ShownDay(off.date, one_line(off.name, MAX_NAME), off.kind, off.estimated)


def _choices(asked: Asked) -> list[ShownDay]:
    if asked.office is None:
        raise NothingToSay
    working = calendar_of(asked.office)
    today = working.local_date(asked.now)
    match asked.params["action"]:
        case "work":
            return [_shown(off) for off in calendar_edits.days_off_ahead(working, today)]
        case "confirm":
            return [_shown(off) for off in calendar_edits.estimates_ahead(working, today)]
        case _:
            own = calendar_edits.set_in_chat(working.settings, today)
            return [
                ShownDay(day.date, one_line(day.name or _elsewhere(day.date), MAX_NAME), day.kind, estimated=False)
                for day in own
            ]


def _week(working: WorkingTime, *, fasting: bool) -> list[tuple[str, str]]:
    """Return the hours of each group of days, by the group's name."""
    week = working.settings.week(ramadan=fasting)
    groups = [("monday_to_thursday", week[0]), ("friday", week[4])]
    if working.settings.days == 6:
        groups.append(("saturday", week[5]))
    return [(name, _written(stretches)) for name, stretches in groups]


def _written(stretches: Sequence[Stretch]) -> str:
    return _dashes(show_hours(tuple(stretches)))


def _dashes(hours: str) -> str:
    return hours.replace("-", "–")


def _ramadan(working: WorkingTime, today: date, until: date) -> tuple[date, date] | None:
    months = [span for year in (today.year, until.year) for span in working.ramadan_in(year)]
    return next((span for span in months if span[1] >= today and span[0] <= until), None)


def _end_of_stretch(working: WorkingTime, at: datetime) -> datetime:
    return next(ends for begins, ends in working.hours(working.local_date(at)) if begins <= at < ends)


def _admin_buttons(asked: Asked, working: WorkingTime, today: date) -> list[list[InlineButton]]:
    official = asked.official
    if official is None or not official.admin or not official.active:
        return []

    def make(key: str, action: str) -> InlineButton:
        return asked.button(key, Press(Page.CALENDAR, official.id or 0, 0, action))

    rows = [[make("calendar_add", "add"), make("calendar_work", "work")]]
    if calendar_edits.estimates_ahead(working, today):
        rows.append([make("calendar_estimates", "confirm")])
    rows.append([make("calendar_set_hours", "hours"), make("calendar_set_ramadan", "ramadan")])
    rows.append([make("calendar_fasting", "fasting")])
    if calendar_edits.set_in_chat(working.settings, today):
        rows.append([make("calendar_remove", "remove")])
    return rows
