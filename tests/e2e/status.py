"""What ``/status 1`` says, read back into facts, and held against what stands on the phones."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.e2e.driver import Move
from tests.e2e.phone import Phone

HEAD = re.compile(r"Langkah (\d+) dari (\d+) · (\d+) selesai")
LINE = re.compile(r"^(\d+)\. .*")
OPEN = re.compile(r"^(Perlu dikerjakan|Menunggu keputusan|Dikembalikan)(?:: [^·]*)? · (.*?) · sejak", re.MULTILINE)
DONE = re.compile(r"^Selesai(:| ·)", re.MULTILINE)
BOARD = re.compile(r"^(\d+)/(\d+) \w+ sudah(?:, belum: ([^;\n]*))?(?:; menyusul: (.*))?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Status:
    """One reading of a run's status. ``open`` maps a step to whose turn it is, ``boards`` a step to its board line."""

    text: str
    current: int
    steps: int
    done: frozenset[int]
    open: dict[int, str]
    boards: dict[int, str]

    def missing(self, step: int) -> list[str]:
        """The units a hand-in still waits for."""
        found = BOARD.search(self.boards.get(step, ""))
        return found.group(3).split(", ") if found and found.group(3) else []

    def waived(self, step: int) -> list[str]:
        """The units a hand-in went on without."""
        found = BOARD.search(self.boards.get(step, ""))
        return found.group(4).split(", ") if found and found.group(4) else []


def read(text: str) -> Status:
    """Read a status message back."""
    head = HEAD.search(text)
    parts: dict[int, list[str]] = {}
    number = 0
    for line in text.splitlines():
        if found := LINE.match(line):
            number = int(found.group(1))
        parts.setdefault(number, []).append(line)
    steps = {number: "\n".join(lines) for number, lines in parts.items() if number}
    return Status(
        text,
        current=int(head.group(1)) if head else 0,
        steps=len(steps),
        done=frozenset(n for n, step in steps.items() if DONE.search(step)),
        open={n: found.group(2) for n, step in steps.items() if (found := OPEN.search(step))},
        boards={n: found.group(0) for n, step in steps.items() if (found := BOARD.search(step))},
    )


async def ask(phone: Phone, run: int = 1) -> Status:
    """Ask for a run's status on a phone."""
    await phone.says(f"/status {run}")
    return read((await phone.hears(f"No. {run}: ")).content)


class StatusCheck:
    """Asks for the status whenever another step is due, and compares."""

    def __init__(self, asker: Phone) -> None:
        self.asker = asker
        self.asked = 0
        self._last = 0

    async def before(self, move: Move) -> None:
        """Check that the run stands where this move's card says, and waits for whom it says."""
        serial = move.message.serial
        if not move.step or move.step == self._last:
            return
        self._last = move.step
        status = await ask(self.asker)
        self.asked += 1
        if move.message.serial != serial:
            return  # a colleague at the same seat was first
        story = f"{move}\n{move.message.content}\n{status.text}"
        seat = re.search(r"Yth\. (?:Bapak/Ibu|Bapak|Ibu) (\S+)", move.message.content)
        assert move.step in status.open, story
        assert status.current == min(status.open), story
        # These SOPs have one line; only a unit's return leaves the step open from which it was returned.
        assert len(status.open) == 1 or status.missing(status.current) or move.caption == "Terima", story
        assert status.done >= set(range(1, status.current)), story
        assert not any(step > max(status.open) for step in status.done), story
        assert seat, story
        assert seat.group(1)[:4] in status.open[move.step], story
