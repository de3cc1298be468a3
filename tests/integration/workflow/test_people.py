"""Who sits where, asked of a real database."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pytest
from sqlmodel import Session, select

from sop_definitions.loader import find
from storage.database import Database
from storage.tables import Bot, Chat, Official
from tests.integration.workflow.offices import NOW, SUMBANG
from workflow import people
from workflow.adopting import adopt
from workflow.adoption_choices import Choices
from workflow.office_file.apply import apply
from workflow.office_file.loading import load_text

T = TypeVar("T")
Ask = Callable[[Callable[[Session], T]], T]


@pytest.fixture
async def office(database: Database) -> Database:
    await database.write(lambda session: session.add(Bot(id=42, username="pandu_bot")))
    for text in (SUMBANG, SUMBANG.replace("id: sumbang,", "id: tambak,").replace("Ahmad", "Achmad")):
        source = load_text(text, "office.yaml")
        await database.write(partial(apply, source=source, now=NOW))
    return database


def named(found: list[Official]) -> list[str]:
    assert {official.office_id for official in found} <= {"sumbang"}
    return [official.name for official in found]


def one(session: Session, name: str) -> Official:
    return session.exec(select(Official).where(Official.name == name, Official.office_id == "sumbang")).one()


async def test_holders_of_a_role_everywhere_or_in_one_unit(office: Database) -> None:
    def body(s: Session) -> list[list[str]]:
        return [
            named(people.holders(s, "sumbang", ["kasi_kasubag"])),
            named(people.holders(s, "sumbang", ["kasi_kasubag"], "pemerintahan")),
            named(people.holders(s, "sumbang", ["camat", "pengelola", "sekcam", "kasi_kasubag"])),
            named(people.holders(s, "sumbang", [])),
        ]

    assert await office.read(body) == [
        ["Siti Rahayu", "Budi Santoso"],
        ["Budi Santoso"],
        ["Ahmad Fauzi", "Siti Rahayu", "Budi Santoso", "Joko Prasetyo"],
        [],
    ]


async def test_a_unit_is_answered_for_by_its_head_and_others_may_help(office: Database) -> None:
    def body(s: Session) -> tuple[list[str], list[str]]:
        unit = ("sumbang", "kasi_kasubag", "pemerintahan")
        return named(people.unit_heads(s, *unit)), named(people.unit_staff(s, *unit))

    assert await office.read(body) == (["Budi Santoso"], ["Wati Lestari"])


async def test_where_no_unit_has_such_a_head_everybody_seated_there_answers(office: Database) -> None:
    def body(s: Session) -> tuple[list[str], list[str], list[str]]:
        unit = ("sumbang", "kepala_seksi", "pemerintahan")
        return (
            named(people.unit_heads(s, *unit)),
            named(people.unit_staff(s, *unit)),
            named(people.unit_heads(s, "sumbang", "camat", "")),
        )

    assert await office.read(body) == (["Budi Santoso", "Wati Lestari"], [], [])


async def test_a_unit_whose_head_is_missing_is_vacant_while_other_units_have_one(office: Database) -> None:
    def leave(s: Session) -> None:
        one(s, "Budi Santoso").active = False

    await office.write(leave)
    heads = await office.read(lambda s: named(people.unit_heads(s, "sumbang", "kasi_kasubag", "pemerintahan")))
    assert heads == []


async def test_who_is_no_longer_active_has_no_seat_and_no_rights(office: Database) -> None:
    def leave(s: Session) -> None:
        one(s, "Ahmad Fauzi").active = False

    await office.write(leave)

    def body(s: Session) -> tuple[list[str], bool, bool, list[str], list[str]]:
        gone = one(s, "Ahmad Fauzi")
        admins, here = people.admins(s, "sumbang"), people.officials_of(s, 1001, 42)
        return (
            named(people.holders(s, "sumbang", ["camat"])), people.holds(s, gone, ["camat"]), people.is_admin(gone),
            named(admins), [official.office_id for official in here],
        )  # fmt: skip

    assert await office.read(body) == ([], False, False, [], ["tambak"])


async def test_one_person_may_sit_in_two_offices(office: Database) -> None:
    offices = await office.read(lambda s: [o.office_id for o in people.officials_of(s, 1002, 42)])
    assert offices == ["sumbang", "tambak"]


async def test_head_and_secretary_as_the_adopted_sop_names_them(office: Database) -> None:
    dinas = adopt(
        find("dinsospermasdes-pengukuran-kinerja"), Choices(roles={"kepala_dinas": "camat", "sekretaris": "sekcam"})
    )

    def body(s: Session) -> tuple[list[str], list[str], list[bool]]:
        ahmad, siti = one(s, "Ahmad Fauzi"), one(s, "Siti Rahayu")
        return (
            named(people.heads(s, "sumbang", dinas)),
            named(people.secretaries(s, "sumbang", dinas)),
            [check(s, who, dinas) for check in (people.is_head, people.is_secretary) for who in (ahmad, siti)],
        )

    assert await office.read(body) == (["Ahmad Fauzi"], ["Siti Rahayu"], [True, False, False, True])


@pytest.mark.parametrize(
    ("name", "roles", "unit", "said"),
    [
        ("Budi Santoso", ["kasi_kasubag"], "pemerintahan", "Kasi Pemerintahan"),
        ("Siti Rahayu", ["sekcam"], "", "Sekcam"),
        ("Siti Rahayu", ["kasi_kasubag"], "sekretariat", "Kasi/Kasubag Sekretariat"),
        ("Wati Lestari", ["kasi_kasubag"], "pemerintahan", "Staf Seksi Pemerintahan"),
        ("Joko Prasetyo", [], "", "Pengelola"),
    ],
)
async def test_the_seat_in_which_somebody_acts_is_said_in_words(
    office: Database, name: str, roles: list[str], unit: str, said: str
) -> None:
    assert await office.read(lambda s: people.capacity(s, one(s, name), roles, unit)) == said


async def test_joined_means_that_the_bot_can_reach_the_official(office: Database) -> None:
    def chats(s: Session) -> None:
        s.add(Chat(bot_id=42, chat_id=1001, changed_at=NOW))
        s.add(Chat(bot_id=42, chat_id=1002, reachable=False, changed_at=NOW))

    await office.write(chats)
    names = ["Ahmad Fauzi", "Siti Rahayu", "Budi Santoso", "Wati Lestari"]
    assert await office.read(lambda s: [people.joined(s, one(s, n)) for n in names]) == [True, False, False, False]
