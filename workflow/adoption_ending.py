"""Ending the adoption of an SOP in chat: asked by an admin, in force by the head's word, like adopting.

No run starts with the SOP any more; those underway go on with the version they began with.
"""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage import audit
from storage.literals import is_status
from storage.locks import lock_runs
from storage.tables import Adoption, Approval, Official, Run
from workflow import approvals, cards, people, taking_over
from workflow.deed import Stopped
from workflow.moment import Moment

KIND = "adoption_end"
"""The kind of approval that it needs."""


def propose(session: Session, moment: Moment, admin: Official, sop_id: str, version: str) -> Approval:
    """Put the end of an adoption before the head; with nobody there it takes effect at once.

    Raises :class:`Stopped` for anybody but an admin, and for what the office does not work with.
    """
    if not people.is_admin(admin):
        raise Stopped("not_allowed")
    lock_runs(session, admin.office_id)
    row = adopted(session, admin.office_id, sop_id, version)
    for earlier in waiting(session, admin.office_id, sop_id):
        approvals.lapse(session, moment, earlier)
    payload = {"sop": row.sop_id, "version": row.version, "adoption": row.content_hash, "row": row.id}
    return approvals.ask(session, moment, admin, KIND, payload, take_effect)


def adopted(session: Session, office_id: str, sop_id: str, version: str) -> Adoption:
    """Return the adoption that new runs of this version start with; raises :class:`Stopped` if there is none."""
    row = taking_over.current(session, office_id, sop_id)
    if row is None or row.version != version:
        raise Stopped("adoption_gone")
    return row


def waiting(session: Session, office_id: str, sop_id: str) -> list[Approval]:
    """Return the ends of an SOP's adoption that nobody has decided yet, oldest first."""
    query = select(Approval).where(Approval.office_id == office_id, Approval.status == "asked", Approval.kind == KIND)
    rows = session.exec(query.order_by(col(Approval.id))).all()
    return [row for row in rows if row.payload.get("sop") == sop_id]


def open_runs(session: Session, row: Adoption) -> list[int]:
    """Return the numbers of the open runs of an adoption's SOP, by whichever version of it."""
    same = select(Adoption.id).where(Adoption.office_id == row.office_id, Adoption.sop_id == row.sop_id)
    query = select(Run.number).where(
        Run.office_id == row.office_id, is_status(Run.status, "open"), col(Run.adoption_id).in_(same)
    )
    return list(session.exec(query.order_by(col(Run.number))))


def take_effect(session: Session, moment: Moment, approval: Approval) -> None:
    """Let no run start with it from now on. Raises :class:`Stopped` if other choices hold since it was asked."""
    row = session.get_one(Adoption, approval.payload["row"])
    if not row.current:
        raise Stopped("adoption_gone")
    row.current = False
    session.flush()
    by = session.get_one(Official, approval.decided_by or approval.asked_by)
    audit.record(
        session, office_id=row.office_id, at=moment.now, kind="sop.retired",
        payload={"sop": row.sop_id, "version": row.version, "adoption": row.content_hash, "approval": approval.id},
        actor_id=by.id, capacity=people.title(session, by),
    )  # fmt: skip
    cards.reconcile_office(session, row.office_id, moment.now)
