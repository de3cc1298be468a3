"""Answers to taps, and reactions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from simulator.entities import units
from simulator.errors import BadRequest
from simulator.methods.delivery import chat_of
from simulator.methods.registry import Call, method
from simulator.parameters import array, boolean, chat_reference, integer, may, need, string
from simulator.records import Toast

TAP_WAITS = timedelta(seconds=150)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
MAX_TOAST = 200
EMOJI = set(
    "👍👎❤🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾😡"
)
"""The reactions of the Bot API."""


@method(
    "answerCallbackQuery",
    need(callback_query_id=string) | may(text=string, show_alert=boolean, url=string, cache_time=integer),
)
def answer_callback_query(call: Call) -> bool:
    """Answer a tap, once, within 150 seconds."""
    query = call.world.queries.get(call.args["callback_query_id"])
    now = call.world.clock.now()
    if query is None or query.bot_id != call.bot.id or query.answered or now - query.at > TAP_WAITS:
        raise BadRequest(TOO_OLD)
    if call.args.get("url"):
        raise BadRequest("URL_INVALID")
    text = call.args.get("text", "")
    if units(text) > MAX_TOAST:
        raise BadRequest("MESSAGE_TOO_LONG")
    query.answered = True
    call.world.keep_query(query)
    call.world.keep_toast(
        Toast(
            user_id=query.user_id, bot_id=call.bot.id, query_id=query.id, text=text,
            alert=call.args.get("show_alert", False), at=now, serial=0,
        )
    )  # fmt: skip
    return True


@method(
    "setMessageReaction",
    need(chat_id=chat_reference, message_id=integer) | may(reaction=array("ReactionType"), is_big=boolean),
)
def set_message_reaction(call: Call) -> bool:
    """Put a reaction of the bot under a message; an empty list takes it away."""
    message = call.world.message(chat_of(call, call.args["chat_id"]), call.args["message_id"])
    if message is None:
        raise BadRequest("message to react not found")
    message.reactions[call.bot.id] = checked_reactions(call.args.get("reaction", []))
    call.world.keep_message(message)
    return True


def checked_reactions(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return reactions that people may use; raises BadRequest for others, or more than one."""
    for one in given:
        if one.get("type") != "emoji" or one.get("emoji", "").rstrip("\ufe0f") not in EMOJI:
            raise BadRequest("REACTION_INVALID")
    if len(given) > 1:
        raise BadRequest("REACTIONS_TOO_MANY")
    return given
