"""A real, pinned Apache Kafka on this machine, without containers."""

from infra.kafka.jars import KafkaUnavailable, user_cache
from infra.kafka.launcher import LocalKafka
from infra.kafka.properties import Protection

__all__ = ["KafkaUnavailable", "LocalKafka", "Protection", "user_cache"]
