"""Payments that could never be made as they are written are refused with line and remedy, however many ways exist."""

from __future__ import annotations

import re
from datetime import date
from io import StringIO

import pytest
from rich.console import Console

from shared.programmes.diff import differences
from shared.programmes.loader import SourceFile, load
from shared.programmes.model import Programme
from shared.programmes.reading.faults import BadDefinition, Fault
from shared.programmes.reading.tree import read_tree
from shared.runtime.operator.regulations.portrait import portrait
from tests.programmes.test_recipes import HEAD, PAGE
from tests.programmes.test_writing import WHOLE

GOOD = HEAD + next(block for block in re.findall(r"```yaml\n((?:(?!```).*\n)*)```", PAGE) if "id: first_part" in block)
"""The recipe of a contract with three payments: approved once, paid in parts, reclaimed."""
PLAN = "[{id: first, share: 0.4}, {id: second, share: 0.3, after: midterm}, {id: third, share: 0.3, after: acceptance}]"
STEPS = "procedures[building].steps"
BEGINS = "    opened_by: applicant\n    steps:"
ROUTE = "{id: small, title: {zh: 小额, en: small}, when: lies_in('990300'), skip: [grant], source: {clause: 一}}"
TO_MIDTERM = "instalment: first}, outcomes: {paid: midterm"
OTHER_PLAN = PLAN.replace("0.4", "0.5").replace("share: 0.3, after: m", "share: 0.2, after: m")
HALVES = "[{id: a, share: 0.5}, {id: b, share: 0.5}]"
SOURCE = "source: {clause: 一}"


def read(text: str) -> Programme:
    higher = {("demo-reading-rooms", "2026"): read_tree(WHOLE.text, WHOLE.name)}
    return load(SourceFile("fund.yaml", text), (), higher)


def faults(text: str) -> tuple[Fault, ...]:
    try:
        read(text)
    except BadDefinition as refused:
        return refused.faults
    return ()


def changed(*pairs: tuple[str, str]) -> str:
    text = GOOD
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def test_the_definition_that_the_others_spoil_is_good() -> None:
    assert faults(GOOD) == ()


