"""Understands how a process runs services: what it opens for them, in which order, and one server for their APIs.

Two ways, and only the entry points choose: :func:`run_alone` runs one service on Kafka, :func:`run_together` runs
several on one origin with the bus in memory. The services cannot tell which.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import uvicorn
import uvloop
from fastapi import APIRouter, FastAPI
from pydantic import SecretStr
from starlette.datastructures import Headers

from shared.runtime.auth.keys import KeyRing, provider_client
from shared.runtime.auth.person import Person
from shared.runtime.auth.tokens import Tokens
from shared.runtime.clock import Clock, DemoClock, SystemClock
from shared.runtime.files import Files, file_store
from shared.runtime.http.app import Edge, create_app
from shared.runtime.issuer.app import create_issuer
from shared.runtime.issuer.keys import IssuerKeys
from shared.runtime.issuer.people import Account, People
from shared.runtime.kafka_bus import KafkaBus
from shared.runtime.kafka_settings import KafkaSettingsUnclear, kafka_settings
from shared.runtime.logs import start_logging
from shared.runtime.memory_bus import MemoryBus
from shared.runtime.ports import Bus, Receipt
from shared.runtime.postgres.pool import Database
from shared.runtime.profile import require_plain_role, require_safe
from shared.runtime.service import Around, Build, Service, limits_of
from shared.runtime.settings import Settings

CLOCK_FILE = "clock.json"
FILES_FOLDER = "files"
ISSUER_FOLDER = "issuer"
STOP_SECONDS = 10
POOL = 10


# ── what a process opens ─────────────────────────────────────────────────────────────────────────────────────────


def clock_of(settings: Settings) -> Clock:
    """The machine's clock, or in a demonstration one that can be moved forward."""
    return DemoClock(settings.home / CLOCK_FILE) if settings.demo_clock else SystemClock()


def bus_of(settings: Settings, client: str) -> Bus:
    """Kafka where brokers are named, else the bus in memory."""
    if not settings.kafka:
        return MemoryBus()
    return KafkaBus(kafka_settings(settings, client))


def issuer_address(settings: Settings) -> str:
    """Where people sign in: the provider that is named, or the demo issuer under this origin."""
    return settings.oidc_issuer or f"{settings.public_url or f'http://{settings.host}:{settings.port}'}/issuer"


@asynccontextmanager
async def opened(name: str, build: Build, settings: Settings, bus: Bus) -> AsyncIterator[Service]:
    """A service on its database, put together but not at work: what an operator's command needs as well."""
    database = await Database.open(settings.database_url.get_secret_value(), name, POOL)
    try:
        async with database.reading() as connection:
            await require_plain_role(settings, connection)
        async with provider_client() as client:
            keys = KeyRing(issuer_address(settings), client)
            # Tokens are judged by the machine's clock, also when a demonstration moved its own.
            tokens = Tokens(issuer_address(settings), settings.oidc_audience, keys, SystemClock())
            files = Files(file_store(settings.files_url, settings.home / FILES_FOLDER), settings.upload_bytes)
            around = Around(settings, database, bus, clock_of(settings), tokens.authenticate, files)
            yield build(around)
    finally:
        await database.close()


# ── one service ──────────────────────────────────────────────────────────────────────────────────────────────────


def run_alone(name: str, build: Build, settings: Settings | None = None) -> None:
    """Run one service until it is told to stop; it meets the others over Kafka."""
    settings = settings or Settings()
    _begin(name, settings)
    if not settings.kafka:
        raise SystemExit(
            "SHIFAN_KAFKA 未设置: 单独运行一个服务需要 Kafka；或用 shifan up 在一个进程内运行全部服务。 / "
            "SHIFAN_KAFKA is not set: a service that runs alone meets the others over Kafka; "
            "name a broker, or run all in one process with `shifan up`."
        )
    uvloop.run(_alone(name, build, settings))


