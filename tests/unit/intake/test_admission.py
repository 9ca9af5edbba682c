"""Who may apply: region, level, kind and category as the text lists them, at the draft and at the first submission."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.intake.domain import commands as c
from services.intake.domain import errors
from services.intake.domain.application import NONE
from services.intake.domain.drafting import decide_draft
from services.intake.domain.filing import decide_return
from shared.programmes.admission import bars
from shared.programmes.model import Applicants
from tests.support.regulation import COUNTY, OTHER_PREFECTURE, PREFECTURE, PROGRAMME
from tests.unit.intake.story import APPLICANT, DRAFT, NOW, OPEN, Story

WHO = Applicants(kinds=("enterprise", "university"), categories=("comprehensive", "specialised"), regions=(PREFECTURE,))
NARROW = replace(PROGRAMME, applicants=WHO)
FITTING = replace(APPLICANT, kind="enterprise", category="specialised")


def drafting(**changes: Any) -> tuple[Any, ...]:
    applicant = replace(FITTING, **changes)
    return decide_draft(replace(DRAFT, applicant=applicant), NONE, OPEN, NARROW, NOW)


def test_whoever_fits_begins_and_what_was_declared_stands_in_the_fact() -> None:
    (drafted,) = drafting()
    assert (drafted.applicant.kind, drafted.applicant.category) == ("enterprise", "specialised")


@pytest.mark.parametrize(
    ("changes", "refusal", "named"),
    [
        ({"kind": ""}, errors.KindUnknown, "enterprise, university"),
        ({"kind": "museum"}, errors.KindUnknown, "enterprise, university"),
        ({"category": ""}, errors.CategoryUnknown, "comprehensive, specialised"),
        ({"category": "other"}, errors.CategoryUnknown, "comprehensive, specialised"),
        ({"region": OTHER_PREFECTURE}, errors.RegionOutside, PREFECTURE),
        ({"level": "galaxy"}, errors.LevelUnknown, "region, prefecture"),
    ],
    ids=str,
)
def test_whoever_does_not_fit_is_told_what_is_admitted(
    changes: dict[str, str], refusal: type[errors.Refusal], named: str
) -> None:
    with pytest.raises(refusal) as refused:
        drafting(**changes)
    assert named in refused.value.en and named in refused.value.zh
    assert "museum" not in refused.value.en + refused.value.zh, "what was sent is not repeated"


def test_what_the_text_does_not_distinguish_is_not_declared() -> None:
    with pytest.raises(errors.KindUnknown, match="leave it out"):
        decide_draft(replace(DRAFT, applicant=FITTING), NONE, OPEN, PROGRAMME, NOW)


def test_the_first_submission_is_held_to_it_and_a_correction_is_not() -> None:
    story = Story().drafted().furnished().declared()  # begun before the text listed kinds
    story.programme = NARROW
    with pytest.raises(errors.KindUnknown):
        story.submit()
    story.programme = PROGRAMME
    story.submit()
    story.take(decide_return(c.ReturnApplication(("licence: expired",)), story.a, NOW))
    story.programme = NARROW
    story.declared().submit()
    assert story.a.revision == 2


def test_a_region_admits_everything_inside_of_it_and_nothing_beside() -> None:
    def fields(region: str) -> list[tuple[str, bool]]:
        found = bars(NARROW, region=region, level="prefecture", kind="enterprise", category="comprehensive")
        return [(bar.field, bar.stated) for bar in found]

    assert fields(PREFECTURE) == fields(COUNTY) == []
    assert fields(OTHER_PREFECTURE) == [("region", True)]
    assert fields("") == [("region", False)]
