"""Time as rows: timers, pauses, dispensations, schedules; calendar and policy of each office."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | Sequence[str] | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("sop_id", sa.String(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("starter_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["official.id"], name=op.f("fk_schedule_created_by_official")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_schedule_office_id_office")),
        sa.ForeignKeyConstraint(["starter_id"], ["official.id"], name=op.f("fk_schedule_starter_id_official")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
    )
    with op.batch_alter_table("schedule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_schedule_office_id"), ["office_id"], unique=False)

    op.create_table(
        "pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.Integer(), nullable=False),
        sa.Column("reason_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("end_reason_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["end_reason_id"], ["erasabletext.id"], name=op.f("fk_pause_end_reason_id_erasabletext")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["official.id"], name=op.f("fk_pause_ended_by_official")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_pause_office_id_office")),
        sa.ForeignKeyConstraint(["reason_id"], ["erasabletext.id"], name=op.f("fk_pause_reason_id_erasabletext")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_pause_run_id_run")),
        sa.ForeignKeyConstraint(["started_by"], ["official.id"], name=op.f("fk_pause_started_by_official")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause")),
    )
    with op.batch_alter_table("pause", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pause_run_id"), ["run_id"], unique=False)

    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("activation", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["official.id"], name=op.f("fk_extension_asked_by_official")),
        sa.ForeignKeyConstraint(["decided_by"], ["official.id"], name=op.f("fk_extension_decided_by_official")),
        sa.ForeignKeyConstraint(
            ["decision_reason_id"], ["erasabletext.id"], name=op.f("fk_extension_decision_reason_id_erasabletext")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_extension_office_id_office")),
        sa.ForeignKeyConstraint(["reason_id"], ["erasabletext.id"], name=op.f("fk_extension_reason_id_erasabletext")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_extension_run_id_run")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_extension_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_extension_run_id"), ["run_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_extension_task_id"), ["task_id"], unique=False)

    op.create_table(
        "timer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fire_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("activation", sa.Integer(), nullable=False),
        sa.Column("official_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_timer_office_id_office")),
        sa.ForeignKeyConstraint(["official_id"], ["official.id"], name=op.f("fk_timer_official_id_official")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_timer_run_id_run")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_timer_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timer")),
        sa.UniqueConstraint("key", name=op.f("uq_timer_key")),
    )
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_timer_fire_at_id"), ["fire_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_timer_office_id_kind"), ["office_id", "kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_timer_run_id"), ["run_id"], unique=False)

    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_run_id"), ["run_id"], unique=False)

    with op.batch_alter_table("bot", schema=None) as batch_op:
        batch_op.add_column(sa.Column("away_from", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("away_until", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reminder", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("sent_as_reminder", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("chat", schema=None) as batch_op:
        batch_op.add_column(sa.Column("nudge_message_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("nudge_sent_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("nudged_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.add_column(sa.Column("calendar", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
        batch_op.add_column(sa.Column("policy", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("not_after", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("runstep", schema=None) as batch_op:
        batch_op.add_column(sa.Column("collect_by", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("collect_by_set_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("collect_by_set_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_runstep_collect_by_set_by_official"), "official", ["collect_by_set_by"], ["id"]
        )

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("assigned_to", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_task_assigned_to_official"), "official", ["assigned_to"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_file_run_id"))

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_task_assigned_to_official"), type_="foreignkey")
        batch_op.drop_column("assigned_to")

    with op.batch_alter_table("runstep", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_runstep_collect_by_set_by_official"), type_="foreignkey")
        batch_op.drop_column("collect_by_set_at")
        batch_op.drop_column("collect_by_set_by")
        batch_op.drop_column("collect_by")

    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_column("paused_at")

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("not_after")

    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.drop_column("policy")
        batch_op.drop_column("calendar")

    with op.batch_alter_table("chat", schema=None) as batch_op:
        batch_op.drop_column("nudged_at")
        batch_op.drop_column("nudge_sent_at")
        batch_op.drop_column("nudge_message_id")

    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.drop_column("sent_as_reminder")
        batch_op.drop_column("sent_at")
        batch_op.drop_column("reminder")

    with op.batch_alter_table("bot", schema=None) as batch_op:
        batch_op.drop_column("away_until")
        batch_op.drop_column("away_from")

    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_timer_run_id"))
        batch_op.drop_index(batch_op.f("ix_timer_office_id_kind"))
        batch_op.drop_index(batch_op.f("ix_timer_fire_at_id"))

    op.drop_table("timer")
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_extension_task_id"))
        batch_op.drop_index(batch_op.f("ix_extension_run_id"))

    op.drop_table("extension")
    with op.batch_alter_table("pause", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pause_run_id"))

    op.drop_table("pause")
    with op.batch_alter_table("schedule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_schedule_office_id"))

    op.drop_table("schedule")
