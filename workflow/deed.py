"""One act on its way to the record, and the polite refusal of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from storage.tables import File, Official, Task
from workflow.actions import Action
from workflow.mandates import Mandate
from workflow.run_state import LoadedRun
from workflow.verbs import Verb


class Stopped(Exception):
    """A use case that changes nothing; ``key`` and ``params`` name the polite answer."""

    def __init__(self, key: str, **params: Any) -> None:
        super().__init__(key)
        self.key = key
        self.params = params


@dataclass(slots=True)
class Deed:
    """Everything that is known about one act when it is put on record.

    ``mandate`` is as what it is done, where that does not follow from the seats held now.
    """

    loaded: LoadedRun
    task: Task
    official: Official
    verb: Verb
    action: Action | None = None
    data: dict[str, Any] = field(default_factory=dict)
    outcome: str | None = None
    target: int | None = None
    units: list[str] = field(default_factory=list)
    reason: str | None = None
    files: list[File] = field(default_factory=list)
    mandate: Mandate | None = None
