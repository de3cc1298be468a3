"""What became of each try to deliver, for those who look after Pandu."""

from __future__ import annotations

import structlog
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, TelegramError

from bot.metrics import DELIVERIES, DELIVERY_ERRORS
from bot.outgoing import chat_is_gone
from bot.telegram_client import Flood, RefusedToken, ServerFault, Unsent
from storage.outbox import OutboxItem

log = structlog.stdlib.get_logger("bot.delivery")


def count(item: OutboxItem, outcome: str) -> None:
    """Count a try by its outcome, one of those :data:`bot.metrics.DELIVERIES` names."""
    DELIVERIES.labels(item.kind, outcome).inc()
    log.debug("a try to deliver ended", kind=item.kind, template=item.template, outcome=outcome, tries=item.tries)


def count_error(error: BaseException, kind: str | None = None) -> None:
    """Count a failure by its kind: as given, or as the error itself says."""
    DELIVERY_ERRORS.labels(kind or kind_of(error)).inc()


def kind_of(error: BaseException) -> str:
    """Return the kind of a failure to send, one of those :data:`bot.metrics.DELIVERY_ERRORS` names."""
    match error:
        case Flood():
            return "flood"
        case Unsent():
            return "unsent"
        case RefusedToken() | InvalidToken():
            return "token"
        case Forbidden():
            return "forbidden"
        case ChatMigrated():
            return "migrated"
        case BadRequest():
            return "chat_gone" if chat_is_gone(error) else "bad_request"
        case ServerFault():
            return "server"
        case TelegramError():
            return "network"
        case _:
            return "file"
