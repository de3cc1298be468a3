"""What an outbox row becomes at delivery, and the Telegram method that carries it.

:func:`prepare` reads and renders (in a reading thread); :func:`transmit` makes the one
network call. Neither writes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any

from sqlmodel import Session
from telegram import InputFile
from telegram.error import BadRequest

from bot.command_menu import show_menu
from bot.telegram_client import UPLOAD_SECONDS, ServerFault, TelegramClient
from messages.card import render_card
from messages.document_caption import document_caption
from messages.render import NothingToSay, render
from messages.rendered import InlineButton, Rendered
from storage.file_store import FileStore
from storage.outbox import OutboxItem
from storage.tables import Card, File
from workflow import people
from workflow.office_file.export import export_office
from workflow.reminding import delivering
from workflow.reminding.morning import DIGEST

PHOTO_LIMIT = 10 * 1024 * 1024
NO_PREVIEW = {"is_disabled": True}


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to send. For a card: which, at which revision, and the message it replaces.

    ``reminder`` is the slot a card reminds of; ``nudge``: this is a digest, which takes the
    place of the chat's last one.
    """

    rendered: Rendered
    silent: bool
    card_id: int | None = None
    revision: int = 0
    replaces: int | None = None
    reminder: str = ""
    nudge: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """A card to be changed in place. A live one is sent anew if its message is gone."""

    rendered: Rendered
    message_id: int
    card_id: int
    revision: int
    live: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """A message that loses its buttons."""

    message_id: int


@dataclass(frozen=True, slots=True)
class Remove:
    """A message to delete; where Telegram refuses (after 48 hours), it loses its buttons instead."""

    message_id: int


@dataclass(frozen=True, slots=True)
class Menu:
    """The chat's menu of commands, in the language its owner chose."""

    language: str


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing to say yet: a reminder waits for working time, or for the end of somebody's quiet hours.

    ``not_after``: from when on it is not said any more, where that has moved, too.
    """

    at: datetime
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file to send: by Telegram's id if this bot has one, else from the store, or made just now (``content``)."""

    name: str
    form: str
    telegram_file_id: str | None
    sha256: str | None
    size: int
    silent: bool
    caption: str | None
    content: bytes | None = None


Outgoing = NewMessage | Edit | Strip | Remove | Document | Menu


def prepare(session: Session, item: OutboxItem, default_language: str, now: datetime) -> Outgoing | Later | None:
    """Return what to do for a row as things stand at ``now``, or ``None`` if there is nothing left to do."""
    if item.not_after is not None and now > item.not_after and item.kind != "card":
        return None
    match item.kind:
        case "card":
            return _card(session, item, default_language, now)
        case "strip":
            return Strip(item.message_id) if item.message_id is not None else None
        case "remove":
            return Remove(item.message_id) if item.message_id is not None else None
        case "menu":
            return Menu(str(item.params.get("language", default_language)))
        case "document":
            return _document(session, item, default_language, now)
        case "invitation":
            return _meeting_file(session, item, default_language, now)
        case "office_file":
            return _office_file(session, item, default_language, now)
        case _:
            return _message(session, item, default_language, now)


def _message(session: Session, item: OutboxItem, default_language: str, now: datetime) -> NewMessage | Later | None:
    nudge = item.template == DIGEST
    opens_at = delivering.next_open(session, item.bot_id, item.chat_id, now) if nudge else now
    if opens_at > now:
        return Later(opens_at)
    quiet_until = delivering.quiet_until(session, item, now)
    if quiet_until is not None and item.template in delivering.MAY_WAIT:
        return Later(quiet_until, delivering.still_said_after(session, item, quiet_until))
    try:
        rendered = render(
            session, item.template or "", item.params, office_id=item.office_id, chat_id=item.chat_id,
            bot_id=item.bot_id, default_language=default_language, now=now, repeated=item.uncertain,
        )  # fmt: skip
    except NothingToSay:
        return None
    return NewMessage(rendered, item.silent or quiet_until is not None, nudge=nudge)


