"""Fixtures that several folders share; each stands in its own file under tests/support."""

from tests.support.kafka import kafka, topic_prefix

__all__ = ["kafka", "topic_prefix"]
