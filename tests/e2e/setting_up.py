"""An office set up from nothing in chat: what its admin taps and types, counted.

The hands may be a phone of the simulator or an official's hands on the page of phones; both
tap, type and see. At a calm pace whatever is done takes three seconds (read, find, press), and
typing half a second more for each character on a phone's keyboard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

ACT_SECONDS = 3.0
CHARACTER_SECONDS = 0.5


class HandsOf(Protocol):
    """Whoever sets the office up."""

    async def taps(self, caption: str, /) -> object:
        """Tap the newest button with this caption."""

    async def says(self, text: str, /) -> object:
        """Type a message."""


@dataclass
class Counted:
    """Hands whose taps and typed answers are counted."""

    hands: HandsOf
    taps: int = 0
    typed: int = 0
    characters: int = 0

    async def does(self, *moves: str) -> None:
        """Tap each ``[caption]``, type everything else."""
        for move in moves:
            if move.startswith("["):
                self.taps += 1
                await self.hands.taps(move[1:-1])
            else:
                self.typed += 1
                self.characters += len(move)
                await self.hands.says(move)

    @property
    def seconds(self) -> float:
        """How long it takes at a calm pace."""
        return (self.taps + self.typed) * ACT_SECONDS + self.characters * CHARACTER_SECONDS

    def __str__(self) -> str:
        """Say it in a line."""
        whole = f"{self.taps} taps, {self.typed} typed answers ({self.characters} characters)"
        return f"{whole}: {int(self.seconds) // 60} min {int(self.seconds) % 60} s at a calm pace"


async def found(admin: Counted) -> None:
    """Answer the six questions; the setup link was opened before."""
    await admin.does(
        "Kecamatan Sumbang", "Kabupaten Banyumas", "[WIB (Jakarta)]", "Siti Rahayu", "[Ibu]", "[Sekcam]", "[Ya, benar]"
    )


async def add_units(admin: Counted, *names: str) -> None:
    """Add units under ``Kelola kantor``."""
    await admin.does("[Kelola kantor]", "[Unit]")
    for name in names:
        await admin.does("[Tambah unit]", name, "[Ya, terapkan]", "[Kembali]")


async def add_official(admin: Counted, name: str, salutation: str, where: str, post: str) -> None:
    """Add an official with a post, from the list of officials, and make the link to forward."""
    await admin.does("[Tambah pejabat]", name, f"[{salutation}]", f"[{where}]", f"[{post}]", "[Ya, terapkan]")
    await admin.does("[Buat tautan]")


async def adopt_sumbang(admin: Counted) -> None:
    """Adopt Sumbang with every suggestion; nobody is ``Pengelola`` yet."""
    await admin.does(
        "[SOP]", "[5. Pengukuran Kinerja Kecamatan Sumbang (2023)]", "[Terima semua usulan]", "[Belum ada, biarkan]",
        "[Ya, ajukan]",
    )  # fmt: skip
