"""Telegram's HTML to text and entities, with offsets in UTF-16 units, refused in Telegram's words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from simulator.errors import BadRequest

Entity = dict[str, Any]
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
TYPES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "code": "code", "pre": "pre", "blockquote": "blockquote", "a": "text_link",
    "tg-emoji": "custom_emoji",
}  # fmt: skip
ORDER = ["blockquote", "expandable_blockquote", "text_link", "bold", "italic", "underline", "strikethrough", "spoiler"]
CLOSED = {"code", "pre", "text_link", "custom_emoji", "text_mention"}
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+));?")
# What Telegram finds by itself in the text of people and bots alike.
FOUND = (
    ("url", re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]']")),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("bot_command", re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{2,31})?(?![\w/@])", re.ASCII)),
    ("mention", re.compile(r"(?<![\w@])@[A-Za-z]\w{3,31}(?!\w)", re.ASCII)),
    ("hashtag", re.compile(r"(?<![\w#])#(?=\w*[^\W\d])\w{1,255}(?!\w)")),
)


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    start: int


def units(text: str) -> int:
    """Return the length of a text as Telegram counts it, in UTF-16 units."""
    return len(text) + sum(ord(char) > 0xFFFF for char in text)


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Return text and entities of Telegram's HTML.

    Follows the official server: named references other than lt, gt, amp and quot stay text, the semicolon is
    optional, `</>` closes the innermost tag, an entity without text vanishes.

    Raises BadRequest ("can't parse entities: ...") where the official server does.
    """
    return _HtmlReader(source).read()


