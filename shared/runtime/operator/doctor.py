"""Understands which things must be well on a machine, and asks each of them; a fault names the command that mends it.

Four rounds: the machine, the servers (only those that ought to run), each service's database, and the texts that what
is stored there is under.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.programmes.workbench import LIBRARY
from shared.runtime.operator import database_checks, machine_checks, running_checks, text_checks
from shared.runtime.operator.findings import Finding
from shared.runtime.operator.home import Home
from shared.runtime.operator.run_state import RunState


@dataclass(frozen=True)
class Patient:
    """What is examined. ``services`` maps a name to its migrations; ``surroundings`` is the environment merged with
    what the running installation was given; ``broker`` says that a broker belongs to it; ``definitions`` is the
    library's folder."""

    home: Home
    state: RunState | None
    services: Mapping[str, Path]
    surroundings: Mapping[str, str]
    port: int
    broker: bool
    definitions: Path = LIBRARY


async def examine(patient: Patient) -> list[Finding]:
    """Every finding, in the order in which a person would mend them."""
    found: list[Finding] = []
    found += machine_checks.all_of(patient.home, patient.surroundings, patient.port, patient.state, patient.broker)
    found += await running_checks.all_of(patient.state, tuple(patient.services), patient.home)
    found += await database_checks.all_of(patient.services, patient.surroundings)
    found += await text_checks.all_of(patient.services, patient.surroundings, patient.definitions)
    return found


def as_json(findings: Sequence[Finding]) -> list[dict[str, str]]:
    return [
        {"check": one.check, "verdict": one.verdict, "zh": one.zh, "en": one.en, "mend": one.mend} for one in findings
    ]
