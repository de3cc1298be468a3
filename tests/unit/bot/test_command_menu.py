from __future__ import annotations

from typing import Any, cast

from telegram import Bot
from telegram.error import TimedOut

from bot.command_menu import COMMANDS, publish_menu
from handlers.dispatch import COMMANDS as HANDLED


class Recorder:
    def __init__(self, error: Exception | None = None) -> None:
        self.calls: list[tuple[str, str | None, list[str]]] = []
        self.error = error

    async def set_my_commands(self, commands: Any, *, scope: Any, language_code: str | None) -> bool:
        if self.error:
            raise self.error
        self.calls.append((scope.type, language_code, [command.description for command in commands]))
        return True


async def test_menus_differ_by_scope_and_language() -> None:
    bot = Recorder()
    assert await publish_menu(cast("Bot", bot), "id")
    found = {(scope, code): words for scope, code, words in bot.calls}
    assert set(found) == {(s, c) for s in ("all_private_chats", "default") for c in (None, "id", "en")}
    assert found["all_private_chats", "en"][0] == "Your open tasks"
    assert found["all_private_chats", None] == found["all_private_chats", "id"]
    assert len(found["default", None]) == 1


async def test_a_refusal_stops_nothing() -> None:
    assert not await publish_menu(cast("Bot", Recorder(TimedOut())), "id")


def test_every_command_offered_is_understood() -> None:
    assert set(COMMANDS) <= set(HANDLED)
