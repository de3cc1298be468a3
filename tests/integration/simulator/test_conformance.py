"""Every answer and every update must be what Bot API clients accept: nothing missing, nothing unknown."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import telegram
from pydantic import BaseModel, TypeAdapter

from simulator import Simulator
from simulator.methods import METHODS
from tests.integration.simulator.conftest import AHMAD, PNG, SITI, Api

TABLE = Path(__file__).parents[3] / "docs" / "simulator.md"
KEYBOARD = {
    "inline_keyboard": [
        [
            {"text": "Setujui", "callback_data": "d:1:1", "style": "success"},
            {"text": "Salin", "copy_text": {"text": "1"}},
        ],
        [{"text": "Buka", "url": "https://example.org/a"}],
    ]
}


def unknown_to_aiogram(value: object, where: str = "") -> list[str]:
    """The fields that aiogram's models do not know."""
    if isinstance(value, BaseModel):
        found = [f"{where}.{name}" for name in value.model_extra or {}]
        for name in type(value).model_fields:
            found += unknown_to_aiogram(getattr(value, name), f"{where}.{name}")
        return found
    if isinstance(value, (list, tuple)):
        return [one for item in value for one in unknown_to_aiogram(item, where)]
    return []


def unknown_to_ptb(value: object, where: str = "") -> list[str]:
    """The fields that python-telegram-bot does not know."""
    if isinstance(value, telegram.TelegramObject):
        found = [f"{where}.{name}" for name in value.api_kwargs]
        for name in dir(type(value)):
            if not name.startswith("_") and name != "api_kwargs" and name in value.to_dict():
                found += unknown_to_ptb(getattr(value, name, None), f"{where}.{name}")
        return found
    if isinstance(value, (list, tuple)):
        return [one for item in value for one in unknown_to_ptb(item, where)]
    return []


def aiogram_methods() -> dict[str, Any]:
    """aiogram's model of each method, by lower-case name."""
    import aiogram.methods  # here, since it takes seconds, and every test process reads this file

    found = ((name.lower(), getattr(aiogram.methods, name)) for name in aiogram.methods.__all__)
    return {name: model for name, model in found if isinstance(model, type)}


def lost(sent: Any, read: Any, where: str = "") -> list[str]:
    """Where what a client read is not what was sent (clients add defaults of their own)."""
    if isinstance(sent, dict) and isinstance(read, dict):
        return [one for name, value in sent.items() for one in lost(value, read.get(name), f"{where}.{name}")]
    if isinstance(sent, list) and isinstance(read, list) and len(sent) == len(read):
        return [one for a, b in zip(sent, read, strict=True) for one in lost(a, b, where + "[]")]
    return [] if sent == (read or sent if sent == [] else read) else [f"{where}: {sent!r} became {read!r}"]


def check_update(raw: dict[str, Any]) -> None:
    import aiogram.types

    assert unknown_to_aiogram(aiogram.types.Update.model_validate(raw)) == []
    parsed = telegram.Update.de_json(raw, None)
    assert unknown_to_ptb(parsed) == []
    # Nothing that we sent was dropped or read as something else on the way.
    assert lost(raw, json.loads(parsed.to_json())) == []


