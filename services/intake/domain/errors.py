"""Understands how intake says no: a stable code, a sentence in Chinese and in English, and what to do next.

Sentences are filled with words of the programme only, never with what the caller sent.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.intake.domain import filing_errors
from services.intake.domain.refusal import Refusal


class ApplicationUnknown(Refusal):
    """Nothing was ever drafted under this id, or the caller may not know of it."""

    code, status = "application_unknown", 404
    said = ("没有此申请，或您无权查看。", "There is no such application, or you may not see it.")
    do = ("请从您单位的申请列表中选择。", "Choose one from your organisation's list of applications.")


class ApplicationExists(Refusal):
    """The id is taken: the same command was carried out before."""

    code = "application_exists"
    said = ("此申请已经建立。", "This application exists already.")
    do = ("请打开已有的申请继续填写。", "Open the existing one and go on there.")


class OtherOrganisation(Refusal):
    """Somebody acts for an organisation that is not their own."""

    code, status = "other_organisation", 403
    said = ("您只能代表本单位申报。", "You may act for your own organisation only.")
    do = ("请使用该单位的账号登录。", "Sign in with an account of that organisation.")


class UsccInvalid(Refusal):
    """The unified social credit code fails its own check (GB 32100-2015)."""

    code, status = "uscc_invalid", 422
    said = ("统一社会信用代码不正确。", "The unified social credit code is not valid.")
    do = ("请按营业执照核对18位代码。", "Compare all 18 characters with the business licence.")


class RoundUnknown(Refusal):
    """Intake has not heard of this round."""

    code, status = "round_unknown", 404
    said = ("没有此申报批次。", "There is no such round.")
    do = ("请从开放的申报批次列表中选择。", "Choose one from the list of open rounds.")


class RoundNotOpen(Refusal):
    """The round's window has not begun or is over."""

    code = "round_not_open"
    said = (
        "本批次申报时间为 {opens} 至 {closes}（UTC+8），现在不能申报。",
        "This round takes applications from {opens} to {closes} (Asia/Shanghai), not now.",
    )
    do = ("请在申报时间内办理，或等待下一批次。", "Apply within that time or wait for the next round.")


class ProgrammeClosed(Refusal):
    """The text takes no new case: it is repealed, its time is over, or it is not in force yet."""

    code = "programme_closed"
    said = (
        "该办法不受理新的申报：{why_zh}。",
        "This regulation takes no new applications: {why_en}.",
    )
    do = ("请看：{next_zh}。", "Look here: {next_en}.")


class TextMissing(Refusal):
    """The regulation that the application is under is not in the library of this installation."""

    code = "text_missing"
    said = (
        "申报所依据的办法文本 {ref} 不在本系统的办法库中。",
        "The text that this is under, {ref}, is not in the library of this installation.",
    )
    do = (
        "请管理员将该文本及其补充文件原样放入 definitions/…/archive 目录并重启服务；已填内容未受影响。",
        "The operator puts the definition back as it was, with its supplements, under definitions/…/archive and starts "
        "the services again; what was filled in is unharmed.",
    )


class RegionNotInUse(Refusal):
    """The region's code is in no list of the Ministry, or not in that of the day."""

    code, status = "region_not_in_use", 422
    said = ("所在地区代码当日不可用：{zh}。", "The region's code is not in use on this day: {en}.")
    do = ("请更正地区代码：{do_zh}。", "Correct the region's code: {do_en}.")


class RegionOutside(Refusal):
    """The applicant lies outside of the regulation's region, or of the regions that it admits."""

    code = "region_outside"
    said = (
        "申报单位不在该办法的适用地区（{admitted}）内。",
        "The applicant lies outside of the regulation's region ({admitted}).",
    )
    do = (
        "请核对单位所在地区代码，或向当地主管部门申报。",
        "Check the region code, or apply where the organisation lies.",
    )


class LevelUnknown(Refusal):
    """The level is none of the programme's, or none that it admits."""

    code, status = "level_unknown", 422
    said = ("单位层级应为以下之一：{admitted}。", "The organisation's level must be one of: {admitted}.")
    do = ("请选择其中一项。", "Choose one of them.")


