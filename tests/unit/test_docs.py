"""The documents say what is so: links, commands, paths and examples are tried."""

from __future__ import annotations

import ast
import re
import subprocess
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest
import typer
from pydantic import BaseModel

from bot import cli
from bot.doctor import Level
from bot.settings import Settings
from messages.captions import CAPTIONS
from sop_definitions import captions as sop_captions
from sop_definitions import model
from sop_definitions.loader import load_all
from sop_definitions.loader import load_text as load_sop
from workflow.adopting import adopt
from workflow.calendar.settings import RamadanDates, WeekHours
from workflow.office_file.loading import load_text as load_office
from workflow.office_file.time_sections import CalendarEntry, HolidayEntry
from workflow.office_rules import OfficeRules
from workflow.reminding.policy import ReminderPolicy

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
OPERATOR = ROOT / "docs" / "panduan-operator.md"
OFFICIALS = ROOT / "docs" / "panduan-pejabat.md"
TROUBLES = ROOT / "docs" / "panduan-gangguan.md"
LANGUAGE = ROOT / "docs" / "sop-language.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def fenced(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(), re.DOTALL | re.MULTILINE)


def shown_code(path: Path) -> str:
    """Return everything a document shows as code, inline and in blocks, one piece per line."""
    text = path.read_text()
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    return "\n".join([*blocks, *CODE.findall(re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE))])


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    prose = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    dead = []
    for link in LINK.findall(document.read_text()):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if d.parent.name != "adr"], ids=name)
def test_every_make_target_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)) | {".venv/runtime.stamp"}
    named = set(re.findall(r"\bmake ([a-z.][\w./-]*)", shown_code(document)))
    assert named <= targets
    assert document != README or {"demo", "demo-reset", "run", "test", "test-long"} <= named


@cache
def commands() -> dict[str, set[str]]:
    """Return every command of the command line with its options."""
    root = typer.main.get_command(cli.command_line())
    found: dict[str, set[str]] = {}
    for word, command in root.commands.items():  # type: ignore[attr-defined]  # it is a group
        parts = getattr(command, "commands", {"": command})
        for second, leaf in parts.items():
            found[f"{word} {second}".strip()] = {option for p in leaf.params for option in p.opts}
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_command_and_option_exists(document: Path) -> None:
    known = commands()
    for line in re.findall(r"(?<![\w/.-])(?:\.venv/bin/)?pandu ((?:[a-z-]+ ?)+.*)", shown_code(document)):
        words = line.removeprefix("pandu ").split()
        command = " ".join(words[:2]) if " ".join(words[:2]) in known else words[0]
        assert command in known, f"pandu {line}"
        options = {word for word in words if word.startswith("--")}
        assert options <= known[command], f"pandu {line}"


def test_the_map_and_the_table_of_places_name_what_exists() -> None:
    rows = [line for line in README.read_text().splitlines() if line.startswith("| ")]
    named = {code for row in rows for code in CODE.findall(row) if "/" in code and " " not in code}
    assert len(named) > 30
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py") if any(path.parent.rglob("*.py"))}
    assert {f"{package}/" for package in packages} <= named


def test_paths_in_the_flow_of_an_update_exist() -> None:
    flow = next(block for block in fenced(README, "") if "inbox_worker" in block)
    paths = re.findall(r"\b\w+/\w+\.py\b", flow)
    assert len(paths) >= 5
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", [README, OPERATOR, TROUBLES], ids=name)
def test_every_setting_named_is_one(document: Path) -> None:
    known = {f"PANDU_{field.upper()}" for field in Settings.model_fields}
    assert set(re.findall(r"PANDU_[A-Z0-9_]+", document.read_text())) <= known
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^#?(PANDU_\w+)=", example, re.MULTILINE)) == known


def test_the_office_of_the_guide_loads_and_may_start_its_sop() -> None:
    text = fenced(OPERATOR, "yaml")[0]
    file = load_office(text, "office.yaml").file
    assert file.adopts is not None
    roles = {seat.role for official in file.officials or () for seat in official.seats}
    for entry in file.adopts:
        definition = load_all()[entry.sop, entry.version or ""]
        adopted = adopt(definition, entry, roles)
        assert adopted.unconfirmed == ()
        assert set(adopted.role_map.values()) <= roles
    assert any(official.admin for official in file.officials or ())


def test_the_working_time_of_the_guide_loads_with_its_office() -> None:
    file = load_office("".join(fenced(OPERATOR, "yaml")), "office.yaml").file
    assert file.calendar is not None
    assert file.calendar.hours is not None
    assert file.policy is not None
    assert file.rules is not None


@pytest.mark.parametrize("part", [CalendarEntry, WeekHours, RamadanDates, HolidayEntry, ReminderPolicy, OfficeRules])
def test_the_guide_tells_every_key_about_time(part: type[BaseModel]) -> None:
    rows = [line.split("|")[1] for line in OPERATOR.read_text().splitlines() if line.startswith("| `")]
    told = set(CODE.findall(OPERATOR.read_text())) if part in (RamadanDates, HolidayEntry) else set()
    told |= {key for row in rows for key in CODE.findall(row)}
    assert sorted(set(part.model_fields) - told) == []


def test_the_guide_tells_the_defaults_of_reminders() -> None:
    default = ReminderPolicy()
    rows = [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in OPERATOR.read_text().splitlines()]
    told = {row[0]: row[2] for row in rows if len(row) == 3 and row[0] in ReminderPolicy.model_fields}
    assert told == {key: str(getattr(default, key) or "") for key in ReminderPolicy.model_fields}


