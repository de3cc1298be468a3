"""What a database does to find the rows of each statement, asked while the real functions run.

Every statement is explained in its own transaction, just before it is executed, so its
parameters and the rows it meets are the real ones. PostgreSQL is asked twice: how many rows
each step of its plan touches, and whether an index would do for a plan that it keeps for all
parameters, however large the tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

_SMALL = 500
"""Rows that fit into few pages."""
_SQLITE_SCAN = re.compile(r"^SCAN (?:TABLE )?(\w+)(?: AS \w+)?(?: USING (?:COVERING )?INDEX (\w+))?")


@dataclass(frozen=True, slots=True)
class Fault:
    """A statement that would grow slower with the past."""

    what: str
    statement: str

    def __str__(self) -> str:
        return f"{self.what} <- {self.statement}"


@dataclass(slots=True)
class Findings:
    """What was seen. ``statements`` counts the different ones explained."""

    faults: list[Fault] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


@contextmanager
def explained(growing: dict[str, str], *, most_rows: int) -> Iterator[Findings]:
    """Explain every statement that any engine of this process executes meanwhile.

    ``growing``: the tables whose rows no statement may look through, each with the names of its
    indexes over live rows only, which may be. ``most_rows`` a single step of a plan may touch.
    """
    findings = Findings()
    busy = False

    def look(connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        nonlocal busy
        if busy or not statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            return
        busy = True
        try:
            values = parameters[0] if many else parameters
            explain = _sqlite if connection.dialect.name == "sqlite" else _postgres
            found = explain(connection, statement, values, growing, most_rows)
        finally:
            busy = False
        findings.seen.add(statement)
        findings.faults += [Fault(what, " ".join(statement.split())) for what in found]

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield findings
    finally:
        event.remove(Engine, "before_cursor_execute", look)


def _sqlite(connection: Connection, statement: str, values: Any, growing: dict[str, str], _most: int) -> list[str]:
    tables = _by_alias(statement)
    faults = []
    for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values):
        found = _SQLITE_SCAN.match(row[3])
        if found is None:
            continue
        table = tables.get(found.group(1), found.group(1))
        if table in growing and (found.group(2) or "none") not in growing[table].split():
            faults.append(row[3])
    return faults


def _by_alias(statement: str) -> dict[str, str]:
    """Return which table each alias of a statement stands for."""
    return {alias: table.strip('"') for table, alias in re.findall(r'("?\w+"?) AS (\w+)', statement)}


def _postgres(connection: Connection, statement: str, values: Any, growing: dict[str, str], most: int) -> list[str]:
    # What changes rows is not carried out twice.
    analyze = "ANALYZE, TIMING OFF, " if statement.lstrip().upper().startswith("SELECT") else ""
    explain = f"EXPLAIN ({analyze}FORMAT JSON) {statement}"
    nodes = list(_nodes(connection, explain, values))
    if any(node["Node Type"] == "Seq Scan" and _rows(node) < _SMALL for node in nodes):
        # Looking through a small table is right; how it is when that has grown shows without.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        nodes = list(_nodes(connection, explain, values))
    faults = [
        f"{node['Node Type']} touches {_rows(node):.0f} rows of {node['Relation Name']}"
        for node in nodes
        if node.get("Relation Name") in growing and _rows(node) > most
    ]
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
    connection.exec_driver_sql(f"PREPARE explained AS {statement}")
    try:
        nothing = ", ".join(["NULL"] * len(values))
        execute = f"EXECUTE explained({nothing})" if nothing else "EXECUTE explained"
        kept = list(_nodes(connection, f"EXPLAIN (FORMAT JSON) {execute}", ()))
    finally:
        connection.exec_driver_sql("DEALLOCATE explained")
        connection.exec_driver_sql("SET LOCAL enable_seqscan = on")
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = auto")
    return faults + [f"{node['Node Type']}: no index would do" for node in kept if _whole(node, growing)]


def _whole(node: dict[str, Any], growing: dict[str, str]) -> bool:
    """Say whether a step of a plan looks through all of a table or of an index."""
    if node["Node Type"] == "Seq Scan":
        return node["Relation Name"] in growing
    # The least of all is the first that an index has.
    if "Index Name" not in node or "Index Cond" in node or (node.get("Under") == "Limit" and "Filter" not in node):
        return False
    return node.get("Relation Name") in growing and node["Index Name"] not in growing[node["Relation Name"]].split()


def _rows(node: dict[str, Any]) -> float:
    """Return how many rows a step of a plan has touched."""
    rows: float = (node.get("Actual Rows", 0) + node.get("Rows Removed by Filter", 0)) * node.get("Actual Loops", 1)
    return rows


def _nodes(connection: Connection, explain: str, values: Any) -> Iterator[dict[str, Any]]:
    """Yield every step of a plan."""
    found = connection.exec_driver_sql(explain, values).scalar_one()
    waiting: list[dict[str, Any]] = [(json.loads(found) if isinstance(found, str) else found)[0]["Plan"]]
    while waiting:
        node = waiting.pop()
        waiting += [{**below, "Under": node["Node Type"]} for below in node.get("Plans", [])]
        yield node
