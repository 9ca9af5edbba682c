"""Understands what a definition promises and could never keep: outcomes without a way, payments nobody planned."""

from __future__ import annotations

from shared.programmes.model import (
    Checking,
    Deadline,
    Duration,
    Filing,
    Paying,
    Procedure,
    Programme,
    RoundRules,
    Rubric,
    Scoring,
    Step,
    Unset,
    Validity,
    YearlyMoment,
)
from shared.programmes.reading.faults import Findings

_CLOCKED = ("minute", "hour", "working_day")
_NEVER_ACT = ("inspector", "public", "machine")
_APPLICANTS = ("file", "endorse", "inspect", "publish", "rectify", "close")


def check_promises(programme: Programme, findings: Findings) -> None:
    """Report what is written and could never come true."""
    for rubric in programme.rubrics:
        _floors(rubric, f"rubrics[{rubric.id}]", findings)
    for award in programme.awards:
        length = award.validity.length if isinstance(award.validity, Validity) else None
        if isinstance(length, Duration) and length.unit not in ("year", "month"):
            findings.at(
                f"awards[{award.id}].validity.length.unit",
                "有效期以 year 或 month 计",
                "a title is valid for years or months: write year or month",
            )
    for obligation in programme.obligations:
        if obligation.repeats != "yearly" and not isinstance(obligation.due, YearlyMoment):
            findings.at(
                f"obligations[{obligation.id}].repeats",
                "repeats 需要 due: {month: …, day: …},由该月起推算",
                "repeats counts on from a due: {month: …, day: …}: write one",
            )
        if isinstance(obligation.due, Deadline) and obligation.due.not_counting:
            findings.at(
                f"obligations[{obligation.id}].due.not_counting",
                "只有步骤的期限可以扣除步骤所用的日子,请删除",
                "only the deadline of a step can leave days of steps out: remove it",
            )
    for overlap in programme.overlaps:
        if overlap.kind == "no_application_after_refusal" and overlap.within is None:
            findings.at(
                f"overlaps[{overlap.id}].within",
                "需要写明多久,例如 {length: 2, unit: year}",
                "say for how long, for example {length: 2, unit: year}",
            )
        if overlap.within is not None and overlap.within.unit in _CLOCKED:
            findings.at(
                f"overlaps[{overlap.id}].within.unit",
                "回溯期由申报端计算,它不掌握新公布的节假日,也不按时刻计:请写 calendar_day、week、month 或 year",
                "intake looks back, which hears of no newly published holidays and counts no hours: "
                "write calendar_day, week, month or year",
            )
    for procedure in programme.procedures:
        _routes(procedure, findings)
        for step in procedure.steps:
            _step(step, procedure, programme, f"procedures[{procedure.id}].steps[{step.id}]", findings)


def _floors(rubric: Rubric, path: str, findings: Findings) -> None:
    for head in rubric.heads:
        if head.floor is not None and not isinstance(head.most, Unset) and head.floor > head.most:
            findings.at(
                f"{path}.heads[{head.id}].floor",
                f"不得大于该项满分 {head.most};floor 与 most 都是该项的分数",
                f"it cannot exceed the head's most of {head.most}; both are points of the head",
            )


def _routes(procedure: Procedure, findings: Findings) -> None:
    own = {step.id: step for step in procedure.steps}
    for route in procedure.routes:
        for name in route.skip:
            if name not in own or own[name].type == "close":
                listed = ", ".join(each.id for each in procedure.steps if each.type != "close")
                findings.at(
                    f"procedures[{procedure.id}].routes[{route.id}].skip",
                    f"{name} 不是本流程中可以跳过的步骤;有:{listed}",
                    f"{name} is no step of this procedure that can be skipped; there are {listed}",
                )


