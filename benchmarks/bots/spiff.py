"""SpiffWorkflow: complete one user task, and keep the workflow as JSON in an SQLite row, again and again."""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

STEPS = 14
WARM = 14


def diagram() -> str:
    """Return a process of user tasks, one after another."""
    tasks = "".join(f'<userTask id="t{n}" name="Langkah {n}"/>' for n in range(1, STEPS + 1))
    ids = ["start", *(f"t{n}" for n in range(1, STEPS + 1)), "end"]
    flows = "".join(
        f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(pairwise(ids))
    )
    model = "http://www.omg.org/spec/BPMN/20100524/MODEL"
    return (
        f'<definitions xmlns="{model}" targetNamespace="x"><process id="sop" isExecutable="true">'
        f'<startEvent id="start"/>{tasks}<endEvent id="end"/>{flows}</process></definitions>'
    )


def main(path: str, count: int) -> None:
    """Complete ``count`` tasks and say how fast."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE run(id INTEGER PRIMARY KEY, state TEXT)"
    )
    parser = BpmnParser()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sop.bpmn"
        file.write_text(diagram())
        parser.add_bpmn_file(str(file))
    spec = parser.get_spec("sop")
    serializer = BpmnWorkflowSerializer()
    run = 0
    begun = spent = 0.0
    for number in range(count + WARM):
        if number == WARM:
            begun, spent = time.perf_counter(), time.process_time()
        if number % STEPS == 0:
            run += 1
            workflow = BpmnWorkflow(spec)
            workflow.do_engine_steps()
            connection.execute("INSERT INTO run VALUES (?, ?)", (run, serializer.serialize_json(workflow)))
        connection.execute("BEGIN IMMEDIATE")
        (state,) = connection.execute("SELECT state FROM run WHERE id = ?", (run,)).fetchone()
        workflow = serializer.deserialize_json(state)
        next(iter(workflow.get_tasks(state=TaskState.READY, manual=True))).run()
        workflow.do_engine_steps()
        connection.execute("UPDATE run SET state = ? WHERE id = ?", (serializer.serialize_json(workflow), run))
        connection.execute("COMMIT")
    seconds, cpu = time.perf_counter() - begun, time.process_time() - spent
    print(json.dumps({"per_second": count / seconds, "cpu": cpu / count}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
