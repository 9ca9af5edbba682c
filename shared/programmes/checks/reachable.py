"""Understands which steps may follow a step, by whatever outcomes."""

from __future__ import annotations

from shared.programmes.checks.graph import followers
from shared.programmes.model import Procedure


def reached(procedure: Procedure, begin: str) -> frozenset[str]:
    """Every step that some way leads to from ``begin``; itself only where a cycle leads back to it."""
    steps = {step.id: step for step in procedure.steps}
    seen: set[str] = set()
    todo = list(followers(steps[begin])) if begin in steps else []
    while todo:
        name = todo.pop()
        if name in steps and name not in seen:
            seen.add(name)
            todo += followers(steps[name])
    return frozenset(seen)
