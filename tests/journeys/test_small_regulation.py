"""One application under a small regulation, over HTTP through intake, review and the registry, to its revocation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, Somebody, standing
from tests.support.papers import pdf
from tests.support.regulation import APPLICANT_USCC, COUNTY, OTHER_PREFECTURE, OTHER_USCC, PREFECTURE, PROGRAMME, REGION
from tests.support.waiting import eventually_asked

APPLICANT = Somebody("applicant-1", "applicant", COUNTY, APPLICANT_USCC)
RIVAL = Somebody("applicant-2", "applicant", COUNTY, OTHER_USCC)
REVIEWER = Somebody("reviewer-1", "reviewer", PREFECTURE)
HEAD = Somebody("reviewer-2", "reviewer", PREFECTURE)
ELSEWHERE = Somebody("reviewer-3", "reviewer", OTHER_PREFECTURE)
OFFICER = Somebody("officer-1", "officer", REGION)
SECOND = Somebody("officer-2", "officer", REGION)
CITIZEN = Somebody("citizen-1", "public")
APPROVER = Somebody("approver-1", "approver", REGION)
INSPECTOR = Somebody("inspector-1", "inspector", REGION)
EXPERTS = [Somebody(f"expert-{n}", "expert") for n in (1, 2, 3)]
PAPERS = ("report", "licence", "deed", "opinion", "opinion")


@pytest.fixture
async def house(databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    async with standing(databases, tmp_path, PROGRAMME, FixedClock()) as standing_house:
        yield standing_house


def ok(answer: httpx.Response, status: int = 200) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    body: dict[str, object] = answer.json()
    return body


def version(answer: httpx.Response) -> int:
    return int(answer.headers["ETag"].strip('"'))


async def opened_round(house: House) -> str:
    now = house.clock.now()
    call = {
        "programme": PROGRAMME.id,
        "title": "call of the year",
        "opens_at": now.isoformat(),
        "closes_at": (now + timedelta(days=30)).isoformat(),
    }
    round_id = str(ok(await house.post(OFFICER, "/review/rounds", call), 201)["round_id"])

    async def heard() -> bool:
        listed = await house.get(None, "/intake/rounds")
        if listed.status_code == 503:
            return False  # the list is still being made
        return round_id in listed.text

    await eventually_asked(heard, "intake did not hear of the round")
    return round_id


async def drafted(house: House, round_id: str, who: Somebody = APPLICANT) -> tuple[str, int]:
    body = {"round_id": round_id, "name": "Example Service Centre", "region": COUNTY, "level": "prefecture"}
    answer = await house.post(who, "/intake/applications", body)
    return str(ok(answer, 201)["case_id"]), version(answer)


async def furnished(house: House, case_id: str, at: int) -> int:
    path = f"/intake/applications/{case_id}"
    given = {"staff": "15", "served[last]": "60", "served[last-1]": "59", "rules-written": True}
    answer = await house.patch(APPLICANT, f"{path}/answers", {"given": given}, at)
    ok(answer)
    for number, material in enumerate(PAPERS):
        content = pdf(trailer=b"/Number %d" % number)
        answer = await house.upload(
            APPLICANT, f"{path}/documents", f"{material}.pdf", content, material, version(answer)
        )
        ok(answer, 201)
    answer = await house.post(APPLICANT, f"{path}/declaration", {"true": True}, version(answer))
    ok(answer)
    return version(answer)


async def submitted(house: House) -> str:
    case_id, at = await drafted(house, await opened_round(house))
    at = await furnished(house, case_id, at)
    ok(await house.post(APPLICANT, f"/intake/applications/{case_id}/submission", None, at))
    await standing_at(house, case_id, "check")
    return case_id


async def standing_at(house: House, case_id: str, step: str) -> None:
    async def there() -> bool:
        answer = await house.get(INSPECTOR, f"/review/cases/{case_id}")
        return answer.status_code == 200 and answer.json()["step"] == step

    await eventually_asked(there, f"the case did not come to {step or 'its end'}")


async def act(house: House, who: Somebody, case_id: str, path: str, body: object = None) -> dict[str, object]:
    read = await house.get(INSPECTOR, f"/review/cases/{case_id}")
    return ok(await house.post(who, f"/review/cases/{case_id}/steps/{path}", body, version(read)))


async def work(house: House, who: Somebody) -> list[tuple[str, str]]:
    items = ok(await house.get(who, "/review/work"))["items"]
    assert isinstance(items, list)
    return [(row["step"], row["errand"]) for row in items]


async def sees(house: House, who: Somebody, *expected: tuple[str, str]) -> None:
    async def seen() -> bool:
        return await work(house, who) == list(expected)

    await eventually_asked(seen, f"{who.id} does not see {expected}")


async def awarded(house: House, case_id: str) -> None:
    """From the check to the award, each by the person in charge."""
    await sees(house, REVIEWER, ("check", ""))
    await sees(house, ELSEWHERE)
    await act(house, REVIEWER, case_id, "check/acceptance")
    await act(house, REVIEWER, case_id, "assess/computed-verdicts")
    await act(house, REVIEWER, case_id, "assess/verdicts", {"condition": "legal-person", "verdict": "met"})
    judged = {"condition": "reputation", "verdict": "met", "reason": "known to its clients"}
    await act(house, REVIEWER, case_id, "assess/verdicts", judged)
    await act(house, REVIEWER, case_id, "assess/conclusion", {"opinion": "sufficient"})
    await act(house, HEAD, case_id, "recommend/endorsement", {"agrees": True, "reason": "recommended"})
    await scored(house, case_id)
    visit = {"visited_on": "2026-03-02", "visitors": ["A", "B"], "confirms": True, "opinion": "as described"}
    await act(house, OFFICER, case_id, "visit/visit", visit)
    await act(house, OFFICER, case_id, "list/listing", {"listed": True})
    await act(house, OFFICER, case_id, "notice/posting", {"address": "https://example.org/1"})
    await objected(house, case_id)
    house.clock.advance(timedelta(days=30))
    await standing_at(house, case_id, "decide")
    await act(house, OFFICER, case_id, "decide/proposal", {"approve": True, "reason": "good work"})
    await sees(house, APPROVER, ("decide", "approve:approver"))
    await act(house, APPROVER, case_id, "decide/approval", {})


async def objected(house: House, case_id: str) -> None:
    """Somebody objects to what the notice says; another officer than the visitor finds nothing in it."""

    async def posted() -> bool:
        return case_id in (await house.get(None, "/review/notices")).text

    await eventually_asked(posted, "the notice does not stand on the list")
    body = {"name": "C. Itizen", "contact": "c@example.org", "grounds": "the figures are wrong", "evidence": ["0" * 64]}
    answer = await house.post(CITIZEN, f"/review/cases/{case_id}/steps/notice/objections", body)
    objection = ok(answer, 201)["objection"]
    await sees(house, SECOND, ("notice", f"investigate:{objection}"))
    path = f"notice/objections/{objection}/answer"
    await act(house, SECOND, case_id, path, {"upheld": False, "reason": "the contracts bear them out"})


async def scored(house: House, case_id: str) -> None:
    experts = [{"id": expert.id, "name": expert.id} for expert in EXPERTS]
    await act(house, OFFICER, case_id, "score/panel", {"experts": experts})
    for expert in EXPERTS:
        await sees(house, expert, ("score", f"score:{expert.id}"))
        for who in (expert, OFFICER, INSPECTOR):
            shown = ok(await house.get(who, f"/review/cases/{case_id}"))["states"]
            assert isinstance(shown, dict)
            assert shown["score"]["sheets"] == [], "a sealed sheet is shown to nobody"
        sheet = {"points": {"ability": "40", "results": "41"}, "remark": "read"}
        await act(house, expert, case_id, "score/score", sheet)


async def test_from_submission_to_revocation(house: House) -> None:
    case_id = await submitted(house)
    await awarded(house, case_id)
    await standing_at(house, case_id, "")
    case = ok(await house.get(INSPECTOR, f"/review/cases/{case_id}"))
    assert (case["status"], case["result"]) == ("closed", "awarded")

    title = await house.get(OFFICER, f"/review/titles/{case_id}")
    proposal = {"ground": "punished", "reason": "a fine was imposed", "evidence": ["decision 12"]}
    title = await house.post(OFFICER, f"/review/titles/{case_id}/revocation-proposal", proposal, version(title))
    ok(title)
    refused = await house.post(OFFICER, f"/review/titles/{case_id}/revocation-confirmation", {}, version(title))
    assert (refused.status_code, refused.json()["code"]) == (403, "duties_separate")
    ok(await house.post(APPROVER, f"/review/titles/{case_id}/revocation-confirmation", {}, version(title)))

    async def told() -> bool:
        return ok(await house.get(APPLICANT, f"/intake/applications/{case_id}"))["status"] == "revoked"

    await eventually_asked(told, "the applicant was not told of the revocation")
    timeline = ok(await house.get(APPLICANT, f"/intake/applications/{case_id}"))["timeline"]
    assert isinstance(timeline, list)
    assert [entry["what"] for entry in timeline] == [
        *("drafted", "submitted", "preliminary_approved", "scored", "publicized", "recognition_approved"),
        *("certified", "revocation_ordered", "revoked"),
    ]


async def test_a_returned_application_is_corrected_and_filed_again(house: House) -> None:
    case_id = await submitted(house)
    items = {"items": [{"subject": "licence", "fault": "expired"}, {"subject": "deed", "fault": "unsigned"}]}
    await act(house, REVIEWER, case_id, "check/correction", items)
    path = f"/intake/applications/{case_id}"

    async def returned() -> bool:
        return ok(await house.get(APPLICANT, path))["status"] == "returned"

    await eventually_asked(returned, "the application did not come back")
    read = await house.get(APPLICANT, path)
    assert read.json()["to_correct"] == ["licence: expired", "deed: unsigned"]
    answer = await house.upload(
        APPLICANT, f"{path}/documents", "new.pdf", pdf(trailer=b"/Number 9"), "licence", version(read)
    )
    early = await house.post(APPLICANT, f"{path}/submission", None, version(answer))
    assert (early.status_code, early.json()["code"]) == (409, "truth_not_declared")
    answer = await house.post(APPLICANT, f"{path}/declaration", {"true": True}, version(answer))
    assert ok(await house.post(APPLICANT, f"{path}/submission", None, version(answer)))["revision"] == 2
    await standing_at(house, case_id, "check")


async def test_withdrawing_closes_the_case_and_frees_the_place(house: House) -> None:
    case_id = await submitted(house)
    path = f"/intake/applications/{case_id}"
    second, at = await drafted(house, str(ok(await house.get(APPLICANT, path))["round_id"]))
    at = await furnished(house, second, at)
    taken = await house.post(APPLICANT, f"/intake/applications/{second}/submission", None, at)
    assert (taken.status_code, taken.json()["code"]) == (409, "place_taken")
    read = await house.get(APPLICANT, path)
    ok(await house.post(APPLICANT, f"{path}/withdrawal", {"reason": "we moved"}, version(read)))
    await standing_at(house, case_id, "")
    ok(await house.post(APPLICANT, f"/intake/applications/{second}/submission", None, at))
    await standing_at(house, second, "check")


async def test_everything_missing_is_named_at_once(house: House) -> None:
    case_id, at = await drafted(house, await opened_round(house))
    refused = await house.post(APPLICANT, f"/intake/applications/{case_id}/submission", None, at)
    assert (refused.status_code, refused.json()["code"]) == (409, "application_incomplete")
    for missing in ("report", "licence", "premises", "opinion", "staff", "served[last]", "served[last-1]"):
        assert f"({missing})" in refused.json()["detail_en"]
    checked = ok(await house.get(APPLICANT, f"/intake/applications/{case_id}/self-check"))
    assert isinstance(checked["missing"], list)
    assert len(checked["missing"]) == 7


async def test_others_neither_see_nor_touch_an_application(house: House) -> None:
    case_id, at = await drafted(house, await opened_round(house))
    path = f"/intake/applications/{case_id}"
    assert (await house.get(RIVAL, path)).status_code == 404
    assert (await house.patch(RIVAL, f"{path}/answers", {"given": {}}, at)).status_code == 404
    assert (await house.get(None, path)).status_code == 401
    assert (await house.get(OFFICER, path)).status_code == 403
    listed = ok(await house.get(RIVAL, "/intake/applications"))
    assert listed["items"] == []


async def test_versions_and_keys_are_held_to(house: House) -> None:
    case_id, at = await drafted(house, await opened_round(house))
    path = f"/intake/applications/{case_id}/answers"
    assert (await house.post(APPLICANT, f"/intake/applications/{case_id}/submission")).status_code == 428
    ok(await house.patch(APPLICANT, path, {"given": {"staff": "15"}}, at))
    assert (await house.patch(APPLICANT, path, {"given": {"staff": "16"}}, at)).status_code == 412
    wrong = await house.patch(APPLICANT, path, {"given": {"staff": "many"}}, at + 1)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "answer_unacceptable")
    unknown = await house.patch(APPLICANT, path, {"given": {}, "surprise": 1}, at + 1)
    assert unknown.status_code == 422
    body = {"round_id": "none", "name": "X", "region": COUNTY, "level": "prefecture"}
    assert (await house.post(APPLICANT, "/intake/applications", body)).status_code == 404


async def test_a_case_shows_itself_to_those_in_charge_only(house: House) -> None:
    case_id = await submitted(house)
    path = f"/review/cases/{case_id}"
    for who, status in (
        (REVIEWER, 200),
        (OFFICER, 200),
        (INSPECTOR, 200),
        (ELSEWHERE, 404),
        (EXPERTS[0], 404),
        (APPLICANT, 403),
        (None, 401),
    ):
        assert (await house.get(who, path)).status_code == status, who
    assert (await house.get(REVIEWER, path.replace(case_id, "0" * 32))).status_code == 404
    read = await house.get(REVIEWER, path)
    unchanged = await house.get(REVIEWER, path, **{"If-None-Match": read.headers["ETag"]})
    assert unchanged.status_code == 304
    paper = read.json()["papers"][0]
    content = await house.get(REVIEWER, f"{path}/papers/{paper['sha256']}")
    assert (len(content.content), content.headers["Content-Type"]) == (paper["size"], "application/pdf")
    assert (await house.get(REVIEWER, f"{path}/papers/{'0' * 64}")).status_code == 404
    conditions = ok(await house.get(REVIEWER, f"{path}/conditions"))["items"]
    assert isinstance(conditions, list)
    assert {line["condition"]: line["computed"] for line in conditions} == {
        "enough-staff": "met",
        "grows": "met",
        "legal-person": "met",
        "reputation": "unknown",
    }


async def test_acts_are_guarded_by_version_key_party_and_step(house: House) -> None:
    case_id = await submitted(house)
    path = f"/review/cases/{case_id}/steps"
    at = version(await house.get(REVIEWER, f"/review/cases/{case_id}"))
    assert (await house.post(REVIEWER, f"{path}/check/acceptance")).status_code == 428
    assert (await house.post(REVIEWER, f"{path}/check/acceptance", None, at + 7)).status_code == 412
    for who, step, code in (
        (OFFICER, "check/acceptance", "wrong_party"),
        (REVIEWER, "assess/computed-verdicts", "not_this_step"),
        (REVIEWER, "check/posting", "act_not_for_this_step"),
        (ELSEWHERE, "check/acceptance", "case_unknown"),
        (APPLICANT, "check/acceptance", "role_not_allowed"),
    ):
        body = {} if step == "check/posting" else None
        assert (await house.post(who, f"{path}/{step}", body, at)).json()["code"] == code
    key = {"Idempotency-Key": "the-same-key"}
    first = await house.post(REVIEWER, f"{path}/check/acceptance", None, at, **key)
    again = await house.post(REVIEWER, f"{path}/check/acceptance", None, at, **key)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert ok(await house.get(REVIEWER, f"/review/cases/{case_id}"))["version"] == first.json()["version"]
    another = await house.post(REVIEWER, f"{path}/assess/conclusion", {"opinion": "x"}, at + 3, **key)
    assert (another.status_code, another.json()["code"]) == (422, "idempotency_key_reused")


async def test_an_application_that_was_never_posted_takes_no_objection(house: House) -> None:
    case_id = await submitted(house)
    body = {"name": "C. Itizen", "contact": "c@example.org", "grounds": "wrong", "evidence": ["0" * 64]}
    answer = await house.post(CITIZEN, f"/review/cases/{case_id}/steps/check/objections", body)
    assert (answer.status_code, answer.json()["code"]) == (404, "case_unknown")


async def test_two_submissions_for_one_place_at_once(house: House) -> None:
    round_id = await opened_round(house)
    made = [await drafted(house, round_id) for _ in range(3)]
    ready = [(case_id, await furnished(house, case_id, at)) for case_id, at in made]
    tries = (house.post(APPLICANT, f"/intake/applications/{case_id}/submission", None, at) for case_id, at in ready)
    answers = await asyncio.gather(*tries)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"place_taken"}
