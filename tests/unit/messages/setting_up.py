"""Samples of setting up an office: founding it, adopting an SOP."""

from __future__ import annotations

import hashlib
from typing import Any

from handlers.founding import STEPS
from storage.tables import SetupCode
from tests.unit.messages.town import CAMAT, START, Town

Sample = tuple[str, dict[str, Any]]


def every(place: Town, words: str | None) -> list[Sample]:
    """Return each message of setting up; ``words`` stand for whatever people type."""
    return [
        *[("found_ask", {"question": question}) for question in _foundings(place, words)],
        ("found_done", {}),
        ("found_left", {}),
        *[("found_refused", {"reason": r}) for r in ("unknown", "expired", "taken", "founded")],
    ]


def _foundings(place: Town, words: str | None) -> list[str]:
    """Put down a founding at each of its questions; return the questions."""
    answers = {
        "office": words or "Kecamatan Sumbang", "regency": words or "Kabupaten Banyumas", "timezone": "Asia/Jakarta",
        "name": words or "Siti Rahayu", "salutation": "Ibu",
    }  # fmt: skip
    seated = {"role": "kasi_kasubag", "title": words or "Kasi Umum", "unit_id": "umum", "unit_name": words or "Umum"}
    asked = [(step, None) for step in STEPS] + [("confirm", seated)]
    found = []
    for step, post in asked:
        question = hashlib.sha256(f"{step}{post}{words}".encode()).hexdigest()[:8]
        draft = {"question": question, "step": step, "answers": {**answers, "post": post}}
        place.session.merge(
            SetupCode(token_hash=question * 8, created_at=START, expires_at=START, used_by=CAMAT, draft=draft)
        )
        found.append(question)
    place.session.flush()
    return found
