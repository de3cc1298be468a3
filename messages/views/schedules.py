"""``/jadwal``: schedules in words, what is asked before one is kept, and the question on the day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from babel.dates import get_day_names, get_month_names

from messages.rendered import button
from messages.text import Reader, one_line
from messages.views.asked import Asked, View
from messages.views.names import names_of
from storage.tables import Adoption, Office, Schedule
from workflow import cutoff, recurring, scheduling
from workflow.calendar.national import DayOff
from workflow.calendar.of_office import calendar_of
from workflow.recurring import LAST, Every, On, Rule
from workflow.scheduling import Due
from workflow.verbs import Press, Verb

PERIODS = {
    Every.WEEK: ("minggu", "week"), Every.MONTH: ("bulan", "month"), Every.QUARTER: ("triwulan", "quarter"),
    Every.HALF: ("semester", "half-year"), Every.YEAR: ("tahun", "year"),
}  # fmt: skip
ORDINALS = {
    "id": ("pertama", "kedua", "ketiga", "keempat", "kelima"),
    "en": ("first", "second", "third", "fourth", "fifth"),
}
MOST_LISTED = 20


def schedule_list(asked: Asked) -> View:
    """Every schedule the reader may end, and the SOPs they may schedule."""
    rows = [asked.session.get(Schedule, i) for i in asked.params.get("schedule_ids") or []]
    kept = [row for row in rows if row is not None and row.active][:MOST_LISTED]
    offered = [asked.session.get(Adoption, i) for i in asked.params.get("adoption_ids") or []]
    keyboard = [
        [
            button(
                asked.words("end_schedule_of", number=number, title=_title(asked, row)),
                Press(Verb.SCHEDULE, row.id or 0, 0, "end"),
            )
        ]
        for number, row in enumerate(kept, start=1)
    ]
    keyboard += [
        [button(asked.words("new_schedule_of", title=row.title), Press(Verb.SCHEDULE, row.id or 0, 0, "new"))]
        for row in offered
        if row is not None
    ]
    listed = [
        {
            "title": one_line(_title(asked, row), 120),
            "rule": _words(asked, row.office_id, row.rule),
            "next_at": row.next_at,
            "starter": names_of(asked.session, row.office_id, asked.reader).person(row.starter_id),
        }
        for row in kept
    ]
    return View({"schedules": listed, "any": bool(offered)}, keyboard)


def ask_schedule(asked: Asked) -> View:
    """When an SOP is to be started, in words."""
    return View(
        {"title": one_line(asked.params.get("title") or "", 120), "example": asked.example_day()},
        [[asked.answer("cancel", "cancel")]],
    )


def schedule_choose(asked: Asked) -> View:
    """Words that may mean several moments: one button each."""
    moments = [datetime.fromisoformat(str(at)) for at in asked.params.get("moments") or []]
    keyboard = [[asked.named_answer(asked.reader.moment(at), f"at-{n}")] for n, at in enumerate(moments)]
    return View({"count": len(moments)}, [*keyboard, [asked.answer("cancel", "cancel")]])


def schedule_not_understood(asked: Asked) -> View:
    """Words that are neither a rule nor a date; the question still stands."""
    return View({"reason": asked.params.get("reason") or "not_understood", "example": asked.example_day()})


def schedule_confirm(asked: Asked) -> View:
    """A rule shown back in full, with the dates it comes to."""
    row = asked.session.get_one(Adoption, asked.params["adoption_id"])
    rule = asked.params["rule"]
    return View(
        {
            "title": one_line(row.title, 120),
            "rule": _words(asked, row.office_id, rule),
            "dates": _dates(asked, row.office_id, rule),
            "once": "once" in rule,
        },
        [
            [asked.answer("yes_schedule", "yes", "success")],
            [asked.answer("edit", "edit"), asked.answer("cancel", "cancel")],
        ],
    )


def schedule_made(asked: Asked) -> View:
    """It is kept: when the reader will be asked first."""
    return _of_schedule(asked)


def schedule_ended(asked: Asked) -> View:
    """It asks no more."""
    return _of_schedule(asked)


def schedule_skipped(asked: Asked) -> View:
    """Nothing starts this time; when it asks next."""
    return _of_schedule(asked)


def schedule_due(asked: Asked) -> View:
    """On the day: one button starts the run."""
    row = asked.session.get_one(Schedule, asked.params["schedule_id"])
    office = asked.session.get_one(Office, row.office_id)
    name = date.fromisoformat(asked.params["name"])
    due, adoption = scheduling.due_named(office, row, name), scheduling.adoption_of(asked.session, row)
    mark = int(name.strftime("%Y%m%d"))

    def press(argument: str) -> Press:
        return Press(Verb.SCHEDULE, row.id or 0, mark, argument)

    keyboard = [[asked.button("start", press("start"), "success")], [asked.button("skip_this_time", press("skip"))]]
    if "once" not in row.rule:
        keyboard[1].append(asked.button("end_schedule", press("stop")))
    warning = overrun(office, adoption, due.period, asked.now) if due and adoption else None
    return View(
        {
            "title": one_line(_title(asked, row), 120),
            "rule": _words(asked, row.office_id, row.rule),
            "once": "once" in row.rule,
            "period": due.period if due else "",
            "nominal": due.nominal if due else None,
            "off": _off(office, due) if due else None,
            "starter": asked.names.person(row.starter_id),
            "own": asked.official is not None and asked.official.id == row.starter_id,
            "overrun": warning,
        },
        keyboard,
    )


def overrun(office: Office, adoption: Adoption, period: str, starts_at: datetime) -> dict[str, Any] | None:
    """Return what to warn of before a run starts that would end after the office's cut-off day."""
    found = cutoff.overrun(office, adoption, period, starts_at)
    if found is None:
        return None
    blank = found.estimate.blank
    return {
        "ends_at": found.estimate.ends_at,
        "cutoff": found.cutoff,
        "blank": ", ".join(str(number) for number in blank),
    }


