"""Answers to a tap: short, plain, and never an exception."""

from __future__ import annotations

import pytest

from messages.toasts import SAME_AS, TOASTS, toast
from tests.unit.messages.samples import TOAST_FACTS as FACTS


@pytest.mark.parametrize("key", [*TOASTS, *SAME_AS])
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_answer_is_short_and_complete(key: str, language: str) -> None:
    words = toast(key, FACTS, language)
    assert len(words) <= 200
    assert "{" not in words
    assert bool(words) == (key != "ok")
    assert words == toast("error", {}, language) or key != "error"


def test_the_words() -> None:
    assert toast("done", FACTS, "id") == "Terima kasih, tercatat pukul 09.12 WIB."
    assert toast("done", {"time": FACTS["time"]}, "id") == "Terima kasih, tercatat."
    assert toast("first_by", FACTS, "id") == "Sudah diselesaikan oleh Siti <b>Rahayu</b> pukul 09.12 WIB. Terima kasih."
    assert toast("missing_tick", FACTS, "en") == "Please press “I have initialled it” first."
    assert toast("attending", FACTS, "id") == "Terima kasih, jawaban tercatat: Hadir."


def test_odd_facts_and_unknown_answers_stay_polite() -> None:
    assert toast("done", {"time": "kemarin", "timezone": "Asia/Jakarta"}, "id") == "Terima kasih, tercatat."
    assert toast("reminded", {}, "id") == toast("error", {}, "id")
    assert toast("never heard of", {}, "en") == toast("error", {}, "en")
    assert len(toast("first_by", {"name": "😀" * 4096}, "id")) <= 200


def test_who_presses_twice_is_not_told_their_own_name() -> None:
    assert toast("first_by", {**FACTS, "own": True}, "id") == "Sudah tercatat pukul 09.12 WIB. Terima kasih."
    assert "oleh Ibu Siti" in toast("first_by", {**FACTS, "salutation": "Ibu"}, "id")
