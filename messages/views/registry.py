"""Which view belongs to which message. A message that is not here cannot be queued."""

from __future__ import annotations

from collections.abc import Callable

from messages.views import asking, calendar, digest, moving, notices, pages, plain, progress, starting
from messages.views.asked import Asked, View

MESSAGES: dict[str, Callable[[Asked], View]] = {
    # Arriving
    "home": plain.home,
    "help": plain.home,
    "tasks_none": plain.bare,
    "stranger": plain.bare,
    "enrol_waiting": plain.enrol_waiting,
    "enrol_ask_admin": plain.enrol_ask_admin,
    "enrol_done": plain.home,
    "enrol_refused": plain.bare,
    "enrol_bad_link": plain.reason,
    "enrol_alert_admin": plain.enrol_alert_admin,
    # Starting a run
    "choose_sop": starting.choose_sop,
    "ask_period": starting.ask_period,
    "start_review": starting.start_review,
    "start_refused": starting.start_refused,
    "run_started": starting.run_started,
    # Looking
    "status_list": pages.status_list,
    "status_run": progress.status_run,
    "board_text": pages.board_text,
    "files": pages.files,
    "history": pages.history,
    "archive": pages.archive,
    "step_detail": pages.step_detail,
    "not_found": plain.what,
    "not_allowed": plain.what,
    "cancel_which": plain.cancel_which,
    # Asking
    "ask_field": asking.ask_field,
    "form_summary": asking.form_summary,
    "ask_target": asking.ask_target,
    "ask_reason": asking.ask_reason,
    "ask_unit": asking.ask_unit,
    "ask_task": asking.ask_task,
    "ask_correction": asking.ask_correction,
    "confirm_send": asking.confirm_send,
    "confirm_cancel": asking.confirm_cancel,
    "question_dropped": plain.question_dropped,
    "question_left": plain.bare,
    "nothing_to_leave": plain.bare,
    "bad_answer": plain.bad_answer,
    "answer_refused": plain.answer_refused,
    "text_not_expected": plain.bare,
    # Files
    "file_refused": plain.file_refused,
    "file_no_task": plain.bare,
    "draft_for_head": notices.draft_for_head,
    # The office's calendar
    "calendar": calendar.calendar,
    "calendar_pick": calendar.calendar_pick,
    "calendar_estimate": calendar.calendar_estimate,
    "calendar_ask_day": calendar.calendar_ask_day,
    "calendar_ask_name": calendar.calendar_ask_name,
    "calendar_hours": calendar.calendar_hours,
    "calendar_ask_hours": calendar.calendar_ask_hours,
    "calendar_change": calendar.calendar_change,
    "deadlines_moved": calendar.deadlines_moved,
    # Moving time
    "ask_extension_task": moving.ask_extension_task,
    "extension_none": moving.extension_none,
    "ask_until": moving.ask_until,
    "extension_sent": moving.extension_sent,
    "extension_asked": moving.extension_asked,
    "extension_decided": moving.extension_decided,
    "pause_which": moving.pause_which,
    "run_paused": moving.run_paused,
    "run_resumed": moving.run_resumed,
    "ask_collect_by": moving.ask_collect_by,
    "collect_by_choice": moving.collect_by_choice,
    "collect_by_set": moving.collect_by_set,
    "collect_by_changed": moving.collect_by_changed,
    "ask_assignee": moving.ask_assignee,
    "confirm_assign": moving.confirm_assign,
    "task_reassigned": moving.task_reassigned,
    # Reminding
    "digest": digest.digest,
    # Telling
    "returned": notices.returned,
    "withdrawn_note": notices.withdrawn_note,
    "run_finished": notices.run_finished,
    "run_cancelled": notices.run_cancelled,
    "late_hand_in": notices.late_hand_in,
    "unit_reminder": notices.of_task,
    "reminded": plain.count,
    "throttled": plain.minutes,
    "meeting_changed": notices.meeting,
    "schedule_changed": notices.meeting,
    "corrected": asking.corrected,
    "delivery_gap": plain.bare,
    "vacant_seat": notices.vacant_seat,
    "unreachable": plain.unreachable,
    "update_parked": plain.update_parked,
}
