"""An office as its admin finds it: units that are closed, officials by the page, links in every state."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import select

from storage.tables import Invitation, Office, Official, Unit
from tests.gallery.exhibits import Collection
from tests.unit.messages.town import CAMAT, KASI_TRANTIB, PENGELOLA, Town, town

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
        place.session.get_one(Office, "sumbang").policy = {"superiors": {"kasi_kasubag": "camat"}, "late_after_days": 0}
        place.session.get_one(Office, "sumbang").rules = {"four_eyes": True, "record_decisions": True}
        for kind in ("policy", "rules"):
            gallery.message(place, CAMAT, "manage_settings", "changed by the office", kind=kind)


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
