"""What stands around a task: who was before it, who comes after, who answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from messages.text import one_line
from messages.views.run_facts import RunFacts
from messages.views.values import Shown, recorded
from sop_definitions.graph import ancestors, followers, predecessors
from sop_definitions.model import Collect, FieldKind, Step
from storage.tables import Submission, Task
from workflow.state import Part, PartStatus, StepStatus
from workflow.verbs import Verb

MAX_TOLD = 600


@dataclass(frozen=True, slots=True)
class Attendance:
    """Answers to an invitation, as names; ``open`` is how many have not answered."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    deputy: tuple[str, ...]
    open: int


@dataclass(frozen=True, slots=True)
class CalledOff:
    """A meeting that does not take place as it was called: by whom, when and why."""

    by: str
    at: datetime
    reason: str


def called_off(facts: RunFacts, task: Task, step: Step) -> CalledOff | None:
    """Return how the meeting a card is about was called off; ``None`` for one that stands, and for other cards."""
    if task.part == Part.INVITATION or (task.part == Part.WORK and step.part in ("invite", "minutes")):
        invites = [s.number for s in facts.definition.steps if s.part == "invite" and s.number <= step.number]
        said = facts.step_output(invites[-1]) if invites else None
        if said is not None and said.data.get("called_off"):
            return CalledOff(facts.names.author(said), said.at, one_line(facts.text(said.reason_id), MAX_TOLD))
    return None


def sender_of(facts: RunFacts, task: Task, step: Step, reader_id: int) -> tuple[str, datetime | None]:
    """Return who did the work before, and when: up to two names, the latest time.

    Somebody who goes on with their own work is not told their own name and title.
    """
    if task.part == Part.REVIEW:
        found = [unit_output(facts, task)]
    elif task.part in (Part.RECEIPT, Part.INVITATION):
        found = [facts.step_output(step.number)]
    elif task.part == Part.DECISION and step.decider is not None:
        work = facts.parts(step.number, Part.WORK)
        found = [facts.output(t) for t in work] or [None]
    else:
        before = predecessors(facts.definition)
        found, seen, queue = [], set(), list(before[step.number])
        while queue:
            number = queue.pop(0)
            if number in seen:
                continue
            seen.add(number)
            output = _passed_on(facts, task, number)
            found.append(output)
            if output is None:
                queue += before[number]
    present = [s for s in found if s is not None]
    if not present:
        starter = facts.run.started_by
        return _oneself(facts) if starter == reader_id else facts.names.person(starter), facts.run.started_at
    present.sort(key=lambda s: s.id or 0, reverse=True)
    authors = [_oneself(facts) if s.official_id == reader_id else facts.names.author(s) for s in present]
    return "; ".join(list(dict.fromkeys(authors))[:2]), present[0].at


def _oneself(facts: RunFacts) -> str:
    return "yourself" if facts.reader.language == "en" else f"{facts.reader.you} sendiri"


def _passed_on(facts: RunFacts, task: Task, number: int) -> Submission | None:
    """Return what an earlier step hands to a task; a unit goes on with its own work, not another's."""
    if task.part == Part.UNIT and facts.step(number).collector is None:
        own = [t for t in facts.parts(number, Part.UNIT) if t.subject == task.subject]
        if own:
            return facts.output(own[0])
    return facts.step_output(number)


def told(facts: RunFacts, task: Task, step: Step) -> tuple[Shown, ...]:
    """Return what the steps just before put on record in words: an instruction, a letter's number."""
    if task.part not in (Part.WORK, Part.UNIT, Part.DECISION, Part.COLLECTION):
        return ()
    found: list[Shown] = []
    for number in sorted(predecessors(facts.definition)[step.number]):
        earlier, output = facts.step(number), facts.step_output(number)
        if output is not None and earlier.part is None:
            shown = recorded(facts, earlier, output.data.get("fields", {}), MAX_TOLD)
            found += [item for item in shown if item.kind != FieldKind.TICK]
    return tuple(found)


