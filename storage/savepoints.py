"""Savepoints at the price of their two statements: SQLAlchemy puts each together anew, which costs more."""

from __future__ import annotations

from sqlalchemy.engine import Connection, Engine

from storage.prepared import ask


def spell_out_savepoints(engine: Engine) -> None:
    """Have an engine's savepoints (their names are SQLAlchemy's own) sent as they are."""
    dialect = engine.dialect
    dialect.do_savepoint = _begin  # type: ignore[method-assign]  # of this engine alone
    dialect.do_release_savepoint = _release  # type: ignore[method-assign]  # as above
    dialect.do_rollback_to_savepoint = _go_back  # type: ignore[method-assign]  # as above


def _begin(connection: Connection, name: str) -> None:
    ask(connection, f"SAVEPOINT {name}", (), reads=False)


def _release(connection: Connection, name: str) -> None:
    # PostgreSQL lets go of a savepoint at the COMMIT just as well, unasked: a way there and back less.
    if connection.dialect.name != "postgresql":
        ask(connection, f"RELEASE SAVEPOINT {name}", (), reads=False)


def _go_back(connection: Connection, name: str) -> None:
    ask(connection, f"ROLLBACK TO SAVEPOINT {name}", (), reads=False)
