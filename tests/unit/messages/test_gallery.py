"""The gallery leaves nothing out, and nothing in it breaks Telegram's limits."""

from __future__ import annotations

import re

import pytest

from messages.captions import CAPTIONS
from messages.environment import ENVIRONMENTS
from messages.limits import MAX_TOAST
from messages.toasts import SAME_AS, TOASTS
from simulator.entities import format_text
from tests.gallery.collecting import collect
from tests.gallery.exhibits import LANGUAGES, Exhibit
from tests.gallery.page import formatted, page
from tests.unit.messages.telegram_html import check, plain


@pytest.fixture(scope="module")
def exhibits() -> list[Exhibit]:
    # Hostile names are longer than the long ones, which are there to be read.
    return collect(("ordinary", "hostile"))


def test_every_template_is_in_it(exhibits: list[Exhibit]) -> None:
    shown = {exhibit.name for exhibit in exhibits if not exhibit.is_toast}
    for language in LANGUAGES:
        templates = {name for name in ENVIRONMENTS[language].list_templates() if not name.startswith("_")}
        assert {f"{name}.j2" for name in shown} == templates


def test_every_answer_to_a_tap_is_in_it(exhibits: list[Exhibit]) -> None:
    assert {exhibit.name for exhibit in exhibits if exhibit.is_toast} == {*TOASTS, *SAME_AS}


def test_every_caption_is_on_a_button(exhibits: list[Exhibit]) -> None:
    for language in LANGUAGES:
        pressed = {
            button.caption
            for exhibit in exhibits
            for row in exhibit.shown["ordinary", language].keyboard
            for button in row
        }
        for key, caption in CAPTIONS.items():
            words = re.sub(r"\\\{\w+\\\}", r".+", re.escape(caption.en if language == "en" else caption.id))
            assert any(re.fullmatch(words, one) for one in pressed), f"no button says {key}"


def test_everything_keeps_to_telegrams_limits(exhibits: list[Exhibit]) -> None:
    for exhibit in exhibits:
        for (naming, language), rendered in exhibit.shown.items():
            where = (exhibit.name, exhibit.situation, naming, language)
            if exhibit.is_toast:
                assert len(rendered.text) <= MAX_TOAST, where
                continue
            assert format_text(rendered.text, "HTML")[0] == check(rendered), where


def test_cards_are_shown_in_every_state(exhibits: list[Exhibit]) -> None:
    situations = " | ".join(exhibit.situation for exhibit in exhibits if exhibit.name == "card")
    for state in (
        "open", "with draft", "sending", "done by me", "done by another", "superseded", "returned with reason",
        "waived", "late units", "run finished", "run cancelled", "now another official's",
    ):  # fmt: skip
        assert state in situations


def test_the_page_needs_nothing_else_and_believes_nobody(exhibits: list[Exhibit]) -> None:
    written = page(exhibits)
    assert not re.search(r"(?:src|href)=[\"']?[^\"'#]|@import|url\(", written)
    assert written.count("<script>") == 1
    assert "&lt;b&gt;Budi&lt;" in written
    assert "<b>Budi</b>" not in written


def test_formatting_is_shown_as_in_the_messenger() -> None:
    text, entities = format_text("<b>Dua &lt;kata&gt; 😀</b> lagi", "HTML")
    assert formatted(text, entities) == "<mark><b>Dua &lt;kata&gt; 😀</b></mark><mark> lagi</mark>"
    long = "😀" * 70
    assert formatted(long, []) == f"<mark>{'😀' * 60}</mark>{'😀' * 10}"
    assert plain(formatted(long, []).replace("mark", "b")) == long
