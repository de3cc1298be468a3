"""The demo: a Telegram that runs on this machine, the real bot talking to it over HTTP, and a small office.

Nothing in it is a shortcut: what an official does on a phone of the demo takes the way it
would take from a real one. It is kept in its folder, so that a second start goes on.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import structlog
import typer

from bot.app import Pandu, assembled
from bot.demo_clock import CLOCK, DemoClock
from bot.demo_jump import Jumps
from bot.demo_tour import STEPS
from bot.demo_trainer import DATABASE, STATE, Ending, clear, waiting
from bot.logging import set_up_logging
from bot.process_lock import only_process
from bot.settings import Settings, Unusable, load_settings
from simulator.running import running
from simulator.simulator import Person, Simulator
from simulator.trainer import Trainer
from workflow.office_file.apply import apply
from workflow.office_file.loading import Source, load_file
from workflow.office_file.model import OfficeFile

log = structlog.stdlib.get_logger("bot.demo")

OFFICE_FILE = Path(__file__).with_name("demo_office.yaml")
TOKEN = "7000000001:" + "latihan-" * 4 + "abc"
"""Of the bot on this machine; no Telegram knows it."""


async def run(
    *, port: int, data_dir: Path, reset: bool = False, log_level: str = "WARNING", host: str = "127.0.0.1",
    pin: str | None = None,
) -> None:  # fmt: skip
    """Run the demo until Ctrl-C, and print the one address to open.

    With `host` 0.0.0.0 and a `pin` trainees may open the page on phones of the same network.
    """
    if host not in {"127.0.0.1", "0.0.0.0"} or (host != "127.0.0.1" and not pin):  # noqa: S104 - only with a PIN
        raise Unusable("HOST hanya 127.0.0.1 atau 0.0.0.0; untuk 0.0.0.0 diperlukan PIN, misalnya PIN=4711.")
    ending = Ending()
    ending.listen()
    if reset:
        clear(data_dir)
    try:
        while True:
            await _round(ending, port=port, data_dir=data_dir, log_level=log_level, host=host, pin=pin)
            if ending.for_good:
                return
            ending.told.clear()
            clear(data_dir)
    except OSError as error:
        raise Unusable(f"Port {port} tidak dapat dipakai ({error.strerror}); pilih yang lain dengan --port.") from None


async def _round(ending: Ending, *, port: int, data_dir: Path, log_level: str, host: str, pin: str | None) -> None:
    """Run until told to end, for good or to begin afresh."""
    clock = DemoClock(data_dir / CLOCK)
    simulator = Simulator()
    simulator.clock.advance(clock.moved)
    simulator.add_bot(TOKEN)
    simulator.tour = STEPS
    source = load_file(OFFICE_FILE)
    for person in people(source.file):
        simulator.add_person(person)
    async with running(simulator, port, host=host, pin=pin, save_to=data_dir / STATE) as address:
        settings = _settings(address, data_dir, log_level)
        set_up_logging(settings.log_level, settings.tokens())
        with only_process(settings.sqlite_path):
            async with assembled(settings, clock=clock) as pandu:
                await load_office(pandu, source, clock.now())
                jumps = Jumps(pandu, simulator, clock, source.file.office.timezone)
                simulator.trainer = Trainer(
                    outbox=lambda: waiting(pandu.database), reset=ending.reset,
                    clock=jumps.face, jump=jumps.begin, stop_jump=jumps.stop,
                )  # fmt: skip
                for official in source.file.officials or ():
                    if official.telegram_id is not None and not simulator.chat(official.telegram_id):
                        simulator.opens_link(official.telegram_id)
                typer.echo(f"Pandu siap dicoba di {address} (berhenti: Ctrl-C)")
                try:
                    await pandu.run(ending.told)
                finally:
                    await jumps.close()


async def run_simulator(*, port: int, token: str | None) -> None:
    """Run the simulator alone until Ctrl-C, and print where it is and the bot's token."""
    ending = Ending()
    ending.listen()
    simulator = Simulator()
    bot = simulator.add_bot(token)
    for person in people(load_file(OFFICE_FILE).file):
        simulator.add_person(person)
    try:
        async with running(simulator, port) as address:
            typer.echo(f"PANDU_TELEGRAM_API_URL={address}\nPANDU_TELEGRAM_TOKEN={bot.token}")
            await ending.told.wait()
    except OSError as error:
        raise Unusable(f"Port {port} tidak dapat dipakai ({error.strerror}); pilih yang lain dengan --port.") from None


async def load_office(pandu: Pandu, source: Source, now: datetime) -> None:
    """Load the demo office, which changes nothing if it is there already."""
    # What was changed in chat stays, as it would in a real office.
    await pandu.database.write(lambda session: apply(session, source, now))


def people(office: OfficeFile) -> list[Person]:
    """Return the phones of an office: one for each official whose Telegram id is known."""
    return [
        Person(official.telegram_id, official.name, " / ".join(seat.title or seat.role for seat in official.seats))
        for official in office.officials or ()
        if official.telegram_id is not None
    ]


def _settings(address: str, data_dir: Path, log_level: str) -> Settings:
    settings = load_settings(
        telegram_token=TOKEN,
        telegram_api_url=address,
        telegram_proxy=None,
        data_dir=data_dir,
        database_url=f"sqlite:///{data_dir / DATABASE}",
        log_level=log_level,
    )
    settings.make_data_dir()
    return settings
