"""``/batalkan 12``: the reason first, then ``Ya, batalkan``."""

from __future__ import annotations

from handlers.pages import run_number
from handlers.talk import Talk
from storage.tables import Official, Question, Run
from workflow import cancelling, questions, rights
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.verbs import Press


def command(talk: Talk) -> None:
    """Ask why a run is to be cancelled, if this person may cancel it."""
    number = run_number(talk.incoming.argument.lstrip("#"))
    if number is None:
        steered = cancelling.steerable(talk.session, talk.officials)
        talk.say("cancel_which", run_ids=[run.id for run in steered])
        return
    found = rights.runs_numbered(talk.session, talk.officials, number)
    if not found:
        talk.say("not_found", what="run")
        return
    if len(found) > 1:
        talk.say("cancel_which", run_ids=[run.id for run, _ in found])
        return
    run, official = found[0]
    try:
        cancelling.check(talk.session, official, run)
    except Stopped as stopped:
        if stopped.key == "not_allowed":
            talk.say("not_allowed", official, what="cancel")
        else:
            talk.say("answer_refused", official, key=stopped.key, facts=stopped.params)
        return
    _ask_reason(talk, official, run)


def press(talk: Talk, pressed: Press) -> Reply:
    """A button that asks to cancel; ``id`` is the run's row id."""
    run, official = cancelling.open_run(talk.session, talk.officials, pressed.id)
    _ask_reason(talk, official, run)
    return Reply("question_asked")


def ask_to_confirm(talk: Talk, question: Question) -> Reply:
    """The reason is given; ask once more."""
    run, official = cancelling.open_run(talk.session, talk.officials, question.data["run"])
    reason = question.data["text"]
    questions.ask(
        talk.session, talk.moment, official, "confirm_cancel", "confirm_cancel",
        data={"run": run.id, "reason": reason}, run_id=run.id,
    )  # fmt: skip
    return Reply("question_asked")


def confirm(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """``Ya, batalkan`` or ``Batal``."""
    if option is None:
        talk.say("text_not_expected")
        return None
    data = question.data
    questions.forget(talk.session, talk.moment, question)
    if option != "yes":
        talk.say("question_left")
        return None
    run, official = cancelling.open_run(talk.session, talk.officials, data["run"])
    cancelling.cancel(talk.session, talk.moment, official, run.id or 0, data["reason"])
    return Reply("ok")


def _ask_reason(talk: Talk, official: Official, run: Run) -> None:
    questions.ask(
        talk.session, talk.moment, official, "reason", "ask_reason",
        data={"purpose": "cancel_run", "run": run.id, "units": [], "text": None, "files": []},
        task_id=None, run_id=run.id, purpose="cancel_run", text=None, files=0,
    )  # fmt: skip
