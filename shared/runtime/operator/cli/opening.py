"""Understands how a command gets hold of a service on its database without setting it to work."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from pydantic import SecretStr

from shared.runtime.memory_bus import MemoryBus
from shared.runtime.operator.installation import Installation, NotConfigured
from shared.runtime.process import opened
from shared.runtime.service import Build, Service
from shared.runtime.settings import Settings

Builds = Callable[[str], Build]
"""A service's ``build`` by the service's name."""


@asynccontextmanager
async def service_of(here: Installation, builds: Builds, name: str) -> AsyncIterator[Service]:
    """The service, put together on a bus that leads nowhere. Raises ``NotConfigured`` where its database is unknown."""
    settings = Settings().model_copy(
        update={"database_url": SecretStr(database_url(here, name)), "home": here.home.path, "kafka": ""}
    )
    async with opened(f"{name} operator", builds(name), settings, MemoryBus()) as service:
        yield service


def database_url(here: Installation, name: str) -> str:
    """As the running installation or ``SHIFAN_<NAME>_DATABASE_URL`` says; in a container of that service, its own."""
    try:
        return here.database_url(name)
    except NotConfigured:
        own = os.environ.get("SHIFAN_DATABASE_URL", "")
        if name in (urlsplit(own).path + (urlsplit(own).username or "")):
            return own
        raise
