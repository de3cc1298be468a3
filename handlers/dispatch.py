"""Which conversation an update belongs to. Order matters: buttons, commands, questions, files, text."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from handlers import (
    adoption_pages,
    appointment_order,
    appointments,
    approval_buttons,
    auditing,
    calendar_pages,
    cancel_run,
    collect_by,
    correction,
    dead_buttons,
    delegation,
    elsewhere,
    extension,
    extension_decision,
    form_answers,
    founding,
    handover,
    home,
    manage,
    meeting_buttons,
    pages,
    pause,
    personal,
    profile,
    reassign,
    recording,
    return_answers,
    schedules,
    start_run,
    task_buttons,
    tasks,
    uploads,
    when_answers,
)
from handlers.incoming import Incoming
from handlers.talk import Context, Talk, Toast
from storage import outbox
from storage.causes import all_or_nothing
from storage.tables import Question
from workflow import auditors, presence, questions
from workflow.deed import Stopped
from workflow.moment import Moment
from workflow.reply import Reply
from workflow.rules import Refused
from workflow.seats import settling
from workflow.speaking import speaker
from workflow.verbs import Page, Press, QuestionPress, Verb, parse

__all__ = ["Context", "Toast", "handle"]

COMMANDS: dict[str, Callable[[Talk], None]] = {
    "start": home.start,
    "mulai": start_run.command,
    "tugas": tasks.command,
    "status": pages.status,
    "berkas": pages.files,
    "riwayat": pages.history,
    "arsip": pages.archive,
    "batalkan": cancel_run.command,
    "jadwal": schedules.command,
    "dispensasi": extension.command,
    "delegasi": delegation.command,
    "serahterima": handover.command,
    "tunda": pause.pause_command,
    "lanjutkan": pause.resume_command,
    "ingatkan": personal.command,
    "kalender": calendar_pages.command,
    "kelola": manage.command,
    "jabatan": appointments.command,
    "profil": profile.command,
    "privasi": profile.privacy,
    "adopsi": adoption_pages.command,
    "batal": home.leave,
    "bantuan": home.help_,
    "help": home.help_,
}

PRESSES: dict[str, Callable[[Talk, Press], Reply | None]] = {
    **dict.fromkeys(Verb, task_buttons.press),
    **dict.fromkeys(Page, pages.press),
    Page.CHOOSE_SOP: start_run.choose,
    Page.ENROL: home.enrolment_answer,
    Page.PERSONAL: personal.press,
    Page.PROFILE: profile.press,
    Page.CALENDAR: calendar_pages.press,
    Page.MANAGE: manage.press,
    Verb.CORRECT: correction.press,
    Verb.CANCEL_RUN: cancel_run.press,
    Verb.SCHEDULE: schedules.press,
    Verb.OPEN_CARD: tasks.open_card,
    Verb.PAUSE_RUN: pause.press_pause,
    Verb.RESUME_RUN: pause.press_resume,
    Verb.REASSIGN: reassign.press,
    Verb.EXTEND: extension.press,
    Verb.COLLECT_BY: collect_by.press,
    Verb.APPROVE: approval_buttons.approve,
    Verb.DISAPPROVE: approval_buttons.disapprove,
    Page.ORDER: appointments.order,
    Verb.RECORD: recording.press,
    Verb.DISOWN: recording.disown,
    Verb.GRANT: extension_decision.grant,
    Verb.DENY: extension_decision.deny,
}

ANSWERS: dict[str, Callable[[Talk, Question, str | None, str | None], Reply | None]] = {
    **adoption_pages.ANSWERS,
    "period": start_run.period,
    "start": start_run.confirm,
    "field": form_answers.field,
    "summary": form_answers.summary,
    "confirm_send": form_answers.confirm_send,
    "schedule": form_answers.schedule,
    "target": return_answers.target,
    "waive_unit": return_answers.unit,
    "reason": return_answers.reason,
    "which_task": uploads.which_task,
    "correct_field": correction.field,
    "correct_value": correction.value,
    "confirm_cancel": cancel_run.confirm,
    "schedule_confirm": meeting_buttons.confirm,
    "schedule_words": schedules.words,
    "schedule_choose": schedules.choose,
    "schedule_rule": schedules.confirm,
    **dict.fromkeys(("when", "when_choose", "when_confirm"), when_answers.answer),
    "personal_text": personal.about,
    "quiet": profile.quiet,
    "calendar_pick": calendar_pages.pick,
    "calendar_estimate": calendar_pages.estimate,
    "calendar_name": calendar_pages.name,
    "calendar_hours": calendar_pages.hours,
    "calendar_hours_words": calendar_pages.hours_words,
    "calendar_confirm": calendar_pages.confirm,
    "manage_words": manage.words,
    "manage_choose": manage.choose,
    "manage_confirm": manage.confirm,
    "extension_task": extension.which_task,
    "collect_by": collect_by.choice,
    "assign": reassign.choose,
    "confirm_assign": reassign.confirm,
    "approval_reason": approval_buttons.reason,
    recording.KIND: recording.answer,
    "delegations": delegation.overview,
    "delegation_end": delegation.end,
    "delegate_to": delegation.receiver,
    "delegate_when": delegation.when,
    "delegate_sops": delegation.sops,
    "delegate_confirm": delegation.confirm,
    "handover_from": handover.leaving,
    "handover_to": handover.successor,
    "handover_confirm": handover.confirm,
    "seats_office": appointments.office,
    "seats": appointments.post,
    "seat_post": appointments.action,
    "seat_end": appointments.end,
    "seat_person": appointments.person,
    "seat_capacity": appointments.capacity,
    "seat_from": appointments.from_words,
    "seat_until": appointments.until_words,
    "seat_number": appointment_order.number,
    "seat_scan": appointment_order.without_scan,
    "seat_confirm": appointment_order.confirm,
}
"""A question's kind -> what takes its answer: the typed text or the pressed option."""

