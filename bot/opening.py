"""What stands before a bot works: the database at this version's schema, Telegram's word on who the bot is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import structlog
from pydantic import SecretStr
from sqlmodel import Session
from telegram.error import TelegramError

from bot.command_menu import EDITION
from bot.logging import where
from bot.settings import Settings, Unusable
from bot.telegram_client import RefusedToken, TelegramClient
from bot.timed_database import TimedDatabase
from storage import file_rows, inbox, leases
from storage.database import Database, DatabaseUnavailable, migrate, open_database
from storage.tables import Bot
from workflow import checkpoint_messages, gap, office_bots, profile, retention
from workflow.reminding import morning

log = structlog.stdlib.get_logger("bot.opening")

TRIES = 3


async def database(url: str) -> Database:
    """Migrate and open the database; raise :class:`Unusable` where that is not possible."""
    try:
        await asyncio.to_thread(migrate, url)
        return TimedDatabase(await open_database(url, serves=True))
    except ValueError as error:
        raise Unusable(f"PANDU_DATABASE_URL: {error}") from None
    except DatabaseUnavailable as error:
        raise Unusable(f"Basis data tidak dapat dibuka: {error}") from None


async def clients(settings: Settings, tokens: Sequence[SecretStr]) -> list[TelegramClient]:
    """Ask Telegram who each bot is; raise :class:`Unusable` where it does not answer or knows none of them.

    Of several bots one whose token is refused is left out, for the others' sake.
    """
    address, proxy = settings.telegram_api_url, settings.telegram_proxy
    opened = [TelegramClient(token, address, proxy, local_dir=settings.local_dir) for token in tokens]
    known: list[TelegramClient] = []
    try:
        for client, greeted in zip(opened, await asyncio.gather(*map(_greet, opened)), strict=True):
            if greeted:
                known.append(client)
            elif len(tokens) > 1:
                log.error("Telegram refuses a bot's token; it is not served", bot=client.bot.token.partition(":")[0])
        if not known:
            raise Unusable("Token ditolak Telegram; periksa PANDU_TELEGRAM_TOKEN.")
    except TelegramError as error:
        raise Unusable(f"Telegram tidak dapat dihubungi di {settings.telegram_api_url}: {error}.") from None
    finally:
        for client in opened:
            if client not in known:
                await client.close()
    return known


async def _greet(client: TelegramClient) -> bool:
    """Ask who the bot is; say whether Telegram knows its token. Raises :class:`TelegramError`."""
    for attempt in range(1, TRIES + 1):
        try:
            await client.open()
        except RefusedToken:
            return False
        except TelegramError as error:
            if attempt == TRIES:
                raise
            log.warning("Telegram cannot be reached", attempt=attempt, error=where(error))
            await asyncio.sleep(attempt)
        else:
            break
    return True


def take_up(
    session: Session, bots: Sequence[tuple[int, str]], now: datetime, wall: datetime, lease_now: datetime | None
) -> None:
    """Note the bots (id, username), and what they must look after; ``wall`` is the machine's time.

    Where no other process works (``lease_now`` is given), all that was claimed is free again.
    """
    rows = []
    for bot_id, username in bots:
        row = session.get(Bot, bot_id) or Bot(id=bot_id, username=username)
        row.username = username
        session.add(row)
        rows.append(row)
    session.flush()
    office_bots.bind_free(session)
    for row in rows:
        gap.note_absence(session, row, now, wall)
        profile.renew_menus(session, row.id, now, EDITION)
    morning.ensure_all(session, now)
    checkpoint_messages.ensure_all(session, now)
    retention.ensure_all(session, now)
    if lease_now is not None:
        for row in rows:
            leases.free(session, leases.sender(row.id), lease_now)
            inbox.void_leases(session, row.id)
        file_rows.void_leases(session)
