"""The menu of commands that Telegram shows beside the text field."""

from __future__ import annotations

from typing import Literal

import structlog
from telegram import Bot, BotCommand, BotCommandScope, BotCommandScopeAllPrivateChats, BotCommandScopeDefault
from telegram.error import TelegramError

from bot.logging import where

log = structlog.stdlib.get_logger("bot.menu")

Language = Literal["id", "en"]

COMMANDS: dict[str, dict[Language, str]] = {
    "tugas": {"id": "Tugas Bapak/Ibu yang belum selesai", "en": "Your open tasks"},
    "status": {"id": "Kemajuan pekerjaan yang berjalan", "en": "Progress of what is running"},
    "mulai": {"id": "Memulai pelaksanaan sebuah SOP", "en": "Start an SOP"},
    "jadwal": {"id": "Menjadwalkan SOP, sekali atau berulang", "en": "Schedule SOPs, once or again and again"},
    "berkas": {"id": "Berkas suatu pelaksanaan, mis. /berkas 12", "en": "Files of a run, e.g. /berkas 12"},
    "riwayat": {"id": "Riwayat suatu pelaksanaan, mis. /riwayat 12", "en": "History of a run, e.g. /riwayat 12"},
    "arsip": {"id": "Pelaksanaan yang sudah selesai", "en": "Finished runs"},
    "dispensasi": {"id": "Memohon tambahan waktu untuk sebuah tugas", "en": "Ask for more time for a task"},
    "tunda": {"id": "Menunda suatu pelaksanaan, mis. /tunda 12", "en": "Pause a run, e.g. /tunda 12"},
    "lanjutkan": {"id": "Melanjutkan pelaksanaan yang ditunda", "en": "Let a paused run go on"},
    "batalkan": {"id": "Membatalkan suatu pelaksanaan", "en": "Cancel a run"},
    "ingatkan": {"id": "Pengingat sendiri, mis. /ingatkan besok jam 9", "en": "A reminder of your own"},
    "kalender": {"id": "Jam kerja dan hari libur kantor", "en": "Working hours and days off"},
    "batal": {"id": "Meninggalkan pertanyaan yang sedang menunggu", "en": "Leave the pending question"},
    "bantuan": {"id": "Bantuan", "en": "Help"},
}
ELSEWHERE = ("bantuan",)
"""In groups Pandu only explains itself: it works in private chats."""


async def publish_menu(bot: Bot, default_language: str) -> bool:
    """Set the menu per scope and language; a refusal is logged and changes nothing else."""
    default: Language = "en" if default_language == "en" else "id"
    menus: list[tuple[BotCommandScope, tuple[str, ...]]] = [
        (BotCommandScopeAllPrivateChats(), tuple(COMMANDS)),
        (BotCommandScopeDefault(), ELSEWHERE),
    ]
    languages: list[tuple[str | None, Language]] = [(None, default), ("id", "id"), ("en", "en")]
    try:
        for scope, names in menus:
            for code, language in languages:
                commands = [BotCommand(name, COMMANDS[name][language]) for name in names]
                await bot.set_my_commands(commands, scope=scope, language_code=code)
    except TelegramError as error:
        log.warning("the command menu could not be set", error=where(error))
        return False
    return True
