"""Ending the adoption of an SOP: what the admin confirms, and what the head is asked."""

from __future__ import annotations

from messages.text import one_line
from messages.views.adoption_shown import MAX_TITLE
from messages.views.asked import Asked, NothingToSay, View
from storage.tables import Adoption, Approval
from workflow import adoption_ending, approvals, scheduling
from workflow.deed import Stopped
from workflow.verbs import Press, Verb

MAX_RUNS = 20


def adoption_end(asked: Asked) -> View:
    """What ends and what goes on, before it is put before the head."""
    try:
        row = adoption_ending.adopted(
            asked.session, asked.office_id or "", asked.params["sop"], asked.params["version"]
        )
    except Stopped:
        raise NothingToSay from None
    deciding = approvals.deciders(asked.session, asked.official) if asked.official is not None else []
    return View(
        {**_facts(asked, row), "deciders": [asked.names.person(one.id) for one in deciding]},
        [[asked.answer("adopt_propose", "yes", "danger"), asked.answer("manage_back", "back")]],
    )


def approval_adoption_end(asked: Asked) -> View:
    """To the head: an SOP with which no run is to start any more; the buttons while undecided."""
    approval = asked.session.get_one(Approval, asked.params["approval_id"])
    keyboard = []
    if approval.status == "asked":
        approve = asked.button("approve", Press(Verb.APPROVE, approval.id or 0), "success")
        keyboard.append([approve, asked.button("deny", Press(Verb.DISAPPROVE, approval.id or 0), "danger")])
    row = asked.session.get_one(Adoption, approval.payload["row"])
    return View({**_facts(asked, row), "asker": asked.names.person(approval.asked_by)}, keyboard)


def _facts(asked: Asked, row: Adoption) -> dict[str, object]:
    runs = adoption_ending.open_runs(asked.session, row)
    schedules = [one for one in scheduling.active(asked.session, row.office_id) if one.sop_id == row.sop_id]
    return {
        "title": one_line(row.title, MAX_TITLE),
        "version": row.version,
        "runs": [str(number) for number in runs[:MAX_RUNS]],
        "more": max(0, len(runs) - MAX_RUNS),
        "schedules": len(schedules),
    }
