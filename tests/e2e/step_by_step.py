"""Acts on a phone, each followed by all that comes of it before the next."""

from __future__ import annotations

from tests.e2e.office import Office
from tests.e2e.phone import Phone


async def says(office: Office, phone: Phone, *words: str) -> None:
    """Write one message after the other, each once the bot has answered the one before."""
    for said in words:
        await phone.says(said)
        await office.quiet()


async def taps(office: Office, phone: Phone, caption: str, on: str | None = None) -> None:
    """Tap a button, see :meth:`tests.e2e.phone.Phone.taps`."""
    await phone.taps(caption, on=on)
    await office.quiet()
