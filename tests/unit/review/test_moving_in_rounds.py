"""A case moves to another text while its round gathers: what names it is followed first, the rest goes on with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest

from services.review.domain import commands as c
from services.review.domain import errors, rounds
from services.review.domain.events import FACTS
from services.review.domain.listing import candidate, decide_list, decide_notice, follows
from services.review.domain.moves import CaseMoved
from services.review.domain.moving import Texts, decide_confirm_move, decide_propose_move
from services.review.domain.rounds import Round
from services.review.domain.steps.notice_acts import NoticePosted
from services.review.handlers import CASE, ROUND, Handlers, Write
from shared.envelope import Actor, Origin
from shared.programmes.catalogue import Catalogue, Edition
from shared.programmes.model import Listing, Period, Programme
from shared.runtime.codec import FactCodec
from shared.runtime.ports import Append
from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.support.regulation import REGION, with_step
from tests.unit.review.story import APPROVER, MONDAY, OFFICER, Story

OLD: Programme = with_step("list", parameters=Listing(order="by_score", at_most=1))
NEW: Programme = replace(OLD, version="2", digest="cd" * 32)
CALL = rounds.RoundOpened("round-1", OLD.ref, "call", MONDAY, MONDAY + timedelta(days=30), REGION, "officer-1", MONDAY)
OPEN = Round(CALL)


def standing(step: str) -> Story:
    """A case at the step; behind the list it is on the list of its round."""
    if step != "notice":
        return Story(programme=OLD).at(step)
    story = Story(programme=OLD).at("list")
    follow(story, drawn(story))
    return story


def propose(story: Story, known: Round, new: Programme = NEW, step: str = "") -> None:
    command = c.ProposeMove(OFFICER, new.ref, "article 20", "kinder", step)
    story.take(decide_propose_move(command, story.case, Texts(story.programme, new), story.now, True, known))


def confirm(story: Story, known: Round, new: Programme = NEW) -> tuple[Any, ...]:
    texts, days = Texts(story.programme, new), story.calendar
    facts = story.take(decide_confirm_move(c.ConfirmMove(APPROVER), story.case, texts, story.now, days, True, known))
    story.programme = new
    return facts


def drawn(story: Story, known: Round = OPEN) -> Round:
    (fact,) = decide_list(c.DrawUpList("list", OFFICER), known, OLD, [candidate(story.case)], 0, story.now)
    return rounds.evolve(known, fact)


def posted(story: Story, known: Round = OPEN) -> Round:
    cases = {story.case.case_id: story.case}
    (fact,) = decide_notice(c.PostTogether("notice", OFFICER), known, OLD, cases, story.now, story.calendar)
    return rounds.evolve(known, fact)


def follow(story: Story, known: Round) -> tuple[Any, ...]:
    command = follows(story.case, known)
    assert command is not None
    return story.act(command)


GATHERING = pytest.mark.parametrize(
    ("step", "gather", "words"),
    [("list", drawn, "the list of its round"), ("notice", posted, "the notice of its round")],
    ids=["list", "notice"],
)


@GATHERING
@pytest.mark.parametrize("anew", ["", "assess"], ids=["stays", "anew"])
def test_what_the_round_names_follows_before_it_moves(step: str, gather: Any, words: str, anew: str) -> None:
    story = standing(step)
    known = gather(story)
    with pytest.raises(errors.MoveStepImpossible, match=words):
        propose(story, known, step=anew)
    propose(story, OPEN, step=anew)  # it was proposed a moment before
    with pytest.raises(errors.MoveStepImpossible, match=words):
        confirm(story, known)
    follow(story, known)
    if step == "notice" and anew:
        with pytest.raises(errors.MoveStepImpossible, match="its public notice is running"):
            confirm(story, known)
        return
    if story.case.move is None:  # the list ended the step that the proposal was made at
        propose(story, known)
    confirm(story, known)
    assert (story.case.programme, story.case.step) == (NEW.ref, "notice")


@GATHERING
def test_a_case_that_has_moved_is_gathered_and_follows_under_its_new_text(step: str, gather: Any, words: str) -> None:
    story = standing(step)
    propose(story, OPEN)
    confirm(story, OPEN)
    follow(story, gather(story))
    assert (story.case.programme, story.case.step) == (NEW.ref, "notice")


@pytest.mark.parametrize(("length", "longer"), [(5, False), (7, False), (10, True)])
def test_in_a_notice_over_many_a_moved_case_stays_as_long_as_its_own_text_wants(length: int, longer: bool) -> None:
    duration = Period(length=length, unit="working_day", count_start_day=True)
    later = replace(NEW, notices=tuple(replace(each, duration=duration) for each in NEW.notices))
    story = standing("notice")
    propose(story, OPEN, later)
    confirm(story, OPEN, later)
    known = posted(story)
    (fact,) = [each for each in follow(story, known) if isinstance(each, NoticePosted)]
    (shared,) = known.notices
    assert (fact.posted_on, fact.together) == (shared.posted_on, shared.number)
    assert (fact.closes_on > shared.closes_on) is longer
    assert fact.closes_on >= shared.closes_on


def renamed(at_most: int | None = 1) -> Programme:
    """The next version has another list step in the place of the old one's."""
    (procedure,) = NEW.procedures
    steps = tuple(
        replace(
            step,
            id="shortlist" if step.id == "list" else step.id,
            parameters=Listing(order="by_score", at_most=at_most) if step.id == "list" else step.parameters,
            outcomes={key: "shortlist" if to == "list" else to for key, to in step.outcomes.items()},
        )
        for step in procedure.steps
    )
    return replace(NEW, procedures=(replace(procedure, steps=steps),))


