"""Understands when an assessment could never be insufficient: it judges no condition, so nothing can be unmet."""

from __future__ import annotations

from shared.programmes.model import Assessing, Programme
from shared.programmes.reading.faults import Findings


def check_assessments(programme: Programme, findings: Findings) -> None:
    """Report an outcome ``insufficient`` that cannot happen, and say what says yes or no instead."""
    for procedure in programme.procedures:
        for step in procedure.steps:
            if isinstance(step.parameters, Assessing) and not step.parameters.conditions:
                findings.at(
                    f"procedures[{procedure.id}].steps[{step.id}].parameters.conditions",
                    "此处不审核任何条件,永远不会是 insufficient;请列出条件,"
                    "或改用 endorse(endorsed、refused)由人表示同意与否",
                    "it judges no condition, so it can never be insufficient: name conditions, or make it an endorse "
                    "step (endorsed, refused), where a person says yes or no",
                )
