"""A run's clock stands still and goes on: for everybody, on record, and without losing a tap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, update

from storage.tables import Adoption, AuditEvent, Pause, Run, Timer
from tests.integration.workflow import model
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import Town
from tests.unit.workflow import builders
from workflow.adoption import load
from workflow.run_times import load_run_times
from workflow.verbs import Press, Verb

LONG: dict[str, Any] = {"standard_duration_source": "3 Hari"}


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town, builders.step(1, **LONG), builders.step(2, **LONG))


def run_of(desk: Desk) -> Run:
    found: list[Run] = desk.town.rows(Run, Run.id == desk.cast.run)
    return found[0]


def deadline(desk: Desk, step: int) -> datetime | None:
    task = desk.task(step)

    def body(session: Session) -> datetime | None:
        run = session.get_one(Run, desk.cast.run)
        times = load_run_times(session, run, load(session.get_one(Adoption, run.adoption_id)))
        found = times.deadline(task)
        return found.at if found is not None else None

    return desk.town.store.write(body)


def pause(desk: Desk, name: str = "secretary", reason: str = "Menunggu edaran bupati") -> str:
    desk.town.write(desk.chat(name), "/tunda 1")
    desk.town.write(desk.chat(name), reason)
    return desk.answer(name, "send")


def reminders(desk: Desk) -> list[Timer]:
    return desk.town.rows(Timer, Timer.run_id == desk.cast.run, Timer.kind == "nudge")


def test_a_pause_moves_the_deadline_by_the_days_it_lasted_and_everybody_is_told_once(desk: Desk) -> None:
    # From Monday 4 January three working days on; Tuesday is Isra Mikraj.
    assert deadline(desk, 1) == datetime(2027, 1, 8, 9, 30, tzinfo=UTC)
    desk.remind(desk.task(1))
    assert pause(desk) == "ok"
    assert desk.reminds(desk.task(1)) == {""}
    assert run_of(desk).paused_at is not None
    assert deadline(desk, 1) is None
    assert reminders(desk) == []
    for name in ("secretary", "admin", "clerk", "second-clerk"):  # who paused, who started, who owes it
        assert desk.templates(name).count("run_paused") == 1, name
    for name in ("head", "head-north", "nobody"):
        assert "run_paused" not in desk.templates(name)

    desk.town.now += timedelta(days=7)
    desk.town.write(desk.chat("head"), "/lanjutkan 1")
    assert run_of(desk).paused_at is not None, "not without being confirmed"
    desk.town.write(desk.chat("head"), "Edaran sudah terbit")
    assert desk.answer("head", "send") == "ok"
    row: Pause = desk.town.rows(Pause)[0]
    assert row.ended_at is not None
    assert row.end_reason_id is not None
    assert run_of(desk).paused_at is None
    # Until Monday 11 January nothing has gone by: Tuesday, Wednesday, Thursday.
    assert deadline(desk, 1) == datetime(2027, 1, 14, 9, 0, tzinfo=UTC)
    assert reminders(desk)
    for name in ("head", "secretary", "admin", "clerk", "second-clerk"):
        assert desk.templates(name).count("run_resumed") == 1, name
    assert model.faults(desk.town, desk.cast) == []


def test_what_is_done_meanwhile_counts_and_the_end_closes_the_pause(desk: Desk) -> None:
    pause(desk)
    assert desk.tap("clerk", Verb.ACKNOWLEDGE, desk.task(1)) == "acknowledged"
    assert desk.tap("clerk", Verb.DO, desk.task(1)) == "done"
    assert desk.task(2).status == "open"
    assert desk.tap("second-clerk", Verb.DO, desk.task(2)) == "done"
    run = run_of(desk)
    assert (run.status, run.paused_at) == ("finished", None)
    row: Pause = desk.town.rows(Pause)[0]
    assert (row.ended_at, row.ended_by) == (run.ended_at, person(desk, "second-clerk"))
    assert model.faults(desk.town, desk.cast) == []


def test_cancelling_closes_the_pause(desk: Desk) -> None:
    pause(desk)
    desk.town.write(desk.chat("head"), "/batalkan 1")
    desk.town.write(desk.chat("head"), "Tidak jadi")
    desk.answer("head", "send")
    assert desk.answer("head", "yes") == "ok"
    row: Pause = desk.town.rows(Pause)[0]
    assert row.ended_by == person(desk, "head")
    assert run_of(desk).paused_at is None
    assert reminders(desk) == []
    assert model.faults(desk.town, desk.cast) == []


@pytest.mark.parametrize("words", ["/lanjutkan 1", "/lanjutkan 1 Edaran sudah terbit"])
def test_a_run_goes_on_without_a_note_and_who_and_when_is_on_record(desk: Desk, words: str) -> None:
    pause(desk)
    desk.town.write(desk.chat("head"), words)
    assert desk.answer("head", "without") == "ok"
    row: Pause = desk.town.rows(Pause)[0]
    assert (row.ended_by, row.ended_at, row.end_reason_id) == (person(desk, "head"), desk.town.now, None)
    assert run_of(desk).paused_at is None
    event: AuditEvent = desk.town.rows(AuditEvent, AuditEvent.kind == "run.resume")[0]
    assert (event.actor_id, event.at) == (person(desk, "head"), row.ended_at)
    assert desk.templates("clerk").count("run_resumed") == 1
    assert model.faults(desk.town, desk.cast) == []


def test_no_pause_without_a_reason_by_the_answer_that_lets_a_run_go_on(desk: Desk) -> None:
    desk.town.write(desk.chat("head"), "/tunda 1")
    assert desk.answer("head", "without") == "question_gone"
    assert run_of(desk).paused_at is None


@pytest.mark.parametrize("name", ["clerk", "head-south", "nobody"])
def test_only_starter_secretary_and_head_may(desk: Desk, name: str) -> None:
    desk.town.write(desk.chat(name), "/tunda 1")
    assert desk.town.said(desk.chat(name))[-1] == ("answer_refused", {"key": "not_allowed_pause", "facts": {}})
    pause(desk)
    desk.town.write(desk.chat(name), "/lanjutkan 1")
    assert desk.town.said(desk.chat(name))[-1][1]["key"] == "not_allowed_pause"
    forged = desk.town.tap(desk.chat(name), Press(Verb.RESUME_RUN, desk.cast.run))
    assert forged.key == "not_allowed_pause"
    assert run_of(desk).paused_at is not None


def test_twice_is_answered_politely(desk: Desk) -> None:
    desk.town.write(desk.chat("head"), "/lanjutkan 1")
    assert desk.town.said(desk.chat("head"))[-1][1]["key"] == "not_paused"
    # Both are asked for the reason; the second to give it is told.
    desk.town.write(desk.chat("head"), "/tunda 1")
    pause(desk)
    desk.town.write(desk.chat("head"), "Saya juga")
    assert desk.answer("head", "send") == "already_paused"
    desk.town.write(desk.chat("secretary"), "/tunda 1")
    assert desk.town.said(desk.chat("secretary"))[-1][1]["key"] == "already_paused"
    assert len(desk.town.rows(Pause)) == 1


def test_without_a_number_there_is_a_choice_and_without_a_reason_no_pause(desk: Desk) -> None:
    chat = desk.chat("secretary")
    desk.town.write(chat, "/lanjutkan")
    assert desk.town.said(chat)[-1] == ("pause_which", {"run_ids": [], "stopping": False})
    desk.town.write(chat, "/tunda")
    assert desk.town.said(chat)[-1] == ("pause_which", {"run_ids": [desk.cast.run], "stopping": True})
    assert desk.town.tap(chat, Press(Verb.PAUSE_RUN, desk.cast.run)).key == "question_asked"
    assert desk.answer("secretary", "send") == "reason_missing"
    desk.town.write(chat, "   ")
    assert desk.answer("secretary", "send") == "reason_missing"
    assert run_of(desk).paused_at is None
    desk.town.write(chat, "/tunda 1 Menunggu data BPS")
    assert run_of(desk).paused_at is None  # typed along, still to be confirmed
    assert desk.answer("secretary", "send") == "ok"
    desk.town.write(chat, "/lanjutkan")
    assert desk.town.said(chat)[-1][1]["run_ids"] == [desk.cast.run]
    assert desk.town.tap(chat, Press(Verb.RESUME_RUN, desk.cast.run)).key == "question_asked"
    assert desk.answer("secretary", "send") == "reason_missing"
    assert run_of(desk).paused_at is not None
    desk.town.write(chat, "Datanya sudah ada")
    assert desk.answer("secretary", "send") == "ok"
    assert run_of(desk).paused_at is None
    desk.town.write(chat, "/tunda 99")
    assert desk.town.said(chat)[-1][0] == "not_found"


@pytest.mark.parametrize(
    "values",
    [
        {"started_at": datetime.fromisoformat("2026-12-01T00:00:00+00:00")},
        {"ended_at": None},
        {"started_by": 1},
        {"reason_id": None},
    ],
)
def test_the_audit_finds_a_changed_pause(desk: Desk, values: dict[str, object]) -> None:
    pause(desk)
    desk.town.write(desk.chat("head"), "/lanjutkan 1 Sudah")
    desk.answer("head", "send")
    if "reason_id" in values:
        values = {"reason_id": desk.town.rows(Pause)[0].end_reason_id}
    assert model.faults(desk.town, desk.cast) == []
    desk.town.store.write(lambda s: s.connection().execute(update(Pause).values(**values)))
    assert [f.what for f in model.faults(desk.town, desk.cast)] == ["pause 1 was changed after it was recorded"]


def test_the_audit_finds_a_pause_nobody_asked_for_and_one_taken_away(desk: Desk) -> None:
    pause(desk)
    desk.town.store.write(
        lambda s: s.connection().execute(update(Run).where(col(Run.id) == desk.cast.run).values(paused_at=None))
    )
    assert "is paused since None" in model.faults(desk.town, desk.cast)[0].what
    desk.town.store.write(lambda s: s.delete(s.get_one(Pause, 1)))
    assert "pause 1 is missing" in {f.what for f in model.faults(desk.town, desk.cast)}


def person(desk: Desk, name: str) -> int:
    return next(one.id for one in desk.cast.people if one.name == name)
