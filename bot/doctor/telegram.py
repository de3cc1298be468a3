"""Telegram: the tokens, who fetches the updates, and whether this machine's clock agrees with Telegram's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
from pydantic import SecretStr
from telegram import WebhookInfo
from telegram.error import TelegramError

from bot import webhook
from bot.doctor.finding import Finding, good, mend, note
from bot.settings import Settings
from bot.telegram_client import RefusedToken, TelegramClient

ANSWER_SECONDS = 10.0
SKEW = timedelta(seconds=30)
LATELY = timedelta(minutes=10)
MANY_WAITING = 100
CLOCK = "Jam komputer"
SET_THE_CLOCK = "nyalakan penyetelan jam otomatis: timedatectl set-ntp true"


async def bots(settings: Settings, tokens: tuple[SecretStr, ...], now: datetime) -> AsyncIterator[Finding]:
    """Ask Telegram about each bot; ``now`` is the machine's time."""
    for token in tokens:
        # A bot's number is no secret; the rest of its token is.
        name = f"Bot {token.get_secret_value().partition(':')[0]}"
        client = TelegramClient(token, settings.telegram_api_url, settings.telegram_proxy)
        try:
            await client.open()
            yield good(name, f"token diterima Telegram (@{client.bot.username})")
            yield _fetching(name, await client.bot.get_webhook_info(), settings, client.bot.id, now)
        except RefusedToken:
            yield mend(
                name, "token ditolak Telegram", "ambil token di @BotFather (/token), isi di .env, jalankan Pandu lagi"
            )
        except TelegramError as error:
            yield mend(
                name, f"Telegram tidak dapat dihubungi di {settings.telegram_api_url} ({error})",
                "periksa internet, PANDU_TELEGRAM_PROXY, dan PANDU_TELEGRAM_API_URL",
            )  # fmt: skip
        finally:
            await client.close()


def _fetching(name: str, info: WebhookInfo, settings: Settings, bot_id: int, now: datetime) -> Finding:
    if settings.webhook_url is None:
        if info.url:
            return note(
                name, "masih ada webhook, padahal PANDU_WEBHOOK_URL kosong",
                "jalankan pandu run (webhook dilepas sendiri), atau isi PANDU_WEBHOOK_URL untuk pandu serve",
            )  # fmt: skip
        return good(name, "tanpa webhook: pembaruan diambil pandu run")
    if info.url != settings.webhook_url + webhook.path(bot_id):
        return mend(name, "webhook belum menuju PANDU_WEBHOOK_URL", "jalankan pandu serve; ia memasang webhook sendiri")
    failed = info.last_error_date is not None and now - info.last_error_date < LATELY
    if failed and info.pending_update_count:
        return mend(
            name, f"Telegram tidak sampai ke webhook ({info.last_error_message}); {info.pending_update_count} menunggu",
            "periksa proxy, sertifikat, DNS, dan firewall: curl -i alamat itu dari luar harus menjawab 405",
        )  # fmt: skip
    if info.pending_update_count > MANY_WAITING:
        return note(
            name, f"{info.pending_update_count} pembaruan menunggu di Telegram",
            "lihat lagi beberapa menit lagi; bila bertambah, tambah pandu serve",
        )  # fmt: skip
    return good(name, f"webhook terpasang; {info.pending_update_count} pembaruan menunggu")


async def clock(settings: Settings, wall: Callable[[], datetime]) -> Finding:
    """Compare the machine's clock with the time in Telegram's answers, which is told in whole seconds."""
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(settings.telegram_api_url, proxy=settings.telegram_proxy, allow_redirects=False) as answer,
        ):
            theirs = parsedate_to_datetime(answer.headers["Date"])
    except (aiohttp.ClientError, TimeoutError, OSError, KeyError, ValueError):
        return note(CLOCK, "tidak dapat dibandingkan dengan jam Telegram", SET_THE_CLOCK)
    return skew("jam Telegram", wall() - theirs)


def skew(other: str, ahead: timedelta, how: str = SET_THE_CLOCK) -> Finding:
    """Judge how far this machine's clock is ahead of another one; ``how`` they are made to agree."""
    if abs(ahead) > SKEW:
        way = "lebih cepat" if ahead > timedelta() else "lebih lambat"
        return mend(CLOCK, f"{abs(ahead).total_seconds():.0f} detik {way} daripada {other}", how)
    return good(CLOCK, f"sesuai dengan {other}")
