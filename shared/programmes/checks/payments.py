"""Understands what a plan of payments must be to be kept: who pays, one plan for all its steps, and parts that come
after what has to be there first."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from shared.programmes.checks.reachable import reached
from shared.programmes.model import Paying, Procedure, Programme, Step, Unset
from shared.programmes.reading.faults import Findings

_MONEY = "amount"


def check_payments(programme: Programme, findings: Findings) -> None:
    """Report rates above the whole, plans that differ from step to step, and money that could never go out or back."""
    _budgets(programme, findings)
    for procedure in programme.procedures:
        paying = tuple(_paying(procedure))
        for step, parameters in paying:
            where = f"procedures[{procedure.id}].steps[{step.id}]"
            _payer(step, programme, where, findings)
            _first_of_all(step, parameters, procedure, where, findings)
            _something_went_out(step, parameters, paying, procedure, where, findings)
        for one, other in combinations(paying, 2):
            _one_plan(one, other, procedure, findings)


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


def _first_of_all(step: Step, paying: Paying, procedure: Procedure, where: str, findings: Findings) -> None:
    """What is paid here comes after its ``after``: some way must lead from there to here."""
    own = {each.id for each in procedure.steps}
    planned = () if isinstance(paying.instalments, Unset) else paying.instalments
    for one in planned:
        if paying.instalment not in (None, one.id) or one.after not in own:
            continue
        if one.after is not None and step.id not in reached(procedure, one.after):
            findings.at(
                f"{where}.parameters.instalments[{one.id}].after",
                f"没有途径先经过 {one.after} 再到 {step.id},这一期永远付不了;请更正 after 或把该步骤移到拨付之前",
                f"no way leads over {one.after} to {step.id}, so this part could never be paid: correct after, or let "
                "that step come first",
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


def _one_plan(one: tuple[Step, Paying], other: tuple[Step, Paying], procedure: Procedure, findings: Findings) -> None:
    """Steps that pay out of one budget in one case state the same parts."""
    (first, plan), (second, again) = one, other
    outward = plan.direction == again.direction == "out" and plan.budget == again.budget
    if not outward or plan.instalments == again.instalments or _never_both(first, second, procedure):
        return
    if second.id in reached(procedure, first.id) or first.id in reached(procedure, second.id):
        findings.at(
            f"procedures[{procedure.id}].steps[{second.id}].parameters.instalments",
            f"与步骤 {first.id} 的分期计划不同;同一资金的各拨付步骤须写同一计划",
            f"it differs from the plan of the step {first.id}: all steps that pay from one budget state the same plan",
        )


def _never_both(first: Step, second: Step, procedure: Procedure) -> bool:
    """Whether some route leaves out one of them alone: then they may be the plans of different applicants."""
    return any((first.id in route.skip) != (second.id in route.skip) for route in procedure.routes)
