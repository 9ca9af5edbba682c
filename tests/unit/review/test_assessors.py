"""Whoever assesses from outside (experts, users, third parties) is named by the organiser, one for each party."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.review.adapters.folding import fold
from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.events import FACTS
from services.review.domain.opening import decide_open_directly
from services.review.domain.people import Person
from services.review.domain.steps.assessors import Assessor
from services.review.http.shown import visible
from shared.envelope import Actor, Origin
from shared.programmes.model import Inspecting, Party, Programme, Text
from shared.runtime.codec import FactCodec
from shared.runtime.ports import Append, Recorded
from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.support.filing_regulation import FILED, REPAIR
from tests.support.regulation import APPLICANT_USCC, COUNTY, OTHER_USCC, REGION
from tests.unit.review.story import APPLICANT, MONDAY, OFFICER, SECOND, Story

EXPERT, OTHER = Person("expert-1", "expert"), Person("expert-2", "expert")
USER = Person("user-1", "applicant", "", OTHER_USCC)
OWNER = Person("owner-1", "applicant", COUNTY, APPLICANT_USCC)


def _party(name: str, role: Any) -> Party:
    return Party(id=name, title=Text(zh=f"{name}（中）", en=name), role=role)


def _text(assessors: tuple[str, ...]) -> Programme:
    look = replace(REPAIR.steps[0], parameters=Inspecting(assessors=assessors))
    procedures = (*FILED.procedures[:1], replace(REPAIR, steps=(look, *REPAIR.steps[1:])))
    return replace(FILED, parties=(*FILED.parties, _party("experts", "expert"), _party("users", "applicant")),
                   procedures=procedures)  # fmt: skip


def opened(*assessors: str) -> Story:
    story = Story(_text(assessors))
    opening = c.OpenCase("case-1", story.programme.ref, "", APPLICANT, "repair")
    story.take(decide_open_directly(opening, OFFICER, story.case, story.programme, MONDAY, story.calendar))
    return story


def name(story: Story, party: str, who: Person, by: Person = OFFICER, organisation: str = "") -> tuple[Any, ...]:
    return story.act(c.NameAssessors("look", by, (Assessor(party, who.id, who.id, organisation),)))


def assess(story: Story, who: Person, party: str, passes: bool = True) -> tuple[Any, ...]:
    return story.act(c.RecordInspection("look", who, passes, "as it should be", party=party))


def test_each_party_speaks_through_the_person_who_was_named() -> None:
    story = opened("experts", "users", "commission")
    name(story, "experts", EXPERT)
    name(story, "users", USER)
    assess(story, EXPERT, "experts")
    assess(story, USER, "users")
    assess(story, SECOND, "commission")
    assert (story.case.status, story.case.result) == ("closed", "completed")


def test_nobody_else_speaks_for_them() -> None:
    story = opened("experts", "users")
    for who, party in ((EXPERT, "experts"), (OWNER, "users")):
        with pytest.raises(errors.NotOnPanel):
            assess(story, who, party)
    name(story, "experts", EXPERT)
    with pytest.raises(errors.NotOnPanel):
        assess(story, OTHER, "experts")
    with pytest.raises(errors.WrongParty):
        assess(story, SECOND, "experts")
    with pytest.raises(errors.WrongParty):
        name(story, "users", USER, by=EXPERT)


def test_another_takes_the_place_until_the_first_has_assessed() -> None:
    story = opened("experts", "users")
    name(story, "experts", EXPERT)
    name(story, "experts", OTHER)
    with pytest.raises(errors.NotOnPanel):
        assess(story, EXPERT, "experts")
    assess(story, OTHER, "experts")
    with pytest.raises(errors.AssessorsWrong, match="users"):
        name(story, "experts", EXPERT)
    with pytest.raises(errors.AssessorsWrong):
        name(opened("commission"), "commission", SECOND)


def test_assessors_are_unbiased() -> None:
    story = opened("experts", "users")
    with pytest.raises(errors.ExpertConflicted):
        name(story, "users", OWNER, organisation=APPLICANT_USCC)
    with pytest.raises(errors.ExpertConflicted):
        name(story, "experts", OFFICER)


def test_an_applicant_who_assesses_the_own_work_needs_nobody_to_be_named() -> None:
    story = Story(FILED)
    opening = c.OpenCase("case-1", FILED.ref, "", APPLICANT, "self_evaluation", filing="case-1")
    story.take(decide_open_directly(opening, OWNER, story.case, FILED, MONDAY, story.calendar))
    story.act(c.RecordInspection("look-inwards", OWNER, True, "well kept"))
    assert story.case.result == "completed"


async def test_who_was_named_sees_the_case_and_finds_it_on_the_work_list(database: Database) -> None:
    story = opened("experts", "users")
    name(story, "experts", EXPERT)
    origin = Origin(Actor("o", "officer"), datetime(2026, 4, 27, tzinfo=UTC), "c-1")
    store = FactStore(database.pool, FactCodec(FACTS))
    await store.start()
    streams = CommittingStreams(store)
    await streams.save(Append("case:case-1", 0, tuple(story.facts), origin))
    seen = await visible(streams, "case-1", Actor(EXPERT.id, "expert"))
    assert seen.state.case_id == "case-1"
    for stranger in (Actor(OTHER.id, "expert"), Actor(EXPERT.id, "applicant", OTHER_USCC, REGION)):
        with pytest.raises(errors.CaseUnknown):
            await visible(streams, "case-1", stranger)
    await store.stop()
    log = [Recorded("case:case-1", n, fact.NAME, fact, origin) for n, fact in enumerate(story.facts, 1)]
    errand = fold(log).errands["case-1", "inspect:experts"]
    assert errand is not None and (errand["role"], errand["person"]) == ("expert", EXPERT.id)
    assess(story, EXPERT, "experts")
    log = [Recorded("case:case-1", n, fact.NAME, fact, origin) for n, fact in enumerate(story.facts, 1)]
    assert fold(log).errands["case-1", "inspect:experts"] is None
