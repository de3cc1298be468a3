from __future__ import annotations

import pytest

from simulator.pictures import dimensions, sizes

JPEG = (
    b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + (480).to_bytes(2, "big") + (640).to_bytes(2, "big") + b"\0" * 10
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (2000).to_bytes(4, "big") + (100).to_bytes(4, "big"), (2000, 100)),
        (JPEG, (640, 480)),
        (b"GIF89a\x0a\x00\x14\x00", (10, 20)),
        (b"RIFF0000WEBPVP8 ", (1280, 960)),
        (b"\xff\xd8\xff\xe0", (1280, 960)),
        (b"%PDF-1.7", None),
        (b"", None),
    ],
)
def test_dimensions(content: bytes, expected: tuple[int, int] | None) -> None:
    assert dimensions(content) == expected


def test_a_large_photo_comes_in_four_sizes_and_a_tiny_one_in_one() -> None:
    assert sizes(4000, 3000) == [(90, 68), (320, 240), (800, 600), (1280, 960)]
    assert sizes(40, 30) == [(40, 30)]
