"""The control API: everything that the Python object can do, as JSON over HTTP."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError, validate_call

from simulator.errors import Impossible
from simulator.faults import Kind
from simulator.samples import ALBUM, SAMPLES, album
from simulator.simulator import Simulator


class Control:
    """Runs operations by name."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        sim = simulator
        operations: list[Callable[..., Any]] = [
            sim.add_user, sim.add_group, sim.adds_bot, sim.removes_bot, sim.migrates, sim.opens_topic,
            sim.says, sim.opens_link, sim.edits, sim.taps, sim.forges_tap, sim.reacts, sim.reads,
            sim.blocks, sim.unblocks, sim.deletes_account, sim.duplicate_next, sim.hold_updates, sim.release_updates,
            sim.forge_update, sim.forges_message, sim.sends_document, sim.sends_photo, sim.sends_album,
            self.sends_sample, self.add_bot, self.fault, self.flood_control, self.clear_faults, self.advance,
        ]  # fmt: skip
        self.operations = {operation.__name__: validate_call(operation) for operation in operations}

    def add_bot(self, username: str, name: str = "Bot", token: str | None = None) -> dict[str, Any]:
        """Create a bot; the answer tells its token."""
        bot = self.simulator.add_bot(token, username=username, name=name)
        return {"id": bot.id, "token": bot.token}

    def sends_sample(self, user_id: int, sample: str, bot: int | None = None) -> None:
        """Send one of the sample files."""
        if sample == ALBUM:
            self.simulator.sends_album(user_id, album(), as_photos=True, bot=bot)
            return
        if sample not in SAMPLES:
            raise Impossible(f"there is no sample {sample!r}")
        made = SAMPLES[sample]
        if made.photo:
            self.simulator.sends_photo(user_id, made.make(), bot=bot)
        else:
            self.simulator.sends_document(user_id, made.name, made.make(), bot=bot)

    def fault(self, kind: Kind, details: dict[str, Any] | None = None) -> BaseModel:
        """Order a fault."""
        return self.simulator.fault(kind, **(details or {}))

    def flood_control(self, on: bool) -> None:
        """Switch Telegram's flood control on or off."""
        self.simulator.flood.on = on

    def clear_faults(self) -> None:
        """Take away every fault."""
        self.simulator.faults.clear()

    def advance(self, seconds: float) -> None:
        """Move the simulator's time forward."""
        self.simulator.advance(timedelta(seconds=seconds))

    def run(self, name: str, arguments: dict[str, Any]) -> Any:
        """Run one operation; bytes come as Base64 in `content` or the pairs of `items`.

        Raises Impossible for what cannot be done, KeyError for an unknown operation, ValueError for arguments that do
        not fit.
        """
        operation = self.operations[name]
        try:
            if "content" in arguments:
                arguments["content"] = base64.b64decode(arguments["content"], validate=True)
            if "items" in arguments:
                arguments["items"] = [(one, base64.b64decode(body, validate=True)) for one, body in arguments["items"]]
            result = operation(**arguments)
        except (ValidationError, binascii.Error, TypeError) as error:
            raise ValueError(str(error)) from error
        if isinstance(result, list):
            return [one.model_dump(mode="json") for one in result]
        return result.model_dump(mode="json") if isinstance(result, BaseModel) else result

    def journal(self, method: str | None, chat_id: int | None, last: int | None = None) -> Any:
        """Return the calls of bots, or only the last so many."""
        entries = self.simulator.journal.calls(method, chat_id=chat_id)[-(last or 0) :]
        return TypeAdapter(list[Any]).dump_python([entry.model_dump(mode="json") for entry in entries], mode="json")
