"""An own Bot API server in ``--local`` mode: larger files, and those it received lie on a disk that Pandu reads."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from telegram.error import NetworkError

from workflow.moment import CLOUD_FILE_BYTES

_SAFE = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
"""Opens no symbolic link, and does not wait for the other end of a pipe."""


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What a Bot API server carries, in bytes: towards the bot, and from the bot."""

    receive: int
    send: int


CLOUD = FileLimits(receive=CLOUD_FILE_BYTES, send=50 << 20)
LOCAL = FileLimits(receive=2000 << 20, send=2000 << 20)


class NotOnDisk(NetworkError):
    """A file that the server says is on its disk cannot be read there; it is asked for again later.

    Never names the path: the token is part of it.
    """


def open_local(directory: Path, told: str) -> BinaryIO:
    """Open a file where the server says it is, which must be below ``directory``.

    A server that is not what it should be could name any file of this machine.

    :raises NotOnDisk: it is elsewhere, is no plain file, or is not there (for this user).
    """
    try:
        root, path = directory.resolve(strict=True), Path(told).resolve(strict=True)
        if not path.is_relative_to(root):
            raise NotOnDisk("The server names a file outside of PANDU_TELEGRAM_LOCAL_DIR")
        descriptor = os.open(path, _SAFE)
    except OSError as error:
        reason = f"({error.strerror}); is PANDU_TELEGRAM_LOCAL_DIR the server's folder?"
        raise NotOnDisk(f"The server's file cannot be opened {reason}") from None
    except ValueError:
        raise NotOnDisk("The server names no file") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotOnDisk("The server names something that is no plain file")
    return os.fdopen(descriptor, "rb")
