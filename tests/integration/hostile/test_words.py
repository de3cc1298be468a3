"""Hostile words in everything a person can write: they come back as harmless text, on every phone."""

from __future__ import annotations

import re
import unicodedata

import pytest

from messages.text import utf16_length
from tests.e2e.offices import PEOPLE, office_file
from tests.integration.fuzz.entrance import Entrance, Said
from tests.integration.fuzz.offices import ADMIN, STRANGERS, offered
from tests.unit.messages.telegram_html import plain

STAFF, SEKCAM = PEOPLE["staf"], PEOPLE["sekcam"]
HOSTILE = {
    "html": "</b></i><a href='tg://user?id=1'>Camat</a><script>alert(1)</script>&lt;b&gt;",
    "bidi": "Laporan \u202egnp.exe\u202c\u2066x\u2069 \u200fakhir",
    "zero-width": "S\u200be\u200ct\u200du\ufeffj\u2060u\u00adi",
    "emoji": "😀" * 4096,
    "marks": "Z" + "\u0301" * 500 + "algo",
    "controls": "a\x00b\x07c\x1b[31md\u0085e\u2028f",
    "surrogates": "a\ud800b\udfffc",
    "template": "{{ 7*7 }}{% for x in y %}{{ config }}",
    "calendar": "Aula\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Palsu",
    "long word": "x" * 4000,
}
FORBIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u0000-\u0008\u000b-\u001f\ud800-\udfff]")


def harmless(said: list[Said]) -> list[str]:
    """Hold all that was said against what a phone may be sent; return what readers see."""
    shown = []
    for one in said:
        words = one.text if one.file else plain(one.text)
        assert one.file or not FORBIDDEN.search(words), (one, FORBIDDEN.search(words))
        assert utf16_length(words) <= 4096
        assert all(len(data.encode()) <= 64 for data in one.buttons)
        words.encode()
        shown.append(words)
    return shown


@pytest.fixture(params=HOSTILE)
def words(request: pytest.FixtureRequest) -> str:
    return HOSTILE[request.param]


async def test_the_name_of_who_opens_a_link(entrance: Entrance, words: str) -> None:
    """A stranger's own name is the one text that reaches an admin before anybody has vouched for them."""
    await entrance.speak()
    token = "T" * 20
    file = office_file("tambak-evaluasi-kinerja").replace("telegram_id: 1007, ", "")
    await entrance.found(file)
    await entrance.speak()
    await entrance.invite("Eko Susilo", token)
    opened = entrance.message(STRANGERS[0], text=f"/start {token}")
    opened["message"]["from"]["first_name"] = words
    await entrance.send(opened)
    shown = harmless(await entrance.speak())
    assert any("Eko Susilo" in text for text in shown)
    assert await entrance.parked() == []


async def test_what_is_typed_as_a_period_a_reason_and_a_reminder(entrance: Entrance, words: str) -> None:
    await entrance.speak()
    await entrance.says(SEKCAM, "/mulai")
    await entrance.says(SEKCAM, words)
    await entrance.says(SEKCAM, "/batalkan 1")
    await entrance.says(SEKCAM, words)
    harmless(await entrance.speak())
    await entrance.says(STAFF, "/ingatkan besok jam 9")
    harmless(await entrance.speak())
    await entrance.taps(STAFF, offered(entrance, STAFF, r"q:\w+:yes"))
    await entrance.says(STAFF, words)
    await entrance.says(STAFF, f"/ingatkan besok jam 9 {words}")
    await entrance.says(STAFF, f"/status {words}")
    await entrance.says(STAFF, f"/arsip {words}")
    await entrance.says(STAFF, f"/{words}")
    harmless(await entrance.speak())
    assert await entrance.parked() == []


async def test_a_form_filled_in_and_sent_on_to_the_next_desk(entrance: Entrance, words: str) -> None:
    await entrance.speak()
    await entrance.says(ADMIN, "/batal")
    await entrance.speak()
    await entrance.says(ADMIN, "/tugas")
    await entrance.speak()
    await entrance.taps(ADMIN, offered(entrance, ADMIN, r"(decide|do):\d+:\d+(:\w+)?"))
    await entrance.says(ADMIN, words)
    harmless(await entrance.speak())
    yes = [data for data in entrance.buttons[ADMIN] if re.fullmatch(r"q:\w+:yes", data)]
    if yes:
        await entrance.taps(ADMIN, yes[0])
    for command in ("/status 1", "/riwayat 1", "/berkas 1", "/tugas"):
        await entrance.says(SEKCAM, command)
    harmless(await entrance.speak())
    assert await entrance.parked() == []


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd.pdf", "a\x00b.pdf", "x" * 300 + ".pdf", "laporan\u202efdp.exe", "laporan.pdf.exe",
        "<b>.pdf", "CON", ".pdf", "", "a/b\\c:d*e?.pdf", "\ud800.pdf", "😀" * 4096 + ".pdf",
        "laporan.pdf\r\n.exe", "..", "~/.ssh/id",
    ],
)  # fmt: skip
@pytest.mark.parametrize("caption", [None, "</b><script>\u202e\x00" + "😀" * 4096])
async def test_a_files_name_is_text_and_never_a_path(entrance: Entrance, name: str, caption: str | None) -> None:
    await entrance.speak()
    document = {"file_id": "F", "file_unique_id": "f", "file_name": name, "file_size": 1000}
    content = {"document": document} | ({"caption": caption} if caption else {})
    await entrance.send(entrance.message(SEKCAM, **content), entrance.message(STRANGERS[0], **content))
    shown = harmless(await entrance.speak())
    assert shown, "no answer"
    assert await entrance.parked() == []


def test_forbidden_is_what_cannot_be_seen() -> None:
    assert all(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in "\u200b\u202e\u2066\ufeff\x00\ud800")
    assert not FORBIDDEN.search("Kepada Yth. Bapak Camat\nArahan: “Mohon segera” – 😀")
