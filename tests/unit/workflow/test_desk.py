"""What an official is shown of their desk comes in the order of what presses."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select

from storage.tables import Card, Outbox, Run, Task
from tests.unit.messages.town import CAMAT, town
from workflow import desk


def test_the_earliest_deadline_comes_first_then_what_has_none_and_what_is_paused_last() -> None:
    with town() as place:
        blank = place.start(place.adopt(accept_suggestions=False), period="TW I 2026")
        adoption = place.adopt()
        late = place.start(adoption, period="TW II 2026")
        later = place.start(adoption, period="TW III 2026")
        official = place.official(CAMAT)

        def order() -> list[int]:
            return [task.run_id for task in desk.open_tasks(place.session, official)]

        assert order() == [late.id, later.id, blank.id]
        first = desk.open_tasks(place.session, official)[0]
        assert first.opened_at is not None
        first.opened_at += timedelta(hours=5)
        assert order() == [later.id, late.id, blank.id]
        later.paused_at = place.now
        assert order() == [late.id, blank.id, later.id]
        blank.status = "finished"
        assert order() == [late.id, later.id]


def test_the_most_urgent_card_is_sent_last() -> None:
    with town() as place:
        place.start(place.adopt(accept_suggestions=False), period="TW I 2026")
        place.start(place.adopt(), period="TW II 2026")
        for row in place.session.exec(select(Outbox)):
            row.status = "sent"
        assert desk.lay_out(place.session, place.moment(), [place.official(CAMAT)]) == 2
        sent = place.session.exec(
            select(Run.period)
            .join(Task, col(Task.run_id) == Run.id)
            .join(Card, col(Card.task_id) == Task.id)
            .join(Outbox, col(Outbox.card_id) == Card.id)
            .where(Outbox.status == "queued")
            .order_by(col(Outbox.id))
        ).all()
        assert sent == ["TW I 2026", "TW II 2026"]
