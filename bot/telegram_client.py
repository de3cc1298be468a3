"""Telegram over aiohttp: python-telegram-bot's methods with a transport that is faster and tells what it knows.

The transport answers the one question delivery has to ask after a failure: did the request
provably never leave (:class:`Unsent`), or may Telegram have carried it out (any other
network error)? No exception raised here holds the token or a message's text.
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import aiohttp
from pydantic import SecretStr
from telegram import Bot
from telegram._utils.types import ODVInput
from telegram.error import InvalidToken, NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData

from bot.local_api import CLOUD, LOCAL, NotOnDisk, open_local

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
UPLOAD_SECONDS = 120.0
LOCAL_FETCH_SECONDS = 1800.0
CONNECTIONS = 128
DOWNLOAD_CHUNK = 1 << 16
DEFAULT = BaseRequest.DEFAULT_NONE


class Unsent(NetworkError):
    """The request provably never reached Telegram: no connection came about."""


class ServerFault(NetworkError):
    """Telegram's server answered 5xx or nonsense; whether it did its work is unknown."""


class Flood(TelegramError):
    """Telegram asks to wait (429): nothing was done. ``seconds`` says how long."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Telegram asks to wait {seconds} s")
        self.seconds = seconds


class RefusedToken(TelegramError):
    """Telegram does not know the token."""


class AiohttpRequest(BaseRequest):
    """python-telegram-bot's transport on aiohttp."""

    __slots__ = ("_connections", "_proxy", "_session")

    def __init__(self, *, connections: int = CONNECTIONS, proxy: str | None = None) -> None:
        self._connections = connections
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer."""
        return READ_SECONDS

    async def initialize(self) -> None:
        """Open the connection pool."""
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._connections)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def shutdown(self) -> None:
        """Close the connection pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return an answer's JSON object; raise :class:`ServerFault`, without the answer's text."""
        try:
            answer = json.loads(payload)
        except ValueError:
            raise ServerFault("The server's answer is not JSON") from None
        if not isinstance(answer, dict) or not ("result" in answer or "description" in answer):
            raise ServerFault("The server's answer is not one of the Bot API")
        return answer

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = DEFAULT,
        write_timeout: ODVInput[float] = DEFAULT,
        connect_timeout: ODVInput[float] = DEFAULT,
        pool_timeout: ODVInput[float] = DEFAULT,  # noqa: ARG002 - waiting for a connection is part of connecting
    ) -> tuple[int, bytes]:
        """Send one request; see :meth:`telegram.request.BaseRequest.do_request`."""
        uploads = request_data is not None and request_data.contains_files
        reading = _seconds(read_timeout, READ_SECONDS)
        if uploads:
            # The clock of an answer runs while the body is still on its way.
            reading += _seconds(write_timeout, UPLOAD_SECONDS)
        connecting = _seconds(connect_timeout, CONNECT_SECONDS)
        timeout = aiohttp.ClientTimeout(
            total=connecting + reading, connect=connecting, sock_connect=connecting, sock_read=reading
        )
        try:
            async with self._open().request(
                method, url, timeout=timeout, proxy=self._proxy, allow_redirects=False, **_body(request_data)
            ) as response:
                status, payload = response.status, await response.read()
        except Exception as error:
            # Whatever it is: left to python-telegram-bot, its text would be quoted, contents and all.
            raise _translated(error) from None
        if status == 429:
            raise Flood(_retry_after(payload))
        if status >= 500:
            raise ServerFault(f"The server answered {status}")
        return status, payload

    async def stream(self, url: str) -> AsyncIterator[bytes]:
        """Yield a file's bytes as they come; raise a :class:`TelegramError` if they do not."""
        timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_read=READ_SECONDS)
        try:
            async with self._open().get(url, timeout=timeout, proxy=self._proxy) as response:
                if response.status != 200:
                    raise ServerFault(f"The server answered {response.status} for a file")
                async for chunk in response.content.iter_chunked(DOWNLOAD_CHUNK):
                    yield chunk
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _translated(error) from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise Unsent("The connection to Telegram is closed")
        return self._session


def _seconds(value: ODVInput[float], default: float) -> float:
    return value if isinstance(value, int | float) else default


def _body(request_data: RequestData | None) -> dict[str, Any]:
    if request_data is None:
        return {}
    if not request_data.contains_files:
        # Encoded for an address, a card in Indonesian takes several times as long.
        encoded = json.dumps(request_data.parameters, ensure_ascii=False, separators=(",", ":")).encode()
        return {"data": encoded, "headers": {"Content-Type": "application/json"}}
    form = aiohttp.FormData(quote_fields=False)
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (file_name, content, media_type) in request_data.multipart_data.items():
        # A quote or line break in a claimed name would end the header it stands in.
        safe_name = file_name.translate({ord('"'): "'", ord("\\"): "_", ord("\r"): " ", ord("\n"): " "})
        # As a stream: a large body in one piece would hold up the event loop.
        body = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, body, filename=safe_name, content_type=media_type)
    return {"data": form}


