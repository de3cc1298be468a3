"""``/tunda 12`` and ``/lanjutkan 12``: a run's clock stands still, with a reason, and goes on, with one or without."""

from __future__ import annotations

from handlers.pages import run_number
from handlers.talk import Talk
from storage.tables import Official, Question, Run
from workflow import pausing, questions, rights
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.texts import MAX_TEXT
from workflow.verbs import Press

PAUSE, RESUME = "pause_run", "resume_run"
WITHOUT = "without"
"""The answer of ``Lanjutkan tanpa catatan``."""


def pause_command(talk: Talk) -> None:
    """Ask why a run is to be paused; words after the number are the reason already, still to be confirmed."""
    found, words = _named(talk, stopping=True)
    if found is not None:
        _ask_reason(talk, found[1], found[0], PAUSE, words or None)


def resume_command(talk: Talk) -> None:
    """Ask whether a run is to go on; words after the number are a note already, still to be confirmed."""
    found, words = _named(talk, stopping=False)
    if found is not None:
        _ask_reason(talk, found[1], found[0], RESUME, words or None)


def press_pause(talk: Talk, pressed: Press) -> Reply:
    """A button that asks to pause; ``id`` is the run's row id."""
    run, official = pausing.found_run(talk.session, talk.officials, pressed.id, stopping=True)
    _ask_reason(talk, official, run, PAUSE, None)
    return Reply("question_asked")


def press_resume(talk: Talk, pressed: Press) -> Reply:
    """A button that asks to let a run go on; ``id`` is the run's row id."""
    run, official = pausing.found_run(talk.session, talk.officials, pressed.id, stopping=False)
    _ask_reason(talk, official, run, RESUME, None)
    return Reply("question_asked")


def stop(talk: Talk, question: Question) -> Reply:
    """The reason is given: the clock stands still."""
    run, official = pausing.found_run(talk.session, talk.officials, question.data["run"], stopping=True)
    pausing.pause(talk.session, talk.moment, official, run.id or 0, question.data["text"])
    questions.forget(talk.session, talk.moment, question)
    return Reply("ok")


def go_on(talk: Talk, question: Question) -> Reply:
    """Confirmed, with a note or without: the clock goes on."""
    run, official = pausing.found_run(talk.session, talk.officials, question.data["run"], stopping=False)
    pausing.resume(talk.session, talk.moment, official, run.id or 0, question.data["text"])
    questions.forget(talk.session, talk.moment, question)
    return Reply("ok")


def _named(talk: Talk, *, stopping: bool) -> tuple[tuple[Run, Official] | None, str]:
    """Return the run a command names, with the words behind its number; else say which there are."""
    head, _, words = talk.incoming.argument.strip().lstrip("#").partition(" ")
    number = run_number(head)
    found = rights.runs_numbered(talk.session, talk.officials, number) if number is not None else []
    if number is not None and not found:
        talk.say("not_found", what="run")
        return None, ""
    if len(found) != 1:
        offered = [run for run, _ in found] or pausing.pausable(talk.session, talk.officials, stopping=stopping)
        talk.say("pause_which", run_ids=[run.id for run in offered], stopping=stopping)
        return None, ""
    run, official = found[0]
    try:
        pausing.check(talk.session, official, run, stopping=stopping)
    except Stopped as stopped:
        talk.say("answer_refused", official, key=stopped.key, facts=stopped.params)
        return None, ""
    if len(words) > MAX_TEXT:
        talk.say("bad_answer", official, reason="too_long", field=None)
        return None, ""
    return (run, official), words.strip()


def _ask_reason(talk: Talk, official: Official, run: Run, purpose: str, words: str | None) -> None:
    questions.ask(
        talk.session, talk.moment, official, "reason", "ask_reason",
        data={"purpose": purpose, "run": run.id, "units": [], "text": words, "files": []},
        task_id=None, run_id=run.id, purpose=purpose, text=words, files=0,
    )  # fmt: skip
