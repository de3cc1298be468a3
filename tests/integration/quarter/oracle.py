"""What the policy promises, reckoned anew from the rows and the almanac, and held against every message sent.

Written from the operator guide and the policy's own words, not from the code that reminds:
who is told of what is worked out here once more, by the plainest means.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from sqlmodel import Session, col, select

from storage.tables import Adoption, Chat, Official, Pause, Run, Seat, Task
from tests.integration.quarter.almanac import Almanac
from tests.integration.quarter.cast import Place
from tests.integration.quarter.deadlines import Pauses, deadline, touched
from tests.integration.quarter.world import Sent, World
from tests.integration.workflow.town import BOT
from workflow.adoption import load
from workflow.run_times import load_run_times

FLOOR = 60
GAP = timedelta(minutes=60)
SPREAD = timedelta(minutes=15)
UNACKNOWLEDGED, INCOMPLETE, WITHOUT_WAKTU = 1, 2, 10
HEAD, SECRETARY = "camat", "sekcam"
SIDE = ("receipt", "invitation")
OF_THEMSELVES = ("digest", "deadlines_moved", "meeting_reminder", "unreachable", "unit_reminder", "checkpoint")
"""Messages the bot sends of its own accord, which nobody is to get outside working time."""

HAPPENED = {
    "run_paused": "pause", "extension_decided": "dispensation", "deadlines_moved": "moved deadline",
    "meeting_reminder": "meeting", "unreachable": "blocked",
}  # fmt: skip
"""Messages that show that something of the kind has happened."""
LINE = re.compile(r"\(langkah (\d+) · No\. (\d+)\)")
CONCERNS = "Mohon perhatian"


@dataclass(frozen=True)
class Open:
    """An open task as the oracle sees it: its run's number, its holders' chats, whom its delay is told."""

    run: int
    task: Task
    since: datetime
    due: datetime | None
    pauses: Pauses
    holders: set[int]
    reachable: bool
    told: frozenset[int]


@dataclass
class Oracle:
    """Watches a world; ``faults`` is what broke a promise, in words."""

    world: World
    places: tuple[Place, ...]
    almanacs: dict[str, Almanac]
    faults: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    """How often each promise was put to the test, so that none is kept only because nothing happened."""

    def __post_init__(self) -> None:
        self.offices_of: dict[int, list[str]] = defaultdict(list)
        for place in self.places:
            for chat in set(place.people.values()):
                self.offices_of[chat].append(place.id)
        self._first_card: dict[tuple[int, int, int], datetime] = {}
        self._nudged: dict[int, datetime] = {}
        self._reminded: set[tuple[int, int | None, int, str, datetime | None]] = set()
        self._mornings: Counter[tuple[int, date]] = Counter()
        self._known: dict[str, tuple[tuple[datetime, int], list[Open]]] = {}
        self.world.on_sent = self.sent

    # Each message

    def sent(self, sent: Sent) -> None:
        """Check one message at the moment it is sent."""
        if sent.kind in ("card", "document") and sent.office is not None and not sent.reminder:
            self._sound(sent)
        if sent.kind == "card" and not sent.reminder:
            self._first_card.setdefault((sent.chat, sent.task or 0, sent.activation), self.world.now)
        if sent.kind == "card" and sent.reminder:
            self._card_reminder(sent)
        self.seen[HAPPENED.get(sent.template, sent.template)] += 1
        if sent.template in OF_THEMSELVES:
            self._in_working_time(sent)
        if sent.template == "digest":
            self._digest(sent)

    def _sound(self, sent: Sent) -> None:
        is_open = self.almanacs[sent.office or ""].is_open(self.world.now)
        self.seen["card by day" if is_open else "card by night"] += sent.kind == "card"
        if not is_open and not sent.silent:
            self._fault(sent, "made a sound outside working time")
        if is_open and sent.silent and sent.kind == "card":
            self._fault(sent, "was silent in working time")

    def _card_reminder(self, sent: Sent) -> None:
        self.seen["reminder"] += 1
        almanac = self.almanacs[sent.office or ""]
        if not almanac.is_open(self.world.now):
            self._fault(sent, "reminded outside its office's working time")
        due = self.world.store.write(lambda session: self._due_of(session, sent))
        key = (sent.chat, sent.task, sent.activation, sent.reminder, due)
        if key in self._reminded:
            self._fault(sent, f"reminded twice of {sent.reminder}")
        self._reminded.add(key)
        shown = self._first_card.get((sent.chat, sent.task or 0, sent.activation))
        if shown is None or almanac.worked(shown, self.world.now) < FLOOR:
            self._fault(sent, f"reminded sooner than the floor after {shown}")
        if sent.silent:
            self._fault(sent, "reminded without a sound")
        self._gap(sent)

    def _due_of(self, session: Session, sent: Sent) -> datetime | None:
        """Return a task's deadline as it is now: one that moved is reminded of anew."""
        return next((one.due for one in self._open(session, sent.office or "") if one.task.id == sent.task), None)

    def _in_working_time(self, sent: Sent) -> None:
        if not any(self.almanacs[office].is_open(self.world.now) for office in self.offices_of[sent.chat]):
            self._fault(sent, "was told of the bot's own accord outside working time")

    def _gap(self, sent: Sent) -> None:
        before = self._nudged.get(sent.chat)
        if before is not None and self.world.now - before < GAP:
            self._fault(sent, f"reminded again {self.world.now - before} after {before}")
        self._nudged[sent.chat] = self.world.now

    def _digest(self, sent: Sent) -> None:
        self._gap(sent)
        offices = self.offices_of[sent.chat]
        morning = [office for office in offices if self._within_morning(self.almanacs[office], self.world.now)]
        if morning:
            self.seen["digest"] += 1
            key = (sent.chat, self.almanacs[offices[0]].day(self.world.now))
            self._mornings[key] += 1
            if self._mornings[key] > 1:
                self._fault(sent, "got a second digest in one morning")
        own, concerns = _lines(sent.text)
        expected = self.world.store.write(lambda session: self._expected_lines(session, sent.chat))
        self.seen["concern"] += len(concerns)
        if concerns != expected and "lagi, selengkapnya" not in sent.text:
            self._fault(sent, f"was told of {sorted(concerns.items())}, the policy says {sorted(expected.items())}")
        known = self.world.store.write(lambda session: self._owed_by(session, sent.chat))
        self.seen["own line"] += len(own)
        for line in own - Counter(known):
            self._fault(sent, f"was reminded of {line}, which is not theirs, not open, or too fresh")
        if morning and "lagi, selengkapnya" not in sent.text:
            overdue = self.world.store.write(lambda session: self._owed_by(session, sent.chat, overdue=True))
            for line in Counter(overdue) - own:
                self._fault(sent, f"was not reminded of {line}, which is overdue")

    def _within_morning(self, almanac: Almanac, at: datetime) -> bool:
        day = almanac.day(at)
        return almanac.works(day) and timedelta() <= at - almanac.opening(day) <= SPREAD + timedelta(minutes=1)

    # Each morning

    def watch_mornings(self, first: date, last: date) -> None:
        """Once all digests of a morning are out, see that nobody was left out."""
        for office, almanac in self.almanacs.items():
            day = first
            while day <= last:
                if almanac.works(day):
                    at = almanac.opening(day)
                    before: dict[int, bool] = {}
                    self.world.plan(at, partial(self._look, office, before))
                    over = max(self.almanacs[o].opening(day) for o in self.almanacs if self.almanacs[o].works(day))
                    self.world.plan(
                        over + SPREAD + timedelta(minutes=2),
                        partial(self._complete, office, before, day),
                    )
                day += timedelta(days=1)

    def _look(self, office: str, before: dict[int, bool]) -> None:
        for chat in self._chats(office):
            before[chat] = self._has_to_be_told(chat)

    def _complete(self, office: str, before: dict[int, bool], day: date) -> None:
        for chat in self._chats(office):
            if before.get(chat) and self._has_to_be_told(chat):
                self.seen["morning owed"] += 1
                if not self._mornings[chat, day]:
                    self.faults.append(f"{self.world.now:%d %b %H:%M} {chat}: got no digest on {day}, but was owed one")

    def _has_to_be_told(self, chat: int) -> bool:
        def look(session: Session) -> bool:
            known = session.get(Chat, (BOT, chat))
            if known is None or not known.reachable:
                return False
            return bool(self._expected_lines(session, chat)) or bool(self._owed_by(session, chat, overdue=True))

        return self.world.store.write(look)

    def _chats(self, office: str) -> list[int]:
        return [chat for chat, offices in self.offices_of.items() if offices[0] == office]

    # What the policy says, from the rows

    def _expected_lines(self, session: Session, chat: int) -> Counter[tuple[int, int]]:
        """Return step and run of everything one person is to be told of others' delays now."""
        found: Counter[tuple[int, int]] = Counter()
        for office in self.offices_of[chat]:
            if not self._working_day_runs(office):
                continue
            me = session.exec(select(Official).where(Official.office_id == office, Official.telegram_id == chat)).one()
            for one, _ in self._overdue(session, office):
                found[one.task.step, one.run] += me.id in one.told
        return +found

    def _working_day_runs(self, office: str) -> bool:
        almanac, now = self.almanacs[office], self.world.now
        day = almanac.day(now)
        return almanac.works(day) and almanac.opening(day) <= now < almanac.closing(day)

    def _open(self, session: Session, office: str) -> list[Open]:
        """Return an office's open tasks with what counts for them; looked up once as long as nothing happens."""
        state = self.world.now, self.world.happened
        known = self._known.get(office)
        if known is None or known[0] != state:
            query = select(Run, Task).join(Task, col(Task.run_id) == Run.id).where(
                Run.office_id == office, Run.status == "open", col(Run.paused_at).is_(None), Task.status == "open",
                col(Task.part).not_in(SIDE), col(Task.sending).is_(None),
            )  # fmt: skip
            rows = session.exec(query).all()
            known = self._known[office] = (state, [self._facts(session, office, run, task) for run, task in rows])
        return known[1]

    def _facts(self, session: Session, office: str, run: Run, task: Task) -> Open:
        holders = self._holders(session, task)
        since = self._since(session, run, task)
        pauses = [
            (p.started_at, p.ended_at or datetime.max.replace(tzinfo=since.tzinfo))
            for p in session.exec(select(Pause).where(Pause.run_id == run.id).order_by(col(Pause.started_at))).all()
        ]
        due = deadline(session, self.almanacs[office], run, task, since, pauses)
        reachable = any(self._reachable(session, one) for one in holders)
        told = self._told(session, office, holders)
        return Open(run.number, task, since, due, pauses, {one.telegram_id or 0 for one in holders}, reachable, told)

    def _overdue(self, session: Session, office: str) -> list[tuple[Open, str]]:
        found = [(one, self._reason(self.almanacs[office], one)) for one in self._open(session, office)]
        return [(one, reason) for one, reason in found if reason]

    def _reason(self, almanac: Almanac, one: Open) -> str:
        if one.due is None and self._days_since(almanac, one.since, one, self.world.now) < WITHOUT_WAKTU:
            return ""
        if one.due is not None and one.due >= self.world.now:
            return ""
        if not one.reachable:
            return "unreachable"
        if one.due is None:
            self.seen["without waktu"] += 1
            return "incomplete"
        days = self._days_since(almanac, one.due, one, self.world.now)
        if days >= INCOMPLETE:
            return "incomplete"
        noticed = one.task.acknowledged_at is not None or one.task.touched
        return "unacknowledged" if days >= UNACKNOWLEDGED and not noticed else ""

    def _days_since(self, almanac: Almanac, at: datetime, one: Open, now: datetime) -> int:
        """Count the whole working days since a moment; a day that a pause of the run touched is none."""
        days, day = 0, almanac.day(at)
        while True:
            day += timedelta(days=1)
            if not almanac.works(day) or touched(almanac, day, at, one.pauses):
                if day > almanac.day(now):
                    return days
                continue
            if datetime.combine(day, at.astimezone(almanac.zone).time(), almanac.zone) > now:
                return days
            days += 1

    def _reachable(self, session: Session, official: Official) -> bool:
        chat = session.get(Chat, (BOT, official.telegram_id or 0))
        return chat is not None and chat.reachable

    def _told(self, session: Session, office: str, holders: list[Official]) -> frozenset[int]:
        heads, secretaries = self._seated(session, office, HEAD), self._seated(session, office, SECRETARY)
        owing = {one.id or 0 for one in holders}
        if owing & heads:
            told = set(secretaries)
        else:
            told = {one for owner in owing for one in (heads if owner in secretaries else secretaries)}
        return frozenset(told - owing)

    def _seated(self, session: Session, office: str, role: str, unit: str = "") -> set[int]:
        seats = session.exec(select(Seat).where(Seat.office_id == office, Seat.role == role)).all()
        return {seat.official_id for seat in seats if not unit or seat.unit_id == unit}

    def _holders(self, session: Session, task: Task) -> list[Official]:
        ids: set[int] = set()
        if task.assigned_to is not None:
            ids = {task.assigned_to}
        else:
            for role in task.roles[:1] if task.unit_id else task.roles:
                ids |= self._seated(session, task.office_id, role, task.unit_id)
        return [session.get_one(Official, one) for one in sorted(ids)]

    def _owed_by(self, session: Session, chat: int, *, overdue: bool = False) -> list[tuple[int, int]]:
        """Return step and run of the tasks a person owes and has had for longer than the floor."""
        found = []
        for office in self.offices_of[chat]:
            almanac = self.almanacs[office]
            if not self._working_day_runs(office):
                continue
            for one in self._open(session, office):
                shown = self._first_card.get((chat, one.task.id or 0, one.task.activation))
                if chat not in one.holders or shown is None:
                    continue
                if almanac.worked(max(shown, one.since), self.world.now) < FLOOR:
                    continue
                if not overdue or (one.due is not None and one.due < self.world.now):
                    found.append((one.task.step, one.run))
        return found

    def _since(self, session: Session, run: Run, task: Task) -> datetime:
        adopted = load(session.get_one(Adoption, run.adoption_id))
        opened = task.opened_at
        assert opened is not None
        meeting = load_run_times(session, run, adopted).meetings.get(task.step)
        return max(opened, meeting) if meeting is not None else opened

    def _fault(self, sent: Sent, words: str) -> None:
        what = f"{sent.kind} {sent.template} {sent.reminder}".strip()
        self.faults.append(f"{self.world.now:%a %d %b %H:%M} UTC, {sent.chat}, {what} ({sent.text[:60]!r}): {words}")


def _lines(text: str) -> tuple[Counter[tuple[int, int]], Counter[tuple[int, int]]]:
    """Return the lines of a digest as step and run: one's own, and others' that a superior is told of."""
    own, _, concerns = text.partition(CONCERNS)
    return _named(own), _named(concerns)


def _named(part: str) -> Counter[tuple[int, int]]:
    return Counter((int(step), int(run)) for step, run in LINE.findall(part))
