"""``/kelola``, units: add, rename, move, close, open again."""

from __future__ import annotations

from handlers import manage_flow as flow
from handlers.manage_flow import Apply, Begin, What, Words
from handlers.talk import Talk
from storage.tables import Official
from workflow.deed import Stopped
from workflow.managing import units
from workflow.reply import Reply


def _add(talk: Talk, admin: Official, _which: str) -> Reply:
    return flow.ask_words(talk, admin, {"kind": "unit_add", "back": "units"})


def _rename(talk: Talk, admin: Official, unit_id: str) -> Reply:
    return flow.ask_words(talk, admin, _about(talk, admin, "unit_name", unit_id))


def _move(by: int) -> Begin:
    def begin(talk: Talk, admin: Official, unit_id: str) -> Reply:
        what = _about(talk, admin, "unit_move", unit_id)
        order = units.place_after_move(talk.session, admin.office_id, unit_id, by)
        return flow.propose(talk, admin, {**what, "by": by, "order": [unit.id for unit in order]})

    return begin


def _close(talk: Talk, admin: Official, unit_id: str) -> Reply:
    what = _about(talk, admin, "unit_off", unit_id)
    seated = units.seated_in(talk.session, talk.moment, admin.office_id, unit_id)
    if seated:
        raise Stopped("unit_has_seats", count=len(seated))
    return flow.propose(talk, admin, what)


def _reopen(talk: Talk, admin: Official, unit_id: str) -> Reply:
    return flow.propose(talk, admin, _about(talk, admin, "unit_on", unit_id))


def _about(talk: Talk, admin: Official, kind: str, unit_id: str) -> What:
    unit = units.unit_of(talk.session, admin.office_id, unit_id)
    return {"kind": kind, "unit": unit.id, "old": unit.name, "back": f"unit:{unit.id}"}


def _named(talk: Talk, admin: Official, what: What, text: str) -> Reply | None:
    name = flow.name_from(talk, text)
    return None if name is None else flow.propose(talk, admin, {**what, "name": name})


def _applied(talk: Talk, admin: Official, what: What) -> Reply:
    session, moment = talk.session, talk.moment
    match what["kind"]:
        case "unit_add":
            unit = units.add(session, moment, admin, what["name"])
            what = {**what, "unit": unit.id}
        case "unit_name":
            units.rename(session, moment, admin, what["unit"], what["name"])
        case "unit_move":
            units.move(session, moment, admin, what["unit"], what["by"])
        case "unit_off":
            units.close(session, moment, admin, what["unit"])
        case _:
            units.reopen(session, moment, admin, what["unit"])
    return flow.done(talk, admin, {**what, "back": "units"})


BEGIN: dict[str, Begin] = {
    "uadd": _add,
    "uname": _rename,
    "uup": _move(-1),
    "udown": _move(1),
    "uoff": _close,
    "uon": _reopen,
}
WORDS: dict[str, Words] = {"unit_add": _named, "unit_name": _named}
APPLY: dict[str, Apply] = dict.fromkeys(("unit_add", "unit_name", "unit_move", "unit_off", "unit_on"), _applied)
