"""The templates: Jinja2, escaping by itself, refusing what a view forgot to say.

Two folders hold the same messages, one in Indonesian, one in English. Every plain text that
reaches a template is neutralised before it is escaped, so no template can forget it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context
from markupsafe import Markup

from messages.text import Reader, file_name, neutralise, one_line, quoted

_TRAILING = re.compile(r"[ \t]+\n")
_GAPS = re.compile(r"\n{3,}")
_STOP = "\x1f"
"""A template's own full stop behind something filled in. No text that is filled in can hold it."""
_STOPPED_ALREADY = re.compile(rf"(?<=[.…])((?:</\w+>)*){_STOP}")


def _reader(context: Context) -> Reader:
    reader = context["reader"]
    if not isinstance(reader, Reader):
        raise TypeError("a template is rendered for a reader")
    return reader


@pass_context
def _moment(context: Context, at: datetime) -> str:
    return _reader(context).moment(at)


@pass_context
def _clock(context: Context, at: datetime) -> str:
    return _reader(context).clock(at)


@pass_context
def _day(context: Context, at: date | datetime) -> str:
    return _reader(context).day(at)


@pass_context
def _letter_date(context: Context, day: date) -> str:
    return _reader(context).letter_date(day)


@pass_context
def _brief(context: Context, at: datetime) -> str:
    return _reader(context).brief(at)


@pass_context
def _tight(context: Context, at: datetime) -> str:
    return _reader(context).tight(at)


@pass_context
def _size(context: Context, count: int | None) -> str:
    return _reader(context).size(count)


class _OneFullStop(Extension):
    """Marks a template's full stops behind what is filled in, so that 'Ibu Rina, S.Sos.' ends a sentence with one.

    What anybody wrote is never touched.
    """

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            follows = token.type == "data" and token.value.startswith(".")
            yield Token(token.lineno, "data", _STOP + token.value[1:]) if follows else token


def _safe(value: Any) -> Any:
    return neutralise(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def build(language: str) -> Environment:
    """Return the environment of one language's templates."""
    environment = Environment(
        loader=PackageLoader("messages", f"templates/{language}"),
        autoescape=True,
        extensions=[_OneFullStop],
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        moment=_moment, clock=_clock, day=_day, letter_date=_letter_date, brief=_brief, tight=_tight, size=_size,
        line=one_line, quoted=quoted, file_name=file_name,
    )  # fmt: skip
    return environment


ENVIRONMENTS = {"id": build("id"), "en": build("en")}


def one_full_stop(text: str) -> str:
    """Return a rendered text in which a template's full stop is left out behind one that is there already."""
    return _STOPPED_ALREADY.sub(r"\1", text).replace(_STOP, ".")


def fill(template: str, reader: Reader, values: Mapping[str, Any]) -> str:
    """Return a template filled in, without stray blank lines."""
    text = ENVIRONMENTS[reader.language].get_template(f"{template}.j2").render(reader=reader, **values)
    text = one_full_stop(text)
    return _GAPS.sub("\n\n", _TRAILING.sub("\n", text)).strip()
