"""A small regulation for tests: a sum is approved by two authorities, paid in three thirds, the second after a mid-term
check, and reclaimed where the last inspection fails. Built from the model's dataclasses, like the regulation beside it.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal

from services.review.domain import commands as c
from services.review.domain.people import Person
from shared.programmes.model import (
    Budget,
    BudgetSource,
    Closing,
    Deciding,
    Endorsing,
    Filing,
    Inspecting,
    Instalment,
    Metric,
    Party,
    Paying,
    Programme,
    Repeat,
    Route,
    Step,
    Text,
)
from tests.support.regulation import PROGRAMME, REGION

WORDS = Text(zh="资金", en="fund")
FUND = Budget(
    id="fund",
    title=WORDS,
    sources=(
        BudgetSource(id="province", title=Text(zh="省级", en="province"), amount=Decimal(1000)),
        BudgetSource(id="city", title=Text(zh="市级", en="city"), amount=Decimal(50)),
    ),
    rate=None,
    cap=Decimal(900),
)
THIRDS = (
    Instalment(id="first", share=Decimal("0.333333")),
    Instalment(id="second", share=Decimal("0.333333"), after="midterm"),
    Instalment(id="third", share=Decimal("0.333334")),
)


def _step(name: str, kind: str, actor: str, parameters: Any, outcomes: dict[str, str], **more: Any) -> Step:
    title = Text(zh=f"{name}（中）", en=name)
    return Step(id=name, title=title, type=kind, actor=actor, parameters=parameters, outcomes=outcomes, **more)  # type: ignore[arg-type]


def paying(instalment: str | None, plan: tuple[Instalment, ...] = THIRDS) -> Paying:
    return Paying(budget="fund", instalments=plan, instalment=instalment)


def _end(name: str, result: Literal["completed", "refused", "revoked"]) -> Step:
    return _step(name, "close", "commission", Closing(result=result), {})


STEPS = (
    _step("apply", "file", "applicant", Filing(materials=()), {"filed": "grant"}),
    _step(
        "grant",
        "decide",
        "commission",
        Deciding(approver="approver", jointly=("treasury",), approves="fund"),
        {"approved": "first", "refused": "refused"},
    ),
    _step("first", "pay", "treasury", paying("first"), {"paid": "midterm", "stopped": "refused"}),
    _step(
        "midterm",
        "inspect",
        "commission",
        Inspecting(),
        {"passed": "second", "failed": "opinion"},
        repeat=Repeat(at_most=3, then="reclaim"),
    ),
    # Whoever does not agree to another check leads straight on to the payment: what it waits for has to hold by itself.
    _step("opinion", "endorse", "commission", Endorsing(), {"endorsed": "midterm", "refused": "second"}),
    _step("second", "pay", "treasury", paying("second"), {"paid": "third", "stopped": "refused"}),
    _step("third", "pay", "treasury", paying("third"), {"paid": "inspection", "stopped": "refused"}),
    _step("inspection", "inspect", "commission", Inspecting(), {"passed": "done", "failed": "reclaim"}),
    _step(
        "reclaim",
        "decide",
        "commission",
        Deciding(approver="approver", reclaims="fund"),
        {"approved": "clawback", "refused": "done"},
    ),
    _step("clawback", "pay", "treasury", Paying(budget="fund", instalments=(), direction="back"), {"paid": "returned"}),
    _end("done", "completed"),
    _end("refused", "refused"),
    _end("returned", "revoked"),
)
FUNDING: Programme = replace(
    PROGRAMME,
    kind="funding",
    parties=(
        *PROGRAMME.parties,
        Party(id="treasury", title=Text(zh="财政", en="treasury"), role="finance", level="region"),
    ),
    metrics=(*PROGRAMME.metrics, Metric(id="cost", title=Text(zh="费用", en="cost"), type="amount", unit="CNY")),
    budgets=(FUND,),
    procedures=(replace(PROGRAMME.procedures[0], id="funding", steps=STEPS, routes=()),),
)
OFFICER = Person("officer-1", "officer", REGION)
APPROVER = Person("approver-1", "approver", REGION)
TREASURER = Person("treasurer-1", "finance", REGION)
CASHIER = Person("treasurer-2", "finance", REGION)


def changed(programme: Programme, step: str, **changes: Any) -> Programme:
    """The regulation with one step changed."""
    procedure = programme.procedures[0]
    steps = tuple(replace(each, **changes) if each.id == step else each for each in procedure.steps)
    return replace(programme, procedures=(replace(procedure, steps=steps),))


def with_budget(programme: Programme, **changes: Any) -> Programme:
    return replace(programme, budgets=(replace(programme.budgets[0], **changes),))


def with_route(programme: Programme, *skip: str) -> Programme:
    """Everybody is spared these steps."""
    route = Route(id="short", title=WORDS, when="applicant.level == 'prefecture'", skip=skip)
    return replace(programme, procedures=(replace(programme.procedures[0], routes=(route,)),))


def proposal(amount: str = "100", source: str = "province", step: str = "grant") -> c.ProposeDecision:
    return c.ProposeDecision(step, OFFICER, True, "needed", amount=amount, source=source)


def approval(amount: str = "100", party: str = "approver", step: str = "grant") -> c.ApproveDecision:
    by = APPROVER if party == "approver" else TREASURER
    return c.ApproveDecision(step, by, party, amount=amount)


def payment(step: str, amount: str = "", **more: str) -> c.PayInstalment:
    return c.PayInstalment(step, CASHIER, amount, "voucher", **more)


def checked(step: str, passes: bool = True) -> c.RecordInspection:
    return c.RecordInspection(step, OFFICER, passes, "seen")
