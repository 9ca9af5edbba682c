"""Every event that a deadline may be counted from, in a case that comes to it; the first of several limits counts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from services.review.domain import commands as c
from services.review.domain.case import NONE, StepDueCounted, StepEntered, evolve
from services.review.domain.events import FACTS
from services.review.domain.progress import decide_lapse, decide_open
from shared.envelope import Actor, Origin
from shared.programmes.model import (
    Cascade,
    Checking,
    Deadline,
    Duration,
    Inspecting,
    Programme,
    Publishing,
    Rectifying,
    Repeat,
    RoundRules,
    Step,
    Text,
    YearlyMoment,
)
from shared.runtime.codec import FactCodec
from tests.support.regulation import PROGRAMME, with_step
from tests.unit.review.story import ANSWERS, APPLICANT, MACHINE, MONDAY, OFFICER, PAPERS, REVIEWER, Story, faulty

OPENS, CLOSES = datetime(2026, 3, 2, 1, 0, tzinfo=UTC), datetime(2026, 4, 30, 9, 30, tzinfo=UTC)
IN_ROUND = c.OpenCase("case-1", PROGRAMME.ref, "round-1", APPLICANT, round_opens_at=OPENS, round_closes_at=CLOSES)


def within(length: int, unit: Any = "working_day", starts: Any = "entered", **more: Any) -> Deadline:
    return Deadline(within=Duration(length=length, unit=unit, **more), starts=starts)


def at(text: str) -> datetime:
    """An instant by the clock of Shanghai."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def end_of(text: str) -> datetime:
    return at(f"{text}T23:59:59.999999")


def opened(programme: Programme, opening: c.OpenCase = IN_ROUND, now: datetime = MONDAY) -> Story:
    """A case in a round with a window, filed on a Monday: 27 April 2026, four days before the holiday."""
    story = Story(programme, now)
    story.take(decide_open(replace(opening, programme=programme.ref), NONE, programme, now))
    story.receive(1)
    return story


def cascading(programme: Programme, *named: tuple[str, YearlyMoment]) -> Programme:
    cascade = tuple(Cascade(party="prefecture", step=step, until=until) for step, until in named)
    return replace(programme, rounds=RoundRules(cadence="called", cascade=cascade))


# ── what it is counted from ──────────────────────────────────────────────────────────────────────────────────────


def test_from_the_filing_even_where_the_case_came_later() -> None:
    story = Story(with_step("assess", deadline=within(5, starts="filed"))).filed().wait(3)
    story.accepted()
    assert story.case.due_at == end_of("2026-05-07"), "28, 29, 30 April, 6, 7 May: the holiday lies between"


def test_a_correction_is_a_filing_too() -> None:
    story = Story(with_step("check", deadline=within(2, starts="filed"))).filed()
    assert story.case.due_at == end_of("2026-04-29")
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    story.wait(2).receive(2)
    assert (story.case.step, story.case.due_at) == ("check", end_of("2026-05-06"))


def test_from_the_end_of_the_round_to_the_minute() -> None:
    hours = with_step("check", deadline=within(36, "hour", "round_closed"))
    assert opened(hours).case.due_at == at("2026-05-02T05:30:00")
    days = with_step("check", deadline=within(1, "calendar_day", "round_closed", at=time(11, 30)))
    assert opened(days).case.due_at == at("2026-05-01T11:30:00")


def test_a_round_that_closes_at_midnight_closes_with_the_day_that_ends() -> None:
    programme = with_step("check", deadline=within(1, "calendar_day", "round_closed"))
    opening = replace(IN_ROUND, round_closes_at=at("2026-05-01T00:00:00"))
    assert opened(programme, opening).case.due_at == end_of("2026-05-01")


def test_without_a_round_nothing_is_counted_from_its_end() -> None:
    assert Story(with_step("check", deadline=within(1, starts="round_closed"))).filed().case.due_at is None


