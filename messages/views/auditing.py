"""Messages to and about an auditor: what they may read, until when, that they have joined; checkpoints to keep."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from messages.text import one_line
from messages.views.asked import Asked, View
from storage.tables import Official


def home(asked: Asked) -> View:
    """What the reader, an auditor, can look at here."""
    return View(_facts(asked, asked.official))


def of_auditor(asked: Asked) -> View:
    """A message that names an auditor and their period."""
    return View(_facts(asked, asked.session.get(Official, asked.params["official_id"])))


def checkpoint(asked: Asked) -> View:
    """The line by which the record can later be held against what it was."""
    params = asked.params
    return View(
        {
            "line": params["line"],
            "events": params["events"],
            "at": datetime.fromisoformat(params["at"]),
            "office": one_line(asked.office.name, 60) if asked.office else "",
        }
    )


def _facts(asked: Asked, auditor: Official | None) -> dict[str, object]:
    return {
        "name": asked.names.person(auditor.id) if auditor else "",
        "office": one_line(asked.office.name, 60) if asked.office else "",
        "since": _begin(asked, auditor.valid_from) if auditor and auditor.valid_from else "",
        "until": _end(asked, auditor.valid_until) if auditor and auditor.valid_until else "",
        "early": bool(auditor and auditor.valid_from and asked.now < auditor.valid_from),
    }


def _begin(asked: Asked, at: datetime) -> str:
    """Return the first day of a period; with the hour where it does not begin at midnight."""
    return asked.reader.day(at) if _is_midnight(asked, at) else asked.reader.moment(at)


def _end(asked: Asked, at: datetime) -> str:
    """Return the last day of a period, as it was agreed: not the midnight after it."""
    return asked.reader.day(at - timedelta(microseconds=1)) if _is_midnight(asked, at) else asked.reader.moment(at)


def _is_midnight(asked: Asked, at: datetime) -> bool:
    return asked.reader.local(at).time() == time.min
