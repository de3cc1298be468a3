"""Records the corpus: real updates, as the simulator sends them when an office works (and when it is misused).

``python -m tests.integration.fuzz.record`` plays an SOP on the phones, does around it what
people do, and writes one update of each shape to ``tests/fixtures/updates/recorded.jsonl``.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from simulator.forgeries import Form
from storage.database import migrate
from storage.tables import Inbox
from tests.e2e.driver import Driver
from tests.e2e.office import Office
from tests.e2e.offices import PEOPLE, office_file
from tests.e2e.paperwork import excel, pdf, photo

CORPUS = Path(__file__).parents[2] / "fixtures" / "updates"
RECORDED = CORPUS / "recorded.jsonl"
OF_EACH_SHAPE = 3
SOP = "tambak-evaluasi-kinerja"
COMMANDS = (
    "/tugas", "/status", "/status 1", "/berkas 1", "/riwayat 1", "/arsip 2027", "/jadwal", "/ingatkan besok jam 9",
    "/kalender", "/batal", "/bantuan", "/start abcdefghijklmnop",
)  # fmt: skip


async def record(folder: Path) -> list[dict[str, Any]]:
    """Return what came in while an office worked, oldest first."""
    url = f"sqlite:///{folder / 'pandu.db'}"
    await asyncio.to_thread(migrate, url)
    office = Office(folder, url, office_file(SOP), PEOPLE)
    await office.open()
    try:
        p = office.phones
        driver = Driver(p)
        await driver.start(p.sekcam, "TW IV 2026")
        await driver.finish(p.sekcam)
        for command in COMMANDS:
            await p.sekcam.says(command)
        await p.camat.sends_photo(photo("a"), caption="Foto rapat")
        await p.camat.sends_album([("a.pdf", pdf("a")), ("b.xlsx", excel("b"))], caption="Dua berkas")
        said = await p.staf.says("Selamat pagi")
        office.simulator.edits(p.staf.user_id, said.id, "Selamat siang")
        office.simulator.forwards(p.staf.user_id, said)
        for form in Form:
            office.simulator.forges_message(p.staf.user_id, form, "/tugas")
        group = office.simulator.add_group("Kecamatan", list(PEOPLE.values()))
        office.simulator.adds_bot(1001, group.id)
        office.simulator.says(1002, "/status", group=group.id)
        office.simulator.migrates(1001, group.id)
        await p.trantib.blocks()
        await p.trantib.unblocks()
        await office.quiet()
        return await office.read(_raws)
    finally:
        await office.close()


def _raws(session: Session) -> list[dict[str, Any]]:
    return [json.loads(raw) for raw in session.exec(select(Inbox.raw).order_by(col(Inbox.id)))]


def distinct(updates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep a few updates of each shape: the fields it has, and a tap's verb or a text's command."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for update in updates:
        mates = kept.setdefault(_shape(update), [])
        if len(mates) < OF_EACH_SHAPE:
            mates.append(update)
    return [update for mates in kept.values() for update in mates]


def _shape(update: dict[str, Any]) -> str:
    kind = next(key for key in update if key != "update_id")
    part = update[kind]
    text = str(part.get("text", ""))
    said = part.get("data", "").split(":")[0] or (text.split()[0] if text.startswith("/") else "")
    return f"{kind} {sorted(part)} {said}"


def main() -> None:
    """Write the corpus."""
    with tempfile.TemporaryDirectory() as folder:
        updates = distinct(asyncio.run(record(Path(folder))))
    CORPUS.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(update, ensure_ascii=True, separators=(",", ":")) for update in updates]
    RECORDED.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
