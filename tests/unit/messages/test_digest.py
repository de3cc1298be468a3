"""The morning's digest: what it says first, how it is grouped, cut and buttoned, whom it spares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import pytest
from sqlmodel import select

from messages.render import NothingToSay
from messages.rendered import Rendered
from messages.views import digest
from storage.tables import Card, Chat, Office, Official, Run, RunStep, Seat, Task
from tests.unit.messages.moving_time import FRIDAY
from tests.unit.messages.telegram_html import captions, check
from tests.unit.messages.town import BOT, CAMAT, HOSTILE, KASI_PEM, KASI_TRANTIB, SEKCAM, Town, walked
from workflow import run_times
from workflow.reminding.digest import Concern, Digest, Estimate, Item, MeetingToday, collect
from workflow.reminding.escalation import Reason
from workflow.run_times import Basis, Deadline
from workflow.state import Part

MORNING = datetime(2027, 1, 8, 0, 40, tzinfo=UTC)
"""Friday, 8 January 2027, 07.40 WIB."""
DAY = 450
"""Working minutes."""

Say = Callable[..., str]
Kind = Literal["overdue", "due_today", "waiting"]


@pytest.fixture
def render(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Rendered]:
    """Return what renders a digest with a given content."""

    def rendered(place: Town, found: Digest, person: int = CAMAT, language: str = "id") -> Rendered:
        monkeypatch.setattr(digest, "collect", lambda *_: found)
        place.now = MORNING
        return place.say(person, "digest", language)

    return rendered


@pytest.fixture
def say(render: Callable[..., Rendered]) -> Say:
    """Return what says a digest with a given content."""
    return lambda *about, **more: check(render(*about, **more))


def item(
    place: Town, person: int, task: Task, kind: Kind, at: datetime | None = None, late: int = 0,
    basis: Basis = Basis.STANDARD,
) -> Item:  # fmt: skip
    opened = task.opened_at or place.now
    deadline = Deadline(at, basis, opened, at) if at else None
    return Item(task.id or 0, task.run_id, place.official(person).id or 0, kind, deadline, late, opened)


def concern(
    place: Town, holder: int, task: Task, reason: Reason, *, late: int = 2 * DAY, offer: bool = False,
    head: bool = False,
) -> Concern:  # fmt: skip
    at = datetime(2027, 1, 6, 2, 0, tzinfo=UTC)
    deadline = Deadline(at, Basis.STANDARD, task.opened_at or place.now, at)
    return Concern(
        task.id or 0, task.run_id, [place.official(holder).id or 0], reason, deadline, late, offer, head,
        deadline.starts_at,
    )  # fmt: skip


def test_nothing_to_say_is_not_said(render: Callable[..., Rendered]) -> None:
    with walked(9) as place, pytest.raises(NothingToSay):
        render(place, Digest([place.official(CAMAT)]))


def test_the_first_line_counts_and_each_line_tells_how_much_time_there_is(render: Callable[..., Rendered]) -> None:
    with walked(9) as place:
        task = place.task(9, Part.DECISION)
        found = Digest(
            [place.official(CAMAT)],
            own=[
                item(place, CAMAT, task, "overdue", datetime(2027, 1, 6, 2, 0, tzinfo=UTC), 2 * DAY + 40),
                item(place, CAMAT, task, "overdue", datetime(2027, 1, 7, 8, 0, tzinfo=UTC), 70),
                item(place, CAMAT, task, "due_today", FRIDAY),
                item(place, CAMAT, task, "due_today", FRIDAY, basis=Basis.COLLECT_BY),
                item(place, CAMAT, task, "waiting", FRIDAY + timedelta(days=4)),
                item(place, CAMAT, task, "waiting"),
            ],
        )
        said = render(place, found)
        document = "Dokumen Pengukuran Kinerja TW IV 2026"
        where = "(langkah 9 · No. 1)"
        assert check(said).splitlines() == [
            "Pengingat: 1 tugas terlambat, 1 lewat tenggat, 2 jatuh tempo hari ini, 2 menunggu",
            "",
            f"– {document}: terlambat 2 hari kerja, tenggat 6 Jan 09.00 {where}",
            f"– {document}: tenggat 7 Jan 15.00 sudah lewat {where}",
            f"– {document}: tenggat hari ini 16.00 {where}",
            f"– {document}: batas hari ini 16.00 {where}",
            f"– {document}: tenggat 12 Jan 16.00 {where}",
            f"– {document}: menunggu sejak 4 Jan 10.39 {where}",
        ]
        assert captions(said) == [["Langkah 9 · No. 1", "Langkah 9 · No. 1"]] * 3
        assert said.keyboard[0][0].data == f"open:{task.id}:{task.activation}"
        assert check(render(place, found, language="en")).startswith(
            "Reminder: 1 task late, 1 past due, 2 due today, 2 waiting\n\n"
        )


def test_many_tasks_are_cut_with_a_way_to_the_rest(render: Callable[..., Rendered]) -> None:
    with walked(9) as place:
        own = [item(place, CAMAT, place.task(9, Part.DECISION), "waiting")] * 30
        said = render(place, Digest([place.official(CAMAT)], own=own))
        shown = check(said)
        assert shown.startswith("Pengingat: 30 tugas menunggu\n")
        assert shown.count("– ") == 12
        assert shown.endswith("… dan 18 lagi, selengkapnya /tugas")
        assert sum(len(row) for row in said.keyboard) == 8


def test_several_capacities_and_offices_have_headings_and_one_has_none(say: Say) -> None:
    with walked(6) as place:
        secretary, unit = place.task(5, Part.WORK), place.task(6, Part.UNIT, "sekretariat")
        own = [item(place, SEKCAM, secretary, "waiting"), item(place, SEKCAM, unit, "waiting")]
        both = say(place, Digest([place.official(SEKCAM)], own=own), SEKCAM)
        assert "\nSebagai Sekcam\n– " in both
        assert "\nSebagai Kasubag Umum\n– " in both
        assert "Sebagai" not in say(place, Digest([place.official(SEKCAM)], own=own[:1]), SEKCAM)


def test_two_offices_in_two_zones_are_told_apart_each_in_its_own_time(render: Callable[..., Rendered]) -> None:
    with walked(9) as place:
        timur = Office(id="timur", name="Kecamatan Timur", regency="Ambon", timezone="Asia/Jayapura", bot_id=BOT)
        place.session.add(timur)
        place.session.flush()
        other = Official(office_id="timur", name="Ahmad Fauzi", telegram_id=CAMAT, salutation="Bapak")
        place.session.add(other)
        place.session.flush()
        place.session.add(Seat(office_id="timur", role="camat", official_id=other.id or 0))
        here = place.task(9, Part.DECISION)
        there = Task(
            office_id="timur", run_id=here.run_id, step=9, part=Part.DECISION, subject="x", roles=["camat"],
            status="open", activation=1, opened_at=here.opened_at,
        )  # fmt: skip
        place.session.add(there)
        place.session.flush()
        first = place.session.exec(select(Official).where(Official.telegram_id == CAMAT)).first()
        assert first is not None
        own = [
            item_of(first, here, "due_today", FRIDAY),
            item_of(other, there, "due_today", FRIDAY - timedelta(hours=2)),
        ]
        said = render(place, Digest([first, other], own=own))
        shown = check(said)
        assert "\nKecamatan Sumbang, sebagai Camat\n– " in shown
        assert "\nKecamatan Timur, sebagai Camat\n– " in shown
        assert shown.count("tenggat hari ini 16.00") == 2
        assert captions(said) == [["Langkah 9 · No. 1 · Kecamatan Sumbang"], ["Langkah 9 · No. 1 · Kecamatan Timur"]]


def item_of(official: Official, task: Task, kind: Kind, at: datetime) -> Item:
    deadline = Deadline(at, Basis.STANDARD, task.opened_at or at, at)
    return Item(task.id or 0, task.run_id, official.id or 0, kind, deadline, 0, task.opened_at or at)


def test_buttons_of_one_step_say_which_units_each_is(render: Callable[..., Rendered]) -> None:
    with walked(6) as place:
        tasks = [
            place.task(6, Part.COLLECTION),
            place.task(6, Part.UNIT, "trantib"),
            place.task(6, Part.UNIT, "pemerintahan"),
        ]
        own = [item(place, SEKCAM, task, "waiting") for task in tasks]
        assert captions(render(place, Digest([place.official(SEKCAM)], own=own), SEKCAM)) == [
            ["Langkah 6 · No. 1"], ["Langkah 6 · No. 1 · Trantib"], ["Langkah 6 · No. 1 · Pemerintahan"],
        ]  # fmt: skip
        alone = captions(render(place, Digest([place.official(SEKCAM)], own=own[1:2]), SEKCAM))
        assert alone == [["Langkah 6 · No. 1"]]


def test_a_superior_reads_what_waits_for_whom_and_may_hand_it_over(render: Callable[..., Rendered]) -> None:
    with walked(6) as place:
        task = place.task(6, Part.UNIT, "trantib")
        found = Digest(
            [place.official(SEKCAM)],
            concerns=[
                concern(place, KASI_TRANTIB, task, "incomplete", offer=True),
                concern(place, KASI_TRANTIB, task, "unacknowledged"),
                concern(place, KASI_PEM, place.task(6, Part.UNIT, "pemerintahan"), "unreachable", late=0),
            ],
        )
        said = render(place, found, SEKCAM)
        shown = check(said)
        assert shown.startswith("Pengingat: 3 tugas menunggu pejabat lain\n")
        assert (
            "– Ibu Dewi Lestari, Kasi Trantib: Isian Data Kinerja Trantib TW IV 2026 belum selesai, "
            "terlambat 2 hari kerja sejak 6 Jan 09.00 (langkah 6 · No. 1)" in shown
        )
        assert "belum ditindaklanjuti, terlambat 2 hari kerja sejak" in shown
        assert (
            "tertahan, menunggu sejak 4 Jan 08.47; pejabatnya tidak dapat dihubungi lewat Telegram (langkah 6" in shown
        )
        assert shown.count("enunggu pejabat lain") == 1
        assert "\nMohon perhatian Ibu\n– Ibu Dewi" in shown
        assert captions(said) == [["Alihkan langkah 6", "Status No. 1"]]
        assert said.keyboard[0][0].data == f"assign:{task.id}:{task.activation}"


def test_a_run_is_named_on_the_buttons_only_where_there_are_several(render: Callable[..., Rendered]) -> None:
    with walked(6) as place:
        task = place.task(6, Part.UNIT, "trantib")
        first = place.session.get_one(Run, task.run_id)
        other = Run(
            office_id="sumbang", adoption_id=first.adoption_id, sop_id=first.sop_id, number=7, title=first.title,
            period="TW I 2027", period_key="2027-1", started_by=first.started_by, started_at=place.now,
        )  # fmt: skip
        place.session.add(other)
        place.session.flush()
        late = Task(
            office_id="sumbang", run_id=other.id or 0, step=9, part=Part.DECISION, subject="x", roles=["camat"],
            status="open", activation=1, opened_at=place.now,
        )  # fmt: skip
        place.session.add(late)
        place.session.flush()
        concerns = [
            concern(place, KASI_TRANTIB, task, "incomplete", offer=True),
            concern(place, CAMAT, late, "incomplete", head=True),
        ]
        said = render(place, Digest([place.official(SEKCAM)], concerns=concerns), SEKCAM)
        assert captions(said) == [["Alihkan langkah 6 · No. 1"], ["Status No. 1"], ["Status No. 7"]]
        assert said.keyboard[2][0].data == f"run:{other.id}:0"


def test_the_heads_delay_is_a_request_to_the_secretary_without_the_word_late(
    say: Say, render: Callable[..., Rendered]
) -> None:
    with walked(9) as place:
        task = place.task(9, Part.DECISION)
        found = Digest([place.official(SEKCAM)], concerns=[concern(place, CAMAT, task, "incomplete", head=True)])
        said = render(place, found, SEKCAM)
        shown = check(said)
        assert captions(said) == [["Status No. 1"]]
        assert (
            "– Mohon mengingatkan Bapak Camat: Dokumen Pengukuran Kinerja TW IV 2026 menunggu sejak "
            "4 Jan 10.39 (langkah 9 · No. 1)" in shown
        )
        assert "erlambat" not in shown
        assert "Ahmad Fauzi" not in shown
        unreachable = Digest([place.official(SEKCAM)], concerns=[concern(place, CAMAT, task, "unreachable", head=True)])
        assert "10.39; beliau tidak dapat dihubungi lewat Telegram (langkah 9" in say(place, unreachable, SEKCAM)


def test_a_meeting_of_today_is_told_with_its_place(say: Say) -> None:
    with walked(5) as place:
        task = place.task(4, Part.INVITATION, str(place.official(CAMAT).id))
        meeting = MeetingToday(task.id or 0, task.run_id, datetime(2027, 1, 8, 2, 0, tzinfo=UTC))
        shown = say(place, Digest([place.official(CAMAT)], meetings=[meeting]))
        assert shown.startswith("Pengingat: 1 rapat hari ini\n")
        assert "– pukul 09.00 WIB, Aula Kecamatan: " in shown


def test_an_absence_is_admitted_in_one_line(say: Say) -> None:
    with walked(9) as place:
        away = (datetime(2027, 1, 4, 2, 0, tzinfo=UTC), datetime(2027, 1, 8, 0, 31, tzinfo=UTC))
        shown = say(place, Digest([place.official(CAMAT)], away=away))
        assert shown.startswith("Pengingat: tidak ada tugas yang mendesak\n")
        assert (
            "layanan terhenti sejak Senin, 4 Januari 2027 pukul 09.00 WIB sampai "
            "Jumat, 8 Januari 2027 pukul 07.31 WIB" in shown
        )


def test_estimated_days_off_are_shown_with_a_button(render: Callable[..., Rendered]) -> None:
    with walked(9) as place:
        estimates = [Estimate("sumbang", date(2027, 3, 10), "Hari Raya Idulfitri")]
        said = render(place, Digest([place.official(CAMAT)], estimates=estimates))
        assert "– Hari Raya Idulfitri: Rabu, 10 Maret 2027 (perkiraan)\n" in check(said)
        assert captions(said) == [["Konfirmasi hari libur"]]


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_name_breaks_a_digest(say: Say, language: str) -> None:
    with walked(6) as place:
        row = place.session.exec(select(RunStep).where(RunStep.number == 6)).one()
        row.collect_by = FRIDAY
        units = [place.task(6, Part.UNIT, unit) for unit in ("sekretariat", "trantib", "pemerintahan")]
        for words in HOSTILE:
            place.rename_everything(words)
            place.session.get_one(Office, "sumbang").name = words
            found = Digest(
                [place.official(SEKCAM)],
                own=[item(place, SEKCAM, units[0], "overdue", MORNING - timedelta(days=2), DAY)] * 40,
                concerns=[concern(place, KASI_TRANTIB, task, "incomplete", offer=True) for task in units] * 9,
                meetings=[MeetingToday(place.task(4, Part.WORK).id or 0, 1, MORNING)] * 9,
                estimates=[Estimate("sumbang", date(2027, 3, 10), words)] * 9,
                away=(MORNING - timedelta(days=9), MORNING),
            )
            say(place, found, SEKCAM, language)


def test_the_rows_themselves_make_a_digest_and_nobody_else_reads_of_the_head() -> None:
    with walked(9) as place:
        for card in place.session.exec(select(Card)):
            card.message_id, card.sent_at = 5, place.now
        for person in (CAMAT, SEKCAM, KASI_PEM):
            place.session.add(Chat(bot_id=BOT, chat_id=person, changed_at=place.now))
        place.session.flush()
        place.now = datetime(2027, 1, 8, 0, 40, tzinfo=UTC)
        head = check(place.say(CAMAT, "digest"))
        assert head.startswith("Pengingat: 1 tugas terlambat\n")
        assert "terlambat 2 hari kerja, tenggat 4 Jan 11.39" in head
        secretary = check(place.say(SEKCAM, "digest"))
        assert "Mohon mengingatkan Bapak Camat: " in secretary
        with pytest.raises(NothingToSay):
            place.say(KASI_PEM, "digest")


def test_minutes_are_not_waited_for_before_their_meeting_has_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_times, "standard_duration", lambda *_: None)  # so that every third morning counts
    with walked(5) as place:
        task = place.task(5, Part.WORK)
        task.opened_at = datetime(2026, 12, 31, 2, 0, tzinfo=UTC)  # Thursday, 7 January is the third working day after
        for card in place.session.exec(select(Card)):
            card.message_id, card.sent_at = 5, task.opened_at
        meeting = datetime(2027, 1, 7, 2, 0, tzinfo=UTC)
        found = collect(place.session, BOT, SEKCAM, datetime(2027, 1, 7, 0, 40, tzinfo=UTC))
        assert found.own == []
        assert [one.at for one in found.meetings] == [meeting]
        (item,) = collect(place.session, BOT, SEKCAM, datetime(2027, 1, 12, 0, 40, tzinfo=UTC)).own
        assert (item.task_id, item.waiting_since) == (task.id, meeting)
