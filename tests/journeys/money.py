"""Understands which sums a walk decides, and what it pays of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.programmes.model import Deciding, Paying, Programme, Step


def sum_to_decide(step: Step, programme: Programme, case: Mapping[str, Any]) -> dict[str, str]:
    """Some sum where the decision is about one; what is to be returned is all that was paid."""
    deciding = step.parameters
    assert isinstance(deciding, Deciding)
    if deciding.approves is not None:
        return {"amount": "1000.01", "source": first_source(programme, deciding.approves)}
    return {"amount": case["sums"][-1]["paid"]} if deciding.reclaims is not None else {}


def due(step: Step, programme: Programme, case: Mapping[str, Any]) -> dict[str, str]:
    """The next payment of the step: exactly what is due of the sum that was decided, 1 yuan where none was; nothing
    once the case has left the step."""
    paying = step.parameters
    assert isinstance(paying, Paying)
    if case["step"] != step.id:
        return {}
    decided = any((each["direction"], each["budget"]) == (paying.direction, paying.budget) for each in case["sums"])
    body = {"voucher": "voucher", "source": first_source(programme, paying.budget)}
    return body if decided else {**body, "amount": "1"}


def first_source(programme: Programme, budget: str) -> str:
    return next((each.id for each in programme.budget(budget).sources), "")
