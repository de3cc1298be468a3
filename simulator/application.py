"""All that the simulator serves over HTTP, in one ASGI application."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.admission import Admission
from simulator.server import BotApi
from simulator.simulator import Simulator
from simulator.web import Web


def application(simulator: Simulator, pin: str | None = None) -> ASGIApp:
    """Return the ASGI application: the Bot API, the control API and the page of phones.

    Serves this machine; with a `pin` also other machines' browsers, after they typed it.
    """
    api = BotApi(simulator)
    web = Web(simulator).app()
    admission = Admission(simulator.clock, pin)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        if pin is not None and scope["method"] == "POST" and scope["path"] == "/_pin":
            await (await admission.enter(request))(scope, receive, send)
        elif (refusal := admission.refusal(request)) is not None:
            await refusal(scope, receive, send)
        elif scope["path"].startswith(("/bot", "/file/bot")):
            await api(scope, receive, send)
        else:
            await web(scope, receive, send)

    return serve
