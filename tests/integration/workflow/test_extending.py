"""Dispensations: asked for by a holder, decided once by the superior, on record whatever becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from sqlmodel import Session, col, select, update

from storage.tables import Adoption, Extension, Office, Official, Outbox, Run, Task
from tests.integration.workflow import model
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import Town
from tests.unit.workflow import builders
from workflow import extending
from workflow.adoption import load
from workflow.deed import Stopped
from workflow.moment import Moment
from workflow.run_times import Basis, Deadline, load_run_times
from workflow.verbs import Press, Verb

T = TypeVar("T")
LONG: dict[str, Any] = {"standard_duration_source": "3 Hari"}
BACK = builders.outcome("back", returns_to=[1])
UNTIL = datetime(2027, 1, 15, 3, 0, tzinfo=UTC)


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town, builders.step(1, **LONG), builders.decide(2, builders.outcome("on"), BACK))


def person(desk: Desk, name: str) -> int:
    return next(one.id for one in desk.cast.people if one.name == name)


def use(desk: Desk, name: str, act: Callable[[Session, Moment, list[Official]], T]) -> T:
    """Do something as one official, in a transaction of its own."""
    moment = desk.town.moment()
    return desk.town.store.write(lambda s: act(s, moment, [s.get_one(Official, person(desk, name))]))


def ask(desk: Desk, name: str = "clerk", until: datetime = UNTIL, step: int = 1, part: str = "work") -> Extension:
    task = desk.task(step, part)
    return use(
        desk, name,
        lambda s, m, o: extending.ask(s, m, o, task.id or 0, task.activation, until, "Menunggu data BPS"),
    )  # fmt: skip


def refuse(desk: Desk, name: str, number: int) -> str:
    assert desk.town.tap(desk.chat(name), Press(Verb.DENY, number)).key == "question_asked"
    desk.town.write(desk.chat(name), "Datanya sudah ada")
    return desk.answer(name, "send")


def deadline(desk: Desk, task: Task) -> Deadline | None:
    def body(session: Session) -> Deadline | None:
        run = session.get_one(Run, desk.cast.run)
        return load_run_times(session, run, load(session.get_one(Adoption, run.adoption_id))).deadline(task)

    return desk.town.store.write(body)


def row(desk: Desk, number: int = 1) -> Extension:
    found: list[Extension] = desk.town.rows(Extension, Extension.id == number)
    return found[0]


def pressed(desk: Desk, name: str, verb: Verb, number: int = 1) -> str:
    return desk.town.tap(desk.chat(name), Press(verb, number)).key


def test_granted_it_takes_the_place_of_the_deadline_and_both_are_told_once(desk: Desk) -> None:
    ask(desk)
    assert [t for t in desk.templates("secretary") if t.startswith("extension")] == ["extension_asked"]
    assert "extension_asked" not in desk.templates("head")
    desk.remind(desk.task(1))
    assert pressed(desk, "secretary", Verb.GRANT) == "ok"
    assert desk.reminds(desk.task(1)) == {""}, "it reminded of a deadline that is another one now"
    granted = row(desk)
    assert (granted.status, granted.decided_by) == ("granted", person(desk, "secretary"))
    found = deadline(desk, desk.task(1))
    assert found is not None
    assert (found.at, found.basis) == (UNTIL, Basis.EXTENSION)
    for name in ("clerk", "secretary"):
        assert desk.templates(name).count("extension_decided") == 1
    assert pressed(desk, "secretary", Verb.GRANT) == "extension_first_by"
    assert pressed(desk, "head", Verb.DENY) == "extension_first_by"
    assert desk.templates("clerk").count("extension_decided") == 1
    assert model.faults(desk.town, desk.cast) == []


def test_a_refusal_needs_its_reason_and_changes_no_deadline(desk: Desk) -> None:
    before = deadline(desk, desk.task(1))
    ask(desk)
    assert pressed(desk, "secretary", Verb.DENY) == "question_asked"
    assert desk.answer("secretary", "send") == "reason_missing"
    desk.town.write(desk.chat("secretary"), "Datanya sudah ada")
    assert desk.answer("secretary", "send") == "ok"
    refused = row(desk)
    assert refused.status == "refused"
    assert refused.decision_reason_id is not None
    assert deadline(desk, desk.task(1)) == before
    assert desk.templates("clerk").count("extension_decided") == 1
    assert pressed(desk, "secretary", Verb.GRANT) == "extension_first_by"
    assert model.faults(desk.town, desk.cast) == []


def test_who_decides(desk: Desk) -> None:
    ask(desk)
    for name in ("clerk", "second-clerk", "head-south", "nobody", "admin"):
        assert pressed(desk, name, Verb.GRANT) == "not_yours", name
    assert pressed(desk, "head", Verb.GRANT) == "ok"  # the head is above everybody


@pytest.mark.parametrize(
    ("superiors", "vacant", "decides"),
    [
        ({}, [], {"secretary"}),
        ({"clerk": "unit_head"}, [], {"secretary", "head-north", "head-south"}),
        ({}, [("secretary", "secretary")], {"head"}),
        ({}, [("secretary", "secretary"), ("head", "head")], {"admin"}),
    ],
)
def test_the_office_names_the_superior(
    desk: Desk, superiors: dict[str, str], vacant: list[tuple[str, str]], decides: set[str]
) -> None:
    policy = {"superiors": superiors}
    desk.town.store.write(
        lambda s: s.connection().execute(update(Office).where(col(Office.id) == desk.cast.office).values(policy=policy))
    )
    for name, role in vacant:
        desk.seat(name, role, given=False)
    ask(desk)
    asked = {p.name for p in desk.cast.reachable() if "extension_asked" in desk.templates(p.name)}
    assert asked == decides


def test_the_secretary_asks_the_head(town: Town) -> None:
    actor: dict[str, Any] = {"actor": {"role": "secretary", "confidence": "high", "reason": "invented"}}
    desk = Desk(town, builders.step(1, **LONG, **actor))
    ask(desk, "secretary")
    assert "extension_asked" in desk.templates("head")
    assert pressed(desk, "secretary", Verb.GRANT) == "not_yours"
    assert pressed(desk, "head", Verb.GRANT) == "ok"


def test_who_asked_does_not_decide_not_even_once_they_lead_the_office(desk: Desk) -> None:
    ask(desk)
    desk.seat("clerk", "head", given=True)
    assert pressed(desk, "clerk", Verb.GRANT) == "not_yours"
    assert row(desk).status == "asked"


def test_time_that_is_over_by_now_is_not_granted(desk: Desk) -> None:
    ask(desk)
    desk.town.now = UNTIL
    assert pressed(desk, "secretary", Verb.GRANT) == "until_past"
    assert row(desk).status == "asked"


def test_time_that_was_granted_goes_along_when_the_task_is_handed_over(desk: Desk) -> None:
    ask(desk)
    assert pressed(desk, "secretary", Verb.GRANT) == "ok"
    assert desk.tap("secretary", Verb.REASSIGN, desk.task(1)) == "question_asked"
    assert desk.answer("secretary", f"official-{person(desk, 'head-south')}") == "question_asked"
    assert desk.answer("secretary", "yes") == "reassigned"
    found = deadline(desk, desk.task(1))
    assert found is not None
    assert (found.at, found.basis) == (UNTIL, Basis.EXTENSION)


def test_it_lapses_when_the_task_is_done_and_the_buttons_go(desk: Desk) -> None:
    ask(desk)
    desk.town.deliver()
    desk.do(1)
    assert row(desk).status == "lapsed"
    stripped = [o for o in desk.town.rows(Outbox, Outbox.kind == "strip") if o.chat_id == desk.chat("secretary")]
    assert len(stripped) == 1
    assert pressed(desk, "secretary", Verb.GRANT) == "extension_lapsed"
    assert pressed(desk, "secretary", Verb.DENY) == "extension_lapsed"
    assert model.faults(desk.town, desk.cast) == []


def test_a_grant_holds_for_its_opening_only(desk: Desk) -> None:
    ask(desk)
    assert pressed(desk, "secretary", Verb.GRANT) == "ok"
    desk.do(1)
    desk.send_back("clerk", desk.task(2, "decision"))
    found = deadline(desk, desk.task(1))
    assert found is not None
    assert found.basis is Basis.STANDARD
    assert row(desk).status == "granted"


def test_it_lapses_with_its_run(desk: Desk) -> None:
    ask(desk)
    desk.town.write(desk.chat("head"), "/batalkan 1")
    desk.town.write(desk.chat("head"), "Tidak jadi")
    desk.answer("head", "send")
    desk.answer("head", "yes")
    assert row(desk).status == "lapsed"
    assert pressed(desk, "secretary", Verb.GRANT) == "extension_lapsed"
    assert model.faults(desk.town, desk.cast) == []


def test_a_second_request_takes_the_place_of_the_first(desk: Desk) -> None:
    ask(desk)
    ask(desk, "second-clerk", UNTIL + timedelta(days=3))
    assert (row(desk, 1).status, row(desk, 2).status) == ("lapsed", "asked")
    assert pressed(desk, "secretary", Verb.GRANT, 1) == "extension_lapsed"
    assert pressed(desk, "secretary", Verb.GRANT, 2) == "ok"
    assert model.faults(desk.town, desk.cast) == []


def test_dates_that_give_no_more_time_are_refused(desk: Desk) -> None:
    at = deadline(desk, desk.task(1))
    assert at is not None
    for until, key in ((at.at, "until_too_early"), (desk.town.now - timedelta(days=1), "until_past")):
        with pytest.raises(Stopped, match=key):
            ask(desk, until=until)
    with pytest.raises(Stopped, match="not_yours"):
        ask(desk, "head-south")
    assert desk.town.rows(Extension) == []


def test_a_granted_time_moves_along_with_a_task_that_is_handed_over(desk: Desk) -> None:
    ask(desk)
    pressed(desk, "secretary", Verb.GRANT)
    ask(desk, until=UNTIL + timedelta(days=1))
    assert desk.tap("secretary", Verb.REASSIGN, desk.task(1)) == "question_asked"
    assert desk.answer("secretary", f"official-{person(desk, 'nobody')}") == "question_asked"
    assert desk.answer("secretary", "yes") == "reassigned"
    found = deadline(desk, desk.task(1))
    assert found is not None
    assert (found.at, found.basis) == (UNTIL, Basis.EXTENSION)
    assert row(desk, 2).status == "lapsed"
    assert model.faults(desk.town, desk.cast) == []


def test_in_a_pause_there_is_nothing_to_ask_for(desk: Desk) -> None:
    desk.town.write(desk.chat("head"), "/tunda 1 Menunggu")
    desk.answer("head", "send")
    with pytest.raises(Stopped, match="run_is_paused"):
        ask(desk)


@pytest.mark.parametrize(
    "values",
    [
        {"until": UNTIL + timedelta(days=30)},
        {"status": "refused"},
        {"decided_by": None},
        {"activation": 7},
        {"asked_at": UNTIL},
    ],
)
def test_the_audit_finds_a_changed_dispensation(desk: Desk, values: dict[str, Any]) -> None:
    ask(desk)
    pressed(desk, "secretary", Verb.GRANT)
    assert model.faults(desk.town, desk.cast) == []
    desk.town.store.write(lambda s: s.connection().execute(update(Extension).values(**values)))
    assert [f.what for f in model.faults(desk.town, desk.cast)] == ["dispensation 1 was changed after it was recorded"]


def test_the_audit_finds_an_invented_dispensation_and_a_changed_reason(desk: Desk) -> None:
    ask(desk)
    refuse(desk, "secretary", 1)

    def swap(session: Session) -> None:
        found = session.exec(select(Extension)).one()
        found.reason_id, found.decision_reason_id = found.decision_reason_id or 0, found.reason_id

    desk.town.store.write(swap)
    assert "was changed" in model.faults(desk.town, desk.cast)[0].what

    def invent(session: Session) -> None:
        found = session.exec(select(Extension)).one()
        values = {k: v for k, v in found.model_dump().items() if k != "id"}
        session.add(Extension(**{**values, "status": "granted"}))

    desk.town.store.write(invent)
    assert "dispensation 2 is not on record" in {f.what for f in model.faults(desk.town, desk.cast)}
