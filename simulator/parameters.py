"""Reading the parameters of a call: their types, strictly, from a query, a form or JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.errors import BadRequest

Reader = Callable[[str, Any], Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the call."""

    name: str
    mime: str | None
    content: bytes


@dataclass(frozen=True, slots=True)
class Param:
    """How one parameter is read."""

    read: Reader
    required: bool = False


def string(name: str, value: Any) -> str:
    """Read text."""
    if not isinstance(value, str):
        raise BadRequest(f'field "{name}" must be of type String')
    return value


def integer(name: str, value: Any) -> int:
    """Read a whole number; forms send it as text."""
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,19}", value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise BadRequest(f'field "{name}" must be a valid Number')


def boolean(name: str, value: Any) -> bool:
    """Read true or false; forms send it as text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise BadRequest(f'field "{name}" must be of type Boolean')


def chat_reference(name: str, value: Any) -> int | str:
    """Read a chat's id or @name."""
    if isinstance(value, str) and not value:
        raise BadRequest(f"{name} is empty")
    if isinstance(value, str) and re.fullmatch(r"@\w+", value):
        return value
    try:
        return integer(name, value)
    except BadRequest:
        raise BadRequest("chat not found") from None


def _json(value: Any, words: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        raise BadRequest(f"can't parse {words} JSON object") from None


def structure(words: str) -> Reader:
    """Read a JSON object."""

    def read(_: str, value: Any) -> dict[str, Any]:
        parsed = _json(value, words)
        if not isinstance(parsed, dict):
            raise BadRequest(f"object expected as {words}")
        return parsed

    return read


def array(words: str, item: type = dict) -> Reader:
    """Read a JSON array of objects, texts or numbers."""

    def read(_: str, value: Any) -> list[Any]:
        parsed = _json(value, words)
        if not isinstance(parsed, list) or not all(isinstance(one, item) for one in parsed):
            raise BadRequest(f"expected an Array of {words}")
        return parsed

    return read


def file(name: str, value: Any) -> str | Upload:
    """Read an upload, or the file_id of a file that is already there."""
    if isinstance(value, Upload):
        return value
    return string(name, value)


def need(**readers: Reader) -> dict[str, Param]:
    """Parameters without which the call is refused."""
    return {name: Param(reader, required=True) for name, reader in readers.items()}


def may(**readers: Reader) -> dict[str, Param]:
    """Parameters that can be left out."""
    return {name: Param(reader) for name, reader in readers.items()}


def read_all(params: dict[str, Param], raw: dict[str, Any]) -> dict[str, Any]:
    """Return the typed parameters of a call.

    Raises BadRequest for an unknown parameter (Telegram ignores it; a correct client never sends one), a wrong
    type, or a missing one.
    """
    for name in raw:
        if name not in params:
            raise BadRequest(f'unknown parameter "{name}"')
    args = {}
    for name, param in params.items():
        if raw.get(name) is not None and raw[name] != "":
            args[name] = param.read(name, raw[name])
        elif param.required:
            raise BadRequest("message text is empty" if name == "text" else f"{name} is empty")
    return args


def fields_of(value: dict[str, Any], where: str, **readers: Reader) -> dict[str, Any]:
    """Check a nested object: known keys of the right types only; return it typed."""
    for name in value:
        if name not in readers:
            raise BadRequest(f'can\'t parse {where}: unknown field "{name}"')
    return {name: readers[name](name, given) for name, given in value.items() if given is not None}
