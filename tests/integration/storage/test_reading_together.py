"""Reads that share a view: each gets its own result or error, and nothing is asked for twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

import pytest
from sqlmodel import Session, select

from storage.database import Database, DatabaseUnavailable
from storage.reading_together import ReadingTogether
from storage.sessions import foresee, once
from storage.tables import Office


async def test_reads_that_wait_share_one_session_and_each_gets_its_own_result(database: Database) -> None:
    reading = ReadingTogether(database)
    sessions: list[int] = []

    def body(number: int, session: Session) -> int:
        sessions.append(id(session))
        return number

    found = await asyncio.gather(*(reading.read(partial(body, number)) for number in range(5)))
    assert found == [0, 1, 2, 3, 4]
    assert len(set(sessions)) == 1


async def test_an_error_is_told_only_to_whom_it_belongs(database: Database) -> None:
    reading = ReadingTogether(database)

    def wrong(_: Session) -> int:
        raise KeyError("mine")

    found = await asyncio.gather(reading.read(lambda _: 1), reading.read(wrong), reading.read(lambda _: 3),
                                 return_exceptions=True)  # fmt: skip
    assert (found[0], found[2]) == (1, 3)
    assert isinstance(found[1], KeyError)


async def test_what_all_will_need_is_read_before_and_does_nobody_harm_where_it_cannot_be(database: Database) -> None:
    asked: list[list[str]] = []

    def ahead(session: Session, about: Sequence[str]) -> tuple[int, ...]:
        asked.append(list(about))
        if "broken" in about:
            raise KeyError("nobody asked for it")
        foresee(session, {"ahead": "read"})
        return ()

    def body(session: Session) -> str:
        return once(session, "ahead", lambda: "read alone")

    reading = ReadingTogether(database, ahead)
    assert await asyncio.gather(*(reading.read(body, about) for about in "ab")) == ["read"] * 2
    assert await asyncio.gather(*(reading.read(body, about) for about in ("a", "broken"))) == ["read alone"] * 2
    assert asked == [["a", "b"], ["a", "broken"]]


async def test_what_somebody_waits_for_is_read_first_and_told_whatever_becomes_of_the_rest(database: Database) -> None:
    read: list[str] = []
    reading = ReadingTogether(database, lambda _, about: [place for place, name in enumerate(about) if name == "new"])

    def body(name: str, _: Session) -> str:
        read.append(name)
        if name == "wrong":
            raise KeyError(name)
        return name

    names = ("old", "wrong", "new", "older")
    found = await asyncio.gather(*(reading.read(partial(body, name), name) for name in names), return_exceptions=True)
    assert [found[0], found[2], found[3]] == ["old", "new", "older"]
    assert isinstance(found[1], KeyError)
    assert read[0] == "new"
    assert read.count("new") == 1


async def test_a_database_that_is_away_is_told_to_all(database: Database) -> None:
    reading = ReadingTogether(database)
    await database.close()
    found = await asyncio.gather(*(reading.read(lambda _: 1) for _ in range(2)), return_exceptions=True)
    assert [type(one) for one in found] == [DatabaseUnavailable] * 2


def _numbered(number: int, _: Session) -> int:
    return number


async def test_whoever_was_cancelled_leaves_the_others_alone(database: Database) -> None:
    reading = ReadingTogether(database)
    tasks = [asyncio.create_task(reading.read(partial(_numbered, number))) for number in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    assert list(await asyncio.gather(tasks[0], tasks[2])) == [0, 2]
    with pytest.raises(asyncio.CancelledError):
        await tasks[1]


async def test_a_view_remembers_what_it_has_read_and_a_transaction_that_writes_does_not(database: Database) -> None:
    asked: list[str] = []

    def offices(session: Session) -> list[str]:
        asked.append("asked")
        return list(session.exec(select(Office.id)))

    def twice(session: Session) -> tuple[list[str], list[str]]:
        first = once(session, "offices", lambda: offices(session))
        return first, once(session, "offices", lambda: offices(session))

    assert await database.read(twice) == ([], [])
    assert len(asked) == 1

    def founded_between(session: Session) -> tuple[list[str], list[str]]:
        first = once(session, "offices", lambda: offices(session))
        session.add(Office(id="o", name="O", regency="R", timezone="Asia/Jakarta"))
        return first, once(session, "offices", lambda: offices(session))

    assert await database.write(founded_between) == ([], ["o"])
