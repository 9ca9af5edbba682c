"""Understands whether what is written takes effect: silence has a deadline, a duty has a day, a round counts places."""

from __future__ import annotations

from shared.programmes.model import (
    Checking,
    Deadline,
    Endorsing,
    Listing,
    Obligation,
    Procedure,
    Programme,
    RoundRules,
    Step,
)
from shared.programmes.reading.faults import Findings

DATED_FROM = ("awarded", "decided", "entered", "met", "valid_to")
"""What the day of a duty can be counted from; ``decided`` is the day of the award."""


def check_effects(programme: Programme, findings: Findings) -> None:
    """Report what reads as if it did something and would never do it."""
    for obligation in programme.obligations:
        _duty(obligation, f"obligations[{obligation.id}]", findings)
    for procedure in programme.procedures:
        for step in procedure.steps:
            _silence(step, programme, f"procedures[{procedure.id}].steps[{step.id}]", findings)
            _places(step, procedure, programme, f"procedures[{procedure.id}].steps[{step.id}]", findings)


def _duty(obligation: Obligation, where: str, findings: Findings) -> None:
    due = obligation.due
    if not isinstance(due, Deadline):
        return
    if obligation.covers != "event":
        if due.within is not None and due.starts not in DATED_FROM:
            listed = ", ".join(DATED_FROM)
            findings.at(
                f"{where}.due.starts",
                f"称号的义务不能从 {due.starts} 起算;可用:{listed};由事件引起的请写 covers: event 并删除 starts",
                f"a duty is not counted from {due.starts}: count from one of {listed}, or, where an event begins it, "
                "write covers: event and remove starts",
            )
        return
    if due.on is not None:
        findings.at(
            f"{where}.due.on",
            "由事件引起的义务没有固定日期,请写 within 或 yearly",
            "what an event begins has no fixed day: write within, or yearly",
        )
    if due.starts != "entered":
        findings.at(
            f"{where}.due.starts",
            "由事件引起的义务自事件之日起算,请删除 starts",
            "what an event begins is counted from the event: remove starts",
        )


def _silence(step: Step, programme: Programme, where: str, findings: Findings) -> None:
    parameters = step.parameters
    if not isinstance(parameters, Checking) or parameters.silence not in ("accepted", "refused"):
        return
    cascade = programme.rounds.cascade if isinstance(programme.rounds, RoundRules) else ()
    if step.deadline is None and not any(each.step == step.id for each in cascade):
        findings.at(
            f"{where}.parameters.silence",
            "没有期限,不作答就永远没有后果;请为此步骤写 deadline,或写 silence: none",
            "without a deadline silence never means anything: write the step's deadline, or silence: none",
        )


def _places(step: Step, procedure: Procedure, programme: Programme, where: str, findings: Findings) -> None:
    parameters = step.parameters
    limited = isinstance(parameters, Listing) and isinstance(parameters.at_most, int)
    counted = isinstance(parameters, Endorsing) and parameters.quota is not None
    if (limited or counted) and not _in_rounds(procedure, programme):
        field = "at_most" if limited else "quota"
        findings.at(
            f"{where}.parameters.{field}",
            "名额按批次计算,本流程的案件不属于任何批次:请写在由申请人在批次内申报的主流程中(并写 rounds),或不限名额",
            "places are counted in a round, and no case of this procedure belongs to one: put it into the main "
            "procedure that applicants begin in a round (with rounds), or set no limit",
        )


def _in_rounds(procedure: Procedure, programme: Programme) -> bool:
    """Whether its cases can belong to a round: the main procedure's do that begin with an applicant's filing."""
    if programme.rounds is None or procedure is not programme.procedures[0]:
        return False
    filers = {party.id for party in programme.parties if party.role == "applicant"}
    return any(step.type == "file" and step.actor in filers for step in procedure.steps)
