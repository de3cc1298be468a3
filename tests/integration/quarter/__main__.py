"""``python -m tests.integration.quarter [seed] [Telegram id ...]``: read officials' quarters."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from storage.database import migrate
from tests.integration.quarter.play import diary, play
from tests.integration.workflow.town import SqliteStore


def main() -> None:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    chats = [int(word) for word in sys.argv[2:]] or [1002]
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'quarter.db'}"
        migrate(url)
        quarter = play(SqliteStore(url), seed)
    for chat in chats:
        sys.stdout.write(f"{quarter.life.people[chat].name}\n{diary(quarter, chat)}\n\n")
    found = [quarter.unfinished, quarter.given_up, quarter.left_over, quarter.audit, dict(quarter.oracle.seen)]
    sys.stdout.write("\n".join([*quarter.oracle.faults, *map(str, found)]) + "\n")


if __name__ == "__main__":
    main()
