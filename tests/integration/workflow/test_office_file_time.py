"""The sections ``calendar`` and ``policy`` of an office file, loaded into a real database."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, col, select

from sop_definitions.errors import SopErrors
from storage import audit
from storage.database import Database
from storage.tables import AuditEvent, ErasableText, Office
from tests.integration.workflow.offices import NOW, SUMBANG
from workflow import calendar_changes, calendar_edits
from workflow.calendar.of_office import calendar_of
from workflow.calendar.settings import CalendarSettings, parse_hours, parse_settings
from workflow.moment import Moment
from workflow.office_file.apply import Report, apply, preview
from workflow.office_file.loading import load_text
from workflow.reminding.policy import policy_of

CALENDAR = """\
calendar:
  days: 6
  hours:
    friday: 07.00-11.00
  ramadan_hours:
    saturday: 08.00-12.00
  ramadan:
    - {first: 2027-02-08, last: 2027-03-09}
  holidays:
    - {date: 2027-02-22, name: Hari Jadi Kabupaten Banyumas}
  working_days:
    - {date: 2027-03-12}
  confirmed: [2027-03-10, 2027-03-11]
"""
POLICY = """\
policy:
  floor_minutes: 90
  incomplete_action: notify
  superiors: {kasi_kasubag: camat}
