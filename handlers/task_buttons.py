"""The buttons on a task's card: each names one use case."""

from __future__ import annotations

from collections.abc import Callable

from handlers import meeting_buttons
from handlers.talk import Talk
from storage.tables import Task
from workflow import acts, carried, collecting, deciding, last_time, questions, sending, side_acts
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.state import Part, PartKey
from workflow.verbs import Press, Verb

Act = Callable[..., Reply]

PLAIN: dict[str, Act] = {
    Verb.DO: sending.press,
    Verb.RETURN: deciding.send_back,
    Verb.ACKNOWLEDGE: side_acts.acknowledge,
    Verb.REUSE: side_acts.reuse,
    Verb.REUSE_LAST: last_time.reuse,
    Verb.REPLACE: side_acts.replace_files,
    Verb.KEEP: side_acts.keep,
    Verb.RECEIVE: side_acts.receive,
    Verb.WITHDRAW: side_acts.withdraw,
}
WITH_ARGUMENT: dict[str, Act] = {
    Verb.DECIDE: deciding.decide,
    Verb.TICK: side_acts.tick,
    Verb.ATTEND: side_acts.attend,
}


def press(talk: Talk, pressed: Press) -> Reply:
    """Carry out a press on a task's card. Raises :class:`Stopped` for the polite refusals."""
    session, moment, officials = talk.session, talk.moment, talk.officials
    if pressed.verb in PLAIN:
        return PLAIN[pressed.verb](session, moment, officials, pressed.id, pressed.activation)
    if pressed.verb in WITH_ARGUMENT:
        return WITH_ARGUMENT[pressed.verb](session, moment, officials, pressed.id, pressed.activation, pressed.argument)
    return OTHERS[pressed.verb](talk, pressed)


def nil(talk: Talk, pressed: Press) -> Reply:
    """``Nihil``: ask why there is nothing to report."""
    _, task, official = acts.open_task(talk.session, pressed.id, pressed.activation, talk.officials)
    if task.part != Part.UNIT:
        raise Stopped("stale")
    deciding.ask_reason(talk.session, talk.moment, task, official, "nil")
    return Reply("question_asked")


def waive(talk: Talk, pressed: Press) -> Reply:
    """``Lanjutkan tanpa``: ask which late unit, unless there is only one."""
    loaded, task, official = collecting.board(talk.session, talk.officials, pressed.id)
    if not collecting.may_waive(talk.session, loaded, task, official):
        raise Stopped("not_yours")
    late = [unit_task.subject for unit_task in collecting.late_units(loaded, task.step)]
    if not late:
        raise Stopped("nothing_to_show")
    board = loaded.tasks.get(PartKey(task.step, Part.COLLECTION), task)
    if len(late) == 1:
        deciding.ask_reason(talk.session, talk.moment, board, official, "waive", units=late)
    else:
        questions.ask(
            talk.session, talk.moment, official, "waive_unit", "ask_unit", task=board, data={"units": late}, units=late
        )
    return Reply("question_asked")


def remind(talk: Talk, pressed: Press) -> Reply:
    """``Ingatkan yang belum``."""
    return collecting.remind(talk.session, talk.moment, talk.officials, pressed.id)


def show_step(talk: Talk, pressed: Press) -> Reply:
    """``Lihat langkah``: what the SOP says about this step."""
    task = _visible(talk, pressed)
    talk.say("step_detail", task_id=task.id)
    return Reply("ok")


def show_documents(talk: Talk, pressed: Press) -> Reply:
    """``Lihat dokumen``: the files that come with the card, once more."""
    task = _visible(talk, pressed)
    official = next(o for o in talk.officials if o.office_id == task.office_id)
    _, _, _ = acts.open_task(talk.session, pressed.id, pressed.activation, talk.officials, upload=True)
    ids = carried.shown_file_ids(talk.session, task)
    if not ids:
        raise Stopped("nothing_to_show")
    for file_id in ids:
        talk.send_document(file_id, official)
    return Reply("sent_documents")


def _visible(talk: Talk, pressed: Press) -> Task:
    task = talk.session.get(Task, pressed.id)
    if task is None or all(o.office_id != task.office_id for o in talk.officials):
        raise Stopped("not_yours")
    return task


OTHERS: dict[str, Callable[[Talk, Press], Reply]] = {
    Verb.NIL: nil,
    Verb.WAIVE: waive,
    Verb.REMIND: remind,
    Verb.RESCHEDULE: meeting_buttons.reschedule,
    Verb.CALL_OFF: meeting_buttons.call_off_pressed,
    Verb.SHOW_STEP: show_step,
    Verb.SHOW_DOCUMENTS: show_documents,
}