def test_where_its_round_knows_no_such_list_the_officer_answers_for_it() -> None:
    later = renamed()
    story = standing("visit")
    propose(story, OPEN, later)
    (moved,) = [each for each in confirm(story, OPEN, later) if isinstance(each, CaseMoved)]
    assert moved.alone == ("shortlist",)
    story.visited()
    assert story.case.step == "shortlist"
    with pytest.raises(errors.RoundStepUnknown):
        decide_list(c.DrawUpList("shortlist", OFFICER), OPEN, OLD, [candidate(story.case)], 0, story.now)
    with pytest.raises(errors.ReasonMissing):
        story.act(c.DecideListing("shortlist", OFFICER, True))
    story.act(c.DecideListing("shortlist", OFFICER, True, "first of its round by score"))
    assert story.case.step == "notice"


def test_where_its_round_knows_the_list_nobody_is_listed_alone_before_or_after_a_move() -> None:
    story = standing("list")
    with pytest.raises(errors.ListedByRound):
        story.act(c.DecideListing("list", OFFICER, True, "a reason"))
    propose(story, OPEN)
    (moved,) = confirm(story, OPEN)
    assert moved.alone == ()
    with pytest.raises(errors.ListedByRound):
        story.act(c.DecideListing("list", OFFICER, True, "a reason"))


def test_a_list_that_two_moves_in_a_row_bring_is_none_of_the_round() -> None:
    story, third = standing("visit"), replace(renamed(), version="3", digest="ef" * 32)
    for new in (renamed(), third):
        propose(story, OPEN, new)
        confirm(story, OPEN, new)
    assert story.case.alone == {"shortlist"}


async def test_the_commands_ask_the_round(database: Database) -> None:
    shelf = Catalogue(
        tuple(Edition(each, each, each.version) for each in (OLD, NEW)),
        MappingProxyType({each.ref: each for each in (OLD, NEW)}),
    )
    store, handlers, story = FactStore(database.pool, FactCodec(FACTS)), Handlers(shelf, sandbox=True), standing("list")
    origin = Origin(Actor("officer-1", "officer"), story.now, "long ago", trace_id="a" * 32)
    streams, known = CommittingStreams(store), drawn(story)
    await store.start()
    try:
        await store.append(Append(CASE.name("case-1"), 0, tuple(story.facts), origin))
        await store.append(Append(ROUND.name("round-1"), 0, (CALL, *known.lists), origin))
        proposal = c.ProposeMove(OFFICER, NEW.ref, "article 20", "kinder")
        with pytest.raises(errors.MoveStepImpossible, match="the list of its round"):
            await handlers.propose_move(streams, "case-1", proposal, Write(replace(origin, command_id="1")))
        assert await handlers.follow_round(streams, "case-1", "list", replace(origin, command_id="2"))
        await handlers.propose_move(streams, "case-1", proposal, Write(replace(origin, command_id="3")))
        agreed = c.ConfirmMove(APPROVER)
        after = await handlers.confirm_move(streams, "case-1", agreed, Write(replace(origin, command_id="4")))
        assert (after.state.programme, after.state.step) == (NEW.ref, "notice")
    finally:
        await store.stop()
