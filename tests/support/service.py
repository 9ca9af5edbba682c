"""Understands how a test runs one real service: its own database, the bus in memory, people by a header."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from starlette.datastructures import Headers

from shared.envelope import ROLES, Actor, CaseId, Envelope, Origin, Position
from shared.events import PublicEvent
from shared.runtime.auth.codes import TOKEN_MISSING
from shared.runtime.auth.person import Person
from shared.runtime.files import Files, file_store
from shared.runtime.memory_bus import MemoryBus
from shared.runtime.ports import Record
from shared.runtime.postgres.pool import Database
from shared.runtime.records import data_of, schema_of, to_record
from shared.runtime.service import Around, Service
from shared.runtime.settings import Settings
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.edge import asgi


async def by_header(headers: Headers) -> Person:
    """``X-Person: id role region organisation``; a dash stands for none."""
    given = headers.get("x-person")
    if given is None:
        raise TOKEN_MISSING.refuse(headers={"WWW-Authenticate": 'Bearer realm="shifan"'})
    name, role, region, organisation = ("" if part == "-" else part for part in (*given.split(" "), "-", "-")[:4])
    return Person(name, name, tuple(one for one in ROLES if one == role), organisation, region)


@dataclass
class Running:
    """A service at work. ``say`` publishes another service's word as that service's relay would."""

    service: Service
    database: Database
    bus: MemoryBus
    clock: FixedClock
    client: httpx.AsyncClient

    async def say(self, source: str, stream: str, version: int, event: PublicEvent, actor: Actor) -> None:
        await self.bus.publish([record(source, stream, version, event, actor, self.clock)])


def record(source: str, stream: str, version: int, event: PublicEvent, actor: Actor, clock: FixedClock) -> Record:
    """A public event as its service's relay publishes it."""
    envelope = Envelope(
        id=f"{stream}/{version}",
        source=source,
        type=type(event).__name__,
        schema=schema_of(event),
        position=Position(1, version),
        case_id=CaseId(getattr(event, "case_id", "") or stream.partition(":")[2]),
        origin=Origin(actor, clock.now(), "c-1", trace_id="a" * 32),
        data=data_of(event),
    )
    return to_record(envelope, f"{source}.events.v1")


@asynccontextmanager
async def running(
    name: str,
    build: Callable[[Around], Service],
    migrations: Path | None,
    databases: Databases,
    folder: Path,
    clock: FixedClock,
    settings: Mapping[str, object] | None = None,
) -> AsyncIterator[Running]:
    """A service on a database of its own, until the test ends."""
    made = await databases.create(name, migrations)
    database = await Database.open(made.application_url, name)
    chosen = Settings(_env_file=None, profile="demo", home=folder, allowed_hosts="edge.test", **(settings or {}))  # type: ignore[arg-type,call-arg]
    bus = MemoryBus()
    files = Files(file_store("", folder / "files"), 1024)
    service = build(Around(chosen, database, bus, clock, by_header, files))
    try:
        await bus.start()
        async with service.running(), asgi(service.api) as client:
            yield Running(service, database, bus, clock, client)
    finally:
        await bus.stop()
        await database.close()
        await databases.drop(made)
