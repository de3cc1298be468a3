"""The same people in two offices under two bots: what they press and write at one bot never concerns the other's.

Each account of the first office is also one of the second. So every right would be there, if a
bot looked at the other's offices: nothing but the bot spoken to keeps them apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import Session, col, select

from handlers.dispatch import COMMANDS, handle
from handlers.incoming import Incoming
from handlers.talk import Context
from messages.card import render_card
from messages.render import render
from storage.database import migrate
from storage.tables import Bot, Chat, Office, Official, Outbox, metadata
from tests.integration.permissions.test_isolation import SECRET, Isolation
from tests.integration.permissions.world import contents
from tests.integration.workflow.town import BOT
from workflow.verbs import Press

OTHER = BOT + 1
BOTS = {"own": BOT, "other": OTHER}
APART = {"own": "other", "other": "own"}
WHO = ("head", "secretary", "clerk", "admin")
"""Between them they hold nearly every right."""


@dataclass(frozen=True, slots=True)
class Row:
    """Something that was queued to be said."""

    bot_id: int
    office_id: str | None
    template: str | None


@dataclass(frozen=True, slots=True)
class Came:
    """What one update came to: which offices changed, what was queued, and how that reads."""

    changed: list[str]
    rows: list[Row]
    words: str


class TwoBots(Isolation):
    """The world of the matrix, each office with a bot of its own and both with the same people."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        own = {one.name: one.chat for one in self.casts["own"].people}
        moved = {one.chat: own[one.name] for one in self.casts["other"].people if one.chat is not None}
        with Session(self.engine) as session:
            session.add(Bot(id=OTHER, username="lain_bot"))
            session.flush()
            session.get_one(Office, "other").bot_id = OTHER
            for official in session.exec(select(Official).where(Official.office_id == "other")).all():
                official.telegram_id = moved.get(official.telegram_id or 0)
            session.flush()
            for table in metadata.sorted_tables:
                if {"bot_id", "chat_id", "office_id"} <= set(table.columns.keys()):
                    for before, after in moved.items():
                        theirs = (table.c.office_id == "other") & (table.c.chat_id == before)
                        session.connection().execute(table.update().where(theirs).values(bot_id=OTHER, chat_id=after))
            session.add_all(Chat(bot_id=OTHER, chat_id=chat or 0, changed_at=self.now) for chat in moved.values())
            session.commit()
            self.held = {office: contents(session, office) for office in BOTS}
        self.people = {name: own[name] or 0 for name in WHO}

    def at(self, bot: int, name: str, update: dict[str, Any]) -> Came:
        """Let somebody act at a bot."""
        chat = self.people[name]
        context = Context(bot, "pandu_bot", self.now, "abcdef0123456789", "id")
        with self._undone() as session:
            newest = session.exec(select(Outbox.id).order_by(col(Outbox.id).desc()).limit(1)).first() or 0
            handle(session, Incoming(0, chat, chat, private=True, **update), context)
            session.flush()
            changed = [office for office, held in self.held.items() if contents(session, office) != held]
            rows = list(session.exec(select(Outbox).where(col(Outbox.id) > newest).order_by(col(Outbox.id))).all())
            words = " ".join(self._words(session, row) for row in rows)
            return Came(changed, [Row(row.bot_id, row.office_id, row.template) for row in rows], words)

    def _words(self, session: Session, row: Outbox) -> str:
        if row.kind == "card":
            words = render_card(session, row.card_id or 0, default_language="id", now=self.now)
        elif row.kind == "message":
            words = render(
                session, row.template or "", row.params, office_id=row.office_id, chat_id=row.chat_id,
                bot_id=row.bot_id, default_language="id", now=self.now,
            )  # fmt: skip
        else:
            return ""
        return words.text + " ".join(button.caption for line in words.keyboard for button in line)

    def pressed(self, bot: int, office: str) -> Iterator[tuple[str, Press, Came]]:
        """Let everybody press every button of an office at a bot."""
        for presses in self.presses[office].values():
            for press in presses:
                for name in self.people:
                    yield name, press, self.at(bot, name, {"kind": "tap", "data": str(press), "callback_id": "1"})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoBots]:
    url = f"sqlite:///{tmp_path_factory.mktemp('bots') / 'pandu.db'}"
    migrate(url)
    found = TwoBots(url)
    yield found
    found.engine.dispose()


@pytest.mark.parametrize("office", BOTS)
def test_a_button_pressed_at_another_bot_does_nothing_there(world: TwoBots, office: str) -> None:
    for name, press, came in world.pressed(BOTS[APART[office]], office):
        assert office not in came.changed, f"{name} changed {office} by {press} at the other bot"
        assert {row.office_id for row in came.rows} <= {APART[office], None}, f"{name} was told of {office} by {press}"
        assert {row.bot_id for row in came.rows} <= {BOTS[APART[office]]}
        assert office == "other" or SECRET not in came.words, f"{name} read of {office} by {press}"


@pytest.mark.parametrize("office", BOTS)
def test_the_same_buttons_do_their_work_at_their_own_bot(world: TwoBots, office: str) -> None:
    worked = set()
    for _, press, came in world.pressed(BOTS[office], office):
        assert came.changed in ([], [office])
        assert {row.bot_id for row in came.rows} <= {BOTS[office]}, f"{press} spoke through another bot"
        if came.changed:
            worked.add(press.verb)
    assert len(worked) > 20, worked


@pytest.mark.parametrize("office", BOTS)
def test_every_command_answers_for_the_offices_of_its_bot_only(world: TwoBots, office: str) -> None:
    for command in COMMANDS:
        for name in world.people:
            for argument in ("", "1"):
                update = {"kind": "message", "text": f"/{command} {argument}", "command": command, "argument": argument}
                came = world.at(BOTS[office], name, update)
                assert APART[office] not in came.changed, f"/{command} {argument} of {name}"
                assert {row.office_id for row in came.rows} <= {office, None}, f"/{command} {argument} of {name}"
                assert {row.bot_id for row in came.rows} <= {BOTS[office]}
                assert office == "own" or SECRET not in came.words, (
                    f"/{command} {argument} showed {name} the other office"
                )


def test_who_sits_in_an_office_of_another_bot_only_is_a_stranger(world: TwoBots) -> None:
    with Session(world.engine) as session:
        clerk = session.exec(select(Official).where(Official.office_id == "other", Official.name == "clerk")).one()
        clerk.active = False
        session.commit()
        try:
            came = world.at(OTHER, "clerk", {"kind": "message", "text": "/tugas", "command": "tugas"})
            assert [row.template for row in came.rows] == ["stranger"]
            came = world.at(BOT, "clerk", {"kind": "message", "text": "/tugas", "command": "tugas"})
            assert "stranger" not in [row.template for row in came.rows]
        finally:
            clerk.active = True
            session.commit()
