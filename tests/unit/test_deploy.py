"""What an installation is made from holds together: image, compose files, proxy, dashboard, alerts.

No container is started here; what can be said by reading is.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot import metrics
from bot.settings import Settings
from tests.unit.test_docs import anchors, commands

ROOT = Path(__file__).parents[2]
COMPOSE = sorted(ROOT.glob("compose*.yaml"))
DASHBOARD = ROOT / "deploy" / "grafana" / "pandu.json"
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions in order, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def final() -> list[tuple[str, str]]:
    """Return the instructions of the image itself, after the last FROM."""
    found = instructions()
    start = max(number for number, (word, _) in enumerate(found) if word == "FROM")
    return found[start:]


def test_the_image_is_built_in_two_stages_from_named_versions() -> None:
    stages = [rest for word, rest in instructions() if word == "FROM"]
    assert len(stages) == 2
    for stage in stages:
        assert re.match(r"python:3\.\d+-slim\b", stage)
    assert not any(word == "RUN" and "pip" in rest for word, rest in final()), "what runs installs nothing"


def test_the_image_runs_as_nobody_special_and_ends_on_sigterm() -> None:
    last = dict(final())
    assert last["USER"].isdecimal()
    assert int(last["USER"]) > 1000
    assert last["STOPSIGNAL"] == "SIGTERM"
    words = [word for word, _ in final()]
    assert words.index("USER") < words.index("CMD")


def test_what_the_image_runs_are_commands_without_a_shell_between() -> None:
    # A shell would be process 1 and keep SIGTERM to itself.
    last = dict(final())
    probe = last["HEALTHCHECK"].partition("CMD ")[2]
    for text in (last["CMD"], probe):
        program, *arguments = json.loads(text)
        assert program == "pandu"
        assert " ".join(arguments) in commands()


def test_every_file_the_image_needs_is_there_and_let_in() -> None:
    let_in = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    copied = {
        source
        for word, rest in instructions()
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    }
    assert copied == let_in
    assert all((ROOT / source).exists() for source in copied)
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert packages <= copied


def test_nothing_secret_is_built_in() -> None:
    for word, rest in instructions():
        if word in ("ENV", "ARG"):
            assert not re.search(r"token|password|secret|key", rest, re.IGNORECASE)


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_services_of_ours_are_fenced_in_and_stop_within_ten_seconds(path: Path) -> None:
    ours = [service for service in read(path)["services"].values() if service.get("image") == "pandu"]
    assert len(ours) == 1
    for service in ours:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert any(str(place).startswith("/tmp") for place in service["tmpfs"])
        assert service["stop_grace_period"] == "10s"
        assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_compose_names_only_settings_there_are_and_no_secret(path: Path) -> None:
    known = {f"PANDU_{field.upper()}" for field in Settings.model_fields}
    assert set(re.findall(r"PANDU_[A-Z0-9_]+", path.read_text())) <= known
    for service in read(path)["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET", name):
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), f"{name} must come from .env"
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            if source.startswith("."):
                assert (ROOT / source).exists()
            else:
                assert source in read(path)["volumes"]


def test_two_replicas_stand_behind_the_proxy_on_one_database() -> None:
    services = read(ROOT / "compose.replicas.yaml")["services"]
    pandu = services["pandu"]
    assert pandu["deploy"]["replicas"] == 2
    assert "container_name" not in pandu
    assert "ports" not in pandu, "only the proxy is reached from outside"
    assert pandu["command"] == ["pandu", "serve"]
    assert "volumes" not in pandu, "a replica keeps nothing"
    environment = pandu["environment"]
    assert environment["PANDU_DATABASE_URL"].startswith("postgresql://pandu:")
    assert environment["PANDU_DATABASE_URL"].endswith("@postgres/pandu")
    assert environment["PANDU_FILES_URL"].startswith("s3://pandu")
    assert environment["PANDU_FILES_S3_ENDPOINT"] == "http://objects:7070"
    assert environment["PANDU_FILES_S3_KEY_ID"] == services["objects"]["environment"]["ROOT_ACCESS_KEY_ID"]
    assert set(pandu["depends_on"]) == {"postgres", "objects"}
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert not any(service["image"].endswith(":latest") or ":" not in service["image"]
                   for name, service in services.items() if name != "pandu")  # fmt: skip


def test_the_example_of_settings_names_what_the_replicas_need() -> None:
    needed = set(re.findall(r"\$\{(\w+):\?", (ROOT / "compose.replicas.yaml").read_text()))
    named = set(re.findall(r"^#?(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert needed <= named


def test_the_proxy_lets_in_only_telegrams_way() -> None:
    proxy = (ROOT / "deploy" / "Caddyfile").read_text()
    listened = read(ROOT / "compose.replicas.yaml")["services"]["pandu"]["environment"]["PANDU_LISTEN"]
    assert re.findall(r"handle (\S+) \{", proxy) == ["/telegram/*"]
    assert f"dynamic a pandu {listened.rpartition(':')[2]}" in proxy
    assert "respond 404" in proxy


def exposed() -> set[str]:
    """Return every name the page can hold, as Prometheus spells it."""
    found = set()
    for family in metrics.REGISTRY.collect():
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(family.type, [""])
        found |= {family.name + suffix for suffix in suffixes}
    return found | {"up"}


def queries() -> list[str]:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    found = [target["expr"] for panel in panels for target in panel.get("targets", [])]
    variables = json.loads(DASHBOARD.read_text())["templating"]["list"]
    found += [one["query"]["query"] for one in variables if one["type"] == "query"]
    return found


def rules() -> list[dict[str, Any]]:
    return [rule for group in read(ALERTS)["groups"] for rule in group["rules"]]


def named_in(expression: str) -> set[str]:
    """Return the metrics an expression asks for: words before a selector, a range, an operator or an end."""
    without = re.sub(r"\{[^}]*\}|\"[^\"]*\"|\b(?:by|without)\s*\([^)]*\)", "", expression)
    return set(re.findall(r"\b(?:pandu_\w+|process_\w+|up)\b", without))


@pytest.mark.parametrize("expression", queries() + [rule["expr"] for rule in rules()])
def test_every_query_asks_for_metrics_that_exist(expression: str) -> None:
    asked = named_in(expression)
    assert asked
    assert asked <= exposed()


def test_labels_in_queries_are_labels_of_their_metrics() -> None:
    labels: dict[str, set[str]] = {}
    for metric in metrics.REGISTRY._collector_to_names:
        for name in metrics.REGISTRY._collector_to_names[metric]:
            labels[name] = set(getattr(metric, "_labelnames", ())) | {"le", "job", "instance"}
    for expression in queries() + [rule["expr"] for rule in rules()]:
        for name, selector in re.findall(r"\b(pandu_\w+)\{([^}]*)\}", expression):
            asked = set(re.findall(r"(\w+)\s*[=!]~?", selector))
            assert asked <= labels[name], expression


def test_every_metric_of_ours_is_shown() -> None:
    shown = {name for expression in queries() for name in named_in(expression)}
    families = {family.name for family in metrics.REGISTRY.collect() if family.name.startswith("pandu_")}
    base = {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in shown} | shown
    assert families - base == set()


def test_panels_do_not_overlap_and_have_ids_of_their_own() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_alert_leads_to_what_to_do() -> None:
    for rule in rules():
        path, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert anchor in anchors(ROOT / path), rule["alert"]
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in ("critical", "warning", "info")


def test_prometheus_finds_the_replicas_and_the_alerts() -> None:
    configuration = read(ROOT / "deploy" / "prometheus" / "prometheus.yml")
    (job,) = configuration["scrape_configs"]
    assert job["job_name"] == "pandu", "the dashboard asks for this job"
    (found,) = job["dns_sd_configs"]
    services = read(ROOT / "compose.replicas.yaml")["services"]
    assert found["names"] == ["pandu"]
    assert "pandu" in services
    assert found["port"] == int(services["pandu"]["environment"]["PANDU_LISTEN"].rpartition(":")[2])
    assert configuration["rule_files"] == [ALERTS.name]
