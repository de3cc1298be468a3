"""What every screen of ``/kelola`` shares: who may, asking for words, offering a choice, confirming a change.

A change under way is a small dictionary: ``kind`` names it, ``back`` the screen it came from.
Nothing is changed before ``Ya, terapkan``, except where the button itself says it all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from handlers.talk import Talk
from storage.tables import Official, Question
from workflow import people, questions
from workflow.deed import Stopped
from workflow.managing.acting import MAX_NAME, as_name
from workflow.reply import Reply

What = dict[str, Any]
Choice = tuple[str, str]
"""An answer, and the words on its button; '' for those of the caption ``manage_choice_<answer>``."""

Words = Callable[[Talk, Official, What, str], Reply | None]
Chosen = Callable[[Talk, Official, What, str], Reply | None]
Apply = Callable[[Talk, Official, What], Reply | None]
Begin = Callable[[Talk, Official, str], Reply | None]


def admin_of(talk: Talk, official_id: int) -> Official:
    """Return the speaker's own row with this id; raises :class:`Stopped` unless it is an admin's."""
    official = next((one for one in talk.officials if one.id == official_id), None)
    if official is None or not people.is_admin(official):
        raise Stopped("not_allowed")
    return official


def propose(talk: Talk, admin: Official, what: What) -> Reply:
    """Say what a change is, with ``Ya, terapkan`` and ``Batal``."""
    questions.ask(talk.session, talk.moment, admin, "manage_confirm", "manage_change", data={"what": what}, what=what)
    return Reply("question_asked")


def ask_words(talk: Talk, admin: Official, what: What) -> Reply:
    """Ask for a name or a number in words."""
    questions.ask(talk.session, talk.moment, admin, "manage_words", "manage_words", data={"what": what}, what=what)
    return Reply("question_asked")


def offer(talk: Talk, admin: Official, what: What, step: str, choices: Sequence[Choice]) -> Reply:
    """Ask for one of several answers; ``step`` says which question it is."""
    what = {**what, "step": step}
    questions.ask(
        talk.session, talk.moment, admin, "manage_choose", "manage_choose",
        data={"what": what, "choices": [answer for answer, _ in choices]}, what=what,
        choices=[list(choice) for choice in choices],
    )  # fmt: skip
    return Reply("question_asked")


def done(talk: Talk, admin: Official, what: What) -> Reply:
    """Say that a change was made, with the way back."""
    talk.say("manage_change", admin, what=what)
    return Reply("ok")


def name_from(talk: Talk, text: str) -> str | None:
    """Return a typed name; an unusable one is answered and ``None``, the question stands."""
    name = as_name(text)
    if name and len(name) <= MAX_NAME:
        return name
    talk.say("bad_answer", reason="too_long" if name else "empty")
    return None


def begin(talk: Talk) -> None:
    """Let go of a question of ``/kelola`` that was left standing: its answer would come out of the blue."""
    question = questions.pending(talk.session, talk.moment, talk.incoming.chat_id)
    if question is not None and question.kind.startswith("manage_"):
        questions.forget(talk.session, talk.moment, question)


def asked(talk: Talk, question: Question) -> tuple[Official, What]:
    """Return the admin a question was asked, who must be one still, and the change it is about."""
    return admin_of(talk, question.official_id), question.data["what"]
