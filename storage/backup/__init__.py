"""One archive of an installation: every row and every file, the same whatever the database.

Rows are plain JSON lines, so what was backed up on SQLite can be restored on PostgreSQL and
the other way round, and an auditor can read it without Pandu.
"""
