"""Trouble to order: what goes wrong, with which calls, how often."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

Kind = Literal["flood", "server_error", "drop_before", "drop_after", "timeout_before", "timeout_after", "slow"]


class Fault(BaseModel):
    """One ordered fault; `times=None` lasts until it is taken away."""

    kind: Kind
    method: str | None = None
    """Only calls of this method (`file` is the download of a file); None: every call."""
    chat_id: int | None = None
    bot_id: int | None = None
    times: int | None = 1
    skip: int = 0
    """How many matching calls go through first."""
    retry_after: int = 3
    """Seconds, for `flood`."""
    status: int = 502
    """For `server_error`."""
    seconds: float = 30
    """How long `slow` delays, and how long a timeout holds the line before it drops it."""
    description: str = "Bad Gateway"

    def matches(self, bot_id: int, method: str, chat_id: object) -> bool:
        """Say whether it strikes this call."""
        return (
            (self.method is None or self.method.lower() == method.lower())
            and (self.chat_id is None or str(self.chat_id) == str(chat_id))
            and (self.bot_id is None or self.bot_id == bot_id)
        )


class NoAnswer(Exception):
    """The client gets no answer: the line is held for some seconds, then dropped."""

    def __init__(self, seconds: float) -> None:
        super().__init__("no answer")
        self.seconds = seconds


class Faults:
    """The ordered faults, oldest first."""

    def __init__(self) -> None:
        self.ordered: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Order a fault."""
        self.ordered.append(fault)
        return fault

    def clear(self) -> None:
        """Take away every fault."""
        self.ordered.clear()

    def strike(self, bot_id: int, method: str, chat_id: object) -> Fault | None:
        """Return the fault that strikes this call, and count it."""
        for fault in self.ordered:
            if not fault.matches(bot_id, method, chat_id):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.ordered.remove(fault)
            return fault
        return None
