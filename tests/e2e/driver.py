"""A diligent office: plays any SOP to its end by what stands on the phones, and by nothing else.

It knows the captions that officials are taught, how a question looks, and that a card which
asks for a file wants a file. It sees neither the database nor the SOP's definition, so it
plays against any bot on any Bot API server that the simulator stands in for.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from simulator.records import Message
from tests.e2e.paperwork import excel, pdf, photo, word
from tests.e2e.phone import Phone, Town

MAIN = re.compile(
    r"Ya, kirim|Kirim alasan|Mulai|Lewati|Gunakan berkas ini|Sudah saya (paraf|terima)|Hadir|Terima|Perintahkan"
    r"|Kirim (undangan|hasil|ke semua \w+)|Rapat selesai|Data sudah valid|Sampaikan ke .+|Tidak ada koreksi"
    r"|Sudah ditandatangani|Setujui|Selesai|Arsipkan"
)
"""The captions that bring an SOP forward, in the order of the issue; the others are detours."""

FIRST = ("Ya, kirim", "Kirim alasan", "Mulai", "Lewati", "Gunakan berkas ini", "Sudah saya paraf")
"""Of several on one message, these come before the rest."""

ASKS_FOR_FILE = re.compile(r"Silakan kirim berkasnya \(([^)]*)\)")
ASKS_TO_TYPE = re.compile(r"Mohon ketik (tanggalnya|jamnya|angkanya|satu per baris|jawabannya)|[Kk]etik alasannya")
READY = "Siap dikirim:"
QUESTION = "a question"
FINISHED = re.compile(r"Pelaksanaan No\. \d+ selesai")
STEP = re.compile(r"[Ll]angkah (\d+) dari (\d+) · No\. (\d+)")

ANSWERS = {
    "tanggalnya": "Jumat, 8 Januari 2027",
    "jamnya": "09.00",
    "angkanya": "3",
    "satu per baris": "Seksi Pemerintahan\nSeksi Trantib",
    "jawabannya": "Aula Kecamatan",
    None: "Mohon dilengkapi",
}


@dataclass(frozen=True, slots=True)
class Move:
    """One thing somebody can do now: tap a caption, send a file of some kind, or type an answer."""

    phone: Phone
    message: Message
    caption: str = ""
    kinds: str = ""
    answer: str = ""

    @property
    def step(self) -> int:
        """The step the card is about; 0 for other messages."""
        found = STEP.search(self.message.content)
        return int(found.group(1)) if found else 0

    def __str__(self) -> str:
        what = f"[{self.caption}]" if self.caption else f"<{self.kinds}>" if self.kinds else repr(self.answer)
        return f"{self.phone.user_id} step {self.step}: {what}"


Detour = Callable[[Move], Awaitable[bool]]
"""Looks at a move before it is made; True if it did something else instead."""


class Driver:
    """Everybody in the office, doing what their phones ask for."""

    def __init__(self, town: Town, *, detour: Detour | None = None, names: str = "berkas") -> None:
        self.town = town
        self.detour = detour
        self.names = names
        self.moves: list[str] = []
        self._world = town.simulator.world
        self._done: dict[tuple[int, int, str], int] = {}
        """What was done to which message: phone, message, what -> the simulator's serial number then."""
        self._files = 0

    async def start(self, phone: Phone, period: str, sop: str | None = None) -> None:
        """Open a run; with several SOPs to choose from, the one with this title."""
        # Questions of an earlier start may lose their buttons only now: they are not what is asked.
        said = await phone.says("/mulai")
        if sop is not None:
            await phone.taps(sop)
        await phone.receives("Untuk periode mana?", after=said)
        await phone.says(period)
        await phone.taps("Mulai", on=period)
        await phone.hears("Nomor pelaksanaannya")

    async def play(self, until: Callable[[], object], within: float = 30.0) -> None:
        """Do what the phones ask for until something is true; each wait lasts at most ``within`` seconds."""
        while not until():
            move = await self._world.until(lambda: self.next_move() or bool(until()), within)
            if isinstance(move, Move):
                await self.make(move)
            elif not until():
                raise AssertionError("nobody knows how to go on:\n" + self.story())

    async def finish(self, witness: Phone) -> None:
        """Play to the end: until the one who started the run is told so."""
        begun = self._world.serial
        await self.play(lambda: any(FINISHED.search(m.content) and m.serial > begun for m in witness.received))

    def next_move(self) -> Move | None:
        """What can be done now: questions before cards, older messages first."""
        moves = [move for phone in self.town.phones.values() for move in self._moves(phone)]
        return min(moves, key=lambda move: (bool(move.step), move.message.serial), default=None)

    async def make(self, move: Move) -> None:
        """Make a move, unless the detour does something else; waits for the bot's answer."""
        self._done[self._key(move)] = self._world.serial
        self.moves.append(str(move))
        if self.detour is not None and await self.detour(move):
            return
        phone = move.phone
        if move.caption and move.caption not in move.message.captions:
            return  # somebody else at the same seat was first
        if move.caption:
            await phone.taps_on(move.message, move.caption)
        elif move.kinds:
            name, content = self.paper(move)
            sent = await phone.sends_document(name, content)
            await self._reaction(phone, sent)
        else:
            await self._reaction(phone, await phone.says(move.answer))

    def again_on(self, phone: Phone, step: int) -> None:
        """Let what was held back on the cards of a step be done now."""
        for message in phone.received:
            found = STEP.search(message.content)
            if found and int(found.group(1)) == step:
                for key in [key for key in self._done if key[:2] == (phone.user_id, message.id)]:
                    del self._done[key]

    def paper(self, move: Move) -> tuple[str, bytes]:
        """A new file of a kind that is asked for."""
        self._files += 1
        mark = f"{self.names}-{move.step}-{self._files}"
        for kind, suffix, make in (("Excel", "xlsx", excel), ("PDF", "pdf", pdf), ("Word", "docx", word)):
            if kind in move.kinds:
                return f"{mark}.{suffix}", make(mark)
        return f"{mark}.png", photo(mark)

    def story(self) -> str:
        """What was done, and what is on every phone now."""
        phones = [f"--- {name}\n{phone.text()}" for name, phone in self.town.phones.items()]
        return "\n".join([*self.moves, *phones])

    def _moves(self, phone: Phone) -> list[Move]:
        spoke = max((m.id for m in phone.messages if m.sender == phone.user_id), default=0)
        for message in phone.received:
            if message.id > spoke and (asked := ASKS_TO_TYPE.search(message.content)):
                skip = next((caption for caption in FIRST if caption in message.captions), "")
                move = Move(phone, message, caption=skip, answer="" if skip else ANSWERS[asked.group(1)])
                if (phone.user_id, message.id, QUESTION) not in self._done:
                    return [move]
        found = [self._on(phone, message) for message in phone.received if message.keyboard]
        return [move for move in found if move is not None]

    def _on(self, phone: Phone, message: Message) -> Move | None:
        asks = ASKS_FOR_FILE.search(message.content)
        taps = [Move(phone, message, caption=caption) for caption in message.captions if MAIN.fullmatch(caption)]
        taps.sort(key=lambda move: move.caption not in FIRST)
        if asks and READY not in message.content and not any(move.caption in FIRST for move in taps):
            taps = [Move(phone, message, kinds=asks.group(1))]
        return next((move for move in taps if self._is_new(move)), None)

    def _is_new(self, move: Move) -> bool:
        """Say whether this was not done yet, or the message has changed since."""
        done = self._done.get(self._key(move))
        return done is None or (done < move.message.serial and move.caption != "Hadir")

    def _key(self, move: Move) -> tuple[int, int, str]:
        question = ASKS_TO_TYPE.search(move.message.content)
        return (move.phone.user_id, move.message.id, QUESTION if question else move.caption or move.kinds)

    async def _reaction(self, phone: Phone, sent: Message) -> None:
        def reacted() -> bool:
            return any(message.id > sent.id for message in phone.received)

        if not await self._world.until(reacted, 10.0):
            raise AssertionError(f"no reaction to message {sent.id}:\n{self.story()}")
