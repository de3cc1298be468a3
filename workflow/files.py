"""Files from an official's phone: which task they are for, what is refused, when they are in.

A file is a row from the moment its message arrives; its bytes are fetched later, by a
worker, and only then is its kind known for certain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from sqlmodel import Session, col, select

from sop_definitions.model import FileKind
from storage import file_rows, outbox
from storage.causes import cause_of
from storage.literals import is_status
from storage.tables import Adoption, File, Official, Question, Run, Task
from workflow import cards, carried, deciding, forms, holders, questions, run_state, sending
from workflow.adoption import load
from workflow.beginning import begin
from workflow.deed import Stopped
from workflow.moment import CLOUD_FILE_BYTES, Moment
from workflow.rules import Refused
from workflow.state import Part, PartStatus

SUFFIXES = {
    FileKind.PDF: {".pdf"},
    FileKind.WORD: {".docx", ".doc"},
    FileKind.EXCEL: {".xlsx", ".xls"},
    FileKind.IMAGE: {".jpg", ".jpeg", ".png", ".heic", ".webp"},
}
ALL_KINDS = tuple(FileKind)
ORDER = "order"
"""The purpose of a file that is the scan of an order."""
PAPER = "paper"
"""The purpose of a file that is the signed paper of a decision, until the decision is recorded."""
KINDS_BESIDE = {ORDER: (FileKind.PDF, FileKind.IMAGE), PAPER: (FileKind.PDF, FileKind.IMAGE)}
"""What a file may be that belongs to no task, by its purpose."""
MAX_CAPTION = 1024
MAX_KEPT = 20
"""Files beside one question: two albums. More would be fetched before anybody said what for."""
ALBUM_PAUSE = timedelta(milliseconds=1200)
"""How long an album's card waits for the rest of its files; Telegram marks no end of an album."""


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file as its message describes it. ``size`` is bytes as claimed, if it was told."""

    message_id: int
    telegram_file_id: str
    form: str
    name: str
    size: int | None
    media_group_id: str | None = None


def receive(session: Session, moment: Moment, officials: list[Official], received: ReceivedFile) -> None:
    """Take a file from a chat: for the question that waits, else for the task that takes files.

    With several such tasks the official is asked which; the file is kept meanwhile.
    """
    chat_id = officials[0].telegram_id or 0
    if _known(session, moment, chat_id, received):
        return
    question = questions.pending(session, moment, chat_id)
    if question is not None and question.kind in ("reason", "which_task"):
        official = next((o for o in officials if o.id == question.official_id), None)
        if official is not None:
            _add_to_question(session, moment, official, question, received)
            return
        # It was asked of them in an office they have left since.
        questions.drop(session, moment, chat_id)
    tasks = candidates(session, officials)
    if not tasks:
        _say_no_task(session, moment, officials[0], received)
        return
    if len(tasks) == 1:
        task, official = tasks[0]
        attach(session, moment, task, official, _row(session, moment, official, received))
        return
    file = _row(session, moment, tasks[0][1], received)
    if _refused_at_sight(session, moment, file, ALL_KINDS):
        return
    questions.drop(session, moment, chat_id)
    ids = [task.id for task, _ in tasks]
    questions.ask(
        session, moment, tasks[0][1], "which_task", "ask_task",
        data={"files": [file.id], "tasks": ids}, pause=pause(file), task_ids=ids, files=1,
    )  # fmt: skip


def keep(session: Session, moment: Moment, official: Official, received: ReceivedFile, purpose: str) -> File | None:
    """Take a file that belongs to no task, for one of :data:`KINDS_BESIDE`.

    ``None`` where its message gives away that it cannot be used (then that was said), or came before.
    """
    if _known(session, moment, official.telegram_id or 0, received):
        return None
    file = _row(session, moment, official, received)
    file.purpose = purpose
    return None if _refused_at_sight(session, moment, file, KINDS_BESIDE[purpose]) else file


def pause(file: File) -> timedelta | None:
    """Return how long to wait for the rest of the album a file came in, ``None`` for a single file."""
    return ALBUM_PAUSE if file.media_group_id else None


def candidates(session: Session, officials: list[Official]) -> list[tuple[Task, Official]]:
    """Return the open tasks that somebody may bring files to, oldest first."""
    found: list[tuple[Task, Official]] = []
    for official in officials:
        rows = session.exec(
            select(Task, Run)
            .join(Run, col(Run.id) == Task.run_id)
            .where(
                Run.office_id == official.office_id,
                col(Task.status).in_((PartStatus.OPEN, PartStatus.WAIVED)),
                col(Task.part).in_(carried.OUTPUT_PARTS),
                is_status(Run.status, "open"),
            )
            .order_by(col(Task.id))
        ).all()
        for task, run in rows:
            definition = load(session.get_one(Adoption, run.adoption_id)).definition
            if forms.files_of(definition.step(task.step), Part(task.part)) is None or task.sending is not None:
                continue
            if holders.may_upload(session, task, official):
                found.append((task, official))
    return found


def attach(session: Session, moment: Moment, task: Task, official: Official, file: File) -> bool:
    """Put a file into a task's draft; say why if it cannot be. The card then shows it."""
    loaded = run_state.load_run(session, task.run_id)
    allowed = forms.files_of(loaded.step_of(task), Part(task.part))
    if not _takes_files(loaded.run, task):
        # Somebody sent it, or sent it back, at the same moment.
        file.status, file.refusal = "refused", "no_task"
        _say_no_task(session, moment, official, file)
        return False
    if allowed is None or _refused_at_sight(session, moment, file, allowed.kinds):
        return False
    if len(sending.drafted(session, task)) >= allowed.max:
        _say_refused(session, moment, file, "too_many", limit=allowed.max)
        return False
    # Of a person of two offices it is known only now for which of them a file is.
    file.office_id, file.official_id = official.office_id, official.id or 0
    file.run_id, file.task_id = task.run_id, task.id
    begin(session, moment, loaded, task)
    session.flush()
    cards.refresh(session, moment, task, anew=True, pause=pause(file))
    if not holders.may_act(session, task, official):
        outbox.say(
            session, bot_id=moment.bot_id, chat_id=file.chat_id, office_id=file.office_id, template="draft_for_head",
            params={"task_id": task.id}, now=moment.now, priority=1, due_at=moment.now + (pause(file) or timedelta()),
            key=f"draft:{task.id}:{file.media_group_id or file.message_id}",
        )  # fmt: skip
    return True


