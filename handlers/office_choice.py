"""Which office is meant: asked of an admin of several before a conversation that is one office's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from handlers.talk import Talk
from storage.tables import Official, Question
from workflow import people, questions
from workflow.deed import Stopped
from workflow.reply import Reply

Show = Callable[[Talk, Official], Reply]
"""Begins a conversation with the admin of one office."""


def begin(talk: Talk, kind: str, what: str, show: Show) -> None:
    """Show the office that the speaker administers; of several ask which, with a question of that ``kind``.

    ``what`` names the conversation to those who administer none.
    """
    admins = [official for official in talk.officials if people.is_admin(official)]
    if not admins:
        talk.say("not_allowed", what=what)
    elif len(admins) > 1:
        _ask(talk, admins, kind)
    else:
        show(talk, admins[0])


def go_on(talk: Talk, question: Question, option: str | None, show: Show) -> Reply | None:
    """Show the office that was chosen, see :func:`begin`. Raises :class:`Stopped` for anybody but the admin of it."""
    admin = _chosen(talk, question, option)
    return show(talk, admin) if admin is not None else None


def _ask(talk: Talk, admins: Sequence[Official], kind: str) -> None:
    """Ask which office, one button each; the answer goes to the conversation that the ``kind`` names."""
    ids = [one.id for one in admins]
    questions.ask(talk.session, talk.moment, admins[0], kind, "office_choice", about=kind, official_ids=ids)


def _chosen(talk: Talk, question: Question, option: str | None) -> Official | None:
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
