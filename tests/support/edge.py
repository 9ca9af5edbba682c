"""Understands how a test calls an edge: in process over ASGI, or over a real socket with uvicorn."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import uvicorn
from starlette.datastructures import Headers
from starlette.types import ASGIApp

from shared.envelope import ROLES
from shared.runtime.auth.codes import TOKEN_MISSING
from shared.runtime.auth.person import Person
from shared.runtime.ports import Receipt


@dataclass
class Receipts:
    """Receipts in memory, as the store would find them."""

    held: dict[tuple[str, str], Receipt] = field(default_factory=dict)

    def remember(self, receipt: Receipt) -> None:
        self.held[receipt.scope, receipt.key] = receipt

    async def find(self, scope: str, key: str) -> Receipt | None:
        return self.held.get((scope, key))


async def by_header(headers: Headers) -> Person:
    """People for tests of everything but tokens: ``X-Person: id role,role region``."""
    given = headers.get("x-person")
    if given is None:
        raise TOKEN_MISSING.refuse(headers={"WWW-Authenticate": 'Bearer realm="shifan"'})
    name, roles, region = (*given.split(" "), "", "")[:3]
    return Person(name, name, tuple(role for role in ROLES if role in roles.split(",")), region=region)


@asynccontextmanager
async def asgi(app: ASGIApp, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client in the same process; what the application raises after answering stays inside."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient(transport=transport, base_url="http://edge.test", headers=sent) as client:
        yield client


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """The address of a real server on a free loopback port; lifespan included."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=2))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        async with asyncio.timeout(10):
            while not server.started and not running.done():
                await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        listening.close()
