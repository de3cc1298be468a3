"""Who may use the simulator: this machine, and with a PIN the phones of the office's Wi-Fi."""

from __future__ import annotations

import hashlib
import hmac
import html
import secrets
from datetime import timedelta
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from simulator.clock import Clock

LOCAL = {"127.0.0.1", "localhost", "[::1]"}
COOKIE = "latihan"
TRIES = 5
LOCKED = timedelta(minutes=1)
"""After so many wrong PINs nobody from outside gets in for this long."""
FORM = """<!doctype html><html lang="id"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>LATIHAN</title><style>body{{font:18px system-ui;max-width:22em;margin:15vh auto;padding:0 1em}}
input,button{{font:inherit;padding:.5em;width:100%;box-sizing:border-box;margin:.4em 0}}</style>
<h1>LATIHAN</h1><p>{words}</p><form method="post" action="/_pin{whose}"><label for="pin">PIN</label>
<input id="pin" name="pin" inputmode="numeric" autocomplete="off" autofocus><button>Masuk</button></form></html>"""


class Admission:
    """Decides on each request by its Host header, where it comes from and its cookie.

    Without a PIN only this machine is served, under its own names: a page on another site that points its name here
    gets nothing. With one, others may open the page after typing it; the Bot API stays with this machine.
    """

    def __init__(self, clock: Clock, pin: str | None = None) -> None:
        self.pin = pin
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._wrong = 0
        self._locked_until = clock.now()

    def refusal(self, request: Request) -> Response | None:
        """Return what to answer instead of serving; None to serve."""
        client = request.client.host if request.client else "127.0.0.1"
        host = request.headers.get("host", "")
        name, colon, port = host.rpartition(":")
        name = name if colon and port.isdigit() else host
        if client in {"127.0.0.1", "::1"}:
            return None if name.lower() in LOCAL else PlainTextResponse("wrong host", 421)
        if self.pin is None or request.url.path.startswith(("/bot", "/file/bot")):
            return PlainTextResponse("this machine only", 403)
        if hmac.compare_digest(request.cookies.get(COOKIE, ""), self._pass()):
            return None
        if request.url.path == "/":
            return self._ask(request, "Mohon ketik PIN dari pelatih.")
        return PlainTextResponse("PIN needed", 403)

    async def enter(self, request: Request) -> Response:
        """Take a PIN; a right one is remembered in a cookie until the simulator ends."""
        if self._clock.now() < self._locked_until:
            return self._ask(request, "Terlalu banyak percobaan. Mohon tunggu satu menit.", 429)
        typed = parse_qs((await request.body())[:200].decode(errors="replace")).get("pin", [""])[0]
        if self.pin is None or not hmac.compare_digest(typed.strip().encode(), self.pin.encode()):
            self._wrong += 1
            if self._wrong >= TRIES:
                self._wrong, self._locked_until = 0, self._clock.now() + LOCKED
            return self._ask(request, "PIN itu tidak cocok. Mohon periksa kembali.", 403)
        answer = RedirectResponse(f"/{_whose(request)}", 303)
        answer.set_cookie(COOKIE, self._pass(), httponly=True, samesite="strict")
        return answer

    def _pass(self) -> str:
        return hmac.new(self._key, (self.pin or "").encode(), hashlib.sha256).hexdigest()

    def _ask(self, request: Request, words: str, status: int = 200) -> Response:
        return HTMLResponse(FORM.format(words=html.escape(words), whose=_whose(request)), status)


def _whose(request: Request) -> str:
    """Return the part of the address that names one trainee's own phone."""
    user = request.query_params.get("user", "")
    return f"?user={user}" if user.isascii() and user.isdigit() else ""
