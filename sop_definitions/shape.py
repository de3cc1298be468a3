"""Does the data have the shape of the language? Pydantic decides; this says it plainly."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sop_definitions.errors import Path, Problem
from sop_definitions.model import SopDefinition

M = TypeVar("M", bound=BaseModel)

_PLAIN = {
    "int_type": "Harus bilangan bulat tanpa tanda kutip, mis. 3.",
    "int_from_float": "Harus bilangan bulat, mis. 3.",
    "int_parsing": "Harus bilangan bulat, mis. 3.",
    "bool_type": "Harus true atau false.",
    "string_type": 'Harus teks. Bila berupa angka, tulis dalam tanda kutip, mis. "2023".',
    "tuple_type": "Harus daftar, mis. [1, 2].",
    "dict_type": "Harus berisi pasangan 'kunci: nilai'.",
    "model_type": "Harus berisi pasangan 'kunci: nilai'.",
    "date_from_datetime_parsing": "Harus tanggal dalam bentuk TTTT-BB-HH, mis. 2023-01-24.",
    "date_from_datetime_inexact": "Harus tanggal tanpa jam, mis. 2023-01-24.",
    "date_parsing": "Harus tanggal dalam bentuk TTTT-BB-HH, mis. 2023-01-24.",
    "date_type": "Harus tanggal dalam bentuk TTTT-BB-HH, mis. 2023-01-24.",
}
_WITH_VALUES = {
    "enum": "Pilihan yang sah: {expected}.",
    "literal_error": "Pilihan yang sah: {expected}.",
    "greater_than_equal": "Paling kecil {ge}.",
    "less_than_equal": "Paling besar {le}.",
    "string_too_short": "Tidak boleh kosong. Bila kosong pada sumber, tulis null.",
    "string_too_long": "Paling panjang {max_length} karakter. Persingkat.",
    "string_pattern_mismatch": "Tidak sesuai pola {pattern}. Pakai huruf kecil tanpa spasi, mis. kasi_kasubag.",
    "too_short": "Daftar ini paling sedikit berisi {min_length}.",
    "too_long": "Daftar ini paling banyak berisi {max_length}.",
}


def validate(data: Any) -> tuple[SopDefinition | None, list[Problem]]:
    """Return the definition, if there is enough of one to check further, and every fault of shape.

    Unknown keys are faults, but do not keep what is left from being checked.
    """
    return validate_as(SopDefinition, data)


def validate_as(model: type[M], data: Any) -> tuple[M | None, list[Problem]]:
    """Return the data as ``model``, as :func:`validate` does for a definition."""
    if not isinstance(data, dict):
        keys = ", ".join(list(model.model_fields)[:3])
        return None, [Problem((), f"Berkas harus berisi pasangan 'kunci: nilai' ({keys}, ...).")]
    try:
        return _parse(model, data), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    # Pydantic counts a list's sound items only, and so calls it too short for its faulty ones.
    problems = [_problem(model, d) for d in details if d["type"] != "too_short" or not _something_below(d, details)]
    unknown = [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]
    try:
        return _parse(model, _without(data, unknown)), problems
    except ValidationError:
        return None, problems


def _parse(model: type[M], data: dict[str, Any]) -> M:
    # As JSON, because strict JSON knows dates, enums and lists, yet takes no "1" for a 1.
    return model.model_validate_json(json.dumps(data), strict=True)


def _problem(model: type[BaseModel], detail: ErrorDetails) -> Problem:
    kind, path = detail["type"], _path(detail)
    if kind == "extra_forbidden":
        return Problem(path, _unknown_key(model, path), at_key=True)
    if kind == "missing":
        return Problem(path, f"Kunci '{path[-1]}' wajib ada. Tambahkan; bila kosong pada sumber, tulis null.")
    if kind in _PLAIN:
        return Problem(path, _PLAIN[kind])
    if kind in _WITH_VALUES:
        values = {name: str(value).replace(" or ", " atau ") for name, value in detail.get("ctx", {}).items()}
        return Problem(path, _WITH_VALUES[kind].format(**values))
    if kind == "value_error":
        return Problem(path, str(detail.get("ctx", {}).get("error", detail["msg"])))
    return Problem(path, f"Nilai tidak sah ({detail['msg']}). Perbaiki.")


def _something_below(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    path = detail["loc"]
    return any(len(other["loc"]) > len(path) and other["loc"][: len(path)] == path for other in details)


def _path(detail: ErrorDetails) -> Path:
    # The key of a map is reported as a value below it, named '[key]'.
    return tuple(part for part in detail["loc"] if part != "[key]")


def _without(data: Any, paths: list[tuple[int | str, ...]]) -> Any:
    copy = json.loads(json.dumps(data))
    for path in paths:
        parent = copy
        for part in path[:-1]:
            parent = parent[part]
        parent.pop(path[-1], None)
    return copy


def _unknown_key(model: type[BaseModel], path: Path) -> str:
    valid = _keys_at(model, path[:-1])
    near = get_close_matches(str(path[-1]), valid, n=1, cutoff=0.5)
    shown = str(path[-1])[:40]
    if near:
        return f"Kunci '{shown}' tidak dikenal. Maksudnya '{near[0]}'?"
    return f"Kunci '{shown}' tidak dikenal. Yang sah: {', '.join(valid)}."


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    for part in path:
        if isinstance(part, str):
            for name, info in model.model_fields.items():
                if part == (info.alias or name) and (inner := _model_in(info.annotation)):
                    model = inner
    return [info.alias or name for name, info in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if found := _model_in(argument):
            return found
    return None
