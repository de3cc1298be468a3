"""An office written as a file: loaded again it changes nothing, loaded elsewhere it is the same office."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, select

from sop_definitions.errors import SopErrors
from sop_definitions.reading import read_yaml
from storage import audit
from storage.database import Database
from storage.tables import Adoption, Bot, Office, Official, Unit, metadata
from tests.integration.workflow.offices import NOW, SUMBANG
from tests.integration.workflow.test_office_load import files, rows
from workflow import calendar_changes, calendar_edits, people
from workflow.calendar.of_office import calendar_of
from workflow.deed import Stopped
from workflow.managing import officials, units
from workflow.managing import settings as office_settings
from workflow.moment import Moment
from workflow.office_file.apply import apply
from workflow.office_file.export import NoSuchOffice, export_office
from workflow.office_file.loading import load_text
from workflow.office_file.writing import write_yaml
from workflow.office_rules import rules_of
from workflow.reminding.policy import policy_of
from workflow.seats import appointing, posts
from workflow.seats.appointing import Appointment
from workflow.seats.posts import Post
from workflow.seats.terms import Capacity

PRINTED = st.text(
    st.characters(codec="utf-8", exclude_categories=["C"], include_characters="\u2028\u00a0'\":#{}[],&*!|>%@`~-?😀"),
    max_size=12,
)
NAME = PRINTED.map(lambda words: "N" + words.strip())
"""Names as people type them, with whatever YAML could trip over."""

PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.text(st.characters(codec="utf-8"), max_size=9)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True), inner, max_size=3),
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True), PLAIN, min_size=1, max_size=4))
def test_whatever_is_written_is_read_back(data: dict[str, Any]) -> None:
    document = read_yaml(write_yaml(data))
    assert document.faults == []
    assert document.data == data


@contextmanager
def empty_office() -> Iterator[Session]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Bot(id=42, username="pandu_bot"))
        session.flush()
        yield session
        session.rollback()
    engine.dispose()


Act = Callable[[Session, Moment, Official, st.DataObject], object]


def _some_official(session: Session, data: st.DataObject) -> int:
    return data.draw(st.sampled_from([one.id or 0 for one in officials.active_officials(session, "kantor")]))


def _some_unit(session: Session, data: st.DataObject) -> str:
    return data.draw(st.sampled_from([*[one.id for one in units.all_units(session, "kantor")], "tidak-ada"]))


def _calendar(session: Session, moment: Moment, admin: Official, data: st.DataObject) -> None:
    office = session.get_one(Office, "kantor")
    own, day = calendar_of(office).settings, data.draw(st.dates(date(2026, 10, 1), date(2027, 4, 30)))
    new = data.draw(
        st.sampled_from([
            calendar_edits.holiday(own, day, "Hari Jadi: #1"), calendar_edits.working_day(own, day),
            calendar_edits.confirmed(own, day), calendar_edits.without(own, day), calendar_edits.week_of(own, 6),
        ])
    )  # fmt: skip
    calendar_changes.change(session, moment, office, new, admin, "x")


def _appointment(session: Session, moment: Moment, admin: Official, data: st.DataObject) -> None:
    """Somebody is given a post by the day: definitively, as Plt., or as Plh. of whoever holds it."""
    capacity = data.draw(st.sampled_from(list(Capacity)))
    held = posts.live_seats(session, "kantor", moment.now)
    post = data.draw(st.sampled_from([Post("camat"), Post("sekcam"), *[posts.post_of(seat) for seat in held]]))
    away = [seat.official_id for seat in posts.definitive(held, post, moment.now)]
    begins = moment.now + timedelta(days=data.draw(st.integers(-1, 3)), hours=5)
    ends = begins + timedelta(days=data.draw(st.integers(2, 20)))
    acting = capacity != Capacity.DEFINITIVE
    wanted = Appointment(
        post, _some_official(session, data), capacity, begins, ends if acting or data.draw(st.booleans()) else None,
        data.draw(st.sampled_from(away)) if capacity == Capacity.ACTING_ABSENT and away else None,
        order_number="800/#12" if acting else "", order_date="2026-11-18" if acting else "",
        order_file_id=1 if acting else None,
    )  # fmt: skip
    appointing.appoint(session, moment, admin, wanted)


def _end(session: Session, moment: Moment, admin: Official, data: st.DataObject) -> None:
    held = posts.live_seats(session, "kantor", moment.now)
    if held:
        seat = data.draw(st.sampled_from(held))
        appointing.end(session, moment, admin, seat.id or 0, moment.now + timedelta(days=data.draw(st.integers(0, 6))))


ACTS: dict[str, Act] = {
    "unit": lambda s, m, a, d: units.add(s, m, a, d.draw(NAME)),
    "unit name": lambda s, m, a, d: units.rename(s, m, a, _some_unit(s, d), d.draw(NAME)),
    "unit order": lambda s, m, a, d: units.move(s, m, a, _some_unit(s, d), d.draw(st.sampled_from([-1, 1]))),
    "unit closed": lambda s, m, a, d: units.close(s, m, a, _some_unit(s, d)),
    "unit reopened": lambda s, m, a, d: units.reopen(s, m, a, _some_unit(s, d)),
    "official": lambda s, m, a, d: officials.add(
        s, m, a, d.draw(NAME), d.draw(st.sampled_from(officials.SALUTATIONS)),
        d.draw(st.sampled_from([None, Post("camat"), Post("pengelola", _some_unit(s, d))])),
    ),
    "name": lambda s, m, a, d: officials.rename(s, m, a, _some_official(s, d), d.draw(NAME)),
    "salutation": lambda s, m, a, d: officials.address(s, m, a, _some_official(s, d), "Ibu"),
    "admin": lambda s, m, a, d: officials.set_admin(s, m, a, _some_official(s, d), on=d.draw(st.booleans())),
    "left": lambda s, m, a, d: officials.deactivate(s, m, a, _some_official(s, d)),
    "appointment": _appointment,
    "end": _end,
    "calendar": _calendar,
    "policy": lambda s, m, a, d: office_settings.change_policy(
        s, m, a, *d.draw(st.sampled_from([("gap_minutes", 90), ("superiors", {"sekcam": "camat"}), ("cutoff_day", 2)]))
    ),
    "rules": lambda s, m, a, d: office_settings.change_rules(
        s, m, a, *d.draw(st.sampled_from([("four_eyes", True), ("raw_updates_days", 7), ("record_decisions", True)]))
    ),
}  # fmt: skip


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(loads=st.lists(files(), min_size=1, max_size=2), data=st.data())
def test_an_office_comes_back_from_its_file_unchanged(loads: list[dict[str, Any]], data: st.DataObject) -> None:
    with empty_office() as session:
        now = NOW
        for written in loads:
            try:
                apply(session, load_text(json.dumps(written), "office.yaml"), now)
            except SopErrors:
                return
        _act_in_chat(session, data)
        now += timedelta(days=3)

        for with_accounts in (False, True):
            text = export_office(session, "kantor", now, with_accounts=with_accounts)
            stood = rows(session)
            for prune in (False, True):
                report = apply(session, load_text(text, "office.yaml"), now, prune=prune)
                assert (report.changes, report.refused) == ((), ()), text
            assert rows(session) == stood
        assert list(audit.verify(session, "kantor")) == []

        with empty_office() as elsewhere:
            apply(elsewhere, load_text(text, "office.yaml"), now)
            assert export_office(elsewhere, "kantor", now, with_accounts=True) == text
            assert facts(elsewhere, now) == facts(session, now)


def facts(session: Session, now: datetime) -> dict[str, Any]:
    """All that a file should carry over, read from the rows and not from a file; seats by the day."""
    office = session.get_one(Office, "kantor")
    names = {one.id: one.name for one in session.exec(select(Official))}
    calendar = calendar_of(office)

    def day(at: datetime | None) -> date | None:
        return calendar.local_date(at) if at is not None else None

    return {
        "units": [unit.name for unit in units.active_units(session, "kantor")],
        "officials": {
            (one.name, one.admin, one.salutation, one.telegram_id)
            for one in officials.active_officials(session, "kantor")
        },
        "seats": {
            (
                names[seat.official_id], seat.role, seat.unit_id, seat.title, seat.capacity, day(seat.starts_at),
                day(seat.ends_at - timedelta(seconds=1) if seat.ends_at else None), names.get(seat.principal_id),
                seat.order_number, seat.order_date,
            )
            for seat in posts.live_seats(session, "kantor", now)
        },
        "adopted": set(session.exec(select(Adoption.content_hash).where(Adoption.current))),
        "calendar": calendar.settings.model_dump(exclude={"from_chat": True, "special": {"__all__": {"source"}}}),
        "office": (office.name, office.regency, office.timezone, policy_of(office), rules_of(office)),
    }  # fmt: skip


def _act_in_chat(session: Session, data: st.DataObject) -> None:
    """Let an admin do this and that; what is refused is refused."""
    admin = session.exec(select(Official).where(Official.active)).first()
    if admin is None:
        return
    admin.admin, admin.telegram_id = True, admin.telegram_id or 99
    session.flush()
    for number, name in enumerate(data.draw(st.lists(st.sampled_from(sorted(ACTS)), max_size=8))):
        moment = Moment(42, NOW + timedelta(minutes=number), f"{number:016x}")
        try:
            with session.begin_nested():
                ACTS[name](session, moment, admin, data)
        except Stopped:
            continue
        if not people.is_admin(admin):
            return


async def test_accounts_are_left_out_unless_asked_for(database: Database) -> None:
    source = load_text(SUMBANG, "office.yaml")
    await database.write(lambda session: apply(session, source, NOW))
    plain = await database.read(lambda session: export_office(session, "sumbang", NOW))
    full = await database.read(lambda session: export_office(session, "sumbang", NOW, with_accounts=True))
    assert "1001" not in plain
    assert "telegram_id: 1001" in full
    for text in (plain, full):
        source = load_text(text, "office.yaml")
        report = await database.write(partial(apply, source=source, now=NOW))
        assert (report.changes, report.left, report.refused) == ((), (), ())


async def test_two_of_one_name_are_told_apart_by_their_accounts(database: Database) -> None:
    twins = SUMBANG.replace("Joko Prasetyo", "Budi Santoso")
    await database.write(lambda session: apply(session, load_text(twins, "office.yaml"), NOW))
    text = await database.read(lambda session: export_office(session, "sumbang", NOW))
    assert {line.strip() for line in text.splitlines() if "telegram_id" in line} == {
        "telegram_id: 1003", "telegram_id: 1005",
    }  # fmt: skip
    report = await database.write(lambda session: apply(session, load_text(text, "office.yaml"), NOW))
    assert report.changes == ()


async def test_what_a_file_cannot_say_is_named_and_left_alone(database: Database) -> None:
    await database.write(lambda session: apply(session, load_text(SUMBANG, "office.yaml"), NOW))

    def older(session: Session) -> None:
        session.exec(select(Adoption)).one().version = "1999"
        session.get_one(Unit, ("sumbang", "pemerintahan")).active = False

    await database.write(older)
    text = await database.read(lambda session: export_office(session, "sumbang", NOW))
    assert "# - Adopsi SOP sumbang-pengukuran-kinerja versi 1999" in text
    assert "# - Jabatan staf di unit pemerintahan" in text
    report = await database.write(lambda session: apply(session, load_text(text, "office.yaml"), NOW))
    assert (report.changes, report.refused) == ((), ())


async def test_an_office_that_is_not_there_is_told(database: Database) -> None:
    with pytest.raises(NoSuchOffice, match="tidak ada"):
        await database.read(lambda session: export_office(session, "sumbang", datetime.now(UTC)))
