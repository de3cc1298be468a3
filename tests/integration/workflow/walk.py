"""Officials who do right things, wrong things and the same thing twice, picked by numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import note
from sqlmodel import func, select

from handlers.talk import Toast
from storage.tables import Extension, Submission, Task
from tests.integration.workflow import model
from tests.integration.workflow.town import Cast, Person, Town
from tests.unit.workflow import promises
from workflow.state import SETTLED, Part
from workflow.verbs import Page, Press, QuestionPress, Verb

STRANGER = 1
TEXTS = (
    "/batal", "/tugas", "/status 1", "/berkas 1", "/riwayat 1", "/mulai", "/batalkan 1", "/start", "/start x",
    "/nothing", "/arsip", "Perbaiki angkanya", "3 Februari 2027", "31 Februari", "", "x" * 2000,
)  # fmt: skip
FORGED = (
    "", ":", "do", "do:1", "do:x:1", "q:", "q:none:yes", "unheard:1:1", f"do:{10**17}:1", "decide:1:1:unheard",
    "run:999:0", "files:1:0", "history:1:5", "archive:0:0", "sop:1:0", "sop:99:0", "enrol:1:0:yes", "cancel:99:0",
    "tick:1:1:nothing", "attend:1:1:perhaps", "do:1:1:more", "board:1:1", "resched:1:0", "remind:1:0", "waive:1:0",
)  # fmt: skip
ARGUMENTS = {Verb.DECIDE: ("on", "skip", "back"), Verb.TICK: ("paraf",), Verb.ATTEND: ("yes", "no", "deputy")}
ANSWERS = (
    "yes", "edit", "cancel", "skip", "send", "next", "whole", "start", "unit-north", "unit-south", "step-1", "step-2",
    "step-3", "period-0", "field-nomor", "field-tanggal", "none",
)  # fmt: skip
FITTING_ANSWERS = {
    "summary": ("yes", "yes", "edit", "cancel"),
    "confirm_send": ("yes", "cancel"),
    "target": ("unit-north", "unit-south", "next", "whole", "step-1", "step-2", "step-3", "step-4", "cancel"),
    "reason": ("send", "cancel"),
    "waive_unit": ("unit-north", "unit-south", "unit-west"),
    "which_task": ("cancel",),
    "field": ("skip", "cancel"),
    "correct_field": ("field-nomor", "field-tanggal"),
    "confirm_cancel": ("yes", "cancel", "cancel"),
    "start": ("start", "cancel"),
    "confirm_assign": ("yes", "yes", "cancel"),
    "collect_by": ("clear", "edit", "cancel"),
    "when_confirm": ("yes", "yes", "yes", "edit"),
    "when_choose": ("choice-0", "choice-1", "choice-7"),
}
SEATS = (("clerk", ""), ("secretary", ""), ("head", ""), ("unit_head", "north"), ("unit_head", "south"))
FITTING: dict[str, list[Verb]] = {
    "work": [Verb.DO, Verb.DO, Verb.TICK, Verb.REUSE, Verb.REPLACE, Verb.KEEP, Verb.ACKNOWLEDGE],
    "decision": [Verb.DECIDE, Verb.DECIDE, Verb.ACKNOWLEDGE],
    "proof": [Verb.DO, Verb.REPLACE, Verb.KEEP],
    "unit": [Verb.DO, Verb.NIL, Verb.RETURN, Verb.KEEP, Verb.TICK, Verb.WAIVE],
    "review": [Verb.DO, Verb.RETURN],
    "collection": [Verb.WAIVE, Verb.REMIND, Verb.DO, Verb.KEEP],
    "receipt": [Verb.RECEIVE, Verb.SHOW_DOCUMENTS],
    "invitation": [Verb.ATTEND],
    "done": [Verb.WITHDRAW, Verb.WITHDRAW, Verb.CORRECT, Verb.RESCHEDULE, Verb.DO],
    "nil": [Verb.WITHDRAW, Verb.NIL],
    "waived": [Verb.DO, Verb.ACKNOWLEDGE, Verb.WITHDRAW, Verb.NIL],
    "waiting": [Verb.WITHDRAW, Verb.DO, Verb.DECIDE],
}
RUN_VERBS = (Verb.CANCEL_RUN, Verb.PAUSE_RUN, Verb.RESUME_RUN)
OF_SUPERIORS = (Verb.WAIVE, Verb.RESUME_RUN, Verb.GRANT)
"""Buttons that change something at once without a seat for the task."""
WHEN = ("3 Februari 2027 pukul 10", "besok", "2 hari kerja lagi", "kemarin", "entah", "Jumat depan", "10 Maret 2027")
TAKES_BACK = (Verb.DO, Verb.DECIDE, Verb.KEEP)

KINDS = 21
"""How many sorts of things :meth:`Walk.take` can do, some listed more than once."""


class Walk:
    """One office's run, tried by everybody; a second office in the same database looks on."""

    def __init__(self, town: Town, cast: Cast, other: Cast) -> None:
        self.town = town
        self.cast = cast
        self.other = other
        self.diligent = model.DiligentOffice(town, cast)
        self.seen: list[Press] = []
        self.over = 0
        """How much was tried after the run had ended."""

    def take(self, way: int, number: int) -> None:
        """Do one thing and check that it kept every promise."""
        theirs = model.record(self.town, self.other)
        seats = {person.id: set(person.seats) for person in self.cast.people}
        assigned = {task.id or 0: task.assigned_to for task in self.town.tasks(self.cast)}
        since = self.town.store.write(lambda session: session.exec(select(func.max(Submission.id))).one()) or 0
        acts = (
            self.go_on, self.press_right, self.press_right, self.press_right, self.press_right, self.press_right,
            self.press_any, self.send_back,
            self.answer, self.answer, self.answer, self.say, self.bring, self.bring, self.beside, self.reseat,
            self.from_outside, self.take_back, self.move_time, self.move_time, self.move_time,
        )  # fmt: skip
        act = acts[way % KINDS]
        act(number)
        if act != self.reseat:
            model.check_actors(self.town, self.cast, since, seats, assigned)
        model.check(self.town, self.cast)
        self.over += self.town.loaded(self.cast).run.status != "open"
        assert model.record(self.town, self.other) == theirs, "one office changed another"

    def end(self) -> None:
        """Let the run come to its end; the record must agree with the rows."""
        if self.town.loaded(self.cast).run.status == "open":
            self.diligent.finish()
            model.check(self.town, self.cast)
        faults = model.faults(self.town, self.cast)
        assert faults == [], faults

    # What is tried

    def go_on(self, number: int) -> None:
        owed = [task for task in self.diligent.owed() if model.holders(self.cast, task)]
        if owed and self.town.loaded(self.cast).run.status == "open":
            self.diligent.do(owed[number % len(owed)])

    def press_right(self, number: int) -> None:
        """A holder presses something on a card that is theirs."""
        task, person = self.pick_task(number)
        if task is None:
            return
        mine = model.holders(self.cast, task)
        self.press(mine[number % len(mine)] if mine else person, task, number // 7)

    def press_any(self, number: int) -> None:
        """Anybody presses anything, perhaps on an old card."""
        if self.seen and number % 3 == 0:
            data = self.seen[number // 3 % len(self.seen)]
            task = next((t for t in self.town.tasks(self.cast) if t.id == data.id), None)
            self.tap(self.anybody(number), data, task)
            return
        task, person = self.pick_task(number)
        if task is not None:
            self.press(person, task, number // 11)

    def answer(self, number: int) -> None:
        """Whoever was asked something answers, rightly or not, by button or in words."""
        asked = [(p, q) for p in self.cast.reachable() if (q := self.town.question(p.chat or 0)) is not None]
        if not asked:
            return
        person, question = asked[number % len(asked)]
        chat, way = person.chat or 0, number // 5
        options = FITTING_ANSWERS.get(question.kind, ANSWERS) if way % 7 else ANSWERS
        options = (*options, *(f"task-{task_id}" for task_id in question.data.get("tasks", [])))
        options = (*options, *(f"official-{one}" for one in question.data.get("offered", [])))
        if way % 4 == 0 and question.kind == "reason":
            self.town.write(chat, "Angkanya belum cocok")
            self.tap(person, QuestionPress(question.id, "send"))
        elif question.kind == "when":
            self.town.write(chat, WHEN[way % len(WHEN)])
        elif way % 4 == 1:
            self.town.write(chat, TEXTS[11 + way % 5])
        elif way % 4 == 2 and question.kind == "field":
            self.diligent.answer(chat, question)
        else:
            self.tap(person, QuestionPress(question.id, options[way % len(options)]))

    def send_back(self, number: int) -> None:
        """A decision or a review goes back, reason and all."""
        tasks = [t for t in self.town.tasks(self.cast) if t.status == "open" and t.part in ("decision", "review")]
        if not tasks:
            return
        task = tasks[number % len(tasks)]
        for person in model.holders(self.cast, task)[:1]:
            verb, argument = (Verb.DECIDE, "back") if task.part == "decision" else (Verb.RETURN, "")
            self.tap(person, self.diligent.press(verb, task, argument), task)
            for turn in range(6):
                question = self.town.question(person.chat or 0)
                if question is None or question.kind not in ("target", "reason"):
                    return
                if question.kind == "reason" and not question.data["text"]:
                    self.town.write(person.chat or 0, "Angkanya belum cocok")
                    continue
                options = FITTING_ANSWERS[question.kind][: -1 if question.kind == "target" else 1]
                answer = options[(number // 13 + turn) % len(options)]
                if question.kind == "target" and question.data["units"]:
                    answer = "next"
                self.tap(person, QuestionPress(question.id, answer))

    def move_time(self, number: int) -> None:
        """Somebody pauses the run or lets it go on, asks for more time, sets a date or hands a task over."""
        person, way = self.anybody(number), number // 7 % 6
        if number % 3 and way != 2:
            above = [p for p in self.cast.reachable() if {"head", "secretary"} & {role for role, _ in p.seats}]
            person = above[number % len(above)] if above else person
        chat, tasks = person.chat or 0, [t for t in self.town.tasks(self.cast) if t.status == "open"]
        note(f"{person.name} moves time {way}")
        task = tasks[number // 50 % len(tasks)] if tasks else None
        match way:
            case 0:
                self.town.write(chat, ("/tunda 1", "/tunda", "/tunda 1 Menunggu edaran")[number % 3])
            case 1:
                self.town.write(chat, ("/lanjutkan 1", "/lanjutkan", "/lanjutkan 1 Sudah terbit")[number % 3])
            case 2:
                self.town.write(chat, f"/dispensasi {WHEN[number % len(WHEN)]}")
            case 3:
                asked = self.town.rows(Extension, Extension.office_id == self.cast.office)
                if asked:
                    verb = Verb.DENY if number % 3 == 0 else Verb.GRANT
                    self.tap(person, Press(verb, asked[-1 - number % min(2, len(asked))].id or 0))
            case _ if task is not None:
                verb = Verb.COLLECT_BY if way == 4 else Verb.REASSIGN
                self.tap(person, Press(verb, task.id or 0, task.activation), task)
        if number % 4:
            self.carry_through(person, number)

    def carry_through(self, person: Person, number: int) -> None:
        """Answer whatever is asked about time until nothing is, as somebody does who means it."""
        chat = person.chat or 0
        for _ in range(6):
            question = self.town.question(chat)
            if question is None:
                return
            data = question.data
            match question.kind:
                case "reason" if data["purpose"] == "resume_run" and number % 2:
                    self.tap(person, QuestionPress(question.id, "without"))
                case "reason" if not data["text"]:
                    self.town.write(chat, "Menunggu edaran")
                case "when":
                    self.town.write(chat, f"{3 + number % 20} Februari 2027 pukul 10")
                case "reason" | "when_confirm" | "confirm_assign" | "collect_by" | "assign" | "extension_task":
                    first = [f"task-{one}" for one in data.get("tasks", [])]
                    first += [f"official-{one}" for one in data.get("offered", [])]
                    known = {"reason": "send", "collect_by": ("edit", "clear")[number % 2]}
                    option = known.get(question.kind) or (first[number % len(first)] if first else "yes")
                    self.tap(person, QuestionPress(question.id, option))
                case _:
                    return

    def say(self, number: int) -> None:
        person = self.anybody(number)
        note(f"{person.name} says {TEXTS[number % len(TEXTS)][:20]!r}")
        self.town.write(person.chat or 0, TEXTS[number % len(TEXTS)])

    def bring(self, number: int) -> None:
        """Somebody sends a file; when asked which task it is for, they name one."""
        person = self.anybody(number)
        names, sizes = ("a.pdf", "b.xlsx", "c.exe", "noending"), (1000, 0, 21 * 2**20)
        size = sizes[number % 3] if number % 5 == 0 else 1000
        note(f"{person.name} brings {names[number % 4]} of {size}")
        self.town.bring(person.chat or 0, names[number % 4], size=size, caption="Lihat" if number % 7 == 0 else None)

    def beside(self, number: int) -> None:
        """What happens without anybody: files come in, cards go out, the process starts again, a day goes by."""
        note(f"beside {number % 6}")
        match number % 6:
            case 0 | 1:
                self.town.fetch()
            case 2:
                self.town.fetch(refuse=True)
            case 3:
                before = model.record(self.town, self.cast)
                self.town.restart()
                assert model.record(self.town, self.cast) == before
            case 4:
                self.town.deliver()
            case _:
                self.town.now += timedelta(hours=7)
        if number % 4 == 0:
            assert model.faults(self.town, self.cast) == []

    def reseat(self, number: int) -> None:
        """Somebody gets or loses a seat."""
        person = self.cast.people[number % len(self.cast.people)]
        role, unit = SEATS[number // 5 % len(SEATS)]
        if unit and unit not in self.cast.units:
            return
        note(f"{person.name} seat {role} {unit}: {(role, unit) not in person.seats}")
        self.town.seat(person, role, unit, given=(role, unit) not in person.seats)

    def from_outside(self, number: int) -> None:
        """Strangers, the other office and forged buttons."""
        before = model.record(self.town, self.cast)
        outsider = self.other.reachable()[number % len(self.other.reachable())].chat or 0
        chat = STRANGER if number % 2 else outsider
        tasks = self.town.tasks(self.cast)
        if number % 3:
            task = tasks[number % len(tasks)]
            toast = self.town.tap(chat, self.button(task, number // 3))
            refused = ("not_yours", "stale", "not_allowed", "not_allowed_pause")
            assert toast.key in refused, f"an outsider was told {toast.key}"
        else:
            insider = self.anybody(number)
            self.town.tap(insider.chat or 0 if number % 4 else STRANGER, FORGED[number % len(FORGED)])
            return
        assert model.record(self.town, self.cast) == before, "an outsider changed something"

    def take_back(self, number: int) -> None:
        """Somebody does what they owe and takes it back: all is as before."""
        self.town.fetch()
        owed = [task for task in self.diligent.owed() if model.holders(self.cast, task)]
        if not owed or self.town.loaded(self.cast).run.status != "open":
            return
        task = owed[number % len(owed)]
        before = self.town.loaded(self.cast)
        toast = self.diligent.do(task)
        if toast is None or toast.key != "done":
            return
        person = model.holders(self.cast, task)[0]
        note(f"{person.name} takes {task.step} {task.part} {task.subject} back")
        toast = self.town.tap(person.chat or 0, self.diligent.press(Verb.WITHDRAW, task))
        assert toast.key == "done", f"taking back at once was refused: {toast}"
        after = self.town.loaded(self.cast)
        assert promises.likeness(after.state()) == promises.likeness(before.state())
        assert after.run.status == before.run.status
        for key, side in after.tasks.items():
            # What a return left unanswered may be called off together with the new sending.
            if key.part in model.SIDE and side.status != "waiting":
                assert side.status == before.tasks[key].status, "receipts of an act that was taken back still stand"

    # Pressing

    def pick_task(self, number: int) -> tuple[Task | None, Person]:
        tasks = self.town.tasks(self.cast)
        alive = [task for task in tasks if task.status == "open"] or tasks
        chosen = alive if number % 4 else tasks
        return chosen[number // 4 % len(chosen)], self.anybody(number // 3)

    def anybody(self, number: int) -> Person:
        return self.cast.reachable()[number % len(self.cast.reachable())]

    def button(self, task: Task, number: int) -> Press:
        verbs = list(Verb) if number % 5 == 0 else FITTING[task.part if task.status == "open" else task.status]
        number //= 5
        verb = verbs[number % len(verbs)]
        if verb in RUN_VERBS:
            return Press(verb, task.run_id)
        arguments: tuple[str, ...] = ARGUMENTS.get(verb, ("",))
        return Press(verb, task.id or 0, task.activation, arguments[number // len(verbs) % len(arguments)])

    def press(self, person: Person, task: Task, number: int) -> None:
        if number % 13 == 0:
            self.tap(person, Press((Page.RUN, Page.BOARD, Page.FILES, Page.HISTORY)[number % 4], task.run_id))
            return
        self.tap(person, self.button(task, number), task)

    def tap(self, person: Person, data: Press | QuestionPress, task: Task | None = None) -> None:
        before = model.record(self.town, self.cast)
        entitled = task is None or model.seated(self.cast, person, task)
        toast = self.town.tap(person.chat or 0, data)
        note(f"{person.name} taps {data}: {toast.key}")
        changed = model.record(self.town, self.cast) != before
        if isinstance(data, Press) and data.verb in (Verb.RESUME_RUN, Verb.GRANT) and changed:
            above = {"head", "secretary"} & {role for role, _ in person.seats}
            assert above or person.admin, f"{person} may not {data.verb}"
        if toast.key not in model.DID_SOMETHING:
            assert not changed, f"{toast.key}, and yet something changed"
        if not entitled and isinstance(data, Press) and data.verb not in OF_SUPERIORS:
            may_chase = toast.key == "reminded"
            staff = data.verb == Verb.REPLACE and toast.key == "files_removed"
            assert not changed or may_chase or staff, f"{person} has no seat for {task}"
        if isinstance(data, Press):
            self.seen.append(data)
            if task is not None and toast.key == "done":
                self.second_is_told(person, data, task)

    def second_is_told(self, first: Person, data: Press, task: Task) -> None:
        """Another holder presses the same button a moment later."""
        now = next(t for t in self.town.tasks(self.cast) if t.id == task.id)
        if data.verb not in TAKES_BACK or now.activation != task.activation:
            return
        others = [p for p in model.holders(self.cast, now) if p.id != first.id]
        if others and (now.status in SETTLED or now.part in (Part.DECISION, Part.REVIEW)):
            before = model.record(self.town, self.cast)
            told: Toast = self.town.tap(others[0].chat or 0, data)
            facts: dict[str, Any] = told.params
            assert (told.key, facts.get("name")) == ("first_by", first.name), f"the second was told {told}"
            assert model.record(self.town, self.cast) == before
