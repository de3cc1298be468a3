"""``/status``, ``/berkas``, ``/riwayat``, ``/arsip``: what may be looked at, never changed."""

from __future__ import annotations

import re
from collections.abc import Callable

from handlers.talk import Talk
from storage.tables import Adoption, Official, Run
from workflow import auditors, rights
from workflow.adoption import load
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.run_files import all_file_ids
from workflow.verbs import Page, Press

SOP_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")


def status(talk: Talk) -> None:
    """``/status``: all runs one may see; ``/status 12``: one run, step by step."""
    _each_named(talk, lambda run, official: _show(talk, official, "status_run", "run", run))


def files(talk: Talk) -> None:
    """``/berkas 12``: the run's files, for those who may read them."""
    _each_named(talk, lambda run, official: _send_files(talk, run, official))


def history(talk: Talk) -> None:
    """``/riwayat 12``: who did what, newest first."""
    _each_named(talk, lambda run, official: _show(talk, official, "history", "history", run, page=0))


def archive(talk: Talk) -> None:
    """``/arsip``: finished runs; ``/arsip 2026`` those of a year, ``/arsip TW IV 2026`` of a period."""
    argument = talk.incoming.argument
    year = _year(run_number(argument))
    period = argument if year is None else None
    for official in talk.readers:
        auditors.read(talk.session, talk.moment, official, "archive", chosen="period" if period else str(year or ""))
        talk.say("archive", official, year=year, sop=None, page=0, period=period)


def press(talk: Talk, pressed: Press) -> Reply | None:
    """A button that opens a page; ``id`` is the run's row id."""
    if pressed.verb == Page.ARCHIVE:
        _archive_page(talk, pressed)
        return None
    found = rights.viewer_of(talk.session, talk.readers, pressed.id)
    if found is None:
        raise Stopped("not_allowed")
    run, official = found
    match pressed.verb:
        case Page.RUN:
            _show(talk, official, "status_run", "run", run)
        case Page.BOARD:
            _must_be_a_step(talk, run, pressed.activation)
            _show(talk, official, "board_text", "board", run, step=pressed.activation)
        case Page.FILES:
            _send_files(talk, run, official)
        case Page.HISTORY:
            _show(talk, official, "history", "history", run, page=pressed.activation)
    return None


def _show(talk: Talk, official: Official, template: str, what: str, run: Run, **params: int) -> None:
    """Show a page of a run; that an auditor looked at it is on record."""
    number = next(iter(params.values()), 0)
    auditors.read(talk.session, talk.moment, official, what, run=run, page=number)
    talk.say(template, official, run_id=run.id, **params)


def _must_be_a_step(talk: Talk, run: Run, number: int) -> None:
    """Refuse a step that the run's SOP does not have: such a button was made up."""
    definition = load(talk.session.get_one(Adoption, run.adoption_id)).definition
    if all(step.number != number for step in definition.steps):
        raise Stopped("stale")


def _archive_page(talk: Talk, pressed: Press) -> None:
    """``id`` is the year (0: all), ``activation`` the page, the argument the SOP's id."""
    official = talk.readers[0]
    auditors.read(
        talk.session, talk.moment, official, "archive", page=pressed.activation, chosen=_word(pressed.argument)
    )
    talk.say("archive", official, year=_year(pressed.id), sop=pressed.argument or None, page=pressed.activation)


def _word(argument: str) -> str:
    """Return a button's argument as the record may hold it: what Pandu wrote there is an SOP's id."""
    return argument if SOP_ID.fullmatch(argument) else ""


def _year(number: int | None) -> int | None:
    """Return a number that can be a year of the archive, else ``None``: all years."""
    return number if number is not None and 2000 <= number <= 2999 else None


def _send_files(talk: Talk, run: Run, official: Official) -> None:
    if not rights.may_read_files(talk.session, official, run):
        talk.say("not_allowed", official, what="auditor_files" if official.auditor else "files")
        return
    ids = all_file_ids(talk.session, run)
    auditors.read(talk.session, talk.moment, official, "files", run=run, files=ids)
    talk.say("files", official, run_id=run.id)
    for file_id in ids:
        talk.send_document(file_id, official)


def _each_named(talk: Talk, show: Callable[[Run, Official], None]) -> None:
    """Show what the argument names; without one, the list of runs to choose from.

    A number that two of the person's offices know is shown for both.
    """
    argument = talk.incoming.argument.lstrip("#")
    if not argument:
        for official in talk.readers:
            auditors.read(talk.session, talk.moment, official, "list")
            talk.say("status_list", official)
        return
    number = run_number(argument)
    found = rights.runs_numbered(talk.session, talk.readers, number) if number is not None else []
    for run, official in found:
        show(run, official)
    if not found:
        talk.say("not_found", what="run")


def run_number(argument: str) -> int | None:
    """Return the run's number in a command's argument, or ``None`` if it is none."""
    return int(argument) if argument.isascii() and argument.isdigit() and len(argument) < 10 else None
