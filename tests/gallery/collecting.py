"""Everything the gallery holds: cards, messages, answers to a tap."""

from __future__ import annotations

from typing import Any

from messages.render import render
from messages.rendered import Rendered
from messages.toasts import SAME_AS, TOASTS, toast
from tests.gallery import calendars, digests, managing, others, sumbang, times
from tests.gallery.exhibits import (
    LANGUAGES,
    LONG_PEOPLE,
    LONG_REASON,
    NAMINGS,
    TAPS,
    Collection,
    Exhibit,
    Naming,
    kind_of,
)
from tests.unit.messages.samples import TOAST_FACTS, every, prepare
from tests.unit.messages.town import BOT, CAMAT, HOSTILE, KASI_TRANTIB, Town, walked


def collect(namings: tuple[Naming, ...] = NAMINGS) -> list[Exhibit]:
    """Render everything Pandu can send, with these sorts of names."""
    gallery = Collection(namings)
    sumbang.collect(gallery)
    others.collect(gallery)
    times.collect(gallery)
    digests.collect(gallery)
    calendars.collect(gallery)
    managing.collect(gallery)
    with walked(9) as place:
        prepare(place)
        _messages(place, gallery)
        _to_others(place, gallery)
    return gallery.exhibits + [_toast(number, key, namings) for number, key in enumerate([*TOASTS, *SAME_AS])]


def _messages(place: Town, gallery: Collection) -> None:
    params_of = {words: every(place, words) for words in (None, LONG_REASON, *HOSTILE)}
    for number, (name, params) in enumerate(params_of[None]):

        def say(language: str, words: str | None, number: int = number, name: str = name) -> Rendered:
            return place.say(CAMAT, name, language, **params_of[words][number][1])

        gallery.add(place, kind_of(name), name, _in_words(params), say)


def _to_others(place: Town, gallery: Collection) -> None:
    """Show what differs for an official who is no admin, for a stranger, and for what may come twice."""
    for name in ("home", "help", "enrol_done"):

        def to_anybody(language: str, _: str | None, name: str = name) -> Rendered:
            return place.say(KASI_TRANTIB, name, language)

        gallery.add(place, kind_of(name), name, "to an official who is no admin", to_anybody)
    for name in ("home", "help", "stranger", "enrol_bad_link"):

        def to_stranger(language: str, _: str | None, name: str = name) -> Rendered:
            session = place.session
            return render(
                session,
                name,
                {},
                office_id=None,
                chat_id=99,
                bot_id=BOT,
                default_language=language,
                now=place.now,
                repeated=True,
            )

        gallery.add(place, kind_of(name), name, "to a stranger, and perhaps for the second time", to_stranger)


def _in_words(params: dict[str, Any]) -> str:
    told = {k: v for k, v in params.items() if not k.endswith(("_id", "_ids")) and k != "question"}
    return ", ".join(f"{key}: {value}" for key, value in told.items())


def _toast(number: int, key: str, namings: tuple[Naming, ...]) -> Exhibit:
    names: dict[Naming, str] = {
        "ordinary": "Ibu Siti Rahayu",
        "long": LONG_PEOPLE[1],
        "hostile": HOSTILE[number % len(HOSTILE)],
    }
    shown = {
        (naming, language): Rendered(toast(key, {**TOAST_FACTS, "name": names[naming]}, language))
        for naming in namings
        for language in LANGUAGES
    }
    situation = f"same as {SAME_AS[key]}" if key in SAME_AS else ""
    return Exhibit(TAPS, key, situation, shown, is_toast=True)
