"""Understands how moving a case to another text says no, and what is said where a text is closed or missing."""

from __future__ import annotations

from services.review.domain.errors.refusal import Refusal


class TextMissing(Refusal):
    """The regulation that the case is under is not in the library of this installation."""

    code = "text_missing"
    said = (
        "案件所依据的办法文本 {ref} 不在本系统的办法库中。",
        "The text that the case is under, {ref}, is not in the library of this installation.",
    )
    do = (
        "请管理员将该文本及其补充文件原样放入 definitions/…/archive 目录并重启服务；案件未受影响。",
        "The operator puts the definition back as it was, with its supplements, under definitions/…/archive and starts "
        "the services again; the case is unharmed.",
    )


class TextClosed(Refusal):
    """The text takes no new case."""

    code = "text_closed"
    said = ("该办法不受理新案件：{why_zh}。", "This text takes no new case: {why_en}.")
    do = ("{next_zh}。原有案件继续按该办法办理。", "Next: {next_en}. Cases that began under it go on under it.")


class TextDoesNotFollow(Refusal):
    """The text is none that takes the place of the case's own."""

    code, status = "text_does_not_follow", 422
    said = (
        "所指文本不是本案所依据办法的后续文本。",
        "That text is not one that follows the case's own: no later version of it, and neither names the other.",
    )
    do = ("请用 shifan programmes list 查看后续文本的地址。", "See the addresses with shifan programmes list.")


class MoveNeedsStep(Refusal):
    """The case cannot simply stay where it stands."""

    code, status = "move_needs_step", 422
    said = ("案件不能停留在原环节：{zh}。", "The case cannot stay at its step: {en}.")
    do = ("请写明从新文本的哪个环节重新开始：{steps}。", "Name the step of the new text to begin anew at: {steps}.")


class MoveStepImpossible(Refusal):
    """A case is not moved into this step, or not out of the one that it is in."""

    code = "move_step_impossible"
    said = ("不能这样转移：{zh}。", "It cannot be moved like this: {en}.")
    do = ("请选择其他环节，或待本环节结束后再转移。", "Choose another step, or wait until the present one has ended.")