def test_from_the_posting_once_it_is_posted() -> None:
    programme = with_step("notice", deadline=within(10, starts="posted"))
    story = Story(programme).at("notice")
    assert story.case.due_at is None
    (_, counted) = story.posted().facts[-2:]
    assert counted == StepDueCounted("notice", end_of("2026-05-13"), False, "posted", story.now)
    assert story.case.due_at == end_of("2026-05-13")


def test_from_the_posting_in_a_later_step() -> None:
    story = Story(with_step("decide", deadline=within(30, "calendar_day", "posted"))).at("notice").posted()
    story.wait(29).act(c.CloseNotice("notice", MACHINE))
    assert (story.case.step, story.case.due_at) == ("decide", end_of("2026-05-27"))


def test_a_notice_that_is_to_be_posted_again_waits_for_its_own_posting() -> None:
    story = Story(with_step("notice", deadline=within(10, starts="posted"))).at("notice").posted()
    entered = next(fact for fact in story.facts if isinstance(fact, StepEntered) and fact.step == "notice")
    assert "posted" in story.case.happened
    assert "posted" not in evolve(story.case, entered).happened


@pytest.mark.parametrize("starts", ["decided", "awarded"])
def test_from_the_decision_and_from_the_award(starts: Any) -> None:
    step = Step(
        id="after",
        title=Text(zh="后", en="after"),
        type="publish",
        actor="commission",
        parameters=Publishing(channels=("web site",)),
        outcomes={"published": "done"},
        deadline=within(30, "calendar_day", starts),
    )
    story = Story(_with_new_step(with_step("award", outcomes={"awarded": "after"}), step)).at("award")
    story.wait(9).act(c.RecordEntry("award", MACHINE, "2026-001"))
    assert (story.case.step, story.case.due_at) == ("after", end_of("2026-06-26")), "27 May and thirty days"


def _with_new_step(programme: Programme, *steps: Step) -> Programme:
    procedure = programme.procedures[0]
    return replace(programme, procedures=(replace(procedure, steps=(*procedure.steps, *steps)),))


def test_the_award_itself_counts_from_the_award() -> None:
    story = Story(with_step("award", deadline=within(3, starts="awarded"))).at("award")
    assert story.case.due_at == end_of("2026-06-01"), "conferred on Wednesday 27 May"


def test_from_the_end_of_validity_of_the_title_that_was_conferred() -> None:
    story = Story(with_step("award", deadline=within(1, "month", "valid_to"))).at("award")
    assert story.case.valid_to == date(2029, 5, 26)
    assert story.case.due_at == end_of("2029-06-26")
    hours = Story(with_step("award", deadline=within(12, "hour", "valid_to"))).at("award")
    assert hours.case.due_at == at("2029-05-27T12:00:00")


def test_from_the_end_of_validity_of_the_title_that_the_case_is_about() -> None:
    programme = with_step("check", deadline=within(10, "calendar_day", "valid_to"))
    story = opened(programme, replace(IN_ROUND, valid_to=date(2026, 6, 30)))
    assert story.case.due_at == end_of("2026-07-10")


def test_from_when_the_conditions_were_met() -> None:
    story = Story(with_step("score", deadline=within(5, starts="met"))).at("recommend").wait(2).endorsed()
    assert (story.case.step, story.case.due_at) == ("score", end_of("2026-05-07"))


def test_an_inspection_that_is_passed_finds_the_conditions_met_again() -> None:
    look = Step(
        id="look",
        title=Text(zh="看", en="look"),
        type="inspect",
        actor="prefecture",
        parameters=Inspecting(),
        outcomes={"passed": "score", "failed": "refused"},
    )
    base = with_step("recommend", outcomes={"endorsed": "look", "refused": "refused"})
    steps = tuple(
        replace(step, deadline=within(5, starts="met")) if step.id == "score" else step
        for step in base.procedures[0].steps
    )
    programme = replace(base, procedures=(replace(base.procedures[0], steps=(*steps, look)),))
    story = Story(programme).at("recommend").endorsed().wait(3)
    story.act(c.RecordInspection("look", replace(REVIEWER, id="reviewer-9"), True, "as described"))
    assert (story.case.step, story.case.due_at) == ("score", end_of("2026-05-11")), (
        "6, 7, 8 May, 9 May, a worked Saturday, 11"
    )