LEAVES_QUESTION = (
    Verb.SHOW_STEP, Verb.SHOW_DOCUMENTS, Verb.OPEN_CARD, Verb.GRANT, Verb.APPROVE, Verb.ACKNOWLEDGE,
    Verb.RECEIVE, Verb.ATTEND, Verb.TICK, *Page,
)  # fmt: skip
"""Buttons that may be pressed while a question waits: they only show, or answer something else."""

ANSWERED_AGAIN = (
    "question_gone",
    "reason_missing",
    "missing_files",
    "missing_tick",
    "already_sending",
    "scan_storing",
    "paper_missing",
)
"""Refusals after which the pending question still waits for a (better) answer."""


def handle(session: Session, incoming: Incoming, context: Context) -> Toast | None:
    """Handle one update whole, inside the caller's transaction.

    Returns what a tap is answered with. Every refusal that a person can cause ends here as a
    polite answer; anything else is raised, and the update is tried again.
    """
    moment = Moment(context.bot_id, context.now, context.nonce, context.max_file_bytes)
    if incoming.kind == "membership" and incoming.private:
        presence.changed(session, moment, incoming.chat_id, reachable=not incoming.blocked)
        return None
    if incoming.kind not in ("message", "tap", "edit") or not incoming.private or not incoming.person:
        return elsewhere.answer(session, moment, incoming, context)
    speaking = speaker(session, incoming.person, context.bot_id, incoming.chat_id)
    if not speaking.reachable:
        presence.changed(session, moment, incoming.chat_id, reachable=True)
    officials = [one for one in speaking.everybody if not one.auditor]
    settling.settle_if_due(session, officials, moment.now)
    known = [one for one in speaking.everybody if one.auditor]
    reading = [one for one in known if auditors.in_period(one, moment.now)]
    talk = Talk(session, moment, incoming, officials, context.default_language, reading)
    if incoming.kind == "edit":
        elsewhere.edited(talk)
        return None
    if not talk.officials and not known:
        return _stranger(talk)
    if not talk.officials and not auditing.is_open(talk) and not _opens_link(talk):
        return auditing.decline(talk, known)
    if incoming.kind == "tap":
        reply = _tap(talk, asked=speaking.asked)
        return Toast(reply.key, talk.with_zone(reply.params), reply.alert, talk.language)
    _message(talk)
    return None


