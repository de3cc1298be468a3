"""Whatever the people of one office hold, press and write: nothing of the other office is shown or changed.

Two offices in one database; the people of the second get random seats, dates, delegations and
rules, and then press and write at random, with ids of both offices. What is queued for them
is rendered, since a row only refers: no word that stands only in the first office may appear.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from handlers.dispatch import COMMANDS, handle
from handlers.incoming import Incoming, IncomingFile
from handlers.talk import Context
from messages.card import render_card
from messages.render import render
from storage.database import migrate
from storage.tables import Delegation, ErasableText, File, Office, Official, Outbox, Question, Run, Seat, Unit
from tests.integration.permissions.world import UNITS, World, contents
from tests.integration.workflow.town import BOT
from workflow import rights
from workflow.seats import settling
from workflow.seats.terms import Capacity
from workflow.verbs import Page, Press, QuestionPress, Verb

SECRET = "RAHASIA"
ROLES = ("head", "secretary", "clerk", "unit_head", "staff")
OPTIONS = ("yes", "no", "cancel", "send", "next", "edit", "skip", "choice-0", "period-0", "unit-south", "1", "0")
WORDS = ("12", "besok sampai Jumat", "TW I 2027", "besok jam 9", "Data belum lengkap", "2027-01-08", "09:00")


@dataclass(frozen=True, slots=True)
class Seating:
    """A seat that somebody of the second office gets besides their own; days count from now."""

    person: int
    role: str
    unit: str
    capacity: Capacity
    begins: int
    lasts: int


@dataclass(frozen=True, slots=True)
class Act:
    """One update of somebody of the second office."""

    person: int
    kind: str
    data: str
    later: int


class Isolation(World):
    """The world of the matrix; whatever the first office calls by a name of its own is a secret."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        with Session(self.engine) as session:
            office = session.get_one(Office, "own")
            office.name = f"Kecamatan {SECRET}"
            run = session.exec(select(Run).where(Run.office_id == "own")).one()
            run.title, run.period = f"Pelaksanaan {SECRET}", f"TW {SECRET}"
            for table, field in ((Official, "name"), (Unit, "name"), (File, "name"), (ErasableText, "text")):
                rows: Any = session.exec(select(table).where(table.office_id == "own")).all()
                for row in rows:
                    setattr(row, field, f"{SECRET} {getattr(row, field)}")
            session.commit()
            self.first = contents(session, "own")
        self.chats = [one.chat for one in self.casts["other"].people if one.chat is not None]
        self.buttons = [press[0] for presses in self.presses.values() for press in presses.values()]

    def play(
        self, seatings: list[Seating], delegations: list[tuple[int, int]], rules: dict[str, bool], acts: list[Act]
    ) -> None:
        """Let the second office do all this, look at each step, and undo it."""
        with self._undone() as session:
            self._seat(session, seatings, delegations, rules)
            now, shown = self.now, 0
            for number, act in enumerate(acts):
                now += timedelta(minutes=1 + act.later)
                self._do(session, act, Context(BOT, "pandu_bot", now, f"{number:08x}{now.minute:024x}", "id"))
                session.flush()
                assert contents(session, "own") == self.first, f"{act} changed the first office"
                shown = self._look(session, now, shown, act)

    def _seat(
        self, session: Session, seatings: list[Seating], delegations: list[tuple[int, int]], rules: dict[str, bool]
    ) -> None:
        cast = [one for one in self.casts["other"].people if one.chat is not None]
        people = [one.id for one in cast]
        for one in seatings:
            if (one.role, one.unit) in cast[one.person].seats:
                continue  # nobody is appointed to what they hold
            begins = self.now + timedelta(days=one.begins)
            session.add(
                Seat(
                    office_id="other", role=one.role, unit_id=one.unit, official_id=people[one.person], held=False,
                    capacity=one.capacity, starts_at=begins, ends_at=begins + timedelta(days=one.lasts),
                )
            )  # fmt: skip
        for giver, taker in delegations:
            session.add(
                Delegation(
                    office_id="other", from_id=people[giver], to_id=people[taker], starts_at=self.now,
                    ends_at=self.now + timedelta(days=3), created_at=self.now,
                )
            )  # fmt: skip
        session.get_one(Office, "other").rules = rules
        session.flush()
        settling.settle(session, "other", self.now)

    def _do(self, session: Session, act: Act, context: Context) -> None:
        chat = self.chats[act.person]
        update: dict[str, Any] = {"kind": "message", "message_id": 900 + int(context.nonce[:8], 16)}
        if act.kind == "tap":
            update = {"kind": "tap", "data": act.data, "callback_id": "1"}
        elif act.kind == "answer":
            question = session.get(Question, (BOT, chat))
            pressed = QuestionPress(question.id if question else "gone", act.data)
            update = {"kind": "tap", "data": str(pressed), "callback_id": "1"}
        elif act.kind == "file":
            update["file"] = IncomingFile("f", "document", act.data, 1000, None, None)
        else:
            head, _, argument = act.data.partition(" ")
            command = head[1:] if head.startswith("/") else None
            update |= {"text": act.data, "command": command, "argument": argument if command else ""}
        handle(session, Incoming(0, chat, chat, private=True, **update), context)

    def _look(self, session: Session, now: Any, shown: int, act: Act) -> int:
        """Read what was queued since: only for the second office's people, and without a secret."""
        newest = shown
        for row in session.exec(select(Outbox).where(col(Outbox.id) > shown).order_by(col(Outbox.id))).all():
            newest = row.id or 0
            if row.office_id == "own":
                continue  # queued before: the digest above covers what stands in the first office's name
            assert row.chat_id in self.chats or row.office_id is None, f"{act} wrote to chat {row.chat_id}"
            if row.file_id is not None:
                assert session.get_one(File, row.file_id).office_id != "own", f"{act} sent a file of the first office"
            if row.kind not in ("message", "card"):
                continue
            if row.kind == "card":
                words = render_card(session, row.card_id or 0, default_language="id", now=now)
            else:
                words = render(
                    session, row.template or "", row.params, office_id=row.office_id, chat_id=row.chat_id, bot_id=BOT,
                    default_language="id", now=now,
                )  # fmt: skip
            captions = " ".join(button.caption for line in words.keyboard for button in line)
            assert SECRET not in words.text + captions, f"{act} was shown the first office: {row.template}"
        return newest


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Isolation]:
    url = f"sqlite:///{tmp_path_factory.mktemp('isolation') / 'pandu.db'}"
    migrate(url)
    found = Isolation(url)
    yield found
    found.engine.dispose()


