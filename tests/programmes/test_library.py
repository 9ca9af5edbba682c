"""The library as a whole: fifteen programmes that run in a sandbox to an end, pinned by their content."""

from dataclasses import dataclass
from datetime import date

import pytest

from shared.programmes.catalogue import Catalogue, NoSuchProgramme
from shared.programmes.model import OUTCOMES, Programme, Step
from tests.programmes.library import DEFINITIONS, library

TODAY = date(2026, 11, 23)
SANDBOX_ONLY = {
    "xj-sme-demo-platform": "draft_for_comment",
    "sd-egov-cloud": "draft_for_comment",
    "js-tech-platform-2003": "repealed",
    "cn-sme-demo-platform-2012": "superseded",
    "cn-sme-demo-platform-generic": "non_authoritative",
    "generic-province-sme-platform": "non_authoritative",
    "hebei-sme-demo-platform-b": "non_authoritative",
    "hebei-sme-demo-platform-rules": "non_authoritative",
}


@dataclass(frozen=True)
class Standing:
    region: str
    level: str
    kind: str = ""
    category: str = ""


def every() -> list[Programme]:
    return list(library().programmes())


def walk(programme: Programme, procedure: str, applicant: Standing) -> list[str]:
    """The way on which everything goes on."""
    step = programme.first_step(applicant, procedure)
    way = [step.id]
    while step.type != "close":
        assert step.goes_on is not None
        step = programme.next_step(step.id, step.goes_on, applicant)
        way.append(step.id)
    return way


def test_fifteen_programmes_of_four_kinds() -> None:
    assert len(library().editions) == 15
    assert {programme.kind for programme in every()} == {"recognition", "project", "funding", "operations"}


@pytest.mark.parametrize("programme", every(), ids=lambda p: p.id)
def test_its_supplement_makes_it_runnable_in_the_sandbox_and_nowhere_else(programme: Programme) -> None:
    assert programme.missing_for_sandbox() == ()
    assert programme.sandbox_only
    found = library().open_for_cases(programme.id, TODAY, sandbox=True)
    assert found == (programme if programme.accepts_new_cases else None)
    assert library().open_for_cases(programme.id, TODAY, sandbox=False) is None


@pytest.mark.parametrize(("programme_id", "status"), SANDBOX_ONLY.items())
def test_texts_that_are_not_in_force_say_so(programme_id: str, status: str) -> None:
    edition = next(each for each in library().editions if each.text.id == programme_id)
    assert edition.text.legal.status == status
    assert edition.text.legal.banner is not None
    assert edition.text.sandbox_only


def test_a_repealed_text_takes_no_new_case_but_keeps_its_address() -> None:
    (programme,) = library().versions("js-tech-platform-2003")
    assert not programme.accepts_new_cases
    assert library().get(programme.ref) is programme


@pytest.mark.parametrize("edition", library().editions, ids=lambda e: e.text.id)
def test_every_procedure_leads_from_its_first_step_to_an_end(edition) -> None:  # type: ignore[no-untyped-def]
    for programme in (edition.text, edition.supplied):
        for procedure in programme.procedures:
            for level in programme.levels:
                way = walk(programme, procedure.id, Standing(programme.region, level.id))
                assert len(way) == len(set(way))
                assert programme.step(way[-1]).type == "close"


@pytest.mark.parametrize("programme", every(), ids=lambda p: p.id)
def test_whatever_happens_a_case_ends(programme: Programme) -> None:
    """Always the last outcome that a step has: refusals, corrections and overdue times end as well."""
    for procedure in programme.procedures:
        applicant = Standing(programme.region, programme.levels[-1].id)
        visits: dict[str, int] = {}
        step: Step = programme.first_step(applicant, procedure.id)
        for _ in range(200):
            visits[step.id] = visits.get(step.id, 0) + 1
            if step.type == "close":
                break
            possible = [outcome for outcome in OUTCOMES[step.type] if outcome in step.outcomes]
            step = programme.next_step(step.id, possible[visits[step.id] % len(possible)], applicant, visits=visits)
        assert step.type == "close", procedure.id


def test_units_of_the_region_file_directly_and_others_pass_their_prefecture() -> None:
    (programme,) = library().versions("xj-sme-demo-platform")
    direct = walk(programme, "recognition", Standing("650000", "region"))
    local = walk(programme, "recognition", Standing("653201", "county"))
    assert "preliminary_review" not in direct
    assert "commission_review" in direct
    assert "preliminary_review" in local
    assert "commission_review" not in local


def test_content_goes_to_the_owner_of_its_column() -> None:
    (programme,) = library().versions("longyan-elongyan-safety")
    answers = {"board": "reference", "column": "arts", "sensitivity": "ordinary"}
    applicant = Standing("350800", "city")
    step = programme.first_step(applicant, answers=answers)
    way = [step.id]
    while step.type != "close":
        step = programme.next_step(step.id, step.goes_on or "", applicant, answers)
        way.append(step.id)
    assert way == [
        "draft",
        "automatic_gates",
        "first_review",
        "review_arts",
        "release_arts",
        "monitoring",
        "closed_published",
    ]


def test_a_correction_is_asked_for_once() -> None:
    (programme,) = library().versions("xj-sme-demo-platform")
    applicant = Standing("653200", "prefecture")
    assert programme.next_step("completeness_check", "to_correct", applicant, visits={}).id == "correction"
    again = programme.next_step("completeness_check", "to_correct", applicant, visits={"correction": 1})
    assert again.id == "closed_refused"


def test_the_address_is_the_content() -> None:
    again = Catalogue.load(DEFINITIONS)
    assert {p.ref for p in again.programmes()} == {p.ref for p in every()}
    for edition in library().editions:
        assert edition.text.ref != edition.supplied.ref
        assert library().get(edition.text.ref) is edition.text
    with pytest.raises(NoSuchProgramme):
        library().get("xj-sme-demo-platform@sha256:" + "0" * 64)


def test_supplements_can_be_switched_off() -> None:
    bare = Catalogue.load(DEFINITIONS, supplements="none")
    assert all(programme.missing_for_activation() for programme in bare.programmes())
    assert bare.open_for_cases("xj-sme-demo-platform", TODAY, sandbox=True) is None


def test_in_force_by_date() -> None:
    assert library().in_force("xiamen-outsourcing-fund", date(2014, 6, 3)) is None
    assert library().in_force("xiamen-outsourcing-fund", date(2014, 6, 4)) is not None
    assert library().in_force("xj-sme-demo-platform", TODAY) is None


def test_yancheng_adopts_the_provincial_text_and_replaces_names_and_region() -> None:
    (child,) = library().versions("yancheng-sci-platform")
    (parent,) = library().versions("js-sci-platform-2006")
    assert child.condition("P3").expression == parent.condition("P3").expression
    assert child.condition("P1").expression != parent.condition("P1").expression
    assert child.party("science_department").title != parent.party("science_department").title
    assert child.region == "320900"
