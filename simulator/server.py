"""The Bot API over HTTP, as api.telegram.org offers it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import mimetypes
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from simulator.errors import ApiError, BadRequest, NotFound, TooLarge
from simulator.faults import NoAnswer
from simulator.local_server import max_upload
from simulator.parameters import Upload
from simulator.simulator import Simulator

BESIDE_THE_FILE = 1 << 20


class BotApi:
    """ASGI application for `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a client that hangs up ends its long poll."""
        request = Request(scope, receive)
        try:
            raw, uploads = await _read(request, max_upload(self.simulator.world) + BESIDE_THE_FILE)
            answer = asyncio.create_task(self._answer(request, raw, uploads))
            gone = asyncio.create_task(_disconnected(receive))
            try:
                await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
                if not answer.done():
                    return
                response = answer.result()
            finally:
                for task in (answer, gone):
                    task.cancel()
                await asyncio.gather(answer, gone, return_exceptions=True)
        except NoAnswer as silence:
            await _hang_up(receive, silence.seconds)
            return
        except ClientDisconnect:
            return
        except ApiError as error:
            response = JSONResponse(error.answer(), error.code)
        await response(scope, receive, send)

    async def _answer(self, request: Request, raw: dict[str, Any], uploads: dict[str, Upload]) -> Response:
        path = request.scope["path"]
        if path.startswith("/file/bot"):
            token, _, file_path = path.removeprefix("/file/bot").partition("/")
            content = self.simulator.download(token, file_path)
            kind = mimetypes.guess_type(file_path)[0] or "application/octet-stream"
            return Response(content, media_type=kind)
        token, slash, method = path.removeprefix("/bot").partition("/")
        if not slash or not method or "/" in method:
            raise NotFound("")
        status, body = await self.simulator.call(unquote(token), method, raw, uploads)
        self.simulator.webhooks.start()
        headers = {"Retry-After": str(body["parameters"]["retry_after"])} if status == 429 else None
        return JSONResponse(body, status, headers=headers)


async def _read(request: Request, max_body: int) -> tuple[dict[str, Any], dict[str, Upload]]:
    """Return parameters and uploads from the query and the body.

    Raises TooLarge beyond `max_body` bytes, BadRequest for a body that cannot be read.
    """
    raw: dict[str, Any] = dict(request.query_params)
    uploads: dict[str, Upload] = {}
    if request.method != "POST":
        return raw, uploads
    if int(request.headers.get("content-length") or 0) > max_body:
        raise TooLarge("")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            body = json.loads(await request.body() or b"{}")
        except ValueError:
            raise BadRequest("can't parse JSON object") from None
        if not isinstance(body, dict):
            raise BadRequest("JSON object expected")
        raw |= body
    elif kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        try:
            async with request.form(max_part_size=1 << 20) as form:
                for name, value in form.multi_items():
                    if isinstance(value, UploadFile):
                        uploads[name] = Upload(value.filename or name, value.content_type, await value.read())
                    else:
                        raw[name] = value
        except MultiPartException:
            raise BadRequest("can't parse multipart form") from None
    elif await request.body():
        raise BadRequest("unsupported content type")
    return raw, uploads


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _hang_up(receive: Receive, seconds: float) -> None:
    """Hold the line, then drop it without an answer."""
    if seconds:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(_disconnected(receive), seconds)
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:  # in process there is no line to drop; the client sees the error itself
        raise ConnectionResetError("the simulator dropped the connection")
    transport.abort()
    await _disconnected(receive)  # or uvicorn would still try to answer
