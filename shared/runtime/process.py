"""Understands how a process runs services: what it opens for them, in which order, and one server for their APIs.

Two ways, and only the entry points choose: :func:`run_alone` runs one service on Kafka, :func:`run_together` runs several
on one origin with the bus in memory. The services cannot tell which.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from shared.envelope import machine
from shared.runtime.auth.keys import KeyRing, provider_client
from shared.runtime.auth.tokens import Tokens
from shared.runtime.clock import Clock, DemoClock, SystemClock
from shared.runtime.files import Files, file_store
from shared.runtime.http.app import Edge
from shared.runtime.kafka_bus import KafkaBus
from shared.runtime.kafka_settings import KafkaSettings
from shared.runtime.logs import start_logging
from shared.runtime.memory_bus import MemoryBus
from shared.runtime.ports import Bus
from shared.runtime.postgres.pool import Database
from shared.runtime.profile import require_plain_role, require_safe
from shared.runtime.service import Around, Build, Service
from shared.runtime.settings import Settings

CLOCK_FILE = "clock.json"
FILES_FOLDER = "files"
ISSUER_FOLDER = "issuer"
STOP_SECONDS = 10

__all__ = ["machine"]
