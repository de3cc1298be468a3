"""The two folders of templates say the same things."""

from __future__ import annotations

import re

import pytest
from jinja2 import meta, nodes

from messages.environment import ENVIRONMENTS, build, one_full_stop
from messages.views.registry import MESSAGES
from workflow.office_rules import OfficeRules
from workflow.reminding.policy import ReminderPolicy

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


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ibu Rina Wulandari, S.Sos.", "Sudah diselesaikan oleh Ibu Rina Wulandari, S.Sos. Terima kasih."),
        ("Bapak Ahmad Fauzi", "Sudah diselesaikan oleh Bapak Ahmad Fauzi. Terima kasih."),
        ("Ibu Siti \x1f Rahayu…", "Sudah diselesaikan oleh Ibu Siti  Rahayu… Terima kasih."),
    ],
)
def test_a_degree_at_the_end_of_a_sentence_takes_no_second_full_stop(name: str, shown: str) -> None:
    said = build("id").from_string("Sudah diselesaikan oleh {{ name }}. Terima kasih.").render(name=name)
    assert one_full_stop(said) == shown


def test_what_somebody_wrote_keeps_its_full_stops() -> None:
    said = build("id").from_string("Alasan: “{{ reason }}”\n{{ reason }}").render(reason="mohon dicek..")
    assert one_full_stop(said) == "Alasan: “mohon dicek..”\nmohon dicek.."


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_setting_is_said_in_words_of_its_own(language: str) -> None:
    template = ENVIRONMENTS[language].get_template("_setting.j2")
    fields = [*ReminderPolicy.model_fields, *OfficeRules.model_fields]
    said = [template.render(field=field, value=[] if field == "superiors" else 7) for field in fields]
    assert len(set(said)) == len(fields)
