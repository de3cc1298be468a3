"""The one-time code of the first admin, as ``pandu run`` and ``pandu office invite --first`` print it."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from simulator import Simulator
from tests.integration.bot.conftest import TOKEN
from tests.integration.bot.processes import ended, start
from tests.integration.bot.test_processes import stop
from tests.integration.workflow.offices import SUMBANG

LINK = re.compile(r"https://t\.me/\w+\?start=(setup_[\w-]{22,58}) ")


async def run_once(folder: Path, address: str, simulator: Simulator) -> tuple[str, str]:
    """Start ``pandu run``, let it poll, stop it; return what it printed and what it logged."""
    before = len(simulator.journal.calls("getUpdates"))
    process = await start(
        folder, "run", telegram_token=TOKEN, telegram_api_url=address, data_dir="data", log_level="DEBUG"
    )
    await simulator.world.until(lambda: len(simulator.journal.calls("getUpdates")) > before, 90)
    code, out, err = await stop(process, signal.SIGTERM)
    assert code == 0, err
    return out, err


async def test_each_start_without_an_office_prints_one_line_with_a_new_code(
    tmp_path: Path, address: str, simulator: Simulator
) -> None:
    tokens = []
    for _ in range(2):
        out, err = await run_once(tmp_path, address, simulator)
        found = LINK.findall(out)
        assert len(found) == 1
        assert [line for line in out.splitlines() if "setup_" in line] == [
            line for line in out.splitlines() if "Belum ada kantor" in line
        ]
        token = found[0].removeprefix("setup_")
        assert token not in err, "a log is kept and read by others"
        tokens.append(token)
    assert tokens[0] != tokens[1]

    code, out, _ = await ended(await start(tmp_path, "office", "invite", "--first", data_dir="data"))
    assert code == 0
    assert out.count("\n") == 1
    printed = LINK.findall(out)
    assert len(printed) == 1
    tokens.append(printed[0].removeprefix("setup_"))
    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert not [token for token in tokens if token.encode() in kept], "only hashes are kept"

    (tmp_path / "office.yaml").write_text(SUMBANG)
    assert (await ended(await start(tmp_path, "office", "load", "office.yaml", data_dir="data")))[0] == 0
    out, _ = await run_once(tmp_path, address, simulator)
    assert "setup_" not in out
    code, out, err = await ended(await start(tmp_path, "office", "invite", "--first", data_dir="data"))
    assert (code, "Sudah ada kantor" in err) == (1, True)


async def test_before_the_bot_ever_ran_the_code_is_told_as_a_command(tmp_path: Path) -> None:
    code, out, err = await ended(await start(tmp_path, "office", "invite", "--first", data_dir="data"))
    assert code == 0, err
    assert re.search(r"kirim teks ini kepada bot di Telegram: /start setup_[\w-]+ ", out)
