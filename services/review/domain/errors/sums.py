"""Understands how the sum of a decision says no."""

from __future__ import annotations

from services.review.domain.errors.refusal import Refusal


class SumMissing(Refusal):
    """The decision is about a sum, and none is stated."""

    code, status = "sum_missing", 422
    said = (
        "此项决定涉及“{zh}”的金额，提议和批准时均须写明。",
        "This decision is about a sum of {en}: proposal and approval both state it.",
    )
    do = ("请写明金额（元，最多两位小数）。", "State the amount in CNY with at most two decimals.")


class SumNotAsked(Refusal):
    """A sum is stated where the decision is about none."""

    code, status = "sum_not_asked", 422
    said = ("此项决定不涉及金额。", "This decision is about no sum.")
    do = ("请勿填写金额和来源。", "Leave amount and source out.")


class SumDiffers(Refusal):
    """Everybody who decides confirms the same sum."""

    code = "sum_differs"
    said = (
        "提议金额为 {proposed} 元，此处为 {stated} 元。",
        "The proposal says CNY {proposed}, this says CNY {stated}.",
    )
    do = (
        "请确认同一金额，或退回提议后另行提议。",
        "Confirm the same sum, or return the proposal so that another is made.",
    )


class SumTooSmall(Refusal):
    """An instalment would be less than a cent."""

    code, status = "sum_too_small", 422
    said = (
        "金额过小，“{instalment}”期不足 0.01 元。",
        "The sum is too small: the instalment {instalment} would be less than CNY 0.01.",
    )
    do = ("请核对金额。", "Check the sum.")


class SumNotApproved(Refusal):
    """A payment draws on an approved sum, and there is none, or no more of it is paid."""

    code = "sum_not_approved"
    said = (
        "“{zh}”没有可以支付的批准金额。",
        "No sum of {en} that could be paid is approved for this case.",
    )
    do = (
        "请停止拨付；若案件已转至新文本，请转回批准环节。",
        "Stop the payment; a case that was moved to another text is moved to the step that approves.",
    )


class PaymentTooEarly(Refusal):
    """An instalment waits for a step that was not passed in this case, or was failed since."""

    code = "payment_too_early"
    said = (
        "“{instalment}”期须在环节“{zh}”（{step}）通过后支付。",
        "The instalment {instalment} is paid after the step {en} ({step}) was passed.",
    )
    do = ("请先办理该环节。", "Have that step passed first.")
