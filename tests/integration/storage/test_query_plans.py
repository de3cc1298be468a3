"""No statement of the bot's day grows slower with the past: each finds its rows by an index.

The statements are those of the real functions, noted while an office works; the database
holds thousands of finished runs of it and of others.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from sqlmodel import Session, col, select, text

from bot import outgoing
from storage import audit, file_rows, inbox, outbox, timers
from storage.database import Database
from storage.due_work import due_work
from storage.outbox import OutboxItem
from storage.queue_facts import queue_facts
from storage.tables import Extension, Pause, Run, Schedule, Task, Timer, metadata
from tests import sending
from tests.integration.storage.grown import copy_offices, copy_runs
from tests.integration.storage.plans import explained
from tests.integration.workflow.crowd import Crowd, press, who
from tests.integration.workflow.town import BOT, MORNING, Cast
from tests.unit.workflow import builders
from workflow import files
from workflow import timers as rules
from workflow.reminding import morning
from workflow.verbs import QuestionPress, Verb

RUNS, OFFICES = 150, 12
LEASE = timedelta(seconds=30)
LATER = MORNING + timedelta(hours=2)
MOST_ROWS = 100
"""What one step of a plan may touch: the live rows of one small office."""
GROWING = dict.fromkeys((set(metadata.tables) - {"bot", "lease", "setupcode", "adoptiondraft"}), "") | {
    "inbox": "ix_inbox_pending ix_inbox_pending_person ix_inbox_parked",
    "outbox": "ix_outbox_queued ix_outbox_queued_chat ix_outbox_sending ix_outbox_held ix_outbox_dead",
    "file": "ix_file_to_fetch",
}
"""The tables that grow, with their indexes over what is alive only."""
SOP = builders.definition(
    builders.step(1),
    builders.step(2, "upload", files={"min": 1, "max": 2}, standard_duration_source="120 Menit"),
    builders.hand_in(3, collector="secretary"),
    builders.decide(4, builders.outcome("on"), builders.outcome("back", returns_to=[2])),
    builders.step(5),
)


async def grown(database: Database, runs: int, offices: int) -> tuple[Crowd, Cast]:
    """Return an office whose run is at its second step, after many years and beside many offices."""
    crowd = Crowd(database)
    cast = await crowd.found(SOP)
    await database.write(lambda session: morning.ensure_all(session, MORNING))
    clerk = who(cast, "clerk")
    await crowd.tap(clerk, press(Verb.DO, await crowd.task(cast, 1)))
    await crowd.bring(clerk, "laporan.pdf")
    for words in ("/tugas", "/status 1"):
        await crowd.write(clerk, words)
    raws = [(number, number % 7, "{}") for number in range(30)]
    await database.write(lambda session: inbox.store_updates(session, BOT, raws, MORNING))
    await database.write(lambda session: what_is_over(session, cast))
    await database.write(lambda session: copy_runs(session, runs))
    await database.write(lambda session: copy_offices(session, offices))
    return crowd, cast


def what_is_over(session: Session, cast: Cast) -> None:
    """Add what a run and an office have had: a pause, a dispensation, a schedule."""
    text_id = audit.keep_text(session, cast.office, "Alasan", "0" * 16, MORNING).id
    who_ = cast.people[0].id
    task = session.exec(select(Task.id).where(Task.run_id == cast.run).limit(1)).one() or 0
    of_run: dict[str, Any] = {"office_id": cast.office, "run_id": cast.run, "reason_id": text_id}
    session.add(Pause(**of_run, started_at=MORNING, started_by=who_, ended_at=MORNING))
    session.add(
        Extension(**of_run, task_id=task, activation=9, asked_by=who_, asked_at=MORNING, until=MORNING, status="lapsed")
    )
    session.add(
        Schedule(
            office_id=cast.office, sop_id="invented", words="", starter_id=who_, created_by=who_, created_at=MORNING,
            active=False,
        )
    )  # fmt: skip


async def take_updates(database: Database) -> None:
    """What the inbox goes through."""
    await database.write(lambda session: inbox.store_updates(session, BOT, [(900, 3, "{}")], MORNING))
    items = await database.write(lambda session: inbox.claim(session, BOT, MORNING, LEASE, 5))
    await database.write(lambda session: inbox.put_off(session, BOT, MORNING, {6: 3.0}))
    await database.write(lambda session: inbox.renew(session, items[0], MORNING + LEASE))
    await database.write(lambda session: inbox.mark_failed(session, items[0], "x", MORNING))
    await database.write(lambda session: inbox.release(session, items[1]))
    await database.write(lambda session: inbox.mark_done(session, items[2].id, MORNING))
    await database.read(lambda session: inbox.list_parked(session, BOT))


async def deliver(database: Database) -> int:
    """What the outbox goes through: claimed, rendered, sent or put back; return how many were sent."""
    sent = 0
    while items := await database.write(lambda session: sending.claim(session, BOT, LATER, LATER, LEASE, 32)):
        for item in items:
            await database.read(partial(outgoing.prepare, item=item, default_language="id", now=LATER))
            await database.write(partial(outbox.mark_sent, item_id=item.id, message_id=1, now=LATER))
            sent += 1
    return sent


async def send_in_trouble(database: Database) -> None:
    """What the outbox goes through when Telegram or a process fails."""

    def claimed(session: Session) -> list[OutboxItem]:
        return sending.claim(session, BOT, LATER, LATER, LEASE, 3)

    items = await database.write(claimed)
    await database.write(lambda session: outbox.postpone(session, items[0], LATER))
    await database.write(lambda session: outbox.mark_uncertain(session, items[1], LATER))
    # The lease of the third has run out.
    await database.write(lambda session: sending.claim(session, BOT, LATER, LATER + 2 * LEASE, LEASE, 3))
    await database.write(lambda session: outbox.recover(session, BOT, items[0].fence + 1, LATER))
    chat = items[0].chat_id
    await database.write(lambda session: outbox.hold_chat(session, BOT, chat, LATER))
    await database.write(lambda session: outbox.release_chat(session, BOT, chat, LATER))
    await database.read(lambda session: outbox.list_dead(session, BOT))


async def let_time_pass(crowd: Crowd, cast: Cast) -> list[str]:
    """Fire one timer of each kind that the office has; return the kinds."""
    database, moment = crowd.database, crowd.moment()
    await database.read(lambda session: timers.due_ids(session, BOT, moment.now, 100))
    fired = []
    for kind in rules.FIRE:

        def fire(session: Session, kind: str = kind) -> bool:
            waiting = select(Timer).where(Timer.office_id == cast.office, Timer.kind == kind)
            timer = session.exec(waiting.order_by(col(Timer.fire_at)).limit(1)).first()
            if timer is None:
                return False
            timer.fire_at = moment.now
            session.flush()
            return rules.fire(session, moment, timer.id or 0) is not None

        if await database.write(fire):
            fired.append(kind)
    return fired


async def fetch(crowd: Crowd) -> None:
    """Let every file that waits arrive."""
    now = MORNING + timedelta(minutes=1)
    found = await crowd.database.write(lambda session: file_rows.claim_files(session, now, now, LEASE, 5, BOT))
    assert found
    for item in found:
        await crowd.database.write(
            partial(files.stored, file_id=item.id, sha256=f"{item.id:064x}", size=1000, kind="pdf", now=now, nonce="n")
        )


async def work(crowd: Crowd, cast: Cast) -> None:
    """Everything the officials of one office do on their phones in a day."""
    clerk, secretary = who(cast, "clerk"), who(cast, "secretary")
    for words in (
        "/start", "/tugas", "/status", "/status 1", "/berkas 1", "/riwayat 1", "/arsip", "/bantuan", "/profil",
        "/jadwal", "/kalender", "/delegasi", "/batal",
        "/ingatkan hari ini jam 20.00 telepon Bupati",
    ):  # fmt: skip
        await crowd.write(clerk, words)
    await crowd.tap(clerk, QuestionPress((await crowd.question(clerk)).id, "yes"))
    await crowd.write(who(cast, "admin"), "/kelola")
    await crowd.tap(clerk, press(Verb.DO, await crowd.task(cast, 2)))
    await fetch(crowd)
    for unit in ("north", "south"):
        head = who(cast, f"head-{unit}")
        await crowd.bring(head, "laporan.pdf")
        await fetch(crowd)
        await crowd.tap(head, press(Verb.DO, await crowd.task(cast, 3, "unit", unit)))
        await crowd.tap(secretary, press(Verb.DO, await crowd.task(cast, 3, "review", unit)))
    await crowd.tap(clerk, press(Verb.DECIDE, await crowd.task(cast, 4, "decision"), "back"))
    await crowd.write(clerk, "Mohon dilengkapi")
    await crowd.tap(clerk, QuestionPress((await crowd.question(clerk)).id, "send"))
    admin = who(cast, "admin")
    await crowd.write(admin, "/mulai")
    await crowd.write(admin, "TW I 2027")
    await crowd.tap(admin, QuestionPress((await crowd.question(admin)).id, "start"))
    await crowd.write(admin, "/tunda 1")
    await crowd.write(admin, "/batalkan 1")


async def test_no_statement_looks_through_what_is_over(database: Database) -> None:
    crowd, cast = await grown(database, RUNS, OFFICES)
    if database.__class__.__name__ == "PostgresDatabase":
        # As autovacuum does. SQLite's planner goes without statistics, as in an office.
        await database.write(lambda session: session.connection().execute(text("ANALYZE")) and None)
    assert await database.read(lambda session: len(session.exec(select(Run.id)).all())) > RUNS * OFFICES
    with explained(GROWING, most_rows=MOST_ROWS) as found:
        await take_updates(database)
        await work(crowd, cast)
        await send_in_trouble(database)
        assert await deliver(database) > 20
        await database.read(lambda session: queue_facts(session, LATER))  # what is asked every few seconds
        assert await database.read(lambda session: due_work(session, [BOT], LATER, LATER))  # and every second
        assert {"nudge", "morning", "personal"} <= set(await let_time_pass(crowd, cast))
    assert len(found.seen) >= 150
    assert not found.faults, "\n".join(sorted(set(map(str, found.faults))))


async def test_a_statement_that_looks_through_all_is_found(database: Database) -> None:
    await grown(database, 1, 1)
    with explained(GROWING, most_rows=MOST_ROWS) as found:
        await database.read(lambda session: session.exec(select(Task).where(col(Task.touched))).all())
    assert found.faults