class _HtmlReader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def read(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.source):
            char = self.source[self.at]
            if char == "&" and (decoded := self._reference()):
                self._emit(decoded)
            elif char == "<":
                begin = self.at
                self.at += 1
                if self.source.startswith("/", self.at):
                    self._end_tag(begin)
                else:
                    self._start_tag(begin)
            else:
                self._emit(char)
                self.at += 1
        if self.open:
            raise self._wrong(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return "".join(self.out), self.entities

    def _emit(self, char: str) -> None:
        self.out.append(char)
        self.length += 1 + (ord(char) > 0xFFFF)

    def _wrong(self, words: str, begin: int | None = None) -> BadRequest:
        where = "" if begin is None else f" at byte offset {len(self.source[:begin].encode())}"
        return BadRequest(f"can't parse entities: {words}{where}")

    def _reference(self) -> str | None:
        match = REFERENCE.match(self.source, self.at)
        if not match:
            return None
        hexadecimal, decimal, name = match.groups()
        if name:
            char = NAMED.get(name)
        else:
            number = int(hexadecimal, 16) if hexadecimal else int(decimal)
            char = chr(number) if 0 < number < 0x10FFFF and not 0xD800 <= number < 0xE000 else None
        if char:
            self.at = match.end()
        return char

    def _skip(self, stop: str) -> str:
        begin = self.at
        while self.at < len(self.source) and not self.source[self.at].isspace() and self.source[self.at] not in stop:
            self.at += 1
        return self.source[begin : self.at]

    def _spaces(self) -> None:
        while self.at < len(self.source) and self.source[self.at].isspace():
            self.at += 1

    def _start_tag(self, begin: int) -> None:
        tag = self._skip(">").lower()
        if self.at == len(self.source):
            raise self._wrong("Unclosed start tag", begin)
        if tag not in TYPES:
            raise self._wrong(f'Unsupported start tag "{tag}"', begin)
        argument = ""
        while True:
            self._spaces()
            if self.source.startswith(">", self.at):
                break
            name, value = self._attribute(tag, begin)
            if (tag, name) in {("a", "href"), ("tg-emoji", "emoji-id")}:
                argument = value
            elif (tag, name) == ("code", "class") and value.startswith("language-"):
                argument = value.removeprefix("language-")
            elif (tag, name) == ("span", "class") and value.startswith("tg-"):
                argument = value.removeprefix("tg-")
            elif (tag, name) == ("blockquote", "expandable"):
                argument = "1"
        if tag == "span" and argument != "spoiler":
            raise self._wrong('Tag "span" must have class "tg-spoiler"', begin)
        self.at += 1
        self.open.append(_Open(tag, argument, self.length))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        name = self._skip("=>")
        self._spaces()
        if self.at == len(self.source):
            raise self._wrong(f'Unclosed start tag "{tag}"', begin)
        if not name:
            raise self._wrong(f'Empty attribute name in the tag "{tag}"', begin)
        if self.source[self.at] != "=":
            return name, ""
        self.at += 1
        self._spaces()
        if self.at == len(self.source):
            raise self._wrong(f'Unclosed start tag "{tag}"', begin)
        quote = self.source[self.at]
        value: list[str] = []
        if quote in "'\"":
            self.at += 1
            while self.at < len(self.source) and self.source[self.at] != quote:
                if self.source[self.at] == "&" and (decoded := self._reference()):
                    value.append(decoded)
                    continue
                value.append(self.source[self.at])
                self.at += 1
            self.at += 1
        else:
            token = self.at
            while self.at < len(self.source) and re.match(r"[A-Za-z0-9.-]", self.source[self.at]):
                value.append(self.source[self.at].lower())
                self.at += 1
            if self.at < len(self.source) and not re.match(r"[\s>]", self.source[self.at]):
                raise self._wrong("Unexpected end of name token", token)
        if self.at >= len(self.source):
            raise self._wrong("Unclosed start tag", begin)
        return name, "".join(value)

    def _end_tag(self, begin: int) -> None:
        if not self.open:
            raise self._wrong("Unexpected end tag", begin)
        self.at += 1
        tag = self._skip(">").lower()
        self._spaces()
        if not self.source.startswith(">", self.at):
            raise self._wrong("Unclosed end tag", begin)
        self.at += 1
        expected = self.open[-1].tag
        if tag and tag != expected:
            byte = len(self.source[:begin].encode())
            raise self._wrong(f'Unmatched end tag at byte offset {byte}, expected "</{expected}>", found "</{tag}>"')
        opened = self.open.pop()
        if self.length > opened.start:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        entity: Entity = {"type": TYPES[opened.tag], "offset": opened.start, "length": self.length - opened.start}
        match opened.tag:
            case "a":
                url = opened.argument or cut("".join(self.out), opened.start, entity["length"])
                if not re.match(r"(?:https?|tg|ftp|tonsite)://\S|(?:mailto|tel):\S", url):
                    if not re.fullmatch(r"[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?", url):
                        return  # Telegram drops links that lead nowhere, silently
                    url = "http://" + url
                entity["url"] = url
            case "code" if opened.argument:
                entity["language"] = opened.argument
            case "blockquote" if opened.argument:
                entity["type"] = "expandable_blockquote"
            case "tg-emoji":
                if not opened.argument.isdigit():
                    raise self._wrong("Invalid custom emoji identifier specified")
                entity["custom_emoji_id"] = opened.argument
        self.entities.append(entity)


def cut(text: str, offset: int, length: int) -> str:
    """Return the part of a text that an entity covers."""
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le", "surrogatepass")


def format_text(
    text: str, parse_mode: str | None, given: list[Entity] | None = None, *, find: bool = True
) -> tuple[str, list[Entity]]:
    """Return what the messenger shows: text without blank edges, entities in Telegram's order.

    Raises BadRequest for markup that cannot be parsed or a mode the simulator does not read.
    """
    mode = (parse_mode or "").lower()
    if not given:
        text = text.replace("\r", "")
    if mode == "html":
        text, entities = parse_html(text)
    elif mode in {"markdown", "markdownv2"}:
        raise BadRequest("the simulator reads HTML only, not " + (parse_mode or ""))
    elif mode:
        raise BadRequest("unsupported parse_mode")
    else:
        entities = _checked(text, given or [])
    text, entities = _trimmed(text, entities)
    entities = _unnested(entities)
    if find:
        entities += _found(text, entities)
    entities.sort(key=lambda e: (e["offset"], -e["length"], ORDER.index(e["type"]) if e["type"] in ORDER else 99))
    return text, entities


def _checked(text: str, given: list[Entity]) -> list[Entity]:
    size = units(text)
    for entity in given:
        if not (entity["offset"] >= 0 and entity["length"] > 0 and entity["offset"] + entity["length"] <= size):
            raise BadRequest("can't parse entities: entity offsets are out of the text")
    # What people could not have typed as formatting is found again below.
    own = {name for name, _ in FOUND}
    return [dict(entity) for entity in given if entity["type"] not in own]


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    lead = units(text) - units(text.lstrip())
    text = text.strip()
    size = units(text)
    kept = []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        end = min(size, entity["offset"] + entity["length"] - lead)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return text, kept


def _unnested(entities: list[Entity]) -> list[Entity]:
    """Nothing stands inside code; `<pre><code class=language-x>` is one entity with a language."""
    blocks = [e for e in entities if e["type"] in {"pre", "code"}]
    for pre in (e for e in blocks if e["type"] == "pre"):
        for code in (e for e in blocks if e["type"] == "code"):
            same = code["offset"] == pre["offset"] and code["length"] == pre["length"]
            if same and "language" in code:
                pre["language"] = code["language"]
    solid: list[Entity] = []
    for block in sorted(blocks, key=lambda e: (e["offset"], -e["length"], e["type"] == "code")):
        if all(block["offset"] >= other["offset"] + other["length"] for other in solid):
            if block["type"] == "code":
                block.pop("language", None)
            solid.append(block)
    rest = [piece for e in entities if e["type"] not in {"pre", "code"} for piece in _around(e, solid)]
    return solid + rest


def _around(entity: Entity, solid: list[Entity]) -> list[Entity]:
    if "quote" in entity["type"]:  # a quotation may hold code
        return [entity]
    pieces, start, end = [], entity["offset"], entity["offset"] + entity["length"]
    for block in solid:
        if block["offset"] >= end or block["offset"] + block["length"] <= start:
            continue
        if block["offset"] > start:
            pieces.append({**entity, "offset": start, "length": block["offset"] - start})
        start = block["offset"] + block["length"]
    if end > start:
        pieces.append({**entity, "offset": start, "length": end - start})
    return pieces


def _found(text: str, entities: list[Entity]) -> list[Entity]:
    taken = [(e["offset"], e["offset"] + e["length"]) for e in entities if e["type"] in CLOSED]
    found = []
    for kind, pattern in FOUND:
        for match in pattern.finditer(text):
            start = units(text[: match.start()])
            end = start + units(match.group())
            if all(end <= low or start >= high for low, high in taken):
                taken.append((start, end))
                found.append({"type": kind, "offset": start, "length": end - start})
    return found
