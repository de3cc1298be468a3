"""The settings of one installation: environment variables or a ``.env`` file, all ``PANDU_*``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, HttpUrl, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from storage.file_store import S3Access, place_of

TELEGRAM_API_URL = "https://api.telegram.org"
LISTEN = "0.0.0.0:8080"
"""Where `pandu serve` listens unless told otherwise: behind a proxy, in a container of its own."""


class Unusable(Exception):
    """Pandu cannot start as things are. The message is one line for whoever runs it."""


class Settings(BaseSettings):
    """What an installation may set. Unset things have a default that works; only the tokens have none."""

    model_config = SettingsConfigDict(
        env_prefix="PANDU_",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    telegram_token: SecretStr | None = Field(default=None, description="The bot's token, as given by @BotFather")
    telegram_tokens: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(), description="The tokens of several bots, separated by commas or spaces"
    )
    telegram_api_url: str = Field(default=TELEGRAM_API_URL, description="A Bot API server; /bot<token>/... is appended")
    telegram_proxy: str | None = Field(default=None, description="HTTP proxy towards the Bot API server")
    telegram_local: bool = Field(default=False, description="The Bot API server is an own one, run with --local")
    telegram_local_dir: Path = Field(
        default=Path("/var/lib/telegram-bot-api"), description="Its folder, seen here under the same name as there"
    )
    webhook_url: str | None = Field(default=None, description="Public address of `pandu serve`, as Telegram sees it")
    listen: str | None = Field(default=None, description="host:port of the web server; `pandu run` has one if set")
    database_url: str | None = Field(default=None, description="sqlite:///path or postgresql://...")
    data_dir: Path = Field(default=Path(".data"), description="Folder of the SQLite database and of the files")
    files_url: str | None = Field(default=None, description="file:///path or s3://bucket/prefix")
    files_s3_endpoint: str | None = Field(default=None, description="Address of the S3 service, if it is not Amazon's")
    files_s3_region: str | None = Field(default=None, description="Region of the bucket; AWS_REGION if unset")
    files_s3_key_id: str | None = Field(default=None, description="Access key; AWS_ACCESS_KEY_ID if unset")
    files_s3_secret: SecretStr | None = Field(default=None, description="Its secret; AWS_SECRET_ACCESS_KEY if unset")
    language: Literal["id", "en"] = Field(default="id", description="Language of officials who did not choose one")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = Field(default="text", description="One line of text or of JSON per record")

    @field_validator("telegram_tokens", mode="before")
    @classmethod
    def _several(cls, value: object) -> object:
        return tuple(re.split(r"[\s,]+", value.strip(" ,\n\t"))) if isinstance(value, str) else value

    @field_validator("telegram_api_url", "telegram_proxy", "files_s3_endpoint")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None:
            HttpUrl(value)
        return value.rstrip("/") if value else None

    @field_validator("webhook_url")
    @classmethod
    def _public_address(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        # Telegram itself calls nothing else; a Bot API server of one's own may be near enough to do without.
        if HttpUrl(value).scheme != "https" and info.data.get("telegram_api_url") == TELEGRAM_API_URL:
            raise ValueError("must begin with https://")
        return value.rstrip("/")

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, value: str | None) -> str | None:
        if value is not None:
            _address(value)
        return value

    @field_validator("files_url")
    @classmethod
    def _store(cls, value: str | None) -> str | None:
        if value is not None:
            place_of(value)
        return value

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _in_any_case(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, str):
            return value
        return value.upper() if info.field_name == "log_level" else value.lower()

    @property
    def database(self) -> str:
        """The database's URL: as set, else an SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'pandu.db'}"

    @property
    def local_dir(self) -> Path | None:
        """The folder of a Bot API server in ``--local`` mode, ``None`` for any other server."""
        return self.telegram_local_dir if self.telegram_local else None

    @property
    def files(self) -> str:
        """The URL of the store of officials' files: as set, else a folder in the data folder."""
        return self.files_url or (self.data_dir / "files").absolute().as_uri()

    @property
    def s3(self) -> S3Access:
        """How the S3 service is reached."""
        secret = self.files_s3_secret.get_secret_value() if self.files_s3_secret else None
        return S3Access(self.files_s3_endpoint, self.files_s3_region, self.files_s3_key_id, secret)

    @property
    def sqlite_path(self) -> Path | None:
        """The SQLite file, or ``None`` when the database is a server."""
        prefix = "sqlite:///"
        return Path(self.database.removeprefix(prefix)) if self.database.startswith(prefix) else None

    def tokens(self) -> tuple[SecretStr, ...]:
        """Return the token of each bot; raise :class:`Unusable` where there is none, or one bot twice."""
        tokens = ((self.telegram_token,) if self.telegram_token else ()) + self.telegram_tokens
        if not tokens:
            raise Unusable(
                "PANDU_TELEGRAM_TOKEN belum diisi: isi di environment atau .env (token dari @BotFather);"
                " beberapa bot: PANDU_TELEGRAM_TOKENS."
            )
        bots = [token.get_secret_value().partition(":")[0] for token in tokens]
        twice = sorted({bot for bot in bots if bots.count(bot) > 1})
        if twice:
            raise Unusable(f"Bot {', '.join(twice)} ada dua kali di PANDU_TELEGRAM_TOKEN dan PANDU_TELEGRAM_TOKENS.")
        return tokens

    def address(self) -> tuple[str, int]:
        """Return host and port of the web server."""
        return _address(self.listen or LISTEN)

    def make_data_dir(self) -> None:
        """Create the data folder; raise :class:`Unusable` where that is not possible."""
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.sqlite_path is not None:
                self.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unusable(f"Folder data {self.data_dir} tidak dapat dibuat: {error.strerror}.") from None


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 1 << 16:
        raise ValueError("must be host:port, e.g. 0.0.0.0:8080")
    return host.strip("[]"), int(port)


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; raise :class:`Unusable` naming every wrong one, never its value."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        wrong = sorted({"PANDU_" + str(fault["loc"][0]).upper() + ": " + fault["msg"] for fault in error.errors()})
        raise Unusable("Setelan salah: " + "; ".join(wrong) + ".") from None
