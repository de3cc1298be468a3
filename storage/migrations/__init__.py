"""Alembic's migrations: how a database of one release becomes one of the next."""
