"""Understands what a service tells of itself in figures: how far behind it is, what waits, how long answers take.

Every service has a registry of its own, in the exposition format of Prometheus, for operators only. What is the whole
service's (backlogs) is asked of its database when somebody looks; what is this process' own is counted as it happens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Histogram, generate_latest

from shared.runtime.clock import Clock
from shared.runtime.consumer import Consumer
from shared.runtime.http.access import Allow
from shared.runtime.http.route import router
from shared.runtime.ports import AnyConnection, Bus
from shared.runtime.postgres.pool import Database

COUNTED = 10_000
"""Backlogs are counted up to here: beyond, the figure only says that it is large."""

_BEHIND = """
SELECT name, (
    SELECT count(*) FROM (
        SELECT 1 FROM facts WHERE (xid, position) > (c.xid::text::xid8, c.number) LIMIT $1
    ) AS waiting
) AS waiting FROM checkpoints AS c
"""
_PARKED = "SELECT subscriber, count(*) AS n FROM parked WHERE status = 'parked' GROUP BY subscriber"
_KEPT = "SELECT subscriber, count(*) AS n FROM foreign_events GROUP BY subscriber"
_OVERDUE = """
SELECT count(*) FROM view_deadlines.deadlines AS d
LEFT JOIN deadline_attempts AS a ON a.deadline_id = d.deadline_id AND a.due_at = d.due_at
WHERE d.due_at <= $1 AND a.fired_at IS NULL
"""
_VIEW = "view:"


class Metrics:
    """The figures of one service in one process."""

    def __init__(self, database: Database, bus: Bus, clock: Clock, consumers: Mapping[str, Consumer]) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._consumers = consumers
        self.leading: Callable[[], bool] = lambda: False
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "shifan_http_request_seconds",
            "Time that answers took",
            ["method", "route", "status"],
            registry=self._registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
        )
        self._commits = Histogram(
            "shifan_commit_appends",
            "Appends that were committed together",
            registry=self._registry,
            buckets=(1, 2, 4, 8, 16, 32, 64),
        )
        gauge = self._gauge
        self._leading = gauge("shifan_relay_leading", "1 where this process publishes the log, 0 where it stands by")
        self._relay = gauge("shifan_relay_waiting_facts", "Facts not published yet, counted up to 10000")
        self._views = gauge("shifan_view_waiting_facts", "Facts that a view has not seen, up to 10000", "view")
        self._lag = gauge("shifan_consumer_waiting_records", "Records on Kafka not read here yet", "subscriber")
        self._ends = gauge("shifan_consumer_deliveries", "Deliveries since the start, by end", "subscriber", "end")
        self._parked = gauge("shifan_parked_deliveries", "Deliveries that wait for an operator", "subscriber")
        self._kept = gauge("shifan_kept_deliveries", "Deliveries that no release here could read", "subscriber")
        self._overdue = gauge("shifan_deadlines_overdue", "Deadlines that came and were not carried out yet")

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).observe(seconds)

    def observe_commit(self, appends: int) -> None:
        self._commits.observe(appends)

    async def exposed(self) -> bytes:
        """All of it, now. Raises where the database is away."""
        async with self._database.reading() as connection:
            await self._ask(connection)
        self._leading.set(self.leading())
        self._lag.clear()
        for name, waiting in self._bus.behind().items():
            if name in self._consumers:
                self._lag.labels(name).set(waiting)
        for name, consumer in self._consumers.items():
            for end in ("applied", "duplicates", "parked", "kept"):
                self._ends.labels(name, end).set(getattr(consumer.tally, end))
        return generate_latest(self._registry)

    async def _ask(self, connection: AnyConnection) -> None:
        for row in await connection.fetch(_BEHIND, COUNTED):
            if row["name"].startswith(_VIEW):
                self._views.labels(row["name"].removeprefix(_VIEW)).set(row["waiting"])
            elif row["name"] == "relay":
                self._relay.set(row["waiting"])
        for gauge, statement in ((self._parked, _PARKED), (self._kept, _KEPT)):
            for name in self._consumers:
                gauge.labels(name).set(0)
            for row in await connection.fetch(statement):
                gauge.labels(row["subscriber"]).set(row["n"])
        if await connection.fetchval("SELECT to_regclass('view_deadlines.deadlines')") is not None:
            self._overdue.set(await connection.fetchval(_OVERDUE, self._clock.now()))

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(name, meaning, labels, registry=self._registry)


def metrics_routes(metrics: Metrics) -> APIRouter:
    """``/metrics``, for whoever runs the installation."""
    routes = router(tags=["metrics"])

    @routes.get("/metrics", include_in_schema=False)
    @Allow(roles=("operator",), note="figures of this process and its service; no content, no names")
    async def metrics_now() -> Response:
        """Backlogs, what waits, and how long answers take, in the exposition format of Prometheus."""
        return Response(await metrics.exposed(), media_type=CONTENT_TYPE_LATEST)

    return routes
