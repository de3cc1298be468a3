"""Keyboards under a message: what Telegram takes, what it refuses."""

from __future__ import annotations

import re
from typing import Any

from simulator.errors import BadRequest
from simulator.parameters import boolean, fields_of, integer, string, structure

Keyboard = list[list[dict[str, Any]]]
MAX_BUTTONS = 100
MAX_PER_ROW = 8
MAX_DATA_BYTES = 64
STYLES = {"danger", "success", "primary"}
ACTIONS = ("url", "callback_data", "copy_text")
ELSEWHERE = {
    "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "callback_game", "pay", "icon_custom_emoji_id",
}  # fmt: skip


def read_markup(markup: dict[str, Any] | None) -> tuple[Keyboard, dict[str, Any] | None]:
    """Return the inline keyboard and the other kind of markup (reply keyboard, its removal, forced reply).

    Raises BadRequest as Telegram does, also for buttons that need what is not here (payments, web apps, games).
    """
    if markup is None or markup == {}:
        return [], None
    if "inline_keyboard" in markup:
        if set(markup) != {"inline_keyboard"}:
            raise BadRequest("can't parse reply keyboard markup: unknown field beside inline_keyboard")
        return _inline(markup["inline_keyboard"]), None
    if "keyboard" in markup:
        return [], _reply_keyboard(markup)
    if "remove_keyboard" in markup:
        checked = fields_of(markup, "ReplyKeyboardRemove", remove_keyboard=boolean, selective=boolean)
        return [], checked
    if "force_reply" in markup:
        reply = fields_of(markup, "ForceReply", force_reply=boolean, input_field_placeholder=string, selective=boolean)
        return [], reply
    raise BadRequest("can't parse reply keyboard markup JSON object")


def _rows(rows: Any) -> list[list[Any]]:
    if not isinstance(rows, list):
        raise BadRequest('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    for row in rows:
        if not isinstance(row, list):
            raise BadRequest('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    return rows


def _inline(rows: Any) -> Keyboard:
    keyboard = [[_button(button) for button in row] for row in _rows(rows) if row]
    if sum(len(row) for row in keyboard) > MAX_BUTTONS or any(len(row) > MAX_PER_ROW for row in keyboard):
        raise BadRequest("reply markup is too long")
    return keyboard


def _button(button: Any) -> dict[str, Any]:
    where = "inline keyboard button"
    if not isinstance(button, dict):
        raise BadRequest(f"can't parse {where}: InlineKeyboardButton must be an Object")
    for name in ELSEWHERE & button.keys():
        raise BadRequest(f"BUTTON_TYPE_INVALID: the simulator has no {name}")
    read = fields_of(
        button, where, text=string, url=string, callback_data=string, copy_text=structure("CopyTextButton"),
        style=string,
    )  # fmt: skip
    if not read.get("text", "").strip():
        raise BadRequest(f"can't parse {where}: Can't find field \"text\"")
    actions = [name for name in ACTIONS if read.get(name)]
    if len(actions) != 1:
        raise BadRequest(f"can't parse {where}: Text buttons are unallowed in the inline keyboard")
    if len(read.get("callback_data", "").encode()) > MAX_DATA_BYTES:
        raise BadRequest("BUTTON_DATA_INVALID")
    if "url" in read and not re.match(r"(?:https?|tg)://[^\s/]", read["url"]):
        raise BadRequest(f"inline keyboard button URL '{read['url']}' is invalid: Wrong HTTP URL")
    if "copy_text" in read:
        copied = fields_of(read["copy_text"], "CopyTextButton", text=string)
        if not 1 <= len(copied.get("text", "")) <= 256:
            raise BadRequest("BUTTON_COPY_TEXT_INVALID")
    if "style" in read and read["style"] not in STYLES:
        raise BadRequest(f"can't parse {where}: invalid button style specified")
    return read


def _reply_keyboard(markup: dict[str, Any]) -> dict[str, Any]:
    read = fields_of(
        markup, "ReplyKeyboardMarkup", keyboard=lambda _, rows: rows, is_persistent=boolean, resize_keyboard=boolean,
        one_time_keyboard=boolean, input_field_placeholder=string, selective=boolean,
    )  # fmt: skip
    rows = []
    for row in _rows(read["keyboard"]):
        buttons = [{"text": button} if isinstance(button, str) else button for button in row]
        for button in buttons:
            if not isinstance(button, dict) or not set(button) <= {"text", "style"} or not button.get("text"):
                raise BadRequest("can't parse keyboard button: the simulator has text buttons only")
        rows.append(buttons)
    return {**read, "keyboard": rows}


def read_link_preview(options: dict[str, Any] | None) -> dict[str, Any] | None:
    """Check link_preview_options."""
    if options is None:
        return None
    return fields_of(
        options, "LinkPreviewOptions", is_disabled=boolean, url=string, prefer_small_media=boolean,
        prefer_large_media=boolean, show_above_text=boolean,
    )  # fmt: skip


def read_reply(parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Check reply_parameters; replies across chats, polls and checklists are not here."""
    if parameters is None:
        return None
    read = fields_of(
        parameters, "ReplyParameters", message_id=integer, chat_id=integer, allow_sending_without_reply=boolean,
        quote=string, quote_parse_mode=string, quote_entities=lambda _, e: e, quote_position=integer,
    )  # fmt: skip
    if "message_id" not in read:
        raise BadRequest("can't parse ReplyParameters: Can't find field \"message_id\"")
    return read
