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


class NothingToCorrect(Refusal):
    """A request for correction names no item."""

    code, status = "correction_without_items", 422
    said = ("补正通知须一次列明全部内容。", "A request for correction names every item at once.")
    do = ("请逐项写明需补正的材料和问题。", "Name each material and what is wrong with it.")


class CorrectionsUsedUp(Refusal):
    """The applicant was asked as often as the programme allows."""

    code = "corrections_used_up"
    said = ("已按规定次数通知补正。", "Corrections were requested as often as the programme allows.")
    do = ("请决定受理或不予受理。", "Accept the application or refuse it.")


class ConditionUnknown(Refusal):
    """The condition is not judged in this step."""

    code, status = "condition_unknown", 422
    said = ("本环节没有此项条件。", "This condition is not judged at this step.")
    do = ("请在以下条件中选择：{conditions}。", "Choose one of: {conditions}.")


class VerdictImpossible(Refusal):
    """A verdict that the condition cannot have here."""

    code, status = "verdict_impossible", 422
    said = ("此项条件不能作此结论。", "The condition cannot have this verdict here.")
    do = (
        "“不适用”仅限规则判定为不适用的条件；“未知”不是结论。",
        "not_applicable is for conditions that the rules set aside; unknown is no verdict.",
    )


class RelaxationImpossible(Refusal):
    """The exception does not cover this condition, this applicant or this officer."""

    code = "relaxation_impossible"
    said = ("该放宽条款不适用于此项条件、此单位或本环节。", "The exception covers no such condition, applicant or step.")
    do = ("请核对放宽条款的适用范围。", "Check what the exception covers.")


class AcceptedValueMissing(Refusal):
    """A relaxation needs the value that is accepted instead."""

    code, status = "accepted_value_missing", 422
    said = ("放宽条件须写明所接受的数值或状况。", "A relaxation states the value that is accepted instead.")
    do = ("请填写后再提交。", "State it and send again.")


class VerdictsMissing(Refusal):
    """Some conditions have no verdict yet."""

    code = "verdicts_missing"
    said = ("以下条件尚无结论：{conditions}。", "These conditions have no verdict yet: {conditions}.")
    do = ("请逐项作出结论。", "Record a verdict for each.")


class AlreadySigned(Refusal):
    """This party or person has spoken already."""

    code = "already_signed"
    said = ("该单位或人员已表示意见。", "This party or person has given its opinion already.")
    do = ("意见已记录，不能更改。", "It is on record and cannot be changed.")


class PanelWrong(Refusal):
    """The panel has another size than the rules want, or names somebody twice."""

    code, status = "panel_wrong", 422
    said = ("专家组人数应为{size}人，且不得重复。", "The panel has {size} different experts.")
    do = ("请调整专家名单。", "Change the list of experts.")


class ExpertConflicted(Refusal):
    """An expert belongs to the applicant, stepped back before, or reviewed the case."""

    code = "expert_conflicted"
    said = ("名单中有须回避的专家。", "An expert on the list must step back from this case.")
    do = ("请更换该专家。", "Name another one.")


class NotOnPanel(Refusal):
    """The person was not assigned to score this case, or stepped back."""

    code, status = "not_on_panel", 403
    said = ("您不是本案件的评审专家，或已回避。", "You are not on the panel of this case, or stepped back.")
    do = ("请联系组织评审的部门。", "Ask the authority that organises the review.")


class PointsWrong(Refusal):
    """The score sheet is incomplete or out of range."""

    code, status = "points_wrong", 422
    said = ("评分须逐项填写且不超出范围：{heads}。", "Give points for every head within its range: {heads}.")
    do = ("请更正后重新提交。", "Correct the sheet and send it again.")


class VisitWrong(Refusal):
    """The visit lies in the future or has too few visitors."""

    code, status = "visit_wrong", 422
    said = ("考察日期不得晚于今天，且至少{visitors}人参加。", "A visit was on a day not after today, by at least {visitors} persons.")
    do = ("请核对考察记录。", "Check the record of the visit.")


class NoticeStands(Refusal):
    """The notice was posted already."""

    code = "notice_posted_already"
    said = ("公示已经发布。", "The notice was posted already.")
    do = ("请等待公示期满。", "Wait for its end.")


class NoticeNotPosted(Refusal):
    """Nothing was posted yet."""

    code = "notice_not_posted"
    said = ("公示尚未发布。", "The notice has not been posted yet.")
    do = ("请先发布公示。", "Post it first.")


class NoticeRunning(Refusal):
    """The notice period is not over."""

    code = "notice_running"
    said = ("公示期至{closes}（含当日），尚未届满。", "The notice runs to the end of {closes} and is not over.")
    do = ("请在期满后办理。", "Act after its end.")


class ObjectionLate(Refusal):
    """The notice period was over."""

    code = "objection_late"
    said = ("公示期已满，不再受理异议。", "The notice is over and takes no more objections.")
    do = ("请通过投诉举报渠道反映。", "Use the channel for complaints.")


class ObjectionIncomplete(Refusal):
    """The rules want the objector's name, contact or evidence."""

    code, status = "objection_incomplete", 422
    said = ("异议须写明：{what}。", "An objection has to state: {what}.")
    do = ("请补充后重新提出。", "Add it and object again.")


class ObjectionUnknown(Refusal):
    """No such objection, or it was answered."""

    code, status = "objection_unknown", 404
    said = ("没有待答复的此项异议。", "There is no such objection that waits for an answer.")
    do = ("请从异议列表中选择。", "Choose one from the list of objections.")


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


class GroundUnknown(Refusal):
    """The programme has no such ground."""

    code, status = "ground_unknown", 422
    said = ("撤销须依据该办法规定的情形：{grounds}。", "A revocation needs one of the programme's grounds: {grounds}.")
    do = ("请选择其中一项。", "Choose one of them.")


class EvidenceMissing(Refusal):
    """An accusation without evidence."""

    code, status = "evidence_missing", 422
    said = ("须附证据材料。", "Evidence is needed.")
    do = ("请写明至少一份证据。", "Name at least one piece of it.")


class TitleUnknown(Refusal):
    """No title on record for this case."""

    code, status = "title_unknown", 404
    said = ("此案件没有在册称号，或您无权查看。", "This case has no title on record, or you may not see it.")
    do = ("请从称号列表中选择。", "Choose one from the list of titles.")


class TitleEnded(Refusal):
    """The title was revoked already."""

    code = "title_ended"
    said = ("此称号已撤销。", "This title was revoked already.")
    do = ("可查看其记录。", "Its record can be read.")


class RoundExists(Refusal):
    """The round was opened already."""

    code = "round_exists"
    said = ("此批次已经建立。", "This round exists already.")
    do = ("请打开已有批次。", "Open the existing one.")


class WindowWrong(Refusal):
    """The round closes before it opens, has passed, or is too long."""

    code, status = "window_wrong", 422
    said = ("申报时间须先开始后截止、尚未截止，且不超过{days}天。", "A window opens before it closes, is not over, and lasts up to {days} days.")
    do = ("请核对起止时间。", "Check both instants.")


class ProgrammeNotRunnable(Refusal):
    """The text takes no new case, or still leaves something open."""

    code = "programme_not_runnable"
    said = ("该办法不能开设批次：{what}。", "The programme cannot be run: {what}.")
    do = ("请先补充规定，或使用现行办法。", "Supplement it first, or use the one in force.")


REFUSALS: tuple[type[Refusal], ...] = tuple(Refusal.__subclasses__())
