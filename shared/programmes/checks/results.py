"""Understands the names by which an expression reads what a step brought: ``<step>.score`` and ``<step>.band``."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from shared.programmes.expressions import Name, Node
from shared.programmes.expressions.tree import Comparison, Literal, SetLiteral, children
from shared.programmes.model import Inspecting, Procedure, Programme, Rubric, Scoring
from shared.programmes.reading.faults import Findings

_PLACES = (".routes[", ".guard")
"""Where a case is on its way: only there can a step have brought something."""
_REWARDS = "rewards["
"""What a title brings may rest on a step of any procedure: it is unknown until a case of that procedure has it."""


def rubrics_by_step(procedure: Procedure, programme: Programme) -> Mapping[str, Rubric]:
    """The score sheet of every step that has one."""
    sheets = {rubric.id: rubric for rubric in programme.rubrics}
    named = {
        step.id: step.parameters.rubric
        for step in procedure.steps
        if isinstance(step.parameters, Scoring | Inspecting) and step.parameters.rubric
    }
    return {step: sheets[rubric] for step, rubric in named.items() if rubric in sheets}


def _sheets_at(path: str, programme: Programme) -> Mapping[str, Rubric] | None:
    """The score sheets whose results an expression at this place may read; None where it may read none."""
    if path.startswith(_REWARDS):
        return {
            step: sheet for each in programme.procedures for step, sheet in rubrics_by_step(each, programme).items()
        }
    procedure = next((each for each in programme.procedures if path.startswith(f"procedures[{each.id}]")), None)
    if procedure is None or not any(place in path for place in _PLACES):
        return None
    return rubrics_by_step(procedure, programme)


def kind_of_result(name: str) -> str:
    """word for a grade, number for points, any for what the language does not have."""
    return {"band": "word", "score": "number"}.get(name.rpartition(".")[2], "any")


def check_result(name: Name, programme: Programme, path: str, findings: Findings) -> None:
    """Report a name with a dot that is no result of a step with a score sheet in the same procedure."""
    step, _, what = name.id.rpartition(".")
    sheets = _sheets_at(path, programme)
    if sheets is None:
        findings.at(
            path,
            f"{name.id} 只能在路径(routes)和奖励(rewards)的 when 及步骤的 guard 中使用;此处请使用指标",
            f"{name.id} can be read in the when of a route or reward and in a step's guard only: use a metric here",
        )
        return
    if step not in sheets or what not in ("score", "band"):
        known = [f"{each}.{word}" for each in sheets for word in ("score", "band")]
        close = difflib.get_close_matches(name.id, known, n=1)
        listed = ", ".join(known) or "-"
        findings.at(
            path,
            f"没有 {name.id};" + (f"是否应为 {close[0]}?" if close else f"本流程可用:{listed}"),
            f"there is no {name.id}; " + (f"did you mean {close[0]}?" if close else f"this procedure has {listed}"),
        )


def check_bands(node: Node, programme: Programme, path: str, findings: Findings) -> None:
    """Report a grade that the step's score sheet does not have."""
    sheets = _sheets_at(path, programme) or {}
    match node:
        case Comparison(left=Name(id=name), right=right) if name.endswith(".band"):
            bands = [band.id for band in sheets[name[:-5]].bands] if name[:-5] in sheets else None
            for item in right.items if isinstance(right, SetLiteral) else (right,):
                if bands is not None and isinstance(item, Literal) and item.value not in bands:
                    listed = ", ".join(bands) or "-"
                    findings.at(
                        path,
                        f"评分表没有等次 {item.value};有:{listed}",
                        f"the score sheet has no band {item.value}; it has {listed}",
                    )
        case _:
            pass
    for part in children(node):
        check_bands(part, programme, path, findings)
