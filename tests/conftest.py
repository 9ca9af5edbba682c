"""Understands which fixtures every folder of tests shares; each lives in a module of tests/support."""

from tests.support.database import database, databases, postgres, provisioned
from tests.support.kafka import kafka, topic_prefix

__all__ = ["database", "databases", "kafka", "postgres", "provisioned", "topic_prefix"]
