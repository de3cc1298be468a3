"""``/tugas``: everything one owes now, each card sent anew to the bottom of the chat."""

from __future__ import annotations

from handlers.talk import Talk
from workflow import desk


def command(talk: Talk) -> None:
    """Send the cards of one's open tasks anew, or say that there are none."""
    if not desk.lay_out(talk.session, talk.moment, talk.officials):
        talk.say("tasks_none")
