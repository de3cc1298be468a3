"""Each failure of delivery has a kind, and the page's own words list it."""

from __future__ import annotations

import pytest
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, TimedOut

from bot.delivery_figures import kind_of
from bot.metrics import DELIVERY_ERRORS
from bot.telegram_client import Flood, RefusedToken, ServerFault, Unsent
from storage.errors import DiskFull, FilesUnavailable


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Flood(3), "flood"),
        (Unsent("no connection"), "unsent"),
        (RefusedToken("no"), "token"),
        (InvalidToken("no"), "token"),
        (Forbidden("bot was blocked by the user"), "forbidden"),
        (BadRequest("Chat not found"), "chat_gone"),
        (BadRequest("message is too long"), "bad_request"),
        (ChatMigrated(-100), "migrated"),
        (ServerFault("The server answered 502"), "server"),
        (NetworkError("broke"), "network"),
        (TimedOut(), "network"),
        (FileNotFoundError(), "file"),
        (FilesUnavailable("away"), "file"),
        (DiskFull("full"), "file"),
    ],
)
def test_each_failure_has_a_kind_that_is_told(error: Exception, kind: str) -> None:
    assert kind_of(error) == kind
    # The help says what there can be.
    assert kind in DELIVERY_ERRORS._documentation
