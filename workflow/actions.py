"""What an official can do to a run, as a closed set of plain values."""

from __future__ import annotations

from dataclasses import dataclass, field

from workflow.state import PartKey, RunState


@dataclass(frozen=True, slots=True)
class Complete:
    """The part's work is done: confirmed, sent, accepted, merged."""

    key: PartKey


@dataclass(frozen=True, slots=True)
class Decide:
    """A DECISION is taken.

    ``target`` is the step a return goes to (``None``: the outcome's default). ``units``
    names the units that alone go back (then to the outcome's ``units_to``); empty: the
    step's product as a whole ('Dokumen gabungan' where the target merges one).
    """

    key: PartKey
    outcome: str
    target: int | None = None
    units: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class ReturnUnit:
    """A REVIEW sends its unit back, or a UNIT without collector sends itself back."""

    key: PartKey


@dataclass(frozen=True, slots=True)
class Nil:
    """A UNIT has nothing to report ('Nihil'); its collector still accepts that."""

    key: PartKey


@dataclass(frozen=True, slots=True)
class Waive:
    """The run goes on without an open UNIT ('Lanjutkan tanpa'); it may still hand in."""

    key: PartKey


@dataclass(frozen=True, slots=True)
class Touch:
    """The holder of an open part has acknowledged it or begun to upload."""

    key: PartKey


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The doer takes a settled part back while nothing built on it ('Tarik kembali')."""

    key: PartKey


@dataclass(frozen=True, slots=True)
class Renew:
    """An open part is opened anew (new holder, changed output): old buttons die."""

    key: PartKey


@dataclass(frozen=True, slots=True)
class Reopen:
    """A settled DECISION proves void: it is open again, and what was built on it waits."""

    key: PartKey


Action = Complete | Decide | ReturnUnit | Nil | Waive | Touch | Withdraw | Renew | Reopen


@dataclass(frozen=True, slots=True)
class Transition:
    """What an action did: the new state and what changed, each list in step order.

    A part is in one list at most. ``opened`` parts are open for a new activation and need
    cards; ``closed`` were settled by this action (a unit's nil or waiver carried on into a
    later step included); ``superseded`` were open or settled and now wait again, because of
    a return, a skip or a withdrawal; ``restored`` waited and are settled again as before,
    because a return was taken back. ``reopened_steps`` are steps that now wait or are open
    although they were done or skipped.
    """

    state: RunState
    opened: tuple[PartKey, ...] = ()
    closed: tuple[PartKey, ...] = ()
    superseded: tuple[PartKey, ...] = ()
    reopened_steps: tuple[int, ...] = ()
    restored: tuple[PartKey, ...] = ()


class Refused(Exception):
    """An action the rules do not allow now. ``reason`` is a stable word for messages.

    Reasons: ``not_open``, ``not_done``, ``built_upon``, ``units_missing`` (the merged file
    comes after every unit), ``unknown_outcome``, ``not_a_target``, ``not_a_unit``,
    ``not_applicable``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
