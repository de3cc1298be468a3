"""What becomes of rows and cards once a try to deliver has ended: bodies of transactions, for the delivery worker."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot.outgoing import Document, Edit, Menu, NewMessage, Outgoing, Remove, Strip
from storage import outbox
from storage.outbox import OutboxItem
from storage.showing import Shown
from storage.tables import Card, Chat
from workflow import notices


def shown(item: OutboxItem, outgoing: Outgoing, message_id: int | None) -> Shown | None:
    """Return what there is to note where nothing else follows from it; ``None`` for anything but a card like that."""
    chat = (item.bot_id, item.chat_id)
    match outgoing:
        case Edit():
            return Shown(item.id, outgoing.card_id, chat, outgoing.revision)
        case NewMessage(card_id=int(card_id), replaces=None) if message_id is not None:
            return Shown(item.id, card_id, chat, outgoing.revision, message_id, outgoing.reminder)
        case _:
            return None


def sent(session: Session, item: OutboxItem, outgoing: Outgoing, message_id: int | None, now: datetime) -> None:
    """Note that Telegram took what a row became, and queue what follows from it."""
    if isinstance(outgoing, Strip | Remove | Menu | Document) or outgoing.card_id is None:
        outbox.mark_sent(session, item.id, message_id, now)
        if isinstance(outgoing, NewMessage) and outgoing.nudge and message_id is not None:
            _replace_nudge(session, item, message_id, now)
        return
    card = session.get_one(Card, outgoing.card_id, with_for_update=True, populate_existing=True)
    outbox.mark_sent(session, item.id, message_id, now)
    if (card.bot_id, card.chat_id) != (item.bot_id, item.chat_id):
        # The official has another account since; what was just sent there is nobody's card.
        if message_id is not None:
            outbox.strip(session, bot_id=item.bot_id, chat_id=item.chat_id, message_id=message_id, now=now)
        return
    card.shown_revision = max(card.shown_revision, outgoing.revision)
    if isinstance(outgoing, NewMessage):
        replaced_reminder = card.sent_as_reminder
        card.message_id, card.sent_at = message_id, now
        card.reminder, card.sent_as_reminder = outgoing.reminder, bool(outgoing.reminder)
        # Asked for again while this message was on its way, it comes again.
        card.anew = card.wanted_revision > outgoing.revision and outbox.asks_anew(session, card)
        if outgoing.replaces is not None:
            take_away = outbox.remove if replaced_reminder else outbox.strip
            take_away(session, bot_id=item.bot_id, chat_id=item.chat_id, message_id=outgoing.replaces, now=now)
    session.add(card)
    session.flush()
    if card.wanted_revision > card.shown_revision:
        outbox.show_card(session, card, now)


def _replace_nudge(session: Session, item: OutboxItem, message_id: int, now: datetime) -> None:
    """Let a digest take the place of the chat's last one: they do not pile up."""
    chat = session.get(Chat, (item.bot_id, item.chat_id), with_for_update=True, populate_existing=True)
    if chat is None:
        chat = Chat(bot_id=item.bot_id, chat_id=item.chat_id, changed_at=now)
        session.add(chat)
    if chat.nudge_message_id is not None:
        outbox.remove(session, bot_id=item.bot_id, chat_id=item.chat_id, message_id=chat.nudge_message_id, now=now)
    chat.nudge_message_id, chat.nudge_sent_at, chat.nudged_at = message_id, now, now


def send_anew(session: Session, item: OutboxItem, edit: Edit, now: datetime) -> None:
    """Queue a card again whose message is gone: as a new one."""
    card = session.get_one(Card, edit.card_id, with_for_update=True, populate_existing=True)
    if card.message_id == edit.message_id:
        card.message_id = None
        card.anew = True
        session.add(card)
    # Without a message, a card that is not live any more is skipped at its next turn.
    outbox.postpone(session, item, now)


def unreachable(session: Session, item: OutboxItem, now: datetime) -> None:
    """Keep what waits for a chat until its official comes back; tell the admin the first time."""
    chat = session.get(Chat, (item.bot_id, item.chat_id))
    known = chat is not None and not chat.reachable
    outbox.hold_chat(session, item.bot_id, item.chat_id, now)
    if not known:
        notices.unreachable(session, item.bot_id, item.chat_id, now)
