"""Understands the command ``shifan``: which services there are, and in which of two ways they run together.

The only file that knows all four services, and the only one that knows whether a broker stands between them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console

from services import demo, front, walkthrough
from shared.runtime.operator import plans
from shared.runtime.operator.cli import assembly
from shared.runtime.operator.home import Home
from shared.runtime.operator.installation import Installation, NotConfigured
from shared.runtime.operator.launch import Plan
from shared.runtime.operator.servers import BrokerPart
from shared.runtime.operator.supervisor import Part
from shared.runtime.service import Build

SERVICES = ("intake", "review", "registry", "notifications")


def installation(home: str) -> Installation:
    here = Path(__file__).parent
    directories = {name: here / name / "adapters" / "migrations" for name in SERVICES}
    return Installation(Home.find(home), directories, Console(), "services")


def builds() -> Mapping[str, Build]:
    """How each service is put together. Imported when asked for: most commands need none of them."""
    from services.intake.app import build as intake
    from services.notifications.app import build as notifications
    from services.registry.app import build as registry
    from services.review.app import build as review

    return {"intake": intake, "review": review, "registry": registry, "notifications": notifications}


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
    try:
        from infra.kafka import KafkaUnavailable, LocalKafka
    except ModuleNotFoundError as missing:  # an image has its broker elsewhere
        raise NotConfigured(
            "此处没有 Kafka 启动器：请设置 SHIFAN_KAFKA=主机:端口。 "
            "The launcher for Kafka stands in a checkout only: set SHIFAN_KAFKA=host:port."
        ) from missing
    return BrokerPart(LocalKafka(here.home.kafka_dir, tied=True), started, (KafkaUnavailable,))


main = assembly.create(installation, plan, lambda name: builds()[name], demo.logins)
walkthrough.install(main)


@main.command(hidden=True)
def serve() -> None:
    """All four services in this process, on one origin; `up` starts it."""
    from shared.runtime.process import run_together

    run_together(builds(), demo.people(), front.front)


@main.command(hidden=True)
def issuer() -> None:
    """The demo issuer and the start page alone; `up` starts it where the services are processes of their own."""
    from shared.runtime.process import run_issuer

    run_issuer(demo.people(), front.front)


if __name__ == "__main__":
    main()
