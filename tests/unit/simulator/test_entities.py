from __future__ import annotations

import html
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.entities import cut, format_text, parse_html, units
from simulator.errors import BadRequest


def spans(source: str) -> list[tuple[str, str]]:
    text, entities = format_text(source, "HTML", find=False)
    return [(entity["type"], cut(text, entity["offset"], entity["length"])) for entity in entities]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<b>a</b>", [("bold", "a")]),
        ("😀<B>😀</B >", [("bold", "😀")]),
        ("<b>a<i>b</i></b>", [("bold", "ab"), ("italic", "b")]),
        ("<i><b>a</b></i>", [("bold", "a"), ("italic", "a")]),
        ("<b>a</>", [("bold", "a")]),
        ("<b></b>", []),
        ("&lt;b&gt; &amp;nbsp; &nbsp; &#65;&#x41 &quot", []),
        ('<span class="tg-spoiler">a</span>', [("spoiler", "a")]),
        ("<pre><code class='language-py'>a</code></pre>", [("pre", "a")]),
        ("<b>a<code>b</code>c</b>", [("bold", "a"), ("code", "b"), ("bold", "c")]),
        ("<a href='https://a.id/?a=1&amp;b=2'>a</a>", [("text_link", "a")]),
        ("<a href='entah'>a</a>", []),
        ("<blockquote>a</blockquote>", [("blockquote", "a")]),
        ("  <b> a </b>  ", [("bold", "a")]),
    ],
)
def test_html(source: str, expected: list[tuple[str, str]]) -> None:
    assert spans(source) == expected


def test_what_is_decoded_and_what_is_not() -> None:
    assert parse_html("&lt;b&gt; &nbsp; &#65;&#x41 &quot &")[0] == '<b> &nbsp; AA " &'


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<b>a", "Can't find end tag corresponding to start tag \"b\""),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("é<b>a</i>", 'Unmatched end tag at byte offset 6, expected "</b>", found "</i>"'),
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("a<2 >", 'Unsupported start tag "2" at byte offset 1'),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<a href=\"x>a", "Unclosed start tag at byte offset 0"),
        ("<a =x>a</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x/y>a</a>", "Unexpected end of name token at byte offset 8"),
    ],
)  # fmt: skip
def test_bad_markup(source: str, words: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        parse_html(source)
    assert refusal.value.description == f"Bad Request: can't parse entities: {words}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/start x", [("bot_command", "/start")]),
        ("a/b", []),
        ("(https://a.id/b).", [("url", "https://a.id/b")]),
        ("#rapat #1", [("hashtag", "#rapat")]),
        ("@budi_s a@b.id", [("mention", "@budi_s"), ("email", "a@b.id")]),
    ],
)
def test_what_telegram_finds_by_itself(text: str, expected: list[tuple[str, str]]) -> None:
    shown, entities = format_text(text, None)
    assert [(e["type"], cut(shown, e["offset"], e["length"])) for e in entities] == expected


TAGS = st.sampled_from(["b", "i", "u", "s", "tg-spoiler", "blockquote", "code", "pre"])
TREES: Any = st.recursive(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6),
    lambda inner: st.tuples(TAGS, st.lists(inner, max_size=3)),
    max_leaves=8,
)


def write(tree: Any) -> str:
    if isinstance(tree, str):
        return html.escape(tree)
    tag, children = tree
    return f"<{tag}>{''.join(write(child) for child in children)}</{tag}>"


def plain(tree: Any) -> str:
    return tree if isinstance(tree, str) else "".join(plain(child) for child in tree[1])


@given(TREES)
def test_any_tree_written_as_html_reads_back_as_its_text(tree: Any) -> None:
    text, entities = parse_html(write(tree))
    assert text == plain(tree)
    for entity in entities:
        assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= units(text)


@given(TREES)
def test_entities_never_leave_the_text_nor_cross(tree: Any) -> None:
    text, entities = format_text(write(tree), "HTML")
    assert text == text.strip()
    ranges = [(e["offset"], e["offset"] + e["length"]) for e in entities]
    assert all(0 <= start < end <= units(text) for start, end in ranges)
    assert ranges == sorted(ranges, key=lambda r: (r[0], -r[1]))
    solid = [(e["offset"], e["offset"] + e["length"]) for e in entities if e["type"] in {"pre", "code"}]
    for entity in entities:
        if entity["type"] in {"bold", "italic", "underline", "strikethrough", "spoiler"}:
            start, end = entity["offset"], entity["offset"] + entity["length"]
            assert all(end <= low or start >= high for low, high in solid)


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(source: str) -> None:
    refusal = ""
    text = ""
    try:
        text, _ = parse_html(source)
    except BadRequest as error:
        refusal = error.description
    assert refusal.startswith("Bad Request: can't parse entities: ") or (not refusal and len(text) <= len(source))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_escaped_text_is_always_taken(text: str) -> None:
    assert parse_html(html.escape(text))[0] == text
