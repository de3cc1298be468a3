"""What caused a transaction goes with what it leaves for later; what it put on record is noted, unless undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from storage import causes, outbox, timers
from storage.audit import record
from storage.causes import Deed
from storage.database import Database
from storage.tables import Outbox, Timer
from tests import sending
from tests.integration.storage.conftest import ANA, BOT, LEASE, NOW, OFFICE


def say(session: Session, template: str = "home") -> None:
    outbox.say(session, bot_id=BOT, chat_id=ANA, office_id=OFFICE, template=template, params={}, now=NOW)


async def test_what_is_said_and_put_down_keeps_its_cause(office: Database) -> None:
    def body(session: Session) -> None:
        causes.because(session, causes.cause_of_update(BOT, 77))
        say(session)
        timers.put(session, office_id=OFFICE, kind="nudge", key="a", fire_at=NOW)

    await office.write(body)
    cause = f"{BOT}:77"
    assert await office.read(lambda s: s.exec(select(Outbox.cause)).all()) == [cause]
    assert await office.read(lambda s: s.exec(select(Timer.cause)).all()) == [cause]
    claimed = await office.write(lambda s: sending.claim(s, BOT, NOW, NOW, LEASE, 10))
    assert [item.cause for item in claimed] == [cause]


async def test_a_cause_does_not_outlive_its_transaction(office: Database) -> None:
    def caused(session: Session) -> None:
        causes.because(session, causes.cause_of_timer(3))
        record(session, office_id=OFFICE, at=NOW, kind="office.loaded", payload={})

    await office.write(caused)
    assert await office.write(lambda s: (causes.cause_of(s), causes.deeds(s))) == (None, ())
    await office.write(say)
    assert await office.read(lambda s: s.exec(select(Outbox.cause)).all()) == [None]


async def test_deeds_are_noted_with_their_ids(office: Database) -> None:
    def body(session: Session) -> tuple[Deed, ...]:
        record(session, office_id=OFFICE, at=NOW, kind="task.send", payload={}, run_id=1, task_id=2)
        record(session, office_id=OFFICE, at=NOW + timedelta(1), kind="run.cancel", payload={}, run_id=1)
        return causes.deeds(session)

    assert await office.write(body) == (Deed("task.send", OFFICE, 1, 2), Deed("run.cancel", OFFICE, 1, None))


def refused(session: Session) -> None:
    with causes.all_or_nothing(session):
        record(session, office_id=OFFICE, at=NOW, kind="task.send", payload={})
        raise KeyError


async def test_what_a_savepoint_undid_was_never_done(office: Database) -> None:
    def body(session: Session) -> tuple[Deed, ...]:
        record(session, office_id=OFFICE, at=NOW, kind="office.loaded", payload={})
        with pytest.raises(KeyError):
            refused(session)
        with causes.all_or_nothing(session):
            record(session, office_id=OFFICE, at=NOW, kind="run.cancel", payload={})
        return causes.deeds(session)

    assert [deed.kind for deed in await office.write(body)] == ["office.loaded", "run.cancel"]
