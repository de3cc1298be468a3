"""How officials work through a quarter: each in their own manner, by what their phone shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random

from tests.integration.quarter.almanac import Almanac
from tests.integration.quarter.cast import USUAL, Manner, Place
from tests.integration.quarter.phones import Message, Move, Phone
from tests.integration.quarter.world import World

ABOUT = re.compile(r"[a-z]+:(\d+):(\d+)")
RETURNS_OF_HUNDRED = 60
ASKS_FOR_TIME_OF_HUNDRED = 10
SUFFIXES = {"Excel": "xlsx", "PDF": "pdf", "Word": "docx"}


@dataclass
class Somebody:
    """One person with a phone: in one office, or in two."""

    chat: int
    name: str
    almanac: Almanac
    manner: Manner
    ready: dict[tuple[int, int], datetime] = field(default_factory=dict)
    arranged: set[tuple[int, str]] = field(default_factory=set)
    wanted: int = 0


class Life:
    """Everybody, doing what their phones ask for."""

    def __init__(self, world: World, places: tuple[Place, ...], seed: int) -> None:
        self.world, self.places, self.random = world, places, Random(seed)
        self.almanacs = {place.id: Almanac(place.zone) for place in places}
        self.people: dict[int, Somebody] = {}
        self.moves: list[tuple[datetime, int, str]] = []
        self.returned: Counter[str] = Counter()
        self.asked: set[tuple[int, int]] = set()
        for place in places:
            for name, chat in place.people.items():
                manner = place.manners.get(name, USUAL)
                self.people.setdefault(chat, Somebody(chat, f"{name} {place.id}", self.almanacs[place.id], manner))
        world.on_news = self._news

    def begin(self, first: date) -> None:
        """Found the offices, start every SOP on a morning of its own, let people fall away and come back."""
        for place in self.places:
            self.world.found(place)
        for place in self.places:
            for number, sop in enumerate(place.sops):
                self._plan_start(place, sop, first + timedelta(days=number))
        for person in self.people.values():
            if person.manner.blocked is not None:
                gone, back = person.manner.blocked
                self._at(person.almanac, gone, time(10), partial(self.world.block, person.chat, blocked=True))
                self._at(person.almanac, back, time(9), partial(self.world.block, person.chat, blocked=False))

        for person in self.people.values():
            self._look_each_morning(person)
        self._pause()
        self._local_holiday()

    def _pause(self) -> None:
        """Run 1 of the first office stands still from Wednesday to Tuesday."""
        secretary = self.people[self.places[0].people["sekcam"]]
        self._at(
            secretary.almanac, date(2027, 2, 24), time(10, 20),
            lambda: self._says(secretary, "/tunda 1 Menunggu data dari kabupaten", "Kirim alasan"),
        )  # fmt: skip
        self._at(
            secretary.almanac, date(2027, 3, 2), time(9),
            lambda: self._says(secretary, "/lanjutkan 1 Datanya sudah ada", "Lanjutkan"),
        )  # fmt: skip

    def _local_holiday(self) -> None:
        """The admin of the third office adds a day off in chat; from then on its people know of it."""
        place = self.places[2]
        admin = self.people[place.people["camat"]]

        def add() -> None:
            self._says(
                admin, "/kalender", "Tambah hari libur", "Jumat, 19 Maret 2027", "Ya", "Hari Jadi Kabupaten",
                "Ya, terapkan",
            )  # fmt: skip
            self.almanacs[place.id] = replace(self.almanacs[place.id], also_off=frozenset({date(2027, 3, 19)}))
            for person in self.people.values():
                if person.chat in place.people.values():
                    person.almanac = self.almanacs[place.id]

        self._at(admin.almanac, date(2027, 3, 17), time(8, 45), add)

    def _says(self, person: Somebody, *said: str) -> None:
        """Write and tap at once: what stands on a button is tapped, anything else written."""
        for words in said:
            self.world.settle()
            message = self.world.phone(person.chat).find(words)
            self.moves.append((self.world.now, person.chat, f"“{words}”"))
            if message is not None:
                self.world.tap(person.chat, message.buttons[words])
            else:
                self.world.write(person.chat, words)

    def _look_each_morning(self, person: Somebody) -> None:
        def look() -> None:
            phone = self.world.phone(person.chat)
            phone.look_again()
            self._arrange(person, phone)
            self._look_each_morning(person)

        morning = person.almanac.next_morning(self.world.now) + timedelta(minutes=self.random.randint(20, 90))
        self.world.plan(self._awake(person, morning), look)

    def _at(self, almanac: Almanac, day: date, clock: time, act: Callable[[], None]) -> None:
        self.world.plan(datetime.combine(day, clock, almanac.zone).astimezone(UTC), act)

    def _plan_start(self, place: Place, sop: str, day: date) -> None:
        starter = self.people[place.people["sekcam"]]

        def start() -> None:
            self.world.write(starter.chat, "/mulai")
            self.world.settle()
            phone = self.world.phone(starter.chat)
            newest = list(phone.messages.values())[-1]
            if "Batal" not in newest.buttons:
                title = next(caption for caption in newest.buttons if TITLES[sop] in caption)
                self.world.tap(starter.chat, newest.buttons[title])
                self.world.settle()
            self.world.write(starter.chat, "TW I 2027")
            self.world.settle()
            ready = phone.find("Mulai")
            assert ready is not None, list(phone.messages.values())[-1].text
            self.world.tap(starter.chat, ready.buttons["Mulai"])

        self._at(starter.almanac, day, time(8, 30), start)

    # Looking at the phone, and acting

    def _news(self, phone: Phone) -> None:
        person = self.people.get(phone.chat)
        if person is not None:
            self._arrange(person, phone)
            self._ask_for_time(person, list(phone.messages.values())[-1])

    def _ask_for_time(self, person: Somebody, newest: Message) -> None:
        """Once in a while somebody who is reminded asks for a dispensation instead."""
        about = _about(newest)
        if about is None or about in self.asked or not newest.text.startswith("Pengingat"):
            return
        if "Minta dispensasi" not in newest.buttons or self.random.randrange(100) >= ASKS_FOR_TIME_OF_HUNDRED:
            return
        self.asked.add(about)

        def ask() -> None:
            if "Minta dispensasi" in newest.buttons:
                self._tap(person, newest, "Minta dispensasi")

        self.world.plan(self._awake(person, person.almanac.later(self.world.now, 10)), ask)

    def _arrange(self, person: Somebody, phone: Phone) -> None:
        for move in phone.moves():
            key = (move.message.id, str(move))
            if key not in person.arranged:
                person.arranged.add(key)
                self.world.plan(self._when(person, move), partial(self._act, person, move))

    def _when(self, person: Somebody, move: Move) -> datetime:
        soon = self.world.now + timedelta(minutes=self.random.randint(1, 3))
        about = _about(move.message)
        if about is None:
            return soon
        if about not in person.ready:
            person.ready[about] = self._some_time(person)
            if self.random.randrange(100) < person.manner.acknowledges:
                noted = self._awake(person, person.almanac.later(self.world.now, self.random.randint(3, 60)))
                if noted < person.ready[about]:
                    self.world.plan(noted, lambda: self._acknowledge(person, about))
        return max(soon, person.ready[about])

    def _some_time(self, person: Somebody) -> datetime:
        manner, now = person.manner, self.world.now
        minutes = self.random.randint(*manner.delay)
        if self.random.randrange(100) < manner.late:
            minutes += self.random.randint(450, 3 * 450)
        at = person.almanac.later(now, minutes)
        if manner.evenings and self.random.randrange(3) == 0:
            local = at.astimezone(person.almanac.zone)
            at = local.replace(hour=19, minute=self.random.randrange(60)).astimezone(UTC)
        return self._awake(person, at)

    def _awake(self, person: Somebody, at: datetime) -> datetime:
        for away in (person.manner.away, person.manner.blocked):
            if away is not None and away[0] <= person.almanac.day(at) <= away[1]:
                back = datetime.combine(away[1] + timedelta(days=1), time(0), person.almanac.zone)
                at = person.almanac.later(back.astimezone(UTC), self.random.randint(15, 90))
        return at

    def _acknowledge(self, person: Somebody, about: tuple[int, int]) -> None:
        for message in self.world.phone(person.chat).messages.values():
            if _about(message) == about and "Saya tindak lanjuti" in message.buttons:
                self._tap(person, message, "Saya tindak lanjuti")
                return

    def _act(self, person: Somebody, move: Move) -> None:
        phone = self.world.phone(person.chat)
        person.arranged.discard((move.message.id, str(move)))
        now_possible = [m for m in phone.moves() if m.message is move.message and str(m) == str(move)]
        if now_possible and not phone.blocked:
            hold = self._meeting_first(person, move)
            if hold is not None:
                person.arranged.add((move.message.id, str(move)))
                self.world.plan(hold, lambda: self._act(person, move))
                return
            self._make(person, phone, now_possible[0])
            self.world.settle()
        self._arrange(person, phone)

    def _make(self, person: Somebody, phone: Phone, move: Move) -> None:
        phone.made(move, self.world.serial)
        if move.kinds:
            suffix = next((suffix for kind, suffix in SUFFIXES.items() if kind in move.kinds), "png")
            person.wanted = (_about(move.message) or (0, 0))[0]
            self.moves.append((self.world.now, person.chat, f"{move.message.step} {move}"))
            self.world.bring(person.chat, f"berkas-{self.world.serial}.{suffix}")
        elif move.types:
            answer = self._answer(person, move)
            self.moves.append((self.world.now, person.chat, f"“{answer}”"))
            self.world.write(person.chat, answer)
        else:
            self._tap(person, move.message, self._choose(person, move))

    def _choose(self, person: Somebody, move: Move) -> str:
        message, caption = move.message, move.caption
        for offered, data in message.buttons.items():
            if data.endswith(f":task-{person.wanted}"):
                return offered  # which of several tasks the file just sent is for
        if "Kembalikan" in message.buttons and caption != "Kembalikan":
            data = message.buttons["Kembalikan"].rpartition(":")[0]
            once = data.split(":")[1]
            if not self.returned[once] and self.random.randrange(100) < RETURNS_OF_HUNDRED:
                self.returned[once] += 1
                return "Kembalikan"
        return caption

    def _tap(self, person: Somebody, message: Message, caption: str) -> None:
        self.moves.append((self.world.now, person.chat, f"{message.step} [{caption}]"))
        self.world.tap(person.chat, message.buttons[caption])

    def _answer(self, person: Somebody, move: Move) -> str:
        match move.types:
            case "tanggalnya":
                held = person.almanac.days_later(self.world.now, 2)
                return f"{person.almanac.day(held):%d-%m-%Y}"
            case "jamnya":
                return "09.00"
            case "angkanya":
                return "3"
            case "satu per baris":
                return "Seksi Pemerintahan\nSeksi Trantib"
            case "waktunya":
                return "3 hari kerja lagi"
            case "alasannya":
                return "Mohon dilengkapi dahulu"
            case _:
                return "Aula Kecamatan"

    def _meeting_first(self, person: Somebody, move: Move) -> datetime | None:
        """Return until when the minutes of a meeting have to wait: it is not over yet."""
        found = MEETING.search(move.message.text)
        if found is None or not ("notulen" in move.message.text.casefold() or move.caption == "Rapat selesai"):
            return None
        day = date(int(found.group(3)), MONTHS.index(found.group(2)) + 1, int(found.group(1)))
        over = datetime.combine(day, time(10, 30), person.almanac.zone).astimezone(UTC)
        return over if over > self.world.now else None


MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
MEETING = re.compile(rf"[Tt]anggal[^:\n]*: \w+, (\d+) ({'|'.join(MONTHS)}) (\d{{4}})")
TITLES = {
    "sumbang-pengukuran-kinerja": "Sumbang",
    "candipuro-pengukuran-data-kinerja": "Candipuro",
    "dinsospermasdes-pengukuran-kinerja": "Dinsospermasdes",
    "tambak-evaluasi-kinerja": "Tambak",
    "sutera-pengukuran-kinerja": "Sutera",
}


def _about(message: Message) -> tuple[int, int] | None:
    """Return the task and the activation a card's buttons are for."""
    for data in message.buttons.values():
        found = ABOUT.match(data)
        if found:
            return int(found.group(1)), int(found.group(2))
    return None
