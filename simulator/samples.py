"""Sample files for the phones, made on the fly: forms, letters, a photo, and files that a bot should refuse."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import NamedTuple
from xml.sax.saxutils import escape

BIG = 21 << 20


class Sample(NamedTuple):
    """A file that somebody can send without having one."""

    label: str
    """What the menu says."""
    name: str
    make: Callable[[], bytes]
    photo: bool = False


def _zipped(files: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2027, 1, 4, 8, 0, 0)), text)
    return target.getvalue()


HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _package(main: str, main_type: str, files: dict[str, str], more_types: str = "") -> bytes:
    types = (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{main}" ContentType="{main_type}"/>{more_types}</Types>'
    )
    links = (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="{main}"/></Relationships>'
    )
    return _zipped({"[Content_Types].xml": types, "_rels/.rels": links} | files)


def spreadsheet(rows: list[list[str | int]]) -> bytes:
    """Return an .xlsx with one sheet."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    body = ""
    for number, row in enumerate(rows, 1):
        cells = ""
        for column, value in zip("ABCDEFGH", row, strict=False):
            if isinstance(value, int):
                cells += f'<c r="{column}{number}"><v>{value}</v></c>'
            else:
                cells += f'<c r="{column}{number}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        body += f'<row r="{number}">{cells}</row>'
    book_links = (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    )
    files = {
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{space}" xmlns:r="{OFFICE}">'
        '<sheets><sheet name="Lembar1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": book_links,
        "xl/worksheets/sheet1.xml": f'{HEAD}<worksheet xmlns="{space}"><sheetData>{body}</sheetData></worksheet>',
    }
    sheet = f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
    return _package("xl/workbook.xml", f"{kind}.sheet.main+xml", files, sheet)


def letter(paragraphs: list[str]) -> bytes:
    """Return a .docx with some paragraphs."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    document = f'{HEAD}<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return _package("word/document.xml", kind, {"word/document.xml": document})


def pdf(lines: list[str]) -> bytes:
    """Return a PDF of one A4 page; the lines are Latin-1."""
    shown = " ".join(f"({line.replace('(', '').replace(')', '')}) Tj T*" for line in lines)
    page = f"BT /F1 14 Tf 20 TL 72 760 Td {shown} ET".encode("latin-1")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(page), page),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def photo(shade: int = 0) -> bytes:
    """Return a PNG that looks like a sheet of paper on a desk, 720 x 960."""
    desk, paper, ink, stamp = b"\x8a\x6f\x52", bytes([250 - shade, 249 - shade, 244]), b"\x50\x50\x58", b"\x4a\x4f\xa8"
    rows = []
    for y in range(960):
        if not 50 <= y < 910:
            row = desk * 720
        elif 110 <= y < 850 and (y - 110) % 36 < 4:
            words = (560 - (y * 7919) % 160) if y > 160 else 300
            row = desk * 50 + paper * 60 + ink * words + paper * (560 - words) + desk * 50
        elif 740 <= y < 830:
            row = desk * 50 + paper * 400 + (stamp * 90 if y % 12 < 8 else paper * 90) + paper * 130 + desk * 50
        else:
            row = desk * 50 + paper * 620 + desk * 50
        rows.append(b"\0" + row)
    header = struct.pack(">IIBBBBB", 720, 960, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 6)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


TITLE: list[str | int] = ["LATIHAN: Pengukuran Kinerja", "", ""]
COLUMNS: list[str | int] = ["Indikator", "Target", "Realisasi"]
SAMPLES: dict[str, Sample] = {
    "blank": Sample(
        "Format kosong (Excel)", "Format Pengukuran Kinerja.xlsx",
        lambda: spreadsheet([TITLE, COLUMNS, ["Indeks kepuasan", "", ""], ["Laporan tepat waktu", "", ""]]),
    ),
    "filled": Sample(
        "Data terisi (Excel)", "Data Kinerja TW IV 2026.xlsx",
        lambda: spreadsheet([TITLE, COLUMNS, ["Indeks kepuasan", 85, 88], ["Laporan tepat waktu", 12, 12]]),
    ),
    "other": Sample(
        "Data lain (Excel)", "Data Kinerja TW III 2026.xlsx",
        lambda: spreadsheet([TITLE, COLUMNS, ["Indeks kepuasan", 85, 80], ["Laporan tepat waktu", 12, 9]]),
    ),
    "letter": Sample(
        "Surat (Word)", "Surat Pengantar.docx",
        lambda: letter(["LATIHAN", "Surat pengantar", "Bersama ini kami sampaikan dokumen pengukuran kinerja."]),
    ),
    "minutes": Sample(
        "Notulen (Word)", "Notulen Rapat.docx",
        lambda: letter(["LATIHAN", "Notulen rapat", "1. Pembukaan", "2. Pembahasan", "3. Kesimpulan"]),
    ),
    "signed": Sample(
        "Dokumen bertanda tangan (PDF)", "Dokumen Pengukuran Kinerja.pdf",
        lambda: pdf(["LATIHAN", "Dokumen Pengukuran Kinerja", "Telah ditandatangani"]),
    ),
    "photo": Sample("Foto", "foto.png", photo, photo=True),
    "wrong": Sample("Jenis yang salah (.exe)", "program.exe", lambda: b"MZ" + b"\0" * 4094),
    "empty": Sample("Berkas kosong (0 byte)", "kosong.xlsx", lambda: b""),
    "big": Sample("Berkas 21 MB", "pindaian-besar.pdf", lambda: pdf(["LATIHAN"]) + b"\n%" + b"0" * BIG),
}  # fmt: skip
ALBUM = "album"


def album() -> list[tuple[str, bytes]]:
    """Return two photos to send at once."""
    return [("halaman-1.png", photo()), ("halaman-2.png", photo(12))]
