"""A button that can do nothing any more goes away when it is pressed.

Where nobody knew whether a card or a question had arrived, it was sent again: then the first one stands in the chat
too, and nothing else ever takes its buttons away.
"""

from __future__ import annotations

from sqlmodel import col, exists, select

from handlers import task_buttons
from handlers.talk import Talk
from storage import outbox
from storage.tables import Card
from workflow import questions
from workflow.verbs import Press, QuestionPress

OVER = frozenset({"stale", "not_open", "first_by", "run_closed", "question_gone"})
"""What a press is answered with that will be answered the same for ever."""


def take_away(talk: Talk, pressed: Press | QuestionPress, answer: str) -> None:
    """Queue the taking away of the pressed message's buttons, unless its card or question is still the one shown."""
    message_id = talk.incoming.message_id
    if answer not in OVER or not message_id or not (_of_a_card(pressed) or isinstance(pressed, QuestionPress)):
        return
    bot_id, chat_id = talk.moment.bot_id, talk.incoming.chat_id
    shown = exists().where(
        col(Card.bot_id) == bot_id, col(Card.chat_id) == chat_id, col(Card.message_id) == message_id
    )  # fmt: skip
    if talk.session.exec(select(shown)).one() or questions.shown_in(talk.session, talk.moment, chat_id, message_id):
        return
    outbox.strip(talk.session, bot_id=bot_id, chat_id=chat_id, message_id=message_id, now=talk.moment.now)


def _of_a_card(pressed: Press | QuestionPress) -> bool:
    return isinstance(pressed, Press) and (
        pressed.verb in task_buttons.PLAIN or pressed.verb in task_buttons.WITH_ARGUMENT
    )
