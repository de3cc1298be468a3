"""``pandu doctor``: is this installation well, and what is to be mended."""

from __future__ import annotations

import asyncio
from collections import Counter

import typer


def doctor() -> None:
    """Periksa pemasangan ini dan sebutkan yang perlu diperbaiki; kode 0 bila tidak ada."""
    if asyncio.run(_examine()):
        raise typer.Exit(1)


async def _examine() -> int:
    from bot.clock import Clock
    from bot.doctor import Level, examination
    from bot.logging import Redaction, secrets_of
    from bot.settings import Unusable, load_settings

    try:
        secrets = secrets_of(load_settings())
    except Unusable:
        secrets = []
    redacted = Redaction(secret.get_secret_value() for secret in secrets)
    found: Counter[Level] = Counter()
    async for finding in examination(Clock()):
        found[finding.level] += 1
        typer.echo(redacted(finding.line()))
    if found[Level.MEND]:
        typer.echo(f"{found[Level.MEND]} hal perlu diperbaiki.")
    elif found[Level.NOTE]:
        typer.echo(f"Dapat dipakai; {found[Level.NOTE]} hal perlu diperhatikan.")
    else:
        typer.echo("Semua baik.")
    return found[Level.MEND]
