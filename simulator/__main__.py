"""`python -m simulator`: a Telegram for any bot, with the page of phones."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from pathlib import Path

from simulator.running import running
from simulator.simulator import Person, Simulator


async def serve(
    people: list[Person], *, token: str | None = None, port: int = 8081, save_to: Path | None = None,
    local_dir: Path | None = None,
) -> None:  # fmt: skip
    """Serve until cancelled; prints the address and the bot's token."""
    simulator = Simulator(local_dir=local_dir)
    bot = simulator.add_bot(token)
    for person in people:
        simulator.add_person(person)
    async with running(simulator, port, save_to=save_to) as url:
        print(f"{url}  token {bot.token}", flush=True)  # noqa: T201 - the one line that it is there for
        await asyncio.get_running_loop().create_future()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", help="the bot's token; a new one by default")
    parser.add_argument("--save", type=Path, help="file to keep everything in")
    parser.add_argument(
        "--local", type=Path, metavar="DIR", help="be an own Bot API server in --local mode, which keeps files here"
    )
    parser.add_argument(
        "--person", action="append", default=[], metavar="ID:NAME[:SEAT]", help="somebody with a phone (repeatable)"
    )
    options = parser.parse_args()
    named = options.person or ["1001:Ahmad Fauzi:Camat", "1002:Siti Rahayu:Sekcam"]
    people = [Person(int(one.split(":")[0]), *one.split(":")[1:3]) for one in named]
    serving = serve(people, token=options.token, port=options.port, save_to=options.save, local_dir=options.local)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serving)


if __name__ == "__main__":
    main()
