"""What several cards rest on, asked for together: as many questions for all of them as one card alone has."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session, col, select

from messages.views.names import foresee_names
from messages.views.run_facts import foresee_runs
from storage.among import among
from storage.sessions import foresee
from storage.tables import Card, Task
from workflow import delegations, people

# Asked for every card. Putting such a statement together costs more than running it.
_CARDS = select(Card, Task).join(Task, col(Task.id) == col(Card.task_id)).where(among(Card.id, "cards"))


def read_ahead(session: Session, bot_id: int, card_ids: Collection[int]) -> frozenset[int]:
    """Read what rendering these cards will ask for; no effect but on how often the database is asked.

    Return which of them their owners have not seen yet.
    """
    found = session.exec(_CARDS, params={"cards": card_ids}).all()
    if not found:
        return frozenset()
    foresee(session, {"cards": found})  # a session forgets what nobody holds
    offices = {card.office_id for card, _ in found}
    foresee_runs(session, {task.run_id for _, task in found})
    foresee_names(session, offices)
    people.foresee_accounts(session, {card.chat_id for card, _ in found}, bot_id)
    people.foresee_seats(session, {card.official_id for card, _ in found})
    delegations.foresee_delegations(session, offices)
    return frozenset(card.id or 0 for card, _ in found if card.message_id is None)
