"""Makes of a real update one that Telegram would hardly send, or that somebody forged."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from handlers.dispatch import ANSWERS, COMMANDS
from workflow.verbs import Page, Verb

NUMBERS = (
    0, -1, 1, 2, 3, 7, 12, 1001, -1001, 2**31, 2**32, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 2**64, 10**30, 1.5,
    1e308, True, False,
)  # fmt: skip
WORDS = (
    "", " ", "\x00", "a\x00b", "\ud800", "a\udfffb", "\u202egnp.exe", "\u200b\u200d\ufeff", "👨‍👩‍👧" * 512, "😀" * 4096,
    "<b>", "</b><a href='tg://user?id=1'>x</a>", "&lt;&amp;", "{{ 7*7 }}", "{% raw %}", "'; DROP TABLE run;--",
    "../../etc/passwd", "x" * 5000, "١٢٣", "１２", "²", "\u0301" * 300, "\r\n\r\n", "-", "a:b:c:d:e", "NaN", "1e5",
    "besok", "31 Februari", "3 Februari 2027", "TW IV 2026", "Perbaiki angkanya", "09.00", "besok sampai Jumat",
    "Sesuai arahan", "3", "10", "Aula Kecamatan", "5 Januari 2027",
)  # fmt: skip
SHAPES: tuple[Any, ...] = (None, [], {}, [[]], [{}], {"id": 1}, {"id": "1001"}, [None], ["x"], {"": {"": {}}})
KINDS = (
    "message", "edited_message", "callback_query", "my_chat_member", "channel_post", "business_message",
    "inline_query", "poll", "unheard_of",
)  # fmt: skip
DIGITS = ("0", "1", "2", "5", "9", "17", "40", "999999", "9" * 18, "9" * 19, "9" * 40, "-1", "١", "１", "1.0", "", " 1")
ARGUMENTS = (
    "", "yes", "no", "cancel", "send", "next", "start", "new", "skip", "stop", "end", "again-1", "del-1", "deputy",
    "perintahkan", "kembalikan", "setujui", "paraf", "unit-trantib", "step-2", "choice-0", "official:3", "units",
    "2026", "x" * 50, "\ud800", "\u202e", "١", ":", "1:2:3", "<b>", "😀" * 10,
)  # fmt: skip
FILE_NAMES = (
    "../../../etc/passwd", "a\x00.pdf", "x" * 300 + ".pdf", "laporan\u202efdp.exe", "laporan.pdf.exe", ".pdf", "",
    "CON", "a/b\\c.pdf", "<b>.pdf", "😀" * 200 + ".pdf", "data.xlsx", "notulen.pdf",
)  # fmt: skip


class Mutator:
    """Makes updates. ``people`` may be who sends them; ``chats`` are ids that nobody of them owns."""

    def __init__(
        self, choice: random.Random, corpus: Sequence[Mapping[str, Any]], people: Sequence[int], chats: Sequence[int]
    ) -> None:
        self.random = choice
        self.corpus = corpus
        self.people = people
        self.chats = chats

    def update(self, buttons: Mapping[int, Sequence[str]]) -> dict[str, Any]:
        """Return one update; ``buttons`` are what stands on people's phones, anybody's."""
        draw = self.random
        update: dict[str, Any] = copy.deepcopy(dict(draw.choice(self._like())))
        kind = next((key for key in update if key != "update_id"), "message")
        part, person = update[kind], draw.choice(self.people)
        if kind == "callback_query":
            person, part["data"] = self._data(buttons, person)
        elif "text" in part and draw.random() < 0.9:
            part["text"] = self._text()
        elif "document" in part:
            part["document"]["file_name"] = draw.choice(FILE_NAMES)
            part["document"]["file_size"] = draw.choice([0, 1, 1000, 1000, 1000, 20 << 20, (20 << 20) + 1, *NUMBERS])
        if "message_id" in part:
            part["message_id"] = draw.randrange(1, 1 << 40)
        self._sent_by(part, person)
        for _ in range(draw.choice((0, 0, 0, 0, 0, 1, 1, 2, 4))):
            self._disturb(update)
        self._nobody_else(update)
        return update

    def _like(self) -> list[Mapping[str, Any]]:
        """Return the updates to begin with: presses most often, then words, files, and anything."""
        turn = self.random.random()
        if turn < 0.45:
            return [one for one in self.corpus if "callback_query" in one]
        if turn < 0.75:
            return [one for one in self.corpus if "text" in one.get("message", {})]
        if turn < 0.85:
            return [one for one in self.corpus if "document" in one.get("message", {})]
        return list(self.corpus)

    def _data(self, buttons: Mapping[int, Sequence[str]], person: int) -> tuple[int, Any]:
        """Return who presses what: mostly what stands on a phone, their own or another's."""
        draw = self.random
        turn = draw.random()
        if buttons and turn < 0.75:
            owner = draw.choice(sorted(buttons))
            data = draw.choice(buttons[owner][: draw.choice((2, 5, 60))])
            if owner in self.people and draw.random() < 0.8:
                person = owner
            return person, self._garbled(data) if turn < 0.15 else data
        if turn < 0.95:
            parts = [draw.choice([*Verb, *Page]), draw.choice(DIGITS), draw.choice(DIGITS), draw.choice(ARGUMENTS)]
            return person, ":".join(map(str, parts))
        return person, draw.choice([f"q:{draw.choice(WORDS)}:{draw.choice(ARGUMENTS)}", draw.choice(WORDS)])

    def _garbled(self, data: str) -> str:
        draw = self.random
        parts = data.split(":")
        parts[draw.randrange(len(parts))] = draw.choice([*DIGITS, *ARGUMENTS, *(str(n) for n in range(1, 30))])
        return ":".join(parts)

    def _text(self) -> str:
        draw = self.random
        if draw.random() < 0.4:
            command = draw.choice([*COMMANDS, *COMMANDS, *ANSWERS, "", "start"])
            at = draw.choice(["", "", "", "@pandu_bot", "@lain_bot", "@"])
            return f"/{command}{at} {draw.choice([*WORDS, *DIGITS])}"
        return draw.choice(WORDS)

    def _sent_by(self, part: dict[str, Any], person: int) -> None:
        if isinstance(part.get("from"), dict):
            part["from"]["id"] = person
        for holder in (part, part.get("message", {})):
            if isinstance(holder.get("chat"), dict) and holder["chat"].get("type") == "private":
                holder["chat"]["id"] = person

    def _disturb(self, update: dict[str, Any]) -> None:
        """Change one thing somewhere."""
        draw = self.random
        places = list(_places(update))
        holder, key = draw.choice(places)
        if key == "update_id":
            return
        match draw.randrange(9):
            case 0 | 1:
                holder[key] = draw.choice(NUMBERS)
            case 2 | 3:
                holder[key] = draw.choice(WORDS)
            case 4:
                holder[key] = copy.deepcopy(draw.choice(SHAPES))
            case 5:
                holder.pop(key)
            case 6:
                other, place = draw.choice(places)
                holder[key] = copy.deepcopy(other[place])
            case 7:
                kind = next((name for name in update if name != "update_id"), None)
                if kind is not None:
                    update[draw.choice(KINDS)] = update.pop(kind)
            case _:
                extra = draw.choice(["sender_chat", "forward_origin", "via_bot", "business_connection_id", "caption",
                                     "media_group_id", "photo", "document", "text", "new_chat_member"])  # fmt: skip
                target = holder if isinstance(holder, dict) else update
                target[extra] = draw.choice([*SHAPES, *WORDS, *NUMBERS, {"id": draw.choice(self.chats)}])

    def _nobody_else(self, update: dict[str, Any]) -> None:
        """Whatever was swapped: only these people send. The chat may be made out to be anybody's."""
        draw = self.random
        for holder, key in list(_places(update)):
            value = holder[key]
            if key == "chat" and isinstance(value, dict) and "id" in value and draw.random() < 0.03:
                value["id"] = draw.choice(self.chats)
        for holder, key in list(_places(update)):
            value = holder[key]
            if key != "from" or not isinstance(value, dict) or value.get("id") in self.people:
                continue
            if value.get("id") in self.chats or draw.random() < 0.5:
                holder[key] = {**value, "id": draw.choice(self.people)}


def _places(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            found.append((value, key))
            found += _places(value[key])
    return found


def readable(corpus: Path) -> list[dict[str, Any]]:
    """Return the updates of a file with one in each line."""
    return [json.loads(line) for line in corpus.read_text(encoding="utf-8").splitlines() if line.strip()]
