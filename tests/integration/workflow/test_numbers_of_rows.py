"""Whatever number a button may carry can be asked for: a row that is not there is no fault of the database."""

from __future__ import annotations

from sqlalchemy import Integer
from sqlmodel import Session, select

from storage.database import Database
from storage.plain import rows_of
from storage.tables import Table
from workflow.verbs import LARGEST


async def test_the_largest_number_of_a_button_is_looked_for_and_not_found(database: Database) -> None:
    ids = [rows_of(kind).columns.get("id") for kind in Table.__subclasses__()]
    asked = [select(one).where(one == LARGEST) for one in ids if one is not None and isinstance(one.type, Integer)]
    assert len(asked) > 10

    def body(session: Session) -> list[object]:
        return [found for statement in asked for found in session.exec(statement)]

    assert await database.read(body) == []
