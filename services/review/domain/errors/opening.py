"""Understands how opening a case and filing in a later step say no."""

from __future__ import annotations

from services.review.domain.errors.refusal import Refusal


class ProcedureUnknown(Refusal):
    """The programme has no such procedure."""

    code, status = "procedure_unknown", 422
    said = ("该办法没有此程序。", "The programme has no such procedure.")
    do = ("请在以下程序中选择：{procedures}。", "Choose one of: {procedures}.")


class OpensThroughIntake(Refusal):
    """What an applicant begins is drawn up and filed at intake."""

    code = "opens_through_intake"
    said = ("此程序由申请单位在申报端启动。", "An applicant begins this procedure at intake.")
    do = ("有批次的请在开放批次内申报，其他的请在申报端提交材料。", "Apply there in an open round, or file there.")


class SubjectInvalid(Refusal):
    """The organisation is no valid one, or lies outside the programme."""

    code, status = "subject_invalid", 422
    said = (
        "该单位的统一社会信用代码、地区、层级、类型或类别不符合该办法。",
        "The USCC, region, level, kind or category does not fit.",
    )
    do = ("请核对；层级须为：{levels}。", "Check them; the level is one of: {levels}.")


class RegionNotInUse(Refusal):
    """The code of the organisation's region is in no list of the Ministry, or not in that of the day."""

    code, status = "region_not_in_use", 422
    said = ("所在地区代码当日不可用：{zh}。", "The region's code is not in use on this day: {en}.")
    do = ("请更正地区代码：{do_zh}。", "Correct the region's code: {do_en}.")


class AnswersWrong(Refusal):
    """An answer is none of the programme's metrics, or not of its type."""

    code, status = "answers_wrong", 422
    said = ("填报数据的指标或格式不符合该办法。", "An answer is none of the programme's metrics, or not of its type.")
    do = ("请对照该办法的指标更正。", "Compare the answers with the programme's metrics.")


class FiledThroughIntake(Refusal):
    """Whatever an applicant hands in is filed at intake."""

    code = "filed_through_intake"
    said = ("“{zh}”环节的材料在申报端提交。", "What the step {en} waits for is filed at intake.")
    do = ("请在申报端提交。", "File it there.")


class PaperUnknown(Refusal):
    """A paper is named by a digest that no stored file has, or not with its size."""

    code, status = "paper_unknown", 422
    said = ("所列文件中有未上传的文件。", "A file on the list was never uploaded.")
    do = ("请先在申报端上传文件，再提交其摘要值。", "Upload it at intake first, then name it by its digest.")
