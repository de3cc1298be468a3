"""What an own Bot API server in `--local` mode does otherwise: larger files, handed out as paths on its disk."""

from __future__ import annotations

from pathlib import Path

from simulator.records import Bot, StoredFile
from simulator.world import World

MAX_FILE = 2000 << 20
CLOUD_DOWNLOAD = 20 << 20
CLOUD_UPLOAD = 50 << 20


def max_download(world: World) -> int:
    """Return the size in bytes up to which getFile hands a file out."""
    return CLOUD_DOWNLOAD if world.local_dir is None else MAX_FILE


def max_upload(world: World) -> int:
    """Return the size in bytes up to which a bot may send a file."""
    return CLOUD_UPLOAD if world.local_dir is None else MAX_FILE


def place(world: World, folder: Path, bot: Bot, file: StoredFile, name: str) -> str:
    """Put a file where the server keeps a bot's files, unless it is there; return its absolute path.

    What its sender claimed beyond its real bytes is a hole, which takes no room.
    """
    path = folder / bot.token / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            out.write(world.contents[file.content])
            out.truncate(file.size)
    return str(path)