async def _alone(name: str, build: Build, settings: Settings) -> None:
    try:
        bus = bus_of(settings, name)
    except KafkaSettingsUnclear as unclear:
        raise SystemExit(str(unclear)) from unclear
    async with opened(name, build, settings, bus) as service, service.running():
        await bus.start()
        try:
            await _listen(service.api, settings)
        finally:
            await bus.stop()


# ── several on one origin ────────────────────────────────────────────────────────────────────────────────────────


def run_together(
    builds: Mapping[str, Build],
    people: Sequence[Account],
    front: Callable[[Settings], APIRouter],
    settings: Settings | None = None,
) -> None:
    """Run several services under one origin: ``/<name>`` each, ``/issuer`` for the demo issuer, ``/`` the front.

    Each finds its database in ``SHIFAN_<NAME>_DATABASE_URL``.
    """
    settings = settings or Settings()
    for name in builds:
        require_safe(_with_database(settings, name))
    start_logging("shifan", level=settings.log_level, file=settings.log_file)
    uvloop.run(_together(builds, people, front, settings))


async def _together(
    builds: Mapping[str, Build], people: Sequence[Account], front: Callable[[Settings], APIRouter], settings: Settings
) -> None:
    bus = MemoryBus()
    origin = _origin(settings, front)
    if settings.demo_issuer:
        origin.mount("/issuer", _issuer(settings, people))
    async with AsyncExitStack() as stack:
        services = [
            await stack.enter_async_context(opened(name, build, _with_database(settings, name), bus))
            for name, build in builds.items()
        ]
        await bus.start()
        stack.push_async_callback(bus.stop)
        for service in services:
            await stack.enter_async_context(service.running())
            origin.mount(f"/{service.name}", service.api)
        await _listen(origin, settings)


def run_issuer(
    people: Sequence[Account], front: Callable[[Settings], APIRouter], settings: Settings | None = None
) -> None:
    """Run the demo issuer and the front alone, where the services are processes of their own."""
    settings = settings or Settings()
    _begin("issuer", settings)
    origin = _origin(settings, front)
    origin.mount("/issuer", _issuer(settings, people))
    uvloop.run(_listen(origin, settings))


def _with_database(settings: Settings, name: str) -> Settings:
    url = os.environ.get(f"SHIFAN_{name.upper()}_DATABASE_URL", "")
    return settings.model_copy(update={"database_url": SecretStr(url)})


def _origin(settings: Settings, front: Callable[[Settings], APIRouter]) -> Edge:
    origin = create_app(
        "Shifan",
        clock=SystemClock(),
        authenticate=_nobody,
        receipts=_nothing,
        limits=limits_of(settings),
    )
    origin.include_router(front(settings))
    return origin


def _issuer(settings: Settings, people: Sequence[Account]) -> Edge:
    folder = settings.home / ISSUER_FOLDER
    accounts = People(folder, people)
    keys = IssuerKeys(folder / "keys")
    return create_issuer(issuer_address(settings), settings.host, accounts, keys, audience=settings.oidc_audience)


async def _nobody(_: Headers) -> Person:
    raise AssertionError("the front has public routes only")


async def _nothing(_: str, __: str) -> Receipt | None:
    return None


# ── the server ───────────────────────────────────────────────────────────────────────────────────────────────────


def _begin(name: str, settings: Settings) -> None:
    require_safe(settings)
    start_logging(name, level=settings.log_level, file=settings.log_file)


async def _listen(app: FastAPI, settings: Settings) -> None:
    """Answer requests until SIGTERM or SIGINT; requests in hand are finished first."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        timeout_keep_alive=15,
        limit_concurrency=settings.concurrent * 2,
        h11_max_incomplete_event_size=64 * 1024,
    )
    server = uvicorn.Server(config)
    await server.serve()
    if not server.started:
        raise SystemExit(
            f"{settings.host}:{settings.port} 无法监听，请改用其他端口 (SHIFAN_PORT)。 / "
            f"Cannot listen on {settings.host}:{settings.port}: name another port in SHIFAN_PORT."
        )
