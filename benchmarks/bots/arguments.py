"""What every measured bot is told on its command line."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import uvloop

TOKEN = "7000000001:AAE-bench_bench-bench_bench-bench_bnc"
HOOK = "/hook"


@dataclass(frozen=True, slots=True)
class Arguments:
    """Where the Bot API is, how updates come, what to store them in, how many to work on at once."""

    api: str
    webhook_port: int
    database: str
    at_once: int
    loop: str
    bots: int

    @property
    def tokens(self) -> list[str]:
        """The tokens of the bots that are served: one, but for Pandu where it serves several."""
        first, _, secret = TOKEN.partition(":")
        return [f"{int(first) + number}:{secret}" for number in range(self.bots)]


def read() -> Arguments:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--api", required=True)
    parser.add_argument("--webhook-port", type=int, default=0, help="0: long polling")
    parser.add_argument("--database", default="", help="Nothing is stored without")
    parser.add_argument("--at-once", type=int, default=0, help="0: one after another")
    parser.add_argument("--loop", choices=("asyncio", "uvloop"), default="asyncio")
    parser.add_argument("--bots", type=int, default=1)
    return Arguments(**vars(parser.parse_args()))


def run(main: Coroutine[Any, Any, None], arguments: Arguments) -> None:
    """Run a bot on the event loop it was told to."""
    if arguments.loop == "uvloop":
        uvloop.run(main)
    else:
        asyncio.run(main)
