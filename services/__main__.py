"""Understands the command ``shifan``: which services there are, and in which of two ways they run together.

The only file that knows all four services, and the only one that knows whether a broker stands between them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

from rich.console import Console

from services import demo
from shared.runtime.operator import plans
from shared.runtime.operator.cli import assembly
from shared.runtime.operator.home import Home
from shared.runtime.operator.installation import Installation
from shared.runtime.operator.launch import Plan
from shared.runtime.operator.servers import BrokerPart
from shared.runtime.operator.supervisor import Part

SERVICES = ("intake", "review", "registry", "notifications")


def installation(home: str) -> Installation:
    here = Path(str(files("services")))
    directories = {name: here / name / "adapters" / "migrations" for name in SERVICES}
    return Installation(Home.find(home), directories, Console(), "services")


def plan(here: Installation, port: int, kafka: bool) -> Plan:
    """One process on one origin, or a process per service with a broker between them."""

    def finish(addresses: Mapping[str, str]) -> None:
        demo.load(addresses, here.home.path)

    if not kafka:
        return plans.one_process(here, port, finish)
    return plans.many_processes(here, port, finish, lambda started: _broker(here, started))


def _broker(here: Installation, started: Callable[[str], None]) -> Part | None:
    """The local broker, unless SHIFAN_KAFKA names one that runs already."""
    if os.environ.get("SHIFAN_KAFKA"):
        return None
    from infra.kafka import KafkaUnavailable, LocalKafka  # in a checkout only; an image has its broker elsewhere

    return BrokerPart(LocalKafka(here.home.kafka_dir, tied=True), started, (KafkaUnavailable,))


main = assembly.create(installation, plan, demo.logins)

if __name__ == "__main__":
    main()
