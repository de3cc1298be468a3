"""The secretary records the head's decision from a signed paper; the head may say it was not theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col

from storage.tables import AuditEvent, File, Office, Run, Submission, Task
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import ServedStore, SqliteStore, Store, Town
from tests.unit.workflow.builders import decide, outcome, step
from workflow import audit_replay
from workflow.verbs import Press, Verb

HEAD: dict[str, Any] = {"actor": {"role": "head", "confidence": "high", "reason": "invented"}}


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """An office at the head's decision, which three steps frame."""
    store: Store = SqliteStore(database_url) if database_url.startswith("sqlite") else ServedStore(database_url)
    back = outcome("back", returns_to=[1])
    desk = Desk(Town(store), step(1), decide(2, outcome("approve"), back, **HEAD), step(3), step(4))
    rule(desk)
    desk.tap("clerk", Verb.DO, desk.task(1))
    yield desk
    store.close()


def rule(desk: Desk, **rules: bool) -> None:
    given = {"record_decisions": True, **rules}
    desk.town.store.write(lambda s: setattr(s.get_one(Office, "office"), "rules", given))


def decision(desk: Desk) -> Task:
    return desk.task(2, "decision")


def bring(desk: Desk, name: str = "putusan.pdf") -> None:
    desk.town.bring(desk.chat("secretary"), name)


def record(desk: Desk, choice: int = 0, reason: str | None = None) -> str:
    assert desk.tap("secretary", Verb.RECORD, decision(desk)) == "question_asked"
    assert desk.answer("secretary", f"choice-{choice}") == "question_asked"
    bring(desk)
    desk.town.fetch()
    if reason is not None:
        desk.town.write(desk.chat("secretary"), reason)
    return desk.answer("secretary", "send")


def disown(desk: Desk, name: str = "head") -> str:
    row = next(s for s in reversed(desk.sent(decision(desk))) if s.mandate == "recorded")
    return desk.town.tap(desk.chat(name), Press(Verb.DISOWN, row.id or 0)).key


def sound(desk: Desk) -> None:
    assert desk.town.store.write(lambda s: audit_replay.verify(s, "office")) == []


def named(desk: Desk, name: str) -> int:
    return next(one.id for one in desk.cast.people if one.name == name)


def test_a_decision_is_recorded_with_paper_recorder_and_principal(desk: Desk) -> None:
    assert record(desk) == "done"
    [row] = desk.sent(decision(desk))
    assert (row.official_id, row.mandate, row.principal_id) == (
        named(desk, "secretary"),
        "recorded",
        named(desk, "head"),
    )
    assert (row.outcome, row.effective, decision(desk).status) == ("approve", True, "done")
    files: list[File] = desk.town.rows(File, File.submission_id == row.id)
    assert [(file.name, file.purpose, file.status) for file in files] == [("putusan.pdf", "output", "stored")]
    event = desk.town.rows(AuditEvent, AuditEvent.kind == "task.decide")[-1]
    said = json.loads(event.payload)
    assert (said["mandate"], said["principal"], event.actor_id) == ("recorded", row.principal_id, row.official_id)
    assert list(said["files"].values()) == [files[0].sha256]
    assert "decision_recorded" in desk.templates("head")
    assert desk.task(3).status == "open"
    sound(desk)


def test_nothing_is_recorded_without_the_paper(desk: Desk) -> None:
    desk.tap("secretary", Verb.RECORD, decision(desk))
    desk.answer("secretary", "choice-0")
    assert desk.answer("secretary", "send") == "paper_missing"
    bring(desk)
    assert desk.answer("secretary", "send") == "scan_storing"  # its bytes may yet turn out to be nothing
    desk.town.fetch(refuse=True)
    assert desk.answer("secretary", "send") == "paper_missing"
    bring(desk, "putusan.docx")
    assert desk.answer("secretary", "send") == "paper_missing"
    assert desk.sent(decision(desk)) == []
    bring(desk)
    desk.town.fetch()
    assert desk.answer("secretary", "send") == "done"


def test_a_return_needs_its_reason_and_the_paper_explains_it(desk: Desk) -> None:
    assert record(desk, 1) == "reason_missing"
    desk.town.write(desk.chat("secretary"), "Angkanya belum cocok")
    assert desk.answer("secretary", "send") == "done"
    assert desk.task(1).status == "open"
    files: list[File] = desk.town.rows(File, col(File.submission_id).is_not(None))
    assert [file.purpose for file in files] == ["reason"]
    sound(desk)


