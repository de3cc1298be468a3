"""Each limit and refusal, in Telegram's words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from simulator import Impossible, Simulator
from simulator.methods.editing import NOT_MODIFIED
from tests.integration.simulator.conftest import AHMAD, PNG, SITI, Api

UNCLOSED = "can't parse entities: Can't find end tag corresponding to start tag \"b\""
BAD_URL = "inline keyboard button URL 'kantor' is invalid: Wrong HTTP URL"
BUTTON = "can't parse inline keyboard button: "


def keyboard(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "A", **button}]]}


PINK = keyboard(callback_data="x", style="pink")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "message text is empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "<b>x", "parse_mode": "HTML"}, UNCLOSED),
        ({"text": "x", "parse_mode": "Klingon"}, "unsupported parse_mode"),
        ({"text": "x", "parse_mode": "MarkdownV2"}, "the simulator reads HTML only, not MarkdownV2"),
        ({"text": "x", "reply_markup": keyboard(callback_data="x" * 65)}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard(callback_data="é" * 33)}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x", "reply_markup": keyboard()},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ({"text": "x", "reply_markup": keyboard(url="kantor")}, BAD_URL),
        ({"text": "x", "reply_markup": keyboard(callback_data="x", colour="red")}, BUTTON + 'unknown field "colour"'),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply markup JSON object"),
        ({"text": "x", "reply_markup": PINK}, BUTTON + "invalid button style specified"),
        ({"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"text": "x", "silent": True}, 'unknown parameter "silent"'),
        ({"text": "x", "disable_notification": "maybe"}, 'field "disable_notification" must be of type Boolean'),
        ({"text": "x", "chat_id": 4711}, "chat not found"),
        ({"text": "x", "chat_id": SITI}, "chat not found"),
        ({"text": "x", "chat_id": "@nobody"}, "chat not found"),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
        ({"text": "x", "business_connection_id": "b"}, "the simulator has no business_connection_id"),
    ],
)  # fmt: skip
async def test_a_message_that_telegram_refuses(
    started: Api, simulator: Simulator, params: dict[str, Any], words: str
) -> None:
    assert await started.refused("sendMessage", **{"chat_id": AHMAD} | params) == (400, "Bad Request: " + words)
    assert len(simulator.chat(AHMAD)) == 1, "a refused message arrived"


async def test_limits_hold_after_parsing_in_utf16_units(started: Api) -> None:
    sent = await started("sendMessage", chat_id=AHMAD, text="<b>" + "😀" * 2048 + "</b>", parse_mode="HTML")
    assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 4096}]
    await started("sendMessage", chat_id=AHMAD, text="x", reply_markup=keyboard(callback_data="x" * 64))
    assert await started.refused("sendDocument", chat_id=AHMAD, document="x", caption="x" * 1025) == (
        400, "Bad Request: message caption is too long",
    )  # fmt: skip


async def test_wrong_tokens(api: Api) -> None:
    assert (await api.raw("getMe", token="7000000001:" + "A" * 35)).json() == {
        "ok": False, "error_code": 401, "description": "Unauthorized",
    }  # fmt: skip
    assert (await api.raw("getMe", token="not-a-token")).status_code == 404
    assert (await api.client.get(f"/file/bot{api.bot.token}/documents/none")).status_code == 404


async def test_editing(started: Api, simulator: Simulator) -> None:
    sent = await started("sendMessage", chat_id=AHMAD, text="a", reply_markup=keyboard(callback_data="x"))
    own = simulator.says(AHMAD, "milik saya")
    which = {"chat_id": AHMAD, "message_id": sent["message_id"]}
    same = {"text": "<i></i>a", "parse_mode": "HTML", "reply_markup": keyboard(callback_data="x")}
    assert await started.refused("editMessageText", **which, **same) == (400, "Bad Request: " + NOT_MODIFIED)
    edited = await started("editMessageText", **which, text="a")
    assert "reply_markup" not in edited, "an edit without reply_markup takes the keyboard away"
    assert edited["edit_date"] == 1799298000
    for method, params, words in [
        ("editMessageText", {"message_id": 99, "text": "b"}, "message to edit not found"),
        ("editMessageText", {"message_id": own.id, "text": "b"}, "message can't be edited"),
        ("editMessageReplyMarkup", {"message_id": sent["message_id"]}, NOT_MODIFIED),
        (
            "editMessageCaption",
            {"message_id": sent["message_id"], "caption": "b"},
            "there is no caption in the message to edit",
        ),
        ("editMessageText", {"text": "b"}, "message identifier is not specified"),
    ]:
        assert await started.refused(method, chat_id=AHMAD, **params) == (400, "Bad Request: " + words)
    photo = await started.upload("sendPhoto", {"photo": ("x.png", PNG)}, chat_id=str(AHMAD))
    assert await started.refused("editMessageText", chat_id=AHMAD, message_id=photo["message_id"], text="b") == (
        400, "Bad Request: there is no text in the message to edit",
    )  # fmt: skip
    history = simulator.chat(AHMAD)[1].versions
    assert [version.text for version in history] == ["a"]
    assert [len(version.keyboard) for version in history] == [1]


async def test_deleting_ends_after_48_hours(started: Api, simulator: Simulator) -> None:
    first = await started("sendMessage", chat_id=AHMAD, text="a")
    simulator.advance(timedelta(hours=48))
    second = await started("sendMessage", chat_id=AHMAD, text="b")
    assert await started.refused("deleteMessage", chat_id=AHMAD, message_id=first["message_id"]) == (
        400, "Bad Request: message can't be deleted for everyone",
    )  # fmt: skip
    assert await started("deleteMessage", chat_id=AHMAD, message_id=second["message_id"]) is True
    assert [m.content for m in simulator.chat(AHMAD)] == ["/start", "a"]
    assert await started.refused("deleteMessage", chat_id=AHMAD, message_id=second["message_id"]) == (
        400, "Bad Request: message to delete not found",
    )  # fmt: skip


async def test_a_tap_is_answered_once_and_within_150_seconds(started: Api, simulator: Simulator) -> None:
    sent = await started("sendMessage", chat_id=AHMAD, text="a", reply_markup=keyboard(callback_data="x"))
    too_old = (400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    first = simulator.taps(AHMAD, sent["message_id"], data="x")
    assert await started.refused("answerCallbackQuery", callback_query_id=first.id, text="x" * 201) == (
        400, "Bad Request: MESSAGE_TOO_LONG",
    )  # fmt: skip
    await started("answerCallbackQuery", callback_query_id=first.id, text="x" * 200)
    assert await started.refused("answerCallbackQuery", callback_query_id=first.id) == too_old
    second = simulator.taps(AHMAD, sent["message_id"], caption="A")
    simulator.advance(timedelta(seconds=151))
    assert await started.refused("answerCallbackQuery", callback_query_id=second.id) == too_old
    assert [toast.text for toast in simulator.toasts(AHMAD)] == ["x" * 200]


async def test_only_buttons_that_are_there_can_be_tapped(started: Api, simulator: Simulator) -> None:
    sent = await started("sendMessage", chat_id=AHMAD, text="a", reply_markup=keyboard(callback_data="x"))
    await started("editMessageReplyMarkup", chat_id=AHMAD, message_id=sent["message_id"])
    with pytest.raises(Impossible):
        simulator.taps(AHMAD, sent["message_id"], caption="A")
    simulator.forges_tap(AHMAD, sent["message_id"], "x")
    assert (await started("getUpdates"))[0]["callback_query"]["data"] == "x"


async def test_blocked_deleted_and_unblocked(started: Api, simulator: Simulator) -> None:
    simulator.blocks(AHMAD)
    assert await started.refused("sendMessage", chat_id=AHMAD, text="a") == (
        403, "Forbidden: bot was blocked by the user",
    )  # fmt: skip
    with pytest.raises(Impossible):
        simulator.says(AHMAD, "halo")
    simulator.unblocks(AHMAD)
    await started("sendMessage", chat_id=AHMAD, text="a")
    statuses = [update["my_chat_member"]["new_chat_member"]["status"] for update in await started("getUpdates")]
    assert statuses == ["kicked", "member"]
    simulator.deletes_account(AHMAD)
    assert await started.refused("sendMessage", chat_id=AHMAD, text="a") == (403, "Forbidden: user is deactivated")


async def test_files_keep_name_and_kind(started: Api, simulator: Simulator) -> None:
    simulator.sends_document(AHMAD, "../rahasia é.xlsx", b"isi")
    simulator.sends_photo(AHMAD, PNG)
    first, second = await started("getUpdates")
    document, photo = first["message"]["document"], second["message"]["photo"]
    assert (document["file_name"], document["file_size"]) == ("../rahasia é.xlsx", 3)
    assert document["mime_type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert [(size["width"], size["height"]) for size in photo] == [(90, 68), (320, 240), (800, 600), (1000, 750)]
    assert all("file_name" not in size for size in photo)
    path = (await started("getFile", file_id=document["file_id"]))["file_path"]
    assert ".." not in path
    link = f"/file/bot{started.bot.token}/{path}"
    assert (await started.client.get(link)).content == b"isi"
    assert (await started("sendDocument", chat_id=AHMAD, document=document["file_id"]))["document"] == document
    assert (await started("sendPhoto", chat_id=AHMAD, photo=photo[-1]["file_id"]))["photo"] == photo
    assert await started.refused("sendPhoto", chat_id=AHMAD, photo=document["file_id"]) == (
        400, "Bad Request: can't use file of type Document as Photo",
    )  # fmt: skip
    simulator.advance(timedelta(hours=1, seconds=1))
    assert (await started.client.get(link)).status_code == 404
    other = simulator.add_bot(username="lain_bot")
    answer = await started.raw("getFile", token=other.token, json={"file_id": document["file_id"]})
    assert answer.json()["description"] == "Bad Request: invalid file_id", "a file_id is one bot's"


async def test_sizes(started: Api, simulator: Simulator) -> None:
    simulator.sends_document(AHMAD, "besar.zip", b"\0" * (20 * 1024 * 1024 + 1))
    simulator.sends_document(AHMAD, "kosong.txt", b"")
    big, empty = [update["message"]["document"] for update in await started("getUpdates")]
    assert await started.refused("getFile", file_id=big["file_id"]) == (400, "Bad Request: file is too big")
    assert "file_size" not in empty or empty["file_size"] == 0
    files = {"document": ("kosong.txt", b"")}
    answer = (await started.raw("sendDocument", data={"chat_id": str(AHMAD)}, files=files)).json()
    assert answer["description"] == "Bad Request: file must be non-empty"
    answer = (await started.raw("sendPhoto", data={"chat_id": str(AHMAD)}, files={"photo": ("x.jpg", b"teks")})).json()
    assert answer["description"] == "Bad Request: IMAGE_PROCESS_FAILED"
    headers = {"content-length": str(52 << 20), "content-type": "application/octet-stream"}
    assert (await started.raw("sendDocument", headers=headers, content=b"")).status_code == 413


async def test_albums(started: Api, simulator: Simulator) -> None:
    simulator.sends_album(AHMAD, [("a.pdf", b"1"), ("b.pdf", b"2"), ("c.pdf", b"3")], caption="Tiga")
    messages = [update["message"] for update in await started("getUpdates")]
    assert len({message["media_group_id"] for message in messages}) == 1
    assert [message.get("caption") for message in messages] == ["Tiga", None, None]
    one = [{"type": "document", "media": messages[0]["document"]["file_id"]}]
    assert (await started.refused("sendMediaGroup", chat_id=AHMAD, media=one))[0] == 400
    mixed = [*one, {"type": "photo", "media": "x"}]
    assert "mixed" in (await started.refused("sendMediaGroup", chat_id=AHMAD, media=mixed))[1]
    assert len(await started("sendMediaGroup", chat_id=AHMAD, media=one * 2)) == 2


async def test_parameters_come_by_query_form_and_json(started: Api) -> None:
    token = started.bot.token
    params = {"chat_id": str(AHMAD), "text": "a", "disable_notification": "true"}
    answers = [
        await started.client.get(f"/bot{token}/sendMessage", params=params),
        await started.client.post(f"/bot{token}/SENDMESSAGE", data=params),
        await started.client.post(f"/bot{token}/sendMessage", json=params),
        await started.client.post(f"/bot{token}/sendMessage", params={"chat_id": AHMAD}, json={"text": "a"}),
    ]
    assert [answer.status_code for answer in answers] == [200] * 4
    broken = await started.client.post(f"/bot{token}/getMe", content=b"{", headers={"content-type": "application/json"})
    assert broken.status_code == 400
