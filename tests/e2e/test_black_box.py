"""Black box: ``pandu office load`` and ``pandu run`` as processes, officials who know only the captions.

The same run, at DEBUG, shows that the log keeps what officials say to itself.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from simulator import Simulator, running
from tests.e2e.driver import ANSWERS, Driver
from tests.e2e.phone import Town

OFFICE_FILE = """\
format: 1                                             # optional, as are all lines marked so
office: {id: sumbang, name: Kecamatan Sumbang, regency: Kabupaten Banyumas, timezone: Asia/Jakarta}
units:
  - {id: sekretariat, name: Sekretariat}
  - {id: pemerintahan, name: Seksi Pemerintahan}
officials:
  - {name: Ahmad Fauzi, telegram_id: 1001, seats: [{role: camat}], admin: true, salutation: Bapak}   # salutation: optional
  - {name: Siti Rahayu, telegram_id: 1002, seats: [{role: sekcam}, {role: kasi_kasubag, unit: sekretariat, title: Kasubag Umum}]}   # title: optional
  - {name: Budi Santoso, telegram_id: 1003, seats: [{role: kasi_kasubag, unit: pemerintahan}]}
  - {name: Joko Prasetyo, telegram_id: 1005, seats: [{role: pengelola}]}
adopts:
  - sop: sumbang-pengukuran-kinerja
    version: "2023"                                   # optional where there is one
    confirm: all                                      # or a list of step numbers
    roles: {sekretaris: sekcam, tim_sakip: pengelola} # optional: the SOP's role -> the office's
    steps: {2: {actor: sekcam}}                       # optional
    accept_suggestions: true                          # optional
"""  # noqa: E501 - to the letter as an operator writes it
PEOPLE = {"camat": 1001, "sekcam": 1002, "pemerintahan": 1003, "pengelola": 1005}
NAMES = ("Ahmad", "Fauzi", "Siti", "Rahayu", "Budi", "Santoso", "Joko", "Prasetyo")
FILES = "rahasia-kantor"
"""Begins the name of every file that is sent."""


async def pandu(*arguments: str, folder: Path, **settings: str) -> asyncio.subprocess.Process:
    """Start the command line in an empty folder, with nothing set but what is given."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PANDU_")}
    return await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("pandu"), *arguments, cwd=folder, env={**kept, **settings},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip


async def test_plays_an_sop_to_its_end_and_keeps_it_to_itself(tmp_path: Path) -> None:
    simulator = Simulator()
    bot = simulator.add_bot()
    for name, user_id in PEOPLE.items():
        simulator.add_user(user_id, name.capitalize())
    phones = Town(simulator, **PEOPLE)
    (tmp_path / "office.yaml").write_text(OFFICE_FILE)
    async with running(simulator) as address:
        settings = {
            "PANDU_TELEGRAM_TOKEN": bot.token, "PANDU_TELEGRAM_API_URL": address,
            "PANDU_DATA_DIR": str(tmp_path / "data"), "PANDU_LOG_LEVEL": "DEBUG",
        }  # fmt: skip
        loading = await pandu("office", "load", "office.yaml", folder=tmp_path, **settings)
        loaded, _ = await loading.communicate()
        assert loading.returncode == 0, loaded.decode()
        bot_process = await pandu("run", folder=tmp_path, **settings)
        assert bot_process.stdout is not None
        reading = asyncio.create_task(bot_process.stdout.read())
        try:
            await phones.everybody_starts()
            for phone in phones.phones.values():
                await phone.sees("Selamat datang di Pandu")
            driver = Driver(phones, names=FILES)
            await driver.start(phones.camat, "TW IV 2026")
            await driver.finish(phones.camat)
            bot_process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(10):
                assert await bot_process.wait() == 0
        finally:
            if bot_process.returncode is None:
                bot_process.kill()
            log = (await reading).decode()
    assert len(driver.moves) > 50
    assert "stopped" in log
    spoken = [line for answer in ANSWERS.values() for line in answer.splitlines() if len(line) > 5]
    heard = [line for p in phones.phones.values() for m in p.messages for line in m.content.splitlines()]
    secret, buttons = bot.token.partition(":")[2], {c for p in phones.phones.values() for c in p.buttons()}
    telling = [line for line in heard if len(line) > 12]
    for words in {*NAMES, FILES, secret, secret.lower(), *spoken, *buttons, *telling}:
        assert words not in log, words
