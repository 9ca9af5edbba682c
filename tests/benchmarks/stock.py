"""Understands the peers: pgbench with our INSERT, and the eventsourcing library's own recorder and application."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore


def find_pgbench() -> str | None:
    """pgbench from the PATH or from Debian's place, the newest first."""
    beside = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)
    return shutil.which("pgbench") or (str(beside[0]) if beside else None)


def pgbench(dsn: str, insert: str, clients: int, seconds: int, directory: Path) -> float:
    """Transactions a second of one INSERT statement, prepared, on ``clients`` connections."""
    program = find_pgbench()
    if program is None:
        raise LookupError("pgbench is not on this machine: install the PostgreSQL server package (postgresql)")
    script = directory / "insert.sql"
    script.write_text(insert)
    # one client thread: the peer gets the cores as our single process does
    command = [program, "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(seconds), "-f", str(script)]
    done = subprocess.run([*command, dsn], capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if found is None:
        raise ValueError(f"pgbench printed no tps: {done.stdout}")
    return float(found.group(1))


def _settings(dsn: str) -> dict[str, str]:
    parts = urlsplit(dsn)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path.lstrip("/"),
        "POSTGRES_HOST": parts.hostname or "127.0.0.1",
        "POSTGRES_PORT": str(parts.port or 5432),
        "POSTGRES_USER": unquote(parts.username or ""),
        "POSTGRES_PASSWORD": unquote(parts.password or ""),
    }


def _for_seconds(threads: int, seconds: float, once: Callable[[], Any]) -> float:
    """How many calls a second ``threads`` threads make, each calling ``once`` until the time is up."""

    def loop(until: float) -> int:
        count = 0
        while time.perf_counter() < until:
            once()
            count += 1
        return count

    with ThreadPoolExecutor(threads) as pool:
        for warm in [pool.submit(once) for _ in range(threads * 4)]:
            warm.result()
        began = time.perf_counter()
        counts = [pool.submit(loop, began + seconds) for _ in range(threads)]
        total = sum(c.result() for c in counts)
    return total / (time.perf_counter() - began)


def recorder(dsn: str, threads: int, seconds: float) -> float:
    """Single-event durable appends a second of the library's PostgreSQL application recorder."""
    s = _settings(dsn)
    datastore = PostgresDatastore(
        dbname=s["POSTGRES_DBNAME"],
        host=s["POSTGRES_HOST"],
        port=s["POSTGRES_PORT"],
        user=s["POSTGRES_USER"],
        password=s["POSTGRES_PASSWORD"],
        pool_size=threads,
        max_overflow=threads,
    )
    stock = PostgresApplicationRecorder(datastore, events_table_name="stock_events")
    stock.create_table()
    state = os.urandom(300)

    def once() -> None:
        stock.insert_events(
            [StoredEvent(originator_id=uuid4(), originator_version=1, topic="bench:Event", state=state)]
        )

    try:
        return _for_seconds(threads, seconds, once)
    finally:
        datastore.close()


class Draft(Aggregate):
    """The stock library's idiom for what our benchmark's command does: create once, change an answer."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}

    @event("AnswerGiven")
    def give_answer(self, metric: str, value: str) -> None:
        self.answers[metric] = value


class Drafts(Application[Any]):
    """One command = load, decide, save, as with ours."""

    def open(self) -> Any:
        draft: Draft = Draft()
        self.save(draft)
        return draft.id

    def answer(self, identity: Any, value: str) -> None:
        draft: Draft = self.repository.get(identity)
        draft.give_answer("staff_count", value)
        self.save(draft)


def application(dsn: str, threads: int, seconds: float) -> float:
    """Commands a second through the library's own application on PostgreSQL: open a draft, then answer in it."""
    app = Drafts(env=_settings(dsn) | {"POSTGRES_POOL_SIZE": str(threads), "POSTGRES_MAX_OVERFLOW": str(threads)})

    def once() -> None:
        app.answer(app.open(), "15")

    try:
        return 2 * _for_seconds(threads, seconds, once)
    finally:
        app.close()
