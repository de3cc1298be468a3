from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import structlog
from pydantic import SecretStr
from telegram.error import BadRequest

from bot.logging import Redaction, log_loop_faults, set_up_logging, where

TOKEN = "7000000001:AAE-secret_secret-secret_secret-abc"
WORDS = "Ibu Siti sakit keras"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    set_up_logging("DEBUG", [SecretStr(TOKEN)], stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "form",
    [
        TOKEN,
        quote(TOKEN, safe=""),
        quote(TOKEN, safe="").lower(),
        quote(quote(TOKEN, safe=""), safe=""),
        TOKEN.partition(":")[2],
        f"https://api.telegram.org/bot{TOKEN}/getMe",
    ],
)
def test_the_token_is_taken_out_in_every_form(out: io.StringIO, form: str) -> None:
    logging.getLogger("some.library").error("calling %s failed", form)
    structlog.stdlib.get_logger("bot.test").warning("trouble", detail=form, nested={"url": [form]})
    text = out.getvalue().lower()
    assert "secret_secret" not in text
    assert text.count("[token]") == 3


def test_another_bots_token_is_taken_out_too() -> None:
    assert "BBB" not in Redaction([])("bot123456789:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB/getMe")


def test_an_exceptions_own_words_are_not_logged_but_its_place_is(out: io.StringIO) -> None:
    try:
        raise ValueError(f"INSERT ... parameters: ({WORDS!r}, {TOKEN!r})")
    except ValueError:
        logging.getLogger("some.library").exception("it failed")
        structlog.stdlib.get_logger("bot.test").exception("it failed here")
    text = out.getvalue()
    assert WORDS not in text
    assert TOKEN not in text
    assert text.count("ValueError at tests/unit/bot/test_logging.py") == 2


def test_causes_and_groups_are_told(out: io.StringIO) -> None:
    try:
        try:
            raise KeyError(WORDS)
        except KeyError as cause:
            raise BadRequest("message is too long") from cause
    except BadRequest as error:
        told = where(ExceptionGroup("several", [error]))
    assert "BadRequest: message is too long" in told
    assert "KeyError at" in told
    assert WORDS not in told
    assert not out.getvalue()


def test_libraries_that_print_updates_are_capped(out: io.StringIO) -> None:
    for name in ("telegram", "telegram.Bot", "aiohttp.client", "httpx", "sqlalchemy.engine"):
        logging.getLogger(name).debug("update: %s", WORDS)
        logging.getLogger(name).info("update: %s", WORDS)
    assert not out.getvalue()


def test_a_bad_log_call_does_not_break_anything(out: io.StringIO) -> None:
    record = logging.LogRecord("some.library", logging.WARNING, __file__, 1, "%d of %d", (WORDS,), None)
    logging.getLogger().handlers[0].handle(record)
    assert "could not be formatted" in out.getvalue()
    assert WORDS not in out.getvalue()


async def test_what_the_event_loop_would_print_goes_through_the_log(out: io.StringIO) -> None:
    loop = asyncio.get_running_loop()
    log_loop_faults(loop)
    loop.call_exception_handler({"message": WORDS, "exception": ValueError(WORDS)})
    assert "ValueError" in out.getvalue()
    assert WORDS not in out.getvalue()