def test_from_the_order_to_correct_and_to_put_right() -> None:
    story = Story(with_step("correct", deadline=within(3, starts="ordered"))).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    assert story.case.due_at == end_of("2026-04-30")
    mending = Rectifying(within=within(2, "week", "ordered"))
    mend = Step(
        id="mend",
        title=Text(zh="改", en="mend"),
        type="rectify",
        actor="applicant",
        parameters=mending,
        outcomes={"rectified": "list", "overdue": "refused"},
    )
    looking = {"confirmed": "list", "not_confirmed": "mend", "waived": "list"}
    programme = _with_new_step(with_step("visit", outcomes=looking), mend)
    procedure = programme.procedures[0]
    listing = replace(procedure.steps[7], deadline=within(1, "month", "ordered"))
    assert listing.id == "list"
    steps = tuple(listing if step.id == "list" else step for step in procedure.steps)
    programme = replace(programme, procedures=(replace(procedure, steps=steps),))
    story = Story(programme).at("visit")
    story.act(c.RecordVisit("visit", OFFICER, date(2026, 4, 27), ("A", "B"), False, "a roof is missing"))
    assert story.case.due_at == end_of("2026-05-11")
    story.wait(5).act(c.AcceptRectification("mend", _applicant(), "the roof is there", filing="case-1.9"))
    assert (story.case.step, story.case.due_at) == ("list", end_of("2026-05-27"))


def _applicant() -> Any:
    return replace(MACHINE, id="person-1", role="applicant", organisation=APPLICANT.uscc)


def test_the_next_day_of_a_year_after_an_event() -> None:
    deadline = Deadline(yearly=YearlyMoment(month=5, day=20), starts="filed")
    story = Story(with_step("decide", deadline=deadline)).at("decide")
    assert story.now > at("2026-05-21T00:00:00")
    assert story.case.due_at == end_of("2026-05-20"), "the first after the filing has passed already"


# ── the time to correct ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_check_says_how_long_a_correction_may_take() -> None:
    hours = Checking(corrections=1, correct_within=within(48, "hour"), silence="none")
    outcomes = {"filed": "check", "late": "not-accepted"}
    procedure = with_step("check", parameters=hours)
    programme = replace(procedure, procedures=with_outcomes(procedure, "correct", outcomes))
    story = Story(programme).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    assert story.case.due_at == story.now + timedelta(hours=48)
    late = story.case.due_at + timedelta(microseconds=1)
    story.lapse(late)
    assert story.case.result == "refused"


def with_outcomes(programme: Programme, name: str, outcomes: dict[str, str]) -> Any:
    procedure = programme.procedures[0]
    steps = tuple(replace(step, outcomes=outcomes) if step.id == name else step for step in procedure.steps)
    return (replace(procedure, steps=steps),)


def test_its_own_deadline_comes_first() -> None:
    story = Story(with_step("correct", deadline=within(9, "calendar_day"))).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    assert story.case.due_at == end_of("2026-05-06")


def test_whoever_is_led_past_the_correction_has_no_time_to_correct() -> None:
    twice = Checking(corrections=2, correct_within=within(5), silence="none")
    procedure = with_step("correct", repeat=Repeat(at_most=1, then="assess")).procedures[0]
    steps = tuple(replace(step, parameters=twice) if step.id == "check" else step for step in procedure.steps)
    story = Story(replace(PROGRAMME, procedures=(replace(procedure, steps=steps),))).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    assert (story.case.step, story.case.due_at) == ("correct", end_of("2026-05-07"))
    story.receive(2)
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    assert (story.case.step, story.case.due_at) == ("assess", None)


def test_whoever_comes_to_a_filing_another_way_has_no_time_to_correct() -> None:
    story = Story()
    story.take(decide_open(IN_ROUND, NONE, PROGRAMME, MONDAY))
    assert (story.case.step, story.case.due_at) == ("apply", None)


