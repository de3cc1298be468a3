"""``/kelola``: the admin's screens. Each fits a phone and says what its buttons do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from messages.rendered import InlineButton, button, pairs
from messages.text import one_line
from messages.views.asked import Asked, NothingToSay, View
from storage.tables import Invitation, Official, Seat
from workflow import people
from workflow.job_titles import job_title
from workflow.managing import officials, units
from workflow.office_rules import OfficeRules, rules_of
from workflow.reminding.policy import ReminderPolicy, policy_of
from workflow.seats import posts
from workflow.seats.terms import Capacity
from workflow.verbs import Page, Press

A_PAGE = 8
"""Officials on one screen."""
MAX_NAME = 50
MAX_LISTED = 12
MAX_UNITS = 40


@dataclass(frozen=True, slots=True)
class ShownOfficial:
    """An official in a list. ``link`` is ``open``, ``claimed`` or '' for whoever has not joined."""

    number: int
    name: str
    title: str
    admin: bool
    joined: bool
    link: str


@dataclass(frozen=True, slots=True)
class ShownUnit:
    """A unit in the list, with how many are seated in it."""

    number: int
    name: str
    active: bool
    seated: int


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """One value of the reminder policy or the rules."""

    number: int
    field: str
    value: Any


def manage(asked: Asked) -> View:
    """The menu."""
    office_id = _office_id(asked)
    everybody = officials.active_officials(asked.session, office_id)
    menu = [
        ("manage_units", "units"), ("manage_people", "people"),
        ("manage_waiting", "waiting"), ("manage_seats", "seats"),
        ("manage_handover", "handover"), ("manage_sops", "sops"), ("manage_calendar", "calendar"),
        ("manage_policy", "policy"), ("manage_rules", "rules"), ("manage_auditors", "auditors"),
        ("manage_file", "file"),
    ]  # fmt: skip
    return View(
        {
            "office": one_line(asked.office.name, 60) if asked.office else "",
            "units": len(units.active_units(asked.session, office_id)),
            "officials": len(everybody),
            "waiting": sum(one.telegram_id is None for one in everybody),
        },
        pairs([go(asked, key, screen) for key, screen in menu]),
    )


def manage_units(asked: Asked) -> View:
    """Every unit in its order; those that are closed last."""
    found = units.all_units(asked.session, _office_id(asked))
    found = sorted(found, key=lambda unit: not unit.active)[:MAX_UNITS]
    live = posts.live_seats(asked.session, _office_id(asked), asked.now)
    shown = [
        ShownUnit(
            number, one_line(unit.name, MAX_NAME), unit.active,
            len({seat.official_id for seat in live if seat.unit_id == unit.id}),
        )
        for number, unit in enumerate(found, start=1)
    ]  # fmt: skip
    buttons = [named(asked, unit.name, f"unit:{unit.id}") for unit in found]
    return View({"units": shown}, [*pairs(buttons), [go(asked, "manage_unit_add", "uadd")], back(asked, "")])


def manage_unit(asked: Asked) -> View:
    """One unit: its place, who is seated there, what can be changed."""
    working = units.active_units(asked.session, _office_id(asked))
    known = units.all_units(asked.session, _office_id(asked))
    unit = next((one for one in known if one.id == asked.params["unit"]), None)
    if unit is None:
        raise NothingToSay
    place = next((number for number, one in enumerate(working, start=1) if one.id == unit.id), 0)
    live = posts.live_seats(asked.session, unit.office_id, asked.now)
    seated = list(dict.fromkeys(seat.official_id for seat in live if seat.unit_id == unit.id))
    rows = [[go(asked, "manage_rename", f"uname:{unit.id}")]]
    if unit.active:
        moves = [go(asked, "manage_up", f"uup:{unit.id}")] if place > 1 else []
        moves += [go(asked, "manage_down", f"udown:{unit.id}")] if place < len(working) else []
        rows += [moves] if moves else []
        rows.append([go(asked, "manage_off", f"uoff:{unit.id}")])
    else:
        rows.append([go(asked, "manage_on", f"uon:{unit.id}")])
    return View(
        {
            "name": one_line(unit.name, 80) or unit.id,
            "active": unit.active,
            "place": place,
            "of": len(working),
            "people": [asked.names.person(one) for one in seated[:MAX_LISTED]],
            "more": max(0, len(seated) - MAX_LISTED),
        },
        [*rows, back(asked, "units")],
    )


def manage_officials(asked: Asked) -> View:
    """The officials, a page at a time; or only those who have not joined yet."""
    waiting = bool(asked.params["waiting"])
    office_id = _office_id(asked)
    everybody = officials.active_officials(asked.session, office_id)
    found = [one for one in everybody if one.telegram_id is None] if waiting else everybody
    pages = max(1, -(-len(found) // A_PAGE))
    page = min(int(asked.params.get("page") or 0), pages - 1)
    first = page * A_PAGE
    listed = [_official(asked, one, first + number) for number, one in enumerate(found[first:][:A_PAGE], start=1)]
    screen = "waiting" if waiting else "people"
    turning = [go(asked, "manage_previous", screen, page - 1)] if page else []
    turning += [go(asked, "manage_next", screen, page + 1)] if page + 1 < pages else []
    buttons = [named(asked, one.name, f"person:{one.id}") for one in found[first:][:A_PAGE]]
    rows = [*pairs(buttons), *([turning] if turning else [])]
    if not waiting:
        rows.append([go(asked, "manage_person_add", "padd")])
    return View(
        {"waiting": waiting, "officials": listed, "page": page + 1, "pages": pages, "count": len(everybody)},
        [*rows, back(asked, "")],
    )


def manage_official(asked: Asked) -> View:
    """One official: posts, account, link; what can be changed."""
    official = asked.session.get(Official, asked.params["official_id"])
    if official is None or official.office_id != asked.office_id or official.auditor or not official.active:
        raise NothingToSay
    which, joined = official.id or 0, official.telegram_id is not None
    invitation = officials.open_invitation(asked.session, which)
    rows = [
        [go(asked, "manage_rename", f"pname:{which}"), go(asked, "manage_address", f"pcall:{which}")],
        [go(asked, "manage_seats_set", "seats"), _admin_button(asked, official)],
        [go(asked, "manage_relink" if joined else "manage_link", f"link:{which}")],
    ]
    if invitation is not None:
        rows.append([go(asked, "manage_unlink", f"unlink:{which}")])
    if asked.official is None or asked.official.id != which:
        rows.append([go(asked, "manage_off", f"leave:{which}")])
    return View(
        {
            "name": asked.names.person(which),
            "titles": [_title(asked, seat) for seat in people.seats_of(asked.session, which)],
            "admin": official.admin,
            "joined": joined,
            "link": link_state(asked, invitation),
            "until": invitation.expires_at if invitation is not None else None,
        },
        [*rows, back(asked, "people")],
    )


def manage_settings(asked: Asked) -> View:
    """The reminder policy or the office's rules, each value in plain words with a button that changes it."""
    if asked.office is None:
        raise NothingToSay
    kind = asked.params["kind"]
    values = policy_of(asked.office) if kind == "policy" else rules_of(asked.office)
    fields = list((ReminderPolicy if kind == "policy" else OfficeRules).model_fields)
    shown = [ShownSetting(n, field, said(getattr(values, field))) for n, field in enumerate(fields, start=1)]
    name = "pol" if kind == "policy" else "rule"
    buttons = [go(asked, "manage_number", f"{name}:{one.field}", number=one.number) for one in shown]
    return View(
        {"kind": kind, "settings": shown},
        [*(buttons[i : i + 4] for i in range(0, len(buttons), 4)), back(asked, "")],
    )


