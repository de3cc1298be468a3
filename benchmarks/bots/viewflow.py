"""Viewflow: complete one user task through its own activation, kept by Django on SQLite, again and again."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command

WARM = 14


def configure(path: str) -> None:
    """Set Django up with this file as its database."""
    options = {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", "transaction_mode": "IMMEDIATE"}
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "OPTIONS": options}},
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "viewflow", "viewflow.workflow", "benchmarks.bots"],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField", USE_TZ=True, SECRET_KEY="bench", ROOT_URLCONF=__name__,
    )  # fmt: skip
    django.setup()
    call_command("migrate", verbosity=0)


urlpatterns: list[Any] = []


def main(path: str, count: int) -> None:
    """Complete ``count`` tasks and say how fast."""
    configure(path)
    from django.contrib.auth.models import User
    from django.db import transaction
    from viewflow.workflow.models import Task

    from benchmarks.bots.sop_flow import STEPS, SopFlow

    user = User.objects.create(username="siti")
    begun = spent = 0.0
    process: Any = None
    for number in range(count + WARM):
        if number == WARM:
            begun, spent = time.perf_counter(), time.process_time()
        if number % STEPS == 0:
            SopFlow.start.run()
            process = SopFlow.process_class.objects.latest("pk")
        with transaction.atomic():
            task = Task.objects.select_for_update().get(process_id=process.pk, flow_task_type="HUMAN", finished=None)
            with task.activation() as activation:
                activation.assign(user)
                activation.start(None)
                activation.execute()
    seconds, cpu = time.perf_counter() - begun, time.process_time() - spent
    print(json.dumps({"per_second": count / seconds, "cpu": cpu / count}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
