from __future__ import annotations

from typing import Any, cast

import pytest
from telegram.error import BadRequest

from bot.outgoing import NewMessage, chat_is_gone, keyboard, message_is_gone, plain, transmit
from bot.telegram_client import ServerFault
from messages.rendered import InlineButton, Rendered


def test_plain_keeps_the_words_and_loses_the_markup() -> None:
    assert plain('<b>Berkas</b> &lt;5 MB &amp; <a href="x">ini</a>, 3 < 4') == "Berkas <5 MB & ini, 3 < 4"


def test_buttons_keep_their_rows_captions_and_data() -> None:
    approve, look = InlineButton("Setujui", "decide:1:2:yes", "success"), InlineButton("Lihat", "step:1:2")
    rendered = Rendered("x", ((approve,), (look,)))
    assert keyboard(rendered) == {
        "inline_keyboard": [
            [{"text": "Setujui", "callback_data": "decide:1:2:yes", "style": "success"}],
            [{"text": "Lihat", "callback_data": "step:1:2"}],
        ]
    }


def test_no_buttons_means_no_keyboard() -> None:
    assert keyboard(Rendered("x")) is None


@pytest.mark.parametrize("answer", [True, {}, {"message_id": "7"}, None])
async def test_an_answer_without_a_message_leaves_the_outcome_unknown(answer: object) -> None:
    class Odd:
        async def call(self, _method: str, _parameters: dict[str, Any]) -> object:
            return answer

    with pytest.raises(ServerFault):
        await transmit(cast("Any", Odd()), cast("Any", None), 5, NewMessage(Rendered("x"), silent=True))


@pytest.mark.parametrize(
    "text", ["Bad Request: message to edit not found", "Message can't be edited", "Bad Request: MESSAGE_ID_INVALID"]
)
def test_a_message_that_is_gone_is_told_apart(text: str) -> None:
    assert message_is_gone(BadRequest(text))
    assert not chat_is_gone(BadRequest(text))


def test_a_chat_that_is_gone_is_told_apart() -> None:
    assert chat_is_gone(BadRequest("Bad Request: chat not found"))
    assert not message_is_gone(BadRequest("Bad Request: chat not found"))
