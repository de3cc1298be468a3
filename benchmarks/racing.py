"""One bot against one fake Bot API, each a process of its own, and what it cost.

The bot has the first processor for itself, the API and any database server share the second,
so that neither is measured with the other's work.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import IO, Any

PROCESSORS = sorted(os.sched_getaffinity(0))
BOTS, OTHERS = {PROCESSORS[0]}, {PROCESSORS[-1]}
_TICKS = os.sysconf("SC_CLK_TCK")
_START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Load:
    """What the people at the fake API do, and which of the sent messages are counted."""

    people: str
    begin: int
    end: int
    latency: float = 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What one race showed. ``cpu`` is seconds of the bot's processor per update, ``busy`` the API's share of its own.

    ``calls`` are Bot API calls per update; ``memory`` is bytes at the end, ``memory_before`` as
    counting began, ``latencies`` seconds from tap to the next official's card.
    """

    per_second: float
    cpu: float
    busy: float
    calls: float
    memory: int
    memory_before: int
    latencies: tuple[float, ...] = field(default=(), repr=False)


def middle(found: Sequence[Figures]) -> Figures:
    """Return the medians of several races."""
    return Figures(
        per_second=median(one.per_second for one in found),
        cpu=median(one.cpu for one in found),
        busy=median(one.busy for one in found),
        calls=median(one.calls for one in found),
        memory=int(median(one.memory for one in found)),
        memory_before=int(median(one.memory_before for one in found)),
        latencies=tuple(seconds for one in found for seconds in one.latencies),
    )


def seconds_to_ready(bot: Sequence[str], *, seconds: float = 120.0) -> float:
    """Return how long a bot takes from the start of its process until it asks for updates."""
    with _api(Load("phones", 1 << 60, 1 << 61), ()) as (api, address):
        begun = time.perf_counter()
        started = _start(bot, address)
        try:
            _told(api, "ready", [started], seconds)
            return time.perf_counter() - begun
        finally:
            _stop(started)


def race(
    bots: Sequence[Sequence[str]], load: Load, *, seconds: float = 300.0, extra: Sequence[str] = (), pinned: bool = True
) -> Figures:
    """Run bots (modules with arguments, ``{api}`` filled in) until the counted messages were sent.

    :raises RuntimeError: they were not within ``seconds``.
    """
    with _api(load, extra) as (api, address):
        started = [_start(command, address, pinned=pinned) for command in bots]
        try:
            _told(api, "ready", started, seconds)
            _told(api, "begin", started, seconds)
            memory_before = max(_memory(one.pid) for one in started)
            before = [_cpu(one.pid) for one in started]
            end = _told(api, "end", started, seconds)
            spent = sum(_cpu(one.pid) for one in started) - sum(before)
            memory = max(_memory(one.pid) for one in started)
        finally:
            for one in started:
                _stop(one)
    count = end["count"]
    return Figures(
        count / end["seconds"], spent / count, end["busy"], sum(end["calls"].values()) / count, memory,
        memory_before, tuple(end["latencies"]),
    )  # fmt: skip


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _api(load: Load, extra: Sequence[str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "benchmarks.fake_api", "--people", load.people, "--latency", str(load.latency)]
    command += ["--begin", str(load.begin), "--end", str(load.end), *extra]
    api = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=lambda: _settle(OTHERS))
    try:
        line = json.loads(_output(api).readline())
        yield api, f"http://127.0.0.1:{line['port']}"
    finally:
        api.kill()
        api.wait()


def _start(command: Sequence[str], address: str, *, pinned: bool = True) -> subprocess.Popen[bytes]:
    filled = [part.replace("{api}", address) for part in command]
    return subprocess.Popen(
        [sys.executable, "-m", *filled], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        preexec_fn=lambda: _settle(BOTS if pinned else set(PROCESSORS)), start_new_session=True,
    )  # fmt: skip


def _settle(processors: set[int]) -> None:
    """Keep a child to these processors, and have it end when whoever measures is killed."""
    os.sched_setaffinity(0, processors)
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def _told(
    api: subprocess.Popen[str], event: str, bots: Sequence[subprocess.Popen[bytes]], seconds: float
) -> dict[str, Any]:
    signal.signal(signal.SIGALRM, _too_late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        line: dict[str, Any] = json.loads(_output(api).readline())
    except TimeoutError:
        said = "".join(_stop(bot)[-2000:] for bot in bots)
        raise RuntimeError(f"no {event!r} within {seconds:.0f} s; the bots said: {said}") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    if line["event"] != event:
        raise RuntimeError(f"{line['event']!r} instead of {event!r}")
    return line


def _too_late(*_: object) -> None:
    raise TimeoutError


def _stop(bot: subprocess.Popen[bytes]) -> str:
    """End a bot and return what it complained of."""
    if bot.stderr is None or bot.stderr.closed:
        return ""
    bot.kill()
    return bot.communicate()[1].decode(errors="replace")


def _output(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(pid: int) -> int:
    """Return the bytes of memory a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
