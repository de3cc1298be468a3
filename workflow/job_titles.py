"""How a seat is called in Indonesian when the office file gives it no title of its own."""

from __future__ import annotations

import re

_KNOWN = {
    "kasi_kasubag": "Kasi/Kasubag",
    "kasubag_pkp": "Kasubag PKP",
    "kasubag_perencanaan_keuangan": "Kasubag Perencanaan dan Keuangan",
    "kepala_dinas": "Kepala Dinas",
    "sek_tim_sakip": "Sekretaris Tim SAKIP",
    "anggota_tim_sakip": "Anggota Tim SAKIP",
    "tim_sakip": "Tim SAKIP",
}
_HEADS_OF_UNITS = re.compile(r"^(kasi|kasubag|kasubbag|kabid|kepala_seksi|kepala_bidang|kepala_subbagian|kepala_unit)")
_UNIT_KINDS = (
    ("Seksi ", "Kasi "),
    ("Subbagian ", "Kasubag "),
    ("Sub Bagian ", "Kasubag "),
    ("Subbag ", "Kasubag "),
    ("Bidang ", "Kabid "),
)


def job_title(role: str, unit_name: str | None = None) -> str:
    """Return a seat's name in Indonesian: 'Camat', 'Kasi Pemerintahan', 'Pengelola Seksi Trantib'.

    The role that heads a unit takes the unit's kind into its name, as officials say it
    ('Seksi Pemerintahan' makes 'Kasi Pemerintahan').
    """
    plain = _KNOWN.get(role) or " ".join(word.capitalize() for word in role.split("_"))
    if not unit_name:
        return plain
    if _HEADS_OF_UNITS.match(role):
        for kind, head in _UNIT_KINDS:
            if unit_name.startswith(kind):
                return head + unit_name.removeprefix(kind)
    return f"{plain} {unit_name}"
