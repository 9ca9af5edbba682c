"""Understands which fixtures every folder of tests shares; each lives in a module of tests/support."""

from tests.support.database import database, databases, postgres, provisioned

__all__ = ["database", "databases", "postgres", "provisioned"]
