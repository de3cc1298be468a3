from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Unusable, load_settings

TOKEN = "7000000001:" + "x" * 35


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("TELEGRAM_TOKEN", "TELEGRAM_API_URL", "DATABASE_URL", "DATA_DIR", "LANGUAGE", "LOG_LEVEL"):
        monkeypatch.delenv(f"PANDU_{name}", raising=False)


def test_defaults_work_without_anything_set() -> None:
    settings = load_settings()
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.language == "id"
    assert settings.sqlite_path == settings.data_dir / "pandu.db"


def test_a_missing_token_is_told_with_its_name() -> None:
    with pytest.raises(Unusable, match="PANDU_TELEGRAM_TOKEN"):
        load_settings().token()


def test_an_empty_token_is_a_missing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANDU_TELEGRAM_TOKEN", "")
    with pytest.raises(Unusable, match="PANDU_TELEGRAM_TOKEN"):
        load_settings().token()


def test_the_env_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"PANDU_TELEGRAM_TOKEN={TOKEN}\nPANDU_LANGUAGE=en\nOTHER=1\n")
    assert load_settings().token().get_secret_value() == TOKEN
    assert load_settings().language == "en"
    monkeypatch.setenv("PANDU_LANGUAGE", "id")
    assert load_settings().language == "id"


def test_all_wrong_settings_are_told_in_one_line_without_their_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANDU_LANGUAGE", "klingon")
    monkeypatch.setenv("PANDU_LOG_LEVEL", "LOUD")
    monkeypatch.setenv("PANDU_TELEGRAM_API_URL", "not an address")
    with pytest.raises(Unusable) as caught:
        load_settings()
    line = str(caught.value)
    assert all(name in line for name in ("PANDU_LANGUAGE", "PANDU_LOG_LEVEL", "PANDU_TELEGRAM_API_URL"))
    assert "\n" not in line
    assert "klingon" not in line


def test_a_log_level_may_be_written_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANDU_LOG_LEVEL", "debug")
    assert load_settings().log_level == "DEBUG"


def test_a_slash_at_the_end_of_the_address_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANDU_TELEGRAM_API_URL", "http://127.0.0.1:8081/")
    assert load_settings().telegram_api_url == "http://127.0.0.1:8081"


def test_a_server_database_has_no_sqlite_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANDU_DATABASE_URL", "postgresql://pandu@localhost/pandu")
    assert load_settings().sqlite_path is None


def test_the_token_never_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANDU_TELEGRAM_TOKEN", TOKEN)
    assert TOKEN not in repr(load_settings())


def test_a_data_folder_that_cannot_be_made_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PANDU_DATA_DIR", str(tmp_path / "file" / "data"))
    with pytest.raises(Unusable, match="Folder data"):
        load_settings().make_data_dir()
