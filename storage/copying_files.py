"""Copying all files from one store to another, as often as it takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import BinaryIO

from storage.file_store import FileStore, digest_of, whole
from storage.stored_files import AT_ONCE

TOLD_EVERY = 1000


@dataclass(slots=True)
class Copied:
    """What a copying came to: files copied now, files that were there already, names of those left out."""

    new: int = 0
    there: int = 0
    damaged: list[str] = field(default_factory=list)


async def copy(source: FileStore, target: FileStore, told: Callable[[int], None]) -> Copied:
    """Copy every file that the target does not have; the source is only read.

    A file is compared with its name before it is sent and read back afterwards. One that the
    target has in full length is not sent again, so a copying that was broken off goes on where
    it was. ``told`` hears from time to time how many files are done.

    :raises FilesUnavailable: one of both is away; go on later.
    """
    copied = Copied()
    async for names in _some(source.names()):
        copying = (_copy_one(source, target, name, copied) for name in names)
        # Those that are on their way are finished before a fault is told.
        for fault in await asyncio.gather(*copying, return_exceptions=True):
            if fault is not None:
                raise fault
        done = copied.new + copied.there + len(copied.damaged)
        if done % TOLD_EVERY < len(names):
            told(done)
    return copied


async def _copy_one(source: FileStore, target: FileStore, name: str, copied: Copied) -> None:
    size = await source.size(name)
    if size is not None and await target.size(name) == size:
        copied.there += 1
        return
    async with source.opened(name) as file:
        if not await _sent(target, name, file):
            copied.damaged.append(name)
            return
    copied.new += 1


async def _sent(target: FileStore, name: str, file: BinaryIO) -> bool:
    if await asyncio.to_thread(digest_of, file) != name:
        return False
    await target.put(file)
    return await whole(target, name)


async def _some(names: AsyncIterator[str]) -> AsyncIterator[list[str]]:
    some: list[str] = []
    async for name in names:
        some.append(name)
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some
