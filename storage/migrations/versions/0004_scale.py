"""Several processes on one database: leases with fences, and the bot that serves each office."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | Sequence[str] | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CAUSED = ("outbox", "file", "timer")
"""What is said, fetched or done later, and keeps what caused it."""


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("holder", sa.String(80), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.add_column(sa.Column("bot_id", sa.BigInteger(), nullable=True))
        batch_op.create_index(batch_op.f("ix_office_bot_id"), ["bot_id"], unique=False)

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fence", sa.Integer(), nullable=False, server_default=sa.text("0")))

    for table in CAUSED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("cause", sa.String(60), nullable=True))

    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_archive"), ["office_id", "status", "ended_at", "number"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_archive"))

    for table in CAUSED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("cause")

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("fence")

    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_office_bot_id"))
        batch_op.drop_column("bot_id")

    op.drop_table("lease")
