"""The one-time code of the first admin, for whoever runs the installation to hand on."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlmodel import Session, col, select

from storage.tables import Bot
from workflow import founding
from workflow.founding import PREFIX


def new_token() -> str:
    """Return a secret that fits a Telegram deep link together with its prefix."""
    return secrets.token_urlsafe(24)


def offer(session: Session, token: str, now: datetime, *, revoke_opened: bool = False) -> str | None:
    """Make a code while there is no office and return the one line that tells it, in Indonesian.

    The line is for the terminal only: it holds the secret, of which nothing but the hash is kept.
    """
    if not founding.renew(session, token, now, revoke_opened=revoke_opened):
        return None
    bots = session.exec(select(Bot.username).where(Bot.username != "").order_by(col(Bot.id))).all()
    if not bots:
        way = f"kirim teks ini kepada bot di Telegram: /start {PREFIX}{token}"
    else:
        # Whichever is opened serves the office from then on.
        links = " atau ".join(f"https://t.me/{username}?start={PREFIX}{token}" for username in bots)
        way = f"buka tautan ini di ponsel admin: {links}"
    return f"Belum ada kantor. Untuk menyiapkannya, {way} (sekali pakai, berlaku 24 jam)"
