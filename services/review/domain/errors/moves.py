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


class NoOldCases(Refusal):
    """The text has no cases that were begun on paper and could be taken over."""

    code = "no_old_cases"
    said = (
        "该办法没有可接续的存量案件：{zh}。",
        "No case that was begun on paper is taken over under this text: {en}.",
    )
    do = (
        "受理新案件的办法请正常申请；只有曾经施行、现已不受理新案件的办法才有存量案件可接续。",
        "Only a text that was in force and takes no new case any more has such cases; under any other one applies.",
    )


class BegunOnWrong(Refusal):
    """The day on which an old case is said to have begun cannot be."""

    code, status = "begun_on_wrong", 422
    said = ("案件的立案日期不对：{zh}。", "The case cannot have begun on that day: {en}.")
    do = (
        "请按纸质卷宗核对立案日期；该日应在该办法施行期间。",
        "Check it against the file: the day lies within the time in which the text was in force.",
    )


class RecordTakenOver(Refusal):
    """The file was taken over before."""

    code = "record_taken_over"
    said = ("该卷宗号的案件已经接续，案件为 {case}。", "The case of this file was taken over before; it is {case}.")
    do = (
        "请在该案件中继续办理；如属另一卷宗，请写明其完整卷宗号。",
        "Go on in that case; if it is another file, write its number in full.",
    )


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
