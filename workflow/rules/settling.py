"""Acts on one open part: done, nothing to report, going on without, noticed, opened anew."""

from __future__ import annotations

from dataclasses import replace

from workflow.actions import Refused
from workflow.rules.change import Change, asks_merge
from workflow.state import Part, PartKey, PartStatus


def complete(change: Change, key: PartKey) -> None:
    """Settle a part whose work is done. A waived unit may still hand in while the run goes on."""
    step = change.step(key.step)
    if key.part is Part.DECISION or (key.part is Part.COLLECTION and not asks_merge(step)):
        raise Refused("not_applicable")
    if key.part is Part.UNIT and change.status(key) is PartStatus.WAIVED and not change.before.finished:
        change.settle_part(key, PartStatus.DONE)
        return
    _must_be_open(change, key)
    if key.part is Part.COLLECTION and not change.units_settled(step):
        raise Refused("units_missing")
    change.settle_part(key, PartStatus.DONE)
    if key.part is Part.WORK:
        for follower in change.parts_of(key.step)[1:]:
            change.open_part(follower)
    _conclude(change, key)


def nil(change: Change, key: PartKey) -> None:
    """Settle a unit that has nothing to report; a collector still looks at that."""
    _must_be_open_unit(change, key)
    change.settle_part(key, PartStatus.NIL)
    _conclude(change, key)


def waive(change: Change, key: PartKey) -> None:
    """Let the run go on without this unit; nobody looks at anything."""
    _must_be_open_unit(change, key)
    change.settle_part(key, PartStatus.WAIVED)
    change.go_on()
    change.record_undo(key.step)


def touch(change: Change, key: PartKey) -> None:
    """Note that the holder has seen the part or begun to work on it."""
    _must_be_open(change, key)
    change.parts[key] = replace(change.parts[key], touched=True)


def renew(change: Change, key: PartKey) -> None:
    """Open an open part anew: its old buttons die."""
    _must_be_open(change, key)
    change.open_part(key)


def _conclude(change: Change, key: PartKey) -> None:
    if key.part is Part.UNIT and change.step(key.step).collector:
        change.open_part(PartKey(key.step, Part.REVIEW, key.unit))
    change.go_on()
    change.record_undo(key.step)


def _must_be_open(change: Change, key: PartKey) -> None:
    if not change.is_open(key):
        raise Refused("not_open")


def _must_be_open_unit(change: Change, key: PartKey) -> None:
    if key.part is not Part.UNIT:
        raise Refused("not_applicable")
    _must_be_open(change, key)
