"""The office whose year is played: its units, officials, posts and SOPs, and what the posts are called."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from tests.integration.quarter.cast import Manner, Place

ZONE = ZoneInfo("Asia/Jakarta")
MEASURING, REPORTING, EVALUATING = (
    "candipuro-pengukuran-data-kinerja",
    "sumbang-pengukuran-kinerja",
    "tambak-evaluasi-kinerja",
)

Post = tuple[str, str]
"""A role of the office and the unit it belongs to, '' for one of the whole office."""

CAMAT: Post = ("camat", "")
SEKCAM: Post = ("sekcam", "")
PENGELOLA: Post = ("pengelola", "")
KASI_PEMERINTAHAN: Post = ("kasi_kasubag", "pemerintahan")
KASI_TRANTIB: Post = ("kasi_kasubag", "trantib")
KASUBAG_UMUM: Post = ("kasi_kasubag", "sekretariat")
PELAKSANA: Post = ("pelaksana", "trantib")

TITLES: dict[Post, str] = {
    CAMAT: "Camat",
    SEKCAM: "Sekcam",
    PENGELOLA: "Pengelola",
    KASI_PEMERINTAHAN: "Kasi Pemerintahan",
    KASI_TRANTIB: "Kasi Trantib",
    KASUBAG_UMUM: "Kasubag Umum",
    PELAKSANA: "Pelaksana Seksi Trantib",
}
"""What a post is called, as the office says it."""

AHMAD, SITI, BUDI, DEWI = "Ahmad Fauzi", "Siti Rahayu", "Budi Santoso", "Dewi Lestari"
JOKO, RINA, EKO = "Joko Prasetyo", "Rina Wulandari", "Eko Susilo"
HADI, MAYA, AUDITOR = "Hadi Nugroho", "Maya Anggraini", "Teguh Prabowo"

FIRST_HOLDERS: dict[Post, str] = {
    CAMAT: AHMAD,
    SEKCAM: SITI,
    PENGELOLA: JOKO,
    KASI_PEMERINTAHAN: BUDI,
    KASI_TRANTIB: DEWI,
    KASUBAG_UMUM: RINA,
    PELAKSANA: EKO,
}
FIRST_CHATS = {AHMAD: 1001, SITI: 1002, BUDI: 1003, DEWI: 1004, JOKO: 1005, RINA: 1006, EKO: 1007}
ADMIN = RINA

FILE = """\
office: {id: sumbang, name: Kecamatan Sumbang, regency: Kabupaten Banyumas, timezone: Asia/Jakarta}
units:
  - {id: sekretariat, name: Sekretariat}
  - {id: pemerintahan, name: Seksi Pemerintahan}
  - {id: trantib, name: Seksi Trantib}
officials:
  - {name: Ahmad Fauzi, telegram_id: 1001, seats: [{role: camat}], salutation: Bapak}
  - {name: Siti Rahayu, telegram_id: 1002, seats: [{role: sekcam}], salutation: Ibu}
  - {name: Budi Santoso, telegram_id: 1003, seats: [{role: kasi_kasubag, unit: pemerintahan}], salutation: Bapak}
  - {name: Dewi Lestari, telegram_id: 1004, seats: [{role: kasi_kasubag, unit: trantib}], salutation: Ibu}
  - {name: Joko Prasetyo, telegram_id: 1005, seats: [{role: pengelola}], salutation: Bapak}
  - {name: Rina Wulandari, telegram_id: 1006, admin: true, salutation: Ibu,
     seats: [{role: kasi_kasubag, unit: sekretariat, title: Kasubag Umum}]}
  - {name: Eko Susilo, telegram_id: 1007, seats: [{role: pelaksana, unit: trantib}], salutation: Bapak}
adopts:
  - {sop: candipuro-pengukuran-data-kinerja, confirm: all, accept_suggestions: true,
     roles: {sekretaris: sekcam, tim_sakip: pengelola, staf: pengelola}}
  - {sop: sumbang-pengukuran-kinerja, confirm: all, accept_suggestions: true}
  - {sop: tambak-evaluasi-kinerja, confirm: all, accept_suggestions: true,
     roles: {kasubag_perencanaan_keuangan: pengelola}}
"""

OFFICE = "sumbang"
STEADY = Manner(delay=(30, 600), late=10, acknowledges=10)


def place() -> Place:
    """Return the office as the harness wants it."""
    return Place(
        OFFICE, ZONE, FILE, dict(FIRST_CHATS), (MEASURING, REPORTING, EVALUATING), dict.fromkeys(FIRST_CHATS, STEADY)
    )
