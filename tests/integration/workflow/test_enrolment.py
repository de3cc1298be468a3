"""Enrolment by link: no rights before the admin's word, and every other use of a link refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from storage import audit
from storage.database import Database
from storage.tables import AuditEvent, Bot, Invitation, Official, Outbox
from tests.integration.workflow.offices import NOW, SUMBANG
from workflow import enrolment, link_alerts, office_invitations, people
from workflow.enrolment import Claim
from workflow.moment import Moment
from workflow.office_file.apply import apply
from workflow.office_file.loading import load_text

TOKEN = "Wb3kPq7Zx1_t-Rn9sYv4Lc2H"
ADMIN, WATI, STRANGER = 1001, 1004, 6666
MOMENT = Moment(42, NOW, "ab" * 16)


@pytest.fixture
async def office(database: Database) -> Database:
    source = load_text(SUMBANG, "office.yaml")

    def body(session: Session) -> None:
        session.add(Bot(id=42, username="pandu_bot"))
        apply(session, source, NOW)

    await database.write(body)
    return database


def row(session: Session, name: str = "Wati Lestari") -> Official:
    return session.exec(select(Official).where(Official.name == name)).one()


async def invite(office: Database, token: str = TOKEN, name: str = "Wati Lestari") -> None:
    await office.write(lambda s: enrolment.invite(s, row(s, name).id or 0, token, NOW))


async def claim(office: Database, person: int = WATI, token: str = TOKEN, moment: Moment = MOMENT) -> Claim:
    return await office.write(lambda s: enrolment.claim(s, moment, token, person, "Wati"))


async def answer(office: Database, person: int = ADMIN, *, yes: bool = True) -> str:
    def body(s: Session) -> str:
        last = s.exec(select(Invitation).order_by(col(Invitation.id).desc())).first()
        assert last is not None
        return enrolment.answer(s, MOMENT, last.id or 0, people.officials_of(s, person, 42), yes=yes).key

    return await office.write(body)


async def said(office: Database) -> list[tuple[int, str | None, Any]]:
    def body(s: Session) -> list[tuple[int, str | None, Any]]:
        ours = col(Outbox.template).startswith("enrol") | col(Outbox.template).in_(["privacy", "account_moved"])
        rows = s.exec(select(Outbox).where(ours).order_by(col(Outbox.id)))
        return [(r.chat_id, r.template, r.params.get("reason")) for r in rows]

    return await office.read(body)


async def account(office: Database, name: str = "Wati Lestari") -> int | None:
    return await office.read(lambda s: row(s, name).telegram_id)


async def test_no_rights_until_the_admin_says_yes(office: Database) -> None:
    await invite(office)
    assert await claim(office) is Claim.WAITING
    assert await account(office) is None
    assert await office.read(lambda s: people.officials_of(s, WATI, 42)) == []

    assert await answer(office) == "done"
    assert await account(office) == WATI
    assert await said(office) == [
        (WATI, "enrol_waiting", None), (ADMIN, "enrol_ask_admin", None), (WATI, "enrol_done", None),
        (WATI, "privacy", None),
    ]  # fmt: skip


async def test_no_means_no_and_the_link_is_spent(office: Database) -> None:
    await invite(office)
    await claim(office)
    await answer(office, yes=False)
    assert await account(office) is None
    assert (await said(office))[-1] == (WATI, "enrol_refused", None)
    assert await answer(office) == "stale"
    assert await claim(office) is Claim.USED
    assert await account(office) is None


async def test_the_word_for_one_link_ends_what_was_asked_for_an_older_one(office: Database) -> None:
    await invite(office)
    assert await claim(office, STRANGER) is Claim.WAITING
    older = await office.read(lambda s: s.exec(select(Invitation)).one().id)
    await invite(office, TOKEN[::-1])
    assert await claim(office, WATI, TOKEN[::-1]) is Claim.WAITING
    assert await answer(office) == "done"

    def too_late(s: Session) -> str:
        return enrolment.answer(s, MOMENT, older or 0, people.officials_of(s, ADMIN, 42), yes=True).key

    assert await office.write(too_late) == "stale"
    assert await account(office) == WATI


@pytest.mark.parametrize("person", [1003, STRANGER, WATI])
async def test_only_an_admin_of_that_office_may_answer(office: Database, person: int) -> None:
    await invite(office)
    await claim(office)
    assert await answer(office, person) == "not_allowed"
    assert await account(office) is None


async def test_an_admin_of_another_office_may_not_answer(office: Database) -> None:
    other = SUMBANG.replace("id: sumbang,", "id: tambak,").replace("1001", "9001")
    source = load_text(other.replace("Wati Lestari", "Orang Lain"), "office.yaml")
    await office.write(lambda s: apply(s, source, NOW))
    await invite(office)
    await claim(office)
    assert await answer(office, 9001) == "not_allowed"
    assert await account(office) is None


async def test_a_used_link_is_refused_to_others_and_the_admin_alerted_once(office: Database) -> None:
    await invite(office)
    await claim(office)
    before = len(await said(office))
    assert [await claim(office, STRANGER), await claim(office, STRANGER)] == [Claim.LEAKED, Claim.LEAKED]
    assert (await said(office))[before:] == [
        (STRANGER, "enrol_bad_link", "leaked"), (ADMIN, "enrol_alert_admin", "leaked"),
        (STRANGER, "enrol_bad_link", "leaked"),
    ]  # fmt: skip
    assert await answer(office) == "done"
    assert await account(office) == WATI
    assert await claim(office, STRANGER) is Claim.USED
    assert await account(office) == WATI


async def alerts(office: Database) -> list[Outbox]:
    query = select(Outbox).where(Outbox.template == "enrol_alert_admin")
    return await office.read(lambda s: list(s.exec(query)))


async def test_a_link_that_went_round_is_one_alert_however_many_try_it(office: Database) -> None:
    await invite(office)
    await claim(office)
    for person in range(7000, 7030):
        assert await claim(office, person) is Claim.LEAKED
    told = await alerts(office)
    assert [(r.chat_id, r.params["reason"], len(r.params["accounts"])) for r in told] == [(ADMIN, "leaked", 20)]
    # Told a minute later, so that it is told together; afterwards there is nothing new to say.
    assert told[0].due_at == NOW + link_alerts.PAUSE

    def delivered(s: Session) -> None:
        s.get_one(Outbox, told[0].id).status = "sent"

    await office.write(delivered)
    await claim(office, 7050)
    assert [r.params for r in await alerts(office)] == [told[0].params]
    misused = await office.read(
        lambda s: [e.payload for e in s.exec(select(AuditEvent).where(AuditEvent.kind == "invitation.misused"))]
    )
    assert len(misused) == 1
    assert await account(office) is None


async def test_of_several_troubles_with_one_link_the_worst_is_told(office: Database) -> None:
    await invite(office)
    await claim(office, moment=Moment(42, NOW + timedelta(days=8), ""))
    await office.write(lambda s: _revoke(s))
    await claim(office, STRANGER, moment=Moment(42, NOW + timedelta(days=8), ""))
    assert [(r.params["reason"], len(r.params["accounts"])) for r in await alerts(office)] == [("revoked", 2)]


def _revoke(session: Session) -> None:
    for invitation in session.exec(select(Invitation)):
        invitation.status = "revoked"


async def test_no_alert_names_the_account_of_a_stranger(office: Database) -> None:
    await invite(office)
    await claim(office)
    await claim(office, STRANGER)
    assert [r for r in await alerts(office) if str(STRANGER) in str(r.params)] == []


async def test_a_link_lives_seven_days(office: Database) -> None:
    await invite(office)
    late = Moment(42, NOW + timedelta(days=7), "")
    assert await claim(office, moment=late) is Claim.EXPIRED
    assert await account(office) is None
    assert await said(office) == [(WATI, "enrol_bad_link", "expired"), (ADMIN, "enrol_alert_admin", "expired")]
    assert await claim(office, moment=Moment(42, NOW + timedelta(days=7, seconds=-1), "")) is Claim.WAITING


async def test_a_newer_link_revokes_the_one_before(office: Database) -> None:
    await invite(office)
    await invite(office, "B" * 32)
    assert await claim(office) is Claim.REVOKED
    assert await claim(office, token="B" * 32) is Claim.WAITING


@pytest.mark.parametrize("token", ["", "tidak-dikenal-sama-sekali", "'; drop table x; --", "\x00", TOKEN.lower()])
async def test_an_unknown_token_reaches_nothing(office: Database, token: str) -> None:
    await invite(office)
    assert await claim(office, STRANGER, token) is Claim.UNKNOWN
    assert await said(office) == [(STRANGER, "enrol_bad_link", "unknown")]


async def test_only_the_hash_of_a_token_is_kept(office: Database) -> None:
    await invite(office)
    kept = await office.read(lambda s: [repr(i.model_dump()) for i in s.exec(select(Invitation))])
    recorded = await office.read(lambda s: [e.payload for e in s.exec(select(AuditEvent))])
    assert not [text for text in kept + recorded if TOKEN in text]


@pytest.mark.parametrize("token", ["short", "x" * 65, "with space and more of it", "å" * 20])
async def test_a_token_telegram_would_not_carry_is_never_made(office: Database, token: str) -> None:
    with pytest.raises(ValueError):
        await invite(office, token)


async def test_an_admin_who_tries_the_link_does_not_use_it_up(office: Database) -> None:
    await invite(office)
    assert await claim(office, ADMIN) is Claim.TAKEN
    assert await claim(office) is Claim.WAITING


async def test_one_account_never_stands_for_two_officials_of_an_office(office: Database) -> None:
    await invite(office)
    await claim(office, STRANGER)

    def meanwhile(s: Session) -> None:
        row(s, "Budi Santoso").telegram_id = STRANGER

    await office.write(meanwhile)
    assert await answer(office) == "not_allowed"
    assert await account(office) is None
    assert (await said(office))[-1] == (STRANGER, "enrol_refused", None)


async def test_opening_ones_own_link_again_is_answered_kindly(office: Database) -> None:
    await invite(office)
    assert [await claim(office), await claim(office)] == [Claim.WAITING, Claim.WAITING]
    await answer(office)
    assert await claim(office) is Claim.ENROLLED
    assert [template for _, template, _ in await said(office)].count("enrol_ask_admin") == 1


async def test_a_changed_account_moves_with_the_official(office: Database) -> None:
    await invite(office, name="Budi Santoso")
    await claim(office, 7003)
    await answer(office)
    assert await account(office, "Budi Santoso") == 7003
    assert await office.read(lambda s: people.officials_of(s, 1003, 42)) == []
    # The old chat is told, with the office's name and nothing else.
    assert (await said(office))[-1] == (1003, "account_moved", None)


async def without_enrolled_admin(office: Database) -> None:
    def body(s: Session) -> None:
        row(s, "Ahmad Fauzi").telegram_id = None

    await office.write(body)


async def test_the_first_admin_needs_nobodys_word_and_then_answers_for_the_others(office: Database) -> None:
    await without_enrolled_admin(office)
    await invite(office)
    assert await claim(office) is Claim.WAITING
    await invite(office, "C" * 32, "Ahmad Fauzi")
    assert await claim(office, 1900, "C" * 32) is Claim.ENROLLED
    assert await account(office, "Ahmad Fauzi") == 1900
    assert (await said(office))[-3:] == [
        (1900, "enrol_done", None), (1900, "privacy", None), (1900, "enrol_ask_admin", None)
    ]  # fmt: skip


async def test_a_second_admin_needs_the_firsts_word(office: Database) -> None:
    def also(s: Session) -> None:
        row(s).admin = True

    await office.write(also)
    await invite(office)
    assert await claim(office) is Claim.WAITING
    assert await account(office) is None


async def test_every_turn_is_on_record(office: Database) -> None:
    await invite(office)
    await claim(office)
    await answer(office)

    def body(s: Session) -> tuple[list[tuple[str, bool]], list[Any]]:
        turns = select(AuditEvent).where(col(AuditEvent.kind).startswith("invitation"))
        events = s.exec(turns.order_by(col(AuditEvent.seq)))
        return [(e.kind, e.actor_id is not None) for e in events], list(audit.verify(s, "sumbang"))

    kinds, faults = await office.read(body)
    assert kinds == [("invitation.made", False), ("invitation.claimed", False), ("invitation.confirmed", True)]
    assert faults == []


async def test_the_letter_names_the_official_the_link_and_the_seven_days(office: Database) -> None:
    letter = await office.write(lambda s: office_invitations.letter(s, row(s).id or 0, TOKEN, NOW))
    assert letter.link == f"https://t.me/pandu_bot?start={TOKEN}"
    for words in ("Wati Lestari", letter.link, "7 hari", "Jumat, 27 November 2026", "satu kali"):
        assert words in letter.text


async def test_whom_to_invite(office: Database) -> None:
    def names(office_id: str | None, name: str | None) -> Callable[[Session], list[str]]:
        return lambda s: [o.name for o in office_invitations.not_enrolled(s, office_id, name)]

    assert await office.read(names(None, None)) == ["Wati Lestari"]
    assert await office.read(names("sumbang", "Budi Santoso")) == ["Budi Santoso"]
    for wrong in (names("tambak", None), names(None, "Budi")):
        with pytest.raises(office_invitations.NotInvited):
            await office.read(wrong)