async def everything(simulator: Simulator, api: Api) -> list[dict[str, Any]]:
    """Do all that people and bots can do; returns the updates."""
    await api(
        "getUpdates",
        allowed_updates=["message", "edited_message", "callback_query", "my_chat_member", "message_reaction"],
    )
    simulator.opens_link(AHMAD, "undangan-1")
    simulator.says(SITI, "Halo #rapat @ahmad https://example.org siti@example.org /tugas", reply_to=None)
    own = simulator.says(AHMAD, "salah tulis")
    simulator.edits(AHMAD, own.id, "sudah benar")
    simulator.sends_document(AHMAD, "data TW IV.xlsx", b"isi", caption="Ini datanya /ok")
    simulator.forwards(SITI, simulator.chat(AHMAD)[-1])
    simulator.sends_document(AHMAD, "tanpa-ukuran.bin", b"isi", omit_size=True)
    simulator.sends_photo(AHMAD, PNG, caption="Foto")
    simulator.sends_album(AHMAD, [("a.pdf", b"1"), ("b.pdf", b"2")], caption="Dua berkas")
    simulator.sends_album(AHMAD, [("a.png", PNG), ("b.png", PNG)], as_photos=True)
    simulator.blocks(SITI)
    simulator.unblocks(SITI)

    card = await api(
        "sendMessage", chat_id=AHMAD, parse_mode="HTML", reply_markup=KEYBOARD,
        text='<b>Mohon <i>diperiksa</i></b> <code>x</code> <pre><code class="language-py">y</code></pre> <a href="https://example.org">s</a>'
        "<blockquote expandable>kutipan</blockquote><tg-spoiler>t</tg-spoiler><u>u</u><s>s</s>",
        reply_parameters={"message_id": own.id, "quote": "benar"}, protect_content=True, disable_notification=True,
        link_preview_options={"is_disabled": True}, message_effect_id="5046509860389126442",
    )  # fmt: skip
    message = {"chat_id": AHMAD, "message_id": card["message_id"]}
    tapped = simulator.taps(AHMAD, card["message_id"], caption="Setujui")
    simulator.reacts(AHMAD, card["message_id"], "👍")
    await api("answerCallbackQuery", callback_query_id=tapped.id, text="Tercatat", show_alert=True)
    await api("editMessageText", **message, text="Selesai", reply_markup=KEYBOARD)
    await api("editMessageReplyMarkup", **message)
    document = await api.upload("sendDocument", {"document": ("lapor é.xlsx", b"123")}, chat_id=str(AHMAD), caption="c")
    await api(
        "editMessageCaption", chat_id=AHMAD, message_id=document["message_id"], caption="<b>d</b>", parse_mode="HTML"
    )
    await api("sendDocument", chat_id=AHMAD, document=document["document"]["file_id"])
    photo = await api.upload("sendPhoto", {"photo": ("x.png", PNG)}, chat_id=str(AHMAD), has_spoiler=True)
    await api("sendPhoto", chat_id=AHMAD, photo=photo["photo"][0]["file_id"])
    media = [
        {"type": "document", "media": "attach://one", "caption": "k"},
        {"type": "document", "media": document["document"]["file_id"]},
    ]
    await api.upload("sendMediaGroup", {"one": ("1.txt", b"1")}, chat_id=str(AHMAD), media=media)
    await api("getFile", file_id=document["document"]["file_id"])
    await api("sendChatAction", chat_id=AHMAD, action="typing")
    await api("copyMessage", chat_id=AHMAD, from_chat_id=SITI, message_id=2)
    await api("copyMessages", chat_id=AHMAD, from_chat_id=SITI, message_ids=[2])
    await api("forwardMessage", chat_id=AHMAD, from_chat_id=SITI, message_id=2)
    await api("forwardMessages", chat_id=AHMAD, from_chat_id=SITI, message_ids=[2])
    await api("setMessageReaction", **message, reaction=[{"type": "emoji", "emoji": "👌"}])
    await api("deleteMessage", **message)
    await api("deleteMessages", chat_id=AHMAD, message_ids=[document["message_id"], 9999])
    simulator.forges_tap(AHMAD, card["message_id"], "d:1:1")
    await api("getMe")
    await api("getChat", chat_id=AHMAD)
    await api("getChatMember", chat_id=AHMAD, user_id=AHMAD)
    await api("getChatMemberCount", chat_id=AHMAD)
    commands = [{"command": "tugas", "description": "Tugas saya"}]
    for scope in ({"type": "all_private_chats"}, {"type": "chat", "chat_id": AHMAD}):
        await api("setMyCommands", commands=commands, scope=scope, language_code="id")
    assert await api("getMyCommands", scope={"type": "chat", "chat_id": AHMAD}, language_code="id") == commands
    await api("deleteMyCommands", scope={"type": "chat", "chat_id": AHMAD}, language_code="id")
    assert await api("getMyCommands", scope={"type": "chat", "chat_id": AHMAD}, language_code="id") == []
    await api("setChatMenuButton", chat_id=AHMAD, menu_button={"type": "commands"})
    await api("getChatMenuButton", chat_id=AHMAD)
    for text in ("Name", "Description", "ShortDescription"):
        await api(
            f"setMy{text}", **{{"Name": "name", "Description": "description"}.get(text, "short_description"): "Pandu"}
        )
        await api(f"getMy{text}")
    updates: list[dict[str, Any]] = await api("getUpdates")
    await api("setWebhook", url="http://127.0.0.1:1/hook", secret_token="s")
    await api("getWebhookInfo")
    await api("deleteWebhook", drop_pending_updates=True)
    await api("logOut")
    return updates


async def test_every_answer_and_update_is_what_clients_accept(simulator: Simulator, api: Api) -> None:
    updates = await everything(simulator, api)
    kinds = {kind for update in updates for kind in update} - {"update_id"}
    assert kinds == {"message", "edited_message", "callback_query", "my_chat_member", "message_reaction"}
    for update in updates:
        check_update(update)

    models = aiogram_methods()
    called = set()
    for entry in simulator.journal.entries:
        assert entry.answer
        assert entry.answer["ok"], entry
        called.add(entry.method.lower())
        parsed = TypeAdapter(models[entry.method.lower()].__returning__).validate_python(entry.answer["result"])
        assert unknown_to_aiogram(parsed, entry.method) == []
        if isinstance(entry.answer["result"], dict) and "chat" in entry.answer["result"]:
            raw = entry.answer["result"]
            message = telegram.Message.de_json(raw, None)
            assert unknown_to_ptb(message, entry.method) == []
            assert lost(raw, json.loads(message.to_json())) == []
    assert called == set(METHODS) - {"close"}, "a method that no client has ever parsed"


async def test_every_parameter_is_one_that_the_bot_api_knows() -> None:
    models = aiogram_methods()
    for name, method in METHODS.items():
        assert set(method.params) <= set(models[name].model_fields), method.name
        required = {field for field, info in models[name].model_fields.items() if info.is_required()}
        ours = {field for field, param in method.params.items() if param.required}
        # Text may be missing since edits can be to rich messages; no url at all deletes the webhook.
        assert ours - {"text"} == required - {"text", "url"}, method.name


@pytest.mark.parametrize("method", ["sendPoll", "nonsense", "getupdatesx"])
async def test_what_is_not_there_is_answered_as_telegram_answers(api: Api, method: str) -> None:
    assert await api.refused(method) == (404, "Not Found")


def test_the_table_of_methods_is_complete() -> None:
    from aiogram.methods import TelegramMethod

    rows = re.findall(r"^\| (\w+) \| (does|refuses|not there) \|", TABLE.read_text(), re.MULTILINE)
    told = {name.lower(): what for name, what in rows}
    assert len(told) == len(rows)
    assert {name for name, what in told.items() if what != "not there"} == set(METHODS)
    api = {name for name, model in aiogram_methods().items() if issubclass(model, TelegramMethod)}
    assert api - {"telegrammethod"} <= set(told)
