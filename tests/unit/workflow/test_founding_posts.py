"""The post a founder types becomes the seat where the SOPs look for it."""

from __future__ import annotations

import pytest

from workflow.founding import office_id
from workflow.founding_posts import FoundingPost, offered, typed


@pytest.mark.parametrize(
    ("words", "post"),
    [
        ("sekcam", FoundingPost("sekcam", "Sekcam")),
        ("Pengelola", FoundingPost("pengelola", "Pengelola")),
        ("sekretaris kecamatan", FoundingPost("sekcam", "sekretaris kecamatan")),
        ("Kasubag Umum", FoundingPost("kasi_kasubag", "Kasubag Umum", "sekretariat", "Sekretariat")),
        ("Kasi  Pemerintahan", FoundingPost("kasi_kasubag", "Kasi Pemerintahan", "pemerintahan", "Seksi Pemerintahan")),
        ("Kepala Seksi Trantib", FoundingPost("kasi_kasubag", "Kepala Seksi Trantib", "trantib", "Seksi Trantib")),
        ("Analis Kinerja (Ahli Muda)", FoundingPost("analis_kinerja_ahli_muda", "Analis Kinerja (Ahli Muda)")),
        ("1945", None),
        ("", None),
        ("\u202e<b>", FoundingPost("b", "\u202e<b>")),
        ("x" * 61, None),
    ],
)
def test_a_typed_post(words: str, post: FoundingPost | None) -> None:
    assert typed(words) == post


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Kecamatan Sumbang", "sumbang"),
        ("Kantor Kecamatan Sutera", "sutera"),
        ("Dinas Sosial dan Pemberdayaan Masyarakat", "sosial_dan_pemberdayaan_masyarakat"),
        ("Kecamatan", "kecamatan"),
        ("東京", "kantor"),
    ],
)
def test_an_offices_short_name(name: str, short: str) -> None:
    assert office_id(name) == short


def test_a_dinas_is_offered_other_posts_than_a_kecamatan() -> None:
    assert offered("Kecamatan Sumbang") == ("camat", "sekcam")
    assert offered("Dinas Sosial") == ("kepala", "sekretaris")
    assert len(offered("Inspektorat")) == 4
