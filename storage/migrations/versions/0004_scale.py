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
        # Over the few that are open: what an official has to do is found through them, however many are finished.
        batch_op.drop_index(batch_op.f("ix_run_office_id_status_number"))
        batch_op.create_index(
            batch_op.f("ix_run_open"),
            ["office_id", "status", "number"],
            unique=False,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )

    # Else SQLite goes through all cards a person has ever had.
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_card_official_id_live"))


def downgrade() -> None:
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_card_official_id_live"), ["official_id", "live"], unique=False)

    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_archive"))
        batch_op.drop_index(batch_op.f("ix_run_open"))
        batch_op.create_index(
            batch_op.f("ix_run_office_id_status_number"), ["office_id", "status", "number"], unique=False
        )

    for table in CAUSED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("cause")

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("fence")

    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_office_bot_id"))
        batch_op.drop_column("bot_id")

    op.drop_table("lease")
