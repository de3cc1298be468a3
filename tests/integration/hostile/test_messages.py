"""Messages that are not an official's own words in their own chat: groups, channels, edits, forwards, business."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.forgeries import GROUP, Form, forged
from simulator.records import User
from tests.e2e.offices import PEOPLE
from tests.integration.fuzz.entrance import PLUMBING, Entrance
from tests.integration.fuzz.offices import ADMIN, OTHERS, STRANGERS

STAFF = PEOPLE["staf"]
SILENT = (
    Form.CHANNEL_POST, Form.EDITED_CHANNEL_POST, Form.BUSINESS, Form.EDITED_BUSINESS, Form.LINKED_CHANNEL,
)  # fmt: skip
"""Forms that Pandu does not ask Telegram for; nobody waits for an answer to them."""


def made(entrance: Entrance, form: Form, text: str, person: int = ADMIN) -> dict[str, Any]:
    kind, payload = forged(form, User(id=person, first_name="Ahmad"), text, 77, 1)
    return entrance.numbered({kind: payload})


@pytest.mark.parametrize("form", [form for form in Form if form is not Form.VIA_BOT])
async def test_no_form_of_message_but_ones_own_changes_anything(entrance: Entrance, form: Form) -> None:
    """Each carries a command that would ask the admin something in their own chat.

    What is written there with the help of another bot (``via_bot``) is one's own word.
    """
    await entrance.speak()
    before, heard = await entrance.digest(but=PLUMBING), await entrance.queued_for(OTHERS)
    await entrance.send(made(entrance, form, "/kalender"), made(entrance, form, "/batalkan 1"))
    assert await entrance.digest(but=PLUMBING) == before
    assert await entrance.queued_for(OTHERS) == heard
    said = await entrance.speak()
    assert bool(said) is (form not in SILENT)
    assert {one.chat for one in said} <= {ADMIN, GROUP["id"]}
    assert await entrance.parked() == []


async def test_a_groups_command_is_told_where_to_go_once_a_day_and_nothing_else(entrance: Entrance) -> None:
    await entrance.speak()
    for text in ("/tugas", "/status@pandu_bot 1", "/start abcdefghijklmnopqrst", "selamat pagi", "/x@lain_bot"):
        await entrance.send(made(entrance, Form.GROUP, text))
    (told,) = await entrance.speak()
    assert told.chat == GROUP["id"]
    assert told.text.startswith("Pandu melayani lewat percakapan pribadi. Silakan buka @pandu_bot")
    assert told.buttons == ()


async def test_another_bots_command_is_not_answered(entrance: Entrance) -> None:
    await entrance.speak()
    await entrance.send(made(entrance, Form.GROUP, "/tugas@lain_bot"))
    assert await entrance.speak() == []


async def test_who_writes_as_the_group_or_a_channel_has_nobodys_rights(entrance: Entrance) -> None:
    """Even if the id that Telegram uses for all anonymous administrators stood in a group of officials."""
    before = await entrance.digest(but=PLUMBING)
    for form in (Form.ANONYMOUS_ADMIN, Form.LINKED_CHANNEL):
        update = made(entrance, form, "/tugas")
        await entrance.send(update)
        tap = entrance.tap(ADMIN, "run:1:0")
        tap["callback_query"]["from"] = update["message"]["from"]
        tap["callback_query"]["message"] = update["message"]
        (answer,) = await entrance.send(tap)
        assert answer == "Mohon gunakan percakapan pribadi dengan Pandu."
    assert await entrance.digest(but=PLUMBING) == before


async def test_a_press_in_a_group_is_answered_and_does_nothing(entrance: Entrance) -> None:
    """A card that was forwarded keeps no buttons; one that claims to be in a group does nothing."""
    own = next(data for data in entrance.buttons[ADMIN] if data.startswith(("run:", "step:", "withdraw:")))
    before = await entrance.digest(but=PLUMBING)
    tap = entrance.tap(ADMIN, own)
    tap["callback_query"]["message"]["chat"] = GROUP
    assert await entrance.send(tap) == ["Mohon gunakan percakapan pribadi dengan Pandu."]
    assert await entrance.digest(but=PLUMBING) == before


async def test_a_group_that_grows_into_a_supergroup_is_nothing_to_pandu(entrance: Entrance) -> None:
    before = await entrance.digest(but=PLUMBING)
    old = {"id": -4000000001, "type": "group", "title": "Kecamatan"}
    who = {"id": ADMIN, "is_bot": False, "first_name": "Ahmad"}
    said = {"message_id": 5, "date": 1, "from": who}
    await entrance.send(
        entrance.numbered({"message": said | {"chat": old, "migrate_to_chat_id": GROUP["id"]}}),
        entrance.numbered({"message": said | {"chat": GROUP, "migrate_from_chat_id": old["id"]}}),
        entrance.numbered({"my_chat_member": {"chat": old, "from": who, "date": 1,
                                              "new_chat_member": {"status": "kicked", "user": who}}}),
    )  # fmt: skip
    assert await entrance.digest(but=PLUMBING) == before
    assert await entrance.parked() == []
    assert ADMIN in await entrance.chats()


async def test_an_edit_changes_nothing_and_is_explained_once(entrance: Entrance) -> None:
    await entrance.says(STAFF, "/ingatkan besok jam 9")
    await entrance.speak()
    before = await entrance.digest(but=PLUMBING)
    edits = [made(entrance, Form.EDITED, text, STAFF) for text in ("/ingatkan lusa jam 9", "Rapat", "Rapat besar")]
    await entrance.send(*edits)
    (told,) = await entrance.speak()
    assert "perubahan pada pesan yang sudah terkirim tidak dibaca" in told.text
    assert await entrance.digest(but=PLUMBING) == before
    await entrance.send(made(entrance, Form.EDITED, "halo", STRANGERS[0]))
    assert await entrance.speak() == []


async def test_a_forwarded_command_is_what_somebody_else_wrote(entrance: Entrance) -> None:
    await entrance.speak()
    await entrance.send(made(entrance, Form.FORWARDED, "/tugas", STAFF))
    (told,) = await entrance.speak()
    assert "belum dapat ditindaklanjuti" in told.text


async def test_forwarded_words_answer_a_question_and_forwarded_files_are_taken(entrance: Entrance) -> None:
    """Officials forward what a colleague sent them: that is bringing it, and it is on record as theirs."""
    await entrance.says(STAFF, "/ingatkan")
    await entrance.speak()
    await entrance.send(made(entrance, Form.FORWARDED, "besok jam 9", STAFF))
    (asked,) = await entrance.speak()
    assert "5 Januari 2027" in asked.text
    document = {"file_id": "F", "file_unique_id": "f", "file_name": "data.pdf", "file_size": 9}
    await entrance.send(entrance.message(STAFF, document=document, forward_origin={"type": "hidden_user", "date": 1}))
    assert any("berkas" in one.text.lower() for one in await entrance.speak())


@pytest.mark.parametrize("code", ["x" * 16, "A" * 64, "B" * 65, "setup_x", "../..", "\u202e", "<b>", "1 OR 1=1"])
async def test_a_code_that_nobody_was_given_opens_nothing(entrance: Entrance, code: str) -> None:
    await entrance.speak()
    before = await entrance.digest(but=PLUMBING)
    for person in (STRANGERS[0], STAFF):
        await entrance.says(person, f"/start {code}")
        (told,) = await entrance.speak()
        assert told.chat == person
        assert "tautan" in told.text.lower(), told.text
    assert await entrance.digest(but=PLUMBING) == before
    assert await entrance.parked() == []