def test_the_example_of_the_language_is_sound_and_adoptable() -> None:
    sop, adopts = fenced(LANGUAGE, "yaml")
    definition = load_sop(sop, "contoh-laporan.2026.yaml")
    office = "office: {id: contoh, name: Contoh, regency: Contoh, timezone: WIB}\n"
    (entry,) = load_office(office + adopts, "office.yaml").file.adopts or ()
    adopted = adopt(definition, entry, {"kasi_kasubag"})
    assert adopted.unconfirmed == ()
    assert adopted.accepted[1]["output"] == "Format terkirim"


@pytest.mark.parametrize(
    "part",
    [
        model.SopDefinition, model.Identity, model.CitedText, model.Source, model.Role, model.Step, model.Actor,
        model.Files, model.FormField, model.Outcome, model.SecondParty, model.Suggested,
    ],
)  # fmt: skip
def test_the_language_page_tells_every_key(part: type[model.Strict]) -> None:
    told = set(re.findall(r"\w+", " ".join(CODE.findall(LANGUAGE.read_text()))))
    keys = {field.alias or key for key, field in part.model_fields.items()}
    assert sorted(keys - told) == []


@pytest.mark.parametrize("kinds", [model.Collect, model.FileKind, model.FieldKind, model.Position, model.Confidence])
def test_the_language_page_tells_every_choice(kinds: type[StrEnum]) -> None:
    told = set(re.findall(r"\w+", " ".join(CODE.findall(LANGUAGE.read_text()))))
    assert {kind.value for kind in kinds} <= told


@pytest.mark.parametrize(("document", "at_least"), [(OPERATOR, 10), (OFFICIALS, 10), (TROUBLES, 0)])
def test_every_caption_is_written_as_it_stands_on_the_button(document: Path, at_least: int) -> None:
    known = {caption.id for caption in CAPTIONS.values()}
    for definition in load_all().values():
        known |= {found for step in definition.steps for found in sop_captions.captions(step)}
    known |= {"Langkah N"}
    named = {code for code in CODE.findall(document.read_text()) if re.fullmatch(r"[A-Z][a-z]+(,? [A-Za-z]+)*", code)}
    assert len(named) >= at_least
    assert sorted(named - known) == []


@cache
def said_by_commands() -> list[re.Pattern[str]]:
    """Return every text in the code of the command line and the doctor, with anything in place of its values."""
    found: list[re.Pattern[str]] = []
    for path in sorted([*(ROOT / "bot" / "cli").glob("*.py"), *(ROOT / "bot" / "doctor").glob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text())):
            said = _as_pattern(node)
            # What is nothing but values would match anything.
            if len(re.findall(r"[^\W\d_]", re.sub(r"\.\+|\\\\.", "", said))) > 2:
                found.append(re.compile(said))
    return found


def _as_pattern(node: ast.AST) -> str:
    match node:
        case ast.JoinedStr():
            return "".join(map(_as_pattern, node.values))
        case ast.Constant(value=str() as text):
            return re.escape(text)
        case ast.FormattedValue(value=ast.IfExp(body=one, orelse=other)):
            return f"(?:{_as_pattern(one)}|{_as_pattern(other)})"
        case ast.FormattedValue():
            return ".+"
        case _:
            return ""


def test_every_output_shown_is_what_the_commands_print() -> None:
    lines = [line for block in fenced(TROUBLES, "text") for line in block.splitlines()]
    assert len(lines) > 20
    pieces: list[str] = []
    for line in lines:
        finding = re.fullmatch(rf"(?:{'|'.join(Level)}) +([^:]+): (.+?)(?: → (.+))?", line)
        pieces += [piece for piece in finding.groups() if piece] if finding else [line]
    assert [piece for piece in pieces if not any(said.fullmatch(piece) for said in said_by_commands())] == []


def test_every_trouble_is_told_with_its_signs_what_happens_by_itself_and_what_to_do() -> None:
    text = TROUBLES.read_text()
    listed = re.findall(r"^\|[^|]+\| \[[^\]]+\]\(#([\w-]+)\)", text, re.MULTILINE)
    assert len(listed) == len(set(listed)) >= 12
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:-2]:
        title = section.splitlines()[0]
        assert title.lower().replace(" ", "-") in listed
        assert re.search(r"^- \*\*(Gejala|Bila)\.\*\*", section, re.MULTILINE), title
        assert "- **Pandu sendiri" in section, title
        assert "- **Anda.**" in section, title
        assert "```" in section, title


def test_no_tracked_file_names_a_machine() -> None:
    """A path of somebody's machine or the host of a package registry says nothing to anybody else."""
    tracked = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tracked.returncode:
        pytest.fail("the folder is no git repository")
    forbidden = re.compile(
        r"(?<![\w.])/(?:home|root|Users|work|workspace|mnt|builds)/\w"
        r"|[A-Z]:\\Users|(?:index-url|registry)[ =:]+https?://|:\d{4}/simple"
    )
    found = []
    for file in filter(None, tracked.stdout.split("\0")):
        path = ROOT / file
        if path == Path(__file__) or not path.is_file():
            continue
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), 1):
            if forbidden.search(line):
                found.append(f"{file}:{number}")
    assert found == []
