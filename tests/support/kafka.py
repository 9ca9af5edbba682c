"""A real Kafka for the whole test run: the one that SHIFAN_KAFKA names, else our own in a directory of this run."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest

from infra.kafka import LocalKafka, user_cache


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address (``host:port``) of a broker that lives as long as the tests."""
    named = os.environ.get("SHIFAN_KAFKA")
    if named:
        yield named
        return
    broker = LocalKafka(tmp_path_factory.mktemp("kafka"), cache=user_cache(), tied=True)
    try:
        yield broker.start()
    finally:
        broker.stop()


@pytest.fixture
def topic_prefix() -> str:
    """Begins every topic and group of one test, so that tests share the broker and nothing else."""
    return f"t{uuid.uuid4().hex[:12]}."
