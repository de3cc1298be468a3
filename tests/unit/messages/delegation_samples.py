"""Messages about delegations and desks handed over, with the parameters they are queued with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from storage.tables import Delegation, Seat, Task
from tests.unit.messages.town import CAMAT, KASI_TRANTIB, PENGELOLA, SEKCAM, START, Town

COMING, PAST, EARLY, OFF, AT_ONCE = 901, 902, 903, 904, 905
MIDNIGHT = START.replace(hour=17, minute=0)


def prepare(place: Town) -> None:
    """Give the office delegations of every kind; none counts now, so that no card changes hands."""
    camat, sekcam = place.official(CAMAT).id or 0, place.official(SEKCAM).id or 0
    sop = "sumbang-pengukuran-kinerja"
    common: dict[str, Any] = {"office_id": "sumbang", "from_id": camat, "to_id": sekcam, "held": False}
    days = timedelta(days=1)
    place.session.add_all(
        [
            Delegation(id=COMING, **common, sop_ids=[sop], created_at=START,
                       starts_at=MIDNIGHT + 30 * days, ends_at=MIDNIGHT + 33 * days),
            Delegation(id=PAST, **common, created_at=START - 9 * days,
                       starts_at=MIDNIGHT - 8 * days, ends_at=MIDNIGHT - 5 * days),
            Delegation(id=EARLY, **common, created_at=START - 9 * days, ended_at=START - 6 * days,
                       starts_at=MIDNIGHT - 8 * days, ends_at=START + 5 * days),
            Delegation(id=OFF, **common, created_at=START, ended_at=START,
                       starts_at=MIDNIGHT + 3 * days, ends_at=MIDNIGHT + 5 * days),
            Delegation(id=AT_ONCE, office_id="sumbang", from_id=sekcam, to_id=camat, held=False, sop_ids=["gone"],
                       created_at=START - 2 * days, starts_at=START - 2 * days, ends_at=START + 60 * days),
        ]
    )  # fmt: skip
    place.session.flush()


def every(place: Town, question: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return each of these messages in all its forms."""
    camat, sekcam, kasi = (place.official(one).id for one in (CAMAT, SEKCAM, KASI_TRANTIB))
    pengelola = place.official(PENGELOLA).id
    tasks = [task.id for task in place.session.exec(select(Task).order_by(col(Task.id)))][:8]
    seats = [seat.id for seat in place.session.exec(select(Seat).order_by(col(Seat.id)))][:3]
    start, until = (MIDNIGHT.isoformat(), (MIDNIGHT + timedelta(days=4)).isoformat())
    clock = (START.isoformat(), (START + timedelta(hours=5)).isoformat())
    chosen = {**question, "giver": camat, "to": sekcam, "start": start, "until": until}
    reasons = ("", "no_end", "backwards", "past", "no_such_day", "wrong_weekday", "too_long", "not_a_date")
    return [
        ("delegations", {**question, "delegation_ids": [COMING, AT_ONCE], "official_ids": [camat]}),
        ("delegations", {**question, "delegation_ids": [], "official_ids": [camat, sekcam]}),
        *[("delegation_end", {**question, "delegation_id": one}) for one in (COMING, AT_ONCE)],
        *[("delegate_to", {**question, "official_ids": [sekcam, kasi], "page": page, "more": more})
          for page, more in ((0, True), (1, False), (0, False))],
        *[("delegate_when", {**question, "to": sekcam, "reason": reason}) for reason in reasons],
        ("delegate_when", {**question, "to": sekcam, "meant": [[start, until], clock]}),
        *[("delegate_sops", {**chosen, "chosen": sops}) for sops in ([], ["sumbang-pengukuran-kinerja", "gone"])],
        ("delegate_confirm", {**chosen, "sops": []}),
        ("delegate_confirm", {**chosen, "giver": sekcam, "to": camat, "sops": ["sumbang-pengukuran-kinerja"]}),
        *[("handover_from", {**question, "official_ids": [camat, kasi], "page": page, "more": not page})
          for page in (0, 1)],
        ("handover_to", {**question, "old": camat, "official_ids": [kasi], "page": 0, "more": False}),
        *[("handover_confirm", {**question, "old": camat, "to": kasi, **desk}) for desk in (
            {"tasks": tasks, "seat_ids": seats, "with_seats": True},
            {"tasks": tasks[:1], "seat_ids": seats[:1], "with_seats": False},
            {"tasks": [], "seat_ids": seats, "with_seats": True},
        )],
        *[("handover_told", {"old": old, "to": to, "by": by, "tasks": count, "seat_ids": told})
          for old, to, by in ((camat, kasi, sekcam), (kasi, camat, sekcam), (kasi, camat, camat), (camat, kasi, camat),
                              (kasi, sekcam, camat), (kasi, pengelola, sekcam))
          for count, told in ((7, seats), (1, []), (0, seats[:1]))],
        *[("delegation_told", {"delegation_id": one, "event": event, "by": by}) for one, event, by in (
            (COMING, "given", None), (AT_ONCE, "given", None), (AT_ONCE, "began", None), (PAST, "ended", None),
            (EARLY, "ended_early", sekcam), (EARLY, "ended_early", None), (OFF, "called_off", kasi),
            (OFF, "called_off", None),
        )],
    ]  # fmt: skip
