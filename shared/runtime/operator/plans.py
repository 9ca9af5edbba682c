"""Understands the two topologies that ``shifan up`` can run: one process and one origin, or a process per service.

Both begin with PostgreSQL and the migrations; the second has a broker and its topics. What is started is a command, so
that this file knows no service.
"""

from __future__ import annotations

import asyncio
import sys
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence

from shared.runtime.operator.installation import Installation
from shared.runtime.operator.launch import Plan
from shared.runtime.operator.migrate import bring_forward, url_setting
from shared.runtime.operator.probe import unready
from shared.runtime.operator.processes import ServiceProcess
from shared.runtime.operator.servers import PostgresPart
from shared.runtime.operator.supervisor import Part, Step
from shared.runtime.postgres.process import free_port
from shared.runtime.settings import described

LOOPBACK = "127.0.0.1"
Finish = Callable[[Mapping[str, str]], None]
"""Loads the demonstration's data, given the addresses."""


def one_process(installation: Installation, port: int, finish: Finish) -> Plan:
    """Everything under one origin: ``/``, ``/issuer`` and a path per service."""
    origin = f"http://{LOOPBACK}:{port}"
    addresses = {"start": f"{origin}/", "issuer": f"{origin}/issuer"}
    addresses |= {name: f"{origin}/{name}" for name in installation.services}
    surroundings = _surroundings(installation) | {"SHIFAN_PORT": str(port), "SHIFAN_PUBLIC_URL": origin}
    serve = _process(
        installation, "services", [installation.entry, "serve"], surroundings, _all_ready(addresses, installation)
    )
    items = [*_databases(installation, surroundings), serve, _demo(addresses, finish)]
    return Plan("one-process", addresses, surroundings, items)


def many_processes(
    installation: Installation, port: int, finish: Finish, broker: Callable[[Callable[[str], None]], Part | None]
) -> Plan:
    """A process per service, one for issuer and start page, and the broker between them.

    ``broker`` makes the broker's part, which tells its address when it is up; None where SHIFAN_KAFKA names one.
    """
    ports = {name: free_port() for name in installation.services}
    origin = f"http://{LOOPBACK}:{port}"
    addresses = {"start": f"{origin}/", "issuer": f"{origin}/issuer"}
    addresses |= {name: f"http://{LOOPBACK}:{number}" for name, number in ports.items()}
    surroundings = _surroundings(installation)
    surroundings |= {f"SHIFAN_{name.upper()}_ADDRESS": addresses[name] for name in installation.services}
    started = broker(lambda bootstrap: surroundings.update(SHIFAN_KAFKA=bootstrap))
    surroundings |= _broker_as_told(installation.surroundings(), ours=started is not None)
    items: list[Part | Step | tuple[Part, ...]] = [*_databases(installation, surroundings)]
    items += [started] if started else []
    items.append(
        Step("topics", lambda: _run("topics", [installation.entry, "topics", "ensure"], surroundings, installation))
    )
    own = {"SHIFAN_PORT": str(port), "SHIFAN_PUBLIC_URL": origin}
    issuer = _process(
        installation, "issuer", [installation.entry, "issuer"], ChainMap(own, surroundings), _ready(origin)
    )
    services = (_alone(installation, name, ports[name], addresses, surroundings) for name in ports)
    items += [(issuer, *services), _demo(addresses, finish)]
    return Plan("kafka", addresses, surroundings, items)


def _alone(
    installation: Installation, name: str, port: int, addresses: Mapping[str, str], shared: Mapping[str, str]
) -> ServiceProcess:
    surroundings = _Alone(name, port, addresses, shared)
    return _process(installation, name, [f"{installation.entry}.{name}"], surroundings, _ready(addresses[name]))


class _Alone(Mapping[str, str]):
    """What one service alone is told, read when it starts: its own port and database, where people sign in, and
    nobody else's password."""

    def __init__(self, name: str, port: int, addresses: Mapping[str, str], shared: Mapping[str, str]) -> None:
        self._name = name
        self._shared = shared
        self._own = {
            "SHIFAN_PORT": str(port),
            "SHIFAN_PUBLIC_URL": addresses[name],
            "SHIFAN_OIDC_ISSUER": addresses["issuer"],
        }

    def _now(self) -> dict[str, str]:
        common = {key: value for key, value in self._shared.items() if not key.endswith("_DATABASE_URL")}
        return common | self._own | {"SHIFAN_DATABASE_URL": self._shared[url_setting(self._name)]}

    def __getitem__(self, key: str) -> str:
        return self._now()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())


def _surroundings(installation: Installation) -> dict[str, str]:
    """Said in full, so that no ``.env`` of another purpose changes a demonstration."""
    return {
        "SHIFAN_PROFILE": "demo",
        "SHIFAN_HOME": str(installation.home.path),
        "SHIFAN_HOST": LOOPBACK,
        "SHIFAN_ALLOWED_HOSTS": f"{LOOPBACK},localhost",
        "SHIFAN_KAFKA": "",
        "SHIFAN_OIDC_ISSUER": "",
        "SHIFAN_OIDC_AUDIENCE": "shifan",
        "SHIFAN_DEMO_CLOCK": "true",
        "SHIFAN_FILES_URL": "",
        "PYTHONUNBUFFERED": "1",
    }


def _broker_as_told(told: Mapping[str, str], *, ours: bool) -> dict[str, str]:
    """The prefix always; where and how a broker that others run is reached. Kept with what runs, so that a later
    command means the same topics. Our own broker is plain, whatever was meant for another one."""
    named = {line.variable: line.default for line in described() if line.variable.startswith("SHIFAN_KAFKA")}
    kept = named if ours else {variable: told.get(variable, default) for variable, default in named.items()}
    return kept | {"SHIFAN_TOPIC_PREFIX": told.get("SHIFAN_TOPIC_PREFIX", "")}


def _databases(installation: Installation, surroundings: dict[str, str]) -> list[Part | Step]:
    postgres = PostgresPart(installation.home.database_dir, installation.surroundings())

    def migrate() -> None:
        url = postgres.server.url
        done = asyncio.run(bring_forward(url, installation.services, installation.surroundings()))
        surroundings.update({url_setting(one.service): one.provisioned.application_url for one in done})

    return [postgres, Step("migrate", migrate)]


def _process(
    installation: Installation,
    name: str,
    module: Sequence[str],
    surroundings: Mapping[str, str],
    missing: Callable[[], str],
) -> ServiceProcess:
    command = [sys.executable, "-m", *module]
    return ServiceProcess(name, command, surroundings, installation.home.log_dir / f"{name}.log", missing)


def _run(name: str, module: Sequence[str], surroundings: Mapping[str, str], installation: Installation) -> None:
    """A step of our own program in a process of its own, so that it sees exactly what a service will see."""
    _process(installation, name, module, surroundings, lambda: "").run_to_its_end()


def _ready(address: str) -> Callable[[], str]:
    return lambda: unready(address)


def _all_ready(addresses: Mapping[str, str], installation: Installation) -> Callable[[], str]:
    """The first service that is not ready, by name; empty when all are."""

    def missing() -> str:
        for name in installation.services:
            if lack := unready(addresses[name]):
                return f"{name}: {lack}"
        return ""

    return missing


def _demo(addresses: Mapping[str, str], finish: Finish) -> Step:
    return Step("demo data", lambda: finish(addresses))
