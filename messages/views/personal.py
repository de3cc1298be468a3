"""One's own reminders: asking for one, the one set, all of them, and the reminder itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from messages.rendered import InlineButton
from messages.text import one_line
from messages.views.asked import Asked, View
from storage.tables import ErasableText
from workflow.reminding import personal
from workflow.verbs import Page, Press

MAX_TEXT = 700
MAX_LISTED = 90


@dataclass(frozen=True, slots=True)
class ShownReminder:
    """A reminder to come: when, and what about ('' if nothing was said or it was erased)."""

    at: datetime
    text: str


def ask_personal_when(asked: Asked) -> View:
    """When one wants to be reminded."""
    return View({"about": one_line(asked.params.get("about") or "", MAX_TEXT)}, [[asked.answer("cancel", "cancel")]])


def ask_personal_text(asked: Asked) -> View:
    """What about; it may be left open."""
    return View(
        {"at": datetime.fromisoformat(asked.params["at"])},
        [[asked.answer("skip", "skip")], [asked.answer("cancel", "cancel")]],
    )


def personal_set(asked: Asked) -> View:
    """It is set, for when."""
    at = datetime.fromisoformat(asked.params["at"])
    return View({"at": at, "text": _text(asked, asked.params["text_id"])}, [[_button(asked, "personal_list", "list")]])


def personal_list(asked: Asked) -> View:
    """Every reminder to come, with a button that takes it away."""
    official_id = asked.params["official_id"]
    found = personal.open_reminders(asked.session, official_id, asked.office_id or "")
    shown = [ShownReminder(t.fire_at, one_line(_text(asked, t.data.get("text_id")), MAX_LISTED)) for t in found]
    buttons = [
        _button(asked, "personal_remove", f"del-{personal.name_of(timer)}", number=number)
        for number, timer in enumerate(found, start=1)
    ]
    return View({"reminders": shown}, [buttons[i : i + 3] for i in range(0, len(buttons), 3)])


def personal_reminder(asked: Asked) -> View:
    """The reminder."""
    text = _text(asked, asked.params["text_id"])
    return View({"text": text}, [[_button(asked, "personal_again", f"again-{asked.params['name']}")]])


def _text(asked: Asked, text_id: int | None) -> str:
    row = asked.session.get(ErasableText, text_id) if text_id is not None else None
    return one_line(row.text or "", MAX_TEXT) if row is not None else ""


def _button(asked: Asked, key: str, argument: str, **values: object) -> InlineButton:
    return asked.button(key, Press(Page.PERSONAL, asked.params["official_id"], 0, argument), None, **values)
