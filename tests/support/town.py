"""Understands a whole installation for tests: real servers and the program's own processes, as ``shifan up`` has them.

``kafka``: PostgreSQL, a broker, the demo issuer and a process per service. ``one-process``: PostgreSQL and one process.
Every process can be killed and started again; what all of them wrote down is shown when a test fails.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import psutil

from infra.kafka import LocalKafka, user_cache
from services.__main__ import installation
from shared.runtime.clock import DemoClock
from shared.runtime.operator import plans
from shared.runtime.operator.launch import Plan
from shared.runtime.operator.probe import unready
from shared.runtime.operator.processes import PartFailed, ServiceProcess, tail
from shared.runtime.operator.servers import BrokerPart, PostgresPart
from shared.runtime.operator.supervisor import Part, Step
from shared.runtime.postgres.process import free_port
from shared.runtime.process import CLOCK_FILE

Topology = Literal["kafka", "one-process"]
COME_BACK_SECONDS = 90.0
"""From a start that may fail once or twice, because what it needs is away, to an answer."""
LOG_CHARACTERS = 200_000
LOG_LINES = 300


@dataclass
class Town:
    """A running installation. ``addresses`` maps ``issuer`` and every service to its base URL."""

    topology: Topology
    home: Path
    plan: Plan
    parts: dict[str, Part]
    broker: LocalKafka | None
    _threads: ThreadPoolExecutor = field(repr=False)

    @property
    def addresses(self) -> dict[str, str]:
        return dict(self.plan.addresses)

    @property
    def clock(self) -> DemoClock:
        return DemoClock(self.home / CLOCK_FILE)

    @property
    def processes(self) -> tuple[str, ...]:
        """The program's own processes, by name."""
        return tuple(name for name, part in self.parts.items() if isinstance(part, ServiceProcess))

    def process_of(self, service: str) -> str:
        """The process that a service runs in."""
        return service if self.topology == "kafka" else "services"

    def surroundings(self, service: str) -> dict[str, str]:
        """The environment that a service's process gets."""
        return dict(self._process(self.process_of(service)).surroundings)

    def database_url(self, service: str) -> str:
        """The service's database as its application role reaches it."""
        return self.plan.surroundings[f"SHIFAN_{service.upper()}_DATABASE_URL"]

    def administrator_url(self, service: str) -> str:
        """The service's database as the server's administrator reaches it."""
        return self._postgres.server.url.rpartition("/")[0] + f"/shifan_{service}"

    # ── what can happen to a process ─────────────────────────────────────────────────────────────────────────────

    def alive(self, name: str) -> bool:
        return self.parts[name].alive()

    def kill(self, name: str) -> None:
        """SIGKILL to one of the program's processes; returns when it is gone."""
        self._signal(name, signal.SIGKILL)

    def freeze(self, name: str) -> None:
        """SIGSTOP: the process is there and does nothing, as on a machine without a breath."""
        self._find(name).suspend()

    def thaw(self, name: str) -> None:
        self._find(name).resume()

    async def stop(self, name: str) -> None:
        """In order, as an operator does."""
        await self._in_thread(self.parts[name].stop)

    async def start(self, *names: str) -> None:
        """Bring these up at the same time and return when all answer that they are ready."""
        await asyncio.gather(*(self._in_thread(lambda part=self.parts[name]: _come_back(part)) for name in names))  # type: ignore[misc]

    def spawn(self, name: str) -> None:
        """Start it and do not wait for its answer; it may well end at once, where what it needs is away."""
        self._process(name).begin()

    async def twin(self, service: str) -> str:
        """A second process of the same service beside the first one; returns its name."""
        first, name, port = self._process(service), f"{service}-2", free_port()
        surroundings = {**first.surroundings, "SHIFAN_PORT": str(port)}
        log = first.log.with_name(f"{name}.log")
        address = f"http://{plans.LOOPBACK}:{port}"
        self.parts[name] = ServiceProcess(name, first.command, surroundings, log, lambda: unready(address))
        await self.start(name)
        return name

    async def restart(self, name: str) -> None:
        """Kill it and bring it back."""
        self.kill(name)
        await self.start(name)

    # ── what can happen to the servers ───────────────────────────────────────────────────────────────────────────

    async def stop_postgres(self, how: Literal["immediate", "kill"]) -> None:
        await self._postgres.server.stop(how)

    async def start_postgres(self) -> None:
        """On the same port with the same data."""
        before = self._postgres.server.url
        await self.start("postgres")
        assert self._postgres.server.url == before, "PostgreSQL came back elsewhere"

    async def kill_broker(self) -> None:
        assert self.broker is not None, "one process has no broker"
        await self._in_thread(self.broker.kill)

    async def start_broker(self) -> None:
        await self.start("kafka")

    async def all_up(self) -> None:
        """Whatever is down is brought back, servers first."""
        for name in ("postgres", "kafka"):
            if name in self.parts and not self.alive(name):
                await self.start(name)
        for name in self.processes:
            if not self.alive(name):
                await self.start(name)

    def logs(self) -> str:
        """The last lines of every log that say more than that all is well."""
        files = sorted((self.home / "logs").glob("*.log"))
        return "\n".join(f"── {file.name} ──\n{_worrying(tail(file, LOG_CHARACTERS))}" for file in files)

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _postgres(self) -> PostgresPart:
        part = self.parts["postgres"]
        assert isinstance(part, PostgresPart)
        return part

    def _process(self, name: str) -> ServiceProcess:
        part = self.parts[name]
        assert isinstance(part, ServiceProcess)
        return part

    def _find(self, name: str) -> psutil.Process:
        (identity,) = self.parts[name].processes()
        found = identity.find()
        assert found is not None, f"{name} does not run"
        return found

    def _signal(self, name: str, number: signal.Signals) -> None:
        process = self._find(name)
        os.kill(process.pid, number)
        deadline = time.monotonic() + 10
        while self.parts[name].alive():
            assert time.monotonic() < deadline, f"{name} survived {number.name}"
            time.sleep(0.002)

    async def _in_thread(self, work: Callable[[], object]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _worrying(text: str) -> str:
    return "\n".join(line for line in text.splitlines()[-LOG_LINES:] if '"level": "info"' not in line)


def _come_back(part: Part) -> None:
    """What a supervisor does: again, until it stays. Raises :class:`PartFailed` in the end."""
    deadline = time.monotonic() + COME_BACK_SECONDS
    while True:
        try:
            part.start()
        except PartFailed:
            part.stop()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


@asynccontextmanager
async def town(folder: Path, topology: Topology, people: Path | None = None) -> AsyncIterator[Town]:
    """An installation in ``folder``, until the block ends. ``people`` (JSON) takes part besides the demonstration's."""
    folder.chmod(0o755)  # PostgreSQL's account must be able to walk in
    threads = ThreadPoolExecutor(8, "town")  # children are tied to the thread that started them: it must stay
    made = _planned(folder / "home", topology, threads, people)
    try:
        await _rise(made)
        yield made
    except BaseException:
        print(made.logs())
        raise
    finally:
        for name in reversed([*made.parts]):
            await made._in_thread(made.parts[name].stop)
        threads.shutdown()


def _planned(home: Path, topology: Topology, threads: ThreadPoolExecutor, people: Path | None) -> Town:
    here = installation(str(home))
    here.home.make()
    broker: LocalKafka | None = None
    if topology == "kafka":
        broker = LocalKafka(here.home.kafka_dir, cache=user_cache(), tied=True)
        kafka = broker
        plan = plans.many_processes(
            here, free_port(), _nothing, lambda started: BrokerPart(kafka, started, (RuntimeError,))
        )
    else:
        plan = plans.one_process(here, free_port(), _nothing)
    parts = {part.name: part for item in plan.items for part in _parts(item)}
    if people is not None:
        _invite(parts, people)
    return Town(topology, home, plan, parts, broker, threads)


def _invite(parts: dict[str, Part], people: Path) -> None:
    """The issuer's process is told of more people than the demonstration has."""
    for part in parts.values():
        if isinstance(part, ServiceProcess) and part.command[-1] in ("issuer", "serve"):
            part.command = [part.command[0], "-m", "tests.support.town_entry", part.command[-1], str(people)]


async def _rise(made: Town) -> None:
    """In the plan's order, what may come up together at the same time; demonstration data are left out."""
    for item in made.plan.items:
        if isinstance(item, Step):
            await made._in_thread(item.run)
        else:
            await made.start(*(part.name for part in _parts(item)))


def _parts(item: Part | Step | tuple[Part, ...]) -> tuple[Part, ...]:
    if isinstance(item, tuple):
        return item
    return () if isinstance(item, Step) else (item,)


def _nothing(_: object) -> None:
    """No demonstration data: a test makes its own."""
