"""Whom an office still has to invite, and the text that carries the link to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlmodel import Session, col, select

from storage.tables import Bot, Office, Official
from workflow import auditors, enrolment, office_bots, people
from workflow.deed import Stopped
from workflow.office_file.auditors_plan import after


class NotInvited(Exception):
    """No link can be made; the message says why and what to do, in Indonesian."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One official's link, with a text ready to forward."""

    name: str
    link: str
    text: str


def not_enrolled(session: Session, office_id: str | None, name: str | None) -> list[Official]:
    """Return the officials to invite: the one named, else every one without an account.

    ``office_id`` may be left out where there is only one office. Raises :class:`NotInvited`.
    """
    office = office_of(session, office_id)
    query = select(Official).where(Official.office_id == office.id, col(Official.active).is_(True))
    if name is None:
        query = query.where(col(Official.auditor).is_(False))  # auditors are let in one by one
    wanted = col(Official.telegram_id).is_(None) if name is None else col(Official.name) == name
    found = list(session.exec(query.where(wanted).order_by(col(Official.id))))
    if name is not None and not found:
        raise NotInvited(f"Tidak ada pejabat aktif bernama “{name}” di {office.name}. Tulis persis seperti di berkas.")
    if name is not None and len(found) > 1:
        raise NotInvited(f"Ada lebih dari satu pejabat bernama “{name}” di {office.name}. Isi telegram_id mereka.")
    return found


def let_in(session: Session, office_id: str | None, name: str, until: date, now: datetime) -> None:
    """Let an auditor read until a day ends, or change until when they do. Raises :class:`NotInvited`."""
    office = office_of(session, office_id)
    end = after(until, ZoneInfo(office.timezone))
    known = next((row for row in auditors.auditors(session, office.id) if row.name == name), None)
    try:
        if known is not None:
            auditors.prolong(session, known, end, now)
        else:
            auditors.admit(session, office.id, name, now, end, now)
    except Stopped:
        raise NotInvited("Periksa nama auditor dan tanggalnya: tanggalnya tidak boleh sudah lewat.") from None


def letter(session: Session, official_id: int, token: str, now: datetime) -> Letter:
    """Make a link for an official and the text to forward. Raises :class:`NotInvited`."""
    official = session.get_one(Official, official_id)
    office = session.get_one(Office, official.office_id)
    bot = office_bots.bot_of(session, office.id)
    if bot is None and session.exec(select(Bot.id).limit(1)).first() is not None:
        raise NotInvited(f"{office.name} belum terikat pada salah satu bot. Tulis 'bot' pada 'office' di berkasnya.")
    if bot is None:
        raise NotInvited("Nama bot belum diketahui. Jalankan 'pandu run' sekali, lalu ulangi perintah ini.")
    invitation = enrolment.invite(session, official_id, token, now)
    link = f"https://t.me/{bot.username}?start={token}"
    until = format_date(invitation.expires_at.astimezone(ZoneInfo(office.timezone)), "EEEE, d MMMM y", locale="id")
    text = (
        f"Yth. {official.salutation or 'Bapak/Ibu'} {official.name}, {people.title(session, official)}\n\n"
        f"{_purpose(official, office)} "
        f"Silakan buka tautan berikut di ponsel, lalu tekan Mulai (Start):\n"
        f"{link}\n\n"
        f"Tautan ini khusus untuk {official.salutation or 'Bapak/Ibu'}, hanya dapat dipakai satu kali, "
        f"dan berlaku 7 hari (sampai {until}). Mohon tidak diteruskan kepada orang lain. Terima kasih."
    )
    return Letter(official.name, link, text)


def _purpose(official: Official, office: Office) -> str:
    if official.auditor:
        return f"Mohon membuka Pandu untuk membaca catatan pelaksanaan SOP {office.name} di Telegram."
    return f"Mohon bergabung dengan Pandu, pemandu pelaksanaan SOP {office.name} di Telegram."


def office_of(session: Session, office_id: str | None) -> Office:
    """Return the office named, or the only one there is. Raises :class:`NotInvited`."""
    offices = list(session.exec(select(Office).order_by(Office.id)))
    if office_id is not None:
        offices = [office for office in offices if office.id == office_id]
    if not offices:
        missing = f"Kantor '{office_id}' tidak ada." if office_id else "Belum ada kantor."
        raise NotInvited(f"{missing} Muat dahulu dengan 'pandu office load BERKAS'.")
    if len(offices) > 1:
        raise NotInvited(f"Ada beberapa kantor. Pilih dengan --office: {', '.join(office.id for office in offices)}.")
    return offices[0]
