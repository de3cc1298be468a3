"""What several processes on one database share: who of them speaks for a bot."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from storage.tables.base import Table, UtcDateTime


class Lease(Table, table=True):
    """Who holds a duty that only one process may do at a time, such as a bot's sending.

    ``until`` is lease time (:meth:`storage.database.Database.lease_time`), never business
    time. ``fence`` rises with every new holder: whoever acts on an older one is too late.
    """

    name: str = Field(primary_key=True, max_length=80)
    holder: str = Field(max_length=80)
    fence: int = 1
    until: datetime = Field(sa_type=UtcDateTime)
