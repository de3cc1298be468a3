"""What goes wrong in a real office, once at every place where it can: returns, late units, wrong files."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.records import Message
from tests.e2e.driver import Driver, Move
from tests.e2e.phone import Phone, Town
from tests.e2e.status import StatusCheck, ask

FORWARD = ("Tidak ada koreksi", "Sudah ditandatangani", "Setujui")
ANSWERS = ("Sudah saya terima", "Hadir")
NOT_TARGETS = ("Batal", "Lanjutkan")


@dataclass
class Troubles:
    """A detour for the driver; what happened is noted, so that a test can say that nothing was left out.

    ``late`` heads a unit that never hands in before the run goes on without it; ``chaser`` may say so.
    """

    town: Town
    check: StatusCheck
    late: Phone
    late_unit: str
    hand_ins: set[int]
    chaser: Phone
    returned: dict[int, list[str]] = field(default_factory=dict)
    """Decisions taken the other way: step -> targets, as their buttons call them."""
    units_returned: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    waived: set[int] = field(default_factory=set)
    caught_up: set[int] = field(default_factory=set)
    kept: int = 0
    driver: Driver | None = None
    _behind: dict[int, Move] = field(default_factory=dict)
    _targets: set[int] = field(default_factory=set)

    async def __call__(self, move: Move) -> bool:
        """Do something else than the move, where its turn has come."""
        if not move.step or move.caption in ANSWERS:
            return False
        if move.phone is self.late and move.step in self._behind:
            return True
        await self._catch_up(move)
        if "Pelaksanaan berlanjut tanpa" not in move.message.content:
            await self.check.before(move)
        captions = move.message.captions
        if move.phone is self.late and move.step in self.hand_ins - self.waived:
            await self._go_on_without(move)
            return True
        if move.caption in FORWARD and "Kembalikan" in captions:
            return await self._return(move)
        if move.caption == "Terima" and move.step not in self.units_returned:
            self.units_returned.add(move.step)
            await self._unit_back(move)
            return True
        if "Tetap berlaku" in captions and move.step not in self._targets:
            self.kept += 1
            await move.phone.taps_on(move.message, "Tetap berlaku")
            return True
        self._targets.discard(move.step)
        if move.kinds and move.step not in self.refused:
            await self._wrong_kind(move)
        return False

    async def _go_on_without(self, move: Move) -> None:
        """Remind the late unit, once; then go on without it, for a reason that everybody sees."""
        step, chaser = move.step, self.chaser
        self.waived.add(step)
        await chaser.says("/status 1")
        status = await chaser.hears("No. 1:")
        toast = await chaser.taps_on(status, "Ingatkan yang belum")
        assert "Pengingat dikirim" in toast.text, toast.text
        await self.late.hears("masih ditunggu sejak")
        toast = await chaser.taps_on(status, "Ingatkan yang belum")
        assert "Mohon coba kembali sekitar" in toast.text, toast.text
        await chaser.taps_on(status, "Lanjutkan tanpa")
        question = await chaser.offered("Batal")
        if self.late_unit in question.captions:
            await chaser.taps_on(question, self.late_unit)
        await chaser.hears("Mengapa dilanjutkan tanpa menunggu?")
        await chaser.says("Masih dinas luar")
        await chaser.taps("Kirim alasan")
        await self.late.sees("Pelaksanaan berlanjut tanpa menunggu")
        said = await ask(self.check.asker)
        assert said.waived(step) == ["Trantib"], said.text
        assert "Trantib" not in said.missing(step), said.text
        self._behind[step] = move

    async def _catch_up(self, move: Move) -> None:
        """Once the run has gone on, let the late unit hand in after all."""
        for step in [step for step in self._behind if step < move.step]:
            self._behind.pop(step)
            self.caught_up.add(step)
            said = await ask(self.check.asker)
            assert said.waived(step) == ["Trantib"], said.text
            assert self.driver is not None
            self.driver.again_on(self.late, step)

    async def _unit_back(self, move: Move) -> None:
        phone, reason = move.phone, f"Angka langkah {move.step} belum sesuai"
        await phone.taps_on(move.message, "Kembalikan")
        await self._say_why(phone, reason)

    async def _say_why(self, phone: Phone, reason: str) -> None:
        """Type the compulsory reason and send it; the reopened card quotes it."""
        await phone.hears("Apa yang perlu diperbaiki")
        await phone.says(reason)
        await phone.taps("Kirim alasan", on=reason)

        def reopened() -> bool:
            return any(f"“{reason}”" in m.content and "Perbaikan ke-" in m.content for m in self._everything())

        assert await self.town.simulator.world.until(reopened, 10.0), reason

    async def _wrong_kind(self, move: Move) -> None:
        """Send what cannot be used; the card stays as it was."""
        self.refused.add(move.step)
        await move.phone.sends_document("catatan.txt", b"bukan berkas yang diminta")
        refusal = await move.phone.hears("Berkas belum dapat diterima: catatan.txt")
        assert "Yang diterima di sini: " + move.kinds in refusal.content

    async def _return(self, move: Move) -> bool:
        """Return to the first allowed target that was not tried yet; False when all were."""
        phone, tried = move.phone, self.returned.setdefault(move.step, [])
        before = {p.user_id: self._notices(p) for p in self.town.phones.values()}
        await phone.taps_on(move.message, "Kembalikan")
        question = await phone.offered("Batal")
        untried = [c for c in question.captions if c not in (*NOT_TARGETS, *tried)] or [""][: not tried]
        if not untried:
            await phone.taps_on(question, "Batal")
            await phone.gone("Batal")
            return False
        target = untried[0]
        tried.append(target)
        if target:
            await phone.taps_on(question, target)
        if target.startswith("Se"):
            await phone.taps("Lanjutkan")
        if target.startswith("Langkah"):
            self._targets.add(int(target.removeprefix("Langkah ")))
        await self._say_why(phone, f"Mohon perbaiki ({move.step}, ke-{len(tried)})")
        assert all(self._notices(p) - before[p.user_id] <= 1 for p in self.town.phones.values())
        return True

    def _notices(self, phone: Phone) -> int:
        return sum(message.content.startswith("Dikembalikan:") for message in phone.received)

    def _everything(self) -> list[Message]:
        return [message for phone in self.town.phones.values() for message in phone.received]
