"""Every message in both languages, with ordinary and with hostile rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select

from messages.render import render
from messages.views.registry import MESSAGES
from storage.tables import Office, Run
from tests.unit.messages.samples import Q, every, prepare
from tests.unit.messages.telegram_html import captions, check
from tests.unit.messages.town import BOT, CAMAT, HOSTILE, KASI_TRANTIB, SEKCAM, Town, walked
from workflow.calendar.of_office import calendar_of
from workflow.dates import Understood, understand_day
from workflow.state import Part
from workflow.verbs import QuestionPress, parse


@pytest.fixture
def place() -> Iterator[Town]:
    with walked(9) as built:
        prepare(built)
        yield built


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_message_renders_whatever_people_are_called(place: Town, language: str) -> None:
    seen = set()
    for words in (None, *HOSTILE):
        if words is not None:
            place.rename_everything(words)
        for name, params in every(place, words):
            check(place.say(CAMAT, name, language, **params))
            seen.add(name)
    assert seen == set(MESSAGES)


@pytest.mark.parametrize(
    ("language", "words"),
    [("id", ("mohon tekan", "tekan lanjutkan")), ("en", ("please press", "press continue"))],
)
def test_no_question_asks_for_a_press_that_its_answer_takes_away(
    place: Town, language: str, words: tuple[str, ...]
) -> None:
    asked = set()
    for name, params in every(place):
        said = place.say(CAMAT, name, language, **params)
        if any(isinstance(parse(key.data), QuestionPress) for row in said.keyboard for key in row):
            asked.add(name)
            shown = check(said).casefold()
            assert not [one for one in words if one in shown], f"{name}: its buttons go once it is answered"
    assert {"form_summary", "schedule_confirm", "start_review", "ask_reason", "ask_recorded"} <= asked


def test_a_stranger_without_an_office_is_answered(place: Town) -> None:
    for name in ("stranger", "enrol_bad_link", "enrol_waiting", "home"):
        said = render(
            place.session,
            name,
            {},
            office_id=None,
            chat_id=99,
            bot_id=BOT,
            default_language="id",
            now=place.now,
            repeated=True,
        )
        assert "(ulang)" in check(said)


def test_people_read_their_own_language(place: Town) -> None:
    place.official(SEKCAM).language = "en"
    place.session.flush()
    assert "Nothing is waiting" in check(place.say(SEKCAM, "tasks_none"))
    assert "tidak ada tugas" in check(place.say(CAMAT, "tasks_none"))


def test_the_status_names_every_step_its_doer_and_its_output(place: Town) -> None:
    said = place.say(CAMAT, "status_run", run_id=1)
    shown = check(said)
    assert "Langkah 8 dari 14 · 7 selesai" in shown
    assert "2. Membuat format pengumpulan data dan informasi…\nSelesai · Ibu Siti Rahayu, Sekcam · 4 Jan 08.26" in shown
    assert "Tanggal rapat: Kamis, 7 Januari 2027" in shown
    assert "3/3 seksi sudah" in shown
    assert "Dikembalikan · Sekcam · sejak 4 Jan" in shown
    assert "14. Pengarsipan Dokumen Pengukuran Kinerja · Belum dimulai" in shown
    assert captions(said)[-1] == ["Lihat berkas", "Lihat riwayat"]
    assert len(shown) < 2400


def test_a_run_that_ended_says_when_on_a_line_of_its_own(place: Town) -> None:
    run = place.session.exec(select(Run)).one()
    for status, words in (("finished", "Selesai Senin"), ("cancelled", "Dibatalkan Senin")):
        run.status = status
        lines = check(place.say(CAMAT, "status_run", run_id=1)).splitlines()
        assert lines[1].startswith(words)
        assert set(lines[2]) <= {"■", "□"}
    assert "Dihentikan · Sekcam" in lines
    assert not any("Menunggu giliran" in line for line in lines)


def test_a_page_past_the_end_of_the_history_is_its_last(place: Town) -> None:
    assert place.say(CAMAT, "history", run_id=1, page=9) == place.say(CAMAT, "history", run_id=1, page=2)


@pytest.mark.parametrize(("language", "date"), [("id", "18 Januari 2027"), ("en", "18 January 2027")])
def test_a_date_given_as_an_example_lies_ahead_and_is_understood(place: Town, language: str, date: str) -> None:
    office = place.session.get_one(Office, "sumbang")
    for name, params in (
        ("bad_answer", {"reason": "not_a_date", "field": None}),
        ("when_not_understood", {"question": Q, "reason": "not_a_date"}),
        ("calendar_ask_day", {"question": Q, "action": "holiday"}),
    ):
        assert date in check(place.say(CAMAT, name, language, **params)), name
    found = understand_day(date, now=place.now, calendar=calendar_of(office))
    assert isinstance(found, Understood)
    assert (found.notes, calendar_of(office).local_date(found.at).isoformat()) == ((), "2027-01-18")
    to_be_worked = check(place.say(CAMAT, "calendar_ask_day", language, question=Q, action="work"))
    assert date.replace("18", "23") in to_be_worked, "a Saturday"


def test_a_hand_ins_date_is_not_set_on_a_meetings_card() -> None:
    with walked(3) as place:
        assert ["Batas pengumpulan"] in captions(place.card(SEKCAM, place.task(3, Part.WORK)))
    for step in (4, 5):
        with walked(step) as place:
            shown = captions(place.card(SEKCAM, place.task(step, Part.WORK)))
            assert "Batas pengumpulan" not in [one for line in shown for one in line]


def test_only_those_who_may_chase_late_units_see_the_buttons() -> None:
    with walked(6) as place:
        assert ["Salin sebagai teks", "Ingatkan yang belum"] in captions(place.say(SEKCAM, "status_run", run_id=1))
        assert ["Lanjutkan tanpa"] in captions(place.say(SEKCAM, "status_run", run_id=1))
        assert captions(place.say(KASI_TRANTIB, "status_run", run_id=1))[0] == ["Salin sebagai teks"]
        assert ["Batas pengumpulan"] in captions(place.say(SEKCAM, "status_run", run_id=1))
        assert ["Batas pengumpulan"] not in captions(place.say(KASI_TRANTIB, "status_run", run_id=1))
        board = check(place.say(KASI_TRANTIB, "board_text", run_id=1, step=6))
        assert "0/3 seksi sudah\n\n1. Sekretariat: belum\n2. Pemerintahan: belum\n3. Trantib: belum" in board
        assert [board.count(unit) for unit in ("Sekretariat", "Pemerintahan", "Trantib")] == [1, 1, 1]


def test_a_return_offers_the_merged_document_and_single_units(place: Town) -> None:
    asked = place.say(
        CAMAT, "ask_target", task_id=place.task(9, Part.DECISION).id, question=Q, outcome="kembalikan", chosen=[]
    )
    assert captions(asked) == [
        ["Dokumen gabungan"],
        ["Sekretariat", "Seksi Pemerintahan"],
        ["Seksi Trantib"],
        ["Batal"],
    ]
    assert [b.data for b in asked.keyboard[0]] == [f"q:{Q}:whole"]


def test_a_reason_can_be_sent_only_once_there_is_one(place: Town) -> None:
    params: dict[str, Any] = {
        "task_id": place.task(9, Part.DECISION).id,
        "question": Q,
        "run_id": 1,
        "purpose": "return",
    }
    assert captions(place.say(CAMAT, "ask_reason", text=None, files=0, **params)) == [["Batal"]]
    given = place.say(CAMAT, "ask_reason", text="Kolom 4 kosong", files=0, **params)
    assert "Alasan: “Kolom 4 kosong”" in check(given)
    assert captions(given) == [["Kirim alasan"], ["Batal"]]


def test_the_summary_writes_dates_out(place: Town) -> None:
    task = place.task(4, Part.WORK)
    task.draft = {"fields": {"tanggal": "2027-01-11", "pukul": "13:30"}}
    asked = place.say(SEKCAM, "form_summary", task_id=task.id, question=Q)
    assert "Tanggal rapat: Senin, 11 Januari 2027" in check(asked)
    assert captions(asked) == [["Ya, kirim"], ["Ubah", "Batal"]]


def test_a_run_finished_stands_in_the_archive_of_its_local_year(place: Town) -> None:
    run = place.session.exec(select(Run)).one()
    run.status = "finished"
    place.session.flush()
    said = place.say(CAMAT, "archive", year=2027, sop=None, page=0)
    assert "No. 1: Pengukuran Kinerja Kecamatan Sumbang, TW IV 2026" in check(said)
    assert ["Status No. 1"] in captions(said)
    assert "Belum ada" in check(place.say(CAMAT, "archive", year=2026, sop=None, page=0))


def test_an_auditors_last_day_is_said_as_it_was_agreed(place: Town) -> None:
    """The period ends at the midnight after its last day; nobody is told of that midnight."""
    auditor = place.auditor()
    auditor.valid_until = datetime(2027, 2, 28, 17, tzinfo=UTC)  # 1 March, 00.00 WIB
    place.session.flush()
    said = check(place.say(CAMAT, "auditor_joined", official_id=auditor.id))
    assert "sampai Minggu, 28 Februari 2027, tanpa dapat mengubah" in said
    auditor.valid_until = datetime(2027, 2, 28, 3, 15, tzinfo=UTC)
    place.session.flush()
    said = check(place.say(CAMAT, "auditor_joined", official_id=auditor.id))
    assert "sampai Minggu, 28 Februari 2027 pukul 10.15 WIB" in said


def test_periods_on_buttons_are_short_and_name_the_last_day(place: Town) -> None:
    days = [["2026-11-22T17:00:00+00:00", "2026-12-31T17:00:00+00:00"]]
    what = {"kind": "auditor_add", "step": "period", "name": "Ratna Dewi", "meant": days}
    asked = place.say(CAMAT, "manage_choose", what=what, choices=[["0", ""]], question=Q)
    assert captions(asked) == [["Sen, 23 Nov 2026 – Kam, 31 Des 2026"], ["Batal"]]
