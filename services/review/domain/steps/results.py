"""Understands what the steps of a case brought so far: points and grades, by which routes and guards may turn."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from services.review.domain.steps import inspect, score
from services.review.domain.subject import Case
from shared.programmes.expressions import Value


def results_of(case: Case) -> Mapping[str, Value]:
    """``<step>.score`` and ``<step>.band`` of every step that was scored and not entered anew since. Where several
    assessors inspect, the lowest score counts, as it does for passing."""
    found: dict[str, Value] = {}
    for step, state in case.states.items():
        for name, value in zip(("score", "band"), _result(state), strict=True):
            if value is not None and value != "":
                found[f"{step}.{name}"] = value
    return found


def _result(state: object) -> tuple[Decimal | None, str]:
    if isinstance(state, score.State) and state.opened is not None:
        return Decimal(state.opened.score), state.opened.band
    if isinstance(state, inspect.State):
        scored = [one for one in state.recorded.values() if one.score]
        lowest = min(scored, key=lambda one: Decimal(one.score), default=None)
        return (Decimal(lowest.score), lowest.band) if lowest else (None, "")
    return None, ""
