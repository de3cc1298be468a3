from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handlers.incoming import parse, person_of

SITI = {"id": 1002, "is_bot": False, "first_name": "Siti", "language_code": "id"}
CHAT = {"id": 1002, "type": "private", "first_name": "Siti"}


def message(**content: Any) -> dict[str, Any]:
    return {"update_id": 7, "message": {"message_id": 5, "date": 1, "chat": CHAT, "from": SITI, **content}}


def test_a_command_and_its_argument() -> None:
    found = parse(message(text="/Status@pandu_bot  12 "))
    assert (found.command, found.argument, found.person, found.private) == ("status", "12", 1002, True)


def test_plain_text_is_no_command() -> None:
    found = parse(message(text="terima kasih"))
    assert (found.command, found.text) == (None, "terima kasih")


def test_a_document_keeps_its_name_and_size() -> None:
    file = parse(message(document={"file_id": "A", "file_unique_id": "a", "file_name": "x.xlsx", "file_size": 9})).file
    assert file is not None
    assert (file.form, file.name, file.size) == ("document", "x.xlsx", 9)


def test_the_largest_photo_counts() -> None:
    sizes = [{"file_id": "S", "file_size": 1}, {"file_id": "L", "file_size": 9}]
    file = parse(message(photo=sizes, media_group_id="g", caption="foto")).file
    assert file is not None
    assert (file.telegram_file_id, file.form, file.media_group_id, file.caption) == ("L", "photo", "g", "foto")


def test_a_voice_message_is_a_file_of_a_kind_nobody_takes() -> None:
    file = parse(message(voice={"file_id": "V", "duration": 3})).file
    assert file is not None
    assert file.name == "voice.voice"


def test_a_tap_on_a_message_too_old_to_be_shown() -> None:
    found = parse({"update_id": 1, "callback_query": {"id": "9", "from": SITI, "data": "do:1:1", "chat_instance": "c"}})
    assert (found.kind, found.chat_id, found.private, found.data) == ("tap", 1002, True, "do:1:1")


def test_a_block_is_seen() -> None:
    change = {"chat": CHAT, "from": SITI, "new_chat_member": {"status": "kicked"}}
    assert parse({"update_id": 1, "my_chat_member": change}).blocked is True


def test_what_says_nothing_to_the_bot() -> None:
    assert parse({"update_id": 3, "poll": {}}).kind == "other"
    assert parse({}).kind == "other"


THIN: st.SearchStrategy[dict[str, Any]] = st.sampled_from([{}, {"from": {}}])


@given(st.dictionaries(st.sampled_from(["update_id", "message", "callback_query"]), THIN))
def test_thin_updates_do_not_raise(raw: dict[str, Any]) -> None:
    raw["update_id"] = 1
    parse(raw)
    assert person_of(raw) == 0
