"""What an office file may say. ``None`` and absent sections mean: leave as it is."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from sop_definitions.model import Identifier, SopId, Strict, Version
from workflow.adoption_choices import Choices
from workflow.office_file.names import Name
from workflow.office_file.time_sections import CalendarEntry, Day
from workflow.office_rules import OfficeRules
from workflow.reminding.policy import ReminderPolicy

TIME_ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
"""Indonesia's zones by the names officials use."""


def _zone(name: str) -> str:
    zone = TIME_ZONES.get(name.upper(), name)
    if zone not in available_timezones():
        raise ValueError(f"Zona waktu '{name[:40]}' tidak dikenal. Tulis WIB, WITA, WIT, atau mis. Asia/Jakarta.")
    return zone


def _text(value: Any) -> Any:
    # A version is most often a year, and quotes around it are easily forgotten.
    return str(value) if type(value) is int else value


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=40)]
Username = Annotated[str, StringConstraints(pattern=r"^@?[A-Za-z][A-Za-z0-9_]{3,31}$")]
TelegramId = Annotated[int, Field(ge=1, le=2**52)]


class OfficeEntry(Strict):
    """The office itself. ``timezone`` is an IANA name, or WIB, WITA, WIT; ``bot`` the username of who serves it."""

    id: Id
    name: Name
    regency: Name
    timezone: Annotated[str, AfterValidator(_zone)]
    bot: Username | None = None


class UnitEntry(Strict):
    """A section, sub-division or field; the sekretariat is one too."""

    id: Id
    name: Name


class OrderEntry(Strict):
    """The order (surat perintah) an acting official rests on, as printed."""

    number: Annotated[Name, StringConstraints(max_length=80)]
    date: Day


class SeatEntry(Strict):
    """A seat: the office's role, perhaps in a unit. ``title`` is how the seat is called.

    Both days are included, in the office's zone. A Plt. or Plh. needs a last day and an order;
    a Plh. also ``principal``, the name of whom they stand in for.
    """

    role: Identifier
    unit: Id | None = None
    title: Name | None = None
    capacity: Literal["definitif", "plt", "plh"] = "definitif"
    since: Day | None = Field(default=None, alias="from")
    until: Day | None = None
    order: OrderEntry | None = None
    principal: Name | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError("Tanggal 'until' mendahului 'from'.")
        if self.capacity != "definitif" and (self.until is None or self.order is None):
            raise ValueError("Plh. dan Plt. memerlukan 'until' dan 'order' (number, date).")
        if (self.capacity == "plh") != (self.principal is not None):
            raise ValueError("'principal' (siapa yang digantikan) ditulis untuk Plh., dan hanya untuk Plh.")
        return self


class OfficialEntry(Strict):
    """A person with their seats. Without ``telegram_id`` they enrol by link."""

    name: Name
    telegram_id: TelegramId | None = None
    seats: tuple[SeatEntry, ...] = ()
    admin: bool | None = None
    salutation: Literal["Bapak", "Ibu", "Bapak/Ibu"] | None = None


class AuditorEntry(Strict):
    """Somebody (Inspektorat) who may read the office's record; both days included, in the office's zone."""

    name: Name
    telegram_id: TelegramId | None = None
    salutation: Literal["Bapak", "Ibu", "Bapak/Ibu"] | None = None
    since: Day | None = Field(default=None, alias="from")
    until: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since is not None and self.until < self.since:
            raise ValueError("Tanggal 'until' mendahului 'from'.")
        return self


class AdoptEntry(Choices):
    """An SOP the office adopts, with its choices; without ``version`` the newest."""

    sop: SopId
    version: Annotated[Version | None, BeforeValidator(_text)] = None


class OfficeFile(Strict):
    """A whole office file, format 1. Of ``policy`` and ``rules`` only the keys that are written count."""

    format: Literal[1] = 1
    office: OfficeEntry
    units: tuple[UnitEntry, ...] | None = None
    officials: tuple[OfficialEntry, ...] | None = None
    auditors: tuple[AuditorEntry, ...] | None = None
    adopts: tuple[AdoptEntry, ...] | None = None
    calendar: CalendarEntry | None = None
    policy: ReminderPolicy | None = None
    rules: OfficeRules | None = None
