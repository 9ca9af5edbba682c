"""Understands how opening a case and filing in a later step say no."""

from __future__ import annotations

from services.review.domain.errors.refusal import Refusal


class ProcedureUnknown(Refusal):
    """The programme has no such procedure."""

    code, status = "procedure_unknown", 422
    said = ("该办法没有此程序。", "The programme has no such procedure.")
    do = ("请在以下程序中选择：{procedures}。", "Choose one of: {procedures}.")


class OpensThroughIntake(Refusal):
    """An application is drawn up and filed at intake, in a round."""

    code = "opens_through_intake"
    said = ("此程序由申请单位申报启动。", "This procedure begins with an application.")
    do = ("请在申报端、开放的批次内申报。", "Apply at intake, in an open round.")


class SubjectInvalid(Refusal):
    """The organisation is no valid one, or lies outside the programme."""

    code, status = "subject_invalid", 422
    said = (
        "该单位的统一社会信用代码、地区、层级、类型或类别不符合该办法。",
        "The USCC, region, level, kind or category does not fit.",
    )
    do = ("请核对；层级须为：{levels}。", "Check them; the level is one of: {levels}.")


class AnswersWrong(Refusal):
    """An answer is none of the programme's metrics, or not of its type."""

    code, status = "answers_wrong", 422
    said = ("填报数据的指标或格式不符合该办法。", "An answer is none of the programme's metrics, or not of its type.")
    do = ("请对照该办法的指标更正。", "Compare the answers with the programme's metrics.")


class FiledThroughIntake(Refusal):
    """The application itself, and its corrections, are filed at intake."""

    code = "filed_through_intake"
    said = ("“{zh}”环节的材料在申报端提交。", "What the step {en} waits for is filed at intake.")
    do = ("请在申报端提交。", "File it there.")
