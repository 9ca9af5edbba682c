"""A case is opened without an application by whoever acts first, and later steps are filed by those whom they name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.case import NONE
from services.review.domain.days import PUBLISHED
from services.review.domain.opening import decide_open_directly
from services.review.domain.people import Person
from services.review.domain.progress import Facts
from services.review.domain.subject import Applicant
from shared.programmes.model import Programme
from tests.support.filing_regulation import FILED
from tests.support.regulation import APPLICANT_USCC, COUNTY, OTHER_USCC, PROGRAMME
from tests.unit.review.story import APPLICANT, MONDAY, OFFICER, REVIEWER, STRANGER, Story, faulty

MAIN = PROGRAMME.procedure()
OWNER = Person("applicant-1", "applicant", COUNTY, APPLICANT_USCC)
BEGUN_BY_AUTHORITY: Programme = replace(PROGRAMME, procedures=(replace(MAIN, first="check"),))


def opened(
    by: Person, subject: Applicant = APPLICANT, procedure: str = MAIN.id, text: Programme = BEGUN_BY_AUTHORITY
) -> Facts:
    command = c.OpenCase("case-1", text.ref, "", subject, procedure)
    return decide_open_directly(command, by, NONE, text, MONDAY, PUBLISHED)


def test_the_party_of_the_first_step_opens_it() -> None:
    story = Story(BEGUN_BY_AUTHORITY)
    story.take(opened(REVIEWER))
    assert (story.case.status, story.case.step) == ("open", "check")


def test_nobody_else_opens_it() -> None:
    for by, refusal in (
        (OFFICER, errors.WrongParty),
        (OWNER, errors.WrongParty),
        (STRANGER, errors.OutsideRegion),
    ):
        with pytest.raises(refusal):
            opened(by)


def test_the_authority_that_the_procedure_names_opens_what_another_begins() -> None:
    ordered = replace(PROGRAMME, procedures=(MAIN, replace(MAIN, id="order", opened_by=MAIN.steps[1].actor)))
    story = Story(ordered)
    story.take(opened(REVIEWER, procedure="order", text=ordered))
    assert (story.case.status, story.case.step) == ("open", MAIN.steps[0].id)
    with pytest.raises(errors.WrongParty):
        opened(OFFICER, procedure="order", text=ordered)


def test_an_application_comes_through_intake() -> None:
    with pytest.raises(errors.OpensThroughIntake):
        opened(OWNER, text=PROGRAMME)


def test_what_an_applicant_begins_comes_through_intake_and_an_authority_opens_its_own() -> None:
    for procedure in ("renewal", "self_evaluation"):
        with pytest.raises(errors.OpensThroughIntake):
            opened(OWNER, procedure=procedure, text=FILED)
    assert opened(OFFICER, procedure="plan", text=FILED)


def test_an_unknown_procedure_is_refused_with_those_there_are() -> None:
    with pytest.raises(errors.ProcedureUnknown, match=MAIN.id):
        opened(REVIEWER, procedure="annual_feast")


@pytest.mark.parametrize("changes", [{"uscc": "0" * 18}, {"region": "110000"}, {"level": "village"}], ids=str)
def test_a_subject_fits_the_programme(changes: dict[str, str]) -> None:
    with pytest.raises(errors.SubjectInvalid):
        opened(REVIEWER, replace(APPLICANT, **changes))


def test_a_subject_lies_in_a_region_whose_code_counts_today() -> None:
    with pytest.raises(errors.RegionNotInUse, match="650402"):
        opened(REVIEWER, replace(APPLICANT, region="652101"))


def returned(round_id: str) -> Story:
    story = Story().filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("licence")))
    story.case = replace(story.case, round_id=round_id)
    return story


def test_an_application_is_corrected_at_intake() -> None:
    with pytest.raises(errors.FiledThroughIntake):
        returned("round-1").act(c.FileInStep("correct", OWNER, {}))


def test_what_a_step_waits_for_is_added_to_the_case() -> None:
    story = returned("")
    held = len(story.case.papers)
    story.act(c.FileInStep("correct", OWNER, {"staff": "16"}, story.case.papers[:1], filing="case-1.4"))
    assert (story.case.step, story.case.revision) == ("check", 1)
    assert (story.case.answers["staff"], story.case.answers["served[last]"]) == ("16", "60")
    assert (len(story.case.papers), story.case.declared_by) == (held + 1, "")


def test_only_the_party_files_and_only_what_is_asked() -> None:
    rival = replace(OWNER, organisation=OTHER_USCC)
    for by in (rival, OFFICER, STRANGER):
        with pytest.raises(errors.WrongParty):
            returned("").act(c.FileInStep("correct", by, {}))
    with pytest.raises(errors.AnswersWrong):
        returned("").act(c.FileInStep("correct", OWNER, {"staff": "many"}, filing="case-1.4"))
    with pytest.raises(errors.FiledThroughIntake):
        returned("").act(c.FileInStep("correct", OWNER, {"staff": "16"}))
