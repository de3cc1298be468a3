"""Which office is meant: asked of an admin of several before a conversation that is one office's."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.talk import Talk
from storage.tables import Official, Question
from workflow import people, questions
from workflow.deed import Stopped


def ask(talk: Talk, admins: Sequence[Official], kind: str) -> None:
    """Ask which office, one button each; the answer goes to the conversation that the ``kind`` names."""
    ids = [one.id for one in admins]
    questions.ask(talk.session, talk.moment, admins[0], kind, "office_choice", about=kind, official_ids=ids)


def chosen(talk: Talk, question: Question, option: str | None) -> Official | None:
    """Return the speaker as admin of the office that was pressed; ``None`` where the answer was no button or ``Batal``.

    Raises :class:`Stopped` for anybody but the admin of it.
    """
    if option is None:
        talk.say("text_not_expected")
        return None
    if option == "cancel":
        questions.forget(talk.session, talk.moment, question)
        talk.say("question_left")
        return None
    official = next((one for one in talk.officials if option == f"office-{one.id}"), None)
    if official is None or not people.is_admin(official):
        raise Stopped("not_allowed")
    return official