def _translated(error: BaseException) -> NetworkError:
    """Return what a failure means. Only the kind of error is told: its text may hold the address."""
    kind = type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.ClientHttpProxyError):
        return Unsent(f"No connection ({kind})")
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        return Unsent(f"Not a usable address ({kind})")
    return NetworkError(f"The connection broke ({kind})")


def _retry_after(payload: bytes) -> int:
    try:
        seconds = json.loads(payload)["parameters"]["retry_after"]
    except (ValueError, LookupError, TypeError):
        return 1
    return max(1, seconds) if isinstance(seconds, int) else 1


class TelegramClient:
    """One bot at one Bot API server; ``local_dir`` is the server's folder where it runs in ``--local`` mode."""

    def __init__(
        self, token: SecretStr, api_url: str, proxy: str | None = None, *, local_dir: Path | None = None
    ) -> None:
        self.limits = CLOUD if local_dir is None else LOCAL
        self._local_dir = local_dir
        self._request = AiohttpRequest(proxy=proxy)
        self._poll_request = AiohttpRequest(connections=8, proxy=proxy)
        secret = token.get_secret_value()
        self._file_url = f"{api_url}/file/bot{secret}"
        self.bot = Bot(
            secret,
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=self._request,
            get_updates_request=self._poll_request,
        )

    async def open(self) -> None:
        """Ask Telegram who the bot is; raise :class:`RefusedToken` or another :class:`TelegramError`."""
        try:
            await self.bot.initialize()
        except InvalidToken:
            raise RefusedToken("Telegram does not know this token") from None

    async def close(self) -> None:
        """Close all connections."""
        await self.bot.shutdown()

    async def get_updates(self, offset: int | None, seconds: int, kinds: list[str]) -> list[Any]:
        """Return raw updates after waiting up to ``seconds``; an offset acknowledges all before it.

        Nothing is parsed: an update nobody can read must still be stored.
        """
        parameters: dict[str, Any] = {"timeout": seconds, "allowed_updates": kinds, "limit": 100}
        if offset is not None:
            parameters["offset"] = offset
        answer = await self._raw("getUpdates", parameters, seconds + READ_SECONDS)
        if not isinstance(answer, list):
            raise ServerFault("getUpdates answered no list")
        return answer

    async def file_facts(self, telegram_file_id: str) -> tuple[str, int | None]:
        """Return a file's path at the server and its size in bytes, if told.

        Raises :class:`telegram.error.BadRequest` where Telegram will not hand it out.
        """
        # A server in --local mode answers when it has the whole file on its disk.
        seconds = READ_SECONDS if self._local_dir is None else LOCAL_FETCH_SECONDS
        answer = await self._raw("getFile", {"file_id": telegram_file_id}, seconds)
        if not isinstance(answer, dict):
            raise ServerFault("getFile answered no object")
        path, size = answer.get("file_path"), answer.get("file_size")
        if not isinstance(path, str) or not path:
            raise ServerFault("getFile told no path")
        return path, size if isinstance(size, int) else None

    async def call(self, method: str, parameters: dict[str, Any]) -> Any:
        """Call a method with plain values and return its plain result; raise a :class:`TelegramError`.

        For what happens at every tap: the library's own objects, made of an answer of which only
        a message's id is read, cost ten times as much. ``None`` stands for a parameter left out.
        """
        return await self.bot._post(method, parameters)

    async def _raw(self, method: str, parameters: dict[str, Any], seconds: float) -> Any:
        try:
            # The public do_api_request refuses methods that the library knows by itself.
            return await self.bot._post(method, parameters, read_timeout=seconds)
        except InvalidToken:
            raise RefusedToken("Telegram does not know this token any more") from None

    async def on_disk(self, path: str) -> BinaryIO | None:
        """Open a file that :meth:`file_facts` named, where it lies on a disk of this machine.

        ``None`` where it has to be downloaded. Raises :class:`bot.local_api.NotOnDisk`.
        """
        if not path.startswith("/"):
            return None
        if self._local_dir is None:
            raise NotOnDisk("The server runs in --local mode; set PANDU_TELEGRAM_LOCAL=1")
        return await asyncio.to_thread(open_local, self._local_dir, path)

    def download(self, path: str) -> AsyncIterator[bytes]:
        """Yield the bytes of a file that :meth:`file_facts` named."""
        return self._request.stream(f"{self._file_url}/{quote(path)}")
