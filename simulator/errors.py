"""What the Bot API answers when it does not do what was asked, in Telegram's own words."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer with `ok: false`."""

    code = 400
    prefix = "Bad Request: "

    def __init__(self, description: str, **parameters: Any) -> None:
        super().__init__(self.prefix + description)
        self.description = self.prefix + description
        self.parameters = parameters

    def answer(self) -> dict[str, Any]:
        """Return the JSON body of the answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


class BadRequest(ApiError):
    """400: the request itself is wrong."""


class Unauthorized(ApiError):
    """401: no bot has this token."""

    code = 401
    prefix = "Unauthorized"


class Forbidden(ApiError):
    """403: the person does not want, or cannot get, messages of this bot."""

    code = 403
    prefix = "Forbidden: "


class NotFound(ApiError):
    """404: no such method, token shape or file."""

    code = 404
    prefix = "Not Found"


class Conflict(ApiError):
    """409: two consumers of one bot's updates."""

    code = 409
    prefix = "Conflict: "


class TooLarge(ApiError):
    """413: more bytes than a bot may upload."""

    code = 413
    prefix = "Request Entity Too Large"


class TooManyRequests(ApiError):
    """429: flood control; `parameters.retry_after` is in seconds."""

    code = 429
    prefix = "Too Many Requests: "

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"retry after {retry_after}", retry_after=retry_after)


class ServerError(ApiError):
    """5xx: Telegram itself has trouble."""

    prefix = ""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code


class Impossible(Exception):
    """A person was asked to do what a real messenger would not let them do (a button that is not there, ...)."""
