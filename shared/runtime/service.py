"""Understands how one service is put together from its parts, started and stopped in order, and asked for its health.

``services/<name>/app.py`` says what the service consists of (:class:`Parts`); everything that is the same for all four
stands here. Neither knows whether the other services run in this process or elsewhere.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from fastapi import APIRouter

from shared.runtime.clock import Clock
from shared.runtime.codec import FactCodec
from shared.runtime.consumer import Consumer
from shared.runtime.deadlines import DeadlineWorker, Fire
from shared.runtime.files import Files
from shared.runtime.forgetting import Forgetting, Old
from shared.runtime.http.app import Edge, create_app
from shared.runtime.http.health import Check
from shared.runtime.http.limits import Limits
from shared.runtime.http.parts import Authenticate
from shared.runtime.kept import KeptAside
from shared.runtime.metrics import Metrics, metrics_routes
from shared.runtime.outbound import CaseOf, ToPublic
from shared.runtime.parking import Parking
from shared.runtime.pinned import PUT_BACK, Knows, lacking
from shared.runtime.ports import Bus, Subscriber, View
from shared.runtime.postgres.pool import TRANSIENT, Database
from shared.runtime.projector import Projector
from shared.runtime.relay import Relay
from shared.runtime.settings import Settings
from shared.runtime.store import FactStore

_log = structlog.get_logger("service")


@dataclass(frozen=True)
class Around:
    """What a process gives each service that it runs: its database, a bus, the time, who people are, the files."""

    settings: Settings
    database: Database
    bus: Bus
    clock: Clock
    authenticate: Authenticate
    files: Files

    def store(self, facts: Sequence[type]) -> FactStore:
        """The service's log; give it to :func:`assemble` with the rest."""
        return FactStore(self.database.pool, FactCodec(facts))


class Worker(Protocol):
    """A part that works by itself (sends mails, sweeps files …)."""

    @property
    def name(self) -> str: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def healthy(self) -> str:
        """Empty when well, else one sentence."""
        ...


@dataclass(frozen=True)
class Parts:
    """What makes this service this service. ``refusals`` are its domain's exception classes; ``fire`` carries out a
    deadline of its view ``deadlines``; ``to_partners`` says what other regions' systems learn; ``olds`` are rows of its
    own tables that may be forgotten; ``knows`` says whether its library has a text."""

    name: str
    title: str
    store: FactStore
    to_public: ToPublic
    case_of: CaseOf
    routers: Sequence[APIRouter]
    subscribers: Sequence[Subscriber] = ()
    views: Sequence[View] = ()
    refusals: Sequence[type[Exception]] = ()
    to_partners: ToPublic | None = None
    fire: Fire | None = None
    workers: Sequence[Worker] = ()
    checks: Mapping[str, Check] = field(default_factory=dict)
    olds: Sequence[Old] = ()
    knows: Knows | None = None


@dataclass
class Service:
    """A service that is put together. ``api`` answers as soon as it is mounted; :meth:`running` makes it work."""

    name: str
    api: Edge
    store: FactStore
    relay: Relay
    projectors: Mapping[str, Projector]
    parking: Parking
    kept: KeptAside
    _workers: Sequence[Worker]
    _knows: Knows | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Starts what works by itself and stops it in the opposite order: first what takes in, last what writes."""
        await self._tell_missing_texts()
        async with AsyncExitStack() as stack:
            await self.store.start()
            stack.push_async_callback(self.store.stop)
            self.relay.start()
            stack.push_async_callback(self.relay.stop)
            for worker in (*self.projectors.values(), *self._workers):
                await worker.start()
                stack.push_async_callback(worker.stop)
            yield

    async def _tell_missing_texts(self) -> None:
        """One warning that names them all, before the first refusal or parked word does so one by one."""
        if self._knows is None:
            return
        try:
            async with self.store.pool.acquire() as connection:
                missing = await lacking(connection, self._knows)
        except TRANSIENT as away:
            _log.warning("texts_not_looked_at", service=self.name, fault=repr(away), do="shifan doctor")
            return
        if missing:
            _log.warning("texts_missing", service=self.name, texts=dict(missing), do=PUT_BACK)


Build = Callable[[Around], Service]
"""What ``services/<name>/app.py`` offers as ``build``."""


def assemble(around: Around, parts: Parts) -> Service:
    """Put a service together and subscribe it to the bus, before the bus starts."""
    database, store = around.database, parts.store
    consumers = {one.name: Consumer(database, one, bury=around.bus.publish) for one in parts.subscribers}
    for consumer in consumers.values():
        around.bus.subscribe(consumer)
    metrics = Metrics(database, around.bus, around.clock, consumers)
    store.on_commit(metrics.observe_commit)
    projectors = {view.name: Projector(database, store, view) for view in parts.views}
    relay = Relay(
        parts.name, database, store, around.bus, parts.to_public, parts.case_of, to_partners=parts.to_partners
    )
    deadlines = [DeadlineWorker(database, around.clock, parts.fire)] if parts.fire else []
    workers: list[Worker] = [*deadlines, *parts.workers, Forgetting(database, parts.olds)]
    api = create_app(
        parts.title,
        clock=around.clock,
        authenticate=around.authenticate,
        receipts=store.receipt,
        checks=_checks(around, relay, [*projectors.values(), *workers], parts.checks),
        refusals=parts.refusals,
        limits=limits_of(around.settings),
        observe=metrics.observe_request,
    )
    metrics.leading = lambda: relay.leading
    for router in (*parts.routers, metrics_routes(metrics)):
        api.include_router(router)
    subscribers = {subscriber.name: subscriber for subscriber in parts.subscribers}
    parking, kept = Parking(database, subscribers), KeptAside(database, subscribers)
    return Service(parts.name, api, store, relay, projectors, parking, kept, workers, parts.knows)


def limits_of(settings: Settings) -> Limits:
    """The edge's limits as they were set."""
    return Limits(
        body_bytes=settings.body_bytes,
        request_seconds=settings.request_seconds,
        concurrent=settings.concurrent,
        hosts=settings.hosts,
    )


def _checks(around: Around, relay: Relay, workers: Sequence[Worker], own: Mapping[str, Check]) -> dict[str, Check]:
    async def database() -> str:
        try:
            async with around.database.reading() as connection:
                await connection.execute("SELECT 1")
        except TRANSIENT as away:
            return f"the database does not answer ({type(away).__name__})"
        return ""

    checks: dict[str, Check] = {"database": database, "bus": around.bus.healthy, "relay": relay.healthy}
    checks |= {worker.name: worker.healthy for worker in workers}
    return checks | dict(own)
