"""Dates, times, sizes, names: how single values are written out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from messages.text import Reader, file_name, kinds_in_words, neutralise, one_line, quoted, utf16_length
from sop_definitions.model import FieldKind

ID = Reader("id", "Asia/Jakarta")
EN = Reader("en", "Asia/Makassar")
AT = datetime(2027, 1, 7, 3, 15, tzinfo=UTC)


def test_moments_are_told_in_the_offices_zone() -> None:
    assert ID.moment(AT) == "Kamis, 7 Januari 2027 pukul 10.15 WIB"
    assert EN.moment(AT) == "Thursday, 7 January 2027 at 11:15 WITA"
    assert ID.clock(AT) == "pukul 10.15 WIB"
    assert ID.brief(AT) == "7 Jan 2027 10.15 WIB"
    assert ID.tight(AT) == "7 Jan 10.15"
    assert ID.short_day(AT) == "Kam, 7 Jan 2027"


@pytest.mark.parametrize(
    ("zone", "name", "hour"),
    [
        ("Asia/Jakarta", "WIB", "10"),
        ("Asia/Pontianak", "WIB", "10"),
        ("Asia/Makassar", "WITA", "11"),
        ("Asia/Jayapura", "WIT", "12"),
    ],
)
def test_zones_have_the_names_officials_use(zone: str, name: str, hour: str) -> None:
    assert Reader("id", zone).clock(AT) == f"pukul {hour}.15 {name}"


def test_late_at_night_the_local_day_counts() -> None:
    assert ID.day(datetime(2027, 1, 6, 17, 30, tzinfo=UTC)) == "Kamis, 7 Januari 2027"


@pytest.mark.parametrize(
    ("minutes", "indonesian", "english"),
    [
        (0, "kurang dari 1 menit", "less than a minute"),
        (1, "1 menit", "1 minute"),
        (45, "45 menit", "45 minutes"),
        (200, "3 jam 20 menit", "3 hours 20 minutes"),
        (2 * 24 * 60 + 4 * 60 + 7, "2 hari 4 jam", "2 days 4 hours"),
    ],
)
def test_spans_in_words(minutes: int, indonesian: str, english: str) -> None:
    assert ID.span(AT, AT + timedelta(minutes=minutes)) == indonesian
    assert EN.span(AT, AT + timedelta(minutes=minutes)) == english


@pytest.mark.parametrize(
    ("size", "shown"),
    [(None, ""), (0, "0 B"), (900, "900 B"), (23_552, "23 KB"), (1_450_000, "1,4 MB"), (21 << 20, "21 MB")],
)
def test_sizes(size: int | None, shown: str) -> None:
    assert ID.size(size) == shown


@pytest.mark.parametrize(
    ("kind", "raw", "shown"),
    [
        (FieldKind.DATE, "2027-01-08", "Jumat, 8 Januari 2027"),
        (FieldKind.DATE, "entah", "entah"),
        (FieldKind.TIME, "09:00", "09.00 WIB"),
        (FieldKind.TIME, "entah", "entah"),
        (FieldKind.NUMBER, 1250, "1.250"),
        (FieldKind.TICK, True, "ya"),
        (FieldKind.LIST, ["Trantib", "PMD"], "Trantib; PMD"),
        (FieldKind.TEXT, "045/12", "045/12"),
    ],
)
def test_recorded_values_in_words(kind: FieldKind, raw: object, shown: str) -> None:
    assert ID.value(kind, raw) == shown


def test_what_somebody_typed_cannot_turn_the_line_round() -> None:
    assert neutralise("a\u202egnp.exe\u2066x\u200b\u0000\ud800b") == "agnp.exexb"
    assert neutralise("Z" + "\u0301" * 40) == "Z\u0301\u0301"
    assert neutralise("dua\nbaris\tsatu") == "dua\nbaris satu"


def test_long_words_are_cut_between_words() -> None:
    assert one_line("Menyusun rencana kegiatan pengukuran kinerja", 30) == "Menyusun rencana kegiatan…"
    assert one_line("a" * 50, 10) == "a" * 9 + "…"
    assert quoted("satu\n\n dua") == "“satu dua”"


def test_file_names_keep_their_ending() -> None:
    shown = file_name("Laporan " * 20 + ".xlsx")
    assert len(shown) <= 48
    assert shown.endswith(".xlsx")
    assert file_name("\u202e\u200b") == "-"


def test_kinds_in_words() -> None:
    assert kinds_in_words(["excel", "word"], "id") == "Excel atau Word"
    assert kinds_in_words(["pdf", "word", "image"], "en") == "PDF, Word, or photo"


def test_lengths_are_telegrams() -> None:
    assert utf16_length("é😀") == 3


@pytest.mark.parametrize(
    ("minutes", "indonesian", "english"),
    [
        (0, "kurang dari 1 menit", "less than a minute"),
        (1, "1 menit", "1 minute"),
        (60, "1 jam", "1 hour"),
        (449, "7 jam 29 menit", "7 hours 29 minutes"),
        (450, "1 hari kerja", "1 working day"),
        (450 + 59, "1 hari kerja 59 menit", "1 working day 59 minutes"),
        (2 * 450 + 61, "2 hari kerja 1 jam 1 menit", "2 working days 1 hour 1 minute"),
        (41 * 450 + 180, "41 hari kerja 3 jam", "41 working days 3 hours"),
    ],
)
def test_working_time_in_words(minutes: int, indonesian: str, english: str) -> None:
    assert ID.working_span(minutes, 450) == indonesian
    assert EN.working_span(minutes, 450) == english


def test_a_working_day_is_as_long_as_the_office_works() -> None:
    assert ID.working_span(450, 390) == "1 hari kerja 1 jam"
    assert ID.working_days(2) == "2 hari kerja"
    assert (EN.working_days(1), EN.working_days(3)) == ("1 working day", "3 working days")
