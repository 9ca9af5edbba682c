"""A time that is counted from the acceptance and leaves out the days of another step; every end was counted by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.programmes.model import Deadline, Duration
from shared.programmes.phrases import said
from tests.support.regulation import with_step
from tests.unit.review.story import MONDAY, Story
from tests.unit.review.test_limits import end_of


def story(length: int, unit: Any, *not_counting: str) -> Story:
    """Accepted on Monday 27 April 2026 and with the experts since that day; what is counted is the visit's."""
    within = Duration(length=length, unit=unit)
    deadline = Deadline(within=within, starts="accepted", not_counting=not_counting)
    return Story(with_step("visit", deadline=deadline)).at("score")


@pytest.mark.parametrize(
    ("length", "unit", "days", "last"),
    [
        # 28 to 30 April, 6 to 9 May (the Saturday is made up) and 11 May are left out: 8 working days.
        (20, "working_day", 14, "2026-06-08"),
        (1, "working_day", 14, "2026-05-12"),
        # 28 April alone; then the holiday of 1 to 5 May is in the way.
        (3, "working_day", 1, "2026-05-06"),
        (20, "calendar_day", 14, "2026-05-31"),
        # came and gone on one day: nothing is left out.
        (3, "working_day", 0, "2026-04-30"),
        (20, "calendar_day", 0, "2026-05-17"),
    ],
)
def test_the_days_of_the_experts_are_not_counted(length: int, unit: str, days: int, last: str) -> None:
    case = story(length, unit, "score").wait(days).scored().case
    assert (case.step, case.due_at) == ("visit", end_of(last))


def test_without_the_word_they_are_counted() -> None:
    case = story(20, "working_day").wait(14).scored().case
    assert case.due_at == end_of("2026-05-27")


def test_days_before_the_start_and_of_other_steps_change_nothing() -> None:
    told = story(20, "working_day", "apply", "check", "recommend").wait(14).scored().case
    assert told.due_at == end_of("2026-05-27")


def test_what_was_left_out_never_goes_over_what_can_be_counted() -> None:
    case = story(36_500, "calendar_day", "score").wait(14).scored().case
    assert case.due_at is not None
    assert case.due_at - MONDAY < timedelta(days=36_501)


def test_the_words_say_what_is_left_out() -> None:
    words = said(Deadline(within=Duration(length=20, unit="working_day"), starts="accepted", not_counting=("score",)))
    assert words.zh.startswith("自受理起20个工作日")
    assert words.zh.endswith("不计入步骤 score 所用的日子")
    assert words.en.endswith("after the acceptance, not counting the days of score")
