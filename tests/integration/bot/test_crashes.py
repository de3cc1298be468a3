"""The process is really killed at each named point, started again, and nobody loses or repeats anything."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from simulator import Simulator
from storage import audit
from storage.database import Database, open_database
from storage.tables import File, Inbox, Outbox, Submission, Task
from tests.e2e.offices import PEOPLE, office_file
from tests.e2e.paperwork import excel
from tests.e2e.phone import Town
from tests.integration.bot.conftest import TOKEN
from tests.integration.bot.processes import ended, start
from workflow import audit_replay
from workflow.office_file.apply import apply
from workflow.office_file.loading import load_text

SOP = "sumbang-pengukuran-kinerja"
WITHIN = 45.0
ORDER = "Mohon segera dikerjakan, Bu Siti"
FILE_NAME = "rekap rahasia.xlsx"


class Supervisor:
    """Keeps ``pandu run`` alive, as systemd or a container would. The first process may be told to crash."""

    def __init__(self, folder: Path, address: str, crash_at: str | None) -> None:
        self.folder, self.address, self.crash_at = folder, address, crash_at
        self.killed = 0
        self.log = ""
        self._stopping = False
        self._process: asyncio.subprocess.Process | None = None

    async def run(self) -> None:
        settings = {"telegram_token": TOKEN, "telegram_api_url": self.address, "log_level": "DEBUG"}
        settings |= {"database_url": f"sqlite:///{self.folder / 'pandu.db'}", "data_dir": str(self.folder)}
        crash = {"crash_at": self.crash_at} if self.crash_at else {}
        while not self._stopping:
            self._process = await start(self.folder, "run", **settings, **crash)
            code, _, err = await ended(self._process, 300)
            self.log += err
            if code == -signal.SIGKILL:
                self.killed += 1
                crash = {}
            elif not self._stopping:
                raise AssertionError(f"pandu run ended with {code}:\n{err}")

    def stop(self) -> None:
        self._stopping = True
        if self._process is not None:
            self._process.terminate()


@asynccontextmanager
async def supervised(folder: Path, address: str, crash_at: str | None) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(folder, address, crash_at)
    running = asyncio.create_task(supervisor.run())
    try:
        yield supervisor
    finally:
        supervisor.stop()
        await running


async def play(town: Town) -> None:
    """From /mulai to the second step's file, with something typed on the way."""
    await town.camat.says("/start")
    await town.sekcam.says("/start")
    await town.sekcam.sees("Selamat datang", WITHIN)
    await town.camat.sees("Selamat datang", WITHIN)
    await town.camat.says("/mulai")
    await town.camat.taps("TW IV 2026", within=WITHIN)
    await town.camat.taps("Mulai", within=WITHIN)
    await town.camat.taps("Perintahkan", within=WITHIN)
    await town.camat.offered("Lewati", within=WITHIN)
    await town.camat.says(ORDER)
    await town.camat.taps("Ya, kirim", within=WITHIN)
    await town.sekcam.sees("langkah 2 dari 14", WITHIN)
    await town.sekcam.sends_document(FILE_NAME, excel("rekap"))
    await town.sekcam.taps("Kirim hasil", within=WITHIN)
    await town.sekcam.offered("Kirim ke semua seksi", within=WITHIN)


async def settled(database: Database) -> None:
    """Wait until nothing is left to handle, fetch or say."""

    def left(session: Session) -> list[str]:
        inbox = session.exec(select(Inbox.status).where(Inbox.status != "done")).all()
        outbox = session.exec(select(Outbox.status).where(col(Outbox.status).not_in(("sent", "skipped")))).all()
        files = session.exec(select(File.status).where(File.status != "stored")).all()
        return [*inbox, *outbox, *files]

    for _ in range(600):
        waiting = await database.read(left)
        if not waiting:
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"left over: {waiting}")


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Database]:
    database = await open_database(sqlite_url)
    source = load_text(office_file(SOP), "office.yaml")
    await database.write(lambda session: apply(session, source, datetime.now(UTC)))
    yield database
    await database.close()


def records(session: Session) -> list[tuple[int, str, bool]]:
    rows = session.exec(select(Submission.step, Submission.verb, Submission.effective).order_by(col(Submission.id)))
    return list(rows.all())


def repeated(simulator: Simulator) -> tuple[int, list[str]]:
    """Return how many messages were sent as repetitions, and those sent twice without saying so."""
    sent = [(str(call.params["chat_id"]), str(call.params["text"])) for call in simulator.journal.calls("sendMessage")]
    marked = sum("(ulang)" in text for _, text in sent)
    return marked, [text for (_, text), count in Counter(sent).items() if count > 1]


@pytest.mark.crash
# One of each kind here; tests/e2e/test_crashes.py dies at every point in one run.
@pytest.mark.parametrize(
    "point",
    [
        "before-inbox-commit:4",
        pytest.param("after-inbox-commit:4", marks=pytest.mark.long),
        pytest.param("before-effect-commit:6", marks=pytest.mark.long),
        "after-effect-commit:6",
        pytest.param("before-send:8", marks=pytest.mark.long),
        pytest.param("after-send:1", marks=pytest.mark.long),
        "after-send:8",
        pytest.param("before-mark-sent:2", marks=pytest.mark.long),
        pytest.param("after-mark-sent:8", marks=pytest.mark.long),
        "before-file-stored",
        pytest.param("after-file-stored", marks=pytest.mark.long),
    ],
)
async def test_a_kill_at_any_point_loses_nothing_and_does_nothing_twice(
    office: Database, simulator: Simulator, address: str, tmp_path: Path, point: str
) -> None:
    for name, user_id in PEOPLE.items():
        simulator.add_user(user_id, name.capitalize())
    town = Town(simulator, **PEOPLE)
    async with supervised(tmp_path, address, point) as supervisor:
        await play(town)
        await settled(office)
    assert supervisor.killed == 1, "it was never killed"
    assert await office.read(records) == [(1, "do", True), (2, "do", True)]
    assert await office.read(lambda s: s.exec(select(File.status)).all()) == ["stored"]
    open_steps = await office.read(lambda s: s.exec(select(Task.step).where(Task.status == "open")).all())
    assert list(open_steps) == [3]
    assert await office.read(lambda s: [*audit.verify(s, "sumbang"), *audit_replay.verify(s, "sumbang")]) == []
    marked, unmarked = repeated(simulator)
    assert unmarked == []
    # Whatever was on its way to the two phones at the kill, and nothing else.
    assert marked <= 2
    if point in ("after-send:1", "before-mark-sent:2"):  # a welcome, which no edit can change afterwards
        assert marked >= 1, "what was sent before the kill is sent again, and says so"


async def test_the_log_at_debug_holds_no_token_and_no_words_of_officials(
    office: Database, simulator: Simulator, address: str, tmp_path: Path
) -> None:
    for name, user_id in PEOPLE.items():
        simulator.add_user(user_id, name.capitalize())
    async with supervised(tmp_path, address, None) as supervisor:
        await play(Town(simulator, **PEOPLE))
        await settled(office)
    assert "running" in supervisor.log
    assert "a file is stored" in supervisor.log
    log = supervisor.log.lower()
    for secret in (TOKEN, TOKEN.partition(":")[2], ORDER, FILE_NAME, "rahasia", "Ahmad", "Siti", "TW IV"):
        assert secret.lower() not in log
