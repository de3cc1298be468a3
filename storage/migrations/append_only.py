"""Triggers that make the database itself refuse to rewrite the record.

Building ``auditevent`` anew in a later migration (SQLite's way of altering a table) loses
them: such a migration calls :func:`guard` again.
"""

from __future__ import annotations

from alembic import op

_REFUSAL = "the audit record is only ever appended to"


def guard() -> None:
    """Let ``auditevent`` refuse UPDATE, DELETE and whatever else takes a row away."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER auditevent_no_{act.lower()} BEFORE {act} ON auditevent "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
        # INSERT OR REPLACE deletes without asking the trigger above.
        there = "SELECT 1 FROM auditevent WHERE office_id = NEW.office_id AND seq = NEW.seq"
        op.execute(
            f"CREATE TRIGGER auditevent_no_replace BEFORE INSERT ON auditevent WHEN EXISTS ({there}) "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
    else:
        op.execute(
            "CREATE FUNCTION refuse_to_rewrite() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
        )
        op.execute(
            "CREATE TRIGGER auditevent_no_change BEFORE UPDATE OR DELETE ON auditevent "
            "FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite()"
        )
        op.execute(
            "CREATE TRIGGER auditevent_no_truncate BEFORE TRUNCATE ON auditevent "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite()"
        )


def unguard() -> None:
    """Undo :func:`guard`; needed before the table is dropped or built anew."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete", "replace"):
            op.execute(f"DROP TRIGGER auditevent_no_{act}")
    else:
        op.execute("DROP TRIGGER auditevent_no_change ON auditevent")
        op.execute("DROP TRIGGER auditevent_no_truncate ON auditevent")
        op.execute("DROP FUNCTION refuse_to_rewrite()")