PEOPLE = st.integers(0, 8)
PRESSES = st.builds(
    Press,
    st.sampled_from([*Verb, *Page]),
    st.integers(0, 60),
    st.integers(0, 3),
    st.sampled_from(["", "approve", "yes", "new", "end", "units", "id", "official-3", "own", "other", "invented"]),
).map(str)


@st.composite
def acts(draw: st.DrawFn, buttons: list[Press]) -> Act:
    """One thing that somebody does; half of the buttons are such as stand on somebody's phone."""
    kind = draw(st.sampled_from(["tap", "tap", "answer", "answer", "words", "command", "file"]))
    data = {
        "tap": st.sampled_from(buttons).map(str) | PRESSES,
        "answer": st.sampled_from(OPTIONS),
        "words": st.sampled_from(WORDS),
        "command": st.builds(
            lambda name, argument: f"/{name} {argument}".strip(),
            st.sampled_from(sorted(COMMANDS)),
            st.sampled_from(["", "1", "2", "own", "2026", "Ahmad", "TW IV 2026", "besok"]),
        ),
        "file": st.sampled_from(["hasil.pdf", "foto.jpg", "data.xlsx"]),
    }
    return Act(draw(PEOPLE), kind, draw(data[kind]), draw(st.sampled_from([0, 0, 0, 600, 3 * 1440, 20 * 1440])))


SETTINGS: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@given(data=st.data())
@settings(max_examples=15, **SETTINGS)
def test_two_offices_know_nothing_of_each_other(world: Isolation, data: st.DataObject) -> None:
    play_at_random(world, data)


@pytest.mark.long
@given(data=st.data())
@settings(max_examples=400, **SETTINGS)
def test_two_offices_know_nothing_of_each_other_for_long(world: Isolation, data: st.DataObject) -> None:
    play_at_random(world, data)


@pytest.mark.parametrize("page", [Page.RUN, Page.HISTORY, Page.FILES])
def test_a_page_shown_across_offices_would_be_found(
    world: Isolation, monkeypatch: pytest.MonkeyPatch, page: Page
) -> None:
    """The test above can fail: with this right taken away, the first such press is found."""
    monkeypatch.setattr(rights, "viewer_of", lambda s, officials, run: (s.get(Run, run), officials[0]))
    with pytest.raises(AssertionError, match="was shown the first office"):
        world.play([], [], {}, [Act(0, "tap", str(world.presses["own"][page][0]), 0)])


def play_at_random(world: Isolation, data: st.DataObject) -> None:
    seatings = data.draw(
        st.lists(
            st.builds(
                Seating,
                PEOPLE,
                st.sampled_from(ROLES),
                st.sampled_from(["", *UNITS]),
                st.sampled_from(Capacity),
                st.integers(-20, 5),
                st.integers(1, 40),
            ),
            max_size=4,
            unique_by=lambda one: (one.person, one.role, one.unit),
        )
    )
    pairs = data.draw(st.lists(st.tuples(PEOPLE, PEOPLE).filter(lambda pair: pair[0] != pair[1]), max_size=1))
    rules = data.draw(st.fixed_dictionaries({"four_eyes": st.booleans(), "record_decisions": st.booleans()}))
    done = data.draw(st.lists(acts(world.buttons), min_size=1, max_size=10))
    world.play(seatings, pairs, rules, done)
