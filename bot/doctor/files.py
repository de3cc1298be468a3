"""The file store: is what is written there read back the same, and gone once it is removed."""

from __future__ import annotations

import secrets

from bot.doctor.finding import Finding, good, mend
from bot.logging import where
from storage.errors import DiskFull, FilesUnavailable
from storage.file_store import FileStore, whole

SUBJECT = "Berkas"


async def round_trip(store: FileStore, address: str) -> Finding:
    """Write a small file that nobody has, read it back and remove it.

    A key that may not delete is no fault: Pandu itself never deletes an official's file.
    """
    try:
        name, size = await store.put(b"pandu doctor " + secrets.token_bytes(32))
        same = await whole(store, name) and await store.size(name) == size
    except (FilesUnavailable, DiskFull, OSError) as error:
        return mend(
            SUBJECT, f"{address} tidak dapat dipakai ({where(error).partition(' at ')[0]})",
            "periksa PANDU_FILES_URL, kuncinya, ruang, dan hak tulisnya",
        )  # fmt: skip
    gone = await _removed(store, name)
    if not same:
        return mend(
            SUBJECT, f"{address} tidak mengembalikan yang ditulis",
            "periksa penyimpanan itu; jangan jalankan Pandu dengannya",
        )  # fmt: skip
    if not gone:
        what = f"{address} dapat ditulis dan dibaca; kuncinya tidak boleh menghapus, {size} byte tertinggal"
        return good(SUBJECT, what)
    return good(SUBJECT, f"{address} dapat ditulis, dibaca, dan dihapus")


async def _removed(store: FileStore, name: str) -> bool:
    try:
        await store.remove(name)
        return await store.size(name) is None
    except (FilesUnavailable, OSError):
        return False
