"""Every message with the parameters it is queued with: one source for the tests and the gallery."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import select

from storage.tables import Bot, ErasableText, Extension, Invitation, Pause, Question, Run, RunStep, Schedule, Timer
from tests.unit.messages import delegation_samples, manage, seat_samples, setting_up
from tests.unit.messages.town import BOT, CAMAT, KASI_TRANTIB, SEKCAM, START, Town
from workflow.state import Part

Q = "0a1b2c3d4"

TOAST_FACTS = {
    "time": "2027-01-07T02:12:00+00:00", "timezone": "Asia/Jakarta", "name": "Siti <b>Rahayu</b>", "min": 1,
    "label": {"id": "Sudah saya paraf", "en": "I have initialled it"}, "count": 2, "minutes": 40, "answer": "yes",
    "run_number": 3, "run": 12,
}  # fmt: skip
"""Everything that some answer to a tap names."""


def prepare(place: Town) -> None:
    """Give an office at step 9 what the messages speak of: a return, an ending, an invitation, a question."""
    place.decide(CAMAT, place.task(9, Part.DECISION), "kembalikan", "Indikator 3 belum ada datanya", target=8)
    run = place.session.exec(select(Run)).one()
    bot = place.session.get_one(Bot, BOT)
    bot.away_from, bot.away_until = START - timedelta(days=3), START - timedelta(minutes=50)
    run.ended_at, run.ended_by = place.now, place.official(CAMAT).id
    run.end_reason_id = place.session.exec(select(ErasableText)).one().id
    for number, status in ((1, "claimed"), (2, "revoked")):
        place.session.add(
            Invitation(
                id=number, office_id="sumbang", official_id=place.official(SEKCAM).id or 0, token_hash=str(number) * 64,
                status=status, created_at=START, expires_at=START, claimed_at=START, claimed_name="Siti",
            )
        )  # fmt: skip
    place.session.add(
        Question(
            bot_id=BOT, chat_id=CAMAT, id=Q, official_id=place.official(CAMAT).id or 0, office_id="sumbang",
            kind="field", expires_at=START,
            data={"files": [1], "target": 8, "units": ["trantib"], "reason": "Salah periode"},
        )
    )  # fmt: skip
    place.official(CAMAT).quiet = {"from": "18:00", "until": "07:00"}
    _move_time(place)
    for number, text_id in enumerate((place.session.exec(select(ErasableText)).one().id, None)):
        place.session.add(
            Timer(
                office_id="sumbang", kind="personal", key=f"personal:1:{number}", official_id=place.official(CAMAT).id,
                fire_at=START + timedelta(days=9 + number), data={"text_id": text_id},
            )
        )  # fmt: skip
    place.session.flush()
    _schedules(place)
    seat_samples.prepare(place)
    delegation_samples.prepare(place)


def _move_time(place: Town) -> None:
    """Requests for more time and pauses, at times and for openings at which they change nothing else."""
    unit, camat = place.task(6, Part.UNIT, "trantib"), place.official(CAMAT).id or 0
    reason = place.session.exec(select(ErasableText)).one().id or 0
    step = place.session.exec(select(RunStep).where(RunStep.number == 6)).one()
    step.collect_by, step.collect_by_set_at = place.now + timedelta(days=2), place.now
    common: dict[str, Any] = {"office_id": "sumbang", "run_id": unit.run_id}
    for number, status in enumerate(("asked", "granted", "refused"), 1):
        decided = status != "asked"
        place.session.add(
            Extension(
                id=number, **common, task_id=unit.id or 0, activation=99, asked_by=place.official(KASI_TRANTIB).id or 0,
                asked_at=place.now, until=place.now + timedelta(days=3), reason_id=reason, status=status,
                decided_by=camat if decided else None, decided_at=place.now if decided else None,
                decision_reason_id=reason if status == "refused" else None,
            )
        )  # fmt: skip
    for number, end in ((1, None), (2, place.now + timedelta(days=52))):
        place.session.add(
            Pause(
                id=number, **common, started_at=place.now + timedelta(days=49 + number), started_by=camat,
                reason_id=reason, ended_at=end, ended_by=camat if end else None, end_reason_id=reason if end else None,
            )
        )  # fmt: skip


_RULE = {"every": "month", "on": "day", "nth": 1, "weekday": None, "month": None}
"""On the first of January nobody works, so what is asked moves."""


def _schedules(place: Town) -> None:
    starter = place.official(CAMAT).id or 0
    for number, rule in ((1, _RULE), (2, {"once": "2027-05-01T01:00:00+00:00"})):
        place.session.add(
            Schedule(
                id=number, office_id="sumbang", sop_id="sumbang-pengukuran-kinerja", rule=rule, words="",
                starter_id=starter, created_by=starter, created_at=START, next_at=START,
            )
        )  # fmt: skip
    place.session.flush()


def every(place: Town, words: str | None = None) -> list[tuple[str, dict[str, Any]]]:
    """Return each message with the parameters it is queued with, in all its forms.

    ``words`` stand for whatever people type; without them they type something sensible.
    """
    period, title = words or "TW IV 2026", words or "Pengukuran Kinerja Kecamatan Sumbang"
    reason_words, file, person = words or "Kolom 4 masih kosong", words or "Isian.xlsx", words or "Siti Rahayu"
    run = place.session.exec(select(Run)).one().id
    reason = place.session.exec(select(ErasableText)).one().id
    decision, merged = place.task(9, Part.DECISION).id, place.task(8, Part.COLLECTION).id
    invite, unit = place.task(4, Part.WORK).id, place.task(6, Part.UNIT, "trantib").id
    said = next(s.id for s in place.submissions() if s.task_id == invite)
    camat, sekcam = place.official(CAMAT).id, place.official(SEKCAM).id
    auditor = place.auditor().id
    question: dict[str, Any] = {"question": Q}
    holiday = words or "Hari Raya Idul Fitri"
    fasting: list[dict[str, Any]] = [
        {"kind": kind, "day": "2027-02-09", "last": "2027-03-09", "from": "2027-02-08"}
        for kind in ("fasting", "fasting_worked_out")
    ]
    zones: list[dict[str, Any]] = [{}, {"zone": True}]
    return [
        *[(name, {}) for name in (
            "home", "help", "tasks_none", "stranger", "enrol_waiting", "enrol_done", "enrol_refused",
            "question_left", "nothing_to_leave", "file_no_task", "text_not_expected", "delivery_gap",
            "edit_not_read", "slowed_down",
        )],
        *[(name, {"official_id": auditor}) for name in ("auditor_joined", "auditor_period")],
        *[(name, {}) for name in ("auditor_home", "auditor_reads")],
        ("checkpoint", {"line": f"sumbang:1280:{'9f2c' * 16}", "events": 1280, "at": "2027-01-07T01:30:00+00:00"}),
        *[("ask_recorded", {**question, "task_id": decision, "choice": c, "text": t, "files": f})
          for c, t, f in ((None, None, 0), (0, None, 0), (0, None, 1), (1, reason_words, 1), (1, None, 1))],
        *[(name, {"submission_id": place.submissions()[-1].id, "run_id": run, "task_id": decision})
          for name in ("decision_recorded", "decision_disowned")],
        ("four_eyes_waits", {"task_id": decision}),
        ("private_only", {"bot": "pandu_bot"}),
        ("enrol_ask_admin", {"invitation_id": 1}),
        *[("enrol_bad_link", {"reason": r}) for r in ("used", "leaked", "expired", "unknown", "revoked", "taken")],
        *[("enrol_alert_admin", {"invitation_id": i, "reason": r, "accounts": ["a", "b"][:n]})
          for i, r, n in ((2, "used", 1), (1, "leaked", 2), (2, "expired", 1), (2, "revoked", 2))],
        *[(name, {"official_id": official}) for name in ("profile", "privacy") for official in (camat, sekcam)],
        ("ask_quiet", question),
        *[("quiet_refused", {"reason": r}) for r in ("form", "too_long")],
        ("account_moved", {}),
        *setting_up.every(place, words),
        ("choose_sop", {"adoption_ids": [1]}),
        ("choose_sop", {"adoption_ids": []}),
        ("ask_period", {**question, "title": title, "suggestions": [period, "Tahun 2026"]}),
        ("start_review", {**question, "adoption_id": 1, "period": period,
                          "vacant": [{"role": "pengelola", "unit": "trantib", "steps": [6, 12]}], "absent": [camat]}),
        ("start_review", {**question, "adoption_id": 1, "period": period, "vacant": [], "absent": []}),
        *[("start_refused", {"reason": r, "steps": [2, 9], "run_number": 12, "title": title})
          for r in ("not_allowed", "unconfirmed", "duplicate", "no_sop")],
        ("cancel_which", {"run_ids": []}),
        ("cancel_which", {"run_ids": [run]}),
        ("run_started", {"run_id": run}),
        ("status_list", {}),
        ("status_run", {"run_id": run}),
        ("board_text", {"run_id": run, "step": 6}),
        ("board_text", {"run_id": run, "step": 2}),
        ("files", {"run_id": run}),
        *[("history", {"run_id": run, "page": page}) for page in range(5)],
        ("archive", {"year": None, "sop": None, "page": 0}),
        ("archive", {"year": 2026, "sop": "sumbang", "page": 2}),
        *[("not_found", {"what": w}) for w in ("run", "sop")],
        *[("not_allowed", {"what": w}) for w in ("files", "cancel", "run")],
        *[("step_detail", {"task_id": t}) for t in (decision, merged, invite, unit)],
        *[("ask_field", {**question, "task_id": invite, "field_id": f})
          for f in ("tanggal", "pukul", "tempat", "peserta")],
        ("form_summary", {**question, "task_id": invite}),
        ("ask_target", {**question, "task_id": decision, "outcome": "kembalikan", "chosen": []}),
        ("ask_target", {**question, "task_id": decision, "outcome": "kembalikan", "chosen": ["trantib"]}),
        *[("ask_reason", {**question, "task_id": decision, "run_id": run, "purpose": p, "text": t, "files": f})
          for p in ("return", "nil", "waive", "cancel_run", "pause_run", "resume_run", "call_off", "extension",
                    "refuse_extension")
          for t, f in ((None, 0), (reason_words, 0), (None, 2))],
        ("ask_unit", {**question, "task_id": unit, "units": ["trantib", "sekretariat"]}),
        ("ask_task", {**question, "task_ids": [merged, unit], "files": 1}),
        ("ask_correction", {**question, "task_id": invite, "field_ids": ["tanggal", "tempat"]}),
        ("confirm_send", {**question, "task_id": unit, "warnings": [
            {"kind": k, "name": file} for k in ("blank_form", "other_unit", "last_period", "same_as_before", "new")]}),
        ("confirm_cancel", {**question, "run_id": run}),
        *[("question_dropped", {"kind": k}) for k in ("field", "reason", "period")],
        *[("bad_answer", {"reason": r, "field": {"id": words or "Tanggal rapat", "en": words or "Meeting date"}})
          for r in ("not_a_date", "past_date", "wrong_weekday", "no_such_day", "vague", "date_only", "not_a_time",
                    "not_a_number", "not_a_duration", "choose", "too_long", "empty")],
        ("answer_refused", {"key": "first_by", "facts": {"name": person, "time": "2027-01-07T02:12:00+00:00"}}),
        *[("file_refused", {"name": file, "reason": r, "kinds": ["pdf", "image"], "max_mb": 20, "limit": 5})
          for r in ("too_big", "empty", "kind", "too_many", "macro", "broken", "unavailable")],
        ("draft_for_head", {"task_id": unit}),
        ("returned", {"run_id": run, "step": 8, "from_step": 9, "official_id": camat, "reason_id": reason, "round": 2}),
        ("withdrawn_note", {"run_id": run, "step": 9, "official_id": camat}),
        ("run_finished", {"run_id": run}),
        ("run_cancelled", {"run_id": run}),
        ("late_hand_in", {"task_id": unit}),
        ("unit_reminder", {"task_id": unit}),
        ("reminded", {"count": 2}),
        ("throttled", {"minutes": 40}),
        ("meeting_changed", {"run_id": run, "step": 4}),
        ("schedule_changed", {"task_id": invite}),
        ("schedule_review", {**question, "task_id": invite, "given": {"tanggal": "2027-01-10", "pukul": "20:00"}}),
        ("meeting_reminder", {"task_id": invite}),
        ("meeting_reminder", {"task_id": place.task(4, Part.INVITATION, str(camat)).id}),
        ("meeting_called_off", {"run_id": run, "step": 4}),
        *[("meeting_undone", {"run_id": run, "step": 4, "submission_id": said, "back_to": b})
          for b in (2, 4)],
        ("schedule_list", {"schedule_ids": [1, 2], "adoption_ids": [1]}),
        ("schedule_list", {"schedule_ids": [1], "adoption_ids": []}),
        ("schedule_list", {"schedule_ids": [], "adoption_ids": []}),
        ("ask_schedule", {**question, "title": title}),
        ("schedule_choose", {**question, "moments": ["2027-05-12T01:00:00+00:00", "2027-12-05T01:00:00+00:00"]}),
        *[("schedule_not_understood", {"reason": r})
          for r in ("no_day", "clock", "no_such_day", "past", "wrong_weekday", "not_understood")],
        ("schedule_confirm", {**question, "adoption_id": 1, "rule": _RULE}),
        ("schedule_confirm", {**question, "adoption_id": 1, "rule": {"once": "2027-05-01T01:00:00+00:00"}}),
        *[(name, {"schedule_id": n}) for n in (1, 2) for name in (
            "schedule_made", "schedule_ended", "schedule_skipped")],
        ("schedule_due", {"schedule_id": 1, "name": "2027-01-01"}),
        ("schedule_due", {"schedule_id": 2, "name": "2027-05-01"}),
        ("corrected", {"task_id": invite, "field_id": "tempat"}),
        ("calendar", {}),
        *[("calendar_pick", {**question, "action": a}) for a in ("work", "confirm", "remove")],
        ("calendar_fasting", question),
        ("calendar_estimate", {**question, "day": "2027-03-10", "name": holiday}),
        *[("calendar_ask_day", {**question, "action": a, "name": holiday, "day": "2027-03-10"})
          for a in ("holiday", "work", "moved", "fasting_first", "fasting_last")],
        ("calendar_ask_name", {**question, "day": "2027-02-22"}),
        *[("calendar_hours", {**question, "fasting": f}) for f in (False, True)],
        *[("calendar_ask_hours", {**question, "group": g, "fasting": f})
          for g, f in (("monday_to_thursday", False), ("saturday", False), ("friday", True))],
        *[("calendar_change", {**asked, "what": {"day": "2027-03-11", "name": holiday, **what}, "moved": moved})
          for asked, moved in ((question, 3), (question, 0), ({}, 3), ({}, 0))
          for what in ({"kind": "holiday"}, {"kind": "working"}, {"kind": "confirmed"}, {"kind": "removed"},
                       {"kind": "moved", "from": "2027-03-10"},
                       *fasting, {"kind": "week", "days": 6},
                       {"kind": "hours", "group": "friday", "fasting": True, "hours": "08.00-11.30, 12.30-15.30"},
                       {"kind": "hours", "group": "friday", "fasting": False, "hours": None})],
        *manage.every(place, words, question),
        *[("deadlines_moved", {"before": {str(decision): "2027-01-07T09:00:00+00:00", str(merged): None}, **zone})
          for zone in zones],
        ("ask_extension_task", {**question, "task_ids": [merged, unit]}),
        *[("extension_none", {"owing": n}) for n in (0, 2)],
        ("ask_until", {**question, "task_id": decision}),
        ("extension_sent", {"task_id": unit, "extension_id": 1}),
        *[("extension_asked", {"task_id": unit, "extension_id": n, "replaces": n == 1}) for n in (1, 2)],
        *[("extension_decided", {"task_id": unit, "extension_id": n}) for n in (2, 3)],
        *[("pause_which", {"run_ids": ids, "stopping": s}) for ids in ([run], []) for s in (True, False)],
        ("run_paused", {"run_id": run, "pause_id": 1}),
        ("run_resumed", {"run_id": run, "pause_id": 2}),
        *[(name, {**question, "run_id": run, "step": 6}) for name in ("ask_collect_by", "collect_by_choice")],
        *[("collect_by_set", {"run_id": run, "step": n}) for n in (6, 8)],
        *[("collect_by_changed", {"run_id": run, "step": n, "by": camat, "had": had})
          for n, had in ((6, None), (6, "2027-01-07T09:00:00+00:00"), (8, "2027-01-07T09:00:00+00:00"))],
        ("ask_assignee", {**question, "task_id": unit, "official_ids": [camat, sekcam], "more": True}),
        *[("confirm_assign", {**question, "task_id": t, "to": sekcam}) for t in (unit, decision)],
        *[("task_reassigned", {"task_id": unit, "by": camat, "to": to}) for to in (camat, sekcam)],
        *seat_samples.every(place, question, words),
        *delegation_samples.every(place, question),
        ("vacant_seat", {"run_id": run, "step": 9, "role": "camat", "unit": "", "absent": [camat]}),
        ("vacant_seat", {"run_id": run, "step": 6, "role": "kasi_kasubag", "unit": "trantib"}),
        ("unreachable", {"official_id": camat}),
        ("update_parked", {"inbox_id": 7}),
        *[("timer_given_up", {"run_id": r, "kind": "nudge"}) for r in (run, None)],
        ("digest", {}),
        *[("when_confirm", {**question, "meant": [
            {"at": "2027-01-08T02:00:00+00:00", "clock": c, "said": s, "notes": [[kind, holiday]]}]})
          for c, s, kind in ((True, True, "holiday"), (True, False, "collective"), (False, False, "estimated"),
                             (True, True, "weekend"), (True, True, "night"))],
        ("when_choose", {**question, "meant": [
            {"at": f"{d}T02:00:00+00:00", "clock": d != "2027-01-11", "said": True, "notes": [[k, holiday]]}
            for d, k in (("2027-01-08", "holiday"), ("2027-01-11", "collective"), ("2027-03-10", "estimated"),
                         ("2027-01-10", "night"))]}),
        ("when_choose", {**question, "meant": [
            {"at": f"{d}T09:00:00+00:00", "clock": True, "said": False, "notes": [["weekend", "Minggu"]]}
            for d in ("2027-11-12", "2026-12-11")]}),
        ("when_choose", {**question, "meant": [
            {"at": f"2027-01-08T{h}:00:00+00:00", "day": False, "clock": True, "said": True, "notes": []}
            for h in ("07", "19")]}),
        *[("when_not_understood", {**question, "reason": r, "at": at, "has_time": clock})
          for r, at, clock in (("again", None, False), ("past", None, False),
                               ("past", "2026-11-12T02:00:00+00:00", True),
                               ("past", "2026-11-12T02:00:00+00:00", False),
                               ("hour_missing", None, False), ("no_such_day", None, False),
                               ("wrong_weekday", "2026-11-30T09:00:00+00:00", False), ("wrong_weekday", None, False),
                               ("vague", None, False), ("empty", None, False), ("too_long", None, False),
                               ("not_a_date", None, False))],
        *[("ask_personal_when", {**question, "about": about}) for about in ("", reason_words)],
        ("ask_personal_text", {**question, "at": "2027-01-08T02:00:00+00:00"}),
        *[("personal_set", {"at": "2027-01-08T02:00:00+00:00", "text_id": t, "official_id": camat})
          for t in (None, reason)],
        *[("personal_list", {"official_id": o}) for o in (camat, sekcam)],
        *[("personal_reminder", {"official_id": camat, "text_id": t, "name": "0a1b2c3d"}) for t in (None, reason)],
    ]  # fmt: skip
