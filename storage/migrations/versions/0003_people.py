"""Seats with dates and capacities, delegations, approvals, auditors; what an office rules for itself."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "setupcode",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.BigInteger(), nullable=True),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_setupcode")),
    )
    op.create_table(
        "adoptiondraft",
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("sop_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("decided", sa.JSON(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["official.id"], name=op.f("fk_adoptiondraft_changed_by_official")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_adoptiondraft_office_id_office")),
        sa.PrimaryKeyConstraint("office_id", "sop_id", name=op.f("pk_adoptiondraft")),
    )
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["official.id"], name=op.f("fk_approval_asked_by_official")),
        sa.ForeignKeyConstraint(["decided_by"], ["official.id"], name=op.f("fk_approval_decided_by_official")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_approval_office_id_office")),
        sa.ForeignKeyConstraint(["reason_id"], ["erasabletext.id"], name=op.f("fk_approval_reason_id_erasabletext")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_office_id_status"), ["office_id", "status"], unique=False)

    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("sop_ids", sa.JSON(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["official.id"], name=op.f("fk_delegation_from_id_official")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_delegation_office_id_office")),
        sa.ForeignKeyConstraint(["to_id"], ["official.id"], name=op.f("fk_delegation_to_id_official")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delegation_from_id_held"), ["from_id", "held"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegation_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegation_to_id_held"), ["to_id", "held"], unique=False)

    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rules", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
        batch_op.add_column(sa.Column("people_change_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("official", schema=None) as batch_op:
        batch_op.add_column(sa.Column("auditor", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("quiet", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))

    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.add_column(sa.Column("capacity", sa.String(), nullable=False, server_default=sa.text("'definitif'")))
        batch_op.add_column(sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("principal_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("order_number", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("order_date", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("order_file_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("appointed_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("appointed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_seat_office_id_role_unit_id_official_id"), type_="unique")
        batch_op.create_index(
            batch_op.f("ix_seat_office_id_role_unit_id"), ["office_id", "role", "unit_id"], unique=False
        )
        batch_op.create_index(
            "uq_seat_held",
            ["office_id", "role", "unit_id", "official_id"],
            unique=True,
            sqlite_where=sa.text("held = 1"),
            postgresql_where=sa.text("held"),
        )
        batch_op.create_foreign_key(batch_op.f("fk_seat_appointed_by_official"), "official", ["appointed_by"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_seat_order_file_id_file"), "file", ["order_file_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_seat_principal_id_official"), "official", ["principal_id"], ["id"])

    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.add_column(sa.Column("principal_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("mandate", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.create_foreign_key(
            batch_op.f("fk_submission_principal_id_official"), "official", ["principal_id"], ["id"]
        )


def downgrade() -> None:
    # Seats of the past have no place in the earlier schema, and would stand there twice.
    op.execute("DELETE FROM seat WHERE NOT held")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_submission_principal_id_official"), type_="foreignkey")
        batch_op.drop_column("mandate")
        batch_op.drop_column("principal_id")

    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_seat_principal_id_official"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_seat_order_file_id_file"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_seat_appointed_by_official"), type_="foreignkey")
        batch_op.drop_index("uq_seat_held", sqlite_where=sa.text("held = 1"), postgresql_where=sa.text("held"))
        batch_op.drop_index(batch_op.f("ix_seat_office_id_role_unit_id"))
        batch_op.create_unique_constraint(
            batch_op.f("uq_seat_office_id_role_unit_id_official_id"), ["office_id", "role", "unit_id", "official_id"]
        )
        batch_op.drop_column("appointed_at")
        batch_op.drop_column("appointed_by")
        batch_op.drop_column("order_file_id")
        batch_op.drop_column("order_date")
        batch_op.drop_column("order_number")
        batch_op.drop_column("principal_id")
        batch_op.drop_column("ends_at")
        batch_op.drop_column("starts_at")
        batch_op.drop_column("held")
        batch_op.drop_column("capacity")

    with op.batch_alter_table("official", schema=None) as batch_op:
        batch_op.drop_column("quiet")
        batch_op.drop_column("valid_until")
        batch_op.drop_column("valid_from")
        batch_op.drop_column("auditor")

    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.drop_column("people_change_at")
        batch_op.drop_column("rules")

    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delegation_to_id_held"))
        batch_op.drop_index(batch_op.f("ix_delegation_office_id"))
        batch_op.drop_index(batch_op.f("ix_delegation_from_id_held"))

    op.drop_table("delegation")
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_approval_office_id_status"))

    op.drop_table("approval")
    op.drop_table("adoptiondraft")
    op.drop_table("setupcode")
