"""Understands how the calendar's years say no."""

from __future__ import annotations

from services.review.domain.errors.refusal import Refusal


class YearOutsideWindow(Refusal):
    """A year is published for now or for the next year only."""

    code, status = "year_outside_window", 422
    said = ("只能公布 {first} 年或 {last} 年的安排。", "Only {first} or {last} can be published now.")
    do = ("请核对年份。", "Check the year.")


class YearMalformed(Refusal):
    """The days of a year contradict each other, or no notice is named."""

    code, status = "year_malformed", 422
    said = ("该年的节假日安排不符合要求。", "The year's days do not fit together.")
    do = (
        "请写明通知文号；放假日 1 至 {off} 天、调休上班日最多 {make_up} 天，都在该年内（或上年12月）且互不重复；"
        "调休上班日须为周六或周日。",
        "Name the notice; give 1 to {off} days off and at most {make_up} make-up days, all in that year or in the"
        " December before, none in both, each make-up day a Saturday or a Sunday.",
    )


class NoticeProvisional(Refusal):
    """The last day rests on a year that is not published: nobody knows whether it is over."""

    code = "notice_provisional"
    said = (
        "公示截止日{closes}所依据的年度节假日安排尚未公布，公示仍在继续。",
        "The notice stays open: its end, {closes}, rests on a year whose days off are not published yet.",
    )
    do = ("请先公布该年安排，或由主管人员说明理由后办结公示。", "Publish the year first, or close it with a reason.")
