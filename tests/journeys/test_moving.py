"""A running application goes on under a later text, over HTTP: proposed, confirmed, told to its applicant, awarded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from shared.programmes.catalogue import Catalogue, Edition
from shared.programmes.model import InForce, Programme
from tests.journeys.test_small_regulation import (
    APPLICANT,
    APPROVER,
    INSPECTOR,
    OFFICER,
    REVIEWER,
    SECOND,
    act,
    awarded,
    ok,
    sees,
    standing_at,
    submitted,
    version,
)
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, standing
from tests.support.regulation import PROGRAMME
from tests.support.waiting import eventually_asked

LAW = PROGRAMME.legal
OLD: Programme = PROGRAMME
(CONDITION,) = [each for each in PROGRAMME.conditions if each.id == "enough-staff"]
NEW: Programme = replace(
    PROGRAMME,
    version="2",
    digest="cd" * 32,
    legal=replace(LAW, in_force=InForce()),
    conditions=tuple(
        replace(each, expression="staff >= 20") if each is CONDITION else each for each in PROGRAMME.conditions
    ),
)
RULE = "new text, article 20: what was filed before goes on under it"


def library() -> Catalogue:
    editions = tuple(Edition(each, each, each.version) for each in (OLD, NEW))
    return Catalogue(editions, MappingProxyType({each.ref: each for each in (OLD, NEW)}))


class Library:
    """Both texts; calls are issued under the old one."""

    def __init__(self) -> None:
        self._texts = library()

    def get(self, ref: str) -> Programme:
        return self._texts.get(ref)

    def programmes(self) -> tuple[Programme, ...]:
        return self._texts.programmes()

    def open_for_cases(self, programme_id: str, day: object, *, sandbox: bool) -> Programme | None:
        return OLD


@pytest.fixture
async def house(databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    async with standing(databases, tmp_path, Library(), FixedClock()) as found:  # type: ignore[arg-type]
        yield found


async def at(house: House, case_id: str) -> int:
    return version(await house.get(INSPECTOR, f"/review/cases/{case_id}"))


async def test_a_case_moves_and_both_texts_are_shown(house: House) -> None:
    case_id = await submitted(house)
    path = f"/review/cases/{case_id}"
    seen = ok(await house.get(OFFICER, f"{path}/move-preview?to={NEW.ref}"))
    assert (seen["step"], seen["stays"]) == ("check", True)
    assert any("staff >= 20" in change["en"] for change in seen["changes"])  # type: ignore[attr-defined]

    proposal = {"to": NEW.ref, "rule": RULE, "reason": "kinder to the applicant"}
    refused = await house.post(REVIEWER, f"{path}/move-proposal", proposal, await at(house, case_id))
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_party")
    unknown = {**proposal, "to": f"{OLD.id}@sha256:{'0' * 64}"}
    refused = await house.post(OFFICER, f"{path}/move-proposal", unknown, await at(house, case_id))
    assert (refused.status_code, refused.json()["code"]) == (422, "text_does_not_follow")
    ok(await house.post(OFFICER, f"{path}/move-proposal", proposal, await at(house, case_id)))
    await sees(house, APPROVER, ("check", "move:approver"))
    refused = await house.post(OFFICER, f"{path}/move-confirmation", {}, await at(house, case_id))
    assert (refused.status_code, refused.json()["code"]) == (403, "duties_separate")
    ok(await house.post(APPROVER, f"{path}/move-confirmation", {}, await at(house, case_id)))
    await sees(house, APPROVER)

    case = ok(await house.get(OFFICER, path))
    assert (case["programme"], case["step"]) == (NEW.ref, "check")
    (move,) = case["moves"]  # type: ignore[misc]
    assert (move["before"], move["after"], move["rule"]) == (OLD.ref, NEW.ref, RULE)
    assert (move["proposed_by"], move["confirmed_by"]) == (OFFICER.id, APPROVER.id)

    async def told() -> bool:
        return ok(await house.get(APPLICANT, f"/intake/applications/{case_id}"))["programme"] == NEW.ref

    await eventually_asked(told, "intake did not hear of the move")
    timeline = ok(await house.get(APPLICANT, f"/intake/applications/{case_id}"))["timeline"]
    (entry,) = [each for each in timeline if each["what"] == "moved_to_text"]  # type: ignore[attr-defined]
    assert OLD.ref in entry["text"]
    assert NEW.ref in entry["text"]
    assert RULE in entry["text"]

    async def listed() -> bool:
        rows = [await house.get(OFFICER, "/review/cases"), await house.get(APPLICANT, "/intake/applications")]
        return all(NEW.ref in answer.text for answer in rows)

    await eventually_asked(listed, "the lists do not show the text that the case is under")
    conditions = ok(await house.get(OFFICER, f"{path}/conditions"))["items"]
    assert {each["condition"]: each["computed"] for each in conditions}["enough-staff"] == "unmet"  # type: ignore[attr-defined]
    await act(house, REVIEWER, case_id, "check/acceptance")
    await act(house, REVIEWER, case_id, "assess/computed-verdicts")


async def test_a_proposal_can_be_dismissed_and_the_case_goes_on(house: House) -> None:
    case_id = await submitted(house)
    path = f"/review/cases/{case_id}"
    proposal = {"to": NEW.ref, "rule": RULE, "reason": "kinder"}
    ok(await house.post(OFFICER, f"{path}/move-proposal", proposal, await at(house, case_id)))
    dismissal = {"reason": "it is not"}
    ok(await house.post(SECOND, f"{path}/move-dismissal", dismissal, await at(house, case_id)))
    await sees(house, APPROVER)
    await awarded(house, case_id)
    await standing_at(house, case_id, "")
    assert ok(await house.get(INSPECTOR, path))["programme"] == OLD.ref
