"""The page of phones, its events, and the control API over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, NaiveDatetime, ValidationError, model_validator
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from simulator import samples, view
from simulator.control import Control
from simulator.errors import Impossible
from simulator.records import Bot, Chat, Message, Toast
from simulator.simulator import Simulator
from simulator.trainer import Direction

PAGE = Path(__file__).with_name("page")
KINDS = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
ASSETS = {path.name: (path.read_bytes(), KINDS[path.suffix[1:]]) for path in PAGE.iterdir() if path.is_file()}
SAFE = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
HEARTBEAT = 20.0
"""Seconds of silence after which an event stream sends a comment, so that proxies keep it open."""


class Web:
    """What a browser asks for."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.control = Control(simulator)

    def app(self) -> Starlette:
        """Return the ASGI application."""
        return Starlette(
            routes=[
                Route("/", self.page),
                Route("/assets/{name}", self.asset),
                Route("/_control/state", self.state),
                Route("/_control/events", self.events),
                Route("/_control/journal", self.journal),
                Route("/_control/samples", self.samples),
                Route("/_control/trainer", self.trainer),
                Route("/_control/outbox", self.outbox),
                Route("/_control/reset", self.reset, methods=["POST"]),
                Route("/_control/clock", self.clock),
                Route("/_control/clock/jump", self.jump, methods=["POST"]),
                Route("/_control/clock/stop", self.stop_jump, methods=["POST"]),
                Route("/_control/chats/{user:int}", self.chat),
                Route("/_control/toasts/{user:int}", self.toasts),
                Route("/_control/files/{file}", self.file),
                Route("/_control/{operation}", self.operation, methods=["POST"]),
            ]
        )

    async def page(self, _: Request) -> Response:
        """Return the page."""
        return Response(ASSETS["index.html"][0], media_type="text/html", headers=SAFE)

    async def asset(self, request: Request) -> Response:
        """Return a script or style."""
        found = ASSETS.get(request.path_params["name"])
        if found is None:
            return _error(404, "no such file")
        return Response(found[0], media_type=found[1], headers=SAFE)

    async def state(self, _: Request) -> Response:
        """Return all phones."""
        look = self.simulator.trainer.clock
        clock = look().model_dump(mode="json") if look else None
        return JSONResponse(view.town(self.simulator.world, self.simulator.tour) | {"clock": clock})

    async def samples(self, _: Request) -> Response:
        """Return the menu of sample files."""
        menu = [{"id": name, "label": sample.label} for name, sample in samples.SAMPLES.items()]
        return JSONResponse([*menu, {"id": samples.ALBUM, "label": "Album (dua foto)"}])

    async def journal(self, request: Request) -> Response:
        """Return the calls of bots, of one `method` or `chat_id`, or only the `last` so many."""
        query = request.query_params
        chat_id, last = (int(query[name]) if name in query else None for name in ("chat_id", "last"))
        return JSONResponse(self.control.journal(query.get("method"), chat_id, last))

    async def trainer(self, request: Request) -> Response:
        """Return what the trainer's drawer can offer to this browser."""
        lent, here = self.simulator.trainer, _is_here(request)
        return JSONResponse(
            {
                "outbox": lent.outbox is not None,
                "reset": here and lent.reset is not None,
                "jump": here and lent.jump is not None,
            }
        )

    async def outbox(self, _: Request) -> Response:
        """Return what the bot has yet to say, if whoever started the simulator tells."""
        look = self.simulator.trainer.outbox
        if look is None:
            return _error(404, "nobody tells")
        return JSONResponse([one.model_dump() for one in await look()])

    async def reset(self, request: Request) -> Response:
        """Begin everything afresh; only from this machine, where the trainer sits."""
        refusal = _not_the_trainer(request)
        if refusal is not None:
            return refusal
        if self.simulator.trainer.reset is None:
            return _error(409, "whoever started the simulator offers no reset")
        self.simulator.trainer.reset()
        return JSONResponse(None)

    async def clock(self, _: Request) -> Response:
        """Return what time it is for the bot, if whoever started the simulator tells."""
        look = self.simulator.trainer.clock
        return _error(404, "nobody tells") if look is None else JSONResponse(look().model_dump(mode="json"))

    async def jump(self, request: Request) -> Response:
        """Begin to go forward in time, by a JSON object of `to` and, for a date, `at`; only from this machine."""
        refusal = _not_the_trainer(request)
        if refusal is not None:
            return refusal
        if self.simulator.trainer.jump is None:
            return _error(409, "whoever started the simulator offers no jump")
        try:
            wanted = _Jump.model_validate_json(await request.body())
            await self.simulator.trainer.jump(wanted.to, wanted.at)
        except ValidationError:
            return _error(422, "Tanggal dan jamnya belum lengkap.")
        except Impossible as error:
            return _error(409, str(error))
        return JSONResponse(None, 202)

    async def stop_jump(self, request: Request) -> Response:
        """End a jump where it is; only from this machine."""
        refusal = _not_the_trainer(request)
        if refusal is not None:
            return refusal
        if self.simulator.trainer.stop_jump is None:
            return _error(409, "whoever started the simulator offers no jump")
        self.simulator.trainer.stop_jump()
        return JSONResponse(None)

    async def chat(self, request: Request) -> Response:
        """Return a person's messages, of `bot`, older than `before`, at most 60."""
        world = self.simulator.world
        query = request.query_params
        bot = int(query["bot"]) if "bot" in query else None
        before = int(query.get("before", 2**62))
        known = [one for one in self.simulator.chat(request.path_params["user"], bot=bot) if one.id < before]
        return JSONResponse(
            {
                "messages": [view.message(world, one) for one in known[-view.SHOWN :]],
                "older": max(0, len(known) - view.SHOWN),
            }
        )

    async def toasts(self, request: Request) -> Response:
        """Return the answers to a person's taps."""
        return JSONResponse([view.toast(one) for one in self.simulator.toasts(request.path_params["user"])])

    async def file(self, request: Request) -> Response:
        """Return a file: photos to look at, everything else to save."""
        world = self.simulator.world
        known = world.files.get(request.path_params["file"])
        if known is None:
            return _error(404, "no such file")
        content = world.contents[known.content]
        if known.kind == "photo":
            kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
            return Response(content, media_type=kind, headers=SAFE)
        name = quote(known.name or "berkas", safe="")
        headers = SAFE | {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(content, media_type="application/octet-stream", headers=headers)

    async def operation(self, request: Request) -> Response:
        """Run an operation of the control API."""
        if not _is_json(request):
            return _error(415, "send application/json")
        try:
            arguments = json.loads(await request.body() or b"{}")
            if not isinstance(arguments, dict):
                return _error(422, "send an object")
            return JSONResponse(self.control.run(request.path_params["operation"], arguments))
        except KeyError:
            return _error(404, "no such operation")
        except Impossible as error:
            return _error(409, str(error))
        except ValueError as error:
            return _error(422, str(error))

    async def events(self, _: Request) -> Response:
        """Stream what changes, as server-sent events."""
        return StreamingResponse(self._stream(), media_type="text/event-stream", headers=SAFE)

    async def _stream(self) -> AsyncIterator[str]:
        world = self.simulator.world
        news: asyncio.Queue[tuple[str, Any] | None] = asyncio.Queue()

        def listen(kind: str, record: BaseModel | None) -> None:
            if kind == "closed":
                news.put_nowait(None)
                return
            for event in self._told(kind, record):
                news.put_nowait(event)

        world.listeners.append(listen)
        try:
            yield "retry: 1000\nevent: hello\ndata: {}\n\n"
            while True:
                try:
                    event = await asyncio.wait_for(news.get(), HEARTBEAT)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if event is None:
                    return
                yield f"event: {event[0]}\ndata: {json.dumps(event[1])}\n\n"
        finally:
            world.listeners.remove(listen)

    def _told(self, kind: str, record: BaseModel | None) -> list[tuple[str, Any]]:
        world = self.simulator.world
        match kind, record:
            case "message", Message() as message:
                return [("message", view.message(world, message))]
            case "toast", Toast() as toast:
                return [("toast", view.toast(toast))]
            case "typing", Chat() as chat:
                return [("typing", {"user": chat.id, "bot": chat.bot_id})]
            case "chat", Chat(kind="private", bot_id=int(bot_id)) as chat:
                return [("chat", view.state(world, world.bots[bot_id], world.users[chat.id]))]
            case "user", _:
                return [("people", {})]
            case "clock", _:
                look = self.simulator.trainer.clock
                return [("clock", look().model_dump(mode="json"))] if look else []
            case "menu", _:
                return [("commands", self._menus(bot)) for bot in world.bots.values()]
        return []

    def _menus(self, bot: Bot) -> dict[str, Any]:
        people = [user for user in self.simulator.world.users.values() if not user.is_bot]
        return {"bot": bot.id, "menus": {str(one.id): view.commands(bot, one) for one in people}}


class _Jump(BaseModel):
    """Where the trainer wants to go in time."""

    to: Direction
    at: NaiveDatetime | None = None

    @model_validator(mode="after")
    def _a_date_says_which(self) -> _Jump:
        if self.to == "date" and self.at is None:
            raise ValueError("which date?")
        return self


def _is_here(request: Request) -> bool:
    """Say whether somebody asks from this machine, where the trainer sits."""
    return not request.client or request.client.host in {"127.0.0.1", "::1"}


def _not_the_trainer(request: Request) -> Response | None:
    """Refuse what only the trainer may do to everybody, and another site's forms."""
    if not _is_here(request):
        return _error(403, "hanya dari komputer pelatih")
    return None if _is_json(request) else _error(415, "send application/json")


def _is_json(request: Request) -> bool:
    """Say whether the body is JSON: a form on another site cannot send that without asking first."""
    return request.headers.get("content-type", "").partition(";")[0] == "application/json"


def _error(status: int, words: str) -> Response:
    return JSONResponse({"error": words}, status)
