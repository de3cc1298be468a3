"""Plain values as YAML that :func:`sop_definitions.reading.read_yaml` reads back to the very same values."""

from __future__ import annotations

import json
import re
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_/-]*")
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_LONGEST_LINE = 110


def write_yaml(data: dict[str, Any]) -> str:
    """Return a mapping as YAML, its keys in the order given. Keys are plain words or whole numbers."""
    return "".join(_lines(data, 0))


def _lines(value: dict[str, Any] | list[Any], indent: int) -> list[str]:
    space, lines = " " * indent, []
    if isinstance(value, dict):
        for key, item in value.items():
            if _fits(item, indent + len(str(key)) + 2):
                lines.append(f"{space}{key}: {_flow(item)}\n")
            else:
                lines += [f"{space}{key}:\n", *_lines(item, indent + 2)]
        return lines
    for item in value:
        if _fits(item, indent + 2):
            lines.append(f"{space}- {_flow(item)}\n")
        else:
            nested = _lines(item, indent + 2)
            lines += [f"{space}- {nested[0][indent + 2 :]}", *nested[1:]]
    return lines


def _fits(value: Any, used: int) -> bool:
    """Say whether a value stands on one line: what holds nothing but single values, if it is short enough."""
    if isinstance(value, dict | list) and value:
        items = list(value.values()) if isinstance(value, dict) else value
        nested = any(isinstance(item, dict | list) and item for item in items)
        return not nested and used + len(_flow(value)) <= _LONGEST_LINE
    return True


def _flow(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(_flow(item) for item in value) + "]"
        case str():
            return value if _PLAIN.fullmatch(value) and value.lower() not in _RESERVED else _quoted(value)
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case _:
            return str(value)


def _quoted(text: str) -> str:
    """Return a string between double quotes; what YAML does not take as it stands is escaped."""
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
