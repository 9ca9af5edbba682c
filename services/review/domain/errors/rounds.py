"""Understands how what spans the cases of a round says no: quotas, lists, one notice over many."""

from __future__ import annotations

from services.review.domain.errors.refusal import Refusal


class RoundUnknown(Refusal):
    """No round under this id."""

    code, status = "no_such_round", 404
    said = ("没有此批次。", "There is no such round.")
    do = ("请从批次列表中选择。", "Choose one from the list of rounds.")


class RoundStepUnknown(Refusal):
    """The round's programme has no such step, or it gathers nothing there."""

    code, status = "round_step_unknown", 404
    said = ("该批次的办法没有此环节。", "The round's programme has no such step of this type.")
    do = ("请在以下环节中选择：{steps}。", "Choose one of: {steps}.")


class QuotaUsedUp(Refusal):
    """The recommending authority has named as many as it may in this round."""

    code = "quota_used_up"
    said = (
        "本批次推荐名额已用完：共 {places} 个（{extra}），已推荐：{holders}。",
        "The quota of this round is used up: {places} places ({extra}), taken by {holders}.",
    )
    do = (
        "已用的名额不因案件后来的结果而退回；请不予推荐并说明理由，或在下一批次推荐。",
        "A place stays used whatever becomes of its case: do not recommend, with a reason, or recommend in the next"
        " round.",
    )


class ListedByRound(Refusal):
    """Where the places on the list are limited, cases of a round are listed together."""

    code = "listed_by_round"
    said = (
        "名单限 {places} 个，须与本批次其他案件一并列入。",
        "The list has {places} places: cases of a round are listed together.",
    )
    do = ("请在批次中拟定名单。", "Draw up the list of the round.")


class NobodyToGather(Refusal):
    """No case of the round stands at the step, or all of them were gathered already."""

    code = "nobody_to_gather"
    said = ("本批次在“{zh}”环节没有待办案件。", "No case of the round waits at the step {en}.")
    do = ("请待案件到达该环节后再办理。", "Wait until cases come to it.")


class CasesOnTheWay(Refusal):
    """Other cases of the round can still come to the list."""

    code = "cases_on_the_way"
    said = (
        "本批次还有 {waiting} 个案件未到达“{zh}”环节，现在拟定名单将不含这些案件。",
        "{waiting} more cases of the round may still come to the step {en}; a list drawn up now is without them.",
    )
    do = ("请等待，或写明现在拟定的理由。", "Wait for them, or state why the list is drawn up now.")


class ListTooLong(Refusal):
    """More cases than places, and the text gives no order among them."""

    code = "list_too_long"
    said = (
        "共有 {cases} 个案件，名单尚余 {places} 个位置。",
        "There are {cases} cases for {places} places, and the programme ranks nobody.",
    )
    do = ("请逐个写明不列入的案件及理由。", "Name those who are left off, each with a reason.")


class TieAtCut(Refusal):
    """Cases with the same score compete for the last places: no rule decides between them."""

    code = "tie_at_cut"
    said = (
        "以下案件得分相同（{score}），尚余 {places} 个位置：{names}。",
        "These cases have the same score ({score}) and compete for {places} places: {names}.",
    )
    do = ("请选定列入的案件并写明理由。", "Choose who is listed and give the reason.")


class ScoreMissing(Refusal):
    """A case without a score cannot be ranked where places are limited."""

    code = "score_missing"
    said = (
        "以下案件没有得分，无法在有限名额中排序：{names}。",
        "These cases have no score and cannot be ranked for limited places: {names}.",
    )
    do = ("请先完成评分，或写明理由不列入。", "Have them scored first, or leave them off with a reason.")


class ListChoiceWrong(Refusal):
    """Somebody is chosen or left off who does not stand there to be."""

    code, status = "list_choice_wrong", 422
    said = ("选定或不列入的案件与待列名单不符。", "Who is chosen or left off does not fit the cases that wait.")
    do = (
        "只能从并列案件中选定恰好填满的数量，只能不列入待列案件，且不得重复。",
        "Choose among those who tie, exactly as many as there are places; leave off waiting cases only, each once.",
    )
