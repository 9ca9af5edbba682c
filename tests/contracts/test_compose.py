"""docker-compose.yml: valid for compose's own loader, as strict as it claims to be, and each claim is broken once."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.compose import REQUIRED, SERVICES, faults

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
EXAMPLE = ROOT / ".env.example"
VALUES = dict.fromkeys(REQUIRED, "0123456789abcdef012345") | {"SHIFAN_OIDC_ISSUER": "https://id.example"}


def raw() -> dict[str, Any]:
    loaded = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    go = shutil.which("go")
    if go is None:
        pytest.skip("go is not installed: the structural test of the YAML has run, compose's own loader has not")
    program = tmp_path_factory.mktemp("compose-check") / "compose-check"
    subprocess.run([go, "build", "-o", program, "."], cwd=ROOT / "infra" / "compose-check", check=True, timeout=170)
    return program


def check(program: Path, file: Path, values: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **values}
    return subprocess.run([program, file], env=environment, capture_output=True, text=True, timeout=30, check=False)


def test_the_file_keeps_every_promise() -> None:
    assert list(faults(raw())) == []


def test_composes_own_loader_accepts_it_and_resolves_to_the_same_promises(checker: Path) -> None:
    answer = check(checker, COMPOSE, VALUES)
    assert answer.returncode == 0, answer.stderr
    project = json.loads(answer.stdout)
    assert list(faults(project)) == []
    passwords = {project["services"][name]["environment"]["SHIFAN_DATABASE_URL"] for name in SERVICES}
    assert len(passwords) == len(SERVICES)


@pytest.mark.parametrize("name", REQUIRED)
def test_no_value_that_must_be_secret_or_yours_has_a_default(checker: Path, name: str) -> None:
    answer = check(checker, COMPOSE, {key: value for key, value in VALUES.items() if key != name})
    assert answer.returncode == 1
    assert name in answer.stderr
    assert ".env.example" in answer.stderr


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("read_only: true", "readonly: true", "readonly"),
        ("image: postgres:", "imgae: postgres:", "imgae"),
        ("topics: {condition: service_completed_successfully}", "topix: {condition: service_healthy}", "topix"),
        ("    networks: [inside]\n    # A session", "    networks: [insight]\n    # A session", "insight"),
    ],
)
def test_the_loader_names_a_mistake(checker: Path, tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(text.replace(old, new), encoding="utf-8")
    answer = check(checker, broken, VALUES)
    assert answer.returncode == 1
    assert complaint in answer.stderr


def _set(*path: str, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(project: dict[str, Any]) -> None:
        place = project
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


BREAKS = {
    "registry: its root file system can be written": _set("services", "registry", "read_only", to=False),
    "kafka: keeps capabilities": _set("services", "kafka", "cap_drop", to=["NET_RAW"]),
    "postgres: keeps capabilities": _set("services", "postgres", "cap_add", to=["SYS_ADMIN"]),
    "intake: may gain privileges": _set("services", "intake", "security_opt", to=[]),
    "migrate: is privileged": _set("services", "migrate", "privileged", to=True),
    "topics: has nowhere to write temporary files": _set("services", "topics", "tmpfs", to=[]),
    "review: has no mem_limit": _set("services", "review", "mem_limit", to=None),
    "kafka: its image is not pinned": _set("services", "kafka", "image", to="apache/kafka:latest"),
    "intake: does not run its own service": _set(
        "services", "intake", "command", to=["python", "-m", "services.review"]
    ),
    "review: does not wait until kafka is healthy": _set(
        "services", "review", "depends_on", "kafka", "condition", to="service_started"
    ),
    "review: does not wait until migrate completed": _set(
        "services", "review", "depends_on", "migrate", "condition", to="service_started"
    ),
    "registry: does not run in the production profile": _set(
        "services", "registry", "environment", "SHIFAN_PROFILE", to="demo"
    ),
    "registry: does not use its own database": _set(
        "services",
        "registry",
        "environment",
        "SHIFAN_DATABASE_URL",
        to="postgresql://x@postgres/shifan_review",
    ),
    "review: is told the administrator's password": _set(
        "services", "review", "environment", "SHIFAN_DATABASE_URL", to="postgresql://shifan_admin:x@postgres"
    ),
    "intake: switches the image's health check off": _set("services", "intake", "healthcheck", to={"disable": True}),
    "review: cannot write its data directory": _set("services", "review", "volumes", to=[]),
    "migrate: would run again and again": _set("services", "migrate", "restart", to="always"),
    "topics: publishes a port": _set("services", "topics", "ports", to=["9092:9092"]),
    "postgres: has no health check": _set("services", "postgres", "healthcheck", to={}),
    "postgres: is reachable from outside": _set("services", "postgres", "ports", to=["5432:5432"]),
    "kafka: stands in another network than inside": _set("services", "kafka", "networks", to=["outside"]),
    "postgres: keeps nothing when it is replaced": _set("services", "postgres", "volumes", to=[]),
    "the network inside has a way out": _set("networks", "inside", to={}),
    "notifications is missing": lambda project: project["services"].pop("notifications"),
}


@pytest.mark.parametrize("complaint", BREAKS)
def test_a_broken_promise_is_seen(complaint: str) -> None:
    project = copy.deepcopy(raw())
    BREAKS[complaint](project)
    assert complaint in list(faults(project))


def test_the_example_names_every_required_variable_and_gives_none_a_value() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(given) == set(REQUIRED)
    assert not any(given.values())
