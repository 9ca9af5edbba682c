"""Understands whether a deadline can be counted: its event can have happened, its units agree, nothing contradicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any

from shared.programmes.checks.graph import followers
from shared.programmes.model import (
    Award,
    Awarding,
    Checking,
    Deadline,
    Duration,
    Filing,
    Procedure,
    Programme,
    Rectifying,
    RoundRules,
    Step,
    Validity,
)
from shared.programmes.model.steps import OUTCOMES
from shared.programmes.model.times import LONGEST
from shared.programmes.model.words import NOWHERE
from shared.programmes.reading.faults import Findings

BRINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "filed": {"file": ("filed", "late")},
        "accepted": {"check": ("complete",)},
        "posted": {"notice": OUTCOMES["notice"]},
        "decided": {"decide": OUTCOMES["decide"]},
        "awarded": {"award": OUTCOMES["award"]},
        "ordered": {"rectify": OUTCOMES["rectify"], "check": ("to_correct",)},
        "met": {"assess": ("sufficient",), "inspect": ("passed",)},
        "valid_to": {"award": OUTCOMES["award"]},
    }
)
"""Which types of step bring an event about, and by which outcomes they are then left."""

DAYS = ("working_day", "calendar_day")
"""Units that days of another step can be left out of."""

WITHIN: Mapping[str, str] = MappingProxyType(
    {"posted": "notice", "awarded": "award", "ordered": "rectify", "valid_to": "award"}
)
"""Events that happen while the case stands in a step of that type: its own deadline may be counted from them."""


@dataclass(frozen=True)
class _Stated:
    """A deadline of a step, where it is written."""

    step: Step
    deadline: Deadline
    path: str


def check_deadlines(programme: Programme, findings: Findings) -> None:
    """Report what could never be counted, and what contradicts itself."""
    _durations(programme, "", findings)
    for procedure in programme.procedures:
        for stated in _deadlines(procedure):
            _start(stated, procedure, programme, findings)
            _not_counting(stated, procedure, findings)
        for step in procedure.steps:
            _contradictions(step, procedure, findings)
    if isinstance(programme.rounds, RoundRules):
        _cascade(programme.rounds, findings)


def _deadlines(procedure: Procedure) -> Iterator[_Stated]:
    steps = {step.id: step for step in procedure.steps}
    for step in procedure.steps:
        where, parameters = f"procedures[{procedure.id}].steps[{step.id}]", step.parameters
        if isinstance(step.deadline, Deadline):
            yield _Stated(step, step.deadline, f"{where}.deadline")
        if isinstance(parameters, Rectifying) and isinstance(parameters.within, Deadline):
            yield _Stated(step, parameters.within, f"{where}.parameters.within")
        target = steps.get(step.outcomes.get("to_correct", ""))
        if isinstance(parameters, Checking) and isinstance(parameters.correct_within, Deadline) and target:
            yield _Stated(target, parameters.correct_within, f"{where}.parameters.correct_within")


# ── what it is counted from ──────────────────────────────────────────────────────────────────────────────────────


def _start(stated: _Stated, procedure: Procedure, programme: Programme, findings: Findings) -> None:
    starts = stated.deadline.starts
    if stated.deadline.on is not None and starts != "entered":
        zh, en = "固定日期不从任何事件起算,请删除 starts", "a fixed day is counted from nothing: remove starts"
        findings.at(f"{stated.path}.starts", zh, en)
    elif not _possible(starts, stated.step, procedure, programme):
        others = [each for each in ("entered", *BRINGS, "round_closed") if each != starts]
        listed = ", ".join(each for each in others if _possible(each, stated.step, procedure, programme))
        findings.at(
            f"{stated.path}.starts",
            f"案件到达步骤 {stated.step.id} 时,{starts} 不可能已经发生,期限无法起算;可用:{listed}",
            f"{starts} can never have happened when a case stands in {stated.step.id}: count from one of {listed}",
        )


def _possible(starts: str, step: Step, procedure: Procedure, programme: Programme) -> bool:
    if starts == "entered" or (starts == "valid_to" and procedure.needs_title):
        return True
    if starts == "round_closed":
        return programme.rounds is not None and _in_rounds(procedure, programme)
    bringing = [each for each in procedure.steps if _brings(starts, each, programme)]
    if step in bringing and WITHIN.get(starts) == step.type:
        return True
    return step.id in _reached(_after(starts, bringing), procedure)


def _in_rounds(procedure: Procedure, programme: Programme) -> bool:
    """Applications are filed in rounds, and so is whatever says that it is."""
    filings = [step.parameters for step in procedure.steps if isinstance(step.parameters, Filing)]
    return procedure is programme.procedures[0] or any(filing.in_round for filing in filings)


def _brings(starts: str, step: Step, programme: Programme) -> bool:
    if step.type not in BRINGS[starts]:
        return False
    if starts != "valid_to" or not isinstance(step.parameters, Awarding):
        return True
    named = step.parameters.award
    return any(award.id == named and _ends(award) for award in programme.awards)


def _ends(award: Award) -> bool:
    return award.validity is not None and not (isinstance(award.validity, Validity) and award.validity.length is None)


def _after(starts: str, bringing: Iterable[Step]) -> Iterator[str]:
    """The steps that follow once the event has happened."""
    for step in bringing:
        outcomes = BRINGS[starts][step.type]
        yield from (target for outcome, target in step.outcomes.items() if outcome in outcomes)


def _reached(begin: Iterable[str], procedure: Procedure) -> set[str]:
    """These steps and everything that may follow."""
    steps = {step.id: step for step in procedure.steps}
    seen: set[str] = set()
    todo = list(begin)
    while todo:
        name = todo.pop()
        if name in steps and name not in seen:
            seen.add(name)
            todo += followers(steps[name])
    return seen


# ── what is not counted ──────────────────────────────────────────────────────────────────────────────────────────


def _not_counting(stated: _Stated, procedure: Procedure, findings: Findings) -> None:
    """Days can only be left out of days, and only those of a step that lies before."""
    steps = {step.id: step for step in procedure.steps}
    within, path = stated.deadline.within, f"{stated.path}.not_counting"
    if stated.deadline.not_counting and not (isinstance(within, Duration) and within.unit in DAYS):
        findings.at(
            path,
            "只有以 working_day 或 calendar_day 计的 within 可以扣除步骤所用的日子",
            "only a within of working_day or calendar_day can leave days out: count days, or remove it",
        )
    for name in stated.deadline.not_counting:
        before = [each for each in steps if stated.step.id in _reached(followers(steps[each]), procedure)]
        if name not in before or name == stated.step.id:
            listed = ", ".join(each for each in before if each != stated.step.id) or "-"
            findings.at(
                path,
                f"{name} 不是步骤 {stated.step.id} 之前的步骤;可用:{listed}",
                f"{name} is no step that lies before {stated.step.id}: write one of {listed}",
            )


# ── what contradicts itself ──────────────────────────────────────────────────────────────────────────────────────


def _contradictions(step: Step, procedure: Procedure, findings: Findings) -> None:
    parameters, where = step.parameters, f"procedures[{procedure.id}].steps"
    if isinstance(parameters, Rectifying) and _differ(step.deadline, parameters.within):
        findings.at(
            f"{where}[{step.id}].deadline",
            "与 parameters.within 不一致,请只保留一个",
            "it contradicts parameters.within: keep one of them",
        )
    target = next((each for each in procedure.steps if each.id == step.outcomes.get("to_correct")), None)
    if isinstance(parameters, Checking) and target and _differ(target.deadline, parameters.correct_within):
        findings.at(
            f"{where}[{target.id}].deadline",
            f"与步骤 {step.id} 的补正期限 correct_within 不一致,请只保留一个",
            f"it contradicts correct_within of the step {step.id}: keep one of them",
        )


def _differ(one: Any, other: Any) -> bool:
    both = isinstance(one, Deadline) and isinstance(other, Deadline)
    return both and replace(one, source=NOWHERE) != replace(other, source=NOWHERE)


def _cascade(rounds: RoundRules, findings: Findings) -> None:
    named = [each.step for each in rounds.cascade]
    for number, each in enumerate(rounds.cascade):
        if each.step in named[:number]:
            findings.at(
                f"rounds.cascade[{number}].step",
                f"步骤 {each.step} 已有截止时刻,请只保留一个",
                f"the step {each.step} has a last moment already: keep one of them",
            )


def _durations(value: Any, path: str, findings: Findings) -> None:
    """No longer than can be counted; minutes and hours run on, so that neither a clock time nor a day off applies."""
    if isinstance(value, Duration):
        _duration(value, path, findings)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            _durations(item, f"{path}[{getattr(item, 'id', number)}]", findings)
    elif is_dataclass(value):
        for each in fields(value):
            _durations(getattr(value, each.name), f"{path}.{each.name}" if path else each.name, findings)


def _duration(value: Duration, path: str, findings: Findings) -> None:
    most = LONGEST[value.unit]
    if isinstance(value.length, int) and value.length > most:
        findings.at(f"{path}.length", f"最多 {most} 个 {value.unit}", f"a period of {value.unit} takes at most {most}")
    runs_on = value.unit in ("minute", "hour")
    if runs_on and (value.at is not None or value.roll != "none" or value.count_start_day is True):
        findings.at(
            path,
            "分钟和小时连续计算,请删除 at、roll、count_start_day,或改用日",
            "minutes and hours run on: remove at, roll and count_start_day, or count days",
        )
