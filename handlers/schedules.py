"""``/jadwal``: keep, answer and end the schedules by which SOPs are started."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from handlers.talk import Talk
from storage import outbox
from storage.tables import Adoption, Office, Official, Question
from workflow import questions, recurring, scheduling, starting
from workflow.adoption import load
from workflow.calendar.of_office import calendar_of
from workflow.dates import Ambiguous, NotUnderstood, understand
from workflow.deed import Stopped
from workflow.recurring_words import NotARule, parse
from workflow.reply import Reply
from workflow.verbs import Press

MORNING = time(8, 0)
"""When a schedule of one day asks if no clock time is named; outside working time it waits for it."""


def command(talk: Talk) -> None:
    """List the schedules this person may end and the SOPs they may schedule."""
    adoptions = [a for o in talk.officials for a in starting.startable(talk.session, o)]
    kept = [
        schedule
        for official in talk.officials
        for schedule in scheduling.active(talk.session, official.office_id)
        if _may_end(talk, official, schedule.id or 0)
    ]
    talk.say("schedule_list", schedule_ids=[s.id for s in kept], adoption_ids=[a.id for a in adoptions])


def press(talk: Talk, pressed: Press) -> Reply | None:
    """A button of a schedule: a new one, ``Mulai``, ``Lewati kali ini``, ``Hentikan jadwal``."""
    session, moment, officials = talk.session, talk.moment, talk.officials
    match pressed.argument:
        case "new":
            official, adoption = _adoption(talk, pressed.id)
            _ask(talk, official, adoption)
            return Reply("question_asked")
        case "start":
            return _start(talk, pressed)
        case "skip":
            schedule = scheduling.skip(session, moment, officials, pressed.id, _name(pressed))
            _answered(talk)
            talk.say("schedule_skipped", schedule_id=schedule.id)
        case "stop" | "end":
            schedule = scheduling.end(session, moment, officials, pressed.id)
            if pressed.argument == "stop":
                _answered(talk)
            talk.say("schedule_ended", schedule_id=schedule.id)
        case _:
            raise Stopped("stale")
    return Reply("ok")


def words(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """The rule or the date was typed."""
    if option == "cancel":
        _leave(talk, question)
        return None
    if text is None:
        raise Stopped("question_gone")
    official, adoption = _adoption(talk, question.data["adoption"])
    try:
        rule: dict[str, Any] = recurring.to_json(parse(text))
    except NotARule as refused:
        if refused.reason != "not_recurring":
            talk.say("schedule_not_understood", reason=refused.reason)
            return None
        return _one_day(talk, official, adoption, text)
    return _confirm(talk, official, adoption, rule, text)


def choose(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """Of several days that the words may mean, one was chosen; other words begin again."""
    if option is None:
        return words(talk, question, text, None)
    if option == "cancel":
        _leave(talk, question)
        return None
    moments: list[str] = question.data["moments"]
    index = option.removeprefix("at-")
    if not index.isdigit() or int(index) >= len(moments):
        raise Stopped("question_gone")
    official, adoption = _adoption(talk, question.data["adoption"])
    rule = scheduling.once(datetime.fromisoformat(moments[int(index)]))
    return _confirm(talk, official, adoption, dict(rule), "")


def confirm(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """``Ya, jadwalkan``, ``Ubah`` or ``Batal``; other words begin again."""
    if option is None:
        return words(talk, question, text, None)
    official, adoption = _adoption(talk, question.data["adoption"])
    data = question.data
    questions.forget(talk.session, talk.moment, question)
    if option == "edit":
        _ask(talk, official, adoption)
        return Reply("question_asked")
    if option != "yes":
        talk.say("question_left")
        return None
    schedule = scheduling.create(talk.session, talk.moment, official, adoption, data["rule"], data["words"])
    talk.say("schedule_made", official, schedule_id=schedule.id)
    return Reply("ok")


def _one_day(talk: Talk, official: Official, adoption: Adoption, text: str) -> Reply | None:
    calendar = calendar_of(talk.session.get_one(Office, official.office_id))
    try:
        meant = understand(text, now=talk.moment.now, calendar=calendar, default_time=MORNING)
    except NotUnderstood as refused:
        talk.say("schedule_not_understood", reason=refused.reason)
        return None
    if isinstance(meant, Ambiguous):
        moments = [choice.at.isoformat() for choice in meant.choices]
        questions.ask(
            talk.session, talk.moment, official, "schedule_choose", "schedule_choose",
            data={"adoption": adoption.id, "moments": moments}, moments=moments,
        )  # fmt: skip
        return Reply("question_asked")
    return _confirm(talk, official, adoption, dict(scheduling.once(meant.at)), "")


def _confirm(talk: Talk, official: Official, adoption: Adoption, rule: dict[str, Any], text: str) -> Reply | None:
    office = talk.session.get_one(Office, official.office_id)
    if not scheduling.next_dates(office, rule, talk.moment.now, 1):
        talk.say("schedule_not_understood", reason="past")
        return None
    questions.ask(
        talk.session, talk.moment, official, "schedule_rule", "schedule_confirm",
        data={"adoption": adoption.id, "rule": rule, "words": " ".join(text.split())},
        adoption_id=adoption.id, rule=rule,
    )  # fmt: skip
    return Reply("question_asked")


def _start(talk: Talk, pressed: Press) -> Reply | None:
    schedule, official = scheduling.opened(talk.session, talk.officials, pressed.id)
    try:
        run = scheduling.start(talk.session, talk.moment, talk.officials, pressed.id, _name(pressed))
    except Stopped as stopped:
        if stopped.key not in ("unconfirmed", "duplicate", "no_sop"):
            raise
        adoption = scheduling.adoption_of(talk.session, schedule)
        facts = {"steps": [], "run_number": None, "title": adoption.title if adoption else "", **stopped.params}
        talk.say("start_refused", official, reason=stopped.key, **facts)
        return Reply("ok")
    _answered(talk)
    talk.say("run_started", official, run_id=run.id)
    return Reply("ok")


def _ask(talk: Talk, official: Official, adoption: Adoption) -> None:
    questions.ask(
        talk.session, talk.moment, official, "schedule_words", "ask_schedule", data={"adoption": adoption.id},
        title=adoption.title,
    )  # fmt: skip


def _adoption(talk: Talk, adoption_id: int) -> tuple[Official, Adoption]:
    adoption = talk.session.get(Adoption, adoption_id)
    official = next((o for o in talk.officials if adoption and o.office_id == adoption.office_id), None)
    if adoption is None or official is None or not starting.may_start(talk.session, official, load(adoption)):
        raise Stopped("not_allowed")
    return official, adoption


def _may_end(talk: Talk, official: Official, schedule_id: int) -> bool:
    try:
        scheduling.opened(talk.session, [official], schedule_id)
    except Stopped:
        return False
    return True


def _name(pressed: Press) -> date:
    try:
        return datetime.strptime(str(pressed.activation), "%Y%m%d").date()  # noqa: DTZ007 - a name, not a moment
    except ValueError as error:
        raise Stopped("stale") from error


def _answered(talk: Talk) -> None:
    """Take the buttons off the question that was just answered."""
    outbox.strip(
        talk.session, bot_id=talk.moment.bot_id, chat_id=talk.incoming.chat_id,
        message_id=talk.incoming.message_id, now=talk.moment.now,
    )  # fmt: skip


def _leave(talk: Talk, question: Question) -> None:
    questions.forget(talk.session, talk.moment, question)
    talk.say("question_left")
