"""One quarter, played from its first morning to the last archive, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlmodel import Session, col, select

from storage.tables import Outbox, Run, Timer
from tests.integration.quarter.cast import Place, places
from tests.integration.quarter.life import Life
from tests.integration.quarter.oracle import Oracle
from tests.integration.quarter.world import World
from tests.integration.workflow.town import Store
from workflow import audit_replay

FIRST, LAST = date(2027, 2, 15), date(2027, 4, 30)
EVE = datetime(2027, 2, 14, 12, 0, tzinfo=UTC)
END = datetime(2027, 4, 30, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Quarter:
    """A quarter that is over. ``unfinished`` are runs by office and number, ``audit`` what the replay finds wrong."""

    places: tuple[Place, ...]
    world: World
    life: Life
    oracle: Oracle
    unfinished: list[tuple[str, int]]
    given_up: list[tuple[str, str | None]]
    left_over: list[str]
    audit: list[str]


def play(store: Store, seed: int, *, all_everywhere: bool = False) -> Quarter:
    """Play the quarter with the manners and moods that a seed gives."""
    cast = places(all_everywhere=all_everywhere)
    world = World(store, EVE)
    life = Life(world, cast, seed)
    oracle = Oracle(world, cast, life.almanacs)
    life.begin(FIRST)
    oracle.watch_mornings(FIRST, LAST)
    wanted = sum(len(place.sops) for place in cast)

    def over() -> bool:
        if world.happened == over_at[0]:
            return False
        over_at[0] = world.happened
        statuses = store.write(lambda session: session.exec(select(Run.status)).all())
        return len(statuses) == wanted and all(status == "finished" for status in statuses)

    over_at = [0]
    world.run(END, over)
    world.settle()
    return store.write(lambda session: _sum_up(session, cast, world, life, oracle))


def _sum_up(session: Session, cast: tuple[Place, ...], world: World, life: Life, oracle: Oracle) -> Quarter:
    runs = session.exec(select(Run).where(Run.status != "finished")).all()
    dead = session.exec(select(Outbox).where(Outbox.status == "dead")).all()
    nudges = session.exec(select(Timer.key).where(col(Timer.run_id).is_not(None)).order_by(col(Timer.id))).all()
    audit = [str(fault) for place in cast for fault in audit_replay.verify(session, place.id)]
    return Quarter(
        cast, world, life, oracle, [(run.office_id, run.number) for run in runs],
        [(row.kind, row.template) for row in dead], list(nudges), audit,
    )  # fmt: skip


def diary(quarter: Quarter, chat: int) -> str:
    """Return what one official's phone showed and what they did, day by day, in their own time."""
    zone = quarter.life.people[chat].almanac.zone
    said = [
        (sent.at, 0, _shown(sent.text, sent.captions, silent=sent.silent))
        for sent in quarter.world.sent
        if sent.chat == chat
    ]
    done = [(at, 1, f"        > {what}") for at, who, what in quarter.life.moves if who == chat]
    lines, today = [], None
    for at, _, words in sorted(said + done, key=lambda entry: entry[:2]):
        local = at.astimezone(zone)
        if local.date() != today:
            today = local.date()
            lines.append(f"\n=== {local:%A %d %B %Y}")
        lines.append(f"{local:%H:%M} {words}")
    return "\n".join(lines)


def _shown(text: str, captions: tuple[str, ...], *, silent: bool) -> str:
    words = text.replace("\n", "\n        ") or "(a document)"
    buttons = f"\n        [{'] ['.join(captions)}]" if captions else ""
    return f"{'(silent) ' if silent else ''}{words}{buttons}"
