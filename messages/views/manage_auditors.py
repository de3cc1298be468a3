"""``/kelola``, auditors: who reads the office's record, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from messages.rendered import pairs
from messages.text import one_line
from messages.views.asked import Asked, NothingToSay, View
from messages.views.manage import A_PAGE, back, go, link_state, named
from storage.tables import Official
from workflow import auditors
from workflow.managing import officials

MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class ShownAuditor:
    """An auditor: first and last day of their period, ``state`` of it (now, coming, over), their link."""

    number: int
    name: str
    since: date | None
    until: date | None
    state: str
    joined: bool
    link: str
    expires_at: datetime | None


def manage_auditors(asked: Asked) -> View:
    """Whoever reads or is to read first, then those whose time is over; a page at a time."""
    known = auditors.auditors(asked.session, asked.office_id or "")
    found = sorted(known, key=lambda one: (auditors.is_over(one, asked.now), one.name.casefold()))
    pages = max(1, -(-len(found) // A_PAGE))
    page = min(int(asked.params.get("page") or 0), pages - 1)
    first = page * A_PAGE
    listed = found[first:][:A_PAGE]
    turning = [go(asked, "manage_previous", "auditors", page - 1)] if page else []
    turning += [go(asked, "manage_next", "auditors", page + 1)] if page + 1 < pages else []
    rows = [*pairs([named(asked, one.name, f"auditor:{one.id}") for one in listed]), *([turning] if turning else [])]
    return View(
        {
            "auditors": [_shown(asked, one, first + number) for number, one in enumerate(listed, start=1)],
            "page": page + 1,
            "pages": pages,
        },
        [*rows, [go(asked, "manage_auditor_add", "aadd")], back(asked, "")],
    )


def manage_auditor(asked: Asked) -> View:
    """One auditor: period, account, link; what can be changed."""
    auditor = asked.session.get(Official, asked.params["official_id"])
    if auditor is None or auditor.office_id != asked.office_id or not auditor.auditor or not auditor.active:
        raise NothingToSay
    which, shown = auditor.id or 0, _shown(asked, auditor, 1)
    rows = [[go(asked, "manage_auditor_until", f"auntil:{which}")]]
    if shown.state != "over":
        rows[0].append(go(asked, "manage_auditor_end", f"aend:{which}"))
        rows.append([go(asked, "manage_relink" if shown.joined else "manage_link", f"link:{which}")])
    if shown.link:
        rows.append([go(asked, "manage_unlink", f"unlink:{which}")])
    return View({"auditor": shown}, [*rows, back(asked, "auditors")])


def last_day(asked: Asked, until: datetime) -> date:
    """Return the last day on which somebody reads, by the office's clock."""
    return asked.reader.local(until - timedelta(microseconds=1)).date()


def _shown(asked: Asked, auditor: Official, number: int) -> ShownAuditor:
    invitation = officials.open_invitation(asked.session, auditor.id or 0)
    over, reads = auditors.is_over(auditor, asked.now), auditors.in_period(auditor, asked.now)
    return ShownAuditor(
        number,
        _name(asked, auditor),
        asked.reader.local(auditor.valid_from).date() if auditor.valid_from is not None else None,
        last_day(asked, auditor.valid_until) if auditor.valid_until is not None else None,
        "over" if over else "now" if reads else "coming",
        auditor.telegram_id is not None,
        link_state(asked, invitation),
        invitation.expires_at if invitation is not None else None,
    )


def _name(asked: Asked, auditor: Official) -> str:
    """Return how an auditor is called, in full: the institution stands at the end."""
    name = one_line(auditor.name, MAX_NAME)
    return f"{asked.names.salutation(auditor)} {name}".strip() if name else asked.names.person(auditor.id)
