"""The lists of review on a real database: work by role, region and name, cases, deadlines while open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.review.adapters.due import DeadlinesView
from services.review.adapters.lists import SqlLists
from services.review.adapters.views import CasesView, RoundsView
from services.review.domain import commands as c
from services.review.domain.rounds import RoundOpened
from services.review.views import CaseMark, CasesWanted, NoticeMark, RoundMark, WorkMark, WorkWanted
from shared.envelope import Actor, Origin
from shared.programmes.model import Checking, Deadline, Duration
from shared.runtime.ports import Recorded, Transient, View
from shared.runtime.postgres.pool import Database
from tests.support.regulation import OTHER_PREFECTURE, PREFECTURE, PROGRAMME, REGION, with_step
from tests.support.views import project
from tests.unit.review.story import APPLICANT, APPROVER, CITIZEN, EXPERTS, OFFICER, STRANGER, Story, expert

WITHIN = Deadline(within=Duration(length=5, unit="working_day"))
OFFICERS = WorkWanted("officer", REGION, "somebody")
LOCAL = WorkWanted("reviewer", PREFECTURE, "somebody")


def recorded(stream: str, facts: list[Any], at: datetime) -> list[Recorded]:
    origin = Origin(Actor("person", "officer"), at, "command")
    return [Recorded(stream, number, fact.NAME, fact, origin) for number, fact in enumerate(facts, 1)]


class Lists:
    """Projects the facts of stories as they grow, one batch at a time."""

    def __init__(self, database: Database, view: View) -> None:
        self._database, self._view = database, view
        self._shown: dict[str, int] = {}
        self.ask = SqlLists(database.pool)

    async def show(self, story: Story, identity: str = "case-1") -> None:
        batch = recorded(f"case:{identity}", story.facts, story.now)[self._shown.get(identity, 0) :]
        self._shown[identity] = len(story.facts)
        await project(self._database, self._view, batch)

    async def work(self, wanted: WorkWanted) -> list[tuple[str, str]]:
        return [(row.step, row.errand) for row in await self.ask.work(wanted, None, 50)]


@pytest.fixture
async def lists(database: Database) -> AsyncIterator[Lists]:
    yield Lists(database, CasesView())


async def test_a_step_waits_for_its_party_in_its_region_at_its_level(lists: Lists) -> None:
    await lists.show(Story().filed())
    assert await lists.work(LOCAL) == [("check", "")]
    for other in (
        replace(LOCAL, region=OTHER_PREFECTURE),
        replace(LOCAL, region=REGION),
        replace(LOCAL, region="990101"),
        replace(LOCAL, region=""),
        OFFICERS,
    ):
        assert await lists.work(other) == []


async def test_work_follows_the_case_step_by_step(lists: Lists) -> None:
    story = Story().filed()
    await lists.show(story)
    await lists.show(story.accepted())
    assert await lists.work(LOCAL) == [("assess", "")]
    await lists.show(story.assessed().endorsed())
    assert (await lists.work(LOCAL), await lists.work(OFFICERS)) == ([], [("score", "")])


async def test_experts_see_what_was_assigned_to_them_by_name(lists: Lists) -> None:
    story = Story().at("score")
    story.act(c.AssignExperts("score", OFFICER, tuple(expert(e) for e in EXPERTS[:3])))
    await lists.show(story)
    first = WorkWanted("expert", "", EXPERTS[0].id)
    assert await lists.work(first) == [("score", f"score:{EXPERTS[0].id}")]
    assert await lists.work(replace(first, person=EXPERTS[3].id)) == []
    story.act(c.SealScore("score", EXPERTS[0], {"ability": "40", "results": "40"}, ""))
    story.act(c.DeclareConflict("score", EXPERTS[1], "a relative"))
    await lists.show(story)
    assert await lists.work(first) == []
    assert await lists.work(replace(first, person=EXPERTS[1].id)) == [], "who stepped back has nothing to do here"
    assert await lists.work(OFFICERS) == [("score", "")], "a replacement has to be named"


async def test_a_proposal_waits_for_the_approver_and_comes_back(lists: Lists) -> None:
    approvers = WorkWanted("approver", REGION, "somebody")
    story = Story().at("decide")
    story.act(c.ProposeDecision("decide", OFFICER, True, "good work"))
    await lists.show(story)
    assert (await lists.work(OFFICERS), await lists.work(approvers)) == ([], [("decide", "approve:approver")])
    story.act(c.ReturnProposal("decide", APPROVER, "not yet"))
    await lists.show(story)
    assert (await lists.work(OFFICERS), await lists.work(approvers)) == ([("decide", "")], [])


async def test_an_objection_waits_for_its_investigator_and_nothing_is_left_at_the_end(lists: Lists) -> None:
    story = Story().at("notice").posted()
    story.act(c.ReceiveObjection("notice", CITIZEN, "o-1", "A", "a@example.org", "wrong", ("0" * 64,)))
    await lists.show(story)
    assert await lists.work(OFFICERS) == [("notice", "investigate:o-1")]
    second = replace(OFFICER, id="officer-2")
    story.act(c.AnswerObjection("notice", second, "o-1", True, "they are right"))
    await lists.show(story.closed_notice())
    assert await lists.work(OFFICERS) == []
    (row,) = await lists.ask.cases(CasesWanted(), None, 50)
    assert (row.status, row.result, row.step, row.waiting, row.due_at) == (
        "closed",
        "upheld_objection",
        "",
        False,
        None,
    )


async def test_notices_stand_until_their_last_day(lists: Lists) -> None:
    await lists.show(Story().at("notice").posted())
    (notice,) = await lists.ask.notices(date(2026, 5, 8), None, 50)
    assert (notice.name, notice.posted_on, notice.closes_on) == (APPLICANT.name, date(2026, 4, 27), date(2026, 5, 8))
    assert notice.address == "https://example.org/notice/1"
    assert await lists.ask.notices(date(2026, 5, 9), None, 50) == []
    assert await lists.ask.notices(date(2026, 5, 8), NoticeMark(date(2026, 5, 8), "case-1"), 50) == []


async def test_cases_are_scoped_by_region_and_filtered(lists: Lists) -> None:
    await lists.show(Story().at("award"))
    elsewhere = Story().filed(replace(APPLICANT, region=OTHER_PREFECTURE))
    elsewhere.act(c.RefuseAcceptance("check", STRANGER, "not for us"))
    await lists.show(elsewhere, "case-2")

    async def found(**wanted: str) -> set[str]:
        return {row.case_id for row in await lists.ask.cases(CasesWanted(**wanted), None, 50)}

    assert await found() == {"case-1", "case-2"}
    assert await found(stem="9901") == {"case-1"}
    assert await found(stem="!") == set()
    assert await found(status="closed") == {"case-2"}
    assert await found(step_type="award") == {"case-1"}
    assert await found(programme=PROGRAMME.id) == await found(programme=PROGRAMME.ref) == {"case-1", "case-2"}
    assert await found(programme="test") == set()


async def test_pages_follow_each_other_without_gap_or_repetition(lists: Lists) -> None:
    for number in range(7):
        await lists.show(Story().filed(), f"case-{number}")
    seen: list[str] = []
    mark: CaseMark | None = None
    while page := await lists.ask.cases(CasesWanted(), mark, 3):
        seen += [row.case_id for row in page]
        mark = CaseMark(page[-1].opened_at, page[-1].case_id)
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 7
    work: list[str] = []
    after: WorkMark | None = None
    while rows := await lists.ask.work(LOCAL, after, 3):
        work += [row.case_id for row in rows]
        last = rows[-1]
        due = last.due_at or datetime(9999, 1, 1, tzinfo=UTC)
        after = WorkMark(due, last.since, last.case_id, last.errand)
    assert work == sorted(seen)


async def test_before_its_first_projection_a_list_asks_to_try_again(database: Database) -> None:
    with pytest.raises(Transient):
        await SqlLists(database.pool).cases(CasesWanted(), None, 1)


async def test_rounds(database: Database) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    opened = RoundOpened("round-1", PROGRAMME.ref, "call", at, at.replace(month=4), REGION, "officer-1", at)
    await project(database, RoundsView(), recorded("round:round-1", [opened, opened], at))
    lists = SqlLists(database.pool)
    assert [row.title for row in await lists.rounds(None, 50)] == ["call"]
    assert await lists.rounds(RoundMark(at, "round-1"), 50) == []


# ── deadlines ────────────────────────────────────────────────────────────────────────────────────────────────────


async def deadlines(database: Database) -> list[tuple[str, datetime]]:
    rows = await database.pool.fetch("SELECT kind, due_at FROM view_deadlines.deadlines ORDER BY kind")
    return [(row["kind"], row["due_at"]) for row in rows]


async def test_a_notice_is_over_at_the_midnight_after_its_last_day(database: Database) -> None:
    lists = Lists(database, DeadlinesView())
    story = Story().at("notice").posted()
    await lists.show(story)
    assert await deadlines(database) == [("notice-over:notice", datetime(2026, 5, 8, 16, 0, tzinfo=UTC))]
    await lists.show(story.closed_notice())
    assert await deadlines(database) == []


async def test_a_due_step_is_a_deadline_until_it_ends(database: Database) -> None:
    parameters = Checking(corrections=1, correct_within=WITHIN, silence="accepted")
    lists = Lists(database, DeadlinesView())
    story = Story(with_step("check", parameters=parameters, deadline=WITHIN)).filed()
    await lists.show(story)
    assert await deadlines(database) == [("step-due:check", datetime(2026, 5, 7, 16, 0, tzinfo=UTC))]
    await lists.show(story.accepted())
    assert await deadlines(database) == []
