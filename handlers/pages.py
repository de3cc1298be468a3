"""``/status``, ``/berkas``, ``/riwayat``, ``/arsip``: what may be looked at, never changed."""

from __future__ import annotations

from collections.abc import Callable

from handlers.talk import Talk
from storage.tables import Official, Run
from workflow import rights
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.run_files import all_file_ids
from workflow.verbs import Page, Press


def status(talk: Talk) -> None:
    """``/status``: all runs one may see; ``/status 12``: one run, step by step."""
    _each_named(talk, lambda run, official: talk.say("status_run", official, run_id=run.id))


def files(talk: Talk) -> None:
    """``/berkas 12``: the run's files, for those who may read them."""
    _each_named(talk, lambda run, official: _send_files(talk, run, official))


def history(talk: Talk) -> None:
    """``/riwayat 12``: who did what, newest first."""
    _each_named(talk, lambda run, official: talk.say("history", official, run_id=run.id, page=0))


def archive(talk: Talk) -> None:
    """``/arsip``: finished runs; ``/arsip 2026`` those of a year, ``/arsip TW IV 2026`` of a period."""
    argument = talk.incoming.argument
    year = _year(run_number(argument))
    period = argument if year is None else None
    for official in talk.officials:
        talk.say("archive", official, year=year, sop=None, page=0, period=period)


def press(talk: Talk, pressed: Press) -> Reply | None:
    """A button that opens a page; ``id`` is the run's row id."""
    if pressed.verb == Page.ARCHIVE:
        _archive_page(talk, pressed)
        return None
    found = rights.viewer_of(talk.session, talk.officials, pressed.id)
    if found is None:
        raise Stopped("not_allowed")
    run, official = found
    match pressed.verb:
        case Page.RUN:
            talk.say("status_run", official, run_id=run.id)
        case Page.BOARD:
            talk.say("board_text", official, run_id=run.id, step=pressed.activation)
        case Page.FILES:
            _send_files(talk, run, official)
        case Page.HISTORY:
            talk.say("history", official, run_id=run.id, page=pressed.activation)
    return None


def _archive_page(talk: Talk, pressed: Press) -> None:
    """``id`` is the year (0: all), ``activation`` the page, the argument the SOP's id."""
    official = talk.official
    talk.say("archive", official, year=_year(pressed.id), sop=pressed.argument or None, page=pressed.activation)


def _year(number: int | None) -> int | None:
    """Return a number that can be a year of the archive, else ``None``: all years."""
    return number if number is not None and 2000 <= number <= 2999 else None


def _send_files(talk: Talk, run: Run, official: Official) -> None:
    if not rights.may_read_files(talk.session, official, run):
        talk.say("not_allowed", official, what="files")
        return
    talk.say("files", official, run_id=run.id)
    for file_id in all_file_ids(talk.session, run):
        talk.send_document(file_id, official)


def _each_named(talk: Talk, show: Callable[[Run, Official], None]) -> None:
    """Show what the argument names; without one, the list of runs to choose from.

    A number that two of the person's offices know is shown for both.
    """
    argument = talk.incoming.argument.lstrip("#")
    if not argument:
        for official in talk.officials:
            talk.say("status_list", official)
        return
    number = run_number(argument)
    found = rights.runs_numbered(talk.session, talk.officials, number) if number is not None else []
    for run, official in found:
        show(run, official)
    if not found:
        talk.say("not_found", what="run")


def run_number(argument: str) -> int | None:
    """Return the run's number in a command's argument, or ``None`` if it is none."""
    return int(argument) if argument.isascii() and argument.isdigit() and len(argument) < 10 else None
