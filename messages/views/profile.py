"""One's own profile, the quiet hours, and the notice of what is kept about a person."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, select

from messages.rendered import InlineButton
from messages.text import Reader, one_line
from messages.views.asked import Asked, View
from storage.tables import Office, Official, Seat, Unit
from workflow import people, quiet_hours
from workflow.job_titles import job_title
from workflow.office_rules import OfficeRules, rules_of
from workflow.seats.terms import Capacity
from workflow.verbs import Page, Press


@dataclass(frozen=True, slots=True)
class Kept:
    """What one office knows of a person: the office, their posts."""

    office: str
    titles: tuple[str, ...]


def profile(asked: Asked) -> View:
    """Name, posts, form of address, language, quiet hours: each with the buttons that change it."""
    official = asked.session.get_one(Official, asked.params["official_id"])
    hours = quiet_hours.of_json(official.quiet)
    quiet = [_button(asked, official, "profile_quiet", "quiet")]
    if hours is not None:
        quiet.append(_button(asked, official, "profile_no_quiet", "loud"))
    return View(
        {
            "name": one_line(official.name, 60),
            "kept": _kept(asked),
            "salutation": one_line(official.salutation or "", 20),
            "quiet": _hours(asked.reader, hours),
        },
        [
            [_button(asked, official, "profile_bapak", "bapak"), _button(asked, official, "profile_ibu", "ibu")],
            [_button(asked, official, "profile_id", "id"), _button(asked, official, "profile_en", "en")],
            quiet,
            [_button(asked, official, "profile_privacy", "privacy")],
        ],
    )


def ask_quiet(asked: Asked) -> View:
    """From when until when."""
    return View({}, [[asked.answer("profile_no_quiet", "none")], [asked.answer("cancel", "cancel")]])


def quiet_refused(asked: Asked) -> View:
    """Words that are no hours, or hours that leave too little of the working day."""
    return View({"reason": asked.params.get("reason") or "form"})


def privacy(asked: Asked) -> View:
    """The notice under UU 27/2022."""
    session, official = asked.session, asked.session.get(Official, asked.params["official_id"])
    office = session.get(Office, official.office_id) if official is not None else asked.office
    rules = rules_of(office) if office is not None else OfficeRules()
    admins = people.admins(session, office.id) if office is not None else []
    return View(
        {
            "name": one_line(official.name, 60) if official is not None else "",
            "titles": _titles(session, official) if official is not None else (),
            "office": one_line(office.name, 60) if office is not None else "",
            "telegram_id": official.telegram_id if official is not None else None,
            "admins": [asked.names.person(admin.id) for admin in admins[:3]],
            "raw_days": rules.raw_updates_days,
            "text_days": rules.message_texts_days,
            "card_days": rules.card_ids_days,
        }
    )


def account_moved(asked: Asked) -> View:
    """To the account that somebody left: it stands for nobody any more."""
    return View({"office": one_line(asked.office.name, 60) if asked.office is not None else ""})


def _kept(asked: Asked) -> list[Kept]:
    """Return each office the owner of the chat sits in."""
    who = asked.session, asked.chat_id, asked.bot_id
    rows = [*people.officials_of(*who), *people.auditors_of(*who)]
    named = [(row, asked.session.get(Office, row.office_id)) for row in rows]
    return [Kept(one_line(office.name, 60), _titles(asked.session, row)) for row, office in named if office]


def _titles(session: Session, official: Official) -> tuple[str, ...]:
    """Return the posts that somebody holds now, with their units: 'Kasi Pemerintahan'."""
    seats = people.seats_of(session, official.id or 0)
    units = {unit.id: unit.name for unit in session.exec(select(Unit).where(Unit.office_id == official.office_id))}
    return tuple(one_line(_title(seat, units.get(seat.unit_id)), 50) for seat in seats[:5])


def _title(seat: Seat, unit: str | None) -> str:
    return Capacity(seat.capacity).prefix + (seat.title or job_title(seat.role, unit))


def _hours(reader: Reader, hours: quiet_hours.QuietHours | None) -> str:
    """Return '18.00–07.00', '' for none."""
    if hours is None:
        return ""
    mark = ":" if reader.language == "en" else "."
    return f"{hours.start:%H}{mark}{hours.start:%M}–{hours.end:%H}{mark}{hours.end:%M}"


def _button(asked: Asked, official: Official, key: str, argument: str) -> InlineButton:
    return asked.button(key, Press(Page.PROFILE, official.id or 0, 0, argument))
