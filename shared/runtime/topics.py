"""Understands which topics there are, and that their number of partitions never changes.

A key's partition is a hash modulo the number of partitions: raising it would send a case's later events past its
earlier ones. What is in a topic stays there (no retention), because a new subscriber begins at the beginning.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAlreadyExistsError, for_code

from shared.runtime.kafka_settings import KafkaSettings
from shared.runtime.ports import Transient
from shared.runtime.topic_names import CERTIFICATIONS, SERVICES, audit_topic, dead_letters, events_topic

PARTITIONS: Final = 6
VISIBLE_SECONDS: Final = 30.0


class PartitionsDiffer(RuntimeError):
    """A topic exists with another number of partitions than asked for; nothing was changed."""


@dataclass(frozen=True)
class Topic:
    """One topic. ``kept_days`` None: for ever."""

    name: str
    partitions: int = PARTITIONS
    kept_days: int | None = None


def all_topics(services: Sequence[str] = SERVICES, partitions: int = PARTITIONS) -> tuple[Topic, ...]:
    """The topics of an installation, each with the one for its dead letters (one partition, kept 90 days)."""
    names = [*map(events_topic, services), *map(audit_topic, services), CERTIFICATIONS]
    alive = tuple(Topic(name, partitions) for name in names)
    return alive + tuple(Topic(dead_letters(name), partitions=1, kept_days=90) for name in names)


async def ensure_topics(settings: KafkaSettings, topics: Sequence[Topic] | None = None, replication: int = 1) -> None:
    """Makes the topics that are missing (with the settings' prefix) and returns when all can be written.

    Raises :class:`PartitionsDiffer` where one exists with another count, ``Transient`` where no broker answers.
    """
    wanted = {settings.prefix + topic.name: topic for topic in (all_topics() if topics is None else topics)}
    admin = AIOKafkaAdminClient(**settings.connection())
    try:
        await admin.start()
        there = await _counts(admin, wanted)
        _refuse_changes(wanted, there)
        await _create(admin, {name: topic for name, topic in wanted.items() if name not in there}, replication)
        await _until_visible(admin, wanted)
    except (KafkaConnectionError, TimeoutError) as fault:
        raise Transient(f"Kafka 无法连接 cannot be reached at {settings.bootstrap}: {fault}") from fault
    finally:
        await admin.close()


async def describe(settings: KafkaSettings, names: Sequence[str]) -> Mapping[str, int]:
    """Number of partitions of each of these topics that exists (names without the settings' prefix)."""
    admin = AIOKafkaAdminClient(**settings.connection())
    try:
        await admin.start()
        counts = await _counts(admin, [settings.prefix + name for name in names])
    except KafkaConnectionError as fault:
        raise Transient(f"Kafka 无法连接 cannot be reached at {settings.bootstrap}: {fault}") from fault
    finally:
        await admin.close()
    return {name.removeprefix(settings.prefix): count for name, count in counts.items()}


async def _counts(admin: AIOKafkaAdminClient, names: Sequence[str] | Mapping[str, Topic]) -> dict[str, int]:
    found = await admin.describe_topics(list(names))
    return {topic["topic"]: len(topic["partitions"]) for topic in found if topic["error_code"] == 0}


def _refuse_changes(wanted: Mapping[str, Topic], there: Mapping[str, int]) -> None:
    for name, count in there.items():
        if count != wanted[name].partitions:
            raise PartitionsDiffer(
                f"topic {name} has {count} partitions and {wanted[name].partitions} were asked for. Changing the count "
                f"would break the order of events per case; set the configured count to {count}, or make a new topic "
                f"version and publish everything again."
            )


async def _create(admin: AIOKafkaAdminClient, missing: Mapping[str, Topic], replication: int) -> None:
    if not missing:
        return
    answer = await admin.create_topics([_new(name, topic, replication) for name, topic in missing.items()])
    for name, code, *rest in answer.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:  # another process may have been first; it is checked below
            raise KafkaError(f"could not make topic {name}: {error.__name__} {rest}")


def _new(name: str, topic: Topic, replication: int) -> NewTopic:
    kept = -1 if topic.kept_days is None else topic.kept_days * 86_400_000
    configuration = {"cleanup.policy": "delete", "retention.ms": str(kept), "retention.bytes": "-1"}
    return NewTopic(name, topic.partitions, replication, topic_configs=configuration)


async def _until_visible(admin: AIOKafkaAdminClient, wanted: Mapping[str, Topic]) -> None:
    async with asyncio.timeout(VISIBLE_SECONDS):
        while len(there := await _counts(admin, wanted)) < len(wanted):  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # the broker tells nobody when a new topic is ready; we have to ask
    _refuse_changes(wanted, there)
