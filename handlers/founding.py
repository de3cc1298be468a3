"""``/start setup_…``: the first admin founds the office, one question after the other.

There is no official yet, so what was answered stands with the code itself, and only the
account that opened the code is asked.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError
from sqlmodel import select

from handlers.talk import Talk, Toast
from storage import outbox
from storage.tables import Outbox, SetupCode
from workflow import founding, founding_posts
from workflow.founding import PREFIX, Founding, Refused
from workflow.founding_posts import OFFERED
from workflow.office_file.model import TIME_ZONES
from workflow.office_file.names import Name
from workflow.verbs import QuestionPress, parse

log = structlog.stdlib.get_logger("handlers.founding")

STEPS = ("office", "regency", "timezone", "name", "salutation", "post", "confirm")
SALUTATIONS = {"bapak": "Bapak", "ibu": "Ibu"}
LONGEST_NAME = 100
NAME: TypeAdapter[str] = TypeAdapter(Name)


def is_code(argument: str) -> bool:
    """Say whether what stands behind ``/start`` is a setup code."""
    return argument.startswith(PREFIX)


def claim(talk: Talk) -> None:
    """Somebody opened a setup code: ask the first question, or go on where they were."""
    token = talk.incoming.argument.removeprefix(PREFIX)
    try:
        code = founding.open_code(talk.session, token, talk.incoming.person, talk.moment.now)
    except Refused as refused:
        _refuse(talk, refused)
        return
    draft = code.draft or {"step": STEPS[0], "answers": {}}
    _ask(talk, code, draft["step"], draft["answers"])


def handle(talk: Talk) -> tuple[bool, Toast | None]:
    """Take what somebody says who founds an office; the first is false where they do not."""
    code = founding.underway(talk.session, talk.incoming.person, talk.moment.now)
    if code is None:
        return False, None
    incoming, draft = talk.incoming, code.draft
    if incoming.kind == "tap":
        pressed = parse(incoming.data or "")
        if not isinstance(pressed, QuestionPress) or pressed.question != draft["question"]:
            return True, Toast("question_gone", alert=True, language=talk.language)
        _take(talk, code, pressed.answer, typed=False)
        return True, Toast("ok", language=talk.language)
    if incoming.command == "batal":
        _strip(talk, draft["question"])
        code.draft = {}
        talk.say("found_left")
    elif incoming.command is None and incoming.text is not None:
        _take(talk, code, incoming.text, typed=True)
    else:
        _ask(talk, code, draft["step"], draft["answers"])
    return True, None


def _take(talk: Talk, code: SetupCode, said: str, *, typed: bool) -> None:
    """Take one answer and ask what comes next; one that does not fit is asked for again."""
    step, answers = code.draft["step"], code.draft["answers"]
    if step == "confirm":
        _confirm(talk, code, said, typed=typed)
        return
    try:
        answers = {**answers, step: _read(step, said, typed=typed)}
    except ValueError as error:
        talk.say("bad_answer", reason=str(error))
        return
    _ask(talk, code, STEPS[STEPS.index(step) + 1], answers)


def _read(step: str, said: str, *, typed: bool) -> Any:
    """Return an answer as it is kept; raise :class:`ValueError` with the reason told to whoever gave it."""
    words = " ".join(said.split())
    match step:
        case "timezone":
            return _chosen(TIME_ZONES, words.upper())
        case "salutation":
            return _chosen(SALUTATIONS, words.casefold())
        case "post":
            return _post(words, typed=typed)
    if not typed:
        raise ValueError("choose")
    try:
        return NAME.validate_python(words)
    except ValidationError:
        raise ValueError("too_long" if len(words) > LONGEST_NAME else "empty") from None


def _chosen(choices: dict[str, str], key: str) -> str:
    if key not in choices:
        raise ValueError("choose")
    return choices[key]


def _post(words: str, *, typed: bool) -> dict[str, str] | None:
    if not typed:
        if words == "none":
            return None
        if words not in OFFERED:
            raise ValueError("choose")
        return asdict(OFFERED[words])
    post = founding_posts.typed(words)
    if post is None:
        raise ValueError("too_long" if len(words) > founding_posts.MAX_TITLE else "empty")
    return asdict(post)


def _confirm(talk: Talk, code: SetupCode, said: str, *, typed: bool) -> None:
    """``Ya, benar`` founds the office; ``Ulangi dari awal`` asks everything again."""
    if not typed and said == "again":
        _ask(talk, code, STEPS[0], {})
        return
    if typed or said != "yes":
        _ask(talk, code, "confirm", code.draft["answers"])
        return
    _strip(talk, code.draft["question"])
    try:
        official = founding.found(talk.session, talk.moment, code, Founding.of(code.draft["answers"]))
    except Refused as refused:
        _refuse(talk, refused)
        return
    log.info("an office was founded", office=official.office_id)
    talk.say("found_done", official)


def _ask(talk: Talk, code: SetupCode, step: str, answers: dict[str, Any]) -> None:
    """Ask one thing; what asked before loses its buttons."""
    if code.draft:
        _strip(talk, code.draft["question"])
    question = talk.moment.nonce[:8]
    code.draft = {"question": question, "step": step, "answers": answers}
    talk.session.flush()
    outbox.say(
        talk.session, bot_id=talk.moment.bot_id, chat_id=talk.incoming.chat_id, office_id=None, template="found_ask",
        params={"question": question}, now=talk.moment.now, priority=1, key=_key(question),
    )  # fmt: skip


def _strip(talk: Talk, question: str) -> None:
    """Take the buttons off the message that asked."""
    row = talk.session.exec(select(Outbox).where(Outbox.key == _key(question))).first()
    if row is not None and row.message_id is not None:
        outbox.strip(
            talk.session, bot_id=row.bot_id, chat_id=row.chat_id, message_id=row.message_id, now=talk.moment.now
        )


def _key(question: str) -> str:
    return f"founding:{question}"


def _refuse(talk: Talk, refused: Refused) -> None:
    # Never the code itself: a log is read by more people than may found an office.
    log.warning("a setup code was refused", reason=refused.refusal.value, person=talk.incoming.person)
    talk.say("found_refused", reason=refused.refusal.value)
