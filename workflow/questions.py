"""What the bot waits for in a chat: one question at a time, for 24 hours, kept as a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from storage import outbox, plain
from storage.tables import File, Official, Outbox, Question, Task
from workflow.moment import Moment

LIFE = timedelta(hours=24)

# Asked for every tap. Putting such a statement together costs more than running it.
_ASKED = select(Question.id).where(
    col(Question.bot_id) == bindparam("bot_id"), col(Question.chat_id) == bindparam("chat_id")
)


def ask(
    session: Session,
    moment: Moment,
    official: Official,
    kind: str,
    template: str,
    *,
    task: Task | None = None,
    data: dict[str, Any] | None = None,
    pause: timedelta | None = None,
    **params: Any,
) -> Question:
    """Ask one question in an official's chat, in place of any that still stood there.

    ``template`` is the message that asks; it gets the question's id as ``question``. ``pause``
    waits for the rest of an album, which is then answered once.
    """
    chat_id = _chat(official)
    question = pending(session, moment, chat_id)
    if question is not None and question.task_id != (task.id if task else None):
        # Not the next question of the same conversation: what was begun there is over.
        drop(session, moment, chat_id)
        question = None
    if question is not None:
        _strip(session, moment, question)
    else:
        question = Question(
            bot_id=moment.bot_id, chat_id=chat_id, id="", official_id=0, office_id="", kind="", expires_at=moment.now
        )
        session.add(question)
    question.id = _next_id(moment, question.id)
    question.official_id, question.office_id = official.id or 0, official.office_id
    question.kind, question.data = kind, data or {}
    question.task_id = task.id if task else None
    question.activation = task.activation if task else None
    question.expires_at = moment.now + LIFE
    session.flush()
    _say(session, moment, question, template, params, pause)
    return question


def ask_again(
    session: Session,
    moment: Moment,
    question: Question,
    template: str,
    *,
    pause: timedelta | None = None,
    **params: Any,
) -> None:
    """Put the same question once more, at the bottom of the chat; the older message loses its buttons.

    ``pause`` waits for the rest of an album, which is then answered once.
    """
    _strip(session, moment, question)
    _say(session, moment, question, template, params, pause)


def _say(
    session: Session,
    moment: Moment,
    question: Question,
    template: str,
    params: dict[str, Any],
    pause: timedelta | None = None,
) -> None:
    facts = {"question": question.id, **({"task_id": question.task_id} if question.task_id else {}), **params}
    outbox.say(
        session, bot_id=question.bot_id, chat_id=question.chat_id, office_id=question.office_id, template=template,
        params=facts, now=moment.now, priority=1, due_at=moment.now + pause if pause else None,
        key=f"{_key(question)}{moment.nonce}",
    )  # fmt: skip


def _key(question: Question) -> str:
    return f"question:{question.id}:"


def _strip(session: Session, moment: Moment, question: Question) -> None:
    """Take the buttons off what asked this question: only the newest question can be answered."""
    for row in _messages(session, question):
        if row.status == "queued":
            row.status = "skipped"
        elif row.message_id is not None:
            outbox.strip(
                session, bot_id=question.bot_id, chat_id=question.chat_id, message_id=row.message_id, now=moment.now
            )
            row.key = None


def _messages(session: Session, question: Question) -> Sequence[Outbox]:
    key = _key(question)
    # ';' is the character after ':', so that the unique index on key finds the range.
    return session.exec(select(Outbox).where(col(Outbox.key) > key, col(Outbox.key) < key[:-1] + ";")).all()


def shown_in(session: Session, moment: Moment, chat_id: int, message_id: int) -> bool:
    """Say whether a message is the one that asks the question which the chat still has to answer."""
    question = pending(session, moment, chat_id)
    return question is not None and any(row.message_id == message_id for row in _messages(session, question))


def pending(session: Session, moment: Moment, chat_id: int) -> Question | None:
    """Return the question a chat still has to answer; one over 24 hours old is gone."""
    if plain.run(session, _ASKED, {"bot_id": moment.bot_id, "chat_id": chat_id}).first() is None:
        return None  # as nearly always
    question = session.get(Question, (moment.bot_id, chat_id))
    if question is not None and question.expires_at <= moment.now:
        forget(session, moment, question)
        return None
    return question


def forget(session: Session, moment: Moment, question: Question) -> None:
    """Take a question away without a word, with its buttons. Files kept only for it are discarded."""
    _strip(session, moment, question)
    for file_id in question.data.get("files", []):
        file = session.get(File, file_id)
        if file is not None and file.submission_id is None:
            file.discarded = True
    session.delete(question)
    session.flush()


def drop(session: Session, moment: Moment, chat_id: int) -> None:
    """End a chat's question because the official turned to something else, and say so."""
    question = pending(session, moment, chat_id)
    if question is not None:
        leave(session, moment, question)


def leave(session: Session, moment: Moment, question: Question) -> None:
    """End a question because the official turned to something else, and say so."""
    outbox.say(
        session, bot_id=moment.bot_id, chat_id=question.chat_id, office_id=question.office_id,
        template="question_dropped", params={"kind": question.kind}, now=moment.now, priority=1,
    )  # fmt: skip
    forget(session, moment, question)


def _chat(official: Official) -> int:
    if official.telegram_id is None:
        raise ValueError("only an official with a chat can be asked")
    return official.telegram_id


def _next_id(moment: Moment, previous: str) -> str:
    """Return an id that no older button carries, also when one update asks twice."""
    fresh = moment.nonce[:8]
    return fresh if not previous.startswith(fresh) else fresh + format(int(previous[8:] or "0", 16) + 1, "x")
