"""Mutated real updates against the real entrance: no crash, no right gained, no word of another office.

Three casts send them, each into an office that works: strangers (who may change nothing at
all), officials who are no admins (who may change no seat and nothing elsewhere), and the
admin (who may change nothing elsewhere). ``PANDU_FUZZ_SEED`` repeats another run.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from messages.text import utf16_length
from tests.integration.fuzz.entrance import PLUMBING, Entrance, Said
from tests.integration.fuzz.mutations import Mutator, readable
from tests.integration.fuzz.offices import ADMIN, OFFICIALS, OTHERS, SECRET, STRANGERS
from tests.integration.fuzz.record import CORPUS, RECORDED
from tests.unit.messages.telegram_html import plain

RIGHTS = ("seat", "unit", "office", "adoption", "setup_code", "setupcode", "invitation")
"""What nobody but an admin may change."""
BATCH = 25
SHORT, WHOLE = 330, 20_000
BREACH = re.compile(r"Traceback|Error\b|Exception|None\b|\bid=|sqlalchemy|\{\{|\{%")
FOUND = CORPUS / "found.jsonl"


class Fuzz:
    """One cast that sends updates, and what must hold after every batch of theirs."""

    def __init__(self, entrance: Entrance, seed: int, people: Sequence[int]) -> None:
        self.entrance = entrance
        self.people = people
        self.random = random.Random(f"{seed}:{people}")
        corpus = readable(RECORDED)
        self.mutator = Mutator(self.random, corpus, people, OTHERS)

    async def send(self, count: int) -> None:
        """Send so many updates."""
        entrance = self.entrance
        protected = await self.protected()
        unheard = await entrance.queued_for(OTHERS)
        for _ in range(0, count, BATCH):
            batch = [entrance.numbered(self.mutator.update(entrance.buttons)) for _ in range(BATCH)]
            story = "\n".join(json.dumps(update) for update in batch)
            toasts = await entrance.send(*batch)
            assert await entrance.parked() == [], story
            said = await entrance.speak()
            self.listen(said, toasts, story)
            assert await entrance.queued_for(OTHERS) == unheard, f"the other office was told something by\n{story}"
            if self.people != STRANGERS:
                await entrance.fetch()
            assert await self.protected() == protected, f"changed by one of\n{story}"

    def listen(self, said: Sequence[Said], toasts: Sequence[str], story: str) -> None:
        """Nothing said may be another's, unreadable, or of the machine's insides."""
        for one in said:
            assert SECRET not in one.text, f"{one} after\n{story}"
            assert one.chat not in OTHERS, f"{one} after\n{story}"
            words = one.text if one.file else plain(one.text)
            assert words.strip(), f"{one} after\n{story}"
            assert utf16_length(words) <= 4096
            words.encode()
        for toast in toasts:
            assert SECRET not in toast, story
            assert not BREACH.search(toast), f"{toast} after\n{story}"
            assert len(toast) <= 200, toast
            toast.encode()

    async def protected(self) -> Mapping[str, Any]:
        """What this cast must not change."""
        entrance = self.entrance
        theirs = {f"rahasia.{name}": value for name, value in (await entrance.digest("rahasia")).items()}
        if self.people == STRANGERS:
            return theirs | await entrance.digest(but=PLUMBING)
        if ADMIN not in self.people:
            own = await entrance.digest("sumbang")
            return theirs | {name: own[name] for name in RIGHTS if name in own} | {"people": await entrance.people()}
        return theirs


async def fuzz(entrance: Entrance, count: int) -> None:
    seed = int(os.environ.get("PANDU_FUZZ_SEED", "20270104"))
    for people, share in ((STRANGERS, 0.25), (OFFICIALS, 0.5), ((ADMIN, *OFFICIALS), 0.25)):
        await Fuzz(entrance, seed, people).send(round(count * share))


@pytest.mark.parametrize("corpus", [RECORDED, FOUND], ids=["recorded", "found"])
async def test_the_corpus_itself_is_handled_and_answered(entrance: Entrance, corpus: Path) -> None:
    """Recorded updates, and all that once could not be handled or not be rendered."""
    updates = [entrance.numbered(update) for update in readable(corpus)]
    theirs = await entrance.digest("rahasia")
    toasts = await entrance.send(*updates)
    assert await entrance.parked() == []
    Fuzz(entrance, 0, OFFICIALS).listen(await entrance.speak(), toasts, corpus.name)
    assert await entrance.digest("rahasia") == theirs
    assert len(toasts) == sum("id" in update.get("callback_query", {}) for update in updates)


async def test_some_hundred_mutated_updates(entrance: Entrance) -> None:
    await fuzz(entrance, SHORT)


@pytest.mark.long
async def test_twenty_thousand_mutated_updates(entrance: Entrance) -> None:
    await fuzz(entrance, WHOLE)
