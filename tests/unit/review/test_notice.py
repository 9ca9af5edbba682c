"""notice: posted, counted by the calendar, objections, and the end that an open objection holds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.steps.notice import MOST_OBJECTIONS
from services.review.domain.steps.notice_acts import NoticeClosed, NoticePosted, NoticeRecounted, ObjectionReceived
from shared.calendar import Calendar, YearPlan
from shared.programmes.model import UNSET, Objections, Period, Programme
from tests.support.regulation import PROGRAMME
from tests.unit.review.story import CITIZEN, EXPERTS, HEAD, MACHINE, OFFICER, REVIEWER, SECOND, Story

OBJECTION = c.ReceiveObjection(
    "notice", CITIZEN, "o-1", "A. Person", "a.person@example.org", "the staff figures are wrong", ("0" * 64,)
)


def ruled(**changes: object) -> Programme:
    objections = replace(PROGRAMME.notices[0].objections, **changes)  # type: ignore[type-var]
    return replace(PROGRAMME, notices=(replace(PROGRAMME.notices[0], objections=objections),))


def standing(programme: Programme = PROGRAMME) -> Story:
    return Story(programme).at("notice").posted()


def answered(story: Story, upheld: bool) -> None:
    story.act(c.AnswerObjection("notice", SECOND, "o-1", upheld, "we looked at the contracts"))


def test_it_is_counted_in_working_days_with_the_posting_day() -> None:
    story = Story().at("notice")
    story.now = datetime(2026, 4, 28, 2, 0, tzinfo=UTC)
    posted = story.act(c.PostNotice("notice", OFFICER, "https://example.org/1"))[0]
    assert isinstance(posted, NoticePosted)
    assert (posted.posted_on, posted.closes_on, posted.provisional) == (date(2026, 4, 28), date(2026, 5, 9), False)


def test_midnight_is_that_of_the_country() -> None:
    story = Story().at("notice")
    story.now = datetime(2026, 4, 27, 17, 0, tzinfo=UTC)
    posted = story.act(c.PostNotice("notice", OFFICER))[0]
    assert isinstance(posted, NoticePosted)
    assert posted.posted_on == date(2026, 4, 28)


def test_it_is_posted_once() -> None:
    with pytest.raises(errors.NoticeStands):
        standing().act(c.PostNotice("notice", OFFICER))


def test_it_does_not_end_before_its_last_day_is_over() -> None:
    story = standing()
    story.now = datetime(2026, 5, 8, 15, 59, tzinfo=UTC)
    with pytest.raises(errors.NoticeRunning, match="2026-05-08"):
        story.act(c.CloseNotice("notice", MACHINE))
    story.now = datetime(2026, 5, 8, 16, 0, tzinfo=UTC)
    story.act(c.CloseNotice("notice", MACHINE))
    assert story.case.step == "decide"


def test_what_was_not_posted_neither_ends_nor_takes_objections() -> None:
    story = Story().at("notice")
    for command in (c.CloseNotice("notice", MACHINE), OBJECTION):
        with pytest.raises(errors.NoticeNotPosted):
            story.act(command)


def test_an_open_objection_holds_the_case_up_until_it_is_answered() -> None:
    story = standing()
    assert isinstance(story.act(OBJECTION)[0], ObjectionReceived)
    story.closed_notice()
    assert story.case.step == "notice"
    answered(story, upheld=False)
    assert story.case.step == "decide"


def test_an_upheld_objection_ends_the_case() -> None:
    story = standing()
    story.act(OBJECTION)
    answered(story, upheld=True)
    assert story.case.step == "notice", "others may still object until the last day"
    story.closed_notice()
    assert (story.case.status, story.case.result) == ("closed", "upheld_objection")


def test_where_objections_block_nothing_the_case_goes_on() -> None:
    story = standing(ruled(blocks="nothing"))
    story.act(OBJECTION)
    story.closed_notice()
    assert story.case.step == "decide"


def test_the_same_objection_twice_is_one() -> None:
    story = standing()
    story.act(OBJECTION)
    assert story.act(OBJECTION) == ()


def test_a_late_objection_is_refused_unless_the_programme_takes_it() -> None:
    with pytest.raises(errors.ObjectionLate):
        standing().wait(30).act(OBJECTION)
    story = standing(ruled(late="accepted")).wait(30)
    assert story.act(OBJECTION)


@pytest.mark.parametrize("lacking", [{"name": " "}, {"contact": ""}, {"evidence": ()}], ids=str)
def test_an_objection_is_by_name_with_contact_and_evidence(lacking: dict[str, object]) -> None:
    with pytest.raises(errors.ObjectionIncomplete):
        standing().act(replace(OBJECTION, **lacking))  # type: ignore[arg-type]


def test_an_objection_needs_grounds() -> None:
    with pytest.raises(errors.ReasonMissing):
        standing().act(replace(OBJECTION, grounds=" "))


def test_objections_are_limited() -> None:
    story = standing()
    for number in range(MOST_OBJECTIONS):
        story.act(replace(OBJECTION, objection=f"o-{number + 10}"))
    with pytest.raises(errors.TooMany):
        story.act(replace(OBJECTION, objection="o-2"))


def test_only_a_waiting_objection_is_answered() -> None:
    story = standing()
    with pytest.raises(errors.ObjectionUnknown):
        answered(story, upheld=False)
    story.act(OBJECTION)
    answered(story, upheld=False)
    with pytest.raises(errors.ObjectionUnknown):
        answered(story, upheld=True)


def test_nobody_who_judged_the_case_investigates() -> None:
    story = standing()
    story.act(OBJECTION)
    for person in (REVIEWER, HEAD, EXPERTS[0]):
        with pytest.raises((errors.WrongParty, errors.DutiesSeparate)):
            story.act(c.AnswerObjection("notice", person, "o-1", False, "looked"))
    with pytest.raises(errors.DutiesSeparate, match="visit"):
        story.act(c.AnswerObjection("notice", OFFICER, "o-1", False, "looked"))


def test_a_newly_published_year_moves_the_end_and_never_shortens_it() -> None:
    story = Story().at("notice")
    story.now = datetime(2027, 2, 1, 2, 0, tzinfo=UTC)
    posted = story.act(c.PostNotice("notice", OFFICER))[0]
    assert isinstance(posted, NoticePosted)
    assert posted.provisional
    assert story.act(c.RecountNotice("notice", MACHINE)) == (), "nothing is known yet"
    off = frozenset({date(2027, 2, 5), date(2027, 2, 8)})
    plan = YearPlan(2027, off, frozenset(), "https://example.org/notice")
    story.calendar = Calendar().with_year(plan)
    story.now = datetime(2027, 2, 9, 16, 0, tzinfo=UTC)
    facts = story.act(c.CloseNotice("notice", MACHINE))
    assert isinstance(facts[0], NoticeRecounted)
    assert (facts[0].closes_on, facts[0].provisional) == (date(2027, 2, 11), False)
    assert story.case.step == "notice"


def test_a_make_up_day_does_not_bring_the_end_forward() -> None:
    story = Story().at("notice")
    story.now = datetime(2027, 2, 1, 2, 0, tzinfo=UTC)
    story.act(c.PostNotice("notice", OFFICER))
    plan = YearPlan(2027, frozenset(), frozenset({date(2027, 2, 6)}), "https://example.org/notice")
    story.calendar = Calendar().with_year(plan)
    (recounted,) = story.act(c.RecountNotice("notice", MACHINE))
    assert isinstance(recounted, NoticeRecounted)
    assert (recounted.closes_on, recounted.provisional) == (date(2027, 2, 9), False)
    assert recounted.because == "https://example.org/notice"


def provisional_at_its_end() -> Story:
    story = Story().at("notice")
    story.now = datetime(2027, 2, 1, 2, 0, tzinfo=UTC)
    story.act(c.PostNotice("notice", OFFICER))
    return story.wait(30)


def test_a_notice_that_is_provisional_at_its_end_stays_open_until_the_year_is_published() -> None:
    story = provisional_at_its_end()
    for by in (MACHINE, OFFICER):
        with pytest.raises(errors.NoticeProvisional, match="2027-02-09"):
            story.act(c.CloseNotice("notice", by))
    assert story.act(OBJECTION), "nobody knows yet that it would be late"
    answered(story, upheld=False)
    off = frozenset({date(2027, 2, 8)})
    story.calendar = Calendar().with_year(YearPlan(2027, off, frozenset(), "notice 1"))
    recounted, closed = story.act(c.RecountNotice("notice", MACHINE))[:2]
    assert isinstance(recounted, NoticeRecounted)
    assert (recounted.closes_on, recounted.because) == (date(2027, 2, 10), "notice 1")
    assert isinstance(closed, NoticeClosed)
    assert story.case.step == "decide"


def test_an_officer_closes_it_as_it_was_counted_with_a_reason() -> None:
    story = provisional_at_its_end()
    closed = story.act(c.CloseNotice("notice", OFFICER, "no holiday lies in these days"))[0]
    assert isinstance(closed, NoticeClosed)
    assert (closed.by, closed.reason) == (OFFICER.id, "no holiday lies in these days")
    assert story.case.step == "decide"


def test_what_the_text_leaves_open_is_named() -> None:
    def noticed(**changes: object) -> Story:
        changed = replace(PROGRAMME.notices[0], **changes)  # type: ignore[arg-type]
        return Story(replace(PROGRAMME, notices=(changed,))).at("notice")

    for changes in (
        {"duration": UNSET},
        {"duration": Period(length=7, unit="working_day")},
        {"channel": UNSET},
    ):
        with pytest.raises(errors.ParameterUnset):
            noticed(**changes).act(c.PostNotice("notice", OFFICER))
    with pytest.raises(errors.ParameterUnset, match="objections"):
        noticed(objections=UNSET).posted().act(OBJECTION)


def test_without_a_named_investigator_the_authority_answers() -> None:
    story = standing(ruled(investigator=UNSET))
    story.act(OBJECTION)
    answered(story, upheld=False)
    assert isinstance(PROGRAMME.notices[0].objections, Objections)
