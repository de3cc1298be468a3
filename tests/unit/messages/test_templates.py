"""The two folders of templates say the same things."""

from __future__ import annotations

import re

import pytest
from jinja2 import meta, nodes

from messages.environment import ENVIRONMENTS
from messages.views.registry import MESSAGES

NAMES = sorted([*MESSAGES, "card"])
PARTS = ("_adoption", "_setting", "_cutoff_warning", "_meeting_notes")
"""What several messages include."""


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_message_has_its_template_and_no_other(language: str) -> None:
    found = [name for name in sorted(ENVIRONMENTS[language].list_templates()) if not name.startswith("_")]
    assert found == [f"{name}.j2" for name in NAMES]


def _source(language: str, name: str) -> str:
    environment = ENVIRONMENTS[language]
    assert environment.loader is not None
    return environment.loader.get_source(environment, f"{name}.j2")[0]


@pytest.mark.parametrize("name", [*NAMES, *PARTS])
def test_both_languages_use_the_same_variables(name: str) -> None:
    used = []
    for language in ("id", "en"):
        tree = ENVIRONMENTS[language].parse(_source(language, name))
        attributes = {node.attr for node in tree.find_all(nodes.Getattr)}
        # Only Indonesian addresses its reader: Bapak, Ibu.
        used.append((meta.find_undeclared_variables(tree) - {"reader"}, attributes - {"you"}))
    assert used[0] == used[1]


@pytest.mark.parametrize("name", [*NAMES, *PARTS])
@pytest.mark.parametrize("language", ["id", "en"])
def test_templates_keep_to_what_telegram_understands(name: str, language: str) -> None:
    source = _source(language, name)
    assert set(re.findall(r"</?([a-z]+)", source)) <= {"b", "i", "code", "blockquote"}
    assert "safe" not in re.findall(r"\|\s*(\w+)", source)
    assert not re.search("[\U0001f300-\U0001faff]", source)
