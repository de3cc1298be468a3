"""The command line names every command at once, and loads only the one that is called."""

from __future__ import annotations

import gc
import subprocess
import sys
from importlib import import_module

import pytest
import typer
from typer.testing import CliRunner

from bot.cli import COMMANDS, command_line
from bot.loading import loading

DEAR = {"sqlalchemy", "pydantic", "telegram", "aiohttp", "alembic", "sop_definitions", "storage", "workflow"}

HELP = """
import sys
from bot.cli import main

sys.argv = ["pandu", "--help"]
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def test_help_names_every_command_and_loads_none() -> None:
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True)
    assert {name for name in COMMANDS if f"{name} " in done.stdout} == set(COMMANDS)
    assert DEAR & set(done.stderr.split()) == set()
    assert "bot.cli" in done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_the_same_of_itself(name: str) -> None:
    # The help of a group is given to it by the same line.
    root = typer.main.get_command(command_line([name]))
    command = root.commands[name]  # type: ignore[attr-defined]  # it is a group
    assert command.help.splitlines()[0] == COMMANDS[name].help
    assert getattr(command, "commands", command.callback)


def test_a_word_that_is_no_command_is_refused() -> None:
    assert CliRunner().invoke(command_line(["nothing"]), ["nothing"]).exit_code == 2


def test_looking_for_garbage_goes_on_after_loading_even_where_that_fails() -> None:
    try:
        with pytest.raises(ModuleNotFoundError), loading():
            import_module("no_such_module" if not gc.isenabled() else "bot")
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
