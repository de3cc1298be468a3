"""A copy of what is kept about somebody, and its erasure: the acts and the chain stay, tampering still shows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Table
from sqlmodel import Session, col, select, update

from storage import inbox, outbox
from storage.tables import (
    AuditEvent,
    Card,
    Chat,
    ErasableText,
    Inbox,
    Invitation,
    Official,
    Outbox,
    Pause,
    Question,
    Timer,
    metadata,
)
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import BOT, Store, Town
from tests.unit.workflow import builders
from workflow import audit_replay, enrolment, erasing, person_data
from workflow.erasing import Erased
from workflow.person_data import NobodyFound

FIRST_CHAT = 7_345_678_000
"""Accounts that nothing else in the database looks like."""
REASON, NOTE, OTHERS = "Menunggu edaran bupati", "jemput anak sekolah", "Hasilnya sudah masuk"
ADMINS = "Edarannya sudah ada"
OWN_NAME = "Kelinci Terbang"


@pytest.fixture
def town(store: Store) -> Town:
    return Town(store, first_chat=FIRST_CHAT)


@pytest.fixture
def desk(town: Town) -> Desk:
    """An office whose secretary has left traces of every kind."""
    desk = Desk(town, builders.step(1), builders.step(2, actor={**builders.step(1)["actor"], "role": "secretary"}))
    chat = desk.chat("secretary")
    desk.do(1)
    for name, words in (("secretary", REASON), ("head", OTHERS)):
        town.write(desk.chat(name), "/tunda 1")
        town.write(desk.chat(name), words)
        desk.answer(name, "send")
        town.write(desk.chat("admin"), f"/lanjutkan 1 {ADMINS}")
        desk.answer("admin", "send")
    town.write(chat, f"/ingatkan besok jam 9 {NOTE}")
    desk.answer("secretary", "yes")
    town.deliver()
    town.store.write(lambda s: _traces(s, desk, chat))
    town.write(chat, "/mulai")
    return desk


def _traces(session: Session, desk: Desk, chat: int) -> None:
    moment = desk.town.moment()
    official = _secretary(session)
    official.salutation, official.language, official.quiet = "Ibu", "en", {"from": "18:00", "until": "07:00"}
    official.name = OWN_NAME
    enrolment.invite(session, official.id or 0, "k" * 32, moment.now)
    enrolment.claim(session, moment, "k" * 32, chat + 500, "Akun Lain")
    raw = json.dumps({"message": {"from": {"id": chat, "first_name": OWN_NAME}}})
    inbox.store_updates(session, BOT, [(900, chat, raw), (901, chat + 1, "{}")], moment.now)
    session.exec(update(Inbox).values(status="done", done_at=moment.now))
    # Somebody else was once told who was first.
    outbox.say(
        session, bot_id=BOT, chat_id=desk.chat("head"), office_id="office", template="answer_refused",
        params={"key": "first_by", "facts": {"name": OWN_NAME}}, now=moment.now,
    )  # fmt: skip
    session.flush()
    session.exec(update(Outbox).where(col(Outbox.template) == "answer_refused").values(status="sent"))


def _secretary(session: Session) -> Official:
    return session.exec(
        select(Official).where(Official.office_id == "office", col(Official.name).in_(["secretary", OWN_NAME]))
    ).one()


def secretary(desk: Desk) -> Official:
    return desk.town.store.write(_secretary)


def erase(desk: Desk) -> Erased:
    moment = desk.town.moment()
    return desk.town.store.write(lambda s: erasing.erase(s, moment, _secretary(s)))


def holding(desk: Desk, *wanted: str) -> set[str]:
    """Return the tables and columns in which any of these texts stands."""

    def body(session: Session) -> set[str]:
        found = set()
        for table in metadata.sorted_tables:
            for row in session.execute(table.select()).mappings():
                for column, value in row.items():
                    words = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
                    if any(one in words for one in wanted):
                        found.add(f"{table.name}.{column}")
        return found

    return desk.town.store.write(body)


def faults(desk: Desk) -> list[str]:
    found: list[Any] = desk.town.store.write(lambda s: list(audit_replay.verify(s, "office")))
    return [fault.what for fault in found]


def test_nothing_of_the_account_stays_and_only_the_name_on_acts(desk: Desk) -> None:
    account = secretary(desk).telegram_id
    before = holding(desk, str(account))
    assert {"official.telegram_id", "card.chat_id", "chat.chat_id", "outbox.chat_id", "inbox.person", "inbox.raw",
            "question.chat_id"} <= before  # fmt: skip
    assert {"erasabletext.text"} <= holding(desk, REASON)
    assert faults(desk) == []

    done = erase(desk)
    assert (done.texts, done.reminders, done.updates, done.elsewhere) == (2, 1, 1, False)
    assert done.messages > 0
    # The chat of the stranger who opened the link has its answer still: no trace of the official.
    assert holding(desk, REASON, NOTE, "Akun Lain", str((account or 0) + 500)) == {"outbox.chat_id"}
    assert holding(desk, str(account)) == set()
    assert holding(desk, OWN_NAME) == {"official.name"}
    gone = secretary(desk)
    assert (gone.salutation, gone.language, gone.quiet) == (None, None, {})
    assert gone.active


def test_the_acts_and_what_others_wrote_stay_and_the_chain_verifies(desk: Desk) -> None:
    texts = [row.text for row in desk.town.rows(ErasableText)]
    assert OTHERS in texts
    pauses = desk.town.rows(Pause)
    erase(desk)
    assert faults(desk) == []
    assert [row.text for row in desk.town.rows(ErasableText) if row.text] == [ADMINS, OTHERS, ADMINS]
    assert desk.town.rows(Pause) == pauses
    last = desk.town.rows(AuditEvent, AuditEvent.kind == "person.erased")
    assert [json.loads(e.payload)["official"] for e in last] == [secretary(desk).id]
    assert len(json.loads(last[0].payload)["texts"]) == 2
    assert desk.town.rows(Timer, Timer.kind == "personal") == []


def test_an_erasure_is_told_from_tampering(desk: Desk) -> None:
    erase(desk)
    others = desk.town.rows(ErasableText, ErasableText.text == OTHERS)[0]

    def remove(session: Session) -> None:
        session.exec(update(ErasableText).where(col(ErasableText.id) == others.id).values(text=None, salt=None))

    desk.town.store.write(remove)
    assert faults(desk) == [f"text {others.id} was removed, and no erasure is on record"]

    def change(session: Session) -> None:
        session.exec(update(ErasableText).where(col(ErasableText.id) == others.id).values(text="lain", salt="x"))

    desk.town.store.write(change)
    assert f"text {others.id} was changed after it was recorded" in faults(desk)


def test_the_open_task_is_told_to_the_admin_and_comes_back_with_a_new_account(desk: Desk) -> None:
    erase(desk)
    assert desk.town.said(desk.chat("admin"))[-1][0] == "vacant_seat"
    account = FIRST_CHAT + 900

    def again(session: Session) -> None:
        session.add(Chat(bot_id=BOT, chat_id=account, changed_at=desk.town.now))
        enrolment.invite(session, _secretary(session).id or 0, "n" * 32, desk.town.now)

    desk.town.store.write(again)
    moment = desk.town.moment()
    desk.town.store.write(lambda s: enrolment.claim(s, moment, "n" * 32, account, "Baru"))
    admin = desk.town.rows(Official, Official.name == "admin")

    def confirm(session: Session) -> str:
        invitation = select(Invitation).where(Invitation.status == "claimed")
        found = session.exec(invitation).one()
        return enrolment.answer(session, moment, found.id or 0, admin, yes=True).key

    assert desk.town.store.write(confirm) == "done"
    task = desk.task(2)
    cards = desk.town.rows(Card, Card.task_id == task.id, Card.official_id == secretary(desk).id)
    assert [(card.chat_id, card.live) for card in cards] == [(account, True)]
    assert faults(desk) == []


def test_an_account_that_serves_another_office_keeps_what_that_office_needs(desk: Desk, town: Town) -> None:
    account = secretary(desk).telegram_id or 0
    other = town.found("other", builders.definition(builders.step(1)), ("north", "south"))

    def also(session: Session) -> None:
        row = Official(office_id=other.office, name="there too", telegram_id=account, language="id")
        session.add(row)
        outbox.say(
            session, bot_id=BOT, chat_id=account, office_id=other.office, template="home", params={"x": 1}, now=town.now
        )

    town.store.write(also)
    done = erase(desk)
    assert (done.elsewhere, done.updates) == (True, 0)
    assert len(town.rows(Chat, Chat.chat_id == account)) == 1
    assert [r.params for r in town.rows(Outbox, Outbox.chat_id == account)] == [{"x": 1}]
    assert [o.office_id for o in town.rows(Official, Official.telegram_id == account)] == ["other"]
    assert town.rows(Question, Question.official_id == secretary(desk).id) == []


def test_the_copy_holds_what_they_wrote_and_did_and_nobody_elses(desk: Desk) -> None:
    found = desk.town.store.write(lambda s: person_data.everything(s, _secretary(s)))
    copied = json.dumps(found, ensure_ascii=False)
    assert REASON in copied
    assert NOTE in copied
    assert OTHERS not in copied
    assert found["official"][0]["name"] == OWN_NAME
    assert [row["text"] for row in found["texts"]] == [REASON, NOTE]
    assert len(found["updates"]) == 1
    assert {row["role"] for row in found["seats"]} == {"secretary", "unit_head"}
    assert "token_hash" not in copied
    # Everything that names a person by their row is in it.
    named = {
        f"{table.name}.{key.parent.name}"
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "official"
    }
    for place in sorted(named):
        table, column = place.split(".")
        rows = desk.town.store.write(partial(_of_secretary, table=metadata.tables[table], column=column))
        if rows:
            assert any(secretary(desk).id in row.values() for section in found.values() for row in section), place


def _of_secretary(session: Session, table: Table, column: str) -> Sequence[Any]:
    return session.execute(table.select().where(table.c[column] == secretary_id(session))).all()


def secretary_id(session: Session) -> int:
    return _secretary(session).id or 0


def test_who_is_meant(desk: Desk) -> None:
    def find(who: str, office: str = "office") -> int | None:
        return desk.town.store.write(lambda s: person_data.find(s, office, who)).id

    known = secretary(desk).id
    assert find(OWN_NAME) == known
    assert find(str(known)) == known
    for who, office in (("Siapa", "office"), (OWN_NAME, "nowhere"), ("99999", "office"), ("", "office")):
        with pytest.raises(NobodyFound):
            find(who, office)

    def twin(session: Session) -> None:
        session.add(Official(office_id="office", name=OWN_NAME))

    desk.town.store.write(twin)
    with pytest.raises(NobodyFound, match=str(known)):
        find(OWN_NAME)
    assert find(str(known)) == known
