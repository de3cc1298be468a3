"""The sample office: seven officials, three units, any of the five SOPs."""

from __future__ import annotations

from typing import Any

PEOPLE = {
    "camat": 1001, "sekcam": 1002, "pemerintahan": 1003, "trantib": 1004, "pengelola": 1005, "kasubag": 1006,
    "staf": 1007,
}  # fmt: skip
"""Who holds which phone; ``staf`` sits in Seksi Trantib and heads nothing."""

ROLES: dict[str, dict[str, str]] = {
    "sumbang-pengukuran-kinerja": {},
    "candipuro-pengukuran-data-kinerja": {"sekretaris": "sekcam", "tim_sakip": "pengelola", "staf": "pengelola"},
    "dinsospermasdes-pengukuran-kinerja": {
        "kepala_dinas": "camat",
        "sekretaris": "sekcam",
        "sek_tim_sakip": "pengelola",
        "anggota_tim": "kasi_kasubag",
    },
    "tambak-evaluasi-kinerja": {"kasubag_perencanaan_keuangan": "pengelola"},
    "sutera-pengukuran-kinerja": {
        "sekretaris": "sekcam",
        "kasubag_pkp": "pengelola",
        "kepala_seksi": "kasi_kasubag",
    },
}

OFFICE = """\
office: {{id: sumbang, name: Kecamatan Sumbang, regency: Kabupaten Banyumas, timezone: Asia/Jakarta}}
units:
  - {{id: sekretariat, name: Sekretariat}}
  - {{id: pemerintahan, name: Seksi Pemerintahan}}
  - {{id: trantib, name: Seksi Trantib}}
officials:
  - {{name: Ahmad Fauzi, telegram_id: 1001, seats: [{{role: camat}}], admin: true, salutation: Bapak}}
  - {{name: Siti Rahayu, telegram_id: 1002, seats: [{{role: sekcam}}], salutation: Ibu}}
  - {{name: Budi Santoso, telegram_id: 1003, seats: [{{role: kasi_kasubag, unit: pemerintahan}}]}}
  - {{name: Dewi Lestari, telegram_id: 1004, seats: [{{role: kasi_kasubag, unit: trantib}}]}}
  - {{name: Joko Prasetyo, telegram_id: 1005, seats: [{{role: pengelola}}]}}
  - {{name: Rina Wulandari, telegram_id: 1006, seats: [{{role: kasi_kasubag, unit: sekretariat, title: Kasubag Umum}}]}}
  - {{name: Eko Susilo, telegram_id: 1007, seats: [{{role: pelaksana, unit: trantib}}]}}
adopts:
{adopted}"""


def office_file(*sops: str, **choices: Any) -> str:
    """The sample office's file with some SOPs adopted; ``choices`` are further lines of each entry."""
    return OFFICE.format(adopted="".join(_entry(sop, choices) for sop in sops))


def _entry(sop: str, choices: dict[str, Any]) -> str:
    roles = ROLES[sop]
    own = {"roles": f"{{{', '.join(f'{k}: {v}' for k, v in roles.items())}}}"} if roles else {}
    lines = {"confirm": "all", **own, **choices}
    return f"  - sop: {sop}\n" + "".join(f"    {key}: {value}\n" for key, value in lines.items())
