"""What can be said with a button, and how it is written into 64 bytes.

A button grants nothing: it names a verb, what it is about and for which activation it was
made. Whether the person who presses may do that is decided in the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """The closed set of things an official can do to a task. Also recorded as such."""

    DO = "do"  # the main button: confirm, send, accept, submit, merge, close the meeting
    DECIDE = "decide"  # with the outcome's id as argument
    RETURN = "return"  # review: send the unit back; unit without collector: send itself back
    KEEP = "keep"  # Tetap berlaku
    NIL = "nil"  # Nihil
    WAIVE = "waive"  # Lanjutkan tanpa
    WITHDRAW = "withdraw"  # Tarik kembali
    CORRECT = "correct"  # Ralat
    ACKNOWLEDGE = "ack"  # Saya tindak lanjuti
    TICK = "tick"  # with the field's id as argument
    REUSE = "reuse"  # Gunakan berkas ini
    REPLACE = "replace"  # Ganti berkas
    RESCHEDULE = "resched"  # Ubah jadwal
    CALL_OFF = "calloff"  # Batalkan rapat
    REUSE_LAST = "last"  # Gunakan berkas TW III 2026: the file of the last finished run
    SCHEDULE = "sched"  # with new (id is the SOP), start, skip, stop or end (id is the schedule) as argument
    REMIND = "remind"  # Ingatkan yang belum
    RECEIVE = "receive"  # Sudah saya terima
    ATTEND = "attend"  # with yes | no | deputy as argument
    SHOW_STEP = "step"  # Lihat langkah
    SHOW_DOCUMENTS = "docs"  # Lihat dokumen
    CANCEL_RUN = "cancel"  # asks for the reason first; id is the run
    EXTEND = "extend"  # Minta dispensasi
    GRANT = "grant"  # Setujui a dispensation; id is the extension
    DENY = "deny"  # Tidak disetujui; id is the extension
    COLLECT_BY = "by"  # Batas pengumpulan; id is any task of the collecting step, or of a step before it
    REASSIGN = "assign"  # Alihkan, with the chosen official's id or '' as argument
    PAUSE_RUN = "pause"  # asks for the reason first; id is the run
    RESUME_RUN = "resume"  # id is the run
    APPROVE = "approve"  # Setujui something that rests on the head's word; id is the approval
    DISAPPROVE = "disappr"  # Tidak disetujui; id is the approval
    RECORD = "record"  # Catat keputusan: the secretary, from the head's signed paper
    DISOWN = "disown"  # Bukan keputusan saya; id is the submission that was recorded
    OPEN_CARD = "open"  # Buka kartu: the card moves to the bottom of the chat


OUTPUT_VERBS = (Verb.DO, Verb.DECIDE, Verb.KEEP, Verb.NIL, Verb.WAIVE, Verb.CORRECT, Verb.CALL_OFF)
"""Verbs whose submission can count as a task's output."""


class Page(StrEnum):
    """Buttons that only show something; ``id`` is a run's or an adoption's row id."""

    RUN = "run"
    BOARD = "board"
    FILES = "files"
    HISTORY = "history"
    ARCHIVE = "archive"
    CHOOSE_SOP = "sop"
    PERSONAL = "mine"  # one's own reminders; id is the official's row, the argument what to do with which
    PROFILE = "me"  # one's own profile; id is the official's row, the argument what to change
    CALENDAR = "cal"  # id is the official's row, the argument what to change
    ORDER = "order"  # the scan of the order an appointment rests on; id is the seat, or the approval with argument ask
    MANAGE = "manage"  # the admin's screens; id is the admin's row, activation the page, the argument the screen
    ENROL = "enrol"  # with yes | no as argument; id is the invitation


QUESTION = "q"
LARGEST = 2**31 - 1
"""The largest number of a row. To be asked for a larger one PostgreSQL takes for a mistake of the program."""


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button, parsed. ``id`` and ``activation`` are 0 where there are none."""

    verb: str
    id: int = 0
    activation: int = 0
    argument: str = ""

    def __str__(self) -> str:
        """Return the callback data; raise :class:`ValueError` above Telegram's 64 bytes."""
        parts = [self.verb, str(self.id), str(self.activation)] + ([self.argument] if self.argument else [])
        data = ":".join(parts)
        if len(data.encode()) > 64:
            raise ValueError(f"callback data over 64 bytes: {data}")
        return data


@dataclass(frozen=True, slots=True)
class QuestionPress:
    """A pressed answer to the pending question with this id."""

    question: str
    answer: str

    def __str__(self) -> str:
        """Return the callback data; raise :class:`ValueError` above Telegram's 64 bytes."""
        data = f"{QUESTION}:{self.question}:{self.answer}"
        if len(data.encode()) > 64:
            raise ValueError(f"callback data over 64 bytes: {data}")
        return data


def parse(data: str) -> Press | QuestionPress | None:
    """Return what a button said, or ``None`` for data this bot never wrote."""
    head, _, rest = data.partition(":")
    if head == QUESTION:
        question, found, answer = rest.partition(":")
        return QuestionPress(question, answer) if found else None
    parts = data.split(":", 3)
    if len(parts) < 3 or not all(_is_number(part) for part in parts[1:3]):
        return None
    if head not in {*Verb, *Page}:
        return None
    return Press(head, int(parts[1]), int(parts[2]), parts[3] if len(parts) == 4 else "")


def _is_number(part: str) -> bool:
    return part.isascii() and part.isdigit() and len(part) < 19 and int(part) <= LARGEST
