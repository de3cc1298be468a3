"""The messages of ``/kelola`` with the parameters they are queued with."""

from __future__ import annotations

from typing import Any

from tests.unit.messages.town import KASI_TRANTIB, SEKCAM, Town
from workflow.office_rules import OfficeRules
from workflow.reminding.policy import ReminderPolicy

POLICY: dict[str, tuple[Any, Any]] = {
    **{name: (getattr(ReminderPolicy(), name), 12) for name in ReminderPolicy.model_fields},
    "unacknowledged_action": ("notify", "offer"),
    "incomplete_action": ("offer", "notify"),
    "superiors": ({}, {"kasi_kasubag": "camat"}),
    "late_after_days": (1, 0),
}
RULES: dict[str, tuple[Any, Any]] = {
    **{name: (getattr(OfficeRules(), name), 45) for name in OfficeRules.model_fields},
    "four_eyes": (False, True),
    "record_decisions": (True, False),
}
"""Every setting, with what it was and what it is to be."""
REFUSED = ("no_end", "backwards", "past", "no_such_day", "wrong_weekday", "too_long", "not_a_date")
"""Why the words of a period are not taken."""


def every(place: Town, words: str | None, question: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return each message in all its forms; ``words`` stand for whatever people type."""
    name, unit = words or "Rina Wulandari, S.Sos.", words or "Seksi Kesejahteraan Sosial"
    sekcam, kasi = place.official(SEKCAM).id, place.official(KASI_TRANTIB).id
    old = {"old": words or "Siti Rahayu", "official": sekcam}
    new = {"kind": "person_add", "name": name, "salutation": "Ibu"}
    settings = [
        {"kind": kind, "field": field, "old": was, "value": value, "back": kind}
        for kind, fields in (("policy", POLICY), ("rules", RULES))
        for field, (was, value) in fields.items()
    ]
    auditor = words or "Ratna Dewi, S.E. (Inspektorat Kabupaten Banyumas)"
    days = {"since": "2026-11-22T17:00:00+00:00", "until": "2026-12-31T17:00:00+00:00"}
    meant = [list(days.values()), [days["since"], "2027-12-31T17:00:00+00:00"]]
    changes: list[dict[str, Any]] = [
        {"kind": "unit_add", "name": unit, "back": "units"},
        {"kind": "unit_name", "unit": "trantib", "old": "Seksi Trantib", "name": unit},
        {"kind": "unit_move", "unit": "trantib", "old": unit, "order": ["trantib", "sekretariat", "pemerintahan"]},
        {"kind": "unit_off", "unit": "trantib", "old": unit},
        {"kind": "unit_on", "unit": "trantib", "old": unit},
        {**new, "official": kasi, "title": words or "Kasi Kesejahteraan Sosial", "back": "people"},
        {**new, "official": kasi, "title": ""},
        {**old, "kind": "person_name", "name": name},
        {**old, "kind": "person_call", "salutation": "Bapak"},
        *[{**old, "kind": kind} for kind in ("admin_on", "admin_off", "unlink")],
        *[{"kind": "link", "official": sekcam, "joined": joined} for joined in (True, False)],
        *[{**old, "kind": "leave", "seats": 2, "tasks": tasks} for tasks in (3, 0)],
        *settings,
        {"kind": "auditor_add", "name": auditor, "official": sekcam, **days, "back": "auditors"},
        {"kind": "auditor_until", "official": sekcam, "old": auditor, **days},
        {"kind": "auditor_end", "official": sekcam, "old": auditor},
    ]
    asking = [
        {"kind": "unit_add"},
        {"kind": "unit_name", "old": unit},
        {"kind": "person_add"},
        {"kind": "person_name", "old": name},
        {"kind": "policy", "field": "gap_minutes", "old": 60, "least": 5, "most": 480},
        {"kind": "rules", "field": "raw_updates_days", "old": 30, "least": 1, "most": 365},
        {"kind": "auditor_add", "step": "name"},
        {"kind": "auditor_add", "step": "from", "name": words or "Ratna Dewi, S.E."},
        *[{"kind": "auditor_add", "step": "period", "name": auditor, "reason": reason} for reason in ("", *REFUSED)],
        {"kind": "auditor_until", "step": "period", "old": auditor},
    ]
    posts = [["camat", "Camat"], ["sekcam", "Sekcam"]]
    choosing: list[tuple[dict[str, Any], list[list[str]]]] = [
        ({**new, "step": "salutation"}, [["Bapak", "Bapak"], ["Ibu", "Ibu"], ["Bapak/Ibu", "Bapak/Ibu"]]),
        ({**new, "step": "unit"}, [["office", ""], ["trantib", unit], ["none", ""]]),
        ({**new, "step": "post"}, posts),
        ({**settings[0], "field": "superiors", "old": {}, "step": "role"}, posts),
        (
            {**settings[0], "field": "superiors", "old": {}, "step": "superior", "role": "camat"},
            [["usual", ""], *posts],
        ),
        (
            {**settings[0], "field": "incomplete_action", "old": "offer", "step": "action"},
            [["notify", ""], ["offer", ""]],
        ),
        ({"kind": "auditor_add", "step": "period", "name": auditor, "meant": meant}, [["0", ""], ["1", ""]]),
        ({"kind": "rules", "field": "four_eyes", "old": False, "step": "switch"}, [["yes", ""], ["no", ""]]),
    ]
    return [
        ("manage", {}),
        ("manage_units", {}),
        ("manage_unit", {"unit": "trantib"}),
        *[("manage_officials", {"waiting": waiting, "page": page}) for waiting in (False, True) for page in (0, 3)],
        *[("manage_official", {"official_id": one}) for one in (sekcam, kasi)],
        *[("manage_auditors", {"page": page}) for page in (0, 3)],
        ("manage_auditor", {"official_id": place.auditor().id}),
        *[("manage_settings", {"kind": kind}) for kind in ("policy", "rules")],
        *[("manage_words", {**question, "what": what}) for what in asking],
        *[("manage_choose", {**question, "what": what, "choices": choices}) for what, choices in choosing],
        *[("manage_change", {**asked, "what": what}) for asked in (question, {}) for what in changes],
        ("manage_letter", {"official_id": sekcam}),
        ("manage_letter_text", {"secret": f"Yth. {words or 'Ibu Siti Rahayu'}, Sekcam\n\nMohon bergabung."}),
    ]
