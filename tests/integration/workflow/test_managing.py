"""What an admin changes in chat, on both databases: each on record, its rights decided in the transaction."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlmodel import Session, col, select

from storage import audit, outbox
from storage.database import Database
from storage.deliveries import bury, mark_sent, mark_skipped
from storage.tables import AuditEvent, Bot, Invitation, Office, Official, Outbox, Seat, Unit
from tests.integration.workflow.offices import NOW, SUMBANG
from workflow.deed import Stopped
from workflow.managing import officials, settings, units
from workflow.managing.acting import as_name
from workflow.managing.posts_offered import offered, typed
from workflow.moment import Moment
from workflow.office_file.apply import apply
from workflow.office_file.loading import load_text
from workflow.office_rules import rules_of
from workflow.reminding.policy import policy_of
from workflow.seats.posts import Post

MOMENT = Moment(42, NOW, "0123456789abcdef")
TOKEN = "a-token-that-nobody-guesses-0001"


@pytest.fixture
async def office(database: Database) -> Database:
    def body(session: Session) -> None:
        session.add(Bot(id=42, username="pandu_bot"))
        session.flush()
        apply(session, load_text(SUMBANG, "office.yaml"), NOW)

    await database.write(body)
    return database


def named(session: Session, name: str) -> Official:
    return session.exec(select(Official).where(Official.name == name)).one()


def by_admin(act: Callable[..., Any], *arguments: Any, **options: Any) -> Callable[[Session], Any]:
    """The act done by the office's admin; it returns nothing that belongs to the session."""

    def body(session: Session) -> None:
        act(session, MOMENT, named(session, "Ahmad Fauzi"), *arguments, **options)

    return body


async def refused(database: Database, body: Callable[[Session], Any]) -> str:
    with pytest.raises(Stopped) as stopped:
        await database.write(body)
    return stopped.value.key


async def id_of(database: Database, name: str) -> int:
    return await database.read(lambda session: named(session, name).id or 0)


async def kinds(database: Database) -> list[str]:
    query = select(AuditEvent.kind).where(col(AuditEvent.actor_id).is_not(None)).order_by(col(AuditEvent.seq))
    return await database.read(lambda session: list(session.exec(query)))


async def test_units_are_added_renamed_moved_closed_and_opened_again(office: Database) -> None:
    await office.write(by_admin(units.add, "Seksi Kesejahteraan Sosial"))
    await office.write(by_admin(units.add, "Bidang Pemerintahan"))
    await office.write(by_admin(units.rename, "kesejahteraan-sosial", "Seksi Sosial"))
    await office.write(by_admin(units.move, "kesejahteraan-sosial", -1))
    shown = select(Unit.id).order_by(col(Unit.position))
    assert await office.read(lambda s: list(s.exec(shown))) == [
        "sekretariat", "kesejahteraan-sosial", "pemerintahan", "pemerintahan-2",
    ]  # fmt: skip
    assert await refused(office, by_admin(units.add, "SEKSI SOSIAL")) == "unit_name_taken"
    assert await refused(office, by_admin(units.rename, "sekretariat", "Seksi Sosial")) == "unit_name_taken"
    assert await refused(office, by_admin(units.move, "sekretariat", -1)) == "unit_at_the_end"
    assert await refused(office, by_admin(units.close, "pemerintahan")) == "unit_has_seats"
    assert await refused(office, by_admin(units.close, "tidak-ada")) == "stale"
    await office.write(by_admin(units.close, "kesejahteraan-sosial"))
    await office.write(by_admin(units.reopen, "kesejahteraan-sosial"))
    last = await office.read(lambda s: units.active_units(s, "sumbang")[-1].name)
    assert last == "Seksi Sosial"
    assert await kinds(office) == [
        "unit.added", "unit.added", "unit.changed", "unit.changed", "unit.retired", "unit.changed",
    ]  # fmt: skip


async def test_an_official_is_added_with_a_post_invited_and_let_go(office: Database) -> None:
    add = partial(officials.add, name="Hesti Wulan", salutation="Ibu", post=Post("pengelola", "pemerintahan"))
    await office.write(by_admin(add))
    hesti = await id_of(office, "Hesti Wulan")
    assert await refused(office, by_admin(add)) == "official_name_taken"
    seats = await office.read(lambda s: s.exec(select(Seat.held).where(Seat.official_id == hesti)).all())
    assert seats == [True]
    assert hesti in await office.read(lambda s: [one.id for one in officials.not_joined(s, "sumbang")])

    await office.write(by_admin(officials.invite, hesti, TOKEN))
    await office.write(by_admin(officials.revoke, hesti))
    assert await refused(office, by_admin(officials.revoke, hesti)) == "no_link"
    await office.write(by_admin(officials.invite, hesti, TOKEN + "2"))
    await office.write(by_admin(officials.deactivate, hesti))
    found = await office.read(
        lambda s: (named(s, "Hesti Wulan").active, s.exec(select(Seat.held).where(Seat.official_id == hesti)).all())
    )
    assert found == (False, [False])
    assert await office.read(lambda s: list(s.exec(select(Invitation.status)))) == ["revoked", "revoked"]
    assert await refused(office, by_admin(officials.rename, hesti, "Siapa")) == "official_inactive"
    # A namesake may come later: the one who left is somebody else.
    await office.write(by_admin(add))
    assert await office.read(lambda s: list(audit.verify(s, "sumbang"))) == []


