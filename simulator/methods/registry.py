"""The table of methods: name, parameters, what does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from simulator.errors import BadRequest
from simulator.parameters import Param, Upload
from simulator.records import Bot
from simulator.world import World

if TYPE_CHECKING:
    from simulator.updates import UpdateQueue


@dataclass(slots=True)
class Call:
    """One call of a method by a bot, its parameters read."""

    world: World
    bot: Bot
    queue: UpdateQueue
    method: str
    args: dict[str, Any]
    uploads: dict[str, Upload] = field(default_factory=dict)

    def attached(self, given: str | Upload) -> str | Upload:
        """Follow an `attach://name` reference to its upload."""
        if isinstance(given, str) and given.startswith("attach://"):
            upload = self.uploads.get(given.removeprefix("attach://"))
            if upload is None:
                raise BadRequest("wrong file identifier/HTTP URL specified")
            return upload
        return given


Handler = Callable[[Call], Any | Awaitable[Any]]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True, slots=True)
class Method:
    """A method that the simulator has."""

    name: str
    params: dict[str, Param]
    handler: Handler


METHODS: dict[str, Method] = {}
"""By lower-case name: Telegram does not mind the case."""


def method(name: str, params: dict[str, Param] | None = None) -> Callable[[H], H]:
    """Enter a function into the table."""

    def enter(handler: H) -> H:
        METHODS[name.lower()] = Method(name, params or {}, handler)
        return handler

    return enter
