from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.local_api import NotOnDisk, open_local

TOKEN = "7000000001:AAHsecretsecretsecretsecretsecretsec"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The server's folder with one file, and a secret beside it."""
    (tmp_path / "secret").write_bytes(b"secret")
    place = tmp_path / "server" / TOKEN / "documents"
    place.mkdir(parents=True)
    (place / "file_0.pdf").write_bytes(b"%PDF-1.7")
    return tmp_path / "server"


def test_a_file_is_read_where_the_server_says_it_is(folder: Path) -> None:
    with open_local(folder, f"{folder}/{TOKEN}/documents/file_0.pdf") as file:
        assert file.read() == b"%PDF-1.7"


def test_the_folder_itself_may_be_named_by_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    with open_local(tmp_path / "link", f"{tmp_path}/link/{TOKEN}/documents/file_0.pdf") as file:
        assert file.read() == b"%PDF-1.7"


@pytest.mark.parametrize(
    "told",
    [
        "/etc/passwd", "{folder}/../secret", "{folder}/{token}/../../secret", "{folder}-other/x", "{folder}/link",
        "{folder}/up/secret", "{folder}", "{folder}/{token}", "{folder}/pipe", "{folder}/none", "secret", "", "/",
        "{folder}/a\0b", "/dev/zero", "{folder}/" + "x" * 5000,
    ],
)  # fmt: skip
def test_nothing_else_of_this_machine_is_read(folder: Path, tmp_path: Path, told: str) -> None:
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "up").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    (tmp_path / "server-other").mkdir()
    (tmp_path / "server-other" / "x").write_bytes(b"other")
    with pytest.raises(NotOnDisk) as refused:
        open_local(folder, told.format(folder=folder, token=TOKEN))
    assert TOKEN not in str(refused.value)


def test_a_folder_that_is_not_mounted_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotOnDisk, match="PANDU_TELEGRAM_LOCAL_DIR"):
        open_local(tmp_path / "none", f"{tmp_path}/none/x")
