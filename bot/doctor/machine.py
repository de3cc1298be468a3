"""The machine: the settings file, the data folder, room on its disk, the rules of time zones."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.doctor.finding import Finding, good, mend, note

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
GIB = 1 << 30
SCARCE = 2 * GIB
"""Bytes; a busy office needs a few hundred MB a year."""
TOO_LITTLE = GIB // 2


def settings_file(path: Path) -> Iterator[Finding]:
    """Look whether anybody else on the machine can read the tokens."""
    if not path.is_file():
        return
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield mend("Setelan", f"{path} dapat dibaca pengguna lain, padahal berisi token", f"chmod 600 {path}")
    else:
        yield good("Setelan", f"{path} hanya terbuka bagi pemiliknya")


def data_folder(folder: Path) -> Iterator[Finding]:
    """Look whether the data folder is there, can be written to, and is shut to others."""
    if not folder.exists():
        yield note("Folder data", f"{folder} belum ada", "dibuat sendiri saat pandu run atau pandu serve dijalankan")
        return
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield mend(
            "Folder data", f"{folder} tidak dapat ditulisi pengguna ini",
            f"chown -R $(id -u) {folder}; chmod 700 {folder}",
        )  # fmt: skip
        return
    mode = stat.S_IMODE(folder.stat().st_mode)
    if os.name == "posix" and mode & 0o077:
        yield mend("Folder data", f"{folder} terbuka bagi pengguna lain ({mode:o})", f"chmod 700 {folder}")
    else:
        yield good("Folder data", f"{folder} dapat ditulisi dan tertutup bagi pengguna lain")


def disk(folder: Path, usage: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage) -> Finding:
    """Look how much room is left on the data folder's disk; ``usage`` returns total, used and free bytes."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    free = usage(there)[2]
    what = f"sisa {free / GIB:.1f} GiB di {there}"
    how = "kosongkan ruang atau pindahkan ke disk yang lebih besar; jangan menghapus apa pun di folder data"
    if free < TOO_LITTLE:
        return mend("Ruang disk", what, how)
    return note("Ruang disk", what, how) if free < SCARCE else good("Ruang disk", what)


def time_zones(zone: Callable[[str], object] = ZoneInfo) -> Finding:
    """Look whether Indonesia's time zones are known here."""
    missing = []
    for name in ZONES:
        try:
            zone(name)
        except ZoneInfoNotFoundError:
            missing.append(name)
    if missing:
        return mend("Zona waktu", f"{', '.join(missing)} tidak dikenal", "pasang paket tzdata, lalu jalankan lagi")
    return good("Zona waktu", "WIB, WITA, dan WIT dikenal")