def _takes_files(run: Run, task: Task) -> bool:
    return run.status == "open" and task.status in (PartStatus.OPEN, PartStatus.WAIVED) and task.sending is None


def allowed_kinds(session: Session, file_id: int) -> tuple[FileKind, ...]:
    """Return the kinds a file may be: its task's, or any for a reason and an undecided file."""
    file = session.get_one(File, file_id)
    if file.task_id is None or file.purpose != "output":
        return KINDS_BESIDE.get(file.purpose, ALL_KINDS)
    task = session.get_one(Task, file.task_id)
    run = session.get_one(Run, task.run_id)
    step = load(session.get_one(Adoption, run.adoption_id)).definition.step(task.step)
    files = forms.files_of(step, Part(task.part))
    return files.kinds if files else ALL_KINDS


def stored(session: Session, file_id: int, sha256: str, size: int, kind: str, now: datetime, nonce: str) -> None:
    """A file's bytes are in the store: close the task that waited for them, if it is complete.

    Nothing happens where another process, to which its fetch had been too slow, settled it meanwhile.
    """
    file = _unsettled(session, file_id)
    if file is None:
        return
    file.status, file.sha256, file.size, file.kind = "stored", sha256, size, kind
    file.lease_until = None
    session.flush()
    _go_on(session, Moment(file.bot_id, now, nonce), file)


def refused(
    session: Session, file_id: int, reason: str, now: datetime, nonce: str, *, max_bytes: int = CLOUD_FILE_BYTES
) -> None:
    """A file turned out unusable: say so; a task that waited for it is open again. See :func:`stored`."""
    file = _unsettled(session, file_id)
    if file is None:
        return
    file.status, file.refusal, file.lease_until = "refused", reason, None
    moment = Moment(file.bot_id, now, nonce, max_bytes)
    session.flush()
    _say_refused(session, moment, file, reason)
    if file.task_id is not None and file.submission_id is None and file.purpose == "output" and not file.discarded:
        run_state.load_run(session, session.get_one(Task, file.task_id).run_id)
        task = session.get_one(Task, file.task_id)
        task.sending = None
        cards.refresh(session, moment, task, anew=True)


def _unsettled(session: Session, file_id: int) -> File | None:
    file = session.get_one(File, file_id, with_for_update=True, populate_existing=True)
    return file if file.status == "received" else None


