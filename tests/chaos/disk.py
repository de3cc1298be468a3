"""A PostgreSQL whose disk can be full for a while, as its clients see it; and that counts unknown outcomes.

Every statement that would write a row is refused with the server's own error for it. What was
being sent and is queued again as uncertain is put down by the database itself.
"""

from __future__ import annotations

import asyncpg

TABLES = ("inbox", "outbox", "task", "card", "file", "auditevent", "submission", "timer", "lease", "chat", "question")

_FUNCTION = """
CREATE TABLE chaos_disk (is_full boolean NOT NULL);
INSERT INTO chaos_disk VALUES (false);
CREATE FUNCTION chaos_no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT is_full FROM chaos_disk) THEN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
    END IF;
    RETURN NULL;
END $$;
CREATE TABLE chaos_unknown (outbox_id integer NOT NULL);
CREATE FUNCTION chaos_note_unknown() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos_unknown VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER chaos_unknown AFTER UPDATE ON outbox FOR EACH ROW
    WHEN (OLD.status = 'sending' AND NEW.status IN ('queued', 'skipped') AND NEW.uncertain)
    EXECUTE FUNCTION chaos_note_unknown();
"""


async def prepare(url: str) -> None:
    """Make a migrated database's disk one that can be full."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_FUNCTION)
        for table in TABLES:
            await connection.execute(
                f"CREATE TRIGGER chaos_disk BEFORE INSERT OR UPDATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION chaos_no_room()"
            )
    finally:
        await connection.close()


async def set_full(url: str, *, full: bool) -> None:
    """Fill the disk, or make room."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("UPDATE chaos_disk SET is_full = $1", full)
    finally:
        await connection.close()
