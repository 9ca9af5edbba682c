"""Understands what whoever has to correct is told besides what is wrong: which filing, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from services.review.domain.awaiting import TYPES
from services.review.domain.case import StepEntered
from services.review.domain.steps.check import CorrectionRequested
from services.review.domain.subject import Case


def told(facts: Iterable[Any], case: Case, following: Iterable[Any]) -> tuple[Any, ...]:
    """The facts, a request for correction among them completed by what follows from it: only the step that it leads to
    says how long there is, and what is handed in there."""
    led = next((fact for fact in following if isinstance(fact, StepEntered)), None)
    if led is None or led.type not in TYPES:
        return tuple(facts)
    return tuple(_completed(fact, case, led) if isinstance(fact, CorrectionRequested) else fact for fact in facts)


def _completed(fact: CorrectionRequested, case: Case, led: StepEntered) -> CorrectionRequested:
    last = list(case.filings.values())[-1:]
    filing = case.filings.get(led.step, last[0] if last else "")
    return replace(fact, filing=filing, due_at=led.due_at, due_provisional=led.due_provisional)