def _go_on(session: Session, moment: Moment, file: File) -> None:
    if file.task_id is None or file.submission_id is not None or file.discarded:
        return
    loaded = run_state.load_run(session, session.get_one(Task, file.task_id).run_id)
    task = session.get_one(Task, file.task_id)
    if task.sending is None:
        cards.refresh(session, moment, task, pause=pause(file))
        return
    if any(other.status == "received" for other in sending.drafted(session, task)):
        return
    sender = session.get_one(Official, task.sending)
    task.sending = None
    if loaded.run.status == "open" and holders.may_act(session, task, sender):
        try:
            if sending.send(session, moment, loaded, task, sender).key == "done":
                return
        except (Stopped, Refused):
            pass  # The run moved on while the bytes came.
    # Not sent after all: the card says how things stand now.
    cards.refresh(session, moment, task, anew=True)


def _known(session: Session, moment: Moment, chat_id: int, received: ReceivedFile) -> bool:
    found = select(File.id).where(
        File.bot_id == moment.bot_id, File.chat_id == chat_id, File.message_id == received.message_id
    )
    return session.exec(found).first() is not None


def _row(session: Session, moment: Moment, official: Official, received: ReceivedFile) -> File:
    file = File(
        office_id=official.office_id, official_id=official.id or 0, received_at=moment.now, due_at=moment.now,
        bot_id=moment.bot_id, chat_id=official.telegram_id or 0, message_id=received.message_id,
        media_group_id=received.media_group_id, telegram_file_id=received.telegram_file_id,
        form=received.form, name=received.name, size=received.size, cause=cause_of(session),
    )  # fmt: skip
    file_rows.queue(session, file)
    session.flush()
    return file


def _refused_at_sight(session: Session, moment: Moment, file: File, kinds: tuple[FileKind, ...]) -> bool:
    """Refuse what its message already gives away, before any byte is fetched."""
    reason = None
    if file.size is not None and file.size > moment.max_file_bytes:
        reason = "too_big"
    elif file.size == 0:
        reason = "empty"
    elif not _may_be(file, kinds):
        reason = "kind"
    if reason is None:
        return False
    file.status, file.refusal = "refused", reason
    _say_refused(session, moment, file, reason, kinds=kinds)
    return True


def _may_be(file: File, kinds: tuple[FileKind, ...]) -> bool:
    if file.form == "photo":
        return FileKind.IMAGE in kinds
    suffix = PurePosixPath(file.name).suffix.lower()
    # A name without an ending says nothing; the bytes will.
    return not suffix or any(suffix in SUFFIXES[kind] for kind in kinds)


def _say_refused(
    session: Session,
    moment: Moment,
    file: File,
    reason: str,
    *,
    kinds: tuple[FileKind, ...] | None = None,
    limit: int | None = None,
) -> None:
    file.status, file.refusal = "refused", reason
    if kinds is None:
        kinds = allowed_kinds(session, file.id or 0)
    outbox.say(
        session, bot_id=moment.bot_id, chat_id=file.chat_id, office_id=file.office_id, template="file_refused",
        params={
            "name": file.name, "reason": reason, "kinds": list(kinds), "max_mb": moment.max_file_bytes >> 20,
            "limit": limit,
        },
        now=moment.now, priority=1,
    )  # fmt: skip


def _say_no_task(session: Session, moment: Moment, official: Official, received: ReceivedFile | File) -> None:
    # One answer for a whole album.
    outbox.say(
        session, bot_id=moment.bot_id, chat_id=official.telegram_id or 0, office_id=official.office_id,
        template="file_no_task", params={}, now=moment.now, priority=1,
        key=f"file_no_task:{moment.bot_id}:{official.telegram_id}:{received.media_group_id or received.message_id}",
    )  # fmt: skip


def _add_to_question(
    session: Session, moment: Moment, official: Official, question: Question, received: ReceivedFile
) -> None:
    file = _row(session, moment, official, received)
    file.purpose = "reason" if question.kind == "reason" else "output"
    if len(question.data.get("files", [])) >= MAX_KEPT:
        _say_refused(session, moment, file, "too_many", limit=MAX_KEPT)
        return
    if _refused_at_sight(session, moment, file, ALL_KINDS):
        return
    data = {**question.data, "files": [*question.data.get("files", []), file.id]}
    question.data = data
    if question.kind == "which_task":
        questions.ask_again(
            session, moment, question, "ask_task",
            pause=pause(file), task_ids=data["tasks"], files=len(data["files"]),
        )  # fmt: skip
        return
    file.task_id = question.task_id
    deciding.ask_reason_again(session, moment, question, pause(file))
