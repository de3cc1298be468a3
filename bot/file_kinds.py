"""What a file is, told by its bytes; its name and claimed type are never believed."""

from __future__ import annotations

import zipfile
from typing import BinaryIO

import filetype  # type: ignore[import-untyped]

from sop_definitions.model import FileKind

HEAD_BYTES = 8192
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_STREAMS = {
    "WordDocument".encode("utf-16-le"): FileKind.WORD,
    "Workbook".encode("utf-16-le"): FileKind.EXCEL,
    "Book\0".encode("utf-16-le"): FileKind.EXCEL,
}
OFFICE_PARTS = {"word/": FileKind.WORD, "xl/": FileKind.EXCEL}
IMAGES = frozenset({"image/jpeg", "image/png", "image/heic", "image/webp"})


class Broken(Exception):
    """The file claims by its first bytes to be something it is not to the end."""


def kind_of(file: BinaryIO) -> FileKind | None:
    """Return an allowed kind, or ``None`` for anything else; raise :class:`Broken`.

    Reads a seekable file from its start and leaves the position anywhere.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if b"%PDF-" in head[:1024]:
        return FileKind.PDF
    if head.startswith(OLE_MAGIC):
        return _old_office(file)
    if head.startswith(b"PK"):
        return _office(file)
    guess = filetype.guess(head)
    return FileKind.IMAGE if guess is not None and guess.mime in IMAGES else None


def _office(file: BinaryIO) -> FileKind | None:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Broken from None
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for part, kind in OFFICE_PARTS.items() if any(name.startswith(part) for name in names)), None)


def _old_office(file: BinaryIO) -> FileKind | None:
    file.seek(0)
    content = file.read()
    return next((kind for stream, kind in OLE_STREAMS.items() if stream in content), None)
