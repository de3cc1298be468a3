from __future__ import annotations

import io
import zipfile
from typing import BinaryIO, cast

import pytest

from bot.file_kinds import OLE_MAGIC, Broken, HasMacros, kind_of
from sop_definitions.model import FileKind
from tests.e2e import paperwork


def package(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return out.getvalue()


def old_office(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1016 + stream.encode("utf-16-le") + b"\0" * 64


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n1 0 obj", FileKind.PDF),
        (b"\n\n%PDF-1.4 scanned", FileKind.PDF),
        (package("[Content_Types].xml", "word/document.xml"), FileKind.WORD),
        (package("[Content_Types].xml", "xl/workbook.xml"), FileKind.EXCEL),
        (old_office("WordDocument"), FileKind.WORD),
        (old_office("Workbook"), FileKind.EXCEL),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01", FileKind.IMAGE),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", FileKind.IMAGE),
        (package("[Content_Types].xml", "ppt/presentation.xml"), None),
        (package("word/document.xml"), None),
        (package("data.csv"), None),
        (old_office("PowerPoint Document"), None),
        (b"MZ\x90\0\x03", None),
        (b"<html><script>", None),
        (b"nama;jumlah\n", None),
        (b"GIF89a", None),
    ],
)
def test_the_bytes_tell_the_kind(content: bytes, kind: FileKind | None) -> None:
    assert kind_of(io.BytesIO(content)) is kind


def test_a_document_that_was_cut_off_is_broken() -> None:
    whole = package("[Content_Types].xml", "word/document.xml")
    with pytest.raises(Broken):
        kind_of(io.BytesIO(whole[: len(whole) // 2]))


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


HONEST_PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PIXEL = paperwork.photo("x")


@pytest.mark.parametrize(
    "content", [HONEST_PDF + zipped(a=b"x"), PIXEL + zipped(a=b"x"), HONEST_PDF + zipped(a=b"x")[:-2] + b"\x05\0extra"]
)
def test_a_document_that_is_an_archive_at_the_same_time_is_refused(content: bytes) -> None:
    with pytest.raises(Broken) as refused:
        kind_of(io.BytesIO(content))
    assert refused.value.reason == "broken"


def test_an_archive_that_a_pdf_carries_inside_is_its_own_business() -> None:
    attached = HONEST_PDF.replace(b"trailer", b"stream\n" + zipped(a=b"x") + b"\nendstream\ntrailer")
    assert kind_of(io.BytesIO(attached)) == FileKind.PDF


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html><script>alert(1)</script></html>",
        b"<html><!-- %PDF-1.4 --><script>alert(1)</script></html>",
        b"MZ\x90\0 %PDF-1.4 this program cannot be run in DOS mode",
        b"#!/bin/sh\n# %PDF-1.4\nrm -rf /\n",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a" + b"\0" * 20,
        b"{\\rtf1 text}",
        b"\x7fELF" + b"\0" * 60,
        b"",
        zipped(**{"setup.exe": b"MZ", "word__x": b"no list of content types"}),
    ],
)
def test_what_only_calls_itself_a_document_is_of_no_kind(content: bytes) -> None:
    assert kind_of(io.BytesIO(content)) is None


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n \t", b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n"])
def test_a_scanners_pdf_is_taken_whatever_it_puts_before(before: bytes) -> None:
    assert kind_of(io.BytesIO(before + HONEST_PDF)) == FileKind.PDF


@pytest.mark.parametrize(
    "content",
    [
        zipped(**{"[Content_Types].xml": b"", "word__document.xml": b"", "word__vbaProject.bin": b""}),
        zipped(**{"[Content_Types].xml": b"", "xl__workbook.xml": b"", "xl__VBAPROJECT.BIN": b""}),
        OLE_MAGIC + "Workbook".encode("utf-16-le") + "_VBA_PROJECT".encode("utf-16-le"),
    ],
)
def test_macros_are_refused_whatever_the_name_says(content: bytes) -> None:
    with pytest.raises(HasMacros) as refused:
        kind_of(io.BytesIO(content))
    assert refused.value.reason == "macro"


def test_nothing_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small archive that would fill the disk is told by its list of parts alone."""
    bomb = zipped(**{"[Content_Types].xml": b"", "xl__workbook.xml": b"\0" * (50 << 20)})
    assert len(bomb) < 1 << 20

    def unpack(*_: object, **__: object) -> None:
        pytest.fail("an archive's part was opened")

    for name in ("open", "read", "extract", "extractall", "testzip"):
        monkeypatch.setattr(zipfile.ZipFile, name, unpack)
    assert kind_of(io.BytesIO(bomb)) == FileKind.EXCEL


class Gigabytes(io.RawIOBase):
    """A file of nearly 2 GB of which only the beginning and the end are anything; notes the most that was read."""

    def __init__(self, head: bytes, tail: bytes = b"", size: int = 1900 << 20) -> None:
        self.head, self.tail, self.size = head, tail, size
        self.at, self.most = 0, 0

    def seek(self, at: int, whence: int = 0) -> int:
        self.at = at + (0, self.at, self.size)[whence]
        return self.at

    def tell(self) -> int:
        return self.at

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        size = min(size if size >= 0 else self.size, self.size - self.at)
        self.most = max(self.most, size)
        assert size <= 8 << 20, "read at once"
        ends = self.size - len(self.tail)
        before = self.head[self.at : self.at + size]
        after = self.tail[max(0, self.at - ends) : max(0, self.at + size - ends)]
        self.at += size
        return before + bytes(size - len(before) - len(after)) + after


@pytest.mark.parametrize("head", [b"%PDF-1.7\n", old_office("Workbook"), b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01"])
def test_of_a_huge_file_only_a_little_is_in_memory(head: bytes) -> None:
    # Of some kinds all is looked through, which takes seconds for each gigabyte.
    file = Gigabytes(head, size=200 << 20)
    assert kind_of(cast("BinaryIO", file)) is not None
    assert 0 < file.most <= 8 << 20


def test_an_archive_whose_list_of_parts_is_gigabytes_is_broken() -> None:
    size = (1800 << 20).to_bytes(4, "little")
    end = b"PK\x05\x06" + b"\0" * 4 + b"\xff\xff" * 2 + size + b"\0" * 4 + b"\0\0"
    with pytest.raises(Broken):
        kind_of(cast("BinaryIO", Gigabytes(b"PK\x03\x04", end)))


def test_macros_are_seen_across_the_edge_of_a_block() -> None:
    macros = "_VBA_PROJECT".encode("utf-16-le")
    content = OLE_MAGIC + bytes((1 << 20) - len(OLE_MAGIC) - 5) + macros + "Workbook".encode("utf-16-le")
    with pytest.raises(HasMacros):
        kind_of(io.BytesIO(content))
