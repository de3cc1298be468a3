"""What an official says about themselves: how to be addressed, in which language, when not to be disturbed.

It belongs to the person, so it counts in each office they sit in. The record says that it was
changed, never to what: what somebody prefers must stay erasable.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from storage import audit, outbox
from storage.literals import is_status
from storage.tables import Card, Office, Official, Run, Task
from workflow.calendar.of_office import calendar_of
from workflow.deed import Stopped
from workflow.moment import Moment
from workflow.quiet_hours import QuietHours

SALUTATIONS = ("Bapak", "Ibu")
LANGUAGES = ("id", "en")


def set_salutation(session: Session, moment: Moment, officials: Sequence[Official], words: str) -> None:
    """Address a person as 'Bapak' or 'Ibu' from now on, on the cards they have, too."""
    if words not in SALUTATIONS:
        raise Stopped("stale")
    changed = [official for official in _in_order(officials) if official.salutation != words]
    if changed:
        _renew_cards(session, moment, officials)
    for official in changed:
        # The office file may not take back what the person themselves said.
        official.salutation, official.source = words, "chat"
        _record(session, moment, official, "salutation")


def set_language(session: Session, moment: Moment, officials: Sequence[Official], language: str) -> None:
    """Speak to a person in Indonesian ('id') or English ('en') from now on; their menu of commands, too."""
    if language not in LANGUAGES:
        raise Stopped("stale")
    changed = [official for official in _in_order(officials) if official.language != language]
    if changed:
        _renew_cards(session, moment, officials)
    for official in changed:
        official.language = language
        _record(session, moment, official, "language")
    for official in changed[:1]:
        if official.telegram_id is not None:
            outbox.set_menu(
                session, bot_id=moment.bot_id, chat_id=official.telegram_id, office_id=official.office_id,
                language=language, now=moment.now,
            )  # fmt: skip


def renew_menus(session: Session, bot_id: int, now: datetime, edition: str) -> None:
    """Give everybody who chose a language the menu of this release; ``edition`` names its commands.

    A chat's own menu would else keep the commands of the release in which it was set.
    """
    served = select(Official).join(Office, col(Office.id) == col(Official.office_id)).where(Office.bot_id == bot_id)
    rows = served.where(
        col(Official.language).is_not(None), col(Official.telegram_id).is_not(None), col(Official.active)
    )
    for official in session.exec(rows.order_by(col(Official.id))).all():
        outbox.set_menu(
            session, bot_id=bot_id, chat_id=official.telegram_id or 0, office_id=official.office_id,
            language=official.language or "", now=now, key=f"menu:{bot_id}:{official.telegram_id}:{edition}",
        )  # fmt: skip


def set_quiet(session: Session, moment: Moment, officials: Sequence[Official], hours: QuietHours | None) -> None:
    """Keep a person's quiet hours, or take them away; raise :class:`Stopped` where they swallow the working day.

    Reminders go out in working time only. Quiet hours may lie in it (a noon, an hour in the
    morning), but half of every working day has to stay: else nothing would ever be reminded of.
    """
    for official in officials:
        calendar = calendar_of(session.get_one(Office, official.office_id))
        if hours is not None and not hours.leaves_time(calendar, calendar.local_date(moment.now)):
            raise Stopped("quiet_too_long")
    kept = hours.as_json() if hours is not None else {}
    for official in _in_order(officials):
        if official.quiet != kept:
            official.quiet = kept
            _record(session, moment, official, "quiet")


def _in_order(officials: Sequence[Official]) -> list[Official]:
    """Return a person's rows in the order in which the offices' records are locked."""
    return sorted(officials, key=lambda official: official.office_id)


def _renew_cards(session: Session, moment: Moment, officials: Sequence[Official]) -> None:
    """Show the cards of open runs anew in place: their words depend on who reads."""
    query = (
        select(Card)
        .join(Task, col(Task.id) == Card.task_id)
        .join(Run, col(Run.id) == Task.run_id)
        .where(
            col(Run.office_id).in_([official.office_id for official in officials]),
            col(Card.official_id).in_([official.id for official in officials]),
            col(Card.live).is_(True),
            col(Card.message_id).is_not(None),
            is_status(Run.status, "open"),
        )
        .order_by(col(Card.id))
        .with_for_update(of=Card)
        .execution_options(populate_existing=True)
    )
    for card in session.exec(query).all():
        card.wanted_revision += 1
        outbox.show_card(session, card, moment.now)


def _record(session: Session, moment: Moment, official: Official, field: str) -> None:
    session.flush()
    audit.record(
        session, office_id=official.office_id, at=moment.now, kind="profile.changed",
        payload={"official": official.id, "field": field}, actor_id=official.id,
    )  # fmt: skip
