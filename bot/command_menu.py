"""The menu of commands that Telegram shows beside the text field."""

from __future__ import annotations

import hashlib
import json
from typing import Literal

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
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
    "delegasi": {
        "id": "Mendelegasikan tugas, mis. mulai besok sampai Jumat",
        "en": "Delegate your tasks, e.g. besok sampai Jumat",
    },
    "kalender": {"id": "Jam kerja dan hari libur kantor", "en": "Working hours and days off"},
    "profil": {"id": "Sapaan, bahasa, dan jam tenang", "en": "Form of address, language, quiet hours"},
    "privasi": {"id": "Data yang disimpan, dan hak Bapak/Ibu", "en": "What is kept about you, and your rights"},
    "jabatan": {"id": "Jabatan dan pejabatnya (admin)", "en": "Posts and who holds them (admin)"},
    "serahterima": {"id": "Serah terima meja pejabat yang pindah", "en": "Hand over a transferred official's desk"},
    "kelola": {"id": "Mengatur kantor (admin)", "en": "Manage the office (admins)"},
    "adopsi": {"id": "Mengadopsi SOP (admin)", "en": "Adopt an SOP (admin)"},
    "batal": {"id": "Meninggalkan pertanyaan yang sedang menunggu", "en": "Leave the pending question"},
    "bantuan": {"id": "Bantuan", "en": "Help"},
}
EDITION = hashlib.sha256(json.dumps(COMMANDS).encode()).hexdigest()[:16]
"""Names these commands: a chat's own menu is renewed when they change."""

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


async def show_menu(bot: Bot, chat_id: int, language: str) -> None:
    """Set the menu of one chat, whatever language its owner's app speaks. Raises :class:`TelegramError`."""
    chosen: Language = "en" if language == "en" else "id"
    commands = [BotCommand(name, words[chosen]) for name, words in COMMANDS.items()]
    await bot.set_my_commands(commands, scope=BotCommandScopeChat(chat_id))
