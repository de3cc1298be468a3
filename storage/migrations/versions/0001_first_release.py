"""Everything that the first release keeps."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage.migrations import append_only

revision: str = "0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "bot",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("last_poll_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bot")),
    )
    op.create_table(
        "chat",
        sa.Column("bot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "chat_id", name=op.f("pk_chat")),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("bot_id", "update_id", name=op.f("uq_inbox_bot_id_update_id")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_inbox_parked",
            ["bot_id", "id"],
            unique=False,
            sqlite_where=sa.text("status = 'parked'"),
            postgresql_where=sa.text("status = 'parked'"),
        )
        batch_op.create_index(
            "ix_inbox_pending",
            ["bot_id", "id"],
            unique=False,
            sqlite_where=sa.text("status = 'pending'"),
            postgresql_where=sa.text("status = 'pending'"),
        )
        batch_op.create_index(
            "ix_inbox_pending_person",
            ["bot_id", "person", "id"],
            unique=False,
            sqlite_where=sa.text("status = 'pending'"),
            postgresql_where=sa.text("status = 'pending'"),
        )

    op.create_table(
        "office",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("regency", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("last_run_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
    )
    op.create_table(
        "adoption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("sop_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("unconfirmed", sa.JSON(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_adoption_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoption")),
        sa.UniqueConstraint("office_id", "content_hash", name=op.f("uq_adoption_office_id_content_hash")),
    )
    with op.batch_alter_table("adoption", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_adoption_office_id_sop_id_current"), ["office_id", "sop_id", "current"], unique=False
        )

    op.create_table(
        "audithead",
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_audithead_office_id_office")),
        sa.PrimaryKeyConstraint("office_id", name=op.f("pk_audithead")),
    )
    op.create_table(
        "erasabletext",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("salt", sa.String(32), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_erasabletext_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasabletext")),
    )
    with op.batch_alter_table("erasabletext", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasabletext_office_id"), ["office_id"], unique=False)

    op.create_table(
        "official",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=True),
        sa.Column("salutation", sa.String(), nullable=True),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_official_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official")),
        sa.UniqueConstraint("office_id", "telegram_id", name=op.f("uq_official_office_id_telegram_id")),
    )
    with op.batch_alter_table("official", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_official_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_official_telegram_id"), ["telegram_id"], unique=False)

    op.create_table(
        "unit",
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_unit_office_id_office")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_unit")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("official_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claimed_name", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_invitation_office_id_office")),
        sa.ForeignKeyConstraint(["official_id"], ["official.id"], name=op.f("fk_invitation_official_id_official")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_office_id"), ["office_id"], unique=False)

    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("adoption_id", sa.Integer(), nullable=False),
        sa.Column("sop_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("period_key", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("started_by", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("end_reason_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["adoption_id"], ["adoption.id"], name=op.f("fk_run_adoption_id_adoption")),
        sa.ForeignKeyConstraint(["end_reason_id"], ["erasabletext.id"], name=op.f("fk_run_end_reason_id_erasabletext")),
        sa.ForeignKeyConstraint(["ended_by"], ["official.id"], name=op.f("fk_run_ended_by_official")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_run_office_id_office")),
        sa.ForeignKeyConstraint(["started_by"], ["official.id"], name=op.f("fk_run_started_by_official")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sa.UniqueConstraint("office_id", "number", name=op.f("uq_run_office_id_number")),
        sa.UniqueConstraint("office_id", "sop_id", "period_key", name=op.f("uq_run_office_id_sop_id_period_key")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_run_office_id_status_number"), ["office_id", "status", "number"], unique=False
        )

    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("official_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_seat_office_id_office")),
        sa.ForeignKeyConstraint(["official_id"], ["official.id"], name=op.f("fk_seat_official_id_official")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint(
            "office_id", "role", "unit_id", "official_id", name=op.f("uq_seat_office_id_role_unit_id_official_id")
        ),
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_official_id"), ["official_id"], unique=False)

    op.create_table(
        "runstep",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("undo", sa.JSON(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_runstep_office_id_office")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_runstep_run_id_run")),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_runstep")),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("activation", sa.Integer(), nullable=False),
        sa.Column("touched", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Integer(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sending", sa.Integer(), nullable=True),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["official.id"], name=op.f("fk_task_acknowledged_by_official")),
        sa.ForeignKeyConstraint(["closed_by"], ["official.id"], name=op.f("fk_task_closed_by_official")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_task_office_id_office")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_task_run_id_run")),
        sa.ForeignKeyConstraint(["sending"], ["official.id"], name=op.f("fk_task_sending_official")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("run_id", "step", "part", "subject", name=op.f("uq_task_run_id_step_part_subject")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_office_id_status"), ["office_id", "status"], unique=False)

    op.create_table(
        "auditevent",
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.String(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("payload", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["official.id"], name=op.f("fk_auditevent_actor_id_official")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_auditevent_office_id_office")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_auditevent_run_id_run")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_auditevent_task_id_task")),
        sa.PrimaryKeyConstraint("office_id", "seq", name=op.f("pk_auditevent")),
    )
    with op.batch_alter_table("auditevent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_auditevent_run_id"), ["run_id"], unique=False)

    op.create_table(
        "card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("official_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("shown_revision", sa.Integer(), nullable=False),
        sa.Column("wanted_revision", sa.Integer(), nullable=False),
        sa.Column("anew", sa.Boolean(), nullable=False),
        sa.Column("documents_for", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_card_office_id_office")),
        sa.ForeignKeyConstraint(["official_id"], ["official.id"], name=op.f("fk_card_official_id_official")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_card_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card")),
        sa.UniqueConstraint("task_id", "official_id", name=op.f("uq_card_task_id_official_id")),
    )
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_card_bot_id_chat_id_message_id"), ["bot_id", "chat_id", "message_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_card_official_id_live"), ["official_id", "live"], unique=False)

    op.create_table(
        "question",
        sa.Column("bot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("official_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("activation", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_question_office_id_office")),
        sa.ForeignKeyConstraint(["official_id"], ["official.id"], name=op.f("fk_question_official_id_official")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_question_task_id_task")),
        sa.PrimaryKeyConstraint("bot_id", "chat_id", name=op.f("pk_question")),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("activation", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("official_id", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("target", sa.Integer(), nullable=True),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("reason_id", sa.Integer(), nullable=True),
        sa.Column("effective", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_submission_office_id_office")),
        sa.ForeignKeyConstraint(["official_id"], ["official.id"], name=op.f("fk_submission_official_id_official")),
        sa.ForeignKeyConstraint(["reason_id"], ["erasabletext.id"], name=op.f("fk_submission_reason_id_erasabletext")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_submission_run_id_run")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_submission_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_run_id_id"), ["run_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_submission_task_id_effective"), ["task_id", "effective"], unique=False)

    op.create_table(
        "file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("official_id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("media_group_id", sa.String(), nullable=True),
        sa.Column("telegram_file_id", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("discarded", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_file_office_id_office")),
        sa.ForeignKeyConstraint(["official_id"], ["official.id"], name=op.f("fk_file_official_id_official")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_file_run_id_run")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_file_submission_id_submission")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_file_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sa.UniqueConstraint("bot_id", "chat_id", "message_id", name=op.f("uq_file_bot_id_chat_id_message_id")),
    )
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_office_id_sha256"), ["office_id", "sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_file_submission_id"), ["submission_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_file_task_id_submission_id"), ["task_id", "submission_id"], unique=False)
        batch_op.create_index(
            "ix_file_to_fetch",
            ["id"],
            unique=False,
            sqlite_where=sa.text("status = 'received' AND discarded = 0"),
            postgresql_where=sa.text("status = 'received' AND NOT discarded"),
        )

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=True),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("template", sa.String(), nullable=True),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("uncertain", sa.Boolean(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_outbox_card_id_card")),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_outbox_file_id_file")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_outbox_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_card_id"), ["card_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_dead",
            ["bot_id", "id"],
            unique=False,
            sqlite_where=sa.text("status = 'dead'"),
            postgresql_where=sa.text("status = 'dead'"),
        )
        batch_op.create_index(
            "ix_outbox_held",
            ["bot_id", "chat_id"],
            unique=False,
            sqlite_where=sa.text("status = 'held'"),
            postgresql_where=sa.text("status = 'held'"),
        )
        batch_op.create_index(
            "ix_outbox_queued",
            ["bot_id", "priority", "id"],
            unique=False,
            sqlite_where=sa.text("status = 'queued'"),
            postgresql_where=sa.text("status = 'queued'"),
        )
        batch_op.create_index(
            "ix_outbox_queued_chat",
            ["bot_id", "chat_id", "priority", "id"],
            unique=False,
            sqlite_where=sa.text("status = 'queued'"),
            postgresql_where=sa.text("status = 'queued'"),
        )
        batch_op.create_index(
            "ix_outbox_sending",
            ["bot_id", "chat_id"],
            unique=False,
            sqlite_where=sa.text("status = 'sending'"),
            postgresql_where=sa.text("status = 'sending'"),
        )
        batch_op.create_index(
            "uq_outbox_waiting_card",
            ["card_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'card' AND status IN ('queued', 'held')"),
            postgresql_where=sa.text("kind = 'card' AND status IN ('queued', 'held')"),
        )

    append_only.guard()


def downgrade() -> None:
    append_only.unguard()
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_outbox_waiting_card",
            sqlite_where=sa.text("kind = 'card' AND status IN ('queued', 'held')"),
            postgresql_where=sa.text("kind = 'card' AND status IN ('queued', 'held')"),
        )
        batch_op.drop_index(
            "ix_outbox_sending",
            sqlite_where=sa.text("status = 'sending'"),
            postgresql_where=sa.text("status = 'sending'"),
        )
        batch_op.drop_index(
            "ix_outbox_queued_chat",
            sqlite_where=sa.text("status = 'queued'"),
            postgresql_where=sa.text("status = 'queued'"),
        )
        batch_op.drop_index(
            "ix_outbox_queued", sqlite_where=sa.text("status = 'queued'"), postgresql_where=sa.text("status = 'queued'")
        )
        batch_op.drop_index(
            "ix_outbox_held", sqlite_where=sa.text("status = 'held'"), postgresql_where=sa.text("status = 'held'")
        )
        batch_op.drop_index(
            "ix_outbox_dead", sqlite_where=sa.text("status = 'dead'"), postgresql_where=sa.text("status = 'dead'")
        )
        batch_op.drop_index(batch_op.f("ix_outbox_card_id"))

    op.drop_table("outbox")
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_file_to_fetch",
            sqlite_where=sa.text("status = 'received' AND discarded = 0"),
            postgresql_where=sa.text("status = 'received' AND NOT discarded"),
        )
        batch_op.drop_index(batch_op.f("ix_file_task_id_submission_id"))
        batch_op.drop_index(batch_op.f("ix_file_submission_id"))
        batch_op.drop_index(batch_op.f("ix_file_office_id_sha256"))

    op.drop_table("file")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submission_task_id_effective"))
        batch_op.drop_index(batch_op.f("ix_submission_run_id_id"))

    op.drop_table("submission")
    op.drop_table("question")
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_card_official_id_live"))
        batch_op.drop_index(batch_op.f("ix_card_bot_id_chat_id_message_id"))

    op.drop_table("card")
    with op.batch_alter_table("auditevent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_auditevent_run_id"))

    op.drop_table("auditevent")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_office_id_status"))

    op.drop_table("task")
    op.drop_table("runstep")
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seat_official_id"))

    op.drop_table("seat")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_office_id_status_number"))

    op.drop_table("run")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_office_id"))

    op.drop_table("invitation")
    op.drop_table("unit")
    with op.batch_alter_table("official", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_official_telegram_id"))
        batch_op.drop_index(batch_op.f("ix_official_office_id"))

    op.drop_table("official")
    with op.batch_alter_table("erasabletext", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_erasabletext_office_id"))

    op.drop_table("erasabletext")
    op.drop_table("audithead")
    with op.batch_alter_table("adoption", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_adoption_office_id_sop_id_current"))

    op.drop_table("adoption")
    op.drop_table("office")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_inbox_pending_person",
            sqlite_where=sa.text("status = 'pending'"),
            postgresql_where=sa.text("status = 'pending'"),
        )
        batch_op.drop_index(
            "ix_inbox_pending",
            sqlite_where=sa.text("status = 'pending'"),
            postgresql_where=sa.text("status = 'pending'"),
        )
        batch_op.drop_index(
            "ix_inbox_parked", sqlite_where=sa.text("status = 'parked'"), postgresql_where=sa.text("status = 'parked'")
        )

    op.drop_table("inbox")
    op.drop_table("chat")
    op.drop_table("bot")
