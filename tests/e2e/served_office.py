"""An office whose bot is several real ``pandu serve`` processes behind a load balancer, on one PostgreSQL.

Only two things differ from production: business time begins on a Monday morning, and nobody
paces the messages.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import aiohttp
from sqlmodel import Session, select

from storage import leases
from storage.tables import Inbox, Lease, Outbox
from tests.chaos.balancer import Balancer
from tests.e2e.office import Office, TestClock
from tests.e2e.phone import quiet
from tests.postgres import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
STOPS_WITHIN = 10.0
SERVE = """
import sys
from functools import partial
from bot import app, cli
from tests.e2e.office import TestClock
clock = TestClock()
clock.began = float(sys.argv[1])
app.all_assembled = partial(app.all_assembled, clock=clock, paced=False)
sys.argv = ["pandu", "serve"]
cli.main()
"""


class Replica:
    """One process."""

    def __init__(self, port: int, process: asyncio.subprocess.Process) -> None:
        self.port = port
        self.process = process

    async def asked(self, path: str) -> tuple[int, str]:
        """Ask it something; 0 where nobody answers."""
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{self.port}{path}") as answer,
            ):
                return answer.status, await answer.text()
        except aiohttp.ClientError:
            return 0, ""

    async def ready(self) -> None:
        """Wait until it says that it is."""
        async with asyncio.timeout(PATIENCE):
            while (await self.asked("/readyz"))[0] != 200:
                assert self.process.returncode is None, "it ended instead"
                await asyncio.sleep(0.2)

    async def stops(self) -> float:
        """Ask it to stop; return how many seconds it took."""
        began = monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(self.process.wait(), STOPS_WITHIN) == 0
        return monotonic() - began

    async def dies(self) -> None:
        """Pull its plug."""
        self.process.kill()
        await self.process.wait()


class ServedOffice(Office):
    """``count`` replicas; those in ``replicas`` live."""

    def __init__(self, folder: Path, database_url: str, office_file: str, people: dict[str, int], count: int) -> None:
        super().__init__(folder, database_url, office_file, people)
        self.clock = TestClock()
        self.ports = [free_port() for _ in range(count)]
        self.replicas: list[Replica] = []
        self._balancer = Balancer(self.ports, Random(4))
        self._log = folder / "log"

    async def start(self) -> None:
        """Start the balancer and every replica; wait until all are ready and Telegram knows the way."""
        await self._balancer.open()
        self.replicas = [await self._begin(port) for port in self.ports]
        for replica in self.replicas:
            await replica.ready()

    async def stop(self) -> None:
        """Stop whoever still lives."""
        for replica in self.replicas:
            if replica.process.returncode is None:
                await replica.dies()
        await self._balancer.close()

    async def quiet(self) -> None:
        """Wait until everything is done, even what a process was at when it died."""
        await quiet(self.simulator, also=self._idle, settle=0.02, within=PATIENCE)

    def log(self) -> str:
        """What the replicas printed."""
        return self._log.read_text(errors="replace")

    async def sender(self) -> Replica:
        """The replica that sends now."""

        def holder(session: Session) -> str:
            return session.get_one(Lease, leases.sender(self.bot.id)).holder

        pid = int((await self.read(holder)).split(":")[1])
        return next(replica for replica in self.replicas if replica.process.pid == pid)

    async def under_way(self) -> list[Any]:
        """What somebody is at, or was when they ended."""

        def body(session: Session) -> list[Any]:
            sending = session.exec(select(Outbox.id).where(Outbox.status == "sending")).all()
            return [*sending, *session.exec(select(Inbox.id).where(Inbox.status == "pending")).all()]

        return await self.read(body)

    async def _begin(self, port: int) -> Replica:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PANDU_")}
        environment |= {
            "PYTHONPATH": str(ROOT),
            "PANDU_TELEGRAM_TOKEN": self.bot.token,
            "PANDU_TELEGRAM_API_URL": self._api,
            "PANDU_WEBHOOK_URL": self._balancer.url,
            "PANDU_LISTEN": f"127.0.0.1:{port}",
            "PANDU_DATABASE_URL": self.database_url,
            "PANDU_DATA_DIR": str(self.folder),
        }
        with self._log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", SERVE, str(self.clock.began), cwd=self.folder, env=environment,
                stdout=output, stderr=output,
            )  # fmt: skip
        return Replica(port, process)