def _step(step: Step, procedure: Procedure, programme: Programme, where: str, findings: Findings) -> None:
    party = next((each for each in programme.parties if each.id == step.actor), None)
    if party is not None and party.role in _NEVER_ACT and step.type != "close":
        findings.at(
            f"{where}.actor",
            f"{party.role} 不办理步骤:公众在公示期提出异议即可,其报告由受理机关提交;监督者只看不办",
            f"nobody acts in a step as {party.role}: the public objects to notices, and its reports are filed by the "
            "authority that takes them; inspectors only read",
        )
    if party is not None and party.role == "applicant" and step.type not in _APPLICANTS:
        findings.at(
            f"{where}.actor",
            f"申请人不办理 {step.type} 步骤;请写办理机关",
            f"an applicant does not act in a step of type {step.type}: name the authority",
        )
    if party is not None and party.role == "expert" and step.type not in ("score", "close"):
        findings.at(
            f"{where}.actor",
            f"专家只在 score 步骤中评分;{step.type} 步骤请写组织它的机关,专家意见可用 score 步骤",
            f"experts act in steps of type score only: name the authority that holds the {step.type}, or use score",
        )
    match step.parameters:
        case Checking() as checking:
            _checking(checking, step, where, findings)
        case Filing() as filing:
            _filing(filing, step, procedure, programme, where, findings)
        case Scoring(panel=None) if len(programme.panels) > 1:
            listed = ", ".join(each.id for each in programme.panels)
            findings.at(
                f"{where}.parameters",
                f"有多个专家组,请写 panel:{listed}",
                f"there are several panels: write panel: one of {listed}",
            )
        case Paying() as paying:
            _paying(paying, procedure, where, findings)
        case _:
            pass


def _checking(checking: Checking, step: Step, where: str, findings: Findings) -> None:
    if checking.silence == "refused" and "refused" not in step.outcomes:
        findings.at(
            f"{where}.outcomes", "silence: refused 需要结果 refused 的去向", "silence: refused needs refused: <step>"
        )
    if isinstance(checking.corrections, int) and (checking.corrections > 0) != ("to_correct" in step.outcomes):
        findings.at(
            f"{where}.outcomes",
            "可补正时请写 to_correct: <补正步骤>,不可补正时请写 corrections: 0 且不写 to_correct",
            "write to_correct: <step> where corrections are allowed; corrections: 0 and no to_correct where not",
        )


def _filing(
    filing: Filing, step: Step, procedure: Procedure, programme: Programme, where: str, findings: Findings
) -> None:
    if filing.in_round and programme.rounds is None:
        findings.at(
            f"{where}.parameters.in_round",
            "rounds: null 表示没有批次;请写 rounds,或去掉 in_round",
            "rounds: null says that there are none: write rounds, or leave in_round out",
        )
    if "late" in step.outcomes and not _has_an_end(step, procedure, programme):
        findings.at(
            f"{where}.outcomes.late",
            "逾期需要期限,请为此步骤写 deadline,或在退回它的审查步骤写 correct_within",
            "late needs a deadline: write the step's deadline, or correct_within where a check sends it back",
        )


def _has_an_end(step: Step, procedure: Procedure, programme: Programme) -> bool:
    """Its own, the time to correct (set or not), or a level's last moment in the round."""
    given = (
        isinstance(each.parameters, Checking) and each.outcomes.get("to_correct") == step.id for each in procedure.steps
    )
    cascade = programme.rounds.cascade if isinstance(programme.rounds, RoundRules) else ()
    named = any(each.step == step.id for each in cascade)
    return step.deadline is not None or named or any(given)


def _paying(paying: Paying, procedure: Procedure, where: str, findings: Findings) -> None:
    if isinstance(paying.instalments, Unset):
        return
    planned = [one.id for one in paying.instalments]
    if paying.instalment is not None and paying.instalment not in planned:
        listed = ", ".join(planned) or "-"
        findings.at(
            f"{where}.parameters.instalment",
            f"本步骤的 instalments 中没有 {paying.instalment};有:{listed}",
            f"the instalments of this step have no {paying.instalment}; there are {listed}",
        )
    own = {step.id for step in procedure.steps}
    for one in paying.instalments:
        if one.after is not None and one.after not in own:
            findings.at(
                f"{where}.parameters.instalments[{one.id}].after",
                f"本流程没有步骤 {one.after}",
                f"this procedure has no step {one.after}",
            )
