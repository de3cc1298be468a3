"""What officials do wrong, twice, or at the wrong moment, one case each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from storage.tables import Adoption, File, Official, Outbox, Run, Task
from tests.integration.workflow import model
from tests.integration.workflow.desk import UNITS, Desk
from tests.integration.workflow.town import SqliteStore, Town
from tests.unit.workflow import builders
from workflow import cards, carried
from workflow.verbs import Page, Press, QuestionPress, Verb

DATE = {"id": "tanggal", "label": builders.text("Tanggal"), "kind": "date"}
BACK = builders.outcome("back", returns_to=[1])


@pytest.fixture
def town(sqlite_url: str) -> Iterator[Town]:
    store = SqliteStore(sqlite_url)
    yield Town(store)
    store.close()


@pytest.mark.parametrize("more", [{"distribute": "units"}, {"part": "invite", "participants": ["unit_head"]}])
def test_receipts_and_invitations_are_called_off_with_the_act_that_sent_them(town: Town, more: dict[str, Any]) -> None:
    desk = Desk(town, builders.step(1, "meeting" if "part" in more else "confirm", **more), builders.step(2))
    desk.do(1)
    side = [task for task in town.tasks(desk.cast) if task.part in model.SIDE]
    assert {task.status for task in side} == {"open"}
    chat = holder_chat(desk, side[0])
    assert desk.tap("clerk", Verb.WITHDRAW, desk.task(1)) == "done"
    assert {t.status for t in town.tasks(desk.cast) if t.part in model.SIDE} == {"waiting"}
    verb, argument = (Verb.RECEIVE, "") if "distribute" in more else (Verb.ATTEND, "yes")
    assert town.tap(chat, Press(verb, side[0].id or 0, 1, argument)).key == "stale"
    desk.do(1)
    assert {(t.status, t.activation) for t in town.tasks(desk.cast) if t.part in model.SIDE} == {("open", 2)}


def holder_chat(desk: Desk, task: Task) -> int:
    return model.holders(desk.cast, task)[0].chat or 0


def test_every_card_shows_that_the_run_has_ended(town: Town) -> None:
    desk = Desk(town, builders.step(1, distribute="units"), builders.step(2))
    desk.do(1)
    receipt = desk.task(1, "receipt", "south")
    town.deliver()
    desk.do(2)
    card = desk.card("head-south", receipt)
    assert card.shown_revision < card.wanted_revision
    assert desk.tap("head-south", Verb.RECEIVE, receipt) == "run_closed"
    assert desk.task(1, "receipt", "south").status == "open"


def test_who_presses_the_last_button_second_is_told_who_ended_the_run(town: Town) -> None:
    desk = Desk(town, builders.step(1))
    last = desk.task(1)
    assert desk.tap("clerk", Verb.DO, last) == "done"
    assert desk.tap("second-clerk", Verb.DO, last) == "first_by"


def test_who_approves_what_a_colleague_just_sent_back_is_told_who_was_first(town: Town) -> None:
    desk = Desk(town, builders.step(1), builders.decide(2, builders.outcome("on"), BACK))
    desk.do(1)
    decision = desk.task(2, "decision")
    assert desk.send_back("clerk", decision) == "done"
    told = town.tap(desk.chat("second-clerk"), Press(Verb.DECIDE, decision.id or 0, decision.activation, "on"))
    assert (told.key, told.params["name"]) == ("first_by", "clerk")


def test_a_return_taken_back_puts_the_cards_and_the_record_right(town: Town) -> None:
    desk = Desk(town, builders.step(1), builders.step(2), builders.decide(3, builders.outcome("on"), BACK))
    desk.do(1)
    desk.do(2)
    decision = desk.task(3, "decision")
    times = desk.times(1, 2)
    assert desk.send_back("clerk", decision) == "done"
    assert desk.times(1, 2) != times
    town.deliver()
    assert desk.tap("clerk", Verb.WITHDRAW, decision) == "done"
    assert [desk.task(step).status for step in (1, 2)] == ["done", "done"]
    assert desk.times(1, 2) == times
    for step in (1, 2):
        card = desk.card("second-clerk", desk.task(step))
        assert card.shown_revision < card.wanted_revision
    assert model.faults(town, desk.cast) == []


def test_who_was_asked_to_correct_hears_that_the_return_was_taken_back(town: Town) -> None:
    only_units = builders.outcome("back", units_to=1)
    desk = Desk(town, builders.hand_in(1), builders.decide(2, builders.outcome("on"), only_units))
    for unit in UNITS:
        desk.do(1, "unit", unit)
    decision = desk.task(2, "decision")
    assert desk.tap("clerk", Verb.DECIDE, decision, "back") == "question_asked"
    assert desk.answer("clerk", "unit-south") == "question_asked"
    town.write(desk.chat("clerk"), "Angkanya belum cocok")
    assert desk.answer("clerk", "send") == "done"
    assert desk.tap("clerk", Verb.WITHDRAW, decision) == "done"
    # An edited card makes no sound, and the head may be correcting already.
    assert desk.templates("head-south").count("withdrawn_note") == 1
    assert "withdrawn_note" not in desk.templates("head-north")


def test_who_works_by_a_corrected_value_is_told(town: Town) -> None:
    desk = Desk(town, builders.step(1, fields=[DATE]), builders.hand_in(2))
    desk.do(1)
    town.deliver()
    first = desk.task(1)
    doer = next(p.name for p in desk.cast.people if desk.sent(first)[0].official_id == p.id)
    assert desk.tap(doer, Verb.CORRECT, first) == "question_asked"
    town.write(desk.chat(doer), "1 Desember 2031")
    assert desk.templates("head-south").count("corrected") == 1
    south = desk.card("head-south", desk.task(2, "unit", "south"))
    assert south.shown_revision < south.wanted_revision


def test_who_cancels_a_run_they_owe_something_in_is_told_once(town: Town) -> None:
    desk = Desk(town, builders.hand_in(1, collector="secretary"), builders.step(2))
    number = town.rows(Run)[0].number
    town.write(desk.chat("secretary"), f"/batalkan {number}")
    town.write(desk.chat("secretary"), "Salah periode")
    assert desk.answer("secretary", "send") == "question_asked"
    assert desk.answer("secretary", "yes") == "ok"
    assert town.rows(Run)[0].status == "cancelled"
    assert desk.templates("secretary").count("run_cancelled") == 1


def test_who_goes_on_without_a_unit_that_a_colleague_left_out_is_told(town: Town) -> None:
    desk = Desk(town, builders.hand_in(1, collector="clerk"), builders.step(2))
    board = desk.task(1, "collection")
    for name in ("clerk", "second-clerk"):
        desk.tap(name, Verb.WAIVE, board)
        desk.answer(name, "unit-south")
        town.write(desk.chat(name), "Belum juga")
    assert desk.answer("clerk", "send") == "done"
    assert desk.answer("second-clerk", "send") == "first_by"
    assert len(desk.sent(desk.task(1, "unit", "south"))) == 1


def test_what_a_unit_sent_before_does_not_count_once_it_has_nothing_to_report(town: Town) -> None:
    back = builders.outcome("back", returns_to=[1])
    desk = Desk(
        town, builders.hand_in(1), builders.hand_in(2, proof="carry", carries=[1]),
        builders.decide(3, builders.outcome("on"), back),
    )  # fmt: skip
    for step in (1, 2):
        for unit in UNITS:
            desk.do(step, "unit", unit)
    assert desk.send_back("clerk", desk.task(3, "decision")) == "done"
    assert desk.nil("head-south", desk.task(1, "unit", "south")) == "done"
    desk.do(1, "unit", "north")
    carried_on = desk.task(2, "unit", "south")
    assert carried_on.status == "nil"
    assert [s.verb for s in desk.sent(carried_on) if s.effective] == []


def test_what_was_asked_a_day_ago_is_no_longer_answered(town: Town) -> None:
    desk = Desk(town, builders.step(1), builders.decide(2, builders.outcome("on"), BACK))
    desk.do(1)
    desk.tap("clerk", Verb.DECIDE, desk.task(2, "decision"), "back")
    town.write(desk.chat("clerk"), "Belum benar")
    asked = town.question(desk.chat("clerk"))
    assert asked is not None
    town.now += timedelta(hours=24)
    assert town.tap(desk.chat("clerk"), QuestionPress(asked.id, "send")).key == "question_gone"
    assert (desk.task(1).status, desk.task(2, "decision").status) == ("done", "open")
    assert town.question(desk.chat("clerk")) is None


def test_a_forged_target_is_refused_where_only_single_units_go_back(town: Town) -> None:
    only_units = builders.outcome("back", units_to=1)
    desk = Desk(town, builders.hand_in(1), builders.decide(2, builders.outcome("on"), only_units))
    for unit in UNITS:
        desk.do(1, "unit", unit)
    assert desk.tap("clerk", Verb.DECIDE, desk.task(2, "decision"), "back") == "question_asked"
    assert desk.answer("clerk", "whole") == "question_gone"
    assert desk.answer("clerk", "step-²") == "question_gone"
    assert desk.answer("clerk", "unit-south") == "question_asked"


def test_a_new_head_of_a_late_unit_has_its_card(town: Town) -> None:
    desk = Desk(town, builders.hand_in(1, collector="secretary"), builders.step(2))
    south = desk.task(1, "unit", "south")
    assert desk.waive("secretary", desk.task(1, "collection"), "south") == "done"
    desk.seat("nobody", "unit_head", "south", given=True)
    desk.seat("head-south", "unit_head", "south", given=False)
    assert desk.card("nobody", south).live
    assert not desk.card("head-south", south).live


def test_changing_the_schedule_keeps_the_letter_of_invitation(town: Town) -> None:
    invite = builders.step(
        1, "meeting", part="invite", participants=["unit_head"], fields=[DATE], files={"min": 1, "max": 1}
    )
    desk = Desk(town, invite, builders.step(2, "upload", carries=[1]))
    desk.do(1)
    assert desk.tap("clerk", Verb.RESCHEDULE, desk.task(1)) == "question_asked"
    town.write(desk.chat("clerk"), "5 Februari 2027")
    task = desk.task(2)
    assert town.store.write(lambda session: carried.file_ids(session, session.get_one(Task, task.id))) == [1]


def test_keeping_nothing_to_report_keeps_just_that(town: Town) -> None:
    desk = Desk(town, builders.hand_in(1, collector="clerk"), builders.step(2))
    assert desk.nil("head-south", desk.task(1, "unit", "south")) == "done"
    for _ in range(2):
        assert desk.send_back("clerk", desk.task(1, "review", "south")) == "done"
        assert desk.tap("head-south", Verb.KEEP, desk.task(1, "unit", "south")) == "done"
        assert desk.task(1, "unit", "south").status == "nil"
    assert model.faults(town, desk.cast) == []


def test_a_waiver_is_not_kept_as_if_it_were_a_document(town: Town) -> None:
    desk = Desk(town, builders.hand_in(1), builders.decide(2, builders.outcome("on"), BACK))
    assert desk.waive("secretary", desk.task(1, "unit", "south"), "south") == "done"
    desk.do(1, "unit", "north")
    assert desk.send_back("clerk", desk.task(2, "decision")) == "done"
    assert desk.tap("head-south", Verb.KEEP, desk.task(1, "unit", "south")) == "stale"


def test_a_late_unit_that_notices_its_task_stays_on_record_as_left_out(town: Town) -> None:
    desk = Desk(town, builders.hand_in(1, collector="secretary"), builders.step(2))
    assert desk.waive("secretary", desk.task(1, "collection"), "south") == "done"
    desk.tap("head-south", Verb.ACKNOWLEDGE, desk.task(1, "unit", "south"))
    assert [s.verb for s in desk.sent(desk.task(1, "unit", "south")) if s.effective] == ["waive"]


def test_a_version_the_office_gave_up_cannot_be_started(town: Town) -> None:
    desk = Desk(town, builders.step(1))
    town.store.write(lambda session: _give_up(session, desk.cast.adoption))
    assert town.tap(desk.chat("admin"), Press(Page.CHOOSE_SOP, desk.cast.adoption)).key == "ok"
    town.write(desk.chat("admin"), "TW I 2027")
    assert town.said(desk.chat("admin"))[-1][1]["reason"] == "no_sop"


def _give_up(session: Session, row: int) -> None:
    session.get_one(Adoption, row).current = False


def test_a_card_moves_with_its_holder_to_a_new_account(town: Town) -> None:
    desk = Desk(town, builders.step(1), builders.step(2))
    town.deliver()
    old = desk.card("clerk", desk.task(1))
    clerk = desk.cast.people[2]
    moment = town.moment()

    def move(session: Session) -> None:
        session.get_one(Official, clerk.id).telegram_id = 4711
        session.flush()
        cards.reconcile_office(session, desk.cast.office, moment.now)

    town.store.write(move)
    stripped = town.rows(Outbox, Outbox.kind == "strip")
    assert [(row.chat_id, row.message_id) for row in stripped] == [(clerk.chat, old.message_id)]


def test_a_decision_waits_for_its_own_file_tick_and_value(town: Town) -> None:
    own = {
        "files": {"min": 1, "max": 1, "kinds": ["pdf"]},
        "fields": [{"id": "dibaca", "label": builders.text("Sudah saya baca"), "kind": "tick"}, DATE],
    }
    desk = Desk(town, builders.step(1), builders.decide(2, builders.outcome("on"), BACK, **own))
    desk.do(1)
    decision = desk.task(2, "decision")
    assert desk.tap("clerk", Verb.DECIDE, decision, "on") == "missing_tick"
    assert desk.tap("clerk", Verb.TICK, decision, "dibaca") == "ticked"
    assert desk.tap("clerk", Verb.DECIDE, decision, "on") == "missing_files"
    town.bring(desk.chat("clerk"), "putusan.pdf")
    town.fetch()
    assert desk.tap("clerk", Verb.DECIDE, decision, "on") == "question_asked"
    assert desk.tap("clerk", Verb.DO, decision) == "question_asked"
    town.write(desk.chat("clerk"), "5 Januari 2027")
    assert desk.answer("clerk", "yes") == "done"
    record = [row for row in desk.sent(decision) if row.effective]
    assert [(row.verb, row.outcome, row.data["fields"]) for row in record] == [
        ("decide", "on", {"dibaca": True, "tanggal": "2027-01-05"})
    ]
    kept: list[File] = town.rows(File, File.submission_id == record[0].id)
    assert [file.name for file in kept] == ["putusan.pdf"]


def test_an_outcome_counts_only_for_who_pressed_it(town: Town) -> None:
    desk = Desk(town, builders.step(1), builders.decide(2, builders.outcome("on"), BACK, fields=[DATE]))
    desk.do(1)
    decision = desk.task(2, "decision")
    assert desk.tap("clerk", Verb.DECIDE, decision, "on") == "question_asked"
    assert desk.tap("second-clerk", Verb.DECIDE, decision, "on") == "question_asked"
    town.write(desk.chat("clerk"), "5 Januari 2027")
    assert desk.answer("clerk", "yes") == "stale"
    assert desk.task(2, "decision").status == "open"


def test_taking_back_is_no_longer_offered_once_somebody_has_built_on_it(town: Town) -> None:
    desk = Desk(town, builders.step(1), builders.step(2))
    desk.do(1)
    town.deliver()
    first = desk.sent(desk.task(1))[0]
    doer = next(p.name for p in desk.cast.people if p.id == first.official_id)
    card = desk.card(doer, desk.task(1))
    assert card.shown_revision == card.wanted_revision
    assert desk.tap("clerk", Verb.ACKNOWLEDGE, desk.task(2)) == "acknowledged"
    card = desk.card(doer, desk.task(1))
    assert card.shown_revision < card.wanted_revision
    town.deliver()
    assert desk.tap(doer, Verb.WITHDRAW, desk.task(1)) == "built_upon"


def test_an_answered_question_loses_its_buttons(town: Town) -> None:
    desk = Desk(town, builders.step(1, fields=[{**DATE, "required": False}]))
    task = desk.task(1)
    assert desk.tap("clerk", Verb.DO, task) == "question_asked"
    town.deliver()
    asked: list[Outbox] = town.rows(Outbox, Outbox.chat_id == desk.chat("clerk"), Outbox.template == "ask_field")
    desk.answer("clerk", "skip")
    strips: list[Outbox] = town.rows(Outbox, Outbox.chat_id == desk.chat("clerk"), Outbox.kind == "strip")
    assert [row.message_id or row.params.get("message_id") for row in strips] == [asked[0].message_id]
