"""``python -m tests.integration.year [seed]``: read a year of office life."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from storage.database import migrate
from tests.integration.workflow.town import SqliteStore
from tests.integration.year.log import write
from tests.integration.year.play import play


def main() -> None:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'year.db'}"
        migrate(url)
        store = SqliteStore(url)
        sys.stdout.write(write(play(store, seed)))
        store.close()


if __name__ == "__main__":
    main()
