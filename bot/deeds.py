"""What was put on record, told to whoever looks after Pandu: ids only, once it is committed."""

from __future__ import annotations

import structlog

from bot.metrics import ACTIONS
from storage.causes import Deed

log = structlog.stdlib.get_logger("bot.deeds")


def tell(deeds: tuple[Deed, ...]) -> None:
    """Count and log what a committed transaction put on record."""
    for deed in deeds:
        ACTIONS.labels(deed.kind).inc()
        log.info("on record", action=deed.kind, office_id=deed.office_id, run_id=deed.run_id, task_id=deed.task_id)