async def test_one_admin_who_has_joined_always_stays(office: Database) -> None:
    ahmad, wati = await id_of(office, "Ahmad Fauzi"), await id_of(office, "Wati Lestari")
    assert await refused(office, by_admin(officials.set_admin, ahmad, on=False)) == "last_admin"
    # Somebody without an account cannot open anything.
    await office.write(by_admin(officials.set_admin, wati, on=True))
    assert await refused(office, by_admin(officials.set_admin, ahmad, on=False)) == "last_admin"
    assert await refused(office, by_admin(officials.deactivate, ahmad)) == "not_oneself"
    await office.write(by_admin(officials.set_admin, await id_of(office, "Siti Rahayu"), on=True))
    await office.write(by_admin(officials.set_admin, ahmad, on=False))
    assert await refused(office, by_admin(officials.set_admin, ahmad, on=True)) == "not_allowed"


async def test_only_the_offices_own_admin_changes_anything(office: Database) -> None:
    other = SUMBANG.replace("id: sumbang,", "id: tambak,").replace("Ahmad Fauzi", "Admin Tambak")
    await office.write(partial(apply, source=load_text(other, "tambak.yaml"), now=NOW))
    before = await kinds(office)

    def by(name: str, act: Callable[..., Any], *arguments: Any) -> Callable[[Session], Any]:
        return lambda session: act(session, MOMENT, named(session, name), *arguments)

    query = select(Official.id).where(Official.name == "Joko Prasetyo", Official.office_id == "sumbang")
    joko = await office.read(lambda s: s.exec(query).one())
    for act, arguments in (
        (officials.rename, (joko, "X")), (officials.deactivate, (joko,)), (officials.invite, (joko, TOKEN)),
        (officials.revoke, (joko,)), (officials.address, (joko, "Ibu")),
    ):  # fmt: skip
        assert await refused(office, by("Admin Tambak", act, *arguments)) == "not_allowed"

    def no_admin(session: Session) -> None:
        budi = session.exec(
            select(Official).where(Official.name == "Budi Santoso", Official.office_id == "sumbang")
        ).one()
        units.add(session, MOMENT, budi, "Seksi Gelap")

    assert await refused(office, no_admin) == "not_allowed"
    assert await kinds(office) == before


async def test_policy_and_rules_take_what_their_models_take(office: Database) -> None:
    await office.write(by_admin(settings.change_policy, "gap_minutes", 90))
    await office.write(by_admin(settings.change_rules, "four_eyes", True))
    for act, field, value, key in (
        (settings.change_policy, "gap_minutes", 90, "setting_same"),
        (settings.change_policy, "gap_minutes", 100_000, "stale"),
        (settings.change_policy, "nothing", 1, "stale"),
        (settings.change_rules, "four_eyes", True, "setting_same"),
        (settings.change_rules, "message_texts_days", 1, "stale"),
    ):
        assert await refused(office, by_admin(act, field, value)) == key
    row = await office.read(lambda session: session.get_one(Office, "sumbang"))
    assert (policy_of(row).gap_minutes, rules_of(row).four_eyes) == (90, True)
    assert (row.policy, row.rules) == ({"gap_minutes": 90}, {"four_eyes": True})


@pytest.mark.parametrize("ends", ["sent", "skipped", "dead"])
async def test_a_links_text_is_forgotten_once_it_was_sent_or_never_will_be(office: Database, ends: str) -> None:
    def say(session: Session) -> int:
        outbox.say(
            session, bot_id=42, chat_id=1001, office_id="sumbang", template="manage_letter_text",
            params={"secret": TOKEN}, now=NOW,
        )  # fmt: skip
        return session.exec(select(Outbox.id).order_by(col(Outbox.id).desc())).first() or 0

    def end(session: Session) -> None:
        if ends == "sent":
            mark_sent(session, item, 7, NOW)
        elif ends == "skipped":
            mark_skipped(session, item, NOW)
        else:
            bury(session, item, "gone")

    item = await office.write(say)
    await office.write(end)
    assert await office.read(lambda session: session.get_one(Outbox, item).params) == {}


async def test_the_posts_on_offer_are_those_of_the_place(office: Database) -> None:
    whole = await office.read(lambda session: offered(session, "sumbang", "", NOW))
    assert {"camat", "sekcam", "pengelola"} <= {post.role for post in whole}
    assert {post.unit_id for post in whole} == {""}
    within = await office.read(lambda session: offered(session, "sumbang", "sekretariat", NOW))
    assert {post.role for post in within} >= {"kasi_kasubag", "staf"}


async def test_two_roles_of_one_name_are_one_button(office: Database) -> None:
    def body(session: Session) -> list[Post]:
        session.add(Unit(office_id="sumbang", id="sosial", name="Seksi Sosial", position=9))
        session.add(Seat(office_id="sumbang", official_id=1, role="kasubag_perencanaan", unit_id="sekretariat"))
        session.flush()
        return offered(session, "sumbang", "sosial", NOW)

    posts_there = await office.write(body)
    assert Post("kasi_kasubag", "sosial") in posts_there, "what the SOPs ask of every unit"
    assert Post("kasubag_perencanaan", "sosial") not in posts_there, "would be called Kasi Sosial too"
    assert Post("kasubag_perencanaan", "sekretariat") in await office.read(
        lambda session: offered(session, "sumbang", "sekretariat", NOW)
    )


def test_a_typed_title_names_a_role() -> None:
    assert typed("Kepala Puskesmas", "") == Post("kepala_puskesmas")
    assert typed("Kasi Émbung  3", "trantib") == Post("kasi_embung_3", "trantib")
    assert typed("😀", "") is None
    assert typed("3 Kasi", "") is None


def test_a_name_is_one_line_without_anything_hidden() -> None:
    assert as_name("  Siti\u200b \u202e Rahayu,\n S.Sos. ") == "Siti Rahayu, S.Sos."
    assert as_name("\u200b\u200d\ufeff") == ""
