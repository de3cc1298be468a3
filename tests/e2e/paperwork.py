"""Files as officials send them: tiny, but of the kind their name says."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib


def excel(mark: str) -> bytes:
    """A tiny but real workbook; other marks, other bytes."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    return _package("xl/workbook.xml", kind, mark)


def word(mark: str) -> bytes:
    """A tiny but real Word document."""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return _package("word/document.xml", kind, mark)


def pdf(mark: str) -> bytes:
    """A tiny PDF."""
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n% " + mark.encode() + b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def _package(part: str, content_type: str, mark: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        types = f'<Types><Override PartName="/{part}" ContentType="{content_type}"/></Types>'
        for name, text in (
            ("[Content_Types].xml", types), ("_rels/.rels", "<Relationships/>"), (part, f"<x>{mark}</x>"),
        ):  # fmt: skip
            # Without a date of its own a package would get today's, and equal marks other bytes.
            package.writestr(zipfile.ZipInfo(name), text)
    return out.getvalue()


def photo(mark: str) -> bytes:
    """A picture of one pixel; other marks, other bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"tEXt", b"mark\0" + mark.encode()), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)