@pytest.mark.parametrize("name", ["clerk", "head-south", "staff", "admin", "head", "nobody"])
def test_only_the_secretary_records(desk: Desk, name: str) -> None:
    assert desk.tap(name, Verb.RECORD, decision(desk)) == "not_allowed"


def test_without_the_rule_nobody_records(desk: Desk) -> None:
    rule(desk, record_decisions=False)
    assert desk.tap("secretary", Verb.RECORD, decision(desk)) == "not_allowed"


def test_only_a_head_s_decision_is_recorded(desk: Desk) -> None:
    desk.tap("head", Verb.DECIDE, decision(desk), "approve")
    assert desk.tap("secretary", Verb.RECORD, desk.task(3)) == "not_allowed"
    assert desk.tap("secretary", Verb.RECORD, decision(desk)) == "first_by"


def test_the_right_is_asked_for_again_when_it_is_sent(desk: Desk) -> None:
    desk.tap("secretary", Verb.RECORD, decision(desk))
    desk.answer("secretary", "choice-0")
    bring(desk)
    desk.town.fetch()
    desk.seat("secretary", "secretary", given=False)
    assert desk.answer("secretary", "send") == "not_allowed"
    assert desk.sent(decision(desk)) == []


def test_the_head_disowns_it_and_the_step_is_open_again(desk: Desk) -> None:
    record(desk)
    assert disown(desk) == "done"
    assert (decision(desk).status, decision(desk).activation) == ("open", 2)
    assert desk.task(3).status == "waiting"
    for name in ("secretary", "admin"):
        assert "decision_disowned" in desk.templates(name), name
    sound(desk)
    assert disown(desk) == "stale"
    assert desk.tap("head", Verb.DECIDE, decision(desk), "approve") == "done"
    sound(desk)


def test_what_was_built_on_a_disowned_decision_waits_again(desk: Desk) -> None:
    record(desk)
    desk.tap("clerk", Verb.DO, desk.task(3))
    desk.tap("second-clerk", Verb.DO, desk.task(4))
    run: list[Run] = desk.town.rows(Run)
    assert run[0].status == "finished"
    desk.town.now += timedelta(days=3)
    assert disown(desk) == "done"
    assert [desk.task(2, "decision").status, desk.task(3).status, desk.task(4).status] == ["open", "waiting", "waiting"]
    run = desk.town.rows(Run)
    assert run[0].status == "open"
    assert "withdrawn_note" in desk.templates("clerk")
    sound(desk)
    desk.tap("head", Verb.DECIDE, decision(desk), "approve")
    assert desk.task(3).status == "open"
    sound(desk)


def test_a_disowned_return_that_was_taken_up_is_on_record(desk: Desk) -> None:
    record(desk, 1, "Angkanya belum cocok")
    desk.tap("clerk", Verb.ACKNOWLEDGE, desk.task(1))
    assert disown(desk) == "done"
    assert desk.task(1).status == "open"
    rows: list[Submission] = desk.town.rows(Submission, Submission.verb == Verb.DISOWN)
    assert [row.official_id for row in rows] == [named(desk, "head")]
    sound(desk)


@pytest.mark.parametrize("name", ["clerk", "secretary", "admin", "nobody"])
def test_only_the_head_disowns(desk: Desk, name: str) -> None:
    record(desk)
    assert disown(desk, name) == "not_yours"
    assert decision(desk).status == "done"


def test_after_a_week_it_stands(desk: Desk) -> None:
    record(desk)
    desk.town.now += timedelta(days=7, minutes=5)
    assert disown(desk) == "disown_late"
    assert decision(desk).status == "done"


def test_what_the_head_decided_cannot_be_disowned(desk: Desk) -> None:
    desk.tap("head", Verb.DECIDE, decision(desk), "approve")
    row = desk.sent(decision(desk))[-1]
    assert desk.town.tap(desk.chat("head"), Press(Verb.DISOWN, row.id or 0)).key == "not_yours"


def test_under_four_eyes_it_is_the_head_whose_eyes_count(desk: Desk) -> None:
    rule(desk, four_eyes=True)
    assert record(desk) == "done"
    said = json.loads(desk.town.rows(AuditEvent, AuditEvent.kind == "task.decide")[-1].payload)
    assert "four_eyes" not in said
