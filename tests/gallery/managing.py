"""An office as its admin finds it: units that are closed, officials by the page, links in every state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import select

from storage.tables import Invitation, Office, Official, Seat, Unit
from tests.gallery.exhibits import Collection
from tests.unit.messages.town import CAMAT, KASI_TRANTIB, PENGELOLA, SEKCAM, Town, town
from workflow import auditors

STAFF = ("Agus Salim", "Bekti Utami", "Citra Dewi", "Dian Pertiwi", "Endang Sulastri")


def collect(gallery: Collection) -> None:
    """Show each screen as it is when there is more to it than in a young office."""
    with town() as place:
        _grow(place)
        gallery.message(place, CAMAT, "manage", "some have not joined")
        gallery.message(place, CAMAT, "manage_units", "one is closed")
        for unit, situation in (("pemerintahan", "in the middle"), ("lama", "closed")):
            gallery.message(place, CAMAT, "manage_unit", situation, unit=unit)
        for page in (0, 1):
            gallery.message(place, CAMAT, "manage_officials", f"page {page + 1}", waiting=False, page=page)
        gallery.message(place, CAMAT, "manage_officials", "links in every state", waiting=True, page=0)
        for name, situation in (("Agus Salim", "link open"), ("Bekti Utami", "link opened"), ("Citra Dewi", "expired")):
            which = next(one.id for one in place.session.exec(select(Official)) if one.name == name)
            gallery.message(place, CAMAT, "manage_official", situation, official_id=which)
        for person, situation in ((CAMAT, "oneself, an admin"), (KASI_TRANTIB, "another admin"), (PENGELOLA, "joined")):
            gallery.message(place, CAMAT, "manage_official", situation, official_id=place.official(person).id)
        _terms(gallery, place)
        _auditors(place)
        for page in (0, 1):
            gallery.message(place, CAMAT, "manage_auditors", f"in every state, page {page + 1}", page=page)
        for one in auditors.auditors(place.session, "sumbang")[:6]:
            situation = one.name.partition(" (")[2].removesuffix(")")
            gallery.message(place, CAMAT, "manage_auditor", situation, official_id=one.id)
        place.session.get_one(Office, "sumbang").policy = {"superiors": {"kasi_kasubag": "camat"}, "late_after_days": 0}
        place.session.get_one(Office, "sumbang").rules = {"four_eyes": True, "record_decisions": True}
        for kind in ("policy", "rules"):
            gallery.message(place, CAMAT, "manage_settings", "changed by the office", kind=kind)


def _terms(gallery: Collection, place: Town) -> None:
    """What both sides of a Plh. read as the term begins and ends, and whoever leaves a post vacant."""
    camat, sekcam = place.official(CAMAT).id or 0, place.official(SEKCAM).id or 0
    day = place.now.replace(hour=0) - timedelta(hours=7)
    common: dict[str, Any] = {"office_id": "sumbang", "held": False, "source": "chat"}
    rows = [
        Seat(**common, role="camat", official_id=sekcam, capacity="plh", principal_id=camat, starts_at=start,
             ends_at=start + timedelta(days=3))
        for start in (day, day - timedelta(days=3))
    ]  # fmt: skip
    vacant = Seat(
        **common, role="bendahara", official_id=sekcam, capacity="plt", starts_at=day - timedelta(days=90), ends_at=day
    )
    place.session.add_all([*rows, vacant])
    place.session.flush()
    for seat, event in zip(rows, ("began", "ended"), strict=True):
        for person, side in ((SEKCAM, "who stands in"), (CAMAT, "whose place it is")):
            gallery.message(place, person, "seat_term", f"{event}, {side}", seat_id=seat.id, event=event)
    gallery.message(place, SEKCAM, "seat_term", "ended, the post is vacant", seat_id=vacant.id, event="ended")


def _auditors(place: Town) -> None:
    """Let auditors in whose time has come, has not, is over; with links in every state."""
    states: tuple[tuple[str, int, str, int], ...] = (
        ("reads, link open", 0, "open", 7), ("reads, link opened", 0, "claimed", 7),
        ("reads, link expired", 0, "open", -1), ("reads, no link", 0, "", 0), ("to come", 9, "", 0),
        ("over", -90, "open", -1), *((f"over, {year}", -365, "", 0) for year in (2023, 2024, 2025)),
    )  # fmt: skip
    for number, (situation, begins, status, days) in enumerate(states):
        since = place.now + timedelta(days=begins)
        row = Official(
            office_id="sumbang", name=f"Ratna Dewi ({situation})", auditor=True, valid_from=since,
            valid_until=since + timedelta(days=30),
        )  # fmt: skip
        place.session.add(row)
        place.session.flush()
        if status:
            place.session.add(
                Invitation(
                    office_id="sumbang", official_id=row.id or 0, token_hash=f"a{number}", status=status,
                    created_at=place.now, expires_at=place.now + timedelta(days=days),
                )
            )  # fmt: skip
    place.session.flush()


def _grow(place: Town) -> None:
    place.session.add(Unit(office_id="sumbang", id="lama", name="Seksi Lama", position=9, active=False))
    place.official(KASI_TRANTIB).admin = True
    rows = [Official(office_id="sumbang", name=name, salutation="Ibu") for name in STAFF]
    place.session.add_all(rows)
    place.session.flush()
    states = (("open", 7), ("claimed", 7), ("open", -1))
    for number, (row, (status, days)) in enumerate(zip(rows, states, strict=False)):
        place.session.add(
            Invitation(
                office_id="sumbang", official_id=row.id or 0, token_hash=f"m{number}", status=status,
                created_at=place.now, expires_at=place.now + timedelta(days=days),
            )
        )  # fmt: skip
    place.session.flush()
