"""Write the gallery: ``make gallery``."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.gallery.collecting import collect
from tests.gallery.page import page

PLACE = Path(__file__).parents[2] / "artifacts" / "gallery" / "index.html"


def main() -> None:
    """Render every message and write the page; say where it is."""
    exhibits = collect()
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    PLACE.write_text(page(exhibits), "utf-8")
    sys.stdout.write(f"{len(exhibits)} messages, each in two languages: {PLACE.relative_to(Path.cwd())}\n")


if __name__ == "__main__":
    main()
