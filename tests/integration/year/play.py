"""One year, played from the first working day to the last, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tests.integration.quarter.world import World
from tests.integration.workflow.town import Store
from tests.integration.year.book import Book
from tests.integration.year.colleagues import Colleagues
from tests.integration.year.story import Story
from tests.integration.year.watch import Watch

EVE = datetime(2027, 1, 3, 12, 0, tzinfo=UTC)
END = datetime(2027, 12, 31, 16, 59, tzinfo=UTC)


@dataclass(frozen=True)
class Year:
    """A year that is over."""

    world: World
    book: Book
    colleagues: Colleagues
    story: Story
    watch: Watch


def play(store: Store, seed: int, *, whole: bool = True) -> Year:
    """Play the year whose days and chances a seed gives."""
    world, book = World(store, EVE), Book()
    colleagues = Colleagues(world, book, seed)
    story, watch = Story(colleagues, seed, whole=whole), Watch(world, book)
    colleagues.open_the_office()
    story.tell()
    watch.each_evening()
    world.run(END, lambda: False)
    watch.at_the_end()
    return Year(world, book, colleagues, story, watch)
