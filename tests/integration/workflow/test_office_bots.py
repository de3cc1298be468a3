"""Which bot serves an office: how that comes about, and through whom things are said from then on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from bot import first_admin
from handlers.dispatch import handle
from handlers.incoming import Incoming
from handlers.talk import Context
from sop_definitions.errors import SopErrors
from storage import outbox
from storage.database import Database
from storage.tables import Bot, Card, Chat, Invitation, Office, Official, Outbox
from tests.integration.workflow.offices import NOW, SUMBANG
from tests.integration.workflow.town import BOT, SqliteStore, Town
from tests.unit.workflow.builders import definition, step
from workflow import cards, enrolment, founding, moved_office, office_bots, office_invitations, people
from workflow.enrolment import Claim
from workflow.founding import Founding
from workflow.moment import Moment
from workflow.office_file.apply import Report, apply
from workflow.office_file.export import export_office
from workflow.office_file.loading import load_text

ONE, TWO = 41, 42
TOKEN, WATI = "Wb3kPq7Zx1_t-Rn9sYv4Lc2H", 1004


def bots(session: Session) -> None:
    session.add_all([Bot(id=ONE, username="satu_bot"), Bot(id=TWO, username="dua_bot")])
    session.flush()


def load_with_bots(session: Session) -> None:
    bots(session)
    load(session)
    office_bots.bind_free(session)


def load_with_one(session: Session) -> None:
    session.add(Bot(id=ONE, username="satu_bot"))
    load(session)


def load(session: Session, bot: str = "") -> Report:
    text = SUMBANG.replace("timezone: Asia/Jakarta", f"timezone: Asia/Jakarta, bot: '{bot}'") if bot else SUMBANG
    return apply(session, load_text(text, "office.yaml"), NOW)


async def bound(database: Database) -> int | None:
    return await database.read(lambda s: s.get_one(Office, "sumbang").bot_id)


async def test_where_there_is_one_bot_it_serves_every_office(database: Database) -> None:
    await database.write(load)
    assert await bound(database) is None, "no bot has run yet"
    await database.write(lambda s: s.add(Bot(id=ONE, username="satu_bot")))
    await database.write(office_bots.bind_free)
    assert await bound(database) == ONE


async def test_of_several_bots_none_takes_an_office_unasked(database: Database) -> None:
    await database.write(load_with_bots)
    assert await bound(database) is None
    assert await database.read(lambda s: office_bots.moment_of(s, "sumbang", NOW)) is None


async def test_the_file_names_the_bot_and_nothing_more_is_to_do_the_second_time(database: Database) -> None:
    await database.write(bots)
    assert await database.write(lambda s: load(s, "@Dua_Bot").changes)
    assert await bound(database) == TWO
    assert await database.write(lambda s: load(s, "dua_bot").changes) == ()
    assert await database.write(lambda s: load(s).changes) == (), "a file that says nothing leaves it"
    text = await database.read(lambda s: export_office(s, "sumbang", NOW, with_accounts=True))
    assert "bot: dua_bot" in text
    assert await database.write(lambda s: apply(s, load_text(text, "office.yaml"), NOW).changes) == ()


async def test_with_one_bot_the_exported_file_does_not_speak_of_it(database: Database) -> None:
    await database.write(load_with_one)
    assert await bound(database) == ONE
    assert "bot:" not in await database.read(lambda s: export_office(s, "sumbang", NOW))


async def test_a_bot_that_never_ran_is_a_fault_of_the_file(database: Database) -> None:
    await database.write(bots)
    with pytest.raises(SopErrors, match=r"tiga_bot.*belum dikenal"):
        await database.write(lambda s: load(s, "tiga_bot"))


async def test_the_first_link_opened_binds_the_office_and_other_bots_do_not_know_its_links(database: Database) -> None:
    def invited(session: Session) -> None:
        bots(session)
        load(session)
        wati = session.exec(select(Official).where(Official.name == "Wati Lestari")).one()
        enrolment.invite(session, wati.id or 0, TOKEN, NOW)

    def opened(session: Session, bot_id: int) -> Claim:
        return enrolment.claim(session, Moment(bot_id, NOW, "ab" * 16), TOKEN, WATI, "Wati")

    await database.write(invited)
    await database.write(lambda s: setattr(s.get_one(Office, "sumbang"), "bot_id", ONE))
    assert await database.write(lambda s: opened(s, TWO)) == Claim.UNKNOWN
    assert await database.read(lambda s: s.exec(select(Invitation.status)).one()) == "open", "it was not used up"
    await database.write(lambda s: setattr(s.get_one(Office, "sumbang"), "bot_id", None))
    assert await database.write(lambda s: opened(s, TWO)) == Claim.WAITING
    assert await bound(database) == TWO
    asked = await database.read(lambda s: s.exec(select(Outbox.bot_id)).all())
    assert set(asked) == {TWO}


async def test_a_link_leads_to_the_offices_own_bot(database: Database) -> None:
    def letter(session: Session) -> str:
        wati = session.exec(select(Official).where(Official.name == "Wati Lestari")).one()
        return office_invitations.letter(session, wati.id or 0, TOKEN, NOW).link

    await database.write(load_with_bots)
    with pytest.raises(office_invitations.NotInvited, match="belum terikat"):
        await database.write(letter)
    await database.write(lambda s: load(s, "dua_bot"))
    assert await database.write(letter) == f"https://t.me/dua_bot?start={TOKEN}"


async def test_the_first_admin_may_found_the_office_through_any_bot(database: Database) -> None:
    await database.write(bots)
    line = await database.write(lambda s: first_admin.offer(s, TOKEN, NOW))
    assert line is not None
    assert "t.me/satu_bot?start=setup_" in line
    assert "t.me/dua_bot?start=setup_" in line

    def found(session: Session) -> None:
        code = founding.open_code(session, TOKEN, 1002, NOW)
        wanted = Founding("Kecamatan Sumbang", "Kabupaten Banyumas", "Asia/Jakarta", "Siti Rahayu", "Ibu", None)
        founding.found(session, Moment(TWO, NOW, "ab" * 16), code, wanted)

    await database.write(found)
    assert await bound(database) == TWO


async def test_at_another_bot_officials_are_strangers(database: Database) -> None:
    await database.write(bots)
    await database.write(lambda s: load(s, "satu_bot"))

    def says(session: Session, bot_id: int) -> list[str | None]:
        context = Context(bot_id, "bot", NOW, "ab" * 16, "id")
        update = Incoming(0, 1001, 1001, private=True, kind="message", text="/tugas", command="tugas")
        handle(session, update, context)
        said = select(Outbox.template).where(Outbox.bot_id == bot_id).order_by(col(Outbox.id).desc()).limit(1)
        return list(session.exec(said))

    assert await database.write(lambda s: says(s, TWO)) == ["stranger"]
    assert await database.write(lambda s: says(s, ONE)) != ["stranger"]


def test_an_office_that_moves_to_another_bot_takes_with_it_what_is_to_be_said(sqlite_url: str) -> None:
    store = SqliteStore(sqlite_url)
    town = Town(store)
    cast = town.found("office", definition(step(1), step(2)), ("north",))
    town.start(cast)
    town.deliver()
    town.start(cast, "TW I 2027")

    def body(session: Session) -> None:
        session.add(Bot(id=TWO, username="dua_bot"))
        session.flush()
        office = session.get_one(Office, "office")
        before = list(session.exec(select(Card).where(col(Card.live))).all())
        shown = [card.message_id for card in before if card.message_id is not None]
        assert {card.bot_id for card in before} == {BOT}
        assert shown, "some cards are on phones already"
        moved_office.to_bot(session, office, TWO)
        cards.reconcile_office(session, "office", town.now + timedelta(minutes=1))
        assert {card.bot_id for card in session.exec(select(Card).where(col(Card.live)))} == {TWO}
        waiting = session.exec(select(Outbox).where(Outbox.status == "queued")).all()
        assert {row.bot_id for row in waiting if row.kind in ("card", "message")} == {TWO}
        taken = [row for row in waiting if row.kind == "strip"]
        assert {row.bot_id for row in taken} == {BOT}, "the old bot takes away the buttons that it sent"
        assert sorted(row.message_id or 0 for row in taken) == sorted(shown)

    store.write(body)
    store.close()


async def test_who_can_be_reached_is_a_matter_of_the_offices_bot(database: Database) -> None:
    def body(session: Session) -> tuple[bool, bool]:
        bots(session)
        load(session, "satu_bot")
        outbox.hold_chat(session, TWO, 1001, NOW)
        session.add(Chat(bot_id=ONE, chat_id=1001, changed_at=NOW))
        session.flush()
        ahmad = session.exec(select(Official).where(Official.telegram_id == 1001)).one()
        joined = people.joined(session, ahmad)
        session.get_one(Office, "sumbang").bot_id = TWO
        return joined, people.joined(session, ahmad)

    assert await database.write(body) == (True, False)
