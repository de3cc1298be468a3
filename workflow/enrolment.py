"""Enrolment by link: how a Telegram account comes to stand for an official.

The admin hands out a single-use link bound to one official. Opening it gives no right: the
account waits until an admin of that office says ``Ya, benar``. Only the token's SHA-256 is
kept, so neither the database nor a backup of it can be used to enrol.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, select

from storage import audit, outbox
from storage.locks import lock_runs
from storage.tables import Invitation, Office, Official
from workflow import auditors, cards, link_alerts, moved_account, notices, official_facts, people
from workflow.moment import Moment
from workflow.reply import Reply

LIFETIME = timedelta(days=7)
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
"""What Telegram passes through a deep link, and long enough not to be guessed."""


class Claim(StrEnum):
    """What became of a link that somebody opened."""

    WAITING = "waiting"
    ENROLLED = "enrolled"
    USED = "used"
    LEAKED = "leaked"
    EXPIRED = "expired"
    REVOKED = "revoked"
    TAKEN = "taken"
    UNKNOWN = "unknown"


def invite(session: Session, official_id: int, token: str, now: datetime) -> Invitation:
    """Make a link for an official; links made earlier and not yet opened stop working.

    ``token`` is the secret, made outside. Raises :class:`ValueError` if it does not fit a
    Telegram deep link, :class:`LookupError` if there is no such active official.
    """
    if not TOKEN.fullmatch(token):
        raise ValueError("an invitation's token is 16 to 64 of A-Za-z0-9_-")
    official = session.get(Official, official_id)
    if official is None or not official.active:
        raise LookupError(official_id)
    _revoke_others(session, official, None)
    invitation = Invitation(
        office_id=official.office_id, official_id=official_id, token_hash=_hash(token), created_at=now,
        expires_at=now + LIFETIME,
    )  # fmt: skip
    session.add(invitation)
    session.flush()
    _record(session, invitation, now, "invitation.made")
    return invitation


def claim(session: Session, moment: Moment, token: str, person: int, first_name: str) -> Claim:
    """Take the link somebody opened, answer them, and ask or alert the admins.

    The first admin has nobody to ask. So where no admin of the office is enrolled at all,
    an admin's own link is confirmed by itself, on record: whoever runs ``pandu office
    invite`` already rules the database, and the link stands in for their word.
    """
    query = select(Invitation).where(Invitation.token_hash == _hash(token)).with_for_update()
    invitation = session.exec(query.execution_options(populate_existing=True)).first()
    if invitation is None or not _is_for(session, moment, invitation):
        _say(session, moment, person, None, "enrol_bad_link", reason=Claim.UNKNOWN.value)
        return Claim.UNKNOWN
    official = session.get_one(Official, invitation.official_id)
    if official.active and official.telegram_id == person:
        return _open_again(session, moment, invitation, person)
    if invitation.status == "claimed" and invitation.claimed_by == person:
        _say(session, moment, person, invitation, "enrol_waiting")
        return Claim.WAITING
    if any(own.office_id == invitation.office_id for own in _rows(session, person, moment.bot_id)):
        # An admin who tries the link before forwarding it must not use it up.
        _say(session, moment, person, invitation, "enrol_bad_link", reason=Claim.TAKEN.value)
        return Claim.TAKEN
    refusal = _refusal(invitation, official, moment.now)
    if refusal is not None:
        _say(session, moment, person, invitation, "enrol_bad_link", reason=refusal.value)
        link_alerts.tell(session, moment, invitation, refusal.value, person)
        return refusal
    invitation.status, invitation.claimed_at = "claimed", moment.now
    invitation.claimed_by, invitation.claimed_name = person, first_name[:100]
    session.flush()
    _record(session, invitation, moment.now, "invitation.claimed")
    if official.admin and not _enrolled_admins(session, invitation.office_id):
        _enrol(session, moment, invitation, official, by=None)
        return Claim.ENROLLED
    _say(session, moment, person, invitation, "enrol_waiting")
    _ask(session, moment, invitation)
    return Claim.WAITING


def answer(session: Session, moment: Moment, invitation_id: int, officials: list[Official], *, yes: bool) -> Reply:
    """Take an admin's ``Ya, benar`` or ``Bukan``; ``officials`` are the rows of who pressed.

    An account that already stands for somebody else in that office is refused: one account,
    one official, or the record could not say who acted.
    """
    query = select(Invitation).where(Invitation.id == invitation_id).with_for_update()
    invitation = session.exec(query.execution_options(populate_existing=True)).first()
    admin = next((o for o in officials if invitation and o.office_id == invitation.office_id), None)
    if invitation is None or admin is None or not people.is_admin(admin):
        return Reply("not_allowed", alert=True)
    if invitation.status != "claimed":
        return Reply("stale")
    official = session.get_one(Official, invitation.official_id)
    if not yes or not official.active:
        _refuse(session, moment, invitation, admin)
        return Reply("ok")
    if not _enrol(session, moment, invitation, official, by=admin):
        return Reply("not_allowed", alert=True)
    return Reply("done", {"time": moment.now.isoformat(), "office_id": invitation.office_id})


def _is_for(session: Session, moment: Moment, invitation: Invitation) -> bool:
    """Say whether the bot serves the invitation's office; one that no bot serves yet is this one's from now on."""
    office = session.get_one(Office, invitation.office_id)
    if office.bot_id is None:
        office.bot_id = moment.bot_id
    return office.bot_id == moment.bot_id


def _rows(session: Session, person: int, bot_id: int) -> list[Official]:
    """Return everybody an account stands for to a bot, auditors too: one account, one row per office."""
    return [*people.officials_of(session, person, bot_id), *people.auditors_of(session, person, bot_id)]


def _open_again(session: Session, moment: Moment, invitation: Invitation, person: int) -> Claim:
    """Somebody who is enrolled already opens their own link (again): nothing is left to decide."""
    if invitation.status in ("open", "claimed"):
        invitation.status, invitation.claimed_by, invitation.claimed_at = "confirmed", person, moment.now
        session.flush()
        _record(session, invitation, moment.now, "invitation.confirmed")
    _say(session, moment, person, invitation, "enrol_done")
    return Claim.ENROLLED


def _refusal(invitation: Invitation, official: Official, now: datetime) -> Claim | None:
    if invitation.status == "revoked" or not official.active:
        return Claim.REVOKED
    if invitation.status == "claimed":
        return Claim.LEAKED  # two accounts have it, and one of them is not who it was for
    if invitation.status != "open":
        return Claim.USED
    over = official.auditor and official.valid_until is not None and now >= official.valid_until
    return Claim.EXPIRED if over or now >= invitation.expires_at else None


def _enrol(session: Session, moment: Moment, invitation: Invitation, official: Official, by: Official | None) -> bool:
    lock_runs(session, invitation.office_id)
    person, before = invitation.claimed_by, official.telegram_id
    twin = session.exec(
        select(Official).where(Official.office_id == invitation.office_id, Official.telegram_id == person)
    ).first()
    if twin is not None and twin.id != official.id:
        if twin.active:  # enrolled by another way since the link was opened
            _refuse(session, moment, invitation, by)
            return False
        twin.telegram_id = None  # a past official's account; the history stays with their row
        session.flush()
    official.telegram_id = person
    invitation.status = "confirmed"
    _revoke_others(session, official, invitation)
    session.flush()
    account = official_facts.account_of(session, official, moment.now)
    _record(session, invitation, moment.now, "invitation.confirmed", by, account)
    _say(session, moment, person, invitation, "enrol_done")
    _say(session, moment, person, invitation, "privacy", official_id=official.id)
    if before is not None and before != person:
        moved_account.leave(session, moment, official, before)
    if official.auditor:
        auditors.joined(session, moment, official)
    if official.admin:
        waiting = select(Invitation).where(Invitation.office_id == official.office_id, Invitation.status == "claimed")
        for other in session.exec(waiting.order_by(col(Invitation.id))).all():
            _ask(session, moment, other)
    cards.reconcile_office(session, official.office_id, moment.now)
    return True


def _refuse(session: Session, moment: Moment, invitation: Invitation, by: Official | None) -> None:
    invitation.status = "refused"
    session.flush()
    _record(session, invitation, moment.now, "invitation.refused", by)
    _say(session, moment, invitation.claimed_by, invitation, "enrol_refused")


def _ask(session: Session, moment: Moment, invitation: Invitation) -> None:
    notices.tell_all(
        session, moment, people.admins(session, invitation.office_id), "enrol_ask_admin",
        key=f"enrol_ask:{invitation.id}", invitation_id=invitation.id,
    )  # fmt: skip


def _enrolled_admins(session: Session, office_id: str) -> list[Official]:
    return [admin for admin in people.admins(session, office_id) if admin.telegram_id is not None]


def _revoke_others(session: Session, official: Official, kept: Invitation | None) -> None:
    query = select(Invitation).where(
        Invitation.office_id == official.office_id,
        Invitation.official_id == official.id,
        col(Invitation.status).in_(["open", "claimed"] if kept else ["open"]),
    )
    for invitation in session.exec(query).all():
        if kept is None or invitation.id != kept.id:
            invitation.status = "revoked"
    session.flush()


def _say(
    session: Session, moment: Moment, person: int | None, invitation: Invitation | None, template: str, **params: object
) -> None:
    if person is not None:
        outbox.say(
            session, bot_id=moment.bot_id, chat_id=person, office_id=invitation.office_id if invitation else None,
            template=template, params=params, now=moment.now, priority=1,
        )  # fmt: skip


def _record(
    session: Session,
    invitation: Invitation,
    now: datetime,
    kind: str,
    actor: Official | None = None,
    account: str | None = None,
) -> None:
    audit.record(
        session, office_id=invitation.office_id, at=now, kind=kind,
        payload={"invitation": invitation.id, "official": invitation.official_id}
        | ({official_facts.ACCOUNT: account} if account is not None else {}),
        actor_id=actor.id if actor else None, capacity="Admin" if actor else None,
    )  # fmt: skip


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