def unit_output(facts: RunFacts, task: Task) -> Submission | None:
    """Return what the unit under review handed in."""
    for unit in facts.parts(task.step, Part.UNIT):
        if unit.subject == task.subject:
            return facts.output(unit)
    return None


def next_in_line(facts: RunFacts, task: Task, step: Step) -> tuple[str, int | None, bool]:
    """Return whose turn it is afterwards, at which step; the last is true where nothing follows."""
    names = facts.names
    if task.part in (Part.RECEIPT, Part.INVITATION, Part.REVIEW):
        return "", None, False
    if task.part == Part.UNIT and step.collector:
        return names.seat([facts.office_role(step.collector)]), step.number, False
    if task.part == Part.WORK and step.collect is Collect.DECIDE and step.decider:
        return names.seat([facts.office_role(step.decider)]), step.number, False
    after = followers(facts.definition)[step.number]
    if not after:
        return "", None, True
    following = facts.step(after[0])
    if following.collect is Collect.HAND_IN:
        everybody = "all" if facts.reader.language == "en" else "semua"
        return f"{everybody} {names.unit_word(facts.run.units)}", following.number, False
    return names.seat([facts.office_role(following.actor.role)]), following.number, False


def waits_for(facts: RunFacts, task: Task) -> int | None:
    """Return the first reopened step that a task waits for."""
    before = ancestors(facts.definition, task.step)
    reopened = [n for n in sorted(before) if n in facts.steps and facts.steps[n].status == StepStatus.OPEN]
    return reopened[0] if reopened else None


def agreed(facts: RunFacts, task: Task, step: Step) -> tuple[Shown, ...]:
    """Return a meeting's date, time and place, where the card is about that meeting and it is not called off."""
    if called_off(facts, task, step) is not None:
        return ()
    number = step.number
    if step.part == "minutes" and task.part == Part.WORK:
        invites = [s.number for s in facts.definition.steps if s.part == "invite" and s.number < step.number]
        if not invites:
            return ()
        number = invites[-1]
    elif task.part != Part.INVITATION:
        return ()
    output = facts.step_output(number)
    return recorded(facts, facts.step(number), output.data.get("fields", {}) if output else {})


def answer_of(facts: RunFacts, task: Task) -> str:
    """Return an invited official's present answer: yes, no, deputy or ''."""
    if task.part != Part.INVITATION or task.status != PartStatus.DONE:
        return ""
    answers = [s.outcome for s in facts.of_task(task) if s.verb == Verb.ATTEND and s.activation == task.activation]
    return (answers[-1] or "") if answers else ""


def receipts(facts: RunFacts, step: Step) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the units that confirmed a distribution, and those that have not."""
    tasks = facts.parts(step.number, Part.RECEIPT)
    done = tuple(facts.names.short_unit(t.subject) for t in tasks if t.status == PartStatus.DONE)
    return done, tuple(facts.names.short_unit(t.subject) for t in tasks if t.status == PartStatus.OPEN)


def attendance_of(facts: RunFacts, task: Task, step: Step) -> Attendance | None:
    """Return who comes to a meeting, for the cards of whoever holds it."""
    if task.part != Part.WORK or step.part not in ("invite", "minutes") or called_off(facts, task, step):
        return None
    invites = [s.number for s in facts.definition.steps if s.part == "invite" and s.number <= step.number]
    parts = facts.parts(invites[-1], Part.INVITATION) if invites else []
    tasks = [one for one in parts if one.status != PartStatus.WAITING]  # those handed on are answered by others
    if not tasks:
        return None
    answers: dict[str, list[str]] = {"yes": [], "no": [], "deputy": [], "": []}
    for invitation in tasks:
        name = facts.names.person(int(invitation.subject)) if invitation.subject.isdigit() else invitation.subject
        answers.setdefault(answer_of(facts, invitation), []).append(name)
    return Attendance(tuple(answers["yes"]), tuple(answers["no"]), tuple(answers["deputy"]), len(answers[""]))
