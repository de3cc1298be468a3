"""The office at work: everybody does what their phone asks for, unless they are away or have left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random

from tests.integration.quarter.life import Life, Somebody
from tests.integration.quarter.phones import Message, Move, Phone
from tests.integration.quarter.world import World
from tests.integration.year.book import Book, Term
from tests.integration.year.office import FIRST_CHATS, FIRST_HOLDERS, OFFICE, STEADY, place

RETURNS = 25
"""How often, of a hundred, a document is sent back once."""


class Colleagues(Life):
    """The office's people through a year. ``book`` knows who they are, ``notes`` what was seen of their lives."""

    def __init__(self, world: World, book: Book, seed: int) -> None:
        super().__init__(world, (place(),), seed)
        self.book, self.dice = book, Random(seed)
        self.almanac = self.almanacs[OFFICE]
        self.away: dict[str, list[tuple[date, date]]] = {}
        self.notes: list[tuple[datetime, str]] = []

    def open_the_office(self) -> None:
        """Load the office; everybody presses START, and works from the next morning on."""
        for who, chat in FIRST_CHATS.items():
            self.book.phones.append((who, chat, self.world.now))
        for post, who in FIRST_HOLDERS.items():
            self.book.seat(Term(post, who, self.world.now))
        self.world.found(self.places[0])
        self._each_morning()

    # Who they are now

    def has_phone(self, who: str, chat: int) -> None:
        """Somebody has a (new) phone; an older one of theirs is used no more."""
        old = self.book.chat(who, self.world.now)
        if old is not None:
            self.people.pop(old, None)
        self.book.phones.append((who, chat, self.world.now))
        person = self.people[chat] = Somebody(chat, who, self.almanac, STEADY)
        self._arrange(person, self.world.phone(chat))

    def is_gone(self, who: str) -> None:
        """Somebody has left the office and looks at it no more."""
        self.people.pop(self.book.chat(who, self.world.now) or 0, None)

    def is_away(self, who: str, first: date, last: date) -> None:
        """Somebody does not work from one day to another, both included."""
        self.away.setdefault(who, []).append((first, last))

    def note(self, words: str) -> None:
        """Write down what happened outside of Pandu."""
        self.notes.append((self.world.now, words))

    def at(self, day: date, clock: time, act: Callable[[], None]) -> None:
        """Let something happen on a day of the office."""
        self._at(self.almanac, day, clock, act)

    # How they work

    def _each_morning(self) -> None:
        def look() -> None:
            for person in list(self.people.values()):
                phone = self.world.phone(person.chat)
                phone.look_again()
                self._arrange(person, phone)
            self._each_morning()

        self.world.plan(self.almanac.next_morning(self.world.now) + timedelta(minutes=20), look)

    def _awake(self, person: Somebody, at: datetime) -> datetime:
        who, moved = self.book.person(person.chat, self.world.now), True
        while moved:
            moved = False
            for first, last in self.away.get(who, []):
                if first <= self.almanac.day(at) <= last:
                    back = datetime.combine(last + timedelta(days=1), time(0), self.almanac.zone)
                    at, moved = self.almanac.later(back, self.random.randint(15, 90)), True
        return at

    def _act(self, person: Somebody, move: Move) -> None:
        if person.chat not in self.people:
            return
        back = self._awake(person, self.world.now)
        if back > self.world.now:
            self.world.plan(back, lambda: self._act(person, move))
            return
        super()._act(person, move)

    def _choose(self, person: Somebody, move: Move) -> str:
        data = move.message.buttons.get("Kembalikan", "")
        if data and self.random.randrange(100) >= RETURNS:
            self.returned[data.split(":")[1]] += 1  # this one is not sent back
        return super()._choose(person, move)


class Hands:
    """One official's fingers: what the story makes them do, by captions and words as they stand on their phone."""

    def __init__(self, colleagues: Colleagues, who: str) -> None:
        self.colleagues, self.world, self.who = colleagues, colleagues.world, who

    @property
    def phone(self) -> Phone:
        chat = self.colleagues.book.chat(self.who, self.world.now)
        assert chat is not None, f"{self.who} has no phone"
        return self.world.phone(chat)

    def tap(self, words: str, *, on: str = "") -> None:
        """Press the newest button with (or beginning with, or containing) these words; Pandu must accept it."""
        message, caption = self.find(words, on)
        self.colleagues.moves.append((self.world.now, self.phone.chat, f"[{caption}]"))
        self.world.tap(self.phone.chat, message.buttons[caption])
        toast = self.world.toast
        assert toast is not None, "a tap without an answer"
        assert not toast.alert, f"{self.who} [{caption}]: {toast.key} {toast.params}"
        self.world.settle()

    def find(self, words: str, on: str = "") -> tuple[Message, str]:
        newest = [m for m in reversed(list(self.phone.messages.values())) if m.buttons and on in m.text]
        for fits in (str.__eq__, str.startswith, str.__contains__):
            for message in newest:
                for caption in message.buttons:
                    if fits(caption, words):
                        return message, caption
        raise AssertionError(f"{self.who} sees no [{words}]: {self.last()}")

    def write(self, words: str) -> None:
        self.colleagues.moves.append((self.world.now, self.phone.chat, f"“{words}”"))
        self.world.write(self.phone.chat, words)
        self.world.settle()

    def bring(self, name: str) -> None:
        self.world.bring(self.phone.chat, name)
        self.world.settle()

    def last(self) -> str:
        """Return what the bot said last."""
        return next((m.text for m in reversed(list(self.phone.messages.values())) if not m.mine), "")
