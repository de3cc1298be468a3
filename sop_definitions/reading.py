"""Read YAML into plain values and remember where each one stands.

Built on the parser's events rather than on a loader, because a definition is data that
strangers may write: aliases (which can blow up), tags (which can build objects) and deep
nesting never come into being, a duplicate key does not hide the faults after it, and
``no`` or ``2023-01-24`` stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from sop_definitions.errors import Path

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 20
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with the YAML itself."""

    mark: Mark
    path: Path
    message: str


@dataclass(slots=True)
class Document:
    """The values of a file, where each key and each value stands, and what was wrong."""

    data: Any = None
    keys: dict[Path, Mark] = field(default_factory=dict)
    values: dict[Path, Mark] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def value_mark(self, path: Path) -> Mark:
        """Return where the value stands, or the nearest value around it that exists."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Mark(1, 1))

    def key_mark(self, path: Path) -> Mark:
        """Return where the key stands, else where the value does."""
        return self.keys.get(path) or self.value_mark(path)


class _Unreadable(Exception):
    def __init__(self, mark: Mark, message: str) -> None:
        super().__init__(message)
        self.mark = mark


def read_yaml(text: str) -> Document:
    """Read one YAML document; faults are in the result, nothing is raised."""
    document = Document()
    if len(text) > MAX_CHARACTERS:
        document.faults.append(
            Fault(
                Mark(1, 1), (), f"Berkas terlalu besar. Batasnya {MAX_CHARACTERS} karakter; bagi menjadi beberapa SOP."
            )
        )
        return document
    try:
        _Builder(document, YAML(typ="safe", pure=True).parse(text)).run()
    except _Unreadable as error:
        document.faults.append(Fault(error.mark, (), str(error)))
    except MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        mark = Mark(at.line + 1, at.column + 1) if at else Mark(1, 1)
        document.faults.append(
            Fault(mark, (), f"YAML tidak dapat dibaca ({error.problem}). Periksa tanda baca dan lekuk baris di sini.")
        )
    except Exception as error:  # the parser has no closed list of what broken input raises
        document.faults.append(
            Fault(Mark(1, 1), (), f"YAML tidak dapat dibaca ({type(error).__name__}). Simpan sebagai teks UTF-8.")
        )
    return document


class _Builder:
    """Turns parser events into values."""

    def __init__(self, document: Document, events: Iterator[Any]) -> None:
        self.document = document
        self.events = events

    def run(self) -> None:
        documents = 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Unreadable(
                        _mark(event), "Satu berkas memuat satu SOP. Pindahkan isi sesudah '---' ke berkas lain."
                    )
                self.document.data = self.value(next(self.events), ())
            elif isinstance(event, StreamEndEvent):
                return

    def value(self, event: Any, path: Path) -> Any:
        mark = _mark(event)
        if len(path) > MAX_DEPTH:
            raise _Unreadable(mark, f"Bersarang lebih dari {MAX_DEPTH} tingkat. Sederhanakan susunannya.")
        self.document.values.setdefault(path, mark)
        if isinstance(event, AliasEvent):
            self.fault(mark, path, "Alias (*nama) tidak dipakai di sini. Tuliskan isinya.")
            return None
        if event.anchor is not None:
            self.fault(mark, path, "Jangkar (&nama) tidak dipakai di sini. Hapus.")
        if event.tag is not None:
            self.fault(mark, path, "Penanda tipe (!nama) tidak dipakai di sini. Hapus.")
        if isinstance(event, MappingStartEvent):
            return self.mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(path)
        return _scalar(event)

    def mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            mark = _mark(event)
            if not isinstance(event, ScalarEvent):
                self.fault(mark, path, "Kunci harus berupa kata. Tulis 'kunci: nilai'.")
                self.value(event, (*path, "?"))
                self.value(next(self.events), (*path, "?"))
                continue
            key = _printable(event.value)
            here = (*path, key)
            if key in found:
                first = self.document.keys[here]
                self.fault(mark, here, f"Kunci '{key}' sudah ada di baris {first.line}. Hapus salah satunya.")
                self.value(next(self.events), (*path, key, "?"))
                continue
            self.document.keys.setdefault(here, mark)
            found[key] = self.value(next(self.events), here)
        return found

    def sequence(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            found.append(self.value(event, (*path, len(found))))
        return found

    def fault(self, mark: Mark, path: Path, message: str) -> None:
        self.document.faults.append(Fault(mark, path, message))


def _mark(event: Any) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


def _scalar(event: ScalarEvent) -> Any:
    text = _printable(event.value)
    if event.style:  # quoted or block text is text
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    return int(text) if _INTEGER.fullmatch(text) else text


def _printable(text: str) -> str:
    """Replace half characters (lone surrogates, by escape), which can be neither stored nor shown."""
    return text.encode("utf-8", "replace").decode("utf-8")
