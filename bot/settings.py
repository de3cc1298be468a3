"""The settings of one installation: environment variables or a ``.env`` file, all ``PANDU_*``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

TELEGRAM_API_URL = "https://api.telegram.org"


class Unusable(Exception):
    """Pandu cannot start as things are. The message is one line for whoever runs it."""


class Settings(BaseSettings):
    """What an installation may set. Unset things have a default that works; only the token has none."""

    model_config = SettingsConfigDict(
        env_prefix="PANDU_",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    telegram_token: SecretStr | None = Field(default=None, description="The bot's token, as given by @BotFather")
    telegram_api_url: str = Field(default=TELEGRAM_API_URL, description="A Bot API server; /bot<token>/... is appended")
    telegram_proxy: str | None = Field(default=None, description="HTTP proxy towards the Bot API server")
    database_url: str | None = Field(default=None, description="sqlite:///path or postgresql://...")
    data_dir: Path = Field(default=Path(".data"), description="Folder of the SQLite database and of the files")
    language: Literal["id", "en"] = Field(default="id", description="Language of officials who did not choose one")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("telegram_api_url", "telegram_proxy")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None:
            HttpUrl(value)
        return value.rstrip("/") if value else None

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @property
    def database(self) -> str:
        """The database's URL: as set, else an SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'pandu.db'}"

    @property
    def files_dir(self) -> Path:
        """Where officials' files are kept."""
        return self.data_dir / "files"

    @property
    def sqlite_path(self) -> Path | None:
        """The SQLite file, or ``None`` when the database is a server."""
        prefix = "sqlite:///"
        return Path(self.database.removeprefix(prefix)) if self.database.startswith(prefix) else None

    def token(self) -> SecretStr:
        """Return the token; raise :class:`Unusable` where there is none."""
        if self.telegram_token is None:
            raise Unusable("PANDU_TELEGRAM_TOKEN belum diisi: isi di environment atau .env (token dari @BotFather).")
        return self.telegram_token

    def make_data_dir(self) -> None:
        """Create the data folder; raise :class:`Unusable` where that is not possible."""
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.sqlite_path is not None:
                self.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unusable(f"Folder data {self.data_dir} tidak dapat dibuat: {error.strerror}.") from None


def load_settings(**overrides: object) -> Settings:
    """Read the settings; raise :class:`Unusable` naming every wrong one, never its value."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        wrong = sorted({"PANDU_" + str(fault["loc"][0]).upper() + ": " + fault["msg"] for fault in error.errors()})
        raise Unusable("Setelan salah: " + "; ".join(wrong) + ".") from None
