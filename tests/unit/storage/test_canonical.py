"""The bytes that are hashed have exactly one spelling."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum, StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.audit import canonical, hash_of
from storage.tables import AuditEvent


class Word(StrEnum):
    DO = "do"


class Number(IntEnum):
    ONE = 1


def test_keys_are_sorted_without_spaces() -> None:
    assert (
        canonical({"b": [1, None, True], "a": {"d": "x", "c": Word.DO}}) == '{"a":{"c":"do","d":"x"},"b":[1,null,true]}'
    )


def test_enums_are_what_they_stand_for() -> None:
    assert canonical([Word.DO, Number.ONE, (2,)]) == '["do",1,[2]]'


def test_a_letter_and_its_accent_are_one_character() -> None:
    assert canonical("e\u0301") == canonical("\u00e9") == '"\u00e9"'


@pytest.mark.parametrize("value", [1.5, float("nan"), b"x", {1, 2}, datetime(2027, 1, 1, tzinfo=UTC)])
def test_what_has_several_spellings_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="no canonical form"):
        canonical({"a": [value]})


@given(st.dictionaries(st.text(), st.one_of(st.integers(), st.text(), st.booleans(), st.none())))
def test_the_order_of_writing_does_not_matter(value: dict[str, Any]) -> None:
    assert canonical(value) == canonical(dict(reversed(value.items())))


# sha256 of [1,"sumbang",7,"2027-01-07T03:15:00.000000+00:00","task.do",3,"Camat",12,5,"{\\"step\\":9}","000...0"]
GOLDEN = "9583985f392579e20b42edc34a10060027500cd8ee8b0347463ab8ce02a7d377"


def event(**changed: Any) -> AuditEvent:
    plain: dict[str, Any] = {
        "office_id": "sumbang",
        "seq": 7,
        "format": 1,
        "at": datetime(2027, 1, 7, 3, 15, tzinfo=UTC),
        "kind": "task.do",
        "actor_id": 3,
        "capacity": "Camat",
        "run_id": 12,
        "task_id": 5,
        "payload": '{"step":9}',
        "previous_hash": "0" * 64,
        "hash": "",
    }
    return AuditEvent(**plain | changed)


def test_the_form_of_format_1_never_changes() -> None:
    """Chains written years ago must still verify: this hash was computed by hand once."""
    assert hash_of(event()) == GOLDEN


@pytest.mark.parametrize(
    "changed",
    [
        {"office_id": "tambak"},
        {"seq": 8},
        {"format": 2},
        {"at": datetime(2027, 1, 7, 3, 15, 0, 1, tzinfo=UTC)},
        {"kind": "task.nil"},
        {"actor_id": None},
        {"capacity": None},
        {"run_id": 13},
        {"task_id": None},
        {"payload": '{"step":8}'},
        {"previous_hash": "1" * 64},
        {"capacity": None, "run_id": None},
    ],
)
def test_every_part_of_an_event_is_hashed(changed: dict[str, Any]) -> None:
    assert hash_of(event(**changed)) != hash_of(event())


def test_the_zone_a_time_is_told_in_does_not_matter() -> None:
    wib = timezone(timedelta(hours=7))
    assert hash_of(event(at=datetime(2027, 1, 7, 10, 15, tzinfo=wib))) == hash_of(event())
