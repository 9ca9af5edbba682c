"""Understands how a test runs several services as one process does: one bus in memory, a real database for each, people
by header, a clock that the test moves."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx
from starlette.datastructures import Headers

from services.intake.app import build as build_intake
from services.registry.app import MIGRATIONS as REGISTRY_MIGRATIONS
from services.registry.app import build as build_registry
from services.review.app import build as build_review
from shared.envelope import ROLES
from shared.programmes.catalogue import Catalogue, NoSuchProgramme
from shared.programmes.model import Programme
from shared.runtime.auth.codes import TOKEN_MISSING
from shared.runtime.auth.person import Person
from shared.runtime.files import Files, file_store
from shared.runtime.memory_bus import MemoryBus
from shared.runtime.ports import Bus
from shared.runtime.postgres.pool import Database
from shared.runtime.service import Around, Service
from shared.runtime.settings import Settings
from tests.support.clock import FixedClock
from tests.support.database import Databases


@dataclass(frozen=True)
class Shelf:
    """A library of one regulation."""

    programme: Programme

    def get(self, ref: str) -> Programme:
        if ref != self.programme.ref:
            raise NoSuchProgramme(ref)
        return self.programme

    def programmes(self) -> tuple[Programme, ...]:
        return (self.programme,)

    def open_for_cases(self, programme_id: str, day: date, *, sandbox: bool) -> Programme | None:
        if programme_id != self.programme.id:
            raise NoSuchProgramme(programme_id)
        return self.programme


@dataclass(frozen=True)
class Somebody:
    """One person of a test."""

    id: str
    roles: str
    region: str = ""
    organisation: str = ""

    @property
    def header(self) -> str:
        return "|".join((self.id, self.roles, self.region, self.organisation))


async def by_header(headers: Headers) -> Person:
    """People for tests of everything but tokens."""
    given = headers.get("x-person")
    if given is None:
        raise TOKEN_MISSING.refuse(headers={"WWW-Authenticate": 'Bearer realm="shifan"'})
    name, roles, region, organisation = given.split("|")
    return Person(name, name, tuple(role for role in ROLES if role in roles.split(",")), organisation, region)


@dataclass
class House:
    """The services at work. Calls are ``await house.post(somebody, "/review/…", {...}, version)``."""

    services: Mapping[str, Service]
    clock: FixedClock
    clients: Mapping[str, httpx.AsyncClient]
    folder: Path | None = None
    """Where its files are."""
    _keys: Any = field(default_factory=lambda: itertools.count(1))

    async def get(self, who: Somebody | None, path: str, **headers: str) -> httpx.Response:
        return await self._call("GET", who, path, None, headers)

    async def post(
        self, who: Somebody | None, path: str, body: object = None, version: int | None = None, **headers: str
    ) -> httpx.Response:
        return await self._call("POST", who, path, body, self._written(version, headers))

    async def patch(self, who: Somebody, path: str, body: object, version: int) -> httpx.Response:
        return await self._call("PATCH", who, path, body, self._written(version, {}))

    async def put(self, who: Somebody, path: str, body: object, version: int) -> httpx.Response:
        return await self._call("PUT", who, path, body, self._written(version, {}))

    async def delete(self, who: Somebody, path: str, version: int) -> httpx.Response:
        return await self._call("DELETE", who, path, None, self._written(version, {}))

    async def upload(
        self, who: Somebody, path: str, name: str, content: bytes, material: str, version: int
    ) -> httpx.Response:
        service, rest = self._place(path)
        headers = {"X-Person": who.header, **self._written(version, {})}
        files = {"file": (name, content, "application/octet-stream")}
        return await self.clients[service].post(rest, data={"material": material}, files=files, headers=headers)

    def _written(self, version: int | None, headers: Mapping[str, str]) -> dict[str, str]:
        match = {} if version is None else {"If-Match": f'"{version}"'}
        return {"Idempotency-Key": f"key-{next(self._keys)}", **match, **headers}

    async def _call(
        self, method: str, who: Somebody | None, path: str, body: object, headers: Mapping[str, str]
    ) -> httpx.Response:
        service, rest = self._place(path)
        person = {} if who is None else {"X-Person": who.header}
        content = {} if body is None else {"json": body}
        return await self.clients[service].request(method, rest, headers={**person, **headers}, **content)  # type: ignore[arg-type]

    @staticmethod
    def _place(path: str) -> tuple[str, str]:
        _, service, rest = path.split("/", 2)
        return service, f"/{rest}"


@asynccontextmanager
async def standing(
    databases: Databases, folder: Path, programme: Programme | Catalogue, clock: FixedClock, bus: Bus | None = None
) -> AsyncIterator[House]:
    """Intake, review and the registry under one regulation or a library, at work until the block ends; they hear each
    other in this process, or over another bus."""
    settings = Settings(profile="demo", home=folder, demo_clock=True)
    bus = bus or MemoryBus(backoff_seconds=0.01)
    shelf = Shelf(programme) if isinstance(programme, Programme) else programme
    files = Files(file_store("", folder / "files"), settings.upload_bytes)
    async with AsyncExitStack() as stack:

        async def around(service: str, migrations: Path | None) -> Around:
            made = await databases.create(service, migrations)
            stack.push_async_callback(databases.drop, made)
            database = await Database.open(made.application_url, service, 5)
            stack.push_async_callback(database.close)
            return Around(settings, database, bus, clock, by_header, files)

        services = {
            "intake": build_intake(await around("intake", None), shelf),
            "review": build_review(await around("review", None), shelf),
            "registry": build_registry(await around("registry", REGISTRY_MIGRATIONS)),
        }
        await bus.start()
        stack.push_async_callback(bus.stop)
        for service in services.values():
            await stack.enter_async_context(service.running())
        clients = {}
        for name, service in services.items():
            transport = httpx.ASGITransport(app=service.api, raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")
            clients[name] = await stack.enter_async_context(client)
        yield House(services, clock, clients, folder)
