"""Putting files into the simulator, as documents or as photos."""

from __future__ import annotations

import mimetypes
import secrets

from simulator.pictures import dimensions, sizes
from simulator.records import StoredFile
from simulator.world import World


def keep_document(
    world: World, content: bytes, name: str | None, mime: str | None = None, *, size_known: bool = True,
    size: int | None = None,
) -> str:  # fmt: skip
    """Keep bytes as a document under its name; return the file's id. A larger `size` is claimed, not kept."""
    file = StoredFile(
        id=_unique(), kind="document", content=world.keep_content(content), size=size or len(content), name=name,
        mime=mime or mimetypes.guess_type(name or "")[0] or "application/octet-stream", size_known=size_known,
    )  # fmt: skip
    world.keep_file(file)
    return file.id


def keep_photo(world: World, content: bytes, *, size_known: bool = True) -> list[str]:
    """Keep a picture as a photo; return the ids of its sizes, smallest first.

    Every size has the bytes of the original: nothing is scaled here.

    Raises ValueError if the bytes are no picture.
    """
    sides = dimensions(content)
    if sides is None:
        raise ValueError("not a picture")
    key = world.keep_content(content)
    kept = []
    for width, height in sizes(*sides):
        file = StoredFile(
            id=_unique(), kind="photo", content=key, size=len(content), width=width, height=height,
            mime="image/jpeg", size_known=size_known,
        )  # fmt: skip
        world.keep_file(file)
        kept.append(file.id)
    return kept


def sizes_of(world: World, file_id: str) -> list[str]:
    """Return all sizes of the photo that one of its sizes belongs to."""
    for messages in world.messages.values():
        for message in messages.values():
            if file_id in message.photo:
                return list(message.photo)
    return [file_id]


def _unique() -> str:
    return "AgAD" + secrets.token_urlsafe(9).replace("-", "a").replace("_", "b")
