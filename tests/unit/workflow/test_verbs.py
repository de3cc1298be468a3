from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.verbs import LARGEST, Page, Press, QuestionPress, Verb, parse


@given(
    st.sampled_from([*Verb, *Page]),
    st.integers(0, LARGEST),
    st.integers(0, 10**6),
    st.from_regex(r"[a-z_:-]{0,20}", fullmatch=True),
)
def test_a_button_says_what_was_written_on_it(verb: str, row: int, activation: int, argument: str) -> None:
    press = Press(verb, row, activation, argument)
    assert parse(str(press)) == press


@given(st.from_regex(r"[0-9a-f]{1,12}", fullmatch=True), st.from_regex(r"[a-z-]{1,30}", fullmatch=True))
def test_so_does_an_answer(question: str, answer: str) -> None:
    assert parse(str(QuestionPress(question, answer))) == QuestionPress(question, answer)


@given(st.text(max_size=64))
def test_forged_data_is_refused_or_understood_but_never_raises(data: str) -> None:
    pressed = parse(data)
    if isinstance(pressed, Press):
        assert pressed.verb in {*Verb, *Page}


@pytest.mark.parametrize("data", ["", "do", "do:1", "do:x:1", "do:1:-1", "do:١:1", "nope:1:1", "q:1", "do:1e3:1"])
def test_data_no_button_ever_carried(data: str) -> None:
    assert parse(data) is None


def test_telegrams_64_bytes_are_kept() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        str(Press(Verb.DECIDE, 1, 1, "x" * 60))
    with pytest.raises(ValueError, match="64 bytes"):
        str(QuestionPress("a" * 16, "x" * 60))