def _opens_link(talk: Talk) -> bool:
    return talk.incoming.command == "start" and bool(talk.incoming.argument)


def _stranger(talk: Talk) -> Toast | None:
    if _opens_link(talk):
        home.claim(talk)
        return None
    concerned, toast = founding.handle(talk)
    if concerned:
        return toast
    bot_id = talk.moment.bot_id
    outbox.say(
        talk.session, bot_id=bot_id, chat_id=talk.incoming.chat_id, office_id=None, template="stranger", params={},
        now=talk.moment.now, key=f"stranger:{bot_id}:{talk.incoming.person}:{talk.moment.now:%Y%m%d}",
    )  # fmt: skip
    return Toast("not_yours", language=talk.default_language) if talk.incoming.kind == "tap" else None


def _tap(talk: Talk, *, asked: bool) -> Reply:
    """``asked``: the bot may be waiting for an answer in this chat."""
    pressed = parse(talk.incoming.data or "")
    if pressed is None:
        return Reply("stale")
    if asked and isinstance(pressed, Press) and pressed.verb not in LEAVES_QUESTION:
        question = questions.pending(talk.session, talk.moment, talk.incoming.chat_id)
        if question is not None and not _asks_the_same(question, pressed):
            questions.leave(talk.session, talk.moment, question)
    try:
        # A refusal half way must leave nothing behind.
        with all_or_nothing(talk.session):
            if isinstance(pressed, QuestionPress):
                return _answer_tap(talk, pressed) or Reply("ok")
            return PRESSES[pressed.verb](talk, pressed) or Reply("ok")
    except Stopped as stopped:
        reply = Reply(stopped.key, stopped.params, alert=True)
    except Refused as refused:
        reply = Reply(refused.reason, alert=True)
    dead_buttons.take_away(talk, pressed, reply.key)
    if isinstance(pressed, QuestionPress) and reply.key not in ANSWERED_AGAIN:
        # What the question was about is settled: left standing, it would swallow texts and files.
        question = questions.pending(talk.session, talk.moment, talk.incoming.chat_id)
        if question is not None:
            questions.forget(talk.session, talk.moment, question)
    return reply


def _asks_the_same(question: Question, pressed: Press) -> bool:
    """Say whether a card's main button was pressed once more while its own form is being filled in.

    The form is then asked again where it stands; it would be wrong to say that it is over.
    """
    return (
        pressed.verb == Verb.DO
        and question.kind in ("field", "summary")
        and (question.task_id, question.activation) == (pressed.id, pressed.activation)
    )


def _answer_tap(talk: Talk, pressed: QuestionPress) -> Reply | None:
    question = questions.pending(talk.session, talk.moment, talk.incoming.chat_id)
    if question is None or question.id != pressed.question:
        dead_buttons.take_away(talk, pressed, "question_gone")
        return Reply("question_gone")
    return ANSWERS[question.kind](talk, question, None, pressed.answer)


def _message(talk: Talk) -> None:
    incoming = talk.incoming
    if incoming.command is not None:
        command = COMMANDS.get(incoming.command, home.unknown)
        if incoming.command != "batal":
            questions.drop(talk.session, talk.moment, incoming.chat_id)
        command(talk)
    elif incoming.file is not None:
        uploads.receive(talk, incoming.file)
    elif incoming.text is not None:
        _text(talk, incoming.text)
    else:
        talk.say("text_not_expected")


def _text(talk: Talk, text: str) -> None:
    question = questions.pending(talk.session, talk.moment, talk.incoming.chat_id)
    if question is None:
        talk.say("text_not_expected")
        return
    try:
        with all_or_nothing(talk.session):
            ANSWERS[question.kind](talk, question, text, None)
    except Stopped as stopped:
        questions.forget(talk.session, talk.moment, question)
        talk.say("answer_refused", key=stopped.key, facts=stopped.params)
    except Refused as refused:
        questions.forget(talk.session, talk.moment, question)
        talk.say("answer_refused", key=refused.reason, facts={})
