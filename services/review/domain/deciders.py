"""Understands which parties decide in a procedure: they answer for what befalls a case as a whole."""

from __future__ import annotations

from shared.programmes.model import Deciding, Procedure, Programme


def deciders_of(programme: Programme, procedure: Procedure) -> tuple[str, ...]:
    """The parties that decide in the procedure; where nobody does, the officers and approvers of the text."""
    found: list[str] = []
    for step in procedure.steps:
        if isinstance(step.parameters, Deciding):
            approver = (step.parameters.approver,) if isinstance(step.parameters.approver, str) else ()
            found += [step.actor, *approver, *step.parameters.jointly]
    if not found:
        found = [party.id for party in programme.parties if party.role in ("officer", "approver")]
    if not found:
        found = [step.actor for step in procedure.steps if programme.party(step.actor).role != "applicant"]
    return tuple(dict.fromkeys(found))
