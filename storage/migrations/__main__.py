"""Write the next migration: ``python -m storage.migrations "what it does"``.

It is what leads from the newest migration to what the tables say now; read it before use.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from storage.migrations import run

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{Path(directory) / 'newest.db'}"
        run.upgrade(url)
        run.write_revision(url, sys.argv[1])