class KindUnknown(Refusal):
    """The kind of applicant is not declared where the programme lists kinds, or is none of those that it admits."""

    code, status = "kind_not_admitted", 422
    said = (
        "该办法对申报主体类型有规定：{zh}。",
        "The programme says which kinds of applicant may apply: {en}.",
    )
    do = ("请据实申报主体类型；不在其列的单位不能申报。", "Declare the kind as it is; others may not apply.")


class CategoryUnknown(Refusal):
    """The category is not declared where the programme lists categories, or is none of those."""

    code, status = "category_not_admitted", 422
    said = ("该办法对申报类别有规定：{zh}。", "The programme says for which categories one may apply: {en}.")
    do = ("请选择其中一类。", "Choose one of them.")


ADMISSION: Mapping[str, type[Refusal]] = {
    "region": RegionOutside,
    "level": LevelUnknown,
    "kind": KindUnknown,
    "category": CategoryUnknown,
}
"""What is said of each part of an applicant's standing that the programme does not admit."""


class AnswerUnknown(Refusal):
    """An answer has an id that the programme does not ask for, or a value of another type."""

    code, status = "answer_unacceptable", 422
    said = (
        "{count}项填报内容不符合该办法的指标或其类型。",
        "{count} answers do not fit the programme's metrics or their types.",
    )
    do = ("请按该办法的指标清单填写；可识别的指标：{known}。", "Fill in the programme's metrics; affected: {known}.")


class MaterialUnknown(Refusal):
    """A file was filed under a material that the programme does not know."""

    code, status = "material_unknown", 422
    said = ("该办法没有此项材料。", "The programme has no such material.")
    do = ("请在材料清单中选择：{materials}。", "Choose from the list of materials: {materials}.")


class FormUnknown(Refusal):
    """The programme asks the applicant to fill in no such form."""

    code, status = "form_unknown", 404
    said = ("该办法不要求申报单位填写此表。", "The programme asks the applicant for no such form.")
    do = ("请从以下表格中选择：{forms}。", "Choose one of: {forms}.")


class FormWrong(Refusal):
    """Rows or fields of a form do not fit: all faults are named at once, by the form's own words."""

    code, status = "form_unacceptable", 422
    said = ("表格有{count}处不符合要求：{zh}。", "{count} places of the form do not fit: {en}.")
    do = ("请更正后重新提交整张表。", "Correct them and send the whole form again.")


class DocumentExists(Refusal):
    """The same bytes stand under the same material already."""

    code = "document_exists"
    said = ("同一文件已在此项材料中。", "The same file stands under this material already.")
    do = ("无需重复上传。", "There is no need to add it again.")


class DocumentUnknown(Refusal):
    """No such file in the application."""

    code, status = "document_unknown", 404
    said = ("此申请中没有该文件。", "The application holds no such file.")
    do = ("请从文件列表中选择。", "Choose one from its list of files.")


class TooMuch(Refusal):
    """A limit on the number or size of what an application may hold."""

    code, status = "application_too_large", 422
    said = (
        "一份申请最多{documents}个文件、合计{megabytes}MB。",
        "An application holds up to {documents} files, {megabytes} MB.",
    )
    do = ("请合并或删除部分文件。", "Merge or remove some files.")


class NotEditable(Refusal):
    """The application is with the authority or has ended."""

    code = "application_not_editable"
    said = ("此申请已提交或已结束，不能修改。", "This application was submitted or has ended and cannot be changed.")
    do = ("如需更改，请等待退回补正，或撤回后重新申报。", "Wait for it to be returned, or withdraw it and apply again.")


class Incomplete(Refusal):
    """The application lacks materials or answers; all of them are named at once."""

    code = "application_incomplete"
    said = ("申请不完整，缺少{count}项：{zh}。", "The application is incomplete; {count} items are missing: {en}.")
    do = ("请一次补齐后再提交。", "Supply all of them, then submit.")


class NotDeclared(Refusal):
    """Nobody has declared that the present content is true."""

    code = "truth_not_declared"
    said = (
        "尚未对当前内容作出真实性声明（修改后需重新声明）。",
        "Nobody has declared that the present content is true (a change voids an earlier declaration).",
    )
    do = ("请先作出真实性声明再提交。", "Make the declaration first, then submit.")


