"""Understands that every import wall stands: the tree keeps them all, and a copy with one breach fails by name."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

PREFIX = "importlinter:contract:"

BREACHES: list[tuple[str, dict[str, str]]] = [
    ("services-independent", {"services/intake/adapters/breach.py": "import services.review.domain"}),
    ("services-independent", {"services/intake/domain/breach.py": "def f():\n    from services import registry"}),
    ("one-entry-point", {"services/breach.py": "import services.review"}),
    ("one-entry-point", {"shared/runtime/breach.py": "import services.review.domain"}),
    ("service-layers", {"services/review/domain/breach.py": "import services.review.adapters"}),
    ("service-layers", {"services/review/attic.py": ""}),
    ("shared-layers", {"shared/programmes/breach.py": "import shared.runtime.ports"}),
    ("shared-layers", {"shared/programmes/breach.py": "import shared.envelope"}),
    ("shared-layers", {"shared/identifiers/breach.py": "import shared.programmes"}),
    ("shared-layers", {"shared/ui/breach.py": "import shared.runtime.ports"}),
    ("shared-layers", {"shared/attic.py": ""}),
    ("shared-below-services", {"shared/runtime/breach.py": "import services.review.domain"}),
    ("infra-outside", {"shared/runtime/breach.py": "import infra.kafka"}),
    ("infra-outside", {"services/review/adapters/breach.py": "import infra.kafka"}),
    *[
        ("plain-domain", {"services/review/domain/breach.py": f"import {module}"})
        for module in (
            "asyncio", "asyncpg", "aiokafka", "eventsourcing", "fastapi", "httpx", "logging", "obstore", "pydantic",
            "shared.envelope", "shared.events", "shared.runtime.ports", "shared.ui", "structlog",
        )
    ],
    ("plain-domain", {
        "services/review/domain/breach.py": "import shared.programmes.breach",
        "shared/programmes/breach.py": "import yaml",
    }),
    ("published-language", {"services/review/domain/breach.py": "import shared.events"}),
    ("published-language", {"services/review/adapters/breach.py": "from shared.events import Scored"}),
    ("published-language", {"shared/ui/breach.py": "import shared.events"}),
    ("kafka-in-runtime", {"services/review/adapters/breach.py": "import aiokafka"}),
    ("kafka-in-runtime", {"infra/kafka/breach.py": "from aiokafka.admin import AIOKafkaAdminClient"}),
    ("eventsourcing-in-runtime", {"services/review/adapters/breach.py": "from eventsourcing.domain import Aggregate"}),
    ("sql-in-adapters", {"services/review/domain/breach.py": "import asyncpg"}),
    ("sql-in-adapters", {"shared/ui/breach.py": "import asyncpg"}),
    ("sql-in-adapters", {"infra/breach.py": "import asyncpg"}),
    ("no-cycles", {
        "shared/programmes/one/__init__.py": "import shared.programmes.two",
        "shared/programmes/two.py": "def late():\n    import shared.programmes.one",
    }),
]  # fmt: skip


def contracts() -> dict[str, str]:
    """Identifier -> name of every contract in .importlinter."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", "utf-8")
    return {s.removeprefix(PREFIX): parser[s]["name"] for s in parser.sections() if s.startswith(PREFIX)}


def copy_packages(target: Path) -> None:
    """Only what the linter reads: Python files and the contracts."""
    shutil.copy(ROOT / ".importlinter", target)
    for package in ("services", "shared", "infra"):
        for path in (ROOT / package).rglob("*.py"):
            copy = target / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)


def lint(folder: Path, *options: str) -> str:
    """What import-linter prints about the packages in ``folder``, wherever this checkout is installed."""
    code = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as run; run()"
    command = [sys.executable, "-c", code, "--no-logo", "--no-cache", *options]
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


def test_the_tree_keeps_every_wall() -> None:
    printed = lint(ROOT)
    assert f"Contracts: {len(contracts())} kept, 0 broken." in printed, printed


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("house")
    copy_packages(target)
    return target


def test_a_plain_copy_keeps_every_wall(scratch: Path) -> None:
    """Otherwise a breach below could break for another reason than the one it shows."""
    assert f"Contracts: {len(contracts())} kept, 0 broken." in lint(scratch)


@pytest.mark.parametrize(("contract", "files"), BREACHES, ids=[f"{c}-{n}" for n, (c, _) in enumerate(BREACHES)])
def test_a_breach_is_named(scratch: Path, contract: str, files: dict[str, str]) -> None:
    written = []
    try:
        for path, text in files.items():
            target = scratch / path
            if target.exists():
                assert path.endswith("__init__.py"), f"{path} exists: choose another name for the breach"
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
            written.append(target)
        printed = lint(scratch, "--contract", contract)
        assert f"{contracts()[contract]} BROKEN" in printed, printed
    finally:
        for target in written:
            target.unlink()


def test_every_wall_has_a_breach() -> None:
    assert {contract for contract, _ in BREACHES} == set(contracts())


def test_layers_are_exhaustive_and_walls_have_no_exceptions() -> None:
    """The smells of a wall that was given up: an ignored import, a layer list that lost ``exhaustive``."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", "utf-8")
    allowed = {
        "kafka-in-runtime": ["shared.runtime.** -> aiokafka"],
        "eventsourcing-in-runtime": ["shared.runtime.** -> eventsourcing"],
        "sql-in-adapters": [
            "shared.runtime.** -> asyncpg",
            "services.*.adapters -> asyncpg",
            "services.*.adapters.** -> asyncpg",
        ],
    }
    for contract in contracts():
        section = parser[PREFIX + contract]
        ignored = section.get("ignore_imports", "").split("\n")[1:]
        assert ignored == allowed.get(contract, []), f"{contract} has an exception"
        assert section["type"] != "layers" or section.getboolean("exhaustive"), f"{contract} lost exhaustive"
        assert "exhaustive_ignores" not in section, contract
