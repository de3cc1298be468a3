"""Load SOP definitions from YAML, refusing what is unsound with all reasons at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from sop_definitions.checks import check
from sop_definitions.errors import Path as KeyPath
from sop_definitions.errors import Problem, SopError, SopErrors
from sop_definitions.model import SopDefinition
from sop_definitions.reading import MAX_CHARACTERS, Document, read_yaml
from sop_definitions.shape import validate

Definitions = dict[tuple[str, str], SopDefinition]
SHIPPED = Path(__file__).parent


def load_text(text: str, name: str) -> SopDefinition:
    """Return the definition that a YAML text says; ``name`` is the file's name in messages.

    Raises :class:`SopErrors`, and nothing else, with every fault found.
    """
    document = read_yaml(text)
    errors = faults(document, name)
    if document.data is None and errors:
        raise SopErrors(errors)
    definition, problems = validate(document.data)
    if definition is not None:
        problems = [*problems, *check(definition)]
    errors += [located(problem, document, name) for problem in problems]
    if errors or definition is None:
        raise SopErrors(errors)
    return definition


def load_file(path: Path) -> SopDefinition:
    """Return the definition in a file; raises :class:`SopErrors` if it is unreadable or unsound."""
    return load_text(read_text(path), str(path))


def read_text(path: Path) -> str:
    """Return a file's text; raises :class:`SopErrors` if it cannot be read or is not UTF-8."""
    try:
        with path.open("rb") as file:
            content = file.read(4 * MAX_CHARACTERS + 1)
    except OSError as error:
        raise SopErrors(
            [_whole_file(path, f"Berkas tidak dapat dibuka ({error.strerror}). Periksa nama dan izinnya.")]
        ) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SopErrors([_whole_file(path, "Berkas bukan teks UTF-8. Simpan ulang sebagai UTF-8.")]) from error


def load_all(directory: Path | None = None) -> Definitions:
    """Return every definition in a directory (default: the shipped ones) by id and version.

    The answer is cached. Raises :class:`SopErrors` with the faults of all files together.
    """
    return dict(_load_directory(directory or SHIPPED))


def find(sop_id: str, version: str | None = None) -> SopDefinition:
    """Return a shipped definition, in its newest version unless one is named.

    Raises :class:`KeyError` if there is none.
    """
    known = load_all()
    if version is None:
        versions = [v for i, v in known if i == sop_id]
        if not versions:
            raise KeyError(sop_id)
        version = max(versions, key=version_order)
    return known[sop_id, version]


def definition_from_json(content: str | bytes) -> SopDefinition:
    """Return a definition from its JSON (as an adoption keeps it); raises :class:`ValueError`."""
    return SopDefinition.model_validate_json(content, strict=True)


def version_order(version: str) -> tuple[tuple[int, str], ...]:
    """Return a key that sorts versions as people do: '9' before '10'."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.findall(r"[0-9]+|[^0-9]+", version))


@cache
def _load_directory(directory: Path) -> Definitions:
    found: Definitions = {}
    errors: list[SopError] = []
    for path in sorted(directory.glob("*.yaml")):
        try:
            definition = load_file(path)
        except SopErrors as error:
            errors += error.errors
            continue
        if (definition.id, definition.version) in found:
            errors.append(
                _whole_file(path, f"SOP '{definition.id}' versi '{definition.version}' sudah ada. Ganti versinya.")
            )
        found.setdefault((definition.id, definition.version), definition)
    if errors:
        raise SopErrors(errors)
    return found


def faults(document: Document, name: str) -> list[SopError]:
    """Return what is wrong with the YAML of a document; ``name`` is the file's name in messages."""
    return [SopError(name, f.mark.line, f.mark.column, _dotted(f.path), f.message) for f in document.faults]


def located(problem: Problem, document: Document, name: str) -> SopError:
    """Return a problem with the place in the file where it stands."""
    mark = document.key_mark(problem.path) if problem.at_key else document.value_mark(problem.path)
    return SopError(name, mark.line, mark.column, _dotted(problem.path), problem.message)


def _whole_file(path: Path, message: str) -> SopError:
    return SopError(str(path), 1, 1, "", message)


def _dotted(path: Iterable[str | int] | KeyPath) -> str:
    return ".".join(str(part)[:40] for part in path)
