"""Understands what money must be to be paid: a rate that is a share of a sum, somebody of the treasury who pays, and a
clawback from what went out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from shared.programmes.checks.reachable import reached
from shared.programmes.model import Paying, Procedure, Programme, Step
from shared.programmes.reading.faults import Findings

_MONEY = "amount"


def check_payments(programme: Programme, findings: Findings) -> None:
    """Report rates above the whole, payers who may not pay, and money that could never come back."""
    _budgets(programme, findings)
    for procedure in programme.procedures:
        paying = tuple(_paying(procedure))
        for step, parameters in paying:
            where = f"procedures[{procedure.id}].steps[{step.id}]"
            _payer(step, programme, where, findings)
            _something_went_out(step, parameters, paying, procedure, where, findings)


def _budgets(programme: Programme, findings: Findings) -> None:
    metrics = {metric.id: metric for metric in programme.metrics}
    for budget in programme.budgets:
        if isinstance(budget.rate, Decimal) and not 0 < budget.rate <= 1:
            findings.at(
                f"budgets[{budget.id}].rate",
                f"补助比例应大于 0 且不超过 1(40% 写 0.4),而不是 {budget.rate}",
                f"a rate lies above 0 and is at most 1 (40 % is 0.4), which {budget.rate} is not",
            )
        cost = metrics.get(budget.cost or "")
        if cost is not None and (cost.type != _MONEY or cost.years > 1):
            findings.at(
                f"budgets[{budget.id}].cost",
                f"比例按一个金额计算;{cost.id} 应为 type: amount 且不分年度",
                f"a rate is a share of one sum of money: {cost.id} must be of type amount, without years",
            )


def _paying(procedure: Procedure) -> Iterator[tuple[Step, Paying]]:
    for step in procedure.steps:
        if isinstance(step.parameters, Paying):
            yield step, step.parameters


def _payer(step: Step, programme: Programme, where: str, findings: Findings) -> None:
    party = next((each for each in programme.parties if each.id == step.actor), None)
    if party is not None and party.role not in ("finance", "applicant", "expert", "inspector", "public", "machine"):
        findings.at(
            f"{where}.actor",
            f"拨付由 role: finance 的参与方办理;{party.id} 的角色是 {party.role}",
            f"whoever pays has the role finance; {party.id} has the role {party.role}",
        )


def _something_went_out(
    step: Step, paying: Paying, all_: tuple[tuple[Step, Paying], ...], procedure: Procedure, where: str, to: Findings
) -> None:
    """Money comes back to the budget that it went out of."""
    if paying.direction != "back":
        return
    out = [(each.id, other.budget) for each, other in all_ if other.direction == "out"]
    before = sorted({budget for name, budget in out if step.id in reached(procedure, name)})
    if before and paying.budget not in before:
        listed = ", ".join(before)
        to.at(
            f"{where}.parameters.budget",
            f"到此步骤之前没有从 {paying.budget} 拨付过;此前拨付的资金:{listed}",
            f"nothing was paid from {paying.budget} before this step; what was paid came from {listed}",
        )
