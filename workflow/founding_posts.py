"""Which seat the founder of an office means by the post they press or type."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sop_definitions.loader import load_all

MAX_TITLE = 60
"""Characters of a post as somebody types it."""

_HEADS = re.compile(r"^(?:kasi|kepala seksi)\s+(?P<section>.+)$|^(?:kasubb?ag|kepala sub ?bagian)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundingPost:
    """A seat to be given: the office's role, perhaps in a unit, and how it is called there."""

    role: str
    title: str
    unit_id: str = ""
    unit_name: str = ""


OFFERED: dict[str, FoundingPost] = {
    "camat": FoundingPost("camat", "Camat"),
    "sekcam": FoundingPost("sekcam", "Sekcam"),
    "kepala": FoundingPost("kepala_dinas", "Kepala Dinas"),
    "sekretaris": FoundingPost("sekretaris", "Sekretaris Dinas"),
}
"""The posts that have a button; every other one is typed."""


USUAL: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "kecamatan": (("camat", "sekcam", "pengelola"), ("kasi_kasubag",)),
    "dinas": (("kepala_dinas", "sekretaris"), ("kasi_kasubag", "anggota_tim")),
}
"""Kind of office -> roles of the whole office, and of a unit, that its SOPs will ask for."""


def usual(office: str, *, in_unit: bool) -> set[str]:
    """Return the roles to offer an office of this name that works with no SOP yet."""
    kind = (office.casefold().split() or [""])[0]
    known = [USUAL[kind]] if kind in USUAL else USUAL.values()
    return {role for of_office, of_unit in known for role in (of_unit if in_unit else of_office)}


def offered(office: str) -> tuple[str, ...]:
    """Return the posts to offer an office of this name: a kecamatan has other ones than a dinas."""
    first = office.casefold().split()[:1]
    if first == ["kecamatan"]:
        return ("camat", "sekcam")
    return ("kepala", "sekretaris") if first == ["dinas"] else tuple(OFFERED)


def typed(words: str) -> FoundingPost | None:
    """Return the post somebody typed; ``None`` where the words name none.

    Heads of sections and sub-divisions are seated where SOPs look for them: in their unit. A
    role that an SOP knows by that name is the SOP's; any other role is named by the words.
    """
    title = " ".join(words.split())
    role = identifier(title)
    if not role or len(title) > MAX_TITLE:
        return None
    for post in OFFERED.values():
        if title.casefold() == post.title.casefold():
            return post
    head = _HEADS.match(title)
    if head and head["section"]:
        section = head["section"]
        return FoundingPost("kasi_kasubag", title, identifier(section), f"Seksi {section}")
    if head:
        return FoundingPost("kasi_kasubag", title, "sekretariat", "Sekretariat")
    known = {one.title.casefold(): one.id for definition in load_all().values() for one in definition.roles}
    return FoundingPost(known.get(title.casefold(), role), title)


def identifier(words: str) -> str:
    """Return words as an id of at most 40 of a-z0-9_, beginning with a letter; '' where nothing is left."""
    plain = unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"^[^a-z]+", "", re.sub(r"[^a-z0-9]+", "_", plain)).strip("_")[:40].strip("_")
