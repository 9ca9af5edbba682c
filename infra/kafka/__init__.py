"""A real, pinned Apache Kafka on this machine, without containers."""

from infra.kafka.jars import KafkaUnavailable, user_cache
from infra.kafka.launcher import LocalKafka

__all__ = ["KafkaUnavailable", "LocalKafka", "user_cache"]
