"""An invented office as a file, for tests that load one."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

SUMBANG = """\
office: {id: sumbang, name: Kecamatan Sumbang, regency: Kabupaten Banyumas, timezone: Asia/Jakarta}
units:
  - {id: sekretariat, name: Sekretariat}
  - {id: pemerintahan, name: Seksi Pemerintahan}
officials:
  - {name: Ahmad Fauzi, telegram_id: 1001, seats: [{role: camat}], admin: true, salutation: Bapak}
  - {name: Siti Rahayu, telegram_id: 1002, seats: [{role: sekcam}, {role: kasi_kasubag, unit: sekretariat}]}
  - {name: Budi Santoso, telegram_id: 1003, seats: [{role: kasi_kasubag, unit: pemerintahan}]}
  - {name: Wati Lestari, seats: [{role: staf, unit: pemerintahan}]}
  - {name: Joko Prasetyo, telegram_id: 1005, seats: [{role: pengelola}]}
adopts:
  - {sop: sumbang-pengukuran-kinerja, confirm: all}
"""
