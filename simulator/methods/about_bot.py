"""What a bot is called, says of itself and offers as commands."""

from __future__ import annotations

import re
from typing import Any

from simulator.entities import units
from simulator.errors import BadRequest, TooManyRequests
from simulator.methods.delivery import chat_of
from simulator.methods.registry import Call, method
from simulator.parameters import Param, array, fields_of, integer, may, need, string, structure
from simulator.records import CommandList

PLAIN_SCOPES = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
CHAT_SCOPES = {"chat", "chat_administrators", "chat_member"}
SCOPED = may(scope=structure("BotCommandScope"), language_code=string)
TEXTS = {"name": 64, "description": 512, "short_description": 120}
WAIT_AFTER_CLOSE = 600


@method("getMe")
def get_me(call: Call) -> dict[str, Any]:
    """Tell who the bot is."""
    return {
        "id": call.bot.id, "is_bot": True, "first_name": call.bot.user.first_name, "username": call.bot.user.username,
        "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False,
        "can_connect_to_business": False, "has_main_web_app": False, "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
    }  # fmt: skip


def _scope(call: Call) -> str:
    scope = call.args.get("scope", {"type": "default"})
    read = fields_of(scope, "BotCommandScope", type=string, chat_id=lambda _, v: v, user_id=integer)
    kind = read.get("type")
    if kind in PLAIN_SCOPES and set(read) == {"type"}:
        return str(kind)
    if kind in CHAT_SCOPES and "chat_id" in read:
        chat = chat_of(call, read["chat_id"])
        return f"{kind}:{chat.id}" + (f":{read['user_id']}" if kind == "chat_member" else "")
    raise BadRequest("can't parse BotCommandScope: unsupported type specified")


def _language(call: Call) -> str:
    code: str = call.args.get("language_code", "")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise BadRequest("invalid language code specified")
    return code


def _without(call: Call, scope: str, language: str) -> list[CommandList]:
    return [one for one in call.bot.commands if (one.scope, one.language) != (scope, language)]


@method("setMyCommands", need(commands=array("BotCommand")) | SCOPED)
def set_my_commands(call: Call) -> bool:
    """Set the command menu of a scope and language."""
    commands = [fields_of(one, "BotCommand", command=string, description=string) for one in call.args["commands"]]
    if len(commands) > 100:
        raise BadRequest("BOT_COMMANDS_TOO_MUCH")
    for one in commands:
        if not re.fullmatch(r"/?[a-z0-9_]{1,32}", one.get("command", "")):
            raise BadRequest("BOT_COMMAND_INVALID")
        if not 1 <= len(one.get("description", "")) <= 256:
            raise BadRequest("BOT_COMMAND_DESCRIPTION_INVALID")
        one["command"] = one["command"].removeprefix("/")
    scope, language = _scope(call), _language(call)
    kept = [CommandList(scope=scope, language=language, commands=commands)] if commands else []
    call.bot.commands = _without(call, scope, language) + kept
    call.world.keep_bot(call.bot)
    call.world.changed("menu")
    return True


@method("deleteMyCommands", SCOPED)
def delete_my_commands(call: Call) -> bool:
    """Take away the command menu of a scope and language."""
    call.bot.commands = _without(call, _scope(call), _language(call))
    call.world.keep_bot(call.bot)
    call.world.changed("menu")
    return True


@method("getMyCommands", SCOPED)
def get_my_commands(call: Call) -> list[dict[str, Any]]:
    """Return the commands set for exactly this scope and language."""
    scope, language = _scope(call), _language(call)
    return next((one.commands for one in call.bot.commands if (one.scope, one.language) == (scope, language)), [])


def _text_methods(name: str, limit: int) -> None:
    title = name.title().replace("_", "")

    @method(f"setMy{title}", may(language_code=string) | {name: Param(string)})
    def put(call: Call) -> bool:
        text = call.args.get(name, "")
        if units(text) > limit:
            raise BadRequest(f"bot {name.replace('_', ' ')} is too long")
        call.bot.texts[f"{name}:{_language(call)}"] = text
        call.world.keep_bot(call.bot)
        return True

    @method(f"getMy{title}", may(language_code=string))
    def get(call: Call) -> dict[str, str]:
        texts = call.bot.texts
        default = call.bot.user.first_name if name == "name" else ""
        return {name: texts.get(f"{name}:{_language(call)}") or texts.get(f"{name}:") or default}


for _name, _limit in TEXTS.items():
    _text_methods(_name, _limit)


def _menu_owner(call: Call) -> str:
    if "chat_id" not in call.args:
        return "default"
    chat = chat_of(call, call.args["chat_id"])
    if chat.kind != "private":
        raise BadRequest("chat not found")
    return str(chat.id)


@method("setChatMenuButton", may(chat_id=integer, menu_button=structure("MenuButton")))
def set_chat_menu_button(call: Call) -> bool:
    """Choose what the button beside the input opens: the commands, or nothing special."""
    button = fields_of(call.args.get("menu_button", {"type": "default"}), "MenuButton", type=string)
    if button.get("type") not in {"commands", "default"}:
        raise BadRequest("the simulator's menu buttons open commands only")
    call.bot.menu_buttons[_menu_owner(call)] = button
    call.world.keep_bot(call.bot)
    return True


@method("getChatMenuButton", may(chat_id=integer))
def get_chat_menu_button(call: Call) -> dict[str, Any]:
    """Return what the button beside the input opens."""
    buttons = call.bot.menu_buttons
    return buttons.get(_menu_owner(call)) or buttons.get("default") or {"type": "default"}


@method("logOut")
def log_out(call: Call) -> bool:
    """Leave this server; Telegram lets the bot back after ten minutes."""
    call.bot.logged_out = True
    call.world.keep_bot(call.bot)
    return True


@method("close")
def close(_: Call) -> bool:
    """End the bot's session, as before moving it; refused in the first ten minutes, as in Telegram."""
    raise TooManyRequests(WAIT_AFTER_CLOSE)
