"""The few numbers about the queues say what is really there."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from storage import inbox, outbox, timers
from storage.database import Database
from storage.queue_facts import BotQueues, queue_facts
from storage.tables import Bot
from tests import sending
from tests.integration.storage.conftest import ANA, BOT, BUDI, LEASE, NOW, OFFICE

MINUTE = timedelta(minutes=1)
OTHER = BOT + 1


def say(session: Session, *, minutes: int = 0, bot: int = BOT, chat: int = ANA) -> None:
    outbox.say(
        session, bot_id=bot, chat_id=chat, office_id=OFFICE, template="home", params={}, now=NOW,
        due_at=NOW + minutes * MINUTE,
    )  # fmt: skip


async def test_an_idle_bot_has_empty_queues(office: Database) -> None:
    facts = await office.read(lambda session: queue_facts(session, NOW))
    assert facts.bots == {BOT: BotQueues()}
    assert facts.oldest_timer is None
    assert facts.longest_wait == timedelta()


async def test_only_what_waits_is_counted_each_bot_for_itself(office: Database) -> None:
    def body(session: Session) -> None:
        session.add(Bot(id=OTHER, username="other_bot"))
        say(session, minutes=-5)
        say(session, minutes=-2)
        say(session, minutes=30)
        say(session, minutes=-9, bot=OTHER)
        (sent, _) = sending.claim(session, OTHER, NOW, NOW, LEASE, 1) + sending.claim(session, BOT, NOW, NOW, LEASE, 1)
        outbox.mark_sent(session, sent.id, 1, NOW)
        say(session, minutes=-1, chat=BUDI)
        session.flush()
        outbox.hold_chat(session, BOT, BUDI, NOW)
        outbox.bury(session, 2, "no")
        inbox.store_updates(session, BOT, [(1, ANA, "{}"), (2, ANA, "{}")], NOW - MINUTE)
        (first,) = inbox.claim(session, BOT, NOW, LEASE, 10)
        inbox.mark_failed(session, first, "bad", NOW, max_tries=1)
        timers.put(session, office_id=OFFICE, kind="nudge", key="late", fire_at=NOW - 3 * MINUTE)
        timers.put(session, office_id=OFFICE, kind="nudge", key="soon", fire_at=NOW + MINUTE)

    await office.write(body)
    facts = await office.read(lambda session: queue_facts(session, NOW))
    # The one at the sender still counts: nobody knows yet that it is on the phone.
    assert facts.bots[BOT] == BotQueues(
        due=1, oldest_due=NOW - 5 * MINUTE, held=1, dead=1, pending=1, oldest_pending=NOW - MINUTE, parked=1
    )
    assert facts.bots[OTHER] == BotQueues()
    assert facts.age(facts.oldest_timer) == 3 * MINUTE
    assert facts.longest_wait == 5 * MINUTE
    assert facts.age(NOW + MINUTE) == timedelta(), "a clock that is behind makes no negative age"
