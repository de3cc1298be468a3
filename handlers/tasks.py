"""``/tugas``: everything one owes now; ``Buka kartu``: one of these cards, sent anew."""

from __future__ import annotations

from handlers.talk import Talk
from workflow import desk
from workflow.reply import Reply
from workflow.verbs import Press


def command(talk: Talk) -> None:
    """Send the cards of one's open tasks anew, or say that there are none."""
    if not desk.lay_out(talk.session, talk.moment, talk.officials):
        talk.say("tasks_none")


def open_card(talk: Talk, pressed: Press) -> Reply:
    """Move one card to the bottom of the chat, as it is now. Raises :class:`Stopped` where there is none to do."""
    desk.bring_down(talk.session, talk.moment, talk.officials, pressed.id)
    return Reply("ok")
