"""What a file is, told by its bytes; its name and claimed type are never believed.

Nothing is ever unpacked: of a ZIP archive only the list of its parts is read, so that a few
bytes cannot become gigabytes. A file that is two things at once, or that carries macros, is
none that an office should pass on.
"""

from __future__ import annotations

import zipfile
from typing import BinaryIO, cast

import filetype

from sop_definitions.model import FileKind

HEAD_BYTES = 8192
BLOCK = 1 << 20
PARTS_LIST_BYTES = 4 << 20
"""How long the list of an archive's parts may be: that of an honest Office file has some kilobytes."""
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_STREAMS = {
    "WordDocument".encode("utf-16-le"): FileKind.WORD,
    "Workbook".encode("utf-16-le"): FileKind.EXCEL,
    "Book\0".encode("utf-16-le"): FileKind.EXCEL,
}
OFFICE_PARTS = {"word/": FileKind.WORD, "xl/": FileKind.EXCEL}
IMAGES = frozenset({"image/jpeg", "image/png", "image/heic", "image/webp"})


PRINTER = b"\x1b%-12345X"
"""How scanners and printer drivers begin a PDF that they wrap (PJL)."""
ZIP_END = b"PK\x05\x06"
ZIP_END_BYTES = 22
MACROS = "vbaproject.bin"
OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")


class Broken(Exception):
    """The file claims by its first bytes to be something it is not to the end, or not that alone."""

    reason = "broken"


class HasMacros(Broken):
    """An Office file that runs a program when it is opened."""

    reason = "macro"


def kind_of(file: BinaryIO) -> FileKind | None:
    """Return an allowed kind, or ``None`` for anything else; raise :class:`Broken`.

    Reads a seekable file from its start and leaves the position anywhere.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if _begins_pdf(head):
        _must_be_no_archive(file)
        return FileKind.PDF
    if head.startswith(OLE_MAGIC):
        return _old_office(file)
    if head.startswith(b"PK"):
        return _office(file)
    guess = filetype.guess(head)
    if guess is None or guess.mime not in IMAGES:
        return None
    _must_be_no_archive(file)
    return FileKind.IMAGE


def _begins_pdf(head: bytes) -> bool:
    """Say whether a PDF begins here: a byte order mark, blanks or a printer's wrapping may come before it.

    Readers look for it within the first 1024 bytes, also in a web page that only mentions it.
    """
    before, found, _ = head[:1024].partition(b"%PDF-")
    return bool(found) and (not before.lstrip(b"\xef\xbb\xbf \t\r\n\0") or before.startswith(PRINTER))


def _must_be_no_archive(file: BinaryIO) -> None:
    """Refuse a file that also is a ZIP archive, by which it shows one thing and unpacks to another.

    An archive inside of an honest file (an attachment) does not reach to the file's end.
    """
    size = file.seek(0, 2)
    file.seek(max(0, size - (1 << 16) - ZIP_END_BYTES))
    tail = file.read()
    at = tail.rfind(ZIP_END)
    while at >= 0:
        comment = int.from_bytes(tail[at + 20 : at + 22], "little")
        if at + ZIP_END_BYTES + comment == len(tail):
            raise Broken
        at = tail.rfind(ZIP_END, 0, at)


def _office(file: BinaryIO) -> FileKind | None:
    try:
        with zipfile.ZipFile(cast("BinaryIO", _Bounded(file))) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Broken from None
    if "[Content_Types].xml" not in names:
        return None
    if any(name.lower().endswith(MACROS) for name in names):
        raise HasMacros
    return next((kind for part, kind in OFFICE_PARTS.items() if any(name.startswith(part) for name in names)), None)


class _Bounded:
    """A file of which nobody reads much at once: the list of an archive's parts may claim to be gigabytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(PARTS_LIST_BYTES + 1 if size < 0 else min(size, PARTS_LIST_BYTES + 1))
        if len(content) > PARTS_LIST_BYTES:
            raise ValueError("too much to read at once")
        return content


def _old_office(file: BinaryIO) -> FileKind | None:
    wanted = (OLE_MACROS, *OLE_STREAMS)
    found = _occurring(file, wanted)
    if OLE_MACROS in found:
        raise HasMacros
    return next((kind for stream, kind in OLE_STREAMS.items() if stream in found), None)


def _occurring(file: BinaryIO, wanted: tuple[bytes, ...]) -> set[bytes]:
    """Return which of some words occur in a file, of which only a block is in memory."""
    file.seek(0)
    found: set[bytes] = set()
    tail = b""
    while block := file.read(BLOCK):
        text = tail + block
        found.update(word for word in wanted if word in text)
        tail = text[-max(map(len, wanted)) :]
    return found
