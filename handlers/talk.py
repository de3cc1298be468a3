"""One turn of a conversation: who speaks, where, and in which transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from handlers.incoming import Incoming
from storage import outbox
from storage.tables import Office, Official
from workflow.moment import CLOUD_FILE_BYTES, Moment


@dataclass(frozen=True, slots=True)
class Context:
    """What an update's transaction must be told from outside (see :class:`workflow.moment.Moment`)."""

    bot_id: int
    bot_username: str
    now: Any
    nonce: str
    default_language: str
    max_file_bytes: int = CLOUD_FILE_BYTES


@dataclass(frozen=True, slots=True)
class Toast:
    """The answer to a tap, to be said after the commit."""

    key: str
    params: dict[str, Any] = field(default_factory=dict)
    alert: bool = False
    language: str = "id"


@dataclass(frozen=True, slots=True)
class Talk:
    """One turn. ``officials`` are the rows of the person who speaks, one per office.

    ``auditors`` are the offices they may read now without belonging to them: every right rests
    on ``officials``, so that whatever is not written for ``readers`` is closed to an auditor.
    """

    session: Session
    moment: Moment
    incoming: Incoming
    officials: list[Official]
    default_language: str
    auditors: list[Official] = field(default_factory=list)

    @property
    def readers(self) -> list[Official]:
        """The person in every office whose record they may look at."""
        return [*self.officials, *self.auditors]

    @property
    def official(self) -> Official:
        """The person as an official of their first office."""
        return self.officials[0]

    @property
    def language(self) -> str:
        """The language the person reads."""
        own = next((o.language for o in self.readers if o.language), None)
        return own or self.default_language

    def say(self, template: str, official: Official | None = None, **params: Any) -> None:
        """Queue an answer in this chat; replies go before everything else that waits there."""
        office = official or next(iter(self.readers), None)
        outbox.say(
            self.session, bot_id=self.moment.bot_id, chat_id=self.incoming.chat_id,
            office_id=office.office_id if office else None, template=template, params=params,
            now=self.moment.now, priority=1,
        )  # fmt: skip

    def send_document(self, file_id: int, official: Official) -> None:
        """Queue a stored file for this chat."""
        outbox.send_document(
            self.session, bot_id=self.moment.bot_id, chat_id=self.incoming.chat_id, office_id=official.office_id,
            file_id=file_id, now=self.moment.now,
        )  # fmt: skip

    def with_zone(self, facts: dict[str, Any]) -> dict[str, Any]:
        """Return an answer's facts with the office's time zone beside its ``time``, so that it can be told."""
        office = self.session.get(Office, facts["office_id"]) if facts.get("office_id") else None
        return {**facts, "timezone": office.timezone} if office is not None else facts

    def today(self, office_id: str) -> date:
        """Return the office's local date."""
        office = self.session.get_one(Office, office_id)
        today: date = self.moment.now.astimezone(ZoneInfo(office.timezone)).date()
        return today
