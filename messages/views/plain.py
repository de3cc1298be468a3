"""Messages that need little or nothing from the rows: welcome, help, refusals, short answers."""

from __future__ import annotations

from sqlmodel import col, select

from messages.rendered import button
from messages.text import file_name, kinds_in_words, one_line
from messages.toasts import toast
from messages.views.asked import Asked, View
from storage.tables import Invitation, Office, Official, Run
from workflow.verbs import Page, Press, Verb


def bare(_asked: Asked) -> View:
    """A message that says the same to everybody."""
    return View({})


def home(asked: Asked) -> View:
    """The home menu: who one is here and what can be done."""
    official = asked.official
    return View(
        {
            "name": asked.names.person(official.id) if official else "",
            "office": _office(asked),
            "admin": bool(official and official.admin),
            "auditor": bool(official and official.auditor),
        }
    )


def enrol_waiting(asked: Asked) -> View:
    """The link was good; the admin has to agree."""
    return View({"office": _office(asked)})


def enrol_ask_admin(asked: Asked) -> View:
    """The admin is asked whether it is really them."""
    row = asked.session.get_one(Invitation, asked.params["invitation_id"])
    keyboard = [
        [
            asked.button("enrol_yes", Press(Page.ENROL, row.id or 0, 0, "yes"), "success"),
            asked.button("enrol_no", Press(Page.ENROL, row.id or 0, 0, "no"), "danger"),
        ]
    ]
    return View(
        {
            "official": asked.names.person(row.official_id),
            "claimed_name": one_line(row.claimed_name or "-", 60),
            "claimed_at": row.claimed_at,
            "replaces": _has_account(asked, row.official_id),
        },
        keyboard,
    )


def enrol_alert_admin(asked: Asked) -> View:
    """A link was used a second time or in another way that the admin should know of."""
    row = asked.session.get(Invitation, asked.params["invitation_id"])
    return View(
        {
            "official": asked.names.person(row.official_id) if row else "-",
            "reason": asked.params.get("reason") or "used",
            "accounts": len(asked.params.get("accounts") or []),
            "waiting": bool(row and row.status == "claimed"),
        }
    )


def _has_account(asked: Asked, official_id: int) -> bool:
    """Say whether an official is enrolled already: then this is a change of account."""
    official = asked.session.get(Official, official_id)
    return official is not None and official.telegram_id is not None


def reason(asked: Asked) -> View:
    """A refusal told by one word."""
    return View({"reason": asked.params.get("reason") or "unknown"})


def what(asked: Asked) -> View:
    """Something is not there, or not for this reader."""
    return View({"what": asked.params.get("what") or "run"})


def bot_name(asked: Asked) -> View:
    """A message that says where to find the bot."""
    return View({"bot": asked.params.get("bot") or "bot"})


def cancel_which(asked: Asked) -> View:
    """Which run is to be cancelled: the ones the reader may cancel, as buttons."""
    ids = asked.params.get("run_ids") or []
    joined = select(Run, Office).join(Office, col(Office.id) == Run.office_id)
    rows = asked.session.exec(joined.where(col(Run.id).in_(ids)))
    named = {run.id: (run, office) for run, office in rows}
    several = len({office.id for _, office in named.values()}) > 1
    keyboard = []
    for run_id in ids:
        if run_id in named:
            run, office = named[run_id]
            where = f" · {office.name}" if several else ""
            words = one_line(f"{run.number} · {run.title} {run.period}{where}", 60)
            keyboard.append([button(words, Press(Verb.CANCEL_RUN, run_id))])
    return View({"any": bool(keyboard)}, keyboard)


def bad_answer(asked: Asked) -> View:
    """A typed value that could not be understood; the question still stands."""
    label = asked.params.get("field")
    language = asked.reader.language
    return View(
        {
            "reason": asked.params.get("reason") or "empty",
            "example": asked.example_day(),
            "field": one_line(str(label.get(language) or label.get("id") or ""), 60) if isinstance(label, dict) else "",
        }
    )


def answer_refused(asked: Asked) -> View:
    """A typed answer came too late or is not allowed: the words of the toast, as a message."""
    facts = dict(asked.params.get("facts") or {})
    facts.setdefault("timezone", asked.reader.timezone)
    return View({"words": toast(asked.params["key"], facts, asked.reader.language)})


def file_refused(asked: Asked) -> View:
    """A file that cannot be taken, and what to do instead."""
    params = asked.params
    return View(
        {
            "name": file_name(str(params.get("name") or "-")),
            "reason": params.get("reason") or "unavailable",
            "kinds": kinds_in_words(params.get("kinds") or (), asked.reader.language),
            "max_mb": params.get("max_mb") or 20,
            "limit": params.get("limit"),
        }
    )


def question_dropped(asked: Asked) -> View:
    """A question ended because the official turned to something else."""
    return View({"kind": asked.params.get("kind") or ""})


def office_choice(asked: Asked) -> View:
    """Which of the reader's offices is meant."""
    officials = [asked.session.get_one(Official, one) for one in asked.params.get("official_ids") or []]
    named = [(one.id, asked.session.get_one(Office, one.office_id)) for one in officials]
    rows = [
        [asked.named_answer(one_line(office.name, 56) or office.id, f"office-{official_id}")]
        for official_id, office in named
    ]
    return View({"about": asked.params["about"]}, [*rows, [asked.answer("cancel", "cancel")]])


def count(asked: Asked) -> View:
    """How many units were reminded."""
    return View({"count": int(asked.params.get("count") or 0)})


def tasks_hat(asked: Asked) -> View:
    """As what the reader owes the cards that follow."""
    params = asked.params
    return View(
        {
            "kind": params.get("kind") or "",
            "title": one_line(params.get("capacity") or "", 50),
            "principal": asked.names.person(params["principal"]) if params.get("principal") else "",
            "count": int(params.get("count") or 0),
        }
    )


def minutes(asked: Asked) -> View:
    """How long until the next reminder is allowed."""
    return View({"minutes": int(asked.params.get("minutes") or 1)})


def unreachable(asked: Asked) -> View:
    """An official whom the bot cannot reach."""
    row = asked.session.get(Official, asked.params["official_id"])
    return View({"official": asked.names.person(row.id if row else None)})


def update_parked(asked: Asked) -> View:
    """Something an official sent could not be handled."""
    return View({"inbox_id": int(asked.params.get("inbox_id") or 0)})


def timer_given_up(asked: Asked) -> View:
    """Something put down for a time failed again and again."""
    run = asked.session.get(Run, asked.params.get("run_id") or 0)
    return View({"run": run.number if run else None})


def _office(asked: Asked) -> str:
    office: Office | None = asked.office
    return one_line(office.name, 60) if office else ""
