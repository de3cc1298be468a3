from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import structlog
from pydantic import SecretStr
from telegram.error import BadRequest

from bot.logging import Form, Redaction, log_loop_faults, on_behalf, secrets_of, set_up_logging, where
from bot.settings import Settings

TOKEN = "7000000001:AAE-secret_secret-secret_secret-abc"
WORDS = "Ibu Siti sakit keras"
PASSWORD = 'kunci "rahasia"\\ñ'
"""Spelled otherwise in JSON, in an address and by repr()."""


@pytest.fixture(params=["text", "json"])
def form(request: pytest.FixtureRequest) -> Form:
    chosen: Form = request.param
    return chosen


@pytest.fixture
def out(form: Form) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    set_up_logging("DEBUG", [SecretStr(TOKEN), SecretStr(PASSWORD)], stream, form=form)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def records(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize(
    "spelling",
    [
        TOKEN,
        quote(TOKEN, safe=""),
        quote(TOKEN, safe="").lower(),
        quote(quote(TOKEN, safe=""), safe=""),
        TOKEN.partition(":")[2],
        f"https://api.telegram.org/bot{TOKEN}/getMe",
    ],
)
def test_the_token_is_taken_out_in_every_form(out: io.StringIO, spelling: str) -> None:
    logging.getLogger("some.library").error("calling %s failed", spelling)
    structlog.stdlib.get_logger("bot.test").warning("trouble", detail=spelling, nested={"url": [spelling]})
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


def test_other_secrets_are_taken_out_too(out: io.StringIO) -> None:
    logging.getLogger("some.library").error("no entry with %s", PASSWORD)
    structlog.stdlib.get_logger("bot.test").warning("trouble", detail=PASSWORD, nested={"password": [PASSWORD]})
    structlog.stdlib.get_logger("bot.test").warning("trouble", url="postgresql://pandu:s3cr3t@db/pandu")
    structlog.stdlib.get_logger("bot.test").warning("trouble", url=f"postgresql://pandu:{quote(PASSWORD)}@db/pandu")
    text = out.getvalue()
    assert "rahasia" not in text
    assert "s3cr3t" not in text
    assert text.count("[token]") == 5
    assert text.count("postgresql://pandu:[token]@db/pandu") == 2


def test_all_secrets_of_the_settings_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3-key")
    settings = Settings(
        _env_file=None,
        telegram_token=SecretStr(TOKEN),
        telegram_tokens=(SecretStr("2:b"),),
        telegram_proxy="http://pandu:pr%40xy@10.0.0.1:3128",
        database_url=f"postgresql://pandu:{quote(PASSWORD)}@db/pandu",
    )
    known = {secret.get_secret_value() for secret in secrets_of(settings)}
    assert known == {TOKEN, "2:b", "pr@xy", PASSWORD, "s3-key"}


@pytest.mark.parametrize("form", ["json"], indirect=True)
def test_a_json_record_has_its_time_level_logger_and_ids(out: io.StringIO) -> None:
    structlog.stdlib.get_logger("bot.test").info("an update is handled", office_id="sumbang", run_id=12, task_id=3)
    logging.getLogger("some.library").warning("%d of %d", 1, 2)
    ours, theirs = records(out)
    assert ours.pop("timestamp").endswith("Z")
    assert ours == {
        "event": "an update is handled", "level": "info", "logger": "bot.test",
        "office_id": "sumbang", "run_id": 12, "task_id": 3,
    }  # fmt: skip
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("1 of 2", "warning", "some.library")


@pytest.mark.parametrize("form", ["json"], indirect=True)
def test_every_line_is_json_whatever_is_logged(out: io.StringIO) -> None:
    log = structlog.stdlib.get_logger("bot.test")
    log.warning("odd", thing=object(), text='a "quoted"\nline', token=TOKEN)
    try:
        raise ValueError(WORDS)
    except ValueError:
        log.exception("it failed")
    logging.getLogger().handlers[0].handle(
        logging.LogRecord("some.library", logging.WARNING, __file__, 1, "%d of %d", (WORDS,), None)
    )
    odd, failed, broken = records(out)
    assert (odd["thing"], odd["text"], odd["token"]) == ("<object>", 'a "quoted"\nline', "[token]")
    assert failed["error"].startswith("ValueError at tests/unit/bot/test_logging.py")
    assert "could not be formatted" in broken["event"]
    assert WORDS not in out.getvalue()


@pytest.mark.parametrize("form", ["json"], indirect=True)
async def test_what_is_done_on_behalf_of_an_update_bears_its_cause(out: io.StringIO) -> None:
    log = structlog.stdlib.get_logger("bot.test")

    async def work(cause: str) -> None:
        with on_behalf(cause, inbox_id=5, office_id=None):
            await asyncio.sleep(0)
            log.info("here")
            logging.getLogger("some.library").warning("there")
        log.info("after")

    await asyncio.gather(work("7:1"), work("7:2"))
    found = [(record["event"], record.get("cause"), record.get("inbox_id")) for record in records(out)]
    assert sorted(found, key=str) == sorted(
        [(event, cause, 5) for event in ("here", "there") for cause in ("7:1", "7:2")] + [("after", None, None)] * 2,
        key=str,
    )
