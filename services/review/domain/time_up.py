"""Understands how a step that waits for something ends by silence: intake is asked first, and goes on record with what
it has. Whoever filed in time is heard, however late the word of it comes; until intake has answered nobody is late.

The answer stands in intake's log behind everything that was filed for the step, and one case's words keep their order.
So nothing has to be known of how far anybody has read, and what holds up one case holds up no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from services.review.domain.awaiting import comes_by_itself
from services.review.domain.subject import Case

FIRST_AGAIN, LAST_AGAIN = timedelta(minutes=10), timedelta(days=1)


@dataclass(frozen=True)
class FilingTimePassed:
    """The deadline of a step that waits for a filing passed; intake is asked whether anything was filed in time."""

    NAME: ClassVar[str] = "review.filing-time-passed.1"
    step: str
    visit: int
    of_application: bool
    due_at: datetime
    asked: int
    passed_at: datetime


def ask(case: Case, now: datetime) -> FilingTimePassed:
    """The question about the present step, once more where it was asked before."""
    assert case.due_at is not None, "a step without a deadline is never over"
    by_application = bool(case.round_id) and comes_by_itself(case)
    return FilingTimePassed(case.step, case.visit, by_application, case.due_at, case.asked + 1, now)


def next_question(fact: FilingTimePassed) -> datetime:
    """When to ask again where no answer came: ten minutes later, then ever more seldom, at last once a day."""
    return fact.passed_at + min(FIRST_AGAIN * (1 << min(fact.asked - 1, 10)), LAST_AGAIN)
