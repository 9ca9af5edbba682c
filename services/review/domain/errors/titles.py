"""Understands how titles and rounds say no."""

from __future__ import annotations

from services.review.domain.errors.refusal import Refusal


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
    """The title was revoked already, or lapsed."""

    code = "title_ended"
    said = ("此称号已撤销或失效。", "This title was revoked already, or lapsed.")
    do = ("可查看其记录。", "Its record can be read.")


class RoundExists(Refusal):
    """The round was opened already."""

    code = "round_exists"
    said = ("此批次已经建立。", "This round exists already.")
    do = ("请打开已有批次。", "Open the existing one.")


class WindowWrong(Refusal):
    """The round closes before it opens, has passed, or is too long."""

    code, status = "window_wrong", 422
    said = (
        "申报时间须先开始后截止、尚未截止，且不超过{days}天。",
        "A window opens before it closes, is not over, lasts up to {days} days.",
    )
    do = ("请核对起止时间。", "Check both instants.")


class ProgrammeNotRunnable(Refusal):
    """The text takes no new case, or still leaves something open."""

    code = "programme_not_runnable"
    said = ("该办法不能开设批次：{what}。", "The programme cannot be run: {what}.")
    do = ("请先补充规定，或使用现行办法。", "Supplement it first, or use the one in force.")