class NotWithdrawable(Refusal):
    """A decision was taken, or nothing was submitted."""

    code = "application_not_withdrawable"
    said = (
        "此申请尚未提交、已经撤回或已有决定，不能撤回。",
        "It was not submitted, was withdrawn, or has been decided.",
    )
    do = ("如有异议，请联系作出决定的部门。", "If you disagree, contact the authority that decided.")


class CorrectionTooLate(Refusal):
    """The time to correct was over, and review was told that nothing had come."""

    code = "correction_too_late"
    said = ("补正期限已于{due}届满。", "The time to correct was over at {due} (UTC+8).")
    do = ("请联系主管部门，了解案件的后续办理。", "Ask the authority how the case goes on.")


class ReasonMissing(Refusal):
    """An act needs a reason in words."""

    code, status = "reason_missing", 422
    said = ("需要说明理由。", "A reason is needed.")
    do = ("请用一句话写明理由。", "Write one sentence that gives it.")


class PlaceTaken(Refusal):
    """The organisation has an open application that may not stand beside this one."""

    code = "place_taken"
    said = (
        "本单位在《{zh}》下已有在办申请（案件 {case}），办结或撤回前不得另行申报。",
        "The organisation has an open application in {en} (case {case}); until it ends or is withdrawn, no other.",
    )
    do = ("请等待其办结或将其撤回，再行申报。", "Wait for its end or withdraw it, then apply.")


class TitleStands(Refusal):
    """The organisation holds a title, or held one lately, beside which it may not apply."""

    code = "title_still_valid"
    said = (
        "本单位持有《{zh}》的称号（编号 {number}），{until_zh}不得申报。",
        "The organisation holds a title of {en} (number {number}); no application {until_en}.",
    )
    do = ("请{again_zh}。", "{again_en}.")


class RoundUsed(Refusal):
    """The organisation has filed an application in this round, or in one that the rule counts with it."""

    code = "round_used"
    said = (
        "本单位已在《{zh}》的同一批次申报（案件 {case}），{until_zh}不得再次申报。",
        "The organisation has filed in the same round of {en} (case {case}); no other {until_en}.",
    )
    do = ("请在该日期之后的批次申报。", "Apply in a round after that day.")


class RefusedBefore(Refusal):
    """The organisation was refused so short a time ago that the programme takes no other application yet."""

    code = "refused_before"
    said = (
        "本单位在《{zh}》的申报未获通过（案件 {case}），{until_zh}不得再次申报。",
        "The organisation was refused under {en} (case {case}); no other application {until_en}.",
    )
    do = ("请在该日期之后申报。", "Apply after that day.")


class FundedAlready(Refusal):
    """The organisation received money beside which it may receive no more."""

    code = "funded_already"
    said = (
        "本单位已于{paid}获得《{zh}》的资金（案件 {case}），{until_zh}不得重复申请资助。",
        "The organisation received money under {en} on {paid} (case {case}); no second funding {until_en}.",
    )
    do = ("请在该日期之后申请，或申请其他项目的资金。", "Apply after that day, or for other money.")


class TitleNeeded(Refusal):
    """The programme asks for a title of another programme, and the organisation holds none."""

    code = "title_needed"
    said = (
        "申报须先持有以下办法的有效称号：{zh}。",
        "Whoever applies needs a valid title of: {en}.",
    )
    do = ("请先取得该称号，再行申报。", "Obtain that title first, then apply.")


REFUSALS: tuple[type[Refusal], ...] = (
    ApplicationUnknown,
    ApplicationExists,
    OtherOrganisation,
    UsccInvalid,
    RoundUnknown,
    RoundNotOpen,
    ProgrammeClosed,
    TextMissing,
    RegionNotInUse,
    RegionOutside,
    LevelUnknown,
    KindUnknown,
    CategoryUnknown,
    AnswerUnknown,
    MaterialUnknown,
    FormUnknown,
    FormWrong,
    DocumentExists,
    DocumentUnknown,
    TooMuch,
    NotEditable,
    Incomplete,
    NotDeclared,
    NotWithdrawable,
    CorrectionTooLate,
    ReasonMissing,
    PlaceTaken,
    TitleStands,
    RoundUsed,
    RefusedBefore,
    FundedAlready,
    TitleNeeded,
    *filing_errors.REFUSALS,
)
