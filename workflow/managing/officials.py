"""Officials changed in chat: added, renamed, made admin, invited, deactivated. None is ever deleted."""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage.tables import Invitation, Official
from workflow import auditors, cards, delegating, office_invitations, official_facts, people
from workflow.deed import Stopped
from workflow.managing.acting import record, take_turn
from workflow.moment import Moment
from workflow.office_invitations import Letter, NotInvited
from workflow.seats import appointing
from workflow.seats.appointing import Appointment
from workflow.seats.posts import Post
from workflow.seats.terms import Capacity

SALUTATIONS = ("Bapak", "Ibu", "Bapak/Ibu")


def active_officials(session: Session, office_id: str) -> list[Official]:
    """Return the office's officials by name; auditors are none."""
    query = select(Official).where(
        Official.office_id == office_id, col(Official.active).is_(True), col(Official.auditor).is_(False)
    )
    return sorted(session.exec(query), key=lambda one: (one.name.casefold(), one.id))


def official_of(session: Session, admin: Official, official_id: int) -> Official:
    """Return an active official of the admin's office; raises :class:`Stopped` for any other."""
    official = invitee_of(session, admin, official_id)
    if official.auditor:
        raise Stopped("not_allowed")
    return official


def invitee_of(session: Session, admin: Official, official_id: int) -> Official:
    """Return an active official or auditor of the admin's office; raises :class:`Stopped` for any other."""
    invitee = session.get(Official, official_id)
    if invitee is None or invitee.office_id != admin.office_id:
        raise Stopped("not_allowed")
    if not invitee.active:
        raise Stopped("official_inactive")
    return invitee


def not_joined(session: Session, office_id: str) -> list[Official]:
    """Return who has no Telegram account here yet."""
    return [one for one in active_officials(session, office_id) if one.telegram_id is None]


def open_invitation(session: Session, official_id: int) -> Invitation | None:
    """Return the newest link of an official that can still be used or waits for an admin's word."""
    query = select(Invitation).where(
        Invitation.official_id == official_id, col(Invitation.status).in_(["open", "claimed"])
    )
    return session.exec(query.order_by(col(Invitation.id).desc()).limit(1)).first()


def add(session: Session, moment: Moment, admin: Official, name: str, salutation: str, post: Post | None) -> Official:
    """Add an official, at once in a post where one is named; they join by a link made later."""
    take_turn(session, admin)
    _name_free(session, admin.office_id, name, None)
    if salutation not in SALUTATIONS:
        raise Stopped("stale")
    official = Official(office_id=admin.office_id, name=name, salutation=salutation, source="chat")
    session.add(official)
    session.flush()
    record(session, moment, admin, "official.added", official_facts.of_new(session, official, moment.now))
    if post is not None:
        appointing.appoint(session, moment, admin, Appointment(post, official.id or 0, Capacity.DEFINITIVE))
    return official


def rename(session: Session, moment: Moment, admin: Official, official_id: int, name: str) -> None:
    """Give an official another name; what they did stays theirs."""
    take_turn(session, admin)
    official = official_of(session, admin, official_id)
    _name_free(session, admin.office_id, name, official.id)
    official.name = name
    _changed(session, moment, admin, official, "name")


def address(session: Session, moment: Moment, admin: Official, official_id: int, salutation: str) -> None:
    """Set how an official is addressed: Bapak, Ibu, or Bapak/Ibu."""
    take_turn(session, admin)
    if salutation not in SALUTATIONS:
        raise Stopped("stale")
    official = official_of(session, admin, official_id)
    official.salutation = salutation
    _changed(session, moment, admin, official, "salutation")


def set_admin(session: Session, moment: Moment, admin: Official, official_id: int, *, on: bool) -> None:
    """Make an official an admin, or no longer one; an office keeps one admin who has joined."""
    take_turn(session, admin)
    official = official_of(session, admin, official_id)
    if official.admin == on:
        raise Stopped("setting_same")
    if not on:
        _another_admin(session, official)
    official.admin = on
    _changed(session, moment, admin, official, "admin")


def invite(session: Session, moment: Moment, admin: Official, official_id: int, token: str) -> Letter:
    """Make a link for an official or auditor and the text that carries it; earlier links stop working.

    ``token`` is the secret, made outside: what it comes from must stand nowhere in the database.
    """
    take_turn(session, admin)
    official = invitee_of(session, admin, official_id)
    if official.auditor and auditors.is_over(official, moment.now):
        raise Stopped("auditor_over")
    try:
        return office_invitations.letter(session, official.id or 0, token, moment.now)
    except NotInvited:
        raise Stopped("stale") from None


def revoke(session: Session, moment: Moment, admin: Official, official_id: int) -> None:
    """Make somebody's link worthless, also one that was opened and waits for an admin's word."""
    take_turn(session, admin)
    official = invitee_of(session, admin, official_id)
    if not _revoke(session, moment, admin, official):
        raise Stopped("no_link")


def deactivate(session: Session, moment: Moment, admin: Official, official_id: int) -> None:
    """Let an official go: seats and links end, the account is let go, the history stays theirs.

    Never oneself, and so never the last admin.
    """
    take_turn(session, admin)
    official = official_of(session, admin, official_id)
    if official.id == admin.id:
        raise Stopped("not_oneself")
    delegating.end_all_of(session, moment, official, admin)
    appointing.end_all_of(session, moment, official, admin)
    _revoke(session, moment, admin, official)
    # The account is let go, so that whoever gets the phone next is somebody else.
    official.active, official.admin, official.telegram_id, official.source = False, False, None, "chat"
    record(session, moment, admin, "official.retired", {"official": official.id})
    cards.reconcile_office(session, official.office_id, moment.now)


def _revoke(session: Session, moment: Moment, admin: Official, official: Official) -> bool:
    query = select(Invitation).where(
        Invitation.official_id == official.id, col(Invitation.status).in_(["open", "claimed"])
    )
    found = session.exec(query.order_by(col(Invitation.id)).with_for_update()).all()
    for invitation in found:
        invitation.status = "revoked"
        record(session, moment, admin, "invitation.revoked", {"invitation": invitation.id, "official": official.id})
    return bool(found)


def _another_admin(session: Session, official: Official) -> None:
    """Refuse to leave an office without an admin who can open it."""
    others = [one for one in people.admins(session, official.office_id) if one.id != official.id]
    if not any(one.telegram_id is not None for one in others):
        raise Stopped("last_admin")


def _changed(session: Session, moment: Moment, admin: Official, official: Official, field: str) -> None:
    official.source = "chat"
    said = official_facts.of_changed(session, official, [field], moment.now)
    record(session, moment, admin, "official.changed", said)


def _name_free(session: Session, office_id: str, name: str, but: int | None) -> None:
    """Two of one name could not be told apart in an office file, nor on a button."""
    named = select(Official.id).where(
        Official.office_id == office_id, Official.name == name, col(Official.active).is_(True)
    )
    if any(one != but for one in session.exec(named)):
        raise Stopped("official_name_taken")