@pytest.mark.parametrize(("late_by", "step"), [(0, "check"), (1, "")])
def test_what_counts_is_when_it_was_filed_and_not_when_it_was_heard_of(late_by: int, step: str) -> None:
    base = with_step("correct", deadline=within(48, "hour"))
    programme = replace(base, procedures=with_outcomes(base, "correct", {"filed": "check", "late": "not-accepted"}))
    story = Story(programme).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    assert story.case.due_at is not None
    filed_at = story.case.due_at + timedelta(microseconds=late_by)
    story.wait(5)
    story.act(c.ReceiveFiling("correct", MACHINE, ANSWERS, PAPERS, "person-1", 2, filed_at))
    assert story.case.step == step
    assert story.case.revision == 2, "it was received all the same"


def test_late_is_only_late_where_the_text_has_no_outcome_for_it() -> None:
    story = Story(with_step("correct", deadline=within(48, "hour"))).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    story.wait(5).receive(2)
    assert story.case.step == "check"


# ── each level's last moment in the round ────────────────────────────────────────────────────────────────────────

NOON = YearlyMoment(month=5, day=20, at=time(12, 0))


def test_a_level_has_its_own_last_moment_in_the_round() -> None:
    story = opened(cascading(PROGRAMME, ("assess", NOON)))
    assert story.case.due_at is None
    assert story.accepted().case.due_at == at("2026-05-20T12:00:00")


def test_being_late_there_is_seen_and_ends_nothing() -> None:
    story = opened(cascading(PROGRAMME, ("assess", NOON))).accepted().wait(60)
    assert decide_lapse("assess", story.case, story.programme, story.now) == ()
    story.assessed()
    assert story.case.step == "recommend"


def test_a_round_over_new_year_is_due_in_the_next_year() -> None:
    moment = YearlyMoment(month=1, day=20, at=time(17, 30))
    opening = replace(IN_ROUND, round_opens_at=at("2025-11-03T09:00:00"), round_closes_at=at("2026-01-09T17:30:00"))
    story = opened(cascading(PROGRAMME, ("check", moment)), opening, at("2025-12-29T15:00:00"))
    assert story.case.due_at == at("2026-01-20T17:30:00")


def test_a_case_without_a_window_has_no_last_moment() -> None:
    assert Story(cascading(PROGRAMME, ("check", NOON))).filed().case.due_at is None


@pytest.mark.parametrize(("days", "due"), [(3, end_of("2026-04-30")), (60, at("2026-05-20T12:00:00"))])
def test_the_first_of_two_limits_counts(days: int, due: datetime) -> None:
    programme = cascading(with_step("check", deadline=within(days, "calendar_day")), ("check", NOON))
    assert opened(programme).case.due_at == due


def test_a_shorter_limit_that_begins_within_the_step_counts_from_there() -> None:
    programme = cascading(with_step("notice", deadline=within(1, "calendar_day", "posted")), ("notice", NOON))
    story = opened(programme).accepted().assessed().endorsed().scored().visited().listed()
    assert story.case.due_at == at("2026-05-20T12:00:00")
    assert story.posted().case.due_at == end_of("2026-04-28")


# ── what was stored before ───────────────────────────────────────────────────────────────────────────────────────


def test_a_case_of_the_first_days_of_the_log_is_read_without_a_window() -> None:
    codec, origin = FactCodec(FACTS), Origin(Actor("person", "officer"), MONDAY, "command")
    (opened_fact, *_) = Story().filed().facts
    stored = codec.encode("case:1", 1, opened_fact, origin)
    state = json.loads(stored.state)
    for new in ("round_opens_at", "round_closes_at", "valid_to"):
        del state[new]
    read = codec.decode("case:1", 1, stored.topic, json.dumps(state).encode(), None).fact
    assert read == opened_fact
    assert (read.round_opens_at, read.round_closes_at, read.valid_to) == (None, None, None)
