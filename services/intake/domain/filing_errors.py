"""Understands how filings are refused: what is owed, by whom, complete, under which procedure."""

from __future__ import annotations

from services.intake.domain.refusal import Refusal


class FilingUnknown(Refusal):
    """No filing under this id, or the caller may not know of it."""

    code, status = "filing_unknown", 404
    said = ("没有此份材料，或您无权查看。", "There is no such filing, or you may not see it.")
    do = ("请从本单位的材料列表中选择。", "Choose one from your own list of filings.")


class FilingExists(Refusal):
    """What is owed here was begun already, or the same command was carried out before."""

    code = "filing_exists"
    said = ("此份材料已经开始填写。", "This filing was begun already.")
    do = ("请打开已有的材料继续填写。", "Open the existing one and go on there.")


class FilingNotEditable(Refusal):
    """The filing was handed in, taken or withdrawn."""

    code = "filing_not_editable"
    said = ("此份材料已提交或已撤回，不能修改。", "This filing was handed in or withdrawn and cannot be changed.")
    do = ("如需更改，请联系主管部门。", "Ask the authority if something has to change.")


class FilingTooLate(Refusal):
    """The time for it was over, and review was told that nothing had come."""

    code = "filing_too_late"
    said = ("提交期限已于{due}届满。", "The time to hand it in was over at {due} (UTC+8).")
    do = ("请联系主管部门，了解案件的后续办理。", "Ask the authority how the case goes on.")


class FilingIncomplete(Refusal):
    """The filing lacks papers, forms or figures; all of them are named at once."""

    code = "filing_incomplete"
    said = ("材料不完整，缺少{count}项：{zh}。", "The filing is incomplete; {count} items are missing: {en}.")
    do = ("请一次补齐后再提交。", "Supply all of them, then hand it in.")


class FilingNotWithdrawable(Refusal):
    """It answers a running case, or its case was decided, or it was withdrawn before."""

    code = "filing_not_withdrawable"
    said = (
        "此份材料是在办案件的补充，或案件已有决定，或已经撤回，不能撤回。",
        "It answers a running case, its case was decided, or it was withdrawn before.",
    )
    do = ("请联系主管部门办理。", "Contact the authority.")


class NothingAwaited(Refusal):
    """No such case of the caller waits for anything to be handed in (any more)."""

    code = "nothing_awaited"
    said = ("此案件现在没有等待您提交的材料。", "This case waits for nothing that you would have to hand in.")
    do = ("请从待提交列表中选择。", "Choose one from the list of what is awaited.")


class ProcedureUnknown(Refusal):
    """The programme has no such procedure."""

    code, status = "procedure_unknown", 422
    said = ("该办法没有此程序。", "The programme has no such procedure.")
    do = ("请在以下程序中选择：{procedures}。", "Choose one of: {procedures}.")


class ProgrammeNotOpen(Refusal):
    """The programme is unknown, or takes no cases now."""

    code = "programme_not_open"
    said = ("没有此办法，或其现在不受理。", "There is no such programme, or it takes no cases now.")
    do = ("请从现行办法列表中选择。", "Choose one from the list of programmes.")


class TextClosed(Refusal):
    """The programme's text takes no new case."""

    code = "text_closed"
    said = ("该办法不受理新案件：{why_zh}。", "This text takes no new case: {why_en}.")
    do = (
        "{next_zh}。原有案件由主管部门接续后，按该办法办理。",
        "Next: {next_en}. A case that was begun under it is taken over by its authority, and goes on under it.",
    )


class AppliesInRound(Refusal):
    """What begins the programme's main procedure is an application in a round."""

    code = "applies_in_round"
    said = ("此程序以批次内的申报启动。", "This procedure begins with an application in a round.")
    do = ("请在开放的申报批次内申报。", "Apply in an open round.")


class SubjectWrong(Refusal):
    """The organisation that it is about is no valid one, or lies outside the programme."""

    code, status = "subject_wrong", 422
    said = (
        "该单位的统一社会信用代码、地区或层级不符合该办法。",
        "The USCC, region or level does not fit the programme.",
    )
    do = ("请核对；层级须为：{levels}。", "Check them; the level is one of: {levels}.")


class WrongFiler(Refusal):
    """The step belongs to another party."""

    code, status = "wrong_filer", 403
    said = ("此份材料由“{zh}”提交。", "This is for {en} to hand in.")
    do = ("请由该方有权的人员提交。", "Somebody of that party has to do it.")


class TitleNotHeld(Refusal):
    """The organisation holds no such title, as far as intake knows."""

    code, status = "title_not_held", 422
    said = ("该单位没有此项有效称号。", "The organisation holds no such title.")
    do = ("请核对称号所属的案件编号。", "Check the id of the case that conferred it.")


REFUSALS: tuple[type[Refusal], ...] = (
    FilingUnknown,
    FilingExists,
    FilingNotEditable,
    FilingTooLate,
    FilingIncomplete,
    FilingNotWithdrawable,
    NothingAwaited,
    ProcedureUnknown,
    ProgrammeNotOpen,
    TextClosed,
    AppliesInRound,
    SubjectWrong,
    WrongFiler,
    TitleNotHeld,
)