def _card(session: Session, item: OutboxItem, default_language: str, now: datetime) -> Outgoing | Later | None:
    card = session.get(Card, item.card_id)
    if card is None or card.id is None or (card.message_id is None and not card.live):
        return None
    if (card.bot_id, card.chat_id) != (item.bot_id, item.chat_id):
        return None  # the official has another account since, and the card a row of its own there
    reminder = delivering.reminder(session, item, card, now)
    anew = card.live and (card.anew or card.message_id is None or bool(reminder))
    if not anew and card.shown_revision >= card.wanted_revision:
        return None  # an earlier row has shown what this one is about
    quiet_until = delivering.quiet_until(session, item, now)
    if quiet_until is not None and reminder and not card.anew and card.shown_revision >= card.wanted_revision:
        return Later(quiet_until, delivering.still_said_after(session, item, quiet_until))
    # Only a repeated sending can be seen twice; an edit cannot.
    repeated = item.uncertain and anew
    rendered = render_card(
        session, card.id, default_language=default_language, now=now, repeated=repeated,
        reminder=reminder if anew else card.reminder,
    )  # fmt: skip
    if anew or card.message_id is None:
        sounds = quiet_until is None and delivering.sounds(session, card.office_id, now)
        silent = item.silent or not sounds
        return NewMessage(rendered, silent, card.id, card.wanted_revision, card.message_id, reminder)
    return Edit(rendered, card.message_id, card.id, card.wanted_revision, card.live)


def _document(session: Session, item: OutboxItem, default_language: str, now: datetime) -> Document | None:
    file = session.get(File, item.file_id)
    if file is None or file.status == "refused":
        return None
    return Document(
        name=file.name,
        form=file.form,
        telegram_file_id=file.telegram_file_id if file.bot_id == item.bot_id else None,
        sha256=file.sha256,
        size=file.size or 0,
        silent=item.silent
        or not delivering.sounds(session, file.office_id, now)
        or delivering.quiet_until(session, item, now) is not None,
        caption=_caption(session, item, default_language),
    )


async def transmit(client: TelegramClient, store: FileStore, chat_id: int, outgoing: Outgoing) -> int | None:
    """Make the call and return the new message's id, if there is one.

    Telegram's "message is not modified" is a success. Raises :class:`telegram.error.TelegramError`,
    :class:`storage.errors.FilesUnavailable` where a stored file cannot be had now, and
    :class:`FileNotFoundError` where it is lost.
    """
    match outgoing:
        case NewMessage():
            return await _send(client, chat_id, outgoing)
        case Edit():
            await _edit(client, chat_id, outgoing)
        case Strip():
            await _strip(client, chat_id, outgoing.message_id)
        case Remove():
            await _remove(client, chat_id, outgoing.message_id)
        case Menu():
            await show_menu(client.bot, chat_id, outgoing.language)
        case Document():
            return await _send_file(client, store, chat_id, outgoing)
    return None


async def _send(client: TelegramClient, chat_id: int, new: NewMessage) -> int:
    said = {"chat_id": chat_id, **_words(new.rendered), "disable_notification": new.silent}
    try:
        message = await client.call("sendMessage", said)
    except BadRequest as error:
        if not _bad_markup(error):
            raise
        message = await client.call("sendMessage", _without_markup(said))
    message_id = message.get("message_id") if isinstance(message, dict) else None
    if not isinstance(message_id, int):
        raise ServerFault("sendMessage told of no message")
    return message_id


async def _edit(client: TelegramClient, chat_id: int, edit: Edit) -> None:
    said = {"chat_id": chat_id, "message_id": edit.message_id, **_words(edit.rendered)}
    try:
        await _unless_unchanged(client, "editMessageText", said)
    except BadRequest as error:
        if not _bad_markup(error):
            raise
        await _unless_unchanged(client, "editMessageText", _without_markup(said))


async def _strip(client: TelegramClient, chat_id: int, message_id: int) -> None:
    await _unless_unchanged(client, "editMessageReplyMarkup", {"chat_id": chat_id, "message_id": message_id})


async def _remove(client: TelegramClient, chat_id: int, message_id: int) -> None:
    try:
        await client.call("deleteMessage", {"chat_id": chat_id, "message_id": message_id})
    except BadRequest as error:
        if chat_is_gone(error) or "message to delete not found" in str(error).lower():
            raise
        await _strip(client, chat_id, message_id)


async def _unless_unchanged(client: TelegramClient, method: str, parameters: dict[str, Any]) -> None:
    try:
        await client.call(method, parameters)
    except BadRequest as error:
        if "not modified" not in str(error).lower():
            raise


def _words(rendered: Rendered) -> dict[str, Any]:
    """Return what a message and a changed one have in common."""
    said = {"text": rendered.text, "parse_mode": "HTML", "link_preview_options": NO_PREVIEW}
    return {**said, "reply_markup": keyboard(rendered)}


def _without_markup(said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "text": plain(said["text"]), "parse_mode": None}


