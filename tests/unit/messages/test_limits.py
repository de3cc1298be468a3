"""Messages that would be too long are cut without breaking their markup."""

from __future__ import annotations

import html
import random

import pytest

from messages.limits import MAX_TEXT, fit
from messages.text import utf16_length
from tests.unit.messages.telegram_html import plain


def test_what_fits_stays_as_it_is() -> None:
    text = "<b>" + html.escape("<&>") * 1000 + "</b>"
    assert fit(text, "lebih") == text


def test_a_long_text_is_cut_after_a_line_and_says_where_the_rest_is() -> None:
    cut = fit("\n".join(f"<b>Langkah {n}</b> &amp; selesai" for n in range(1000)), "selengkapnya /status 12")
    shown = plain(cut)
    assert utf16_length(shown) <= MAX_TEXT
    assert shown.endswith("& selesai\n… selengkapnya /status 12")
    assert utf16_length(shown) > MAX_TEXT - 60


@pytest.mark.parametrize(
    "text", ["😀" * 4096, "<b>" + "😀" * 4096 + "</b>", "<i><b>&amp;" + "x&lt;" * 3000 + "</b></i>"]
)
def test_tags_and_entities_are_never_cut_through(text: str) -> None:
    shown = plain(fit(text, "selengkapnya /status 1"))
    assert utf16_length(shown) <= MAX_TEXT


def test_any_mixture_stays_well_formed() -> None:
    chance = random.Random(20270107)
    pieces = ["<b>a</b>", "<i><b>x\ny</b></i>", "&amp;", "&#39;", "😀", "kata ", "\n", "<code>z</code>"]
    for limit in range(30, 200, 7):
        text = "".join(chance.choices(pieces, k=200))
        assert utf16_length(plain(fit(text, "lagi", limit))) <= limit
