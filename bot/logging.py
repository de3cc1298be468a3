"""The log: ids only, never a token, never what officials wrote. Lines of text, or one JSON object per line.

Every record made on behalf of an update or a timer bears its ``cause`` (:mod:`storage.causes`),
through all that came of it; see :func:`on_behalf`.

The redaction sits on the handlers of the ROOT logger, so that it also covers what libraries
log and what a traceback says. Of an exception only its kind and place are logged, with its
message where that is known to be free of officials' words: a database error, for one,
quotes the values it was given.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Iterable, MutableMapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TextIO
from urllib.parse import quote, unquote, urlsplit

import structlog
from pydantic import SecretStr
from telegram.error import TelegramError

from bot.settings import Settings, Unusable
from storage.errors import DatabaseUnavailable, FilesUnavailable

CAPPED = ("telegram", "aiohttp", "httpx", "httpcore", "sqlalchemy", "alembic", "asyncio", "dateparser", "uvicorn")
"""Loggers that print whole updates, statements or addresses below WARNING."""

TOKEN_LOOK = re.compile(r"(?<!\d)\d{5,20}(?::|%3A|%253A)[A-Za-z0-9_-]{20,}", re.IGNORECASE)
PASSWORD_LOOK = re.compile(r"(?<=://)([^\s/:@\"']*):[^\s/@\"']+@")
"""A password as it stands in an address."""
REDACTED = "[token]"
TELLING: tuple[type[BaseException], ...] = (TelegramError, DatabaseUnavailable, FilesUnavailable, Unusable)
"""Exceptions whose messages hold no official's words."""

Event = MutableMapping[str, Any]
Form = Literal["text", "json"]

ROOT = Path(__file__).resolve().parent.parent


class Redaction:
    """Replaces secrets in a text, in every form they may have taken on the way."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms: set[str] = set()
        for secret in secrets:
            escaped = quote(secret, safe="")
            forms |= {secret, escaped, escaped.lower(), quote(escaped, safe=""), secret.partition(":")[2]}
            forms |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]}
        # Longest first, so that no form leaves a tail behind.
        self._forms = sorted((form for form in forms if len(form) >= 8), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return ``text`` without secrets."""
        for form in self._forms:
            text = text.replace(form, REDACTED)
        return PASSWORD_LOOK.sub(rf"\1:{REDACTED}@", TOKEN_LOOK.sub(REDACTED, text))


def secrets_of(settings: Settings) -> list[SecretStr]:
    """Return all that is secret in an installation's settings, and the object store's keys in the environment."""
    tokens = [*settings.telegram_tokens, settings.telegram_token, settings.files_s3_secret]
    found = [os.environ.get(name) for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")]
    urls = (settings.database_url, settings.telegram_proxy, settings.files_url)
    found += [unquote(urlsplit(url or "").password or "") for url in urls]
    return [*filter(None, tokens), *(SecretStr(secret) for secret in found if secret)]


def on_behalf(cause: str | None, **ids: int | str | None) -> AbstractContextManager[None]:
    """Let every record of this task bear a cause, and the ids that are known, until the end of the block."""
    known = {name: value for name, value in ids.items() if value is not None}
    return structlog.contextvars.bound_contextvars(**({"cause": cause} if cause else {}), **known)


def where(error: BaseException) -> str:
    """Return an exception's kind, cause and place in the code, without officials' words."""
    told: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(told) < 5:
        seen.add(id(current))
        told.append(_kind(current) + _place(current.__traceback__))
        if isinstance(current, BaseExceptionGroup):
            told.extend(where(inner) for inner in current.exceptions[:3])
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return " <- ".join(told)


def _kind(error: BaseException) -> str:
    name = type(error).__name__
    if isinstance(error, TELLING):
        return f"{name}: {error}"
    if isinstance(error, OSError) and error.strerror:
        return f"{name}: {error.strerror}"
    return name


def _place(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)
    if not frames:
        return ""
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(ROOT) and ".venv" not in frame.filename]
    shown = (ours or list(frames))[-3:]
    return " at " + " > ".join(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in shown)


def _short(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Formats a record, then takes the secrets out of the finished line."""

    def __init__(self, redaction: Redaction, form: Form) -> None:
        renderer: Any = structlog.processors.JSONRenderer(default=_kind_only, ensure_ascii=False)
        if form == "text":
            renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=_no_exception, pad_event_to=0)
        super().__init__(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=_SHARED,
        )
        self._form = form
        self._redaction = redaction

    def format(self, record: logging.LogRecord) -> str:
        """Return the redacted line."""
        try:
            line = super().format(record)
        except Exception as error:  # a bad log call must not take the bot down
            line = f"a log record of {record.name} could not be formatted ({type(error).__name__})"
            if self._form == "json":
                line = json.dumps({"event": line, "level": "error", "logger": __name__})
        return self._redaction(line)


def _kind_only(value: object) -> str:
    """Stand in for what has no JSON form: its text may hold anything."""
    return f"<{type(value).__name__}>"


def _no_exception(_file: TextIO, _info: Any) -> None:
    """Exceptions were turned into one field before; nothing is left to print."""


def _tell_exception(_logger: Any, _name: str, event: Event) -> Event:
    info = event.pop("exc_info", None)
    if info:
        error = info if isinstance(info, BaseException) else info[1] if isinstance(info, tuple) else sys.exc_info()[1]
        if error is not None:
            event["error"] = where(error)
    event.pop("stack_info", None)
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _tell_exception,
]


def set_up_logging(
    level: str, secrets: Iterable[SecretStr] = (), stream: TextIO | None = None, *, form: Form = "text"
) -> None:
    """Send the log to ``stream`` (standard error) from ``level`` on; replaces what was set up before."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Formatter(Redaction(secret.get_secret_value() for secret in secrets), form))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in CAPPED:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def log_loop_faults(loop: asyncio.AbstractEventLoop) -> None:
    """Send what the event loop would print by itself through the log."""
    log = structlog.stdlib.get_logger("bot.loop")

    def handle(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        log.error("event loop fault", error=where(error) if error else None)

    loop.set_exception_handler(handle)
