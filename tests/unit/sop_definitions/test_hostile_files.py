"""Whatever a file holds, the loader answers with a definition or with SopErrors."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sop_definitions.errors import SopError, SopErrors
from sop_definitions.loader import SHIPPED, load_all, load_file, load_text
from tests.unit.sop_definitions.writing import sop, step

SMALL = sop(step(1), step(2, "collect: decide\noutcomes:\n  - {id: ya, button: {id: Ya, en: Yes}}"))
LINES = SMALL.splitlines()
SNIPPETS = st.sampled_from(
    [
        *("[", "]", "{", "}", ":", "- ", "&a ", "*a", "!!int ", "|", ">", "'", '"', "#", "?", "%", "\t", "\n", "---"),
        *("null", "~", "-1", "99999999999999999999", "1e999", ".nan", "true", "[[[]]]", '"\\ud800"', "<<: 1"),
        *("\x00", "\ufeff", "é"),
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        change = draw(st.sampled_from(["drop", "double", "swap", "insert", "replace"]))
        if change == "drop" and len(lines) > 1:
            del lines[at]
        elif change == "double":
            lines.insert(at, lines[at])
        elif change == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif change == "insert":
            column = draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:column] + draw(SNIPPETS) + lines[at][column:]
        else:
            key = lines[at].split(":")[0]
            lines[at] = f"{key}: {draw(SNIPPETS | st.text(max_size=10))}"
    return "\n".join(lines)


def faults(text: str) -> tuple[SopError, ...]:
    """What the loader refuses; any other exception fails the test."""
    try:
        load_text(text, "x.yaml")
    except SopErrors as refused:
        return refused.errors or (SopError("x.yaml", 0, 0, "", "refused without a reason"),)
    return ()


def answer(text: str) -> None:
    for error in faults(text):
        assert error.line >= 1
        assert error.column >= 1
        assert error.message
        str(error).encode("utf-8")


@settings(max_examples=150, deadline=None)
@given(mutated())
def test_mutated_files_never_crash_the_loader(text: str) -> None:
    answer(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
@example("a: &a [*a]")
@example("[" * 3000)
@example("- " * 3000)
@example("{a: " * 3000)
@example("!!python/object/apply:os.system ['x']")
@example("%YAML 9.9\n---\na")
@example('"\\ud800": 1')
@example("? {a: 1}\n: 2")
@example("format: 1\nsteps: {0: {number: 1}}")
@example("steps: [null, 1, [], {}]\nroles: x")
def test_any_text_never_crashes_the_loader(text: str) -> None:
    answer(text)


def test_what_blows_up_elsewhere_is_refused_at_once() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True))
    with pytest.raises(SopErrors, match="Alias"):
        load_text(bomb, "x.yaml")
    with pytest.raises(SopErrors, match="terlalu besar"):
        load_text("a" * 1_000_001, "x.yaml")


def test_files_that_are_no_text(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00format")
    for path, message in ((binary, "UTF-8"), (tmp_path / "missing.yaml", "tidak dapat dibuka"), (tmp_path, "dibuka")):
        with pytest.raises(SopErrors, match=message):
            load_file(path)


def test_a_folder_tells_the_faults_of_all_its_files(tmp_path: Path) -> None:
    shipped = (SHIPPED / "tambak-evaluasi-kinerja.2023.yaml").read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(shipped, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(shipped, encoding="utf-8")
    (tmp_path / "c.yaml").write_text("format: 2\n", encoding="utf-8")
    with pytest.raises(SopErrors) as caught:
        load_all(tmp_path)
    assert {Path(error.file).name for error in caught.value.errors} == {"b.yaml", "c.yaml"}
    assert "sudah ada" in str(caught.value)
