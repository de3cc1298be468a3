"""Loading an office file into a real database: nothing twice, nothing silently, all or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, SQLModel, col, select

from sop_definitions.errors import SopErrors
from storage import audit
from storage.database import Database
from storage.tables import Adoption, AuditEvent, Bot, Invitation, Office, Official, Seat, Unit, metadata
from tests.integration.workflow.offices import NOW, SUMBANG
from workflow.office_file.apply import Report, apply, preview
from workflow.office_file.loading import load_text

TABLES = (Office, Unit, Official, Seat, Adoption, AuditEvent)


async def load(database: Database, text: str, **options: bool) -> Report:
    source = load_text(text, "office.yaml")
    return await database.write(lambda session: apply(session, source, NOW, nonce="", **options))


async def everything(database: Database) -> list[list[dict[str, Any]]]:
    return await database.read(rows)


def rows(session: Session) -> list[list[dict[str, Any]]]:
    def of(table: type[SQLModel]) -> list[dict[str, Any]]:
        return sorted(
            (row.model_dump() for row in session.exec(select(table))), key=lambda row: repr(sorted(row.items()))
        )

    return [of(table) for table in TABLES]


async def change(database: Database, body: Callable[[Session], None]) -> None:
    await database.write(body)


def official(session: Session, name: str) -> Official:
    return session.exec(select(Official).where(Official.name == name)).one()


def seats(session: Session) -> set[tuple[str, str, str]]:
    query = select(Official.name, Seat.role, Seat.unit_id).join(Seat, col(Seat.official_id) == col(Official.id))
    return set(session.exec(query.where(col(Seat.held))))


async def test_a_second_load_changes_nothing_and_says_so(database: Database) -> None:
    first = await load(database, SUMBANG)
    stood = await everything(database)
    second = await load(database, SUMBANG)

    assert any("Kantor baru: Kecamatan Sumbang" in line for line in first.changes)
    assert (second.changes, second.left, second.refused) == ((), (), ())
    assert await everything(database) == stood


async def test_a_dry_run_tells_the_same_and_changes_nothing(database: Database) -> None:
    source = load_text(SUMBANG, "office.yaml")
    nothing = await everything(database)
    told = await database.read(lambda session: preview(session, source, NOW))
    assert await everything(database) == nothing
    assert (await load(database, SUMBANG)).changes == told.changes


async def test_every_change_is_on_record_without_names(database: Database) -> None:
    report = await load(database, SUMBANG)
    events = await database.read(lambda s: [(e.kind, e.payload) for e in s.exec(select(AuditEvent))])
    faults = await database.read(lambda s: list(audit.verify(s, "sumbang")))
    assert len(events) == len(report.changes)
    assert faults == []
    assert not [payload for _, payload in events if "Fauzi" in payload or "1001" in payload]


async def test_what_the_file_no_longer_lists_stays_and_is_named(database: Database) -> None:
    await load(database, SUMBANG)
    stood = await everything(database)
    shorter = SUMBANG.replace("  - {id: pemerintahan, name: Seksi Pemerintahan}\n", "").replace(
        "seats: [{role: kasi_kasubag, unit: pemerintahan}]", "seats: []"
    )
    shorter = "\n".join(line for line in shorter.splitlines() if "Joko" not in line and "- {sop" not in line)
    report = await load(database, shorter.replace("adopts:", "adopts: []"))

    assert report.changes == ()
    assert len(report.left) == 4
    assert await everything(database) == stood


async def test_prune_retires_what_is_not_listed_and_deletes_no_official_unit_or_adoption(database: Database) -> None:
    await load(database, SUMBANG)
    lines = [line for line in SUMBANG.splitlines() if "Joko" not in line and "id: pemerintahan" not in line]
    kept = [line for line in lines if "unit: pemerintahan" not in line and "- {sop" not in line]
    await load(database, "\n".join(kept).replace("adopts:", "adopts: []"), prune=True)

    def facts(s: Session) -> tuple[Any, ...]:
        joko = official(s, "Joko Prasetyo")
        return (
            (joko.active, joko.telegram_id),
            {unit.id: unit.active for unit in s.exec(select(Unit))},
            [adoption.current for adoption in s.exec(select(Adoption))],
            seats(s),
        )

    assert await database.read(facts) == (
        (False, None),
        {"sekretariat": True, "pemerintahan": False},
        [False],
        {("Ahmad Fauzi", "camat", ""), ("Siti Rahayu", "sekcam", ""), ("Siti Rahayu", "kasi_kasubag", "sekretariat")},
    )
    back = await load(database, SUMBANG)
    assert any("Joko Prasetyo" in line and "aktif tidak menjadi ya" in line for line in back.changes)
    assert await database.read(lambda s: official(s, "Joko Prasetyo").telegram_id) == 1005
    assert await database.read(lambda s: [a.current for a in s.exec(select(Adoption))]) == [True]


async def test_a_section_left_out_altogether_is_not_pruned(database: Database) -> None:
    await load(database, SUMBANG)
    stood = await everything(database)
    await load(database, SUMBANG.splitlines()[0], prune=True)
    assert await everything(database) == stood


async def test_what_was_set_in_chat_is_overwritten_only_by_force(database: Database) -> None:
    await load(database, SUMBANG)

    def in_chat(session: Session) -> None:
        siti = official(session, "Siti Rahayu")
        siti.salutation, siti.source = "Ibu", "chat"

    await change(database, in_chat)
    assert (await load(database, SUMBANG)).refused == ()
    stood = await everything(database)
    differs = SUMBANG.replace("telegram_id: 1002,", "telegram_id: 1002, salutation: Bapak,").replace(
        "name: Sekretariat", "name: Sekretariat Kecamatan"
    )
    refused = await load(database, differs)
    assert len(refused.refused) == 1
    assert "Siti Rahayu" in refused.refused[0]
    assert await everything(database) == stood

    forced = await load(database, differs, force=True)
    assert forced.refused == ()
    assert await database.read(lambda s: official(s, "Siti Rahayu").salutation) == "Bapak"
    assert (await load(database, differs)).changes == ()


async def test_an_account_enrolled_by_link_is_not_taken_by_the_file_without_force(database: Database) -> None:
    await load(database, SUMBANG)

    def enrolled(session: Session) -> None:
        wati = official(session, "Wati Lestari")
        wati.telegram_id = 1004
        session.add(
            Invitation(
                office_id="sumbang", official_id=wati.id or 0, token_hash="x", status="confirmed", created_at=NOW,
                expires_at=NOW, claimed_by=1004,
            )
        )  # fmt: skip

    await change(database, enrolled)
    assert (await load(database, SUMBANG)).changes == ()
    assert await database.read(lambda s: official(s, "Wati Lestari").telegram_id) == 1004
    differs = SUMBANG.replace("Wati Lestari,", "Wati Lestari, telegram_id: 2004,")
    assert (await load(database, differs)).refused
    assert not (await load(database, differs, force=True)).refused
    assert await database.read(lambda s: official(s, "Wati Lestari").telegram_id) == 2004


async def test_an_official_is_found_by_account_and_then_by_name(database: Database) -> None:
    await load(database, SUMBANG)
    ids = await database.read(lambda s: {o.name: o.id for o in s.exec(select(Official))})
    changed = SUMBANG.replace("Budi Santoso", "Budi Santosa").replace("telegram_id: 1005", "telegram_id: 2005")
    report = await load(database, changed)
    after = await database.read(lambda s: {o.name: (o.id, o.telegram_id) for o in s.exec(select(Official))})

    assert len(report.changes) == 2
    assert after["Budi Santosa"] == (ids["Budi Santoso"], 1003)
    assert after["Joko Prasetyo"] == (ids["Joko Prasetyo"], 2005)


async def test_an_account_and_a_name_of_two_different_officials_is_refused_at_its_place(database: Database) -> None:
    await load(database, SUMBANG)
    stood = await everything(database)
    lines = [line for line in SUMBANG.splitlines() if "Joko" not in line]
    confused = "\n".join(lines).replace("Wati Lestari,", "Wati Lestari, telegram_id: 1005,")
    with pytest.raises(SopErrors) as refused:
        await load(database, confused)
    assert [(error.line, error.path) for error in refused.value.errors] == [(9, "officials.3.telegram_id")]
    assert await everything(database) == stood


async def test_what_does_not_fit_is_told_at_once_with_its_place(database: Database) -> None:
    wrong = SUMBANG.replace("unit: sekretariat", "unit: sekretaris").replace(
        "confirm: all", "confirm: [99], steps: {2: {actor: kadis}}"
    )
    wrong += "  - {sop: sumbang}\n  - {sop: sutera-pengukuran-kinerja, version: '1999'}\n"
    with pytest.raises(SopErrors) as refused:
        await load(database, wrong)
    assert [(error.line, error.path) for error in refused.value.errors] == [
        (7, "officials.1.seats.1.unit"),
        (12, "adopts.0.confirm.0"),
        (12, "adopts.0.steps.2.actor"),
        (13, "adopts.1.sop"),
        (14, "adopts.2.version"),
    ]
    assert await everything(database) == [[], [], [], [], [], []]


async def test_other_choices_make_another_adoption_and_the_first_can_come_back(database: Database) -> None:
    await load(database, SUMBANG)
    other = SUMBANG.replace("confirm: all", "confirm: all, accept_suggestions: true")

    def adoptions(session: Session) -> list[tuple[int | None, bool, str]]:
        query = select(Adoption).order_by(col(Adoption.id))
        return [(a.id, a.current, a.content_hash) for a in session.exec(query)]

    [(first, _, digest)] = await database.read(adoptions)
    await load(database, other)
    both = await database.read(adoptions)
    assert [(i == first, current) for i, current, _ in both] == [(True, False), (False, True)]
    assert both[0][2] == digest
    await load(database, SUMBANG)
    assert [current for _, current, _ in await database.read(adoptions)] == [True, False]


async def test_unconfirmed_steps_are_told_at_every_load(database: Database) -> None:
    partly = SUMBANG.replace("confirm: all", "confirm: [1, 2, 3]")
    for _ in range(2):
        report = await load(database, partly)
        assert any("langkah 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14" in warning for warning in report.warnings)
    unconfirmed = await database.read(lambda s: s.exec(select(Adoption.unconfirmed)).one())
    assert unconfirmed == list(range(4, 15))


async def test_a_mistyped_role_is_guessed_and_an_unheld_one_named(database: Database) -> None:
    report = await load(database, SUMBANG.replace("role: pengelola", "role: pengelolah"))
    assert any("'pengelolah' tidak dipakai" in w and "Maksudnya 'pengelola'?" in w for w in report.warnings)
    assert any("'pengelola' dibutuhkan" in w for w in report.warnings)
    assert not any("sekcam" in w for w in report.warnings)


async def test_an_office_without_admin_is_told(database: Database) -> None:
    report = await load(database, SUMBANG.replace("admin: true, ", ""))
    assert any("admin" in warning for warning in report.warnings)


async def test_two_offices_never_touch_each_other_even_with_the_same_people(database: Database) -> None:
    await load(database, SUMBANG)
    stood = await everything(database)
    other = SUMBANG.replace("id: sumbang,", "id: tambak,").replace("Budi Santoso", "Budi Lain")
    await load(database, other, prune=True)

    def of_sumbang(session: Session) -> list[list[dict[str, Any]]]:
        return [[row for row in table if "sumbang" in (row.get("office_id"), row.get("id"))] for table in rows(session)]

    assert await database.read(of_sumbang) == stood
    held = select(Official.name).where(Official.telegram_id == 1003, col(Official.active).is_(True))
    names = await database.read(lambda s: set(s.exec(held)))
    assert names == {"Budi Santoso", "Budi Lain"}


async def test_changed_seats_renew_the_cards_of_open_tasks(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    renewed: list[str] = []
    monkeypatch.setattr("workflow.cards.reconcile_office", lambda session, office_id, now: renewed.append(office_id))
    await database.write(lambda session: session.add(Bot(id=42, username="pandu_bot")))
    await load(database, SUMBANG)
    await load(database, SUMBANG)
    assert renewed == ["sumbang"]


NAMES = st.sampled_from(["Ani", "Beni", "Citra", "Dodi", "Eka"])
UNITS = st.lists(st.sampled_from(["a", "b", "c"]), unique=True)
SEAT = st.fixed_dictionaries(
    {"role": st.sampled_from(["camat", "sekcam", "pengelola"])},
    optional={"unit": st.sampled_from(["a", "b", "c"]), "title": st.sampled_from(["Plt. Camat", "Kasi"])},
)
OFFICIAL: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"name": NAMES, "seats": st.lists(SEAT, max_size=3, unique_by=lambda seat: (seat["role"], seat.get("unit")))},
    optional={
        "telegram_id": st.integers(1, 5), "admin": st.booleans(), "salutation": st.sampled_from(["Bapak", "Ibu"]),
    },
)  # fmt: skip
ADOPTS = st.lists(
    st.fixed_dictionaries(
        {"sop": st.sampled_from(["sumbang-pengukuran-kinerja", "tambak-evaluasi-kinerja"])},
        optional={"confirm": st.sampled_from(["all", [1, 2]]), "accept_suggestions": st.booleans()},
    ),
    max_size=2,
    unique_by=lambda entry: entry["sop"],
)

DAYS = st.dates(date(2026, 11, 1), date(2027, 5, 31))
CALENDAR = st.fixed_dictionaries(
    {},
    optional={
        "days": st.just(6),
        "hours": st.fixed_dictionaries({}, optional={"friday": st.sampled_from(["07.30-11.30", "07.00-11.00"])}),
        "ramadan": st.sampled_from([[], [{"first": "2027-02-09", "last": "2027-03-09"}]]),
        "holidays": st.lists(DAYS, max_size=2, unique=True).map(lambda d: [{"date": f"{x}", "name": "A"} for x in d]),
    },
)
POLICY = st.fixed_dictionaries(
    {},
    optional={
        "cutoff_day": st.integers(1, 3),
        "superiors": st.dictionaries(st.sampled_from(["camat", "sekcam"]), st.sampled_from(["camat", "pengelola"])),
    },
)


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    units = draw(UNITS)
    officials = draw(
        st.lists(OFFICIAL, max_size=4, unique_by=(lambda o: o["name"], lambda o: o.get("telegram_id", o["name"])))
    )
    for one in officials:
        one["seats"] = [seat for seat in one["seats"] if seat.get("unit", "a") in units or "unit" not in seat]
    return {
        "office": {"id": "kantor", "name": draw(NAMES), "regency": "Kabupaten", "timezone": "WIB"},
        "units": [{"id": unit, "name": draw(NAMES)} for unit in units],
        "officials": officials,
        "adopts": draw(ADOPTS),
        "calendar": draw(CALENDAR),
        "policy": draw(POLICY),
    }


@pytest.fixture(scope="module")
def scratch() -> Iterator[Any]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(loads=st.lists(st.tuples(files(), st.booleans()), min_size=1, max_size=3))
def test_loading_again_never_changes_anything(scratch: Any, loads: list[tuple[dict[str, Any], bool]]) -> None:
    with Session(scratch) as session:
        for data, prune in loads:
            source = load_text(json.dumps(data), "office.yaml")
            try:
                apply(session, source, NOW, prune=prune)
            except SopErrors:
                assert not session.new
                assert not session.dirty
                continue
            session.flush()
            stood = rows(session)
            again = apply(session, source, NOW, prune=prune)
            assert again.changes == ()
            assert rows(session) == stood
            if prune:
                held = {(one["name"], s["role"], s.get("unit", "")) for one in data["officials"] for s in one["seats"]}
                assert seats(session) == held
        assert list(audit.verify(session, "kantor")) == []
        session.rollback()
