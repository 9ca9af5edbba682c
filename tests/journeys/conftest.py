"""Understands the two ways in which everything here is run: one process, and a process per service over Kafka."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from services.story import Story, read_story
from tests.journeys.people import REQUEST_SECONDS, People
from tests.support.running import Running, running


@pytest.fixture(scope="session", params=["one-process", "kafka"])
def installation(request: pytest.FixtureRequest) -> Iterator[Running]:
    """What ``shifan up`` (``--kafka``) brings up; the same tests use each."""
    with running(request.param) as found:
        yield found


@pytest.fixture
async def people(installation: Running) -> AsyncIterator[People]:
    async with httpx.AsyncClient(timeout=REQUEST_SECONDS, trust_env=False) as client:
        yield People(installation, client)


@pytest.fixture(scope="session")
def story() -> Story:
    """The demonstration's case as data."""
    return read_story()
