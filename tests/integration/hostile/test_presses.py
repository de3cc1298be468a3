"""Callback data that nobody's phone should send: forged, of another office, pressed again, out of any bounds."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlmodel import Session

from storage.tables import metadata
from tests.e2e.offices import PEOPLE
from tests.integration.fuzz.entrance import PLUMBING, Entrance
from tests.integration.fuzz.offices import ADMIN, OTHERS, SECRET, STRANGERS, offered
from workflow.verbs import LARGEST, Page, Verb, parse

EVERY = [*Verb, *Page]
STAFF = PEOPLE["staf"]
BUSY = PLUMBING | {"question"}
"""A question that one's own button asks in one's own chat changes nothing yet."""
NO_NUMBERS = (
    str(LARGEST + 1), "9" * 18,
    "9" * 19, "9" * 25, "9" * 45, "-1", "+1", "1.0", "1e3", "0x1", "\u0661", "\uff11", "\u00b2", "\u0967\u0967", " 1",
    "1 ", "1_0", "", "NaN", "1\u200b", "\u202e1", "\ud800",
)  # fmt: skip
"""What some language takes for a number, and ids no database holds."""
ARGUMENTS = ("", "yes", "no", "new", "stop", "perintahkan", "again-1", "x" * 40)


async def secret_ids(entrance: Entrance) -> list[int]:
    """Every row id that something of the other office has."""

    def body(session: Session) -> list[int]:
        found: set[int] = set()
        for table in metadata.sorted_tables:
            if {"id", "office_id"} <= set(table.c.keys()) and table.name not in PLUMBING:
                rows = session.connection().execute(table.select().where(table.c.office_id == "rahasia")).mappings()
                found |= {row["id"] for row in rows if isinstance(row["id"], int)}
        return sorted(found)

    return await entrance.database.read(body)


def test_numbers_that_are_none_are_no_press() -> None:
    for verb in EVERY:
        for number in NO_NUMBERS:
            assert parse(f"{verb}:{number}:1") is None, (verb, number)
            assert parse(f"{verb}:1:{number}") is None, (verb, number)
        assert parse(f"{verb}:{LARGEST}:{LARGEST}") is not None


@pytest.mark.parametrize("verb", EVERY)
async def test_another_offices_rows_are_out_of_reach_of_every_button(entrance: Entrance, verb: str) -> None:
    await entrance.speak()
    before, heard = await entrance.digest("rahasia"), await entrance.queued_for(OTHERS)
    ids = await secret_ids(entrance)
    assert len(ids) > 5
    for person in (ADMIN, STRANGERS[0]):
        presses = [
            entrance.tap(person, f"{verb}:{number}:1:{ARGUMENTS[turn % len(ARGUMENTS)]}")
            for turn, number in enumerate(ids if person == ADMIN else ids[:6])
        ]
        answers = await entrance.send(*presses)
        assert len(answers) == len(presses), "a tap without an answer leaves the phone waiting"
        assert [answer for answer in answers if SECRET in answer] == []
    assert [one for one in await entrance.speak() if SECRET in one.text or one.chat in OTHERS] == []
    assert await entrance.parked() == []
    assert await entrance.digest("rahasia") == before
    assert await entrance.queued_for(OTHERS) == heard


@pytest.mark.parametrize("verb", EVERY)
async def test_what_no_keyboard_says_changes_nothing_and_is_answered(entrance: Entrance, verb: str) -> None:
    await entrance.speak()
    before = await entrance.digest(but=BUSY)
    data = [
        f"{verb}", f"{verb}:", f"{verb}::", f"{verb}:1", f"{verb.upper()}:1:1", f" {verb}:1:1", f"{verb}\x00:1:1",
        f"{verb}:{'9' * 18}:{'9' * 18}", f"{verb}:{'9' * 18}:1:yes", f"{verb}:0:0:{'x' * 5000}",
        *[f"{verb}:{number}:1" for number in NO_NUMBERS],
    ]  # fmt: skip
    for person in (STAFF, STRANGERS[0]):
        answers = await entrance.send(*[entrance.tap(person, one) for one in data])
        assert len(answers) == len(data)
        # Sound numbers may open a page; everything else is told to be no button (any more).
        assert all(answer for one, answer in zip(data, answers, strict=True) if parse(one) is None)
    assert await entrance.parked() == []
    assert await entrance.digest(but=BUSY) == before


@pytest.mark.parametrize(
    "data", [None, 7, True, [], {}, ["do:1:1"], {"data": "do:1:1"}, "\ud800", "q:", "q::", "q:x:yes"]
)
async def test_data_that_is_no_data_changes_nothing(entrance: Entrance, data: Any) -> None:
    before = await entrance.digest(but=PLUMBING)
    assert await entrance.taps(STAFF, data), "no answer"
    assert await entrance.digest(but=PLUMBING) == before
    assert await entrance.parked() == []


async def test_a_colleagues_buttons_do_not_work_for_who_has_no_seat(entrance: Entrance) -> None:
    """Everything that stands on the other phones of the office, pressed by somebody who only looks on."""
    await entrance.speak()
    before = await entrance.digest(but=BUSY)
    theirs = {data for chat in PEOPLE.values() if chat != STAFF for data in entrance.buttons.get(chat, [])}
    assert len(theirs) > 5
    answers = await entrance.send(*[entrance.tap(STAFF, data) for data in sorted(theirs)])
    assert len(answers) == len(theirs)
    assert await entrance.digest(but=BUSY) == before


async def test_a_press_that_comes_twice_counts_once(entrance: Entrance) -> None:
    sekcam = PEOPLE["sekcam"]
    await entrance.says(sekcam, "/mulai")
    await entrance.speak()
    await entrance.says(sekcam, "TW III 2026")
    await entrance.speak()
    start = entrance.tap(sekcam, offered(entrance, sekcam, r"q:\w+:start"))
    await entrance.send(start)
    after = await entrance.digest(but=PLUMBING)
    # The same update once more (Telegram repeats itself), and the same button in an update of its own.
    await entrance.send(start)
    assert await entrance.digest(but=PLUMBING) == after
    answer = await entrance.taps(sekcam, start["callback_query"]["data"])
    assert re.search("tidak berlaku|sudah", answer), answer
    assert await entrance.digest(but=PLUMBING) == after
    assert await entrance.parked() == []


async def test_a_press_claimed_to_be_from_another_chat_is_answered_there_by_nobody(entrance: Entrance) -> None:
    """The bot answers the chat of who pressed, never the chat that an update names."""
    forged = entrance.tap(STAFF, "run:1:0")
    forged["callback_query"]["message"]["chat"]["id"] = OTHERS[0]
    before, heard = await entrance.digest(but=PLUMBING), await entrance.queued_for(OTHERS)
    (answer,) = await entrance.send(forged)
    assert "percakapan pribadi" in answer
    message = entrance.message(STAFF, text="/status")
    message["message"]["chat"]["id"] = OTHERS[0]
    await entrance.send(message)
    assert await entrance.digest(but=PLUMBING) == before
    assert await entrance.queued_for(OTHERS) == heard
