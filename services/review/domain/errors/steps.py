"""Understands how the types of step say no."""

from __future__ import annotations

from services.review.domain.errors.refusal import Refusal


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
    said = (
        "该放宽条款不适用于此项条件、此单位或本环节。",
        "The exception covers no such condition or applicant.",
    )
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


class FindingsMissing(Refusal):
    """Every topic of an inspection needs a finding."""

    code, status = "findings_missing", 422
    said = ("须逐项写明以下内容的情况：{topics}。", "Say what was found on each topic: {topics}.")
    do = ("请补充后再提交。", "Add what is missing and send again.")


class AssessorsWrong(Refusal):
    """Named for a party that needs nobody, has assessed already, or is named twice."""

    code, status = "assessors_wrong", 422
    said = ("评价人员须逐方指定，每方一人。", "Assessors are named one for each party from outside.")
    do = ("现可指定的评价方：{parties}。", "Parties that still need one: {parties}.")


class InstalmentWrong(Refusal):
    """Instalments are paid one after another."""

    code = "instalment_wrong"
    said = ("应按顺序拨付，下一笔为 {next}。", "Instalments are paid in their order; the next one is {next}.")
    do = ("请先办理该笔。", "Pay that one first.")


class AmountWrong(Refusal):
    """No sum above zero, or more than the programme allows for a case."""

    code, status = "amount_wrong", 422
    said = ("金额须大于零且不超过上限（余额 {most}）。", "An amount is above zero and within the cap (left: {most}).")
    do = ("请核对批准金额。", "Compare it with the approved sum.")


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


class PoolWrong(Refusal):
    """The pool is too small to draw from, or names somebody twice or again; or nobody is to be drawn."""

    code, status = "pool_wrong", 422
    said = (
        "专家抽取范围应为 {least} 至 {most} 人，不得重复，已抽足时不再抽取。",
        "A pool has {least} to {most} different experts, none named before, and only while some are to be drawn.",
    )
    do = ("请调整备选专家名单。", "Change the pool.")


class QuorumMissing(Refusal):
    """Too few sheets are in to close the panel."""

    code = "quorum_missing"
    said = ("已交评分表不足法定人数（{quorum}）。", "Fewer sheets are in than the quorum of {quorum}.")
    do = ("请等待其他专家交表，或补充专家。", "Wait for more, or have experts replaced.")


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
    said = (
        "考察日期不得晚于今天，且至少{visitors}人参加。",
        "A visit was not after today, by at least {visitors}.",
    )
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


class TimeOver(Refusal):
    """What had to be put right by an instant comes after it."""

    code = "time_over"
    said = ("期限已于{due}届满。", "The time was over at {due} (UTC+8).")
    do = ("案件将按逾期处理；请联系主管部门。", "The case goes on as overdue; contact the authority.")


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
