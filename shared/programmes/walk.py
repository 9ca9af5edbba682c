"""Understands a procedure as a picture needs it: its steps in reading order, and the arrows between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from shared.programmes.model import Procedure, Programme, Route, Step, Text

START = ""
"""Where a case comes from before its first step."""


@dataclass(frozen=True)
class Arrow:
    """From one step to another. ``on`` is the first outcome, ``off`` any other, ``route`` a short cut for some
    applicants, ``limit`` the way out when a step may not be entered once more."""

    origin: str
    target: str
    label: Text
    kind: Literal["on", "off", "route", "limit"]


def in_order(procedure: Procedure) -> tuple[Step, ...]:
    """Every step once, before those that follow it unless they lie on a cycle; the way straight on stays together."""
    steps = {step.id: step for step in procedure.steps}
    done: list[str] = []
    seen = {_first(procedure)}
    # Reverse postorder without recursion: the outcome that goes on is walked last and so comes out first.
    stack = [(_first(procedure), _last_first(steps[_first(procedure)]))]
    while stack:
        ahead = stack[-1][1]
        target = next((each for each in ahead if each not in seen), None)
        if target is None:
            done.append(stack.pop()[0])
        else:
            seen.add(target)
            stack.append((target, _last_first(steps[target])))
    return tuple(steps[name] for name in reversed(done))


def _first(procedure: Procedure) -> str:
    return procedure.first or procedure.steps[0].id


def _last_first(step: Step) -> Iterator[str]:
    then = (step.repeat.then,) if step.repeat else ()
    return iter((*then, *reversed(tuple(step.outcomes.values()))))


def arrows(procedure: Procedure) -> tuple[Arrow, ...]:
    """All arrows, the beginning included; two outcomes with the same target share one."""
    found = [Arrow(START, _first(procedure), Text(zh="开始", en="start"), "on")]
    for step in procedure.steps:
        targets: dict[str, list[str]] = {}
        for outcome, target in step.outcomes.items():
            targets.setdefault(target, []).append(outcome)
        found += [_arrow(step, target, outcomes) for target, outcomes in targets.items()]
        if step.repeat is not None:
            words = Text(zh=f"已满 {step.repeat.at_most} 次", en=f"after {step.repeat.at_most} times")
            found.append(Arrow(step.id, step.repeat.then, words, "limit"))
    return (*found, *_short_cuts(procedure, tuple(found)))


def _arrow(step: Step, target: str, outcomes: list[str]) -> Arrow:
    zh = "、".join(OUTCOME_WORDS.get(each, each) for each in outcomes)
    return Arrow(step.id, target, Text(zh=zh, en=", ".join(outcomes)), "on" if step.goes_on in outcomes else "off")


def _short_cuts(procedure: Procedure, known: tuple[Arrow, ...]) -> Iterator[Arrow]:
    steps = {step.id: step for step in procedure.steps}
    for route in procedure.routes:
        for arrow in known:
            if arrow.kind == "on" and arrow.target in route.skip and arrow.origin not in route.skip:
                yield Arrow(arrow.origin, _landing(steps, arrow.target, route), route.title, "route")


def _landing(steps: dict[str, Step], name: str, route: Route) -> str:
    for _ in steps:
        step = steps[name]
        if name not in route.skip or step.goes_on is None:
            return name
        name = step.outcomes[step.goes_on]
    return name


def chosen(programme: Programme, procedure_id: str | None) -> tuple[Procedure, ...]:
    """One procedure, or all of them; raises ``KeyError`` for an unknown one."""
    return programme.procedures if procedure_id is None else (programme.procedure(procedure_id),)


OUTCOME_WORDS = {
    "filed": "已提交",
    "late": "逾期",
    "withdrawn": "撤回",
    "complete": "齐全",
    "to_correct": "需补正",
    "refused": "不同意",
    "sufficient": "符合",
    "insufficient": "不符合",
    "endorsed": "同意推荐",
    "passed": "通过",
    "failed": "未通过",
    "confirmed": "属实",
    "not_confirmed": "不属实",
    "waived": "免于考察",
    "listed": "列入",
    "not_listed": "未列入",
    "clear": "无异议",
    "upheld": "异议成立",
    "approved": "批准",
    "awarded": "已授予",
    "paid": "已拨付",
    "stopped": "停止拨付",
    "published": "已发布",
    "rectified": "已整改",
    "overdue": "逾期未改",
}
TYPE_WORDS = {
    "file": "提交",
    "check": "形式审查",
    "assess": "逐项审查",
    "endorse": "推荐会签",
    "score": "评分",
    "visit": "现场考察",
    "list": "名单",
    "notice": "公示",
    "decide": "决定",
    "award": "授予",
    "pay": "拨付",
    "publish": "发布",
    "inspect": "检查评价",
    "rectify": "整改",
    "close": "结束",
}
