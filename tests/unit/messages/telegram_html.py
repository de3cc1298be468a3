"""A strict reader of Telegram's HTML: anything Telegram might refuse is an error here."""

from __future__ import annotations

import html
import re
import unicodedata

from messages.rendered import Rendered
from messages.text import utf16_length

ALLOWED = {"b", "i", "code", "blockquote"}
_TOKEN = re.compile(r"<(/?)([a-z]+)>|&(?:lt|gt|amp|quot|#\d+);|[^<>&]", re.DOTALL)


def plain(text: str) -> str:
    """Return what a reader sees; raise :class:`AssertionError` for markup Telegram might refuse."""
    opened: list[str] = []
    seen: list[str] = []
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        assert token, f"not Telegram HTML at {position}: {text[position : position + 40]!r}"
        if token[2]:
            assert token[2] in ALLOWED, token[0]
            if token[1]:
                assert opened, f"nothing to close: {token[0]}"
                assert opened.pop() == token[2], token[0]
            else:
                opened.append(token[2])
        else:
            seen.append(html.unescape(token[0]))
        position = token.end()
    assert not opened, f"left open: {opened}"
    return "".join(seen)


def check(rendered: Rendered) -> str:
    """Hold a message against Telegram's limits and ours; return what a reader sees."""
    shown = plain(rendered.text)
    assert shown.strip()
    assert shown == shown.strip()
    assert utf16_length(shown) <= 4096
    assert "\n\n\n" not in shown
    assert not [c for c in shown if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs")], shown
    assert "None" not in shown
    for button in (button for row in rendered.keyboard for button in row):
        assert 1 <= len(button.data.encode()) <= 64
        assert 1 <= len(button.caption) <= 60
        assert not [c for c in button.caption if unicodedata.category(c) in ("Cc", "Cf", "Cs")]
    return shown


def captions(rendered: Rendered) -> list[list[str]]:
    """Return the captions row by row."""
    return [[button.caption for button in row] for row in rendered.keyboard]
