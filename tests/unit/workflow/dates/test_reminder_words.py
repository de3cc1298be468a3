"""What of '/ingatkan besok jam 9 hubungi Trantib' is the time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflow.dates.said import FRIDAY, OFFICE, heard
from workflow.reminding.personal_words import Said, split


@pytest.mark.parametrize(
    ("words", "when", "about"),
    [
        ("", "", ""),
        ("2 jam lagi", "2 jam lagi", ""),
        ("besok jam 9 hubungi Trantib", "besok jam 9", "hubungi Trantib"),
        ("hubungi Trantib besok jam 9", "besok jam 9", "hubungi Trantib"),
        ("Senin depan rapat jam 9", "Senin depan", "rapat jam 9"),
        ("tomorrow 9am call Trantib", "tomorrow 9am", "call Trantib"),
        ("besok pagi sebelum rapat", "besok pagi", "sebelum rapat"),
        ("hubungi Trantib", "", "hubungi Trantib"),
        # A number of things is no date.
        ("5 surat belum dibalas", "", "5 surat belum dibalas"),
        ("besok jam 9 balas 5 surat", "besok jam 9", "balas 5 surat"),
        # What cannot be taken is not cut down to what could.
        ("Selasa 30 November 2026 rapat", "Selasa 30 November 2026", "rapat"),
        ("31 Februari rapat", "31 Februari", "rapat"),
        ("habis lebaran", "habis lebaran", ""),
    ],
)
def test_the_time_and_what_it_is_about(words: str, when: str, about: str) -> None:
    assert split(words, FRIDAY, OFFICE) == Said(when, about)


WORDS = ("besok", "jam", "9", "5", "rapat", "lusa", "Senin", "depan", "surat", "ke", "Camat", "2", "lagi", "habis")


@given(st.lists(st.sampled_from(WORDS), max_size=9))
def test_no_word_is_lost_or_added(words: list[str]) -> None:
    said = split(" ".join(words), FRIDAY, OFFICE)
    assert sorted(f"{said.when} {said.about}".split()) == sorted(words)
    if said.when and said.about:
        # Only what says a time is one, also if it cannot be taken.
        assert heard(said.when)[0] not in ("vague", "not_a_date", "empty")
