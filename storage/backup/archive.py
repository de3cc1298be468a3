"""The archive's outside: a tar file with a manifest that names every part and its SHA-256."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO

from storage.backup.rows import DumpedTable

FORMAT = 1
MANIFEST = "manifest.json"
TABLES = "tables"
FILES = "files"
_BLOCK = 1 << 20


class BadArchive(Exception):
    """An archive that is damaged, incomplete, or none of ours. Nothing of it is used."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds.

    ``revision`` is the schema's; ``files`` maps each SHA-256 to its size in bytes; ``missing``
    are files that the rows name but the store had lost (or had damaged) when it was made;
    ``heads`` are the ends of the audit chains, by office: how many events, and the last hash.
    """

    created_at: datetime
    revision: str
    tables: dict[str, DumpedTable]
    files: dict[str, int]
    missing: list[str]
    heads: dict[str, tuple[int, str]]

    def to_bytes(self) -> bytes:
        """Return the manifest as it stands in the archive."""
        plain = {
            "format": FORMAT,
            "created_at": self.created_at.astimezone(UTC).isoformat(),
            "revision": self.revision,
            "tables": {name: table.as_json() for name, table in self.tables.items()},
            "files": self.files,
            "missing": self.missing,
            "heads": self.heads,
        }
        return json.dumps(plain, indent=1, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Manifest:
        """Read a manifest; raise :class:`BadArchive` for what is none of ours."""
        try:
            plain: dict[str, Any] = json.loads(data)
            if plain["format"] != FORMAT:
                raise BadArchive(f"format {plain['format']} is not known here")
            return cls(
                created_at=datetime.fromisoformat(plain["created_at"]),
                revision=str(plain["revision"]),
                tables={str(name): DumpedTable(**table) for name, table in plain["tables"].items()},
                files={str(sha256): int(size) for sha256, size in plain["files"].items()},
                missing=[str(sha256) for sha256 in plain["missing"]],
                heads={str(office): (int(seq), str(found)) for office, (seq, found) in plain["heads"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadArchive("the manifest cannot be read") from error


@contextmanager
def new_archive(path: Path) -> Iterator[tarfile.TarFile]:
    """Write an archive for its owner only; it comes to its name when it is whole."""
    part = path.with_name(path.name + ".part")
    try:
        # Rows are personal data: nobody else on the machine reads them.
        part.touch(mode=0o600, exist_ok=False)
        with tarfile.open(part, "w:gz", compresslevel=1) as tar:
            yield tar
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def add_bytes(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    """Add a part that is in memory."""
    add_file(tar, name, io.BytesIO(data), len(data))


def add_file(tar: tarfile.TarFile, name: str, file: BinaryIO, size: int) -> None:
    """Add a part of ``size`` bytes from an open file."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    tar.addfile(member, file)


def unpack(path: Path, folder: Path) -> Manifest:
    """Unpack an archive into an empty folder and check every part against the manifest.

    Only parts the manifest names are written, under names of our own making. Raises
    :class:`BadArchive` if one is damaged, missing or too much.
    """
    try:
        with tarfile.open(path, "r:gz") as tar:
            first = tar.next()
            opened = tar.extractfile(first) if first is not None and first.name == MANIFEST else None
            if opened is None:
                raise BadArchive("there is no manifest at its beginning")
            manifest = Manifest.from_bytes(opened.read())
            _unpack_parts(tar, manifest, folder)
    except (tarfile.TarError, EOFError, OSError, UnicodeError) as error:
        raise BadArchive(f"it cannot be read to its end ({type(error).__name__})") from error
    return manifest


def _unpack_parts(tar: tarfile.TarFile, manifest: Manifest, folder: Path) -> None:
    wanted = {f"{TABLES}/{name}.jsonl": table.sha256 for name, table in manifest.tables.items()}
    wanted |= {f"{FILES}/{sha256}": sha256 for sha256 in manifest.files}
    for directory in (TABLES, FILES):
        (folder / directory).mkdir()
    while (member := tar.next()) is not None:
        expected = wanted.pop(member.name, None)
        content = tar.extractfile(member) if member.isfile() else None
        if expected is None or content is None:
            raise BadArchive(f"{PurePosixPath(member.name).name!r} does not belong there")
        if _copy(content, folder / member.name) != expected:
            raise BadArchive(f"{member.name} was changed or is damaged")
    if wanted:
        raise BadArchive(f"{min(wanted)} is missing")


def _copy(content: IO[bytes], to: Path) -> str:
    digest = hashlib.sha256()
    with to.open("wb") as out:
        while block := content.read(_BLOCK):
            out.write(block)
            digest.update(block)
    return digest.hexdigest()