def said(value: Any) -> Any:
    """Return a setting's value as templates take it; superiors as pairs of posts."""
    if isinstance(value, dict):
        return [(job_title(role), job_title(superior)) for role, superior in sorted(value.items())]
    return value


def go(asked: Asked, key: str, screen: str, page: int = 0, **values: object) -> InlineButton:
    """Return a button that opens a screen or begins a change."""
    return asked.button(key, _press(asked, screen, page), None, **values)


def _press(asked: Asked, screen: str, page: int = 0) -> Press:
    return Press(Page.MANAGE, asked.official.id or 0 if asked.official else 0, page, screen)


def named(asked: Asked, words: str, screen: str) -> InlineButton:
    """Return a button with words of its own that opens a screen."""
    return button(words, _press(asked, screen))


def back(asked: Asked, screen: str) -> list[InlineButton]:
    """Return the row with the way back to a screen."""
    return [go(asked, "manage_back", screen)]


def _admin_button(asked: Asked, official: Official) -> InlineButton:
    key, screen = ("manage_admin_off", "adminoff") if official.admin else ("manage_admin_on", "adminon")
    return go(asked, key, f"{screen}:{official.id}")


def _official(asked: Asked, official: Official, number: int) -> ShownOfficial:
    invitation = officials.open_invitation(asked.session, official.id or 0) if official.telegram_id is None else None
    seated = people.seats_of(asked.session, official.id or 0)
    title = one_line(people.title(asked.session, official), MAX_NAME) if seated else ""
    return ShownOfficial(
        number, asked.names.person(official.id), title, official.admin, official.telegram_id is not None,
        link_state(asked, invitation),
    )  # fmt: skip


def link_state(asked: Asked, invitation: Invitation | None) -> str:
    """Return what an official's link is worth: '' (there is none), open, claimed or expired."""
    if invitation is None:
        return ""
    if invitation.status == "open" and invitation.expires_at <= asked.now:
        return "expired"
    return invitation.status


def _title(asked: Asked, seat: Seat) -> str:
    own = seat.title or job_title(seat.role, asked.names.units.get(seat.unit_id))
    return one_line(Capacity(seat.capacity).prefix + own, MAX_NAME)


def _office_id(asked: Asked) -> str:
    if asked.office_id is None:
        raise NothingToSay
    return asked.office_id
