"""The gallery as one HTML file that needs nothing else: no network, no other file."""

from __future__ import annotations

import html
from collections.abc import Iterable
from itertools import groupby, pairwise
from pathlib import Path

import simulator
from messages.limits import MAX_TEXT, MAX_TOAST
from messages.rendered import Rendered
from simulator.entities import Entity, format_text
from tests.gallery.exhibits import KINDS, LANGUAGES, NAMINGS, TAPS, Exhibit, Naming

HERE = Path(__file__).parent
LOOK = Path(simulator.__file__).parent / "page" / "style.css"
NOTIFICATION = 60
"""How many characters of a message a locked phone shows."""
TITLES: dict[Naming, str] = {"ordinary": "", "long": "Long names", "hostile": "Hostile names"}
TAGS = {"bold": "b", "italic": "i", "code": "code", "blockquote": "blockquote", "bot_command": "u"}


def page(exhibits: list[Exhibit]) -> str:
    """Return the whole page. Raises :class:`simulator.errors.BadRequest` for text Telegram would refuse."""
    kinds = [(kind, list(group)) for kind, group in groupby(sorted_by_kind(exhibits), key=lambda e: e.kind)]
    contents = "".join(
        f'<li><a href="#kind-{number}">{html.escape(kind)}</a><span>{len(group)}</span></li>'
        for number, (kind, group) in enumerate(kinds)
    )
    sections = "".join(
        f'<section id="kind-{number}"><h2>{html.escape(kind)}</h2>{"".join(map(_exhibit, group))}</section>'
        for number, (kind, group) in enumerate(kinds)
    )
    style = LOOK.read_text("utf-8") + (HERE / "page.css").read_text("utf-8")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Pandu: every message</title>'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{style}</style></head><body>"
        '<nav class="side"><h1>Every message</h1><p>What Pandu can send, Indonesian and English. Marked: what a '
        "notification shows.</p>"
        '<input type="search" id="filter" placeholder="Filter: words, template, situation" aria-label="Filter">'
        '<fieldset><label><input type="checkbox" id="show-long"> long names</label>'
        '<label><input type="checkbox" id="show-hostile"> hostile names</label></fieldset>'
        f'<p id="left"></p><ol>{contents}</ol></nav>'
        f"<main>{sections}</main><script>{(HERE / 'page.js').read_text('utf-8')}</script></body></html>"
    )


def sorted_by_kind(exhibits: Iterable[Exhibit]) -> list[Exhibit]:
    """Return the cards step by step, then the messages by kind and template, then the answers to a tap."""
    listed = list(exhibits)
    first = list(dict.fromkeys(exhibit.kind for exhibit in listed if exhibit.name == "card"))
    order = {kind: number for number, kind in enumerate([*first, *dict.fromkeys(KINDS.values()), TAPS])}
    return sorted(listed, key=lambda e: (order[e.kind], "" if e.kind in first or e.is_toast else e.name))


def _exhibit(exhibit: Exhibit) -> str:
    pairs = "".join(
        f'<div class="pair {naming}">'
        + (f"<p>{TITLES[naming]}</p>" if TITLES[naming] else "")
        + "".join(_shown(exhibit, naming, language) for language in LANGUAGES)
        + "</div>"
        for naming in NAMINGS
        if _differs(exhibit, naming)
    )
    heading = f"{html.escape(exhibit.name)} <small>{html.escape(exhibit.situation)}</small>"
    return f'<article class="exhibit"><h3>{heading}</h3>{pairs}</article>'


def _differs(exhibit: Exhibit, naming: Naming) -> bool:
    """Say whether names of this sort were asked for and change anything."""
    shown = [exhibit.shown.get((naming, language)) for language in LANGUAGES]
    return None not in shown and (
        naming == "ordinary" or shown != [exhibit.shown["ordinary", language] for language in LANGUAGES]
    )


def _shown(exhibit: Exhibit, naming: Naming, language: str) -> str:
    rendered = exhibit.shown[naming, language]
    if exhibit.is_toast:
        words = html.escape(rendered.text) or "<i>(nothing is said)</i>"
        body = f'<div class="toast">{words}</div>'
        return f'<div class="shown" lang="{language}">{body}<small>{len(rendered.text)} of {MAX_TOAST}</small></div>'
    text, entities = format_text(rendered.text, "HTML")
    count = len(text.encode("utf-16-le")) // 2
    return (
        f'<div class="shown" lang="{language}"><article class="message card"><div class="bubble">'
        f'<span class="text">{formatted(text, entities)}</span></div>{_keyboard(rendered)}</article>'
        f"<small>{count} of {MAX_TEXT}</small></div>"
    )


def _keyboard(rendered: Rendered) -> str:
    rows = "".join(
        "<div>"
        + "".join(
            f'<button type="button" class="{button.style or ""}" title="{html.escape(button.data)}">'
            f"{html.escape(button.caption)}</button>"
            for button in row
        )
        + "</div>"
        for row in rendered.keyboard
    )
    return f'<div class="keys">{rows}</div>' if rows else ""


def formatted(text: str, entities: list[Entity]) -> str:
    """Return what a messenger shows of a text (entities count UTF-16 units), a notification's part marked."""
    raw = text.encode("utf-16-le", "surrogatepass")
    end = len(text[:NOTIFICATION].encode("utf-16-le", "surrogatepass")) // 2
    cuts = {0, end, len(raw) // 2}
    for entity in entities:
        cuts |= {entity["offset"], entity["offset"] + entity["length"]}
    places = sorted(cuts)
    pieces = []
    for start, stop in pairwise(places):
        tags = [
            TAGS.get(entity["type"], "span")
            for entity in entities
            if entity["offset"] <= start and stop <= entity["offset"] + entity["length"]
        ]
        tags = (["mark"] if stop <= end else []) + tags
        words = html.escape(raw[2 * start : 2 * stop].decode("utf-16-le", "surrogatepass"))
        pieces.append("".join(f"<{t}>" for t in tags) + words + "".join(f"</{t}>" for t in reversed(tags)))
    return "".join(pieces)
