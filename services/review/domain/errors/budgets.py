"""Understands how money says no."""

from __future__ import annotations

from services.review.domain.errors.refusal import Refusal


class SourceUnknown(Refusal):
    """The budget or its source is not named, or is none of the programme's."""

    code, status = "budget_source_unknown", 422
    said = ("须写明该办法规定的资金及其来源。", "Name one of the programme's budgets and one of its sources.")
    do = ("请在以下各项中选择：{sources}。", "Choose one of: {sources}.")


class BudgetExhausted(Refusal):
    """The payment, or the sum to be approved, would exceed what the year's plan gives from this source."""

    code = "budget_exhausted"
    said = (
        "“{zh}”{year} 年计划为 {plan} 元，尚余 {left} 元，金额不足。",
        "The plan of {year} gives CNY {plan} from {en}, of which {left} are left: too little for this sum.",
    )
    do = (
        "请减少金额、改用其他来源，或由财政部门调整年度计划。",
        "Take a smaller sum or another source, or have the treasury change the year's plan.",
    )


class MoneyInProgress(Refusal):
    """Another sum is being put on record for the same payment or approval at this very moment."""

    code = "money_in_progress"
    said = (
        "同一笔款项正以 {amount} 元办理。",
        "The same payment or approval is being put on record with CNY {amount}.",
    )
    do = (
        "请重新打开案件，查看是否已记录；如未记录，最迟 {minutes} 分钟后可按其他金额办理。",
        "Open the case again and see whether it is on record; if it is not, another sum can be stated in {minutes} "
        "minutes at the latest.",
    )


class PlanBelowUse(Refusal):
    """A plan cannot give less than what went out or is promised already."""

    code = "plan_below_use"
    said = (
        "计划金额低于已支付和已批准的 {used} 元。",
        "CNY {used} went out or are approved already; a plan cannot give less.",
    )
    do = ("请核对计划金额。", "Check the plan's sum.")


class CostUnknown(Refusal):
    """The rate is a share of a cost that nobody stated."""

    code = "cost_unknown"
    said = ("补助比例以“{zh}”为基数，该数据缺失。", "The rate is a share of {en}, which is not stated.")
    do = ("请先补充该项数据。", "Have it filed first.")
