from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings, Unusable, load_settings
from storage.file_store import S3Access, place_of

TOKEN = "7000000001:" + "x" * 35


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PANDU_{name.upper()}", raising=False)


def test_defaults_work_without_anything_set() -> None:
    settings = load_settings()
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.language == "id"
    assert settings.sqlite_path == settings.data_dir / "pandu.db"


def test_a_missing_token_is_told_with_its_name() -> None:
    with pytest.raises(Unusable, match="PANDU_TELEGRAM_TOKEN"):
        load_settings().tokens()


def test_an_empty_token_is_a_missing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANDU_TELEGRAM_TOKEN", "")
    with pytest.raises(Unusable, match="PANDU_TELEGRAM_TOKEN"):
        load_settings().tokens()


def test_the_env_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"PANDU_TELEGRAM_TOKEN={TOKEN}\nPANDU_LANGUAGE=en\nOTHER=1\n")
    assert load_settings().tokens()[0].get_secret_value() == TOKEN
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


@pytest.mark.parametrize("between", [",", " ", ", ", "\n"])
def test_several_tokens_are_separated_by_commas_or_blanks(monkeypatch: pytest.MonkeyPatch, between: str) -> None:
    second, third = TOKEN.replace("7", "8", 1), TOKEN.replace("7", "9", 1)
    monkeypatch.setenv("PANDU_TELEGRAM_TOKENS", f"{second}{between}{third}{between}")
    assert [token.get_secret_value() for token in load_settings().tokens()] == [second, third]
    monkeypatch.setenv("PANDU_TELEGRAM_TOKEN", TOKEN)
    assert [token.get_secret_value() for token in load_settings().tokens()] == [TOKEN, second, third]
    assert second not in repr(load_settings())


def test_a_bot_named_twice_is_told_by_its_id_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANDU_TELEGRAM_TOKENS", f"{TOKEN},{TOKEN[:-1]}y")
    with pytest.raises(Unusable, match="7000000001") as caught:
        load_settings().tokens()
    assert "xxxx" not in str(caught.value)


def test_telegram_reaches_a_webhook_by_https_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANDU_WEBHOOK_URL", "http://pandu.example/")
    with pytest.raises(Unusable, match=r"PANDU_WEBHOOK_URL: .* https:"):
        load_settings()
    monkeypatch.setenv("PANDU_TELEGRAM_API_URL", "http://127.0.0.1:8081")
    assert load_settings().webhook_url == "http://pandu.example"


@pytest.mark.parametrize(
    ("listen", "address"), [("127.0.0.1:9", ("127.0.0.1", 9)), ("[::]:8080", ("::", 8080)), (None, ("0.0.0.0", 8080))]
)
def test_where_to_listen(monkeypatch: pytest.MonkeyPatch, listen: str | None, address: tuple[str, int]) -> None:
    if listen:
        monkeypatch.setenv("PANDU_LISTEN", listen)
    assert load_settings().address() == address


@pytest.mark.parametrize(
    ("name", "value"),
    [("LISTEN", "9119"), ("LISTEN", "host:http"), ("LISTEN", ":9119"), ("LISTEN", "host:70000"), ("LOG_FORMAT", "xml"),
     ("FILES_URL", "ftp://host/files"), ("TELEGRAM_LOCAL", "perhaps")],
)  # fmt: skip
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"PANDU_{name}", value)
    with pytest.raises(Unusable, match=f"PANDU_{name}") as caught:
        load_settings()
    assert value not in str(caught.value)


def test_where_files_are_kept_and_how_they_are_reached(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PANDU_DATA_DIR", str(tmp_path / "isi #1"))
    assert place_of(load_settings().files) == tmp_path / "isi #1" / "files"
    for name, value in {
        "URL": "s3://berkas/a/b", "S3_ENDPOINT": "http://127.0.0.1:9000/", "S3_REGION": "r", "S3_KEY_ID": "k",
        "S3_SECRET": "rahasia",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"PANDU_FILES_{name}", value)
    settings = load_settings()
    assert place_of(settings.files) == ("berkas", "a/b")
    assert settings.s3 == S3Access("http://127.0.0.1:9000", "r", "k", "rahasia")
    assert "rahasia" not in repr(settings) + repr(settings.s3)


def test_the_folder_of_an_own_bot_api_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANDU_TELEGRAM_LOCAL_DIR", "/srv/tg")
    assert load_settings().local_dir is None
    monkeypatch.setenv("PANDU_TELEGRAM_LOCAL", "1")
    assert load_settings().local_dir == Path("/srv/tg")