def _meeting_file(session: Session, item: OutboxItem, default_language: str, now: datetime) -> Document | None:
    from messages.ics import meeting_file  # dear to load, and many an office never meets

    made = meeting_file(
        session, item.params, office_id=item.office_id, chat_id=item.chat_id, default_language=default_language,
        now=now,
    )  # fmt: skip
    if made is None:
        return None
    return Document(
        name=made.name, form="document", telegram_file_id=None, sha256=None, size=len(made.content), silent=True,
        caption=_caption(session, item, default_language), content=made.content,
    )  # fmt: skip


def _caption(session: Session, item: OutboxItem, default_language: str) -> str | None:
    return document_caption(
        session, item.params, office_id=item.office_id, chat_id=item.chat_id, queued_at=item.created_at,
        repeated=item.uncertain, default_language=default_language,
    )  # fmt: skip


def _office_file(session: Session, item: OutboxItem, default_language: str, now: datetime) -> Document | None:
    """Return the office as a file, for whoever is its admin now; without anybody's account."""
    admins = [] if item.office_id is None else people.admins(session, item.office_id)
    if item.office_id is None or all(admin.telegram_id != item.chat_id for admin in admins):
        return None
    content = export_office(session, item.office_id, now).encode()
    return Document(
        name=f"{item.office_id}.yaml", form="document", telegram_file_id=None, sha256=None, size=len(content),
        silent=True, caption=_caption(session, item, default_language), content=content,
    )  # fmt: skip


async def _send_file(client: TelegramClient, store: FileStore, chat_id: int, document: Document) -> int:
    if document.content is not None:
        return await _send_document(client, chat_id, document, document.content)
    if document.telegram_file_id is not None:
        try:
            return await _send_document(client, chat_id, document, document.telegram_file_id)
        except BadRequest as error:
            if document.sha256 is None or chat_is_gone(error):
                raise
    if document.sha256 is None:
        raise BadRequest("The file is neither with this bot nor in the store")
    if document.size > client.limits.send:
        raise BadRequest(f"The file is larger than this Bot API server carries ({client.limits.send >> 20} MB)")
    async with store.opened(document.sha256) as file:
        # As an open file: read_file_handle would have all of it in memory.
        content = InputFile(file, filename=document.name, read_file_handle=False)
        return await _send_document(client, chat_id, document, content)


async def _send_document(
    client: TelegramClient, chat_id: int, document: Document, content: str | bytes | InputFile
) -> int:
    uploads = not isinstance(content, str)
    as_photo = document.form == "photo" and (not uploads or document.size <= PHOTO_LIMIT)
    filename = document.name if uploads else None
    seconds = upload_seconds(document.size if uploads else 0)
    if as_photo:
        message = await client.bot.send_photo(
            chat_id, content, caption=document.caption, disable_notification=document.silent, filename=filename,
            write_timeout=seconds,
        )  # fmt: skip
    else:
        message = await client.bot.send_document(
            chat_id, content, caption=document.caption, disable_notification=document.silent, filename=filename,
            write_timeout=seconds,
        )  # fmt: skip
    return message.message_id


def upload_seconds(size: int) -> float:
    """Return how long so many bytes may take to Telegram: an own server answers when it has passed them on."""
    return UPLOAD_SECONDS + (size >> 20)


def keyboard(rendered: Rendered) -> dict[str, Any] | None:
    """Return the buttons as Telegram's."""
    if not rendered.keyboard:
        return None
    return {"inline_keyboard": [[_button(button) for button in row] for row in rendered.keyboard]}


def _button(button: InlineButton) -> dict[str, str]:
    made = {"text": button.caption, "callback_data": button.data}
    return {**made, "style": button.style} if button.style else made


def plain(html: str) -> str:
    """Return Telegram HTML as text, for the day a template made markup that Telegram refuses."""
    return unescape(re.sub(r"</?[a-zA-Z][^<>]*>", "", html))


def message_is_gone(error: BadRequest) -> bool:
    """Tell whether an edit failed because there is no message (any more) that could be edited."""
    text = str(error).lower()
    signs = ("message to edit not found", "can't be edited", "message_id_invalid", "message not found")
    return any(sign in text for sign in signs)


def chat_is_gone(error: BadRequest) -> bool:
    """Tell whether there is no chat (yet) with this person."""
    text = str(error).lower()
    return any(sign in text for sign in ("chat not found", "user not found", "peer_id_invalid", "chat_id is empty"))


def _bad_markup(error: BadRequest) -> bool:
    return "can't parse entities" in str(error).lower()
