"""Keeping a message within what Telegram accepts, without breaking its markup."""

from __future__ import annotations

import html
import re

from messages.text import ELLIPSIS, utf16_length

MAX_TEXT = 4096
"""UTF-16 units of a message's text once its markup is parsed (Bot API, sendMessage)."""

MAX_TOAST = 200
"""Characters of a callback answer (Bot API, answerCallbackQuery)."""

_TOKEN = re.compile(r"<(/?)([a-z]+)[^>]*>|&[#a-zA-Z0-9]+;|.", re.DOTALL)


def fit(text: str, more: str = "", limit: int = MAX_TEXT) -> str:
    """Return Telegram HTML whose parsed text fits, cut after a whole line where it can be.

    ``more`` (plain text) says where the rest is to be found. Tags that the cut leaves open
    are closed; no tag or entity is ever cut through.
    """
    if utf16_length(html.unescape(re.sub(r"<[^>]+>", "", text))) <= limit:
        return text
    ending = f"\n{ELLIPSIS} {more}" if more else f"\n{ELLIPSIS}"
    budget = limit - utf16_length(ending)
    used = 0
    opened: list[str] = []
    at_line: tuple[int, int, list[str]] = (0, 0, [])
    end = 0
    for token in _TOKEN.finditer(text):
        if token[2]:
            opened = opened[:-1] if token[1] else [*opened, token[2]]
            end = token.end()
            continue
        width = utf16_length(html.unescape(token[0]))
        if used + width > budget:
            break
        if token[0] == "\n":
            at_line = (token.start(), used, opened)
        used, end = used + width, token.end()
    if at_line[1] > budget // 2:
        end, _, opened = at_line
    return text[:end].rstrip() + "".join(f"</{tag}>" for tag in reversed(opened)) + html.escape(ending, quote=False)
