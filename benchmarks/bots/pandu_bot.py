"""Pandu itself, as ``pandu run`` or ``pandu serve`` assembles it.

Its pacing is off: Telegram's limits are no part of what Pandu costs. It logs what is wrong, like the others.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from pydantic import SecretStr

from benchmarks.bots.arguments import Arguments, read, run
from bot.loading import loading

with loading():
    from bot.app import all_assembled, web_application
    from bot.garbage import leave_alone_what_is_loaded
    from bot.logging import set_up_logging
    from bot.settings import Settings


async def main(arguments: Arguments) -> None:
    """Work until killed."""
    logging.disable(logging.INFO)
    pushed, never = bool(arguments.webhook_port), asyncio.Event()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None, telegram_tokens=tuple(map(SecretStr, arguments.tokens)), telegram_api_url=arguments.api,
            database_url=arguments.database, data_dir=Path(folder), log_level="WARNING",
            webhook_url="https://pandu.invalid" if pushed else None,
            listen=f"127.0.0.1:{arguments.webhook_port}" if pushed else None,
        )  # fmt: skip
        set_up_logging(settings.log_level)
        async with all_assembled(settings, paced=False, pushed=pushed) as bots, AsyncExitStack() as web:
            if pushed:
                from bot.serving import listening

                await web.enter_async_context(listening(web_application(bots, never), settings.address(), never))
            await asyncio.gather(*(pandu.intake.open() for pandu in bots))
            leave_alone_what_is_loaded()
            await asyncio.gather(*(pandu.run(never) for pandu in bots))


if __name__ == "__main__":
    told = read()
    run(main(told), told)
