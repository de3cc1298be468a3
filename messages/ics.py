"""A meeting as a calendar file (.ics, RFC 5545) that a phone's calendar takes over.

It names seats, never people: whoever passes the file on gives away no more than an
invitation on the notice board would.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneStandard, vCalAddress, vText
from sqlmodel import Session

from messages.text import INDONESIAN_ZONES, one_line
from messages.views.names import reader_of
from messages.views.run_facts import RunFacts, load_run_facts
from messages.views.values import recorded
from sop_definitions.model import FieldKind, Step
from storage.tables import Submission, Task
from workflow import meeting_invitations
from workflow.adoption import standard_duration
from workflow.calendar.due import working_minutes
from workflow.meeting_times import moment_of
from workflow.state import SETTLED
from workflow.verbs import OUTPUT_VERBS

NOWHERE = "pandu.invalid"
"""Mail to it reaches nobody (RFC 2606): answers are given with the card's buttons."""
FILE_NAME = {"REQUEST": "undangan-rapat.ics", "CANCEL": "pembatalan-rapat.ics"}
MAX_SUMMARY, MAX_PLACE, MAX_LINE = 120, 200, 300


@dataclass(frozen=True, slots=True)
class MeetingFile:
    """A calendar file ready to be sent."""

    name: str
    content: bytes


def meeting_file(
    session: Session,
    params: dict[str, Any],
    *,
    office_id: str | None,
    chat_id: int,
    default_language: str,
    now: datetime,
) -> MeetingFile | None:
    """Return the file that an outbox row of kind ``invitation`` asks for, as things stand at ``now`` (aware UTC).

    ``None`` if a newer schedule has overtaken it, the invitation was undone, or there is no date to write down.
    """
    reader, _, _ = reader_of(session, office_id, chat_id, default_language)
    row = session.get_one(Task, params["task_id"])
    facts = load_run_facts(session, row.run_id, reader, now)
    invitation, method, number = facts.task(row.id or 0), params["method"], params["sequence"]
    said = [s for s in facts.of_task(invitation) if s.verb in OUTPUT_VERBS]
    newer = meeting_invitations.sequence(session, invitation) > number
    overtaken = newer or invitation.status not in SETTLED or facts.run.status == "cancelled"
    if not said or (method == "REQUEST" and overtaken):
        return None
    step = facts.step(invitation.step)
    begins = moment_of(step, said[-1].data.get("fields", {}), ZoneInfo(reader.timezone))
    if begins is None:
        return None
    event = _event(facts, step, said[-1], begins, method)
    event.add("uid", _uid(facts, step))
    event.add("sequence", params.get("revision", number))  # queued by an older Pandu, it has none
    event.add("dtstamp", now)
    calendar = Calendar()
    calendar.add("prodid", f"-//Pandu//{reader.language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(_zone(reader.timezone, begins))
    calendar.add_component(event)
    return MeetingFile(FILE_NAME[method], calendar.to_ical())


def _uid(facts: RunFacts, step: Step) -> str:
    """Return a name that stays the same for all that is ever said about this meeting, and is nobody else's."""
    started = f"{facts.run.started_at:%Y%m%dT%H%M%SZ}"
    return f"{facts.office.id}-{facts.run.number}-{step.number}-{started}@{NOWHERE}"


def _event(facts: RunFacts, step: Step, said: Submission, begins: datetime, method: str) -> Event:
    reader, given = facts.reader, said.data.get("fields", {})
    event = Event()
    document = one_line(f"{reader.pick(step.document)} {facts.period}", MAX_SUMMARY)
    event.add("summary", document)
    event.add("dtstart", begins.astimezone(ZoneInfo(reader.timezone)))
    minutes = _length(facts, step)
    if minutes is not None:
        event.add("duration", timedelta(minutes=minutes))
    words = [field for field in step.fields if field.kind is FieldKind.TEXT and given.get(field.id)]
    if words:  # an invitation's first words are its place, see docs on the SOP language
        event.add("location", one_line(str(given[words[0].id]), MAX_PLACE))
    told = recorded(facts, step, {field.id: given[field.id] for field in words[1:]}, MAX_LINE)
    event.add("description", "\n".join([f"{item.label}: {item.value}" for item in told] + [_where_from(facts)]))
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("organizer", _seat(facts, step.actor.role), encode=False)
    for role in step.participants:
        attendee = _seat(facts, role)
        attendee.params["role"] = vText("REQ-PARTICIPANT")
        attendee.params["rsvp"] = vText("FALSE")
        event.add("attendee", attendee, encode=False)
    return event


def _where_from(facts: RunFacts) -> str:
    title = one_line(facts.run.title, MAX_SUMMARY)
    if facts.reader.language == "en":
        return f"{title}, run {facts.run.number}. Please answer with the buttons in Pandu."
    return f"{title}, No. {facts.run.number}. Mohon dijawab dengan tombol di Pandu."


def _seat(facts: RunFacts, role: str) -> vCalAddress:
    office_role = facts.office_role(role)
    address = vCalAddress(f"mailto:{office_role.replace('_', '-')}.{facts.office.id}@{NOWHERE}")
    address.params["cn"] = vText(facts.names.seat([office_role]))
    return address


def _length(facts: RunFacts, step: Step) -> int | None:
    """Return how many minutes the SOP gives the meeting itself; ``None`` where it leaves that open."""
    minutes_of = next(
        (s.number for s in facts.definition.steps if s.part == "minutes" and s.number > step.number), None
    )
    duration = standard_duration(facts.adopted, minutes_of) if minutes_of is not None else None
    return working_minutes(duration) if duration is not None else None


def _zone(name: str, at: datetime) -> Timezone:
    """Return the office's time zone; Indonesia's have no summer time."""
    offset = at.astimezone(ZoneInfo(name)).utcoffset() or timedelta()
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 - RFC 5545 wants local time here
    standard.add("tzoffsetfrom", offset)
    standard.add("tzoffsetto", offset)
    standard.add("tzname", INDONESIAN_ZONES.get(name, name))
    zone = Timezone()
    zone.add("tzid", name)
    zone.add_component(standard)
    return zone
