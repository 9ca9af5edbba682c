"""Understands how review says no: a stable code, a sentence in Chinese and in English, and what to do next.

Sentences are filled with words of the programme only, never with what the caller sent.
"""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """The rules say no. ``said`` and ``do`` are (Chinese, English): what is wrong, and what to do next."""

    code: ClassVar[str]
    status: ClassVar[int] = 409
    said: ClassVar[tuple[str, str]]
    do: ClassVar[tuple[str, str]]

    def __init__(self, **words: object) -> None:
        self.zh = (self.said[0] + self.do[0]).format(**words)
        self.en = f"{self.said[1]} {self.do[1]}".format(**words)
        super().__init__(f"{self.code}: {self.en}")


class CaseUnknown(Refusal):
    """No case under this id, or the caller may not know of it."""

    code, status = "case_unknown", 404
    said = ("没有此案件，或您无权查看。", "There is no such case, or you may not see it.")
    do = ("请从工作列表中选择。", "Choose one from your work list.")


class CaseEnded(Refusal):
    """The case is over."""

    code = "case_ended"
    said = ("此案件已办结。", "This case has ended.")
    do = ("可查看其记录，不能再办理。", "It can be read, and nothing more can be done in it.")


class NotThisStep(Refusal):
    """The case stands at another step than the one meant."""

    code = "not_this_step"
    said = ("案件现处于“{zh}”环节。", "The case stands at the step {en}.")
    do = ("请重新打开案件，办理当前环节。", "Open it again and act on its present step.")


class NotForThisStep(Refusal):
    """The act belongs to another type of step."""

    code = "act_not_for_this_step"
    said = ("“{zh}”环节不能办理此事项。", "The step {en} has no such act.")
    do = ("请查看该环节可办理的事项。", "See which acts the step offers.")


class WrongParty(Refusal):
    """The step, or this act in it, belongs to somebody else."""

    code, status = "wrong_party", 403
    said = ("此事项由“{zh}”办理。", "This is for {en} to do.")
    do = ("请由该单位有权的人员办理。", "Somebody of that party with the right role has to do it.")


class OutsideRegion(Refusal):
    """The person's authority does not reach this applicant."""

    code, status = "outside_region", 403
    said = ("申报单位不在您的管辖地区或层级。", "The applicant lies outside of your region or level.")
    do = ("请由有管辖权的部门办理。", "The authority in charge of that region has to do it.")


class OwnOrganisation(Refusal):
    """Nobody acts on a case of an own organisation."""

    code, status = "own_organisation", 403
    said = ("不得办理本单位的案件。", "Nobody acts on a case of an own organisation.")
    do = ("请回避，由其他人员办理。", "Step back and let somebody else do it.")


class DutiesSeparate(Refusal):
    """The person did something earlier that excludes this."""

    code, status = "duties_separate", 403
    said = (
        "须回避：该人员已在此案件的“{zh}”环节办理过相关事项。",
        "This person acted at the step {en} of this case, and one person may not do both.",
    )
    do = ("请由其他人员办理。", "Somebody else has to do it.")


class ReasonMissing(Refusal):
    """An act needs a reason in words."""

    code, status = "reason_missing", 422
    said = ("需要说明理由。", "A reason is needed.")
    do = ("请用一句话写明理由。", "Write one sentence that gives it.")


class OutcomeImpossible(Refusal):
    """The programme does not provide for this outcome in this step."""

    code = "outcome_not_provided"
    said = ("该办法在“{zh}”环节没有规定此结果。", "The programme provides no such outcome at the step {en}.")
    do = ("请选择该办法规定的结果。", "Choose one that the programme provides.")


class ParameterUnset(Refusal):
    """The regulation leaves open something that is needed now."""

    code = "parameter_unset"
    said = ("该办法未规定“{what}”。", "The programme leaves open: {what}.")
    do = ("须先由主管部门补充规定。", "The authority has to supplement it first.")


class GuardFails(Refusal):
    """The step may only go on where its guard holds."""

    code = "guard_not_met"
    said = ("“{zh}”环节的通过条件未满足。", "The step {en} may not go on: its condition is not met.")
    do = ("请核对填报数据，或选择不通过。", "Check the figures, or choose another outcome.")


class TooMany(Refusal):
    """A limit on how many there may be."""

    code = "too_many"
    said = ("数量已达上限（{most}）。", "The limit of {most} is reached.")
    do = ("请联系管理员。", "Ask the operator.")


class ProposalStands(Refusal):
    """Somebody proposed already and nobody has answered yet."""

    code = "proposal_stands"
    said = ("已有待批准的提议。", "A proposal waits for its approval.")
    do = ("请先批准或退回该提议。", "Approve it or send it back first.")


class NoProposal(Refusal):
    """There is nothing to approve."""

    code = "no_proposal"
    said = ("没有待批准的提议。", "There is no proposal that waits.")
    do = ("请先由另一人提出。", "Another person proposes first.")
