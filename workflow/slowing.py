"""What somebody is told whose updates come faster than they are handled."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session

from workflow import notices, people
from workflow.moment import Moment


def tell(session: Session, moment: Moment, persons: Iterable[int]) -> None:
    """Tell officials among these Telegram ids, once an hour, that all has arrived and they may wait.

    Strangers are told nothing more than that Pandu is for officials.
    """
    for person in persons:
        for official in people.officials_of(session, person, moment.bot_id)[:1]:
            notices.tell(
                session, moment, official, "slowed_down", key=f"slowed:{moment.bot_id}:{person}:{moment.now:%Y%m%d%H}"
            )
