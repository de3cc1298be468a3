"""What an auditor may say: commands and buttons that only show; everything else is declined politely."""

from __future__ import annotations

from handlers.talk import Talk, Toast
from storage.tables import Official
from workflow import auditors, questions
from workflow.verbs import Page, Press, QuestionPress, parse

COMMANDS = frozenset({"start", "status", "berkas", "riwayat", "arsip", "bantuan", "help", "privasi", "profil", "batal"})
PAGES = frozenset({Page.RUN, Page.BOARD, Page.FILES, Page.HISTORY, Page.ARCHIVE, Page.PROFILE})
OWN_QUESTIONS = frozenset({"quiet"})
"""The questions of /profil: all that an auditor is ever asked."""


def is_open(talk: Talk) -> bool:
    """Say whether an auditor in their period may say this."""
    incoming = talk.incoming
    if not talk.auditors:
        return False
    if incoming.kind == "tap":
        pressed = parse(incoming.data or "")
        if isinstance(pressed, QuestionPress):
            return _asked_about_themselves(talk)
        return isinstance(pressed, Press) and pressed.verb in PAGES
    if incoming.command is not None:
        return incoming.command in COMMANDS
    return incoming.text is not None and _asked_about_themselves(talk)


def decline(talk: Talk, known: list[Official]) -> Toast | None:
    """Say that an auditor reads only, or that their time is over or has not come; change nothing."""
    away = [one for one in known if not auditors.in_period(one, talk.moment.now)]
    # Whose time it is reads; of the others, the one that lasts longest says why not.
    key = "auditor_reads" if talk.auditors else "auditor_period"
    official = talk.auditors[0] if talk.auditors else max(away, key=lambda one: (one.valid_until is None, one.id or 0))
    if talk.incoming.kind == "tap":
        return Toast(key, alert=True, language=official.language or talk.default_language)
    talk.say(key, official, official_id=official.id)
    return None


def _asked_about_themselves(talk: Talk) -> bool:
    question = questions.pending(talk.session, talk.moment, talk.incoming.chat_id)
    return question is not None and question.kind in OWN_QUESTIONS