"""


async def load(database: Database, more: str, **options: bool) -> Report:
    source = load_text(SUMBANG + more, "office.yaml")
    return await database.write(lambda session: apply(session, source, NOW, nonce="f00d", **options))


async def office(database: Database) -> Office:
    return await database.read(lambda session: session.get_one(Office, "sumbang"))


async def in_chat(database: Database, *edits: Any) -> None:
    """Change the calendar as ``/kalender`` does."""

    def body(session: Session) -> None:
        row = session.get_one(Office, "sumbang")
        settings = parse_settings(row.calendar)
        for edit, *arguments in edits:
            settings = edit(settings, *arguments)
        calendar_changes.change(session, Moment(1, NOW, "beef"), row, settings, None, "lewat percakapan")

    await database.write(body)


async def test_a_new_office_gets_its_calendar_and_every_line_is_told(database: Database) -> None:
    report = await load(database, CALENDAR)
    own = calendar_of(await office(database))
    assert own.settings.days == 6
    assert own.settings.hours.friday == parse_hours("07.00-11.00")
    assert own.day_off(date(2027, 2, 22)) is not None
    assert own.is_working_day(date(2027, 3, 12))
    fitri = own.day_off(date(2027, 3, 10))
    assert fitri is not None
    assert not fitri.estimated
    assert [line for line in report.changes if "Kursi" not in line and "Pejabat" not in line][-8:] == [
        "Hari kerja seminggu: 5 menjadi 6",
        "Jam kerja Jumat: (bawaan) menjadi 07.00-11.00",
        "Jam kerja Ramadan Sabtu: (bawaan) menjadi 08.00-12.00",
        "Ramadan: Senin, 8 Februari 2027 s.d. Selasa, 9 Maret 2027",
        "Hari libur kantor: Senin, 22 Februari 2027 (Hari Jadi Kabupaten Banyumas)",
        "Hari kerja khusus: Jumat, 12 Maret 2027",
        "Tanggal perkiraan dipastikan: Rabu, 10 Maret 2027",
        "Tanggal perkiraan dipastikan: Kamis, 11 Maret 2027",
    ]


async def test_loading_again_changes_nothing(database: Database) -> None:
    await load(database, CALENDAR + POLICY)
    stood = (await office(database)).model_dump()
    again = await load(database, CALENDAR + POLICY)
    assert (again.changes, again.left) == ((), ())
    assert not [warning for warning in again.warnings if "2027" in warning or "superiors" in warning]
    assert (await office(database)).model_dump() == stood


async def test_a_dry_run_tells_the_same_and_changes_nothing(database: Database) -> None:
    await load(database, "")
    stood = (await office(database)).model_dump()
    source = load_text(SUMBANG + CALENDAR + POLICY, "office.yaml")
    told = await database.read(lambda session: preview(session, source, NOW))
    assert (await office(database)).model_dump() == stood
    assert (await load(database, CALENDAR + POLICY)).changes == told.changes


async def test_a_file_without_the_sections_leaves_both_alone(database: Database) -> None:
    await load(database, CALENDAR + POLICY)
    stood = (await office(database)).model_dump()
    assert (await load(database, "", prune=True)).changes == ()
    assert (await office(database)).model_dump() == stood


async def test_the_calendar_is_one_event_whose_words_can_be_erased(database: Database) -> None:
    await load(database, CALENDAR)

    def facts(session: Session) -> tuple[list[str], list[str | None], list[Any]]:
        events = session.exec(select(AuditEvent).where(col(AuditEvent.kind) == "office.calendar")).all()
        # Beside them stand the accounts of those who enrolled.
        words = [text.text for text in session.exec(select(ErasableText)) if not (text.text or "").isdigit()]
        return [event.payload for event in events], words, list(audit.verify(session, "sumbang"))

    payloads, words, faults = await database.read(facts)
    assert len(payloads) == 1
    assert "Banyumas" not in payloads[0]
    assert len(words) == 1
    assert "Hari Jadi Kabupaten Banyumas" in (words[0] or "")
    assert faults == []


async def test_what_a_later_file_does_not_list_stays_and_is_named(database: Database) -> None:
    await load(database, CALENDAR)
    stood = (await office(database)).calendar
    shorter = "calendar: {holidays: [], working_days: [], ramadan: []}\n"
    report = await load(database, shorter)
    assert report.changes == ()
    assert report.left == (
        "Ramadan Senin, 8 Februari 2027 s.d. Selasa, 9 Maret 2027",
        "Hari libur kantor: Senin, 22 Februari 2027 (Hari Jadi Kabupaten Banyumas)",
        "Hari kerja khusus: Jumat, 12 Maret 2027",
    )
    assert (await office(database)).calendar == stood

    pruned = await load(database, shorter, prune=True)
    assert len(pruned.changes) == 3
    left = parse_settings((await office(database)).calendar)
    assert [day.kind for day in left.special] == ["confirmed", "confirmed"]
    assert left.ramadan == ()


async def test_a_day_that_has_passed_is_neither_named_nor_pruned(database: Database) -> None:
    await load(database, "calendar: {holidays: [{date: 2026-11-19, name: Pilkada}]}\n")
    report = await load(database, "calendar: {holidays: []}\n", prune=True)
    assert (report.changes, report.left) == ((), ())
    assert not calendar_of(await office(database)).is_working_day(date(2026, 11, 19))


@pytest.mark.parametrize(
    ("edit", "says", "line"),
    [
        ((calendar_edits.week_of, 6), "days: 5", "Hari kerja seminggu: 6 menjadi 5"),
        ((calendar_edits.holiday, date(2027, 2, 22), "Libur"), "holidays: [{date: 2027-02-22, name: Lain}]", "Lain"),
        (
            (calendar_edits.holiday, date(2027, 2, 22), "Libur"),
            "working_days: [{date: 2027-02-22}]",
            "Hari kerja khusus",
        ),
    ],
)
async def test_what_was_set_in_chat_is_overwritten_only_by_force(
    database: Database, edit: Any, says: str, line: str
) -> None:
    await load(database, "")
    await in_chat(database, edit)
    stood = (await office(database)).calendar
    section = f"calendar: {{{says}, confirmed: [2027-03-10]}}\n"
    refused = await load(database, section)
    assert len(refused.refused) == 1
    assert line in refused.refused[0]
    assert (await office(database)).calendar == stood, "nothing at all was changed"

    forced = await load(database, section, force=True)
    assert forced.refused == ()
    assert (await office(database)).calendar != stood
    assert (await load(database, section)).changes == ()
    assert (await load(database, section)).refused == ()


async def test_hours_of_the_chat_need_force_too_and_the_file_may_agree_with_them(database: Database) -> None:
    await load(database, "")

    def friday(settings: CalendarSettings) -> CalendarSettings:
        return calendar_edits.hours(settings, "friday", parse_hours("07.00-11.00"), fasting=False)

    await in_chat(database, (friday,))
    assert (await load(database, "calendar: {hours: {friday: 07.00-11.00}}\n")).changes == ()
    assert (await load(database, "calendar: {hours: {friday: 07.30-11.30}}\n")).refused
    assert not (await load(database, "calendar: {hours: {monday_to_thursday: 08.00-16.00}}\n", force=True)).refused
    hours = parse_settings((await office(database)).calendar).hours
    assert (hours.friday, hours.monday_to_thursday) == (parse_hours("07.00-11.00"), parse_hours("08.00-16.00"))


async def test_days_that_change_nothing_are_doubted(database: Database) -> None:
    report = await load(
        database,
        "calendar:\n  holidays: [{date: 2027-01-01, name: Tahun Baru}]\n"
        "  working_days: [{date: 2027-01-12}]\n  confirmed: [2027-03-13]\n",
    )
    doubts = [warning for warning in report.warnings if "2027" in warning]
    assert doubts == [
        "Jumat, 1 Januari 2027 (Tahun Baru) memang sudah libur: Tahun Baru Masehi.",
        "Selasa, 12 Januari 2027 memang sudah hari kerja.",
        "Sabtu, 13 Maret 2027 bukan hari libur nasional, jadi tidak ada yang dipastikan. Periksa tanggalnya.",
    ]


async def test_hours_for_a_saturday_nobody_works_are_refused_at_their_place(database: Database) -> None:
    with pytest.raises(SopErrors) as refused:
        await load(database, "calendar:\n  hours:\n    saturday: 07.30-12.00\n")
    [error] = refused.value.errors
    assert (error.line, error.path) == (SUMBANG.count("\n") + 3, "calendar.hours.saturday")
    assert "days: 6" in error.message


async def test_a_policy_is_merged_told_and_put_on_record(database: Database) -> None:
    first = await load(database, POLICY)
    assert first.changes[-1] == (
        "Aturan pengingat: pengingat paling cepat setelah kartu (menit kerja) 60 menjadi 90; "
        "bila belum selesai diberi tahu dan ditawari mengalihkan menjadi diberi tahu; "
        "atasan (bawaan) menjadi kasi_kasubag → camat"
    )
    await load(database, "policy: {cutoff_day: 5, superiors: {pengelola: sekcam}}\n")
    policy = policy_of(await office(database))
    assert (policy.floor_minutes, policy.cutoff_day) == (90, 5)
    assert policy.superiors == {"kasi_kasubag": "camat", "pengelola": "sekcam"}

    await load(database, "policy: {cutoff_day: 5}\n", prune=True)
    assert (await office(database)).policy == {"cutoff_day": 5}
    kinds = await database.read(lambda s: [e.kind for e in s.exec(select(AuditEvent)) if "policy" in e.kind])
    assert kinds == ["office.policy"] * 3


async def test_a_superior_nobody_is_is_doubted(database: Database) -> None:
    report = await load(database, "policy: {superiors: {pengelola: sekdes, sekcam: sekcam}}\n")
    assert "Peran 'sekdes' pada superiors tidak dipegang siapa pun." in report.warnings
    assert any("'sekcam' tidak dapat menjadi atasannya sendiri" in warning for warning in report.warnings)
