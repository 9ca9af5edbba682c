"""Understands whether money can be paid as a definition plans it: every payment of parts comes after a decision that
approves the sum, once on each way; what an instalment waits for can lie before it; what is approved is also paid.

What may have happened on some way to a step is one number of bits for each step, and the steps are gone over until
nothing changes: no way is ever walked on its own, so that a graph with many ways takes no longer than one with few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from shared.programmes.checks.graph import followers
from shared.programmes.model import Deciding, Instalment, Paying, Procedure, Programme, Step, Unset
from shared.programmes.reading.faults import Findings

_Edge = tuple[str, str]
"""Outcome and the step that it leads to; the outcome is empty where a repeat leads on instead of the step."""


@dataclass(frozen=True)
class _Ways:
    """A procedure with its steps, and a bit for everything that is told apart."""

    procedure: Procedure
    steps: Mapping[str, Step]
    bits: dict[str, int] = field(default_factory=dict)

    def bit(self, name: str) -> int:
        return self.bits.setdefault(name, 1 << len(self.bits))

    def edges(self, step: Step) -> Iterator[_Edge]:
        then = (("", step.repeat.then),) if step.repeat else ()
        yield from (edge for edge in (*step.outcomes.items(), *then) if edge[1] in self.steps)

    def forward(
        self, begins: int, passes: Callable[[Step, str, int], int], skipped: Iterable[str] = ()
    ) -> dict[str, int]:
        """What may hold when a case comes to each step, over all ways; ``passes`` says what leaving a step does to it.
        Steps that are skipped go on and do nothing. Steps that no way leads to are left out."""
        first = self.procedure.first or self.procedure.steps[0].id
        held, todo, passed_over = {first: begins}, [first], frozenset(skipped)
        for name in todo:  # the list grows while it is gone over
            step = self.steps[name]
            for outcome, target in self.edges(step):
                if name in passed_over and outcome != step.goes_on:
                    continue
                leaving = held[name] if name in passed_over or not outcome else passes(step, outcome, held[name])
                before = held.get(target)
                if before is None or leaving | before != before:
                    held[target] = leaving | (before or 0)
                    todo.append(target)
        return held

    def backward(self, own: Callable[[Step], int]) -> dict[str, int]:
        """What may still come from each step on, itself included."""
        before: dict[str, list[str]] = {}
        for step in self.steps.values():
            for target in followers(step):
                before.setdefault(target, []).append(step.id)
        held = {name: own(step) for name, step in self.steps.items()}
        todo = [name for name, bits in held.items() if bits]
        for name in todo:
            for origin in before.get(name, ()):
                if held[name] | held[origin] != held[origin]:
                    held[origin] |= held[name]
                    todo.append(origin)
        return held


def check_money(programme: Programme, findings: Findings) -> None:
    """Report payments that could never be made as they are written, and sums that would be approved for nothing."""
    for procedure in programme.procedures:
        steps = {step.id: step for step in procedure.steps}
        if not steps or (procedure.first is not None and procedure.first not in steps):
            continue
        paying = [step for step in procedure.steps if isinstance(step.parameters, Paying)]
        deciding = [step for step in procedure.steps if _decides(step)]
        for step in (*paying, *deciding):
            _alone(step, _where(procedure, step), findings)
        ways = _Ways(procedure, steps)
        _without(ways, paying, findings)
        _undecided(ways, paying, deciding, findings)
        _twice(ways, deciding, findings)
        _for_nothing(ways, deciding, findings)
        _alike(ways, paying, findings)
        _waiting(ways, paying, findings)


def _where(procedure: Procedure, step: Step) -> str:
    return f"procedures[{procedure.id}].steps[{step.id}]"


def _decides(step: Step) -> bool:
    return isinstance(step.parameters, Deciding) and bool(step.parameters.approves or step.parameters.reclaims)


def _decided(step: Step) -> tuple[str, ...]:
    """What a step decides about: ``out`` or ``back``, and the budget, as one name."""
    parameters = step.parameters
    if not isinstance(parameters, Deciding):
        return ()
    named = (("out", parameters.approves), ("back", parameters.reclaims))
    return tuple(f"{direction} {budget}" for direction, budget in named if budget is not None)


def _paid(step: Step) -> str:
    """What a step pays, as :func:`_decided` names it."""
    return f"{step.parameters.direction} {step.parameters.budget}" if isinstance(step.parameters, Paying) else ""


def _plan(step: Step) -> tuple[Instalment, ...]:
    parameters = step.parameters
    if not isinstance(parameters, Paying) or isinstance(parameters.instalments, Unset):
        return ()
    return parameters.instalments


def _own(step: Step) -> tuple[Instalment, ...]:
    """The instalments that this step pays of the plan."""
    assert isinstance(step.parameters, Paying)
    named = step.parameters.instalment
    return tuple(one for one in _plan(step) if named is None or one.id == named)


# ── one step by itself ───────────────────────────────────────────────────────────────────────────────────────────


def _alone(step: Step, where: str, findings: Findings) -> None:
    if isinstance(step.parameters, Deciding) and len(_decided(step)) > 1:
        findings.at(
            f"{where}.parameters",
            "一项决定只能写 approves 或 reclaims 之一,请分成两个步骤",
            "a decision either approves or reclaims: write one of them, or make two steps",
        )
    for one in _plan(step):
        if one.share <= 0:
            findings.at(
                f"{where}.parameters.instalments[{one.id}].share",
                "比例应大于 0(40% 写 0.4)",
                "a share is above 0 (40 % is 0.4)",
            )
    if isinstance(step.parameters, Paying) and step.parameters.direction == "back" and len(_plan(step)) > 1:
        findings.at(
            f"{where}.parameters.instalments",
            "收回资金不分期:请写 instalments: [],并由带 reclaims 的 decide 步骤决定应退回金额,即可分次收回",
            "money does not come back by a plan: write instalments: [], and let a decide step with reclaims say how "
            "much is to be returned; it then comes back in parts",
        )


# ── payments and the decisions before them ───────────────────────────────────────────────────────────────────────


def _without(ways: _Ways, paying: list[Step], findings: Findings) -> None:
    decided = {name for step in ways.steps.values() for name in _decided(step)}
    for step in paying:
        assert isinstance(step.parameters, Paying)
        budget, plan = step.parameters.budget, _plan(step)
        parts = len(plan) > 1 or any(one.share < 1 for one in plan)
        if step.parameters.direction == "out" and parts and f"out {budget}" not in decided:
            findings.at(
                f"{_where(ways.procedure, step)}.parameters.instalments",
                f"分期比例以批准金额为基数,而本流程没有步骤批准 {budget} 的金额;"
                f"请在此前的 decide 步骤写 approves: {budget},或只写一期 share: 1",
                f"shares are shares of an approved sum, and no step of this procedure approves one of {budget}: give "
                f"the decide step before it approves: {budget}, or write one instalment with share: 1",
            )


def _undecided(ways: _Ways, paying: list[Step], deciding: list[Step], findings: Findings) -> None:
    """A payment that a case can come to without the decision that it rests on."""
    names = [name for step in deciding for name in _decided(step)]
    everything = sum({ways.bit(name) for name in names})
    reached = ways.forward(everything, _deciding_away(ways))
    told: set[str] = set()
    for step in paying:
        if reached.get(step.id, 0) & everything & _bit_of(ways, step):
            told.add(step.id)
            _tell_undecided(ways, step, deciding, findings)
    by_id = {step.id for step in deciding}
    for skipped in {frozenset(route.skip) for route in ways.procedure.routes if by_id & set(route.skip)}:
        reached = ways.forward(everything, _deciding_away(ways), skipped & ways.steps.keys())
        for step in paying:
            bare = reached.get(step.id, 0) & everything & _bit_of(ways, step)
            if bare and step.id not in told and step.id not in skipped:
                told.add(step.id)
                _tell_undecided(ways, step, deciding, findings)


def _bit_of(ways: _Ways, step: Step) -> int:
    return ways.bits.get(_paid(step), 0)


def _deciding_away(ways: _Ways) -> Callable[[Step, str, int], int]:
    """What is not decided yet: a yes decides it, and to stop paying undoes that."""

    def passes(step: Step, outcome: str, held: int) -> int:
        if outcome == "approved":
            for name in _decided(step):
                held &= ~ways.bit(name)
        if outcome == "stopped" and _paid(step).startswith("out "):
            held |= ways.bits.get(_paid(step), 0)
        return held

    return passes


def _tell_undecided(ways: _Ways, step: Step, deciding: list[Step], findings: Findings) -> None:
    by = ", ".join(each.id for each in deciding if _paid(step) in _decided(each))
    findings.at(
        _where(ways.procedure, step),
        f"案件可以不经 {by} 批准(或在停止拨付之后)到达步骤 {step.id},届时没有金额可以收付;请让每条路径先经过该决定",
        f"a case can come to {step.id} without an approval by {by}, or after payment was stopped, and then there is no "
        "sum to pay or collect: lead every way over that decision first",
    )


def _twice(ways: _Ways, deciding: list[Step], findings: Findings) -> None:
    """Steps that a route skips are left out: routes choose between them."""
    chosen = {name for route in ways.procedure.routes for name in route.skip}

    def passes(step: Step, outcome: str, held: int) -> int:
        if outcome == "approved" and step.id not in chosen:
            for name in _decided(step):
                held |= ways.bit(name)
        return held & ~ways.bits.get(_paid(step), 0) if outcome == "stopped" else held

    reached = ways.forward(0, passes)
    for step in deciding:
        for name in _decided(step):
            if name.startswith("out ") and step.id not in chosen and reached.get(step.id, 0) & ways.bit(name):
                budget = name.partition(" ")[2]
                findings.at(
                    f"{_where(ways.procedure, step)}.parameters.approves",
                    f"同一路径上 {budget} 的金额已经批准;每条路径只批准一次,请改变去向或删除其一",
                    f"a sum of {budget} was approved on the same way before: approve it once on each way",
                )


def _for_nothing(ways: _Ways, deciding: list[Step], findings: Findings) -> None:
    ahead = ways.backward(lambda step: ways.bit(_paid(step)) if _paid(step) else 0)
    for step in deciding:
        for name in _decided(step):
            target = step.outcomes.get("approved", "")
            if target in ways.steps and not ahead[target] & ways.bits.get(name, 0):
                direction, _, budget = name.partition(" ")
                field_ = "approves" if direction == "out" else "reclaims"
                findings.at(
                    f"{_where(ways.procedure, step)}.parameters.{field_}",
                    f"其后没有 direction: {direction}、budget: {budget} 的 pay 步骤,请补充,或删除 {field_}",
                    f"no pay step with budget: {budget} and direction: {direction} follows: write one, or leave "
                    f"{field_} out",
                )


# ── plans ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _alike(ways: _Ways, paying: list[Step], findings: Findings) -> None:
    """All steps that pay of one sum plan alike, and every instalment of the plan is somebody's."""
    decided = {name for step in ways.steps.values() for name in _decided(step) if name.startswith("out ")}
    first: dict[str, Step] = {}
    paid: dict[str, set[str]] = {}
    for step in paying:
        name, plan = _paid(step), _plan(step)
        if name not in decided or not plan:
            continue
        paid.setdefault(name, set()).update(one.id for one in _own(step))
        known = first.setdefault(name, step)
        if [(one.id, one.share, one.after) for one in plan] != [(one.id, one.share, one.after) for one in _plan(known)]:
            findings.at(
                f"{_where(ways.procedure, step)}.parameters.instalments",
                f"与步骤 {known.id} 的分期不一致;同一金额的各步骤请写相同的分期",
                f"it differs from the plan of {known.id}: steps that pay of one sum write the same instalments",
            )
    for name, step in first.items():
        for one in _plan(step):
            if one.id not in paid[name]:
                findings.at(
                    f"{_where(ways.procedure, step)}.parameters.instalments[{one.id}]",
                    f"没有步骤拨付 {one.id} 期;请补充 instalment: {one.id} 的 pay 步骤",
                    f"no step pays the instalment {one.id}: write a pay step with instalment: {one.id}",
                )


def _waiting(ways: _Ways, paying: list[Step], findings: Findings) -> None:
    """What an instalment waits for has to be able to lie before the step that pays it."""
    waited = {one.after or "" for step in paying for one in _own(step)} & ways.steps.keys()
    marks = {name: ways.bit(f"passed {name}") for name in waited}

    def passes(step: Step, outcome: str, held: int) -> int:
        return held | marks.get(step.id, 0) if outcome == step.goes_on else held

    reached = ways.forward(0, passes)
    for step in paying:
        for one in _own(step):
            if one.after in marks and (one.after == step.id or not reached.get(step.id, 0) & marks[one.after]):
                findings.at(
                    f"{_where(ways.procedure, step)}.parameters.instalments[{one.id}].after",
                    f"步骤 {one.after} 在任何路径上都不先于 {step.id},该期永远不能支付;请写此前的步骤",
                    f"on no way does {one.after} come before {step.id}, so that the instalment could never be paid: "
                    "name a step that comes before",
                )
