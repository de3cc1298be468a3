"""Samples of setting up an office: founding it, adopting an SOP."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlmodel import select

from handlers.founding import STEPS
from sop_definitions.loader import find
from storage.tables import Adoption, AdoptionDraft, Approval, SetupCode
from tests.unit.messages.town import CAMAT, START, Town

SUMBANG = ("sumbang-pengukuran-kinerja", "2023")
TAMBAK = ("tambak-evaluasi-kinerja", "2022")
SUTERA = ("sutera-pengukuran-kinerja", "2025")
CANDIPURO = ("candipuro-pengukuran-data-kinerja", "2024")
Sample = tuple[str, dict[str, Any]]


def every(place: Town, words: str | None) -> list[Sample]:
    """Return each message of setting up; ``words`` stand for whatever people type."""
    return [
        *[("found_ask", {"question": question}) for question in _foundings(place, words)],
        ("found_done", {}),
        ("found_left", {}),
        *[("found_refused", {"reason": r}) for r in ("unknown", "expired", "taken", "founded")],
        *_adopting(place, words),
    ]


def _adopting(place: Town, words: str | None) -> list[Sample]:
    """Return the screens of an adoption: nothing chosen yet, chosen, waiting for the head, decided."""
    question = {"question": f"adopt{hashlib.sha256(str(words).encode()).hexdigest()[:8]}"}
    admin = place.official(CAMAT).id or 0
    chosen = {"actor": "pengelola", "standard_duration": "2 Jam", "inputs": (words or "Nota dinas")[:300], "output": ""}
    choices = {"steps": {"2": chosen}, "roles": {"pengelola": "sekcam"}}
    drafts: dict[tuple[str, str], dict[str, Any]] = {SUMBANG: choices, TAMBAK: {}, SUTERA: {}, CANDIPURO: {}}
    for (sop, version), taken in drafts.items():
        place.session.merge(
            AdoptionDraft(
                office_id="sumbang", sop_id=sop, version=version, choices=taken, decided=["step-1"], changed_by=admin,
                changed_at=START,
            )
        )  # fmt: skip
    row = place.session.exec(select(Adoption)).one()
    kinds = ("adoption", "adoption", "adoption_end", "adoption_end")
    for number, kind, status in zip(range(971, 975), kinds, ("asked", "granted") * 2, strict=True):
        payload = {"sop": row.sop_id, "version": row.version, "adoption": row.content_hash, "row": row.id}
        place.session.merge(
            Approval(id=number, office_id="sumbang", kind=kind, payload=payload, asked_by=admin, asked_at=START,
                     status=status)
        )  # fmt: skip
    place.session.flush()
    sumbang, tambak, sutera, candipuro = ({**question, "sop": sop, "version": version} for sop, version in drafts)
    return [
        ("adoption_list", {**question, "sops": [SUMBANG, TAMBAK, ("tambak-evaluasi-kinerja", "2023"), SUTERA]}),
        *[("adoption_sop", {**about, "page": page}) for about in (sumbang, tambak, sutera) for page in (0, 1)],
        ("adoption_role", {**sumbang, "role": "pengelola", "way": "all"}),
        ("adoption_role", {**sutera, "role": "sekretaris", "way": "steps"}),
        *[("adoption_step", {**sumbang, "step": number}) for number in (1, 2, 9)],
        ("adoption_step", {**tambak, "step": 4}),
        *[("adoption_step", {**sutera, "step": number}) for number in (3, 11, 12)],
        ("adoption_step", {**candipuro, "step": 10}),
        ("adoption_actor", {**sumbang, "step": 2, "roles": ["camat", "sekcam", "pengelola"]}),
        *[
            ("adoption_blank", {**sumbang, "step": 2, "name": name})
            for name in ("inputs", "standard_duration", "output")
        ],
        ("adoption_blank", {**sutera, "step": 12, "name": "standard_duration"}),
        *[("adoption_blank", {**tambak, "step": number, "name": "activity"}) for number in _unreadable()],
        *[("adoption_confirm", about) for about in (sumbang, tambak, sutera)],
        *[(name, {"approval_id": n}) for n in (971, 972) for name in ("adoption_proposed", "approval_adoption")],
        ("adoption_end", sumbang),
        *[(name, {"approval_id": n}) for n in (973, 974) for name in ("adoption_proposed", "approval_adoption_end")],
        *[("approval_decided", {"approval_id": n}) for n in (972, 974)],
        ("adoption_kept", {}),
    ]


def _unreadable() -> list[int]:
    return [step.number for step in find(*TAMBAK).steps if step.activity_source is None]


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