def rule_words(reader: Reader, rule: dict[str, Any]) -> str:
    """Return 'setiap triwulan pada hari kerja pertama', or the moment of a schedule that asks once."""
    if "once" in rule:
        return reader.moment(datetime.fromisoformat(rule["once"]))
    parsed = recurring.from_json(rule)
    english = reader.language == "en"
    period = PERIODS[parsed.every][english]
    where = _month(reader, parsed)
    if parsed.every is Every.WEEK and parsed.on is On.WEEKDAY:
        return f"{'every' if english else 'setiap hari'} {_weekday(reader, parsed)}"
    return (
        f"every {period}, on {_day(reader, parsed)}{where}"
        if english
        else (f"setiap {period} pada {_day(reader, parsed)}{where}")
    )


def _day(reader: Reader, rule: Rule) -> str:
    english = reader.language == "en"
    if rule.on is On.DAY:
        if rule.nth == LAST:
            return "the last day" if english else "hari terakhir"
        return f"day {rule.nth}" if english else f"tanggal {rule.nth}"
    ordinal = _ordinal(reader.language, rule.nth)
    if rule.on is On.WORKING_DAY:
        return f"the {ordinal} working day" if english else f"hari kerja {ordinal}"
    return f"the {ordinal} {_weekday(reader, rule)}" if english else f"hari {_weekday(reader, rule)} {ordinal}"


def _ordinal(language: str, nth: int) -> str:
    if nth == LAST:
        return "last" if language == "en" else "terakhir"
    known = ORDINALS[language]
    if nth <= len(known):
        return known[nth - 1]
    return f"{nth}th" if language == "en" else f"ke-{nth}"


def _weekday(reader: Reader, rule: Rule) -> str:
    return str(get_day_names("wide", locale=reader.language)[rule.weekday or 0])


def _month(reader: Reader, rule: Rule) -> str:
    if rule.month is None:
        return ""
    english = reader.language == "en"
    if rule.every is Every.YEAR:
        name = get_month_names("wide", locale=reader.language)[rule.month]
        return f" of {name}" if english else f" {'' if rule.on is On.DAY and rule.nth != LAST else 'bulan '}{name}"
    ordinal = _ordinal(reader.language, rule.month)
    return f" of its {ordinal} month" if english else f" pada bulan {ordinal}"


def _words(asked: Asked, office_id: str, rule: dict[str, Any]) -> str:
    office = asked.session.get_one(Office, office_id)
    return rule_words(Reader(asked.reader.language, office.timezone, asked.reader.salutation), rule)


def _of_schedule(asked: Asked) -> View:
    row = asked.session.get_one(Schedule, asked.params["schedule_id"])
    return View(
        {
            "title": one_line(_title(asked, row), 120),
            "rule": _words(asked, row.office_id, row.rule),
            "once": "once" in row.rule,
            "next_at": row.next_at,
        }
    )


def _dates(asked: Asked, office_id: str, rule: dict[str, Any]) -> list[dict[str, Any]]:
    office = asked.session.get_one(Office, office_id)
    return [
        {"at": due.at, "period": due.period, "nominal": due.nominal, "off": _off(office, due)}
        for due in scheduling.next_dates(office, rule, asked.now)
    ]


def _off(office: Office, due: Due) -> str | None:
    """Return why the nominal day gave way to a later one; ``None`` if it did not."""
    if due.day == due.nominal:
        return None
    off: DayOff | None = calendar_of(office).day_off(due.nominal)
    return one_line(off.name, 80) if off is not None and off.kind != "weekend" else ""


def _title(asked: Asked, row: Schedule) -> str:
    adoption = scheduling.adoption_of(asked.session, row)
    return adoption.title if adoption is not None else row.sop_id
