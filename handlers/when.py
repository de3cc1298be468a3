"""A time in words: whatever was understood is shown in full, with weekday and zone, before it counts.

Every command that needs a time asks here. What was said ends in one of three questions:
``when_confirm`` for one moment, ``when_choose`` for several, and ``when_not_understood``,
which says what is wrong and waits for better words. What then happens is the purpose's.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from handlers.talk import Talk
from storage.tables import Office, Official, Task
from workflow import dates, questions
from workflow.calendar.of_office import calendar_of

DAYS = frozenset({"calendar_day", "seat_from", "seat_until", "seat_order_date"})
"""Purposes that want a date without clock."""
PAST_DAYS = frozenset({"seat_order_date"})
"""Those of them that may lie in the past: what is printed on a letter."""
CLOCKS = {"personal": time(8)}
"""A purpose's clock time where only a date is said; elsewhere 16.00, when offices close."""
CLOSE = time(16)
OWN = "when"
"""Where a question's data keeps what this conversation needs beside the purpose's own facts."""


def ask_when(
    talk: Talk,
    official: Official,
    purpose: str,
    template: str,
    *,
    task: Task | None = None,
    data: dict[str, Any] | None = None,
    **params: Any,
) -> None:
    """Ask for a time. ``template`` asks; ``data`` is kept for the purpose; ``params`` are the template's."""
    own = {"purpose": purpose, "template": template, "params": params}
    questions.ask(
        talk.session, talk.moment, official, "when", template, task=task, data={**(data or {}), OWN: own}, **params
    )


def take_when(
    talk: Talk,
    official: Official,
    purpose: str,
    text: str,
    *,
    task: Task | None = None,
    data: dict[str, Any] | None = None,
    **params: Any,
) -> None:
    """Take words that came with a command, as if they had been asked for."""
    own = {"purpose": purpose, "template": "", "params": params}
    understand(talk, official, {**(data or {}), OWN: own}, text, task)


def understand(talk: Talk, official: Official, data: dict[str, Any], text: str, task: Task | None) -> None:
    """Read words, and ask what follows: to confirm, to choose, or for better ones."""
    calendar = calendar_of(talk.session.get_one(Office, official.office_id))
    own = {key: data[OWN][key] for key in ("purpose", "template", "params")}
    purpose, now = own["purpose"], talk.moment.now
    try:
        if purpose in DAYS:
            meant = dates.understand_day(text, now=now, calendar=calendar, not_past=purpose not in PAST_DAYS)
        else:
            clock = CLOCKS.get(purpose, CLOSE)
            meant = dates.understand(text, now=now, calendar=calendar, default_time=clock)
    except dates.NotUnderstood as refused:
        not_understood(talk, official, data, refused, task)
        return
    found = meant.choices if isinstance(meant, dates.Ambiguous) else (meant,)
    shown = [_shown(one, day_only=purpose in DAYS) for one in found]
    kind = "when_choose" if len(shown) > 1 else "when_confirm"
    data = {**data, OWN: {**own, "meant": [[one["at"], one["clock"]] for one in shown]}}
    questions.ask(talk.session, talk.moment, official, kind, kind, task=task, data=data, meant=shown)


def not_understood(
    talk: Talk, official: Official, data: dict[str, Any], refused: dates.NotUnderstood, task: Task | None
) -> None:
    """Say why words cannot be taken, and wait for others."""
    reason: str = refused.reason
    zone = ZoneInfo(talk.session.get_one(Office, official.office_id).timezone)
    if reason == "past" and refused.at is not None and not refused.has_time:
        today = talk.moment.now.astimezone(zone).date()
        # 'hari ini' after 16.00: the day is right, only its hour is missing.
        reason = "hour_missing" if refused.at.astimezone(zone).date() == today else reason
    questions.ask(
        talk.session, talk.moment, official, "when", "when_not_understood", task=task, data=data, reason=reason,
        at=refused.at.isoformat() if refused.at else None, has_time=refused.has_time,
    )  # fmt: skip


def ask_again(talk: Talk, official: Official, data: dict[str, Any], task: Task | None) -> None:
    """``Ubah``: ask for the time anew, in the words it was first asked with."""
    own = data[OWN]
    if own["template"]:
        template, params = own["template"], own["params"]
    else:
        template, params = "when_not_understood", {"reason": "again", "at": None, "has_time": False}
    questions.ask(talk.session, talk.moment, official, "when", template, task=task, data=data, **params)


def _shown(one: dates.Understood, *, day_only: bool) -> dict[str, Any]:
    """Return a moment as a message shows it. ``clock``: whether its hour is shown, ``said``: whether it was said."""
    return {
        "at": one.at.isoformat(), "clock": one.has_time or not day_only, "said": one.has_time,
        "notes": [[note.kind, note.name] for note in one.notes],
    }  # fmt: skip


def moments(data: dict[str, Any]) -> list[tuple[datetime, bool]]:
    """Return what a question put to choice: each moment, and whether its hour counts."""
    return [(datetime.fromisoformat(at), bool(clock)) for at, clock in data[OWN]["meant"]]
