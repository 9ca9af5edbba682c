"""What whoever has to correct is told, and what a corrected filing does to its case: what was taken back is gone, what
still stands is there once, and the facts keep both."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from msgspec import UNSET

from services.review.adapters.due import HEARD, DeadlinesView
from services.review.domain import commands as c
from services.review.domain.recount import decide_recount
from services.review.domain.steps.check import CorrectionRequested, Item
from services.review.domain.steps.file import FilingReceived
from shared import events as said
from shared.calendar import SHANGHAI
from shared.programmes.model import Checking, Deadline, Duration
from shared.runtime.postgres.pool import Database
from tests.support.regulation import with_step
from tests.unit.review.story import MACHINE, OFFICER, REVIEWER, Story, faulty
from tests.unit.review.test_filings import BEGUN, PAPER, Heard
from tests.unit.review.test_lists import Lists, deadlines
from tests.unit.review.test_open_deadlines import DECEMBER, KNOWN

pytest_plugins = ("tests.unit.review.test_filings",)
FIVE_DAYS = Deadline(within=Duration(length=5, unit="working_day"))
FORM = said.Document("clients", "clients.json", "application/json", "3" * 64, 30)
REPORT = replace(
    BEGUN,
    procedure="yearly_report",
    step="hand-in",
    answers={"staff": "15", "served[last]": "40"},
    documents=(PAPER, FORM),
)
AGAIN = replace(
    REPORT,
    filing_id="case-1.3",
    step="hand-in-again",
    visit=3,
    answers={"staff": "16"},
    documents=(PAPER, replace(FORM, sha256="4" * 64)),
    replaces=said.Replaced("case-1", (FORM,), ("served[last]",)),
)


def told(story: Story) -> CorrectionRequested:
    return next(fact for fact in story.facts if isinstance(fact, CorrectionRequested))


def test_an_application_is_to_be_corrected_until_an_instant() -> None:
    story = Story(with_step("check", parameters=Checking(corrections=1, correct_within=FIVE_DAYS))).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    assert story.case.due_at is not None and told(story).due_at == story.case.due_at
    assert (told(story).filing, told(story).due_provisional) == ("", False), "an application is no filing"


def test_a_check_whose_correction_has_no_end_says_none() -> None:
    story = Story(with_step("check", parameters=Checking(corrections=1))).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    assert (told(story).due_at, story.case.due_at) == (None, None)


def test_more_time_to_correct_an_application_is_said_and_never_less() -> None:
    story = Story(with_step("check", parameters=Checking(corrections=1, correct_within=FIVE_DAYS)), DECEMBER).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    before = told(story)
    assert before.due_provisional and before.due_at is not None
    facts = story.take(decide_recount("correct", MACHINE, story.case, story.programme, story.now, KNOWN))
    assert [type(fact).__name__ for fact in facts] == ["StepDueRecounted", "CorrectionDueMoved"]
    moved: Any = facts[1]
    assert moved.due_at == story.case.due_at > before.due_at
    assert (moved.provisional, moved.because) == (False, "notice 1")


async def test_what_is_handed_in_at_the_last_instant_is_heard_after_the_deadline_moved_too(database: Database) -> None:
    shown = Lists(database, DeadlinesView())
    story = Story(with_step("check", parameters=Checking(corrections=1, correct_within=FIVE_DAYS)), DECEMBER).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    story.take(decide_recount("correct", MACHINE, story.case, story.programme, story.now, KNOWN))
    await shown.show(story)
    assert story.case.due_at is not None
    assert dict(await deadlines(database))["step-due:correct"] == story.case.due_at + HEARD


async def corrected(heard: Heard) -> said.CorrectionRequested:
    await heard.hear(REPORT)
    await heard.act(c.RequestCorrection("look-over", OFFICER, (Item("clients", "a client is missing"),)))
    (word,) = await heard.words(said.CorrectionRequested)
    request: said.CorrectionRequested = word
    return request


async def test_what_is_published_names_the_filing_the_objections_and_the_end(heard: Heard) -> None:
    word = await corrected(heard)
    assert (word.items, word.objections) == (
        ("clients: a client is missing",),
        (said.Objection("clients", "a client is missing"),),
    )
    assert word.filing_id == "case-1"
    assert word.due_at == (await heard.case()).due_at
    assert isinstance(word.due_at, datetime) and word.due_at.astimezone(SHANGHAI).hour == 23
    (owed,) = await heard.words(said.FilingAwaited)
    assert (owed.step, owed.visit, owed.due_at) == ("hand-in-again", 3, word.due_at)


async def test_the_corrected_filing_replaces_what_it_takes_back_and_repeats_nothing(heard: Heard) -> None:
    await corrected(heard)
    await heard.hear(AGAIN)
    case = await heard.case()
    assert (case.step, case.answers) == ("look-over", {"staff": "16"})
    assert [(paper.material, paper.sha256) for paper in case.papers] == [
        ("report", PAPER.sha256),
        ("clients", "4" * 64),
    ]
    received = [r.fact for r in await heard.store.read(limit=1000) if isinstance(r.fact, FilingReceived)]
    assert [[paper.sha256 for paper in fact.papers] for fact in received] == [
        [PAPER.sha256, FORM.sha256],
        [PAPER.sha256, "4" * 64],
    ]
    await heard.act(c.RequestCorrection("look-over", OFFICER, (Item("report", "unsigned"),)))
    assert [word.filing_id for word in await heard.words(said.CorrectionRequested)] == ["case-1", "case-1.3"]


async def test_a_filing_that_corrects_none_adds_to_its_case(heard: Heard) -> None:
    await corrected(heard)
    await heard.hear(replace(AGAIN, replaces=UNSET))
    case = await heard.case()
    assert case.answers == {"staff": "16", "served[last]": "40"}
    assert [paper.sha256 for paper in case.papers] == [PAPER.sha256, FORM.sha256, PAPER.sha256, "4" * 64]
