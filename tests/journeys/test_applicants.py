"""Who may apply and with what beside it, from the regulation's file over HTTP to the verdict."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.journeys.firm import INSPECTOR, OFFICER, Firm, ok, refused
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, Somebody, standing
from tests.support.small_texts import (
    ELSEWHERE,
    PROVINCE,
    SOURCE,
    funding,
    named,
    overlap,
    recognition,
    written,
)

TREASURER = Somebody("treasurer-1", "finance", PROVINCE)

KINDS = recognition(
    "test-kinds",
    filing={"forms": ["people"]},
    guard="years_since(founded) >= 2",
    applicants={
        "kinds": ["enterprise", "university"],
        "categories": ["comprehensive", "specialised"],
        "source": SOURCE,
    },
    metrics=[
        {"id": "staff", "title": named("staff"), "type": "count", "unit": "person"},
        {"id": "patents", "title": named("patents"), "type": "count"},
        {"id": "founded", "title": named("founded"), "type": "date"},
    ],
    conditions=[
        {
            "id": "A1",
            "title": named("staff"),
            "decided": "computed",
            "expression": "staff >= choose(applicant.kind == 'university', 5, 10)",
            "source": SOURCE,
        },
        {
            "id": "A2",
            "title": named("patents"),
            "decided": "computed",
            "expression": f"patents >= choose(applicant.category == 'specialised', 3, lies_in('{ELSEWHERE}'), 1, 2)",
            "when": "applicant.kind == 'enterprise'",
            "source": SOURCE,
        },
    ],
    materials=[
        {
            "id": "licence",
            "title": named("licence"),
            "when": "applicant.kind == 'enterprise'",
            "documents": [{"id": "licence", "title": named("licence")}],
            "source": SOURCE,
        },
        {
            "id": "partners",
            "title": named("partners"),
            "documents": [{"id": "partner_list", "title": named("partner list"), "form": "partners_form"}],
            "source": SOURCE,
        },
    ],
    forms=[
        {
            "id": "people",
            "title": named("people"),
            "fields": [
                {"id": "name", "title": named("name"), "type": "text"},
                {"id": "staff", "title": named("staff"), "type": "count", "metric": "staff"},
            ],
            "source": SOURCE,
        },
        {
            "id": "partners_form",
            "title": named("partners"),
            "rows_min": 1,
            "rows_max": 2,
            "fields": [
                {"id": "partner", "title": named("partner"), "type": "text", "max_length": 20},
                {"id": "year", "title": named("year"), "type": "count", "least": 2000, "most": 2100},
            ],
            "source": SOURCE,
        },
    ],
    rewards=[
        {"id": "always", "title": named("books"), "kind": "policy_support", "source": SOURCE},
        {"id": "large", "title": named("for many"), "kind": "subsidy", "when": "staff >= 11", "source": SOURCE},
        {"id": "taught", "title": named("for universities"), "kind": "other", "when": "applicant.kind == 'university'",
         "source": SOURCE},
    ],
    overlaps=[overlap("no_application_while_valid")],
)  # fmt: skip
RIVAL = recognition("test-rival", overlaps=[overlap("no_application_while_valid", "test-kinds")])
HIGHER = recognition("test-higher", overlaps=[overlap("needs_title_of", "test-kinds")])
ROUNDED = recognition("test-rounded", overlaps=[overlap("one_application_per_round", "test-rounded", "test-twin")])
TWIN = recognition("test-twin", overlaps=[overlap("one_application_per_round", "test-rounded", "test-twin")])
THREE_YEARS = {"length": 3, "unit": "year"}
FUND = funding("test-fund", overlaps=[overlap("no_double_funding", "test-fund", "test-grant", within=THREE_YEARS)])
GRANT = funding("test-grant", overlaps=[overlap("no_double_funding", "test-fund", "test-grant", within=THREE_YEARS)])


@pytest.fixture
async def house(databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    library = written(tmp_path / "texts", KINDS, RIVAL, HIGHER, ROUNDED, TWIN, FUND, GRANT)
    async with standing(databases, tmp_path, library, FixedClock()) as standing_house:
        yield standing_house


# ── who may apply ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("standing", "staff", "patents", "found"),
    [
        ({"kind": "university"}, "4", "", {"A1": "unmet", "A2": "not_applicable"}),
        ({"kind": "university"}, "5", "", {"A1": "met", "A2": "not_applicable"}),
        ({"kind": "university"}, "6", "", {"A1": "met", "A2": "not_applicable"}),
        ({"kind": "enterprise"}, "9", "1", {"A1": "unmet", "A2": "unmet"}),
        ({"kind": "enterprise"}, "10", "2", {"A1": "met", "A2": "met"}),
        ({"kind": "enterprise"}, "11", "3", {"A1": "met", "A2": "met"}),
        ({"kind": "enterprise", "category": "specialised"}, "10", "2", {"A1": "met", "A2": "unmet"}),
        ({"kind": "enterprise", "category": "specialised"}, "10", "3", {"A1": "met", "A2": "met"}),
        ({"kind": "enterprise", "region": ELSEWHERE}, "10", "1", {"A1": "met", "A2": "met"}),
        ({"kind": "enterprise", "region": ELSEWHERE}, "10", "0", {"A1": "met", "A2": "unmet"}),
    ],
    ids=str,
)
async def test_thresholds_that_differ_by_kind_category_and_region(
    house: House, standing: dict[str, str], staff: str, patents: str, found: dict[str, str]
) -> None:
    firm = Firm(house)
    case_id = await firm.of_kinds(staff, patents, **standing)
    lines = (await firm.self_check(case_id))["conditions"]
    assert {line["condition"]: line["finding"] for line in lines} == found
    ok(await firm.submit(case_id))
    await firm.case(case_id, "assess")
    lines = ok(await house.get(INSPECTOR, f"/review/cases/{case_id}/conditions"))["items"]
    assert {line["condition"]: line["computed"] for line in lines} == found
    ok(await firm.act(OFFICER, case_id, "assess", "computed-verdicts"))
    ok(await firm.act(OFFICER, case_id, "assess", "conclusion", {"opinion": "as computed"}))
    await firm.case(case_id, "" if "unmet" in found.values() else "decide")


async def test_a_guard_counts_years_to_the_day_on_which_the_step_ends(house: House) -> None:
    firm = Firm(house)
    case_id = await firm.of_kinds()
    today = house.clock.now() + timedelta(hours=8)
    await firm.answer(case_id, founded=today.date().replace(year=today.year - 2).isoformat())
    await firm.answer(case_id, founded=(today.date().replace(year=today.year - 2) + timedelta(days=1)).isoformat())
    ok(await firm.submit(case_id))
    ok(await firm.act(OFFICER, case_id, "assess", "computed-verdicts"))
    early = await firm.act(OFFICER, case_id, "assess", "conclusion", {"opinion": "sufficient"})
    refused(early, 409, "guard_not_met")
    house.clock.advance(timedelta(days=1))
    ok(await firm.act(OFFICER, case_id, "assess", "conclusion", {"opinion": "sufficient"}))
    await firm.case(case_id, "decide")


async def test_whoever_may_not_apply_is_told_at_the_draft_and_before(house: House) -> None:
    firm = Firm(house)
    round_id = await firm.round("test-kinds")
    refused(await firm.begin(round_id), 422, "kind_not_admitted", "enterprise", "university")
    refused(await firm.begin(round_id, kind="museum"), 422, "kind_not_admitted", "enterprise")
    refused(await firm.begin(round_id, kind="university"), 422, "category_not_admitted", "comprehensive")
    other = await firm.round("test-rival")
    refused(await firm.begin(other, kind="university"), 422, "kind_not_admitted")
    refs = [row["ref"] for row in ok(await house.get(None, "/intake/programmes"))["items"] if row["id"] == "test-kinds"]
    asked = {"region": "110000", "level": "county", "kind": "museum", "answers": {"staff": "50"}}
    advice = ok(await house.post(None, f"/intake/programmes/{refs[0]}/self-check", asked))
    assert (advice["eligible"], [bar["field"] for bar in advice["standing"]]) == (False, ["region", "kind", "category"])
    listed = ok(await house.get(firm.who, "/intake/applications"))
    assert listed["items"] == [], "asking stores nothing"


# ── forms ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_forms_are_asked_for_filled_in_and_held_to_their_fields_and_rows(house: House) -> None:
    firm = Firm(house)
    begun = await firm.begin(await firm.round("test-kinds"), kind="enterprise", category="comprehensive")
    case_id = str(ok(begun)["case_id"])
    missing = [lack["id"] for lack in (await firm.self_check(case_id))["missing"]]
    assert missing == ["licence", "partner_list", "people", "staff", "patents"]
    row = {"partner": "B", "year": "2020"}
    for rows in ((), (row, row, row)):
        refused(await firm.fill(case_id, "partners_form", *rows), 422, "form_unacceptable", "1", "2")
    wrong = await firm.fill(case_id, "partners_form", {"partner": "B" * 21, "year": "1999", "<b>": "x"})
    refused(wrong, 422, "form_unacceptable", "1.partner", "1.year")
    assert "<b>" not in wrong.text
    refused(await firm.fill(case_id, "poem"), 404, "form_unknown", "people, partners_form")
    filled = ok(await firm.fill(case_id, "people", {"name": "A", "staff": "10"}))
    assert filled["answers"] == {"staff": "10"}, "a field that stands for a figure answers it"
    filled = ok(await firm.fill(case_id, "partners_form", row, row))
    stored = await house.get(firm.who, f"/intake/applications/{case_id}/documents/{filled['forms']['partners_form']}")
    assert stored.json() == {"form": "partners_form", "rows": [row, row]}
    assert [lack["id"] for lack in (await firm.self_check(case_id))["missing"]] == ["licence", "patents"]
    await firm.answer(case_id, staff="11", patents="2")
    await firm.upload(case_id, "licence")
    refused(await firm.submit(case_id), 409, "application_incomplete", "people")
    again = ok(await firm.fill(case_id, "people", {"name": "A", "staff": "11"}))
    assert [d["material"] for d in again["documents"]].count("people") == 1, "the new form replaces the old one"
    ok(await firm.submit(case_id))
    papers = (await firm.case(case_id, "assess"))["papers"]
    sha256 = next(paper["sha256"] for paper in papers if paper["material"] == "people")
    read = await house.get(OFFICER, f"/review/cases/{case_id}/papers/{sha256}")
    assert read.json()["rows"] == [{"name": "A", "staff": "11"}]


# ── overlaps ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_title_bars_here_and_elsewhere_until_its_end_serves_where_it_is_needed_and_may_be_renewed(
    house: House,
) -> None:
    firm = Firm(house)
    refused(await firm.applied("test-higher"), 409, "title_needed", "Measures test-kinds")
    title = await firm.titled()
    number, until = title["number"], title["valid_to"]
    case_id = await firm.of_kinds()
    again = await firm.submit(case_id)
    refused(again, 409, "title_still_valid", "Measures test-kinds", number, until)
    (told,) = (await firm.self_check(case_id))["overlaps"]
    assert (told["code"], number in told["zh"]) == ("title_still_valid", True)
    refused(await firm.applied("test-rival"), 409, "title_still_valid", number)
    ok(await firm.applied("test-higher"))
    house.clock.advance(timedelta(days=280))  # within the last three months
    renewal = await firm.of_kinds()
    assert (await firm.self_check(renewal))["overlaps"] == []
    ok(await firm.submit(renewal))
    refused(await firm.applied("test-rival"), 409, "title_still_valid", number)
    house.clock.advance(timedelta(days=90))
    ok(await firm.applied("test-rival"))
    ok(await Firm(house).applied("test-rival"))


async def test_the_case_says_what_the_title_brings_and_what_it_costs(house: House) -> None:
    firm = Firm(house)
    title = await firm.titled()
    case = await firm.case(title["case_id"], "")
    assert {reward["reward"]: reward["finding"] for reward in case["rewards"]} == {
        "always": "due",
        "large": "due",
        "taught": "due",
    }
    assert case["fee"] == {"charged": False, "amount": None, "clause": "1"}
    draft = await firm.of_kinds(staff="5")
    assert "rewards" not in ok(await house.get(firm.who, f"/intake/applications/{draft}"))


async def test_one_application_a_round_across_programmes_also_at_the_same_moment(house: House) -> None:
    firm = Firm(house)
    texts = ("test-rounded", "test-twin", "test-rounded")
    rounds = {text: await firm.round(text) for text in set(texts)}
    drafts = [await firm.drafted(text, rounds[text]) for text in texts]
    ready = [(case_id, await firm.declared(case_id)) for case_id in drafts]
    tries = (house.post(firm.who, f"/intake/applications/{case_id}/submission", None, at) for case_id, at in ready)
    answers = await asyncio.gather(*tries)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"round_used"}
    house.clock.advance(timedelta(days=31))
    ok(await firm.applied("test-twin"))


async def test_money_is_not_given_twice(house: House) -> None:
    firm = Firm(house)
    case_id = await firm.drafted("test-fund")
    ok(await firm.submit(case_id))
    refused(await firm.applied("test-grant"), 409, "place_taken", "Measures test-fund", case_id)
    await firm.decided(case_id)
    ok(await firm.act(TREASURER, case_id, "pay", "payment", {"amount": "1000", "voucher": "v 1"}))
    done = await firm.told(case_id, "completed")
    assert done["timeline"][-1]["what"] == "completed"
    today = (house.clock.now() + timedelta(hours=8)).date()
    until = today.replace(year=today.year + 3)
    second = await firm.drafted("test-grant")
    refused(await firm.submit(second), 409, "funded_already", "Measures test-fund", case_id, until.isoformat())
    house.clock.advance(timedelta(days=(until - today).days))
    last = await firm.drafted("test-grant")
    refused(await firm.submit(last), 409, "funded_already")
    house.clock.advance(timedelta(days=1))
    ok(await firm.submit(last))