SPOILT = {
    "parts without an approval": (
        [(", approves: fund", "")],
        f"{STEPS}[first_part].parameters.instalments",
        "no step of this procedure approves one of fund",
        "没有步骤批准 fund 的金额",
    ),
    "no such budget": (
        [("approves: fund", "approves: fnud")],
        f"{STEPS}[grant].parameters.approves",
        "did you mean fund?",
        "没有资金 fnud",
    ),
    "no such budget to reclaim": (
        [("reclaims: fund", "reclaims: fnud")],
        f"{STEPS}[reclaim].parameters.reclaims",
        "did you mean fund?",
        "没有资金 fnud",
    ),
    "after a step that comes later": (
        [("share: 0.3, after: midterm", "share: 0.3, after: acceptance")],
        f"{STEPS}[second_part].parameters.instalments[second].after",
        "on no way does acceptance come before second_part",
        "在任何路径上都不先于 second_part",
    ),
    "after itself": (
        [("share: 0.3, after: midterm", "share: 0.3, after: second_part")],
        f"{STEPS}[second_part].parameters.instalments[second].after",
        "on no way does second_part come before second_part",
        "该期永远不能支付",
    ),
    "approved twice on one way": (
        [("{passed: second_part, failed: improvement}", "{passed: grant, failed: improvement}")],
        f"{STEPS}[grant].parameters.approves",
        "was approved on the same way before",
        "每条路径只批准一次",
    ),
    "a way around the approval": (
        [("late: lapsed}", "late: first_part}")],
        f"{STEPS}[first_part]",
        "a case can come to first_part without an approval by grant",
        "可以不经 grant 批准",
    ),
    "a way out of the repeat around the approval": (
        [
            ("{filed: grant, late: lapsed}", "{filed: signing, late: lapsed}"),
            ("{endorsed: first_part, refused: lapsed}", "{endorsed: grant, refused: contract_filing}"),
            ("approves: fund}, outcomes: {approved: signing,", "approves: fund}, outcomes: {approved: first_part,"),
            ("id: contract_filing,", "repeat: {at_most: 2, then: second_part}, id: contract_filing,"),
        ],
        f"{STEPS}[second_part]",
        "without an approval by grant",
        "请让每条路径先经过该决定",
    ),
    "a route that skips the approval": (
        [
            (BEGINS, f"    routes: [{ROUTE}]\n{BEGINS}"),
        ],
        f"{STEPS}[first_part]",
        "without an approval by grant",
        "届时没有金额可以收付",
    ),
    "paid on after payment was stopped": (
        [(f"{TO_MIDTERM}}}", f"{TO_MIDTERM}, stopped: midterm}}")],
        f"{STEPS}[second_part]",
        "after payment was stopped",
        "停止拨付之后",
    ),
    "collected without a decision": (
        [("overdue: reclaim}", "overdue: clawback}")],
        f"{STEPS}[clawback]",
        "without an approval by reclaim",
        "可以不经 reclaim 批准",
    ),
    "nothing pays it": (
        [("reclaims: fund}, outcomes: {approved: clawback", "reclaims: fund}, outcomes: {approved: ended"),
         ("failed: reclaim}", "failed: clawback}")],
        f"{STEPS}[reclaim].parameters.reclaims",
        "no pay step with budget: fund and direction: back follows",
        "请补充,或删除 reclaims",
    ),
    "both at once": (
        [("approves: fund}", "approves: fund, reclaims: fund}")],
        f"{STEPS}[grant].parameters",
        "either approves or reclaims",
        "只能写 approves 或 reclaims 之一",
    ),
    "plans that differ": (
        [(f"{PLAN}, instalment: second", f"{OTHER_PLAN}, instalment: second")],
        f"{STEPS}[second_part].parameters.instalments",
        "it differs from the plan of first_part",
        "与步骤 first_part 的分期不一致",
    ),
    "a part that nobody pays": (
        [("instalment: third", "instalment: second")],
        f"{STEPS}[first_part].parameters.instalments[third]",
        "no step pays the instalment third",
        "没有步骤拨付 third 期",
    ),
    "a share of nothing": (
        [("share: 0.4", "share: 0"), ("share: 0.3, after: m", "share: 0.7, after: m")],
        f"{STEPS}[first_part].parameters.instalments[first].share",
        "a share is above 0",
        "比例应大于 0",
    ),
    "money that comes back by a plan": (
        [("instalments: [], direction: back", f"instalments: {HALVES}, direction: back")],
        f"{STEPS}[clawback].parameters.instalments",
        "money does not come back by a plan",
        "收回资金不分期",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_each_fault_is_named_at_its_line_with_the_remedy(name: str) -> None:
    pairs, path, en, zh = SPOILT[name]
    text = changed(*pairs)
    found = [fault for fault in faults(text) if fault.path == path and en in fault.en and zh in fault.zh]
    assert found, [str(fault) for fault in faults(text)]
    step = path.split("steps[")[1].split("]")[0]
    assert f"id: {step}," in text.splitlines()[found[0].place.line - 1]


@pytest.mark.parametrize(
    "pairs",
    [
        [("direction: back}, outcomes", "direction: back, instalment: null}, outcomes")],
        [(", approves: fund", ""), (PLAN, "[{id: whole, share: 1}]"), ("instalment: first", "instalment: whole"),
         ("instalment: second", "instalment: whole"), ("instalment: third", "instalment: whole")],
        [("parameters: {approver: head, reclaims: fund}", "parameters: {approver: head}")],
    ],
    ids=["as it is", "whole payments without an approval", "back at once without a decision"],
)  # fmt: skip
def test_what_can_be_paid_is_taken(pairs: list[tuple[str, str]]) -> None:
    assert faults(changed(*pairs)) == ()


def test_a_new_decision_about_money_is_told_in_words() -> None:
    before = changed(("parameters: {approver: head, reclaims: fund}", "parameters: {approver: head}"))
    (change,) = differences(read(before), read(GOOD))
    assert change.en == "step reclaim (decide to claw back): parameters, budget of the reclaimed sum was none, now fund"
    assert "所追回金额的资金由「无」改为「fund」" in change.zh


def test_a_regulation_is_shown_with_what_it_decides_and_pays() -> None:
    console = Console(width=400, record=True, file=StringIO())
    console.print(portrait(read(GOOD), date(2026, 4, 1)))
    shown = console.export_text()
    for line in ("approves a sum of fund", "reclaims a sum of fund", "collects fund", "▸ second 0.3 ⟵ midterm"):
        assert line in shown, line


def test_routes_may_choose_between_two_approvals() -> None:
    other = (
        "      - {id: grant_small, title: {zh: 小额, en: small}, type: decide, actor: department, "
        "parameters: {approver: head, approves: fund}, outcomes: {approved: signing, refused: lapsed}, "
        f"{SOURCE}}}\n"
    )
    routes = (
        "    routes:\n"
        f"      - {{id: small, title: {{zh: 小额, en: small}}, when: seats < 9, skip: [grant], {SOURCE}}}\n"
        f"      - {{id: large, title: {{zh: 大额, en: large}}, when: seats >= 9, skip: [grant_small], {SOURCE}}}\n"
    )
    text = changed(
        ("outcomes: {approved: signing, refused: lapsed}", "outcomes: {approved: grant_small, refused: lapsed}"),
        (BEGINS, routes + BEGINS),
        ("      - {id: signing,", f"{other}      - {{id: signing,"),
    )
    assert faults(text) == ()


def rung(n: int) -> str:
    return f"""\
      - {{id: d{n}, title: {{zh: 决, en: d}}, type: decide, actor: department, {SOURCE},
         parameters: {{approver: head, approves: b{n}}}, outcomes: {{approved: p{n}, refused: e{n}}}}}
      - {{id: p{n}, title: {{zh: 付, en: p}}, type: pay, actor: cashier, {SOURCE},
         parameters: {{budget: b{n}, instalments: [{{id: a, share: 0.5}}, {{id: b, share: 0.5, after: d{n}}}]}},
         outcomes: {{paid: e{n}, stopped: e{n}}}}}
      - {{id: e{n}, title: {{zh: 同, en: e}}, type: endorse, actor: department, {SOURCE},
         outcomes: {{endorsed: d{n + 1}, refused: d{n + 1}}}}}
"""


def ladder(rungs: int) -> str:
    """Two ways at every rung, each rung with a budget of its own: as many ways as 2 to the rungs."""
    budgets = "".join(
        f"  - {{id: b{n}, title: {{zh: 钱, en: b}}, rate: 1, cap: 1, {SOURCE},\n"
        "     sources: [{id: s, title: {zh: 钱, en: s}, amount: 1}]}\n"
        for n in range(rungs)
    )
    done = "title: {zh: 完, en: done}, type: close, actor: department, parameters: {result: completed}"
    return (
        f"{GOOD[: GOOD.index('budgets:')]}budgets:\n{budgets}procedures:\n"
        "  - {id: ladder, title: {zh: 梯, en: ladder}, subject: project, opened_by: department, steps: [\n"
        + ",".join(rung(n).replace("      - {id", ",\n      {id").lstrip(",\n") for n in range(rungs))
        + f",{{id: d{rungs}, {done}}}]}}\n"
    )


def test_a_definition_with_endlessly_many_ways_is_judged() -> None:
    assert faults(ladder(60)) == ()
    around = ladder(60).replace("{approved: p59, refused: e59}", "{approved: p59, refused: p59}")
    (fault,) = faults(around)
    assert fault.path == "procedures[ladder].steps[p59]"
