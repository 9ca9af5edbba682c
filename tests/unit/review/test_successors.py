"""The successor of an authority acts from the day after the old one's last, under its own name and in its region."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.desks import desk_of
from services.review.domain.people import Person
from services.review.domain.steps.award import TitleConferred
from shared.programmes.model import Authority, InForce, Text
from tests.support.regulation import OTHER_PREFECTURE, PREFECTURE, PROGRAMME
from tests.unit.review.story import Story

LAST = date(2026, 4, 27)
OLD = Authority(id="old", name=Text(zh="示例委员会", en="Commission"), level="region", region=PREFECTURE,
                successor="new", existed=InForce(since=date(2000, 1, 1), until=LAST))  # fmt: skip
NEW = Authority(id="new", name=Text(zh="示例局", en="Bureau"), level="region", region=OTHER_PREFECTURE,
                existed=InForce(since=date(2026, 4, 28)))  # fmt: skip
PARTIES = tuple(
    replace(party, authorities=("old",)) if party.id in ("commission", "approver") else party
    for party in PROGRAMME.parties
)
RENAMED = replace(PROGRAMME, authorities=(OLD, NEW), parties=PARTIES)
EVENING = datetime(2026, 4, 27, 15, 59, tzinfo=UTC)
"""23:59 in Shanghai: the old authority's last minute."""

MIDNIGHT = datetime(2026, 4, 27, 16, 0, tzinfo=UTC)


def test_the_desk_is_the_successors_from_the_next_day_on() -> None:
    before, after = (desk_of("commission", RENAMED, day) for day in (LAST, date(2026, 4, 28)))
    assert (before.regions, before.authorities) == ((PREFECTURE,), ("示例委员会",))
    assert (after.regions, after.authorities) == ((OTHER_PREFECTURE,), ("示例局",))
    assert desk_of("commission", RENAMED).authorities == ("示例委员会",), "without a day: as the text names it"


def propose(now: datetime, region: str) -> None:
    story = Story(PROGRAMME).at("decide")
    story.programme, story.now = RENAMED, now
    story.act(c.ProposeDecision("decide", Person("officer-1", "officer", region), True, "good work"))


def test_whoever_is_of_the_authority_of_the_day_acts() -> None:
    propose(EVENING, PREFECTURE)
    propose(MIDNIGHT, OTHER_PREFECTURE)
    with pytest.raises(errors.OutsideRegion):
        propose(EVENING, OTHER_PREFECTURE)
    with pytest.raises(errors.OutsideRegion):
        propose(MIDNIGHT, PREFECTURE)


@pytest.mark.parametrize(
    ("now", "region", "name"), [(EVENING, PREFECTURE, "示例委员会"), (MIDNIGHT, OTHER_PREFECTURE, "示例局")]
)
def test_the_title_is_conferred_by_the_authority_of_the_day(now: datetime, region: str, name: str) -> None:
    story = Story(PROGRAMME).at("decide")
    story.programme, story.now = RENAMED, now
    story.act(c.ProposeDecision("decide", Person("officer-1", "officer", region), True, "good work"))
    facts = story.act(c.ApproveDecision("decide", Person("approver-1", "approver", region)))
    (conferred,) = [fact for fact in facts if isinstance(fact, TitleConferred)]
    assert conferred.issuer_name == name
