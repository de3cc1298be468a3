"""Every role x every command and every button x own and other office, against one readable table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import command_menu
from handlers.dispatch import COMMANDS, PRESSES
from storage.database import migrate
from tests.integration.permissions.world import OUTSIDE, REFUSALS, ROLES, Answer, World
from workflow.verbs import Page, Verb

TABLE = Path(__file__).with_name("rights.txt")
COLUMNS = ("unit staff", "unit head", "clerk", "secretary", "head", "admin", "auditor")
NOTHING = tuple(role for role in OUTSIDE if role != "auditor")
"""Roles without any right."""
WITH_NUMBER = ("/status", "/berkas", "/riwayat", "/batalkan", "/tunda", "/lanjutkan")
ANYBODY = ("/start",)
"""What even a stranger may write: it opens their invitation."""
OF_NO_OFFICE = (Page.ARCHIVE,)
"""Buttons that name nothing of any office: they show one's own."""
READS = ("read.",)


def expected() -> dict[str, dict[str, bool]]:
    """Return the table: by button or command, by role, whether it is allowed."""
    found: dict[str, dict[str, bool]] = {}
    for line in TABLE.read_text().splitlines():
        cells = line.split()
        if len(cells) == len(COLUMNS) + 1 and set(cells[1:]) <= {"yes", "-"}:
            found[cells[0]] = {role: cell == "yes" for role, cell in zip(COLUMNS, cells[1:], strict=True)}
    return found


ALLOWED = expected()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    url = f"sqlite:///{tmp_path_factory.mktemp('permissions') / 'pandu.db'}"
    migrate(url)
    found = World(url)
    yield found
    found.engine.dispose()


def written(world: World, role: str, command: str) -> Answer:
    return world.write(role, f"{command} 1" if command in WITH_NUMBER else command)


def allowed(answer: Answer) -> bool:
    return answer.key not in REFUSALS


def assert_refused(answer: Answer, what: str) -> None:
    assert not allowed(answer), f"{what} was answered with {answer.key}"
    assert not answer.changed, f"{what} was refused ({answer.key}), and yet something changed"
    assert answer.told == set(), f"{what} was refused, and yet somebody else was told"


def test_the_table_names_every_button_and_command() -> None:
    commands = {f"/{name}" for name in (*COMMANDS, *command_menu.COMMANDS)}
    assert set(ALLOWED) == {*Verb, *Page} | commands
    assert {*Verb, *Page} <= set(PRESSES)


@pytest.mark.parametrize("verb", [*Verb, *Page])
def test_a_button_in_one_s_own_office(world: World, verb: str) -> None:
    [press] = world.presses["own"][verb]
    answers = {role: world.tap(role, press) for role in ROLES}
    assert {role: allowed(answers[role]) for role in COLUMNS} == ALLOWED[verb]
    for role, answer in answers.items():
        if role in NOTHING or not ALLOWED[verb][role]:
            assert_refused(answer, f"{role}: {verb}")


@pytest.mark.parametrize("verb", [one for one in (*Verb, *Page) if one not in OF_NO_OFFICE])
def test_a_button_of_another_office(world: World, verb: str) -> None:
    [press] = world.presses["other"][verb]
    for role in ROLES:
        assert_refused(world.tap(role, press), f"{role}: {verb} of another office")


@pytest.mark.parametrize("command", sorted(ALLOWED.keys() - {*Verb, *Page}))
def test_a_command(world: World, command: str) -> None:
    answers = {role: written(world, role, command) for role in ROLES}
    assert {role: allowed(answers[role]) for role in COLUMNS} == ALLOWED[command]
    for role, answer in answers.items():
        if (role in NOTHING and command not in ANYBODY) or (role not in NOTHING and not ALLOWED[command][role]):
            assert_refused(answer, f"{role}: {command}")
        # Whatever is answered, it comes from one's own office.
        assert {office for _, _, office, _ in answer.said} <= {"own", None}, f"{role}: {command}"
