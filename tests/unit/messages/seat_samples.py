"""Messages about seats, appointments and what the head has to agree to, with the parameters they are queued with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import select

from storage.tables import Approval, ErasableText, Seat
from tests.unit.messages.town import CAMAT, KASI_TRANTIB, SEKCAM, START, Town

PLH, ENDED, DEFINITIVE, CALLED_OFF, GOING, STANDING_IN = 901, 902, 903, 904, 905, 906
OWN, REFUSED, SOP = 901, 902, 903


def prepare(place: Town) -> None:
    """Give the office seats to come and past, and what waits for the head or was decided.

    None of them counts now, so that no card changes hands.
    """
    camat, sekcam = place.official(CAMAT).id or 0, place.official(SEKCAM).id or 0
    order: dict[str, Any] = {"order_number": "800.1.11/12/2027", "order_date": "2027-01-04", "order_file_id": 1}
    common: dict[str, Any] = {"office_id": "sumbang", "held": False, "source": "chat", "appointed_by": camat}
    place.session.add_all(
        [
            Seat(id=PLH, **common, **order, role="camat", official_id=sekcam, capacity="plh", principal_id=camat,
                 starts_at=START + timedelta(days=30), ends_at=START + timedelta(days=33)),
            Seat(id=ENDED, **common, **order, role="sekcam", official_id=camat, capacity="plt",
                 starts_at=START - timedelta(days=33), ends_at=START - timedelta(days=30)),
            Seat(id=DEFINITIVE, **common, role="bendahara", official_id=camat, starts_at=START + timedelta(days=30)),
            Seat(id=GOING, **common, **order, role="bendahara", official_id=sekcam, capacity="plt",
                 starts_at=START - timedelta(days=3), ends_at=START + timedelta(days=20)),
            Seat(id=STANDING_IN, **common, **order, role="bendahara", official_id=camat, capacity="plh",
                 principal_id=sekcam, starts_at=START - timedelta(days=3), ends_at=START + timedelta(days=20)),
            Seat(id=CALLED_OFF, **common, role="bendahara", official_id=sekcam, starts_at=START, ends_at=START),
        ]
    )  # fmt: skip
    text = place.session.exec(select(ErasableText)).one().id or 0
    wanted: dict[str, Any] = {
        "role": "camat", "unit": "", "official": sekcam, "capacity": "plh", "from": None,
        "until": (START + timedelta(days=3)).isoformat(), "principal": camat, "number": text, "date": "2027-01-04",
        "file": 1, "replaces": [],
    }  # fmt: skip
    asked: dict[str, Any] = {"office_id": "sumbang", "asked_by": sekcam, "asked_at": START}
    decided: dict[str, Any] = {"decided_by": camat, "decided_at": START}
    place.session.add_all(
        [
            Approval(id=OWN, **asked, kind="appointment", payload=wanted),
            Approval(id=REFUSED, **asked, **decided, kind="appointment", status="refused", reason_id=text,
                     payload={**wanted, "capacity": "definitif", "principal": None, "replaces": [ENDED]}),
            Approval(id=SOP, **asked, **decided, kind="adoption", status="granted",
                     payload={"sop": "sumbang-pengukuran-kinerja"}),
        ]
    )  # fmt: skip
    place.session.flush()


def every(place: Town, question: dict[str, Any], words: str | None) -> list[tuple[str, dict[str, Any]]]:
    """Return each of these messages in all its forms; ``words`` stand for whatever people type."""
    camat, sekcam, kasi = (place.official(one).id for one in (CAMAT, SEKCAM, KASI_TRANTIB))
    number, reason = words or "800.1.11/12/2027", words or "Belum ada surat perintahnya"
    post, seen = ["camat", ""], {**question, "post": ["camat", ""], "appointee": sekcam}
    others = [["bendahara", ""], ["arsiparis", ""]]  # held for a while, and by nobody
    plh = {**seen, "capacity": "plh", "principal": camat}
    definitive = {**seen, "capacity": "definitif", "principal": None}
    until = (START + timedelta(days=3)).isoformat()
    warnings: list[dict[str, Any]] = [
        {"kind": "shared", "official": kasi, "capacity": "plt", "until": until},
        {"kind": "shared", "official": kasi, "capacity": "definitif", "until": None},
        {"kind": "not_joined", "official": sekcam},
        {"kind": "plt_long"},
        {"kind": "plt_twice", "from": START.isoformat()},
        {"kind": "gap", "at": until, "runs": {"1": [9, 10], "2": [3]}},
        {"kind": "gap", "at": until, "runs": {}},
    ]
    full = {"until": until, "number": number, "date": "2027-01-04", "scan": True}
    return [
        *[("tasks_hat", {"kind": k, "capacity": words or "Plh. Camat", "principal": p, "count": n})
          for k, p, n in (("plh", camat, 1), ("plt", None, 2), ("delegation", sekcam, 2), ("", None, 1))],
        *[("office_choice", {**question, "about": about, "official_ids": [camat]})
          for about in ("seats_office", "adoption_office")],
        ("seats", {**question, "posts": [post, ["sekcam", ""], ["kasi_kasubag", "trantib"], *others]}),
        *[("seat_post", {**question, "post": p}) for p in (post, *others)],
        *[("seat_person", {**question, "post": post, "official_ids": [camat, sekcam], "more": m})
          for m in (False, True)],
        *[("seat_capacity", {**seen, "away": away}) for away in ([camat], [])],
        *[("seat_from", chosen) for chosen in (plh, definitive)],
        *[("seat_until", {**chosen, "start": s}) for chosen in (plh, definitive) for s in (None, START.isoformat())],
        *[("seat_number", chosen) for chosen in (plh, definitive)],
        ("seat_order_date", {**plh, "number": number}),
        *[("seat_scan", chosen) for chosen in (plh, definitive)],
        ("seat_confirm", {**plh, **full, "start": START.isoformat(), "before": [], "warnings": warnings, "own": True}),
        ("seat_confirm", {**definitive, "start": None, "until": None, "before": [ENDED], "warnings": [], "own": False}),
        *[("seat_end", {**question, "seat_id": one, "warnings": told})
          for one, told in ((PLH, warnings), (DEFINITIVE, []))],
        *[("approval_appointment", {"approval_id": one}) for one in (OWN, REFUSED)],
        *[("approval_waits", {"approval_id": one}) for one in (OWN, SOP)],
        *[("approval_decided", {"approval_id": one}) for one in (REFUSED, SOP)],
        *[("ask_approval_reason", {**question, "approval_id": one, "text": text})
          for one in (OWN, SOP) for text in (None, reason)],
        *[("seat_appointed", {"seat_id": one, "replaced": replaced})
          for one in (PLH, ENDED, DEFINITIVE) for replaced in ([], [kasi], [camat])],
        *[("seat_ended", {"seat_id": one, "by": camat}) for one in (PLH, ENDED, CALLED_OFF)],
        *[("seat_term", {"seat_id": one, "event": event})
          for one, event in ((STANDING_IN, "began"), (PLH, "ended"), (ENDED, "ended"))],
        ("post_vacant", {"role": "camat", "unit": "", "runs": {"1": [9, 10], "2": [3]}}),
        ("post_vacant", {"role": "kasi_kasubag", "unit": "trantib", "runs": {"1": [6]}}),
    ]  # fmt: skip
