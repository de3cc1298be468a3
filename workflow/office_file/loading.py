"""Read an office file, and say everything that is wrong with it at once, each at its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sop_definitions.errors import Problem, SopErrors
from sop_definitions.loader import faults, located, read_text
from sop_definitions.reading import Document, read_yaml
from sop_definitions.shape import validate_as
from workflow.office_file.model import OfficeFile
from workflow.office_file.time_sections import check_calendar


@dataclass(frozen=True, slots=True)
class Source:
    """An office file that is sound in itself, and where everything in it stands."""

    file: OfficeFile
    document: Document
    name: str

    def errors(self, problems: Iterable[Problem]) -> SopErrors:
        """Return problems found later (against the database) with their places in the file."""
        return SopErrors(located(problem, self.document, self.name) for problem in problems)


def load_file(path: Path) -> Source:
    """Read an office file; raises :class:`SopErrors` with every fault found."""
    return load_text(read_text(path), str(path))


def load_text(text: str, name: str) -> Source:
    """Read an office file's text; ``name`` is the file's name in messages.

    Raises :class:`SopErrors`, and nothing else, with every fault found.
    """
    document = read_yaml(text)
    errors = faults(document, name)
    if document.data is None and errors:
        raise SopErrors(errors)
    file, problems = validate_as(OfficeFile, document.data)
    problems = [replace(problem, message=_without_source(problem.message)) for problem in problems]
    if file is not None:
        problems += _check(file)
    errors += [located(problem, document, name) for problem in problems]
    if errors or file is None:
        raise SopErrors(errors)
    return Source(file, document, name)


def _without_source(message: str) -> str:
    """Drop the advice that fits only what is transcribed from a signed document."""
    for advice in ("; bila kosong pada sumber, tulis null", " Bila kosong pada sumber, tulis null."):
        message = message.replace(advice, "")
    return message


def _check(file: OfficeFile) -> list[Problem]:
    problems: list[Problem] = []
    units = [unit.id for unit in file.units or ()]
    problems += _twice(("units",), "id", units, "Unit '{}' sudah ada di atas. Hapus atau ganti id-nya.")
    problems += _twice(
        ("adopts",), "sop", [entry.sop for entry in file.adopts or ()],
        "SOP '{}' sudah diadopsi di atas. Satu SOP diadopsi dalam satu versi; hapus salah satunya.",
    )  # fmt: skip
    officials = file.officials or ()
    problems += _twice(
        ("officials",), "telegram_id", [official.telegram_id for official in officials],
        "telegram_id {} sudah dipakai pejabat lain di atas. Satu akun Telegram untuk satu pejabat.",
    )  # fmt: skip
    problems += _twice(
        ("officials",), "name", [None if official.telegram_id else official.name for official in officials],
        "Nama '{}' sudah ada. Bedakan namanya atau isi telegram_id-nya.",
        known={official.name for official in officials if official.telegram_id},
    )  # fmt: skip
    for index, official in enumerate(officials):
        seats = [(seat.role, seat.unit, seat.capacity, seat.since) for seat in official.seats]
        twice = [at for at, seat in enumerate(seats) if seat in seats[:at]]
        message = "Kursi ini sudah tercantum bagi pejabat ini. Hapus salah satunya."
        problems += [Problem(("officials", index, "seats", at), message) for at in twice]
    if file.calendar is not None:
        problems += check_calendar(file.calendar)
    return problems


def _twice(
    section: tuple[str], key: str, values: list[str] | list[int | None] | list[str | None], message: str,
    known: Iterable[str] = (),
) -> Iterator[Problem]:  # fmt: skip
    seen: set[str | int] = set(known)
    for index, value in enumerate(values):
        if value is None:
            continue
        if value in seen:
            yield Problem((*section, index, key), message.format(value))
        seen.add(value)
