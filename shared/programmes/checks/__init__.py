"""Understands what a definition must be beyond its shape: names meet, the graph leads to an end, sums are whole."""

from shared.programmes.checks.whole import check

__all__ = ["check"]
