"""One town of each kind for all faults: a start is dear, and what a fault leaves behind must not trouble the next."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.faults.scene import Scene, scene


@pytest.fixture(scope="session")
async def standing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """A process per service, over Kafka."""
    async with scene(tmp_path_factory.mktemp("town"), "kafka") as made:
        yield made


@pytest.fixture(scope="session")
async def alone(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """All services in one process."""
    async with scene(tmp_path_factory.mktemp("alone"), "one-process") as made:
        yield made
