"""Understands whether a graph of steps can be walked: every step reachable, every outcome leads on, always an end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shared.programmes.model.steps import OPTIONAL_OUTCOMES, OUTCOMES, Procedure, Step
from shared.programmes.reading.faults import Findings


def check_graph(procedure: Procedure, findings: Findings) -> None:
    """Report everything that keeps a case of this procedure from reaching an end."""
    steps = {step.id: step for step in procedure.steps}
    where = f"procedures[{procedure.id}]"
    if not steps:
        findings.at(f"{where}.steps", "请至少写一个步骤", "write at least one step")
        return
    if procedure.first is not None and procedure.first not in steps:
        findings.at(f"{where}.first", *_no_step(procedure.first, steps))
        return
    sound = [_outcomes(step, steps, f"{where}.steps[{step.id}]", findings) for step in procedure.steps]
    if all(sound):
        _reachable(procedure, steps, where, findings)
        _ends(steps, where, findings)
        _cycles(steps, where, findings)


def _no_step(name: str, steps: Mapping[str, Step]) -> tuple[str, str]:
    listed = ", ".join(steps)
    return f"没有步骤 {name};本流程有:{listed}", f"there is no step {name}; this procedure has {listed}"


def _outcomes(step: Step, steps: Mapping[str, Step], where: str, findings: Findings) -> bool:
    possible = OUTCOMES[step.type]
    before = len(findings.faults)
    for outcome, target in step.outcomes.items():
        if outcome not in possible:
            listed = ", ".join(possible) or "-"
            findings.at(
                f"{where}.outcomes.{outcome}",
                f"{step.type} 步骤没有结果 {outcome};可用:{listed}",
                f"a step of type {step.type} has no outcome {outcome}; it has {listed}",
            )
        elif target not in steps:
            findings.at(f"{where}.outcomes.{outcome}", *_no_step(target, steps))
    for missing in set(possible) - set(step.outcomes) - OPTIONAL_OUTCOMES.get(step.type, frozenset()):
        findings.at(
            f"{where}.outcomes",
            f"结果 {missing} 没有去向,请写 {missing}: <步骤>",
            f"the outcome {missing} leads nowhere: write {missing}: <step>",
        )
    if step.repeat is not None and step.repeat.then not in steps:
        findings.at(f"{where}.repeat.then", *_no_step(step.repeat.then, steps))
    return len(findings.faults) == before


def followers(step: Step) -> tuple[str, ...]:
    """Ids of all steps that may follow, each once."""
    then = (step.repeat.then,) if step.repeat else ()
    return tuple(dict.fromkeys((*step.outcomes.values(), *then)))


def _closure(start: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    seen, todo = set(start), list(start)
    while todo:
        for target in edges.get(todo.pop(), ()):
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


def _reachable(procedure: Procedure, steps: Mapping[str, Step], where: str, findings: Findings) -> None:
    first = procedure.first or procedure.steps[0].id
    seen = _closure([first], {name: followers(step) for name, step in steps.items()})
    for name in steps.keys() - seen:
        findings.at(
            f"{where}.steps[{name}]",
            f"步骤 {name} 无法到达;请让某个结果指向它,或删除它",
            f"the step {name} can never be reached: lead an outcome to it or remove it",
        )


def _ends(steps: Mapping[str, Step], where: str, findings: Findings) -> None:
    back: dict[str, list[str]] = {}
    for name, step in steps.items():
        for target in followers(step):
            back.setdefault(target, []).append(name)
    ends = [name for name, step in steps.items() if step.type == "close"]
    for name in steps.keys() - _closure(ends, back):
        findings.at(
            f"{where}.steps[{name}]",
            f"从步骤 {name} 无法到达任何 close 步骤;请让它通向结束",
            f"no step of type close can be reached from {name}: lead it to an end",
        )


def _cycles(steps: Mapping[str, Step], where: str, findings: Findings) -> None:
    """A cycle without any step that has a ``repeat`` could turn for ever."""
    unlimited = {
        name: [target for target in followers(step) if not steps[target].repeat]
        for name, step in steps.items()
        if not step.repeat
    }
    for name, targets in unlimited.items():
        if name in _closure(targets, unlimited):
            findings.at(
                f"{where}.steps[{name}]",
                f"步骤 {name} 处于无次数限制的循环中;请在循环中的一个步骤写 repeat: {{at_most: 1, then: …}}",
                f"the step {name} lies on a cycle without a limit: give one step of it repeat: {{at_most: 1, then: …}}",
            )
