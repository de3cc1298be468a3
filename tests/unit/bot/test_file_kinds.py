from __future__ import annotations

import io
import zipfile

import pytest

from bot.file_kinds import Broken, kind_of
from sop_definitions.model import FileKind


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
