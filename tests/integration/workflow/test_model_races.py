"""Officials who press at the same moment, each in a transaction of their own, on PostgreSQL."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlmodel import Session, col

from storage.database import open_database
from storage.tables import Card, File, Outbox, Run, Seat, Submission, Task
from tests.integration.workflow.crowd import UNITS, Crowd, press, store, waiting, who
from tests.integration.workflow.town import MORNING, Person
from tests.unit.workflow import builders
from workflow import cards
from workflow.verbs import QuestionPress, Verb

pytestmark = pytest.mark.postgres
LONG = os.environ.get("PANDU_TEST_LONG") == "1"
ROUNDS = 60 if LONG else 4
JOIN = builders.definition(
    builders.step(1), builders.step(2, after=(1,)), builders.step(3, after=(1,)), builders.step(4, after=(2, 3))
)


@pytest.fixture
async def crowd(postgres_url: str) -> AsyncIterator[Crowd]:
    database = await open_database(postgres_url)
    yield Crowd(database)
    await database.close()


async def test_two_last_branches_that_close_together_open_the_join_once(crowd: Crowd) -> None:
    for _ in range(ROUNDS):
        cast = await crowd.found(JOIN)
        one, two = who(cast, "clerk"), who(cast, "second-clerk")
        await crowd.tap(one, press(Verb.DO, await crowd.task(cast, 1)))
        branches = [await crowd.task(cast, number) for number in (2, 3)]
        told = await asyncio.gather(
            *(crowd.tap(p, press(Verb.DO, t)) for p, t in zip((one, two), branches, strict=True))
        )
        assert [toast.key for toast in told] == ["done", "done"]
        join = await crowd.task(cast, 4)
        assert (join.status, join.activation) == ("open", 1)
        assert sorted(c.official_id for c in await crowd.rows(Card, Card.task_id == join.id)) == [one.id, two.id]
        assert await crowd.faults(cast) == []


async def test_two_who_press_the_same_button_together_act_once(crowd: Crowd) -> None:
    for _ in range(ROUNDS):
        cast = await crowd.found(JOIN)
        both, task = (who(cast, "clerk"), who(cast, "second-clerk")), await crowd.task(cast, 1)
        told = await asyncio.gather(*(crowd.tap(person, press(Verb.DO, task)) for person in both))
        assert sorted(toast.key for toast in told) == ["done", "first_by"]
        sent = await crowd.rows(Submission, Submission.task_id == task.id)
        assert len(sent) == 1
        second = next(toast for toast in told if toast.key == "first_by")
        assert second.params["name"] == next(p.name for p in both if p.id == sent[0].official_id)
        assert await crowd.faults(cast) == []


async def test_one_who_approves_while_another_sends_back(crowd: Crowd) -> None:
    decision = builders.decide(2, builders.outcome("on"), builders.outcome("back", returns_to=[1]))
    for _ in range(ROUNDS):
        cast = await crowd.found(builders.definition(builders.step(1), decision, builders.step(3)))
        one, two = who(cast, "clerk"), who(cast, "second-clerk")
        await crowd.tap(one, press(Verb.DO, await crowd.task(cast, 1)))
        task = await crowd.task(cast, 2, "decision")
        await crowd.tap(one, press(Verb.DECIDE, task, "back"))
        await crowd.write(one, "Angkanya belum cocok")
        answer = QuestionPress((await crowd.question(one)).id, "send")
        told = await asyncio.gather(crowd.tap(one, answer), crowd.tap(two, press(Verb.DECIDE, task, "on")))
        assert sorted(toast.key for toast in told) == ["done", "first_by"]
        opened = [t.step for t in await crowd.rows(Task, Task.run_id == cast.run, Task.status == "open")]
        assert opened == ([1] if told[0].key == "done" else [3])
        assert await crowd.faults(cast) == []


async def test_two_units_that_hand_in_last_together_close_the_step_once(crowd: Crowd) -> None:
    sop = builders.definition(builders.hand_in(1), builders.step(2))
    for _ in range(ROUNDS):
        cast = await crowd.found(sop)
        heads = [who(cast, f"head-{unit}") for unit in UNITS]
        tasks = [await crowd.task(cast, 1, "unit", unit) for unit in UNITS]
        await asyncio.gather(*(crowd.bring(head, "laporan.pdf") for head in heads))
        told = await asyncio.gather(*(crowd.tap(h, press(Verb.DO, t)) for h, t in zip(heads, tasks, strict=True)))
        assert [toast.key for toast in told] == ["sending", "sending"]
        await asyncio.gather(*(store(crowd, file) for file in await waiting(crowd, cast)))
        assert {(await crowd.task(cast, 1, "unit", unit)).status for unit in UNITS} == {"done"}
        following = await crowd.task(cast, 2)
        assert (following.status, following.activation) == ("open", 1)
        assert await crowd.faults(cast) == []


async def test_a_file_that_comes_while_a_colleague_sends_is_not_lost(crowd: Crowd) -> None:
    sop = builders.definition(builders.step(1, "upload", files={"min": 1, "max": 2}), builders.step(2))
    for _ in range(ROUNDS):
        cast = await crowd.found(sop)
        one, two, task = who(cast, "clerk"), who(cast, "second-clerk"), await crowd.task(cast, 1)
        await crowd.bring(one, "laporan.pdf")
        await asyncio.gather(*(store(crowd, file) for file in await waiting(crowd, cast)))
        told, _ = await asyncio.gather(crowd.tap(one, press(Verb.DO, task)), crowd.bring(two, "lampiran.pdf"))
        late = (await crowd.rows(File, File.office_id == cast.office, File.name == "lampiran.pdf"))[:1]
        await asyncio.gather(*(store(crowd, file) for file in await waiting(crowd, cast)))
        task = await crowd.task(cast, 1)
        assert (task.status, task.sending) == ("done", None)
        assert told.key in ("done", "sending")
        assert not task.touched or told.key == "sending"
        if late and late[0].status != "refused":  # else its sender was told
            assert (await crowd.rows(File, File.id == late[0].id))[0].submission_id is not None
        assert await crowd.faults(cast) == []


async def test_two_who_start_the_same_period_together_open_one_run(crowd: Crowd) -> None:
    for _ in range(ROUNDS):
        cast = await crowd.found(JOIN, start=False)
        both = (who(cast, "clerk"), who(cast, "second-clerk"))
        answers = []
        for person in both:
            await crowd.write(person, "/mulai")
            await crowd.write(person, "TW IV 2026")
            answers.append((person, QuestionPress((await crowd.question(person)).id, "start")))
        await asyncio.gather(*(crowd.tap(*answer) for answer in answers))
        runs = await crowd.rows(Run, Run.office_id == cast.office)
        assert [run.number for run in runs] == [1]
        said = await said_to(crowd, both)
        assert sorted(template for template, _ in said) == ["run_started", "start_refused"]
        refused = next(params for template, params in said if template == "start_refused")
        assert (refused["reason"], refused["run_number"]) == ("duplicate", 1)
        cast.run = runs[0].id
        assert await crowd.faults(cast) == []


async def test_cards_laid_out_anew_during_an_act_show_the_act(crowd: Crowd) -> None:
    for _ in range(ROUNDS):
        cast = await crowd.found(JOIN)
        one, two, task = who(cast, "clerk"), who(cast, "second-clerk"), await crowd.task(cast, 1)
        before = {card.official_id: card.wanted_revision for card in await crowd.rows(Card, Card.task_id == task.id)}
        await asyncio.gather(
            crowd.tap(one, press(Verb.ACKNOWLEDGE, task)), crowd.write(two, "/tugas"), crowd.write(one, "/tugas")
        )
        for card in await crowd.rows(Card, Card.task_id == task.id):
            assert card.wanted_revision >= before[card.official_id] + 2, "two changes looked like one"


async def test_who_is_given_a_seat_while_a_task_opens_has_its_card(crowd: Crowd) -> None:
    for _ in range(ROUNDS):
        cast = await crowd.found(JOIN)
        one, two, new = who(cast, "clerk"), who(cast, "second-clerk"), who(cast, "nobody")
        first = await crowd.task(cast, 1)
        await asyncio.gather(crowd.tap(one, press(Verb.DO, first)), give_seat(crowd, new))
        for number in (2, 3):
            task = await crowd.task(cast, number)
            live = await crowd.rows(Card, Card.task_id == task.id, col(Card.live).is_(True))
            assert sorted(card.official_id for card in live) == sorted((one.id, two.id, new.id))


async def test_who_is_given_a_seat_while_a_run_starts_has_its_card(crowd: Crowd) -> None:
    for _ in range(ROUNDS):
        cast = await crowd.found(JOIN, start=False)
        new = who(cast, "nobody")
        await asyncio.gather(crowd.start(cast, "TW IV 2026"), give_seat(crowd, new))
        task = await crowd.task(cast, 1)
        assert new.id in [c.official_id for c in await crowd.rows(Card, Card.task_id == task.id)]


async def give_seat(crowd: Crowd, person: Person) -> None:
    def body(session: Session) -> None:
        session.add(Seat(office_id=person.office, role="clerk", official_id=person.id))
        session.flush()
        cards.reconcile_office(session, person.office, MORNING)

    await crowd.database.write(body)


async def said_to(crowd: Crowd, people: tuple[Person, ...]) -> list[tuple[str, dict[str, Any]]]:
    chats = [person.chat for person in people]
    rows = await crowd.rows(
        Outbox, col(Outbox.chat_id).in_(chats), col(Outbox.template).in_(("run_started", "start_refused"))
    )
    return [(row.template, row.params) for row in rows]
