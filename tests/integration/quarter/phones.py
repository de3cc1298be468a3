"""What stands on a phone, and what its owner can do about it: by captions and words alone, as officials do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from tests.e2e.driver import ASKS_FOR_FILE, FIRST, MAIN, READY, STEP

ASKS_TO_TYPE = re.compile(
    r"Mohon ketik (tanggalnya|jamnya|angkanya|satu per baris|jawabannya|waktunya|nama hari)|[Kk]etik alasannya"
)
ON_THE_WAY = re.compile(
    MAIN.pattern + r"|Ya|Ya, kirim|Kirim alasan|Lanjutkan|Dokumen gabungan|Langkah \d+( · No\. \d+)?"
)
"""Captions of questions that an official who began something answers at once."""


@dataclass
class Message:
    """One message in a chat. ``serial`` rises with every change on any phone."""

    id: int
    text: str
    buttons: dict[str, str]
    at: datetime
    serial: int
    mine: bool = False

    @property
    def step(self) -> tuple[int, int]:
        """The run and the step a card is about; zeros for other messages."""
        found = STEP.search(self.text)
        return (int(found.group(3)), int(found.group(1))) if found else (0, 0)


@dataclass(frozen=True)
class Move:
    """One thing its owner can do now: tap, send a file, or type."""

    message: Message
    caption: str = ""
    kinds: str = ""
    types: str = ""

    def __str__(self) -> str:
        return f"[{self.caption}]" if self.caption else f"<{self.kinds}>" if self.kinds else f"({self.types})"


@dataclass
class Phone:
    """One chat with the bot, as its owner sees it."""

    chat: int
    messages: dict[int, Message] = field(default_factory=dict)
    done: dict[tuple[int, str], int] = field(default_factory=dict)
    blocked: bool = False

    def note(self, message: Message) -> None:
        """Something was written, by either side."""
        self.messages[message.id] = message

    def find(self, caption: str, on: str = "") -> Message | None:
        """Return the newest message with a button, whose text contains ``on``."""
        found = (m for m in reversed(list(self.messages.values())) if caption in m.buttons and on in m.text)
        return next(found, None)

    def moves(self) -> list[Move]:
        """Return what can be done now: an open question alone, else one thing per message, oldest first."""
        spoke = max((m.id for m in self.messages.values() if m.mine), default=0)
        for message in self.messages.values():
            asked = ASKS_TO_TYPE.search(message.text) if message.id > spoke and not message.mine else None
            if asked and self._is_new(message, "type", again=False):
                skip = next((caption for caption in FIRST if caption in message.buttons), "")
                return [Move(message, caption=skip, types="" if skip else asked.group(1) or "alasannya")]
        found = [move for m in self.messages.values() if m.buttons and not m.mine and (move := self._on(m))]
        answers = [move for move in found if any(data.startswith("q:") for data in move.message.buttons.values())]
        return answers[-1:] or found

    def look_again(self) -> None:
        """Forget what was tried on cards: what still has its button was not done after all."""
        questions = {m.id for m in self.messages.values() if any(d.startswith("q:") for d in m.buttons.values())}
        kept = ("Hadir", "type")
        self.done = {key: serial for key, serial in self.done.items() if key[1] in kept or key[0] in questions}

    def made(self, move: Move, serial: int) -> None:
        """Remember that a move was made."""
        self.done[move.message.id, move.caption or move.kinds or "type"] = serial
        if move.caption and ASKS_TO_TYPE.search(move.message.text):
            self.done[move.message.id, "type"] = serial

    def _on(self, message: Message) -> Move | None:
        asks = ASKS_FOR_FILE.search(message.text)
        taps = [
            c for c, data in message.buttons.items() if (ON_THE_WAY if data.startswith("q:") else MAIN).fullmatch(c)
        ]
        taps.sort(key=lambda caption: caption not in FIRST)
        if asks and READY not in message.text and not any(caption in FIRST for caption in taps):
            return Move(message, kinds=asks.group(1)) if self._is_new(message, asks.group(1)) else None
        return next((Move(message, caption=c) for c in taps if self._is_new(message, c, again=c != "Hadir")), None)

    def _is_new(self, message: Message, what: str, *, again: bool = True) -> bool:
        done = self.done.get((message.id, what))
        return done is None or (again and done < message.serial)
