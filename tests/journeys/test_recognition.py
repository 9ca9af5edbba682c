"""Cases of the first regulation from the call to the revocation, through the public APIs of all four services."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from services.story import Story
from shared.runtime.issuer.people import Account
from tests.journeys.people import People, applicant, ok, refused, somebody, version
from tests.journeys.walk import HEARD_SECONDS, Walk, acts_of, moved, opened_round
from tests.support.running import Running
from tests.support.waiting import eventually_asked

LOCAL = ("completeness_check", "preliminary_review", "local_assessment", "recommendation")
SELECTION = ("expert_review", "candidate_list", "site_visit", "provisional_list")
SERVICES = ("intake", "review", "registry", "notifications")
TOLD = {
    ("ApplicationSubmitted", "applicant"),
    ("ApplicationSubmitted", "reviewer"),
    ("CorrectionRequested", "applicant"),
    ("CorrectionRequested", "reviewer"),
    ("PreliminaryApproved", "applicant"),
    ("PreliminaryApproved", "officer"),
    ("Scored", "applicant"),
    ("Scored", "officer"),
    ("Publicized", "applicant"),
    ("Publicized", "reviewer"),
    ("Publicized", "officer"),
    ("RecognitionApproved", "applicant"),
    ("RecognitionApproved", "officer"),
    ("Certified", "applicant"),
    ("Certified", "reviewer"),
    ("Certified", "officer"),
    ("RevocationOrdered", "applicant"),
    ("RevocationOrdered", "officer"),
    ("Revoked", "applicant"),
    ("Revoked", "reviewer"),
    ("Revoked", "officer"),
}
"""Who is told of what in a case that comes back once and ends with a revocation."""


# ── what is looked at again and again ────────────────────────────────────────────────────────────────────────────


async def eventually(condition: Callable[[], Awaitable[object]], what: str) -> None:
    await eventually_asked(condition, what, HEARD_SECONDS)


async def listed(people: People, who: Account | None, path: str) -> list[dict[str, Any]]:
    """Every item of a list, page by page along its links."""
    items: list[dict[str, Any]] = []
    following = people.address(path)
    while following:
        headers = {} if who is None else {"Authorization": f"Bearer {await people.token(who)}"}
        answer = await people.client.get(following, headers=headers)
        items += ok(answer)["items"]
        link = answer.links.get("next", {}).get("url", "")
        following = str(answer.request.url.join(link)) if link else ""
    return items


async def errands(people: People, login: str, case_id: str) -> list[tuple[str, str]]:
    rows = await listed(people, people.demo(login), "/review/work?limit=100")
    return [(row["step"], row["errand"]) for row in rows if row["case_id"] == case_id]


async def sees(people: People, login: str, case_id: str, *expected: tuple[str, str]) -> None:
    async def seen() -> bool:
        return await errands(people, login, case_id) == list(expected)

    await eventually(seen, f"{login} does not see {expected} of {case_id}")


async def verified(people: People, number: str, result: str) -> dict[str, Any]:
    found = ok(await people.get(None, f"/registry/verify/{number}"))
    assert found["result"] == result
    return found


async def on_the_list(people: People, walk: Walk, status: str) -> dict[str, Any]:
    """The line of the public list, once it has this status."""
    rows: list[dict[str, Any]] = []

    async def there() -> bool:
        path = f"/registry/titles?holder={walk.who.organisation}&status={status}"
        rows[:] = await listed(people, None, path)
        return len(rows) == 1

    await eventually(there, f"{walk.who.organisation} is not listed once as {status}")
    return rows[0]


async def propose(people: People, walk: Walk, ground: str, who: str = "officer") -> int:
    """Answers the title's version after the proposal."""
    path = f"/review/titles/{walk.case_id}"

    async def there() -> bool:
        return (await people.get(people.demo(who), path)).status_code == 200

    await eventually(there, "review does not know of the title")
    at = await walk.found(who, ground)
    body = {"ground": ground, "reason": f"查实情形 {ground}", "evidence": [f"证据 {ground}"]}
    proposed = await people.post(people.demo(who), f"{path}/revocation-proposal", body, at)
    assert ok(proposed)["status"] == "proposed"
    return version(proposed)


async def revoked(people: People, walk: Walk, ground: str) -> None:
    """By two persons on this ground; returns when everybody can see it."""
    path = f"/review/titles/{walk.case_id}/revocation-confirmation"
    at = await propose(people, walk, ground)
    same = await people.post(people.demo("officer"), path, {"reason": "同一人"}, at)
    refused(same, 403, "duties_separate")
    ok(await people.post(people.demo("approver"), path, {"reason": "情况属实"}, at))
    seen = await walk.told("revoked")
    title = (await verified(people, seen["number"], "revoked"))["title"]
    assert (title["ground"], title["reason"]) == (ground, f"查实情形 {ground}")
    assert title["clause"]
    row = await on_the_list(people, walk, "revoked")
    assert (row["number"], row["ground"]) == (seen["number"], ground)
    history = ok(await people.get(None, f"/registry/titles/{seen['number']}/history"))
    assert [happening["what"] for happening in history["happenings"]] == ["entered", "revoked"]


async def stored_facts(running: Running) -> set[tuple[str, str, int, str]]:
    """Every fact that the four services' logs hold."""
    found: set[tuple[str, str, int, str]] = set()
    for service in SERVICES:
        connection = await asyncpg.connect(running.database_url(service))
        try:
            rows = await connection.fetch("SELECT stream_id, version, name FROM facts")
        finally:
            await connection.close()
        found |= {(service, row["stream_id"], row["version"], row["name"]) for row in rows}
    return found


async def trail(people: People, query: str = "") -> list[dict[str, Any]]:
    return await listed(people, people.demo("inspector"), f"/registry/audit?limit=200{query}")


async def trail_is_whole(people: People) -> None:
    """The audit trail holds every fact of every service, once, and nothing else."""
    differing: list[object] = []

    async def equal() -> bool:
        facts = await stored_facts(people.running)
        lines = [(line["service"], line["stream"], line["version"], line["fact"]) for line in await trail(people)]
        assert len(lines) == len(set(lines))
        differing[:] = sorted(facts ^ set(lines))[:5]
        return facts == set(lines)

    await eventually_asked(equal, "the audit trail does not become equal to the logs", HEARD_SECONDS)
    inspector = people.demo("inspector")
    assert ok(await people.get(inspector, "/registry/audit/holes"))["items"] == []
    report = ok(await people.get(inspector, "/registry/audit/examination?limit=5000"))
    assert report["discrepancies"] == []


# ── the journeys ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_from_submission_to_revocation(people: People, story: Story) -> None:
    walk = Walk(people, story, applicant(1, "650100"))
    await walk.submit(await opened_round(people, story))
    await returned_and_filed_again(people, walk)
    await reviewed_locally(people, walk)
    await walk.play(acts_of(story, *SELECTION))
    await noticed_and_decided(people, walk)

    number = await walk.number()
    await verified(people, number, "active")
    row = await on_the_list(people, walk, "active")
    assert (row["number"], row["holder_name"]) == (number, walk.who.name)
    ended = await walk.at("")
    assert (ended["status"], ended["result"]) == ("closed", "awarded")
    await dismissed_on_every_other_ground(people, walk)
    await revoked(people, walk, "RV1")
    await everybody_was_told(people, walk)
    await on_record(people, walk)


async def returned_and_filed_again(people: People, walk: Walk) -> None:
    """The work lies with the authority of the applicant's region alone; it names every fault at once."""
    reviewer = people.demo("reviewer")
    await sees(people, "reviewer", walk.case_id, ("completeness_check", ""))
    for other in ("reviewer4", "officer", "approver", "expert1"):
        assert await errands(people, other, walk.case_id) == []
    assert (await people.get(people.demo("reviewer4"), f"/review/cases/{walk.case_id}")).status_code == 404
    elsewhere = await walk.ask(people.demo("reviewer4"), "completeness_check", "acceptance")
    refused(elsewhere, 404, "case_unknown")
    own = somebody("colleague", "reviewer", "650100", walk.who.organisation)
    refused(await walk.ask(own, "completeness_check", "acceptance"), 403, "own_organisation")

    faults = [{"subject": "licence", "fault": "复印件不清"}, {"subject": "staff", "fault": "缺签章"}]
    await walk.act(reviewer, "completeness_check", "correction", {"items": faults})
    seen = await walk.told("returned")
    assert seen["to_correct"] == ["licence: 复印件不清", "staff: 缺签章"]
    assert (await walk.case())["step"] == "correction"
    path, scan = walk.application, b"scanned again\n"
    added = await people.upload(walk.who, f"{path}/documents", "business_licence", "new.txt", scan, seen["version"])
    ok(added, 201)
    early = await people.post(walk.who, f"{path}/submission", None, version(added))
    refused(early, 409, "truth_not_declared")
    await walk.declare_and_submit(version(added))
    back = await walk.at("completeness_check")
    assert back["revision"] == 2
    assert (await walk.told("submitted"))["revision"] == 2


async def reviewed_locally(people: People, walk: Walk) -> None:
    """One person reviews, another assesses, a third recommends; no two of these are one person."""
    await walk.play(acts_of(walk.story, "completeness_check", "preliminary_review"))
    passing = {"passes": True, "opinion": "合格", "findings": ["一", "二", "三"]}
    same = await walk.ask(people.demo("reviewer"), "local_assessment", "inspection", passing)
    refused(same, 403, "duties_separate")
    await walk.play(acts_of(walk.story, "local_assessment", "recommendation"))
    await sees(people, "officer", walk.case_id, ("expert_review", ""))
    panel = {"experts": [{"id": login, "name": login} for login in ("reviewer", "expert1", "expert2")]}
    conflicted = await walk.ask(people.demo("officer"), "expert_review", "panel", panel)
    refused(conflicted, 409, "expert_conflicted")
    assert (await people.get(people.demo("expert1"), f"/review/cases/{walk.case_id}")).status_code == 404


async def noticed_and_decided(people: People, walk: Walk) -> None:
    """Nothing is decided before the notice is over, and nobody approves what that person proposed."""
    await walk.play([act for act in acts_of(walk.story, "public_notice") if act.act])
    early = await walk.ask(people.demo("officer"), "public_notice", "closing")
    refused(early, 409, "notice_running")
    await walk.wait_out("public_notice")
    await walk.act(people.demo("officer"), "decision", "proposal", {"approve": True, "reason": "公示无异议"})
    await sees(people, "approver", walk.case_id, ("decision", "approve:commission_approver"))
    both = somebody("officer", "approver", "650000")
    refused(await walk.ask(both, "decision", "approval", {"reason": "同一人"}), 403, "duties_separate")
    await walk.act(people.demo("approver"), "decision", "approval", {"reason": "同意"})
    await walk.play(acts_of(walk.story, "list_publication"))


async def dismissed_on_every_other_ground(people: People, walk: Walk) -> None:
    """A proposal falls when another person disagrees; where time to put it right is given, the order comes first."""
    path = f"/review/titles/{walk.case_id}"
    at = await propose(people, walk, "RV2")
    dismissed = await people.post(people.demo("approver"), f"{path}/revocation-dismissal", {"reason": "不实"}, at)
    assert ok(dismissed)["status"] == "held"
    at = version(await people.get(people.demo("officer"), path))
    early = ((ground, 409, "rectification_not_ordered") for ground in ("RV3", "RV4", "RV5"))
    for ground, status, code in (*early, ("RV9", 422, "ground_unknown")):
        body = {"ground": ground, "reason": "不成立", "evidence": ["一"]}
        refused(await people.post(people.demo("officer"), f"{path}/revocation-proposal", body, at), status, code)
    body = {"ground": "RV1", "reason": "没有证据", "evidence": []}
    bare = await people.post(people.demo("officer"), f"{path}/revocation-proposal", body, at)
    refused(bare, 422, "evidence_missing")


async def everybody_was_told(people: People, walk: Walk) -> None:
    """The log says who was told what, and every recipient finds it among the own notices."""
    told: list[dict[str, Any]] = []

    async def complete() -> bool:
        told[:] = await listed(people, people.demo("inspector"), f"/notifications/log?case={walk.case_id}&limit=100")
        return {(row["event"], row["role"] or "applicant") for row in told} == TOLD

    await eventually(complete, "not everybody was told of everything")
    submissions = [row for row in told if row["event"] == "ApplicationSubmitted" and row["role"] == "reviewer"]
    assert len(submissions) == 2
    assert {row["organisation"] for row in told if not row["role"]} == {walk.who.organisation}
    for who, role in (
        (walk.who, "applicant"),
        (people.demo("reviewer"), "reviewer"),
        (people.demo("officer"), "officer"),
    ):
        own = await listed(people, who, "/notifications/notices?limit=100")
        events = {row["event"] for row in own if row["case_id"] == walk.case_id}
        assert events == {event for event, recipient in TOLD if recipient == role}
    elsewhere = await listed(people, people.demo("reviewer4"), "/notifications/notices?limit=100")
    assert not [row for row in elsewhere if row["case_id"] == walk.case_id]


async def on_record(people: People, walk: Walk) -> None:
    """Applicant, inspector and registry tell the same story, and no fact of anybody is missing from the trail."""
    assert [entry["what"] for entry in (await walk.applied())["timeline"]] == [
        *("drafted", "submitted", "returned", "submitted", "preliminary_approved", "scored", "publicized"),
        *("recognition_approved", "certified", "revocation_ordered", "revoked"),
    ]
    await trail_is_whole(people)
    lines = await trail(people, f"&case={walk.case_id}")
    assert {line["service"] for line in lines} == set(SERVICES)
    without = [(line["fact"], line["actor_id"]) for line in lines if not (line["actor_id"] and line["trace_id"])]
    assert without == []
    acts = {(line["fact"], line["actor_id"]) for line in lines}
    assert ("intake.application-submitted.1", walk.who.login) in acts
    assert ("review.decision-proposed.1", "officer") in acts
    assert ("review.decision-approved.1", "approver") in acts
    assert ("registry.title-entered.1", "machine:registry") in acts
    for line in lines:
        if line["actor_id"].startswith("machine:"):
            deadline = line["command_id"].endswith("+00:00")  # <deadline>@<instant>: nobody's event caused it
            assert line["caused_by"] or deadline, line


async def test_an_objection_holds_up_its_own_case_only(people: People, story: Story) -> None:
    round_id = await opened_round(people, story)
    disputed = Walk(people, story, applicant(2, "650102"), level="county")
    undisputed = Walk(people, story, applicant(3, "650100"))
    for walk in (disputed, undisputed):
        await walk.submit(round_id)
        await walk.play(acts_of(story, *LOCAL, *SELECTION))
        await walk.play([act for act in acts_of(story, "public_notice") if act.act])
    path = f"/review/cases/{disputed.case_id}/steps/public_notice/objections"
    bare = await people.post(applicant(4, "650200"), path, {"grounds": "名单有误"})
    refused(bare, 422, "objection_incomplete")
    complaint = {"name": "示例异议人", "contact": "示例地址", "grounds": "业绩不实", "evidence": ["0" * 64]}
    objection = ok(await people.post(applicant(4, "650200"), path, complaint), 201)["objection"]
    await sees(people, "officer2", disputed.case_id, ("public_notice", f"investigate:{objection}"))

    await undisputed.wait_out("public_notice")
    await undisputed.at("decision")
    await disputed.until(lambda case: bool(case["states"]["public_notice"]["closed"]), "the notice does not end")
    assert (await disputed.case())["step"] == "public_notice"
    late = await people.post(applicant(4, "650200"), path, complaint)
    refused(late, 409, "objection_late")

    answer = {"upheld": False, "reason": "经查不实"}
    visitor = await disputed.ask(people.demo("officer"), "public_notice", f"objections/{objection}/answer", answer)
    refused(visitor, 403, "duties_separate")
    await disputed.act(people.demo("officer2"), "public_notice", f"objections/{objection}/answer", answer)
    await decided_against(people, undisputed)
    await disputed.play(acts_of(story, "decision", "list_publication"))
    await verified(people, await disputed.number(), "active")
    await revoked(people, disputed, "RV2")
    await trail_is_whole(people)


async def decided_against(people: People, walk: Walk) -> None:
    """Two persons refuse, and the applicant reads why."""
    await walk.act(people.demo("officer"), "decision", "proposal", {"approve": False, "reason": "名额已满"})
    await walk.act(people.demo("approver"), "decision", "approval", {})
    seen = await walk.told("refused")
    assert seen["timeline"][-1]["what"] == "recognition_refused"
    ended = await walk.at("")
    assert (ended["status"], ended["result"]) == ("closed", "refused")
    assert await listed(people, None, f"/registry/titles?holder={walk.who.organisation}") == []


async def test_a_unit_of_the_region_files_directly(people: People, story: Story) -> None:
    """The route skips the prefecture's steps: the authority of the region itself checks and reviews."""
    walk = Walk(people, story, applicant(5, "650000"), level="region")
    await walk.submit(await opened_round(people, story))
    assert (await walk.case())["step"] == "commission_check"
    await sees(people, "officer2", walk.case_id, ("commission_check", ""))
    assert await errands(people, "reviewer", walk.case_id) == []
    check = moved(acts_of(story, "completeness_check"), "commission_check", "officer2")
    review = moved(acts_of(story, "preliminary_review"), "commission_review", "officer2")
    await walk.play((*check, *review))
    await walk.play(acts_of(story, *SELECTION, "public_notice", "decision", "list_publication"))
    number = await walk.number()
    steps = [ended["step"] for ended in (await walk.at(""))["history"]]
    assert not set(steps) & set(LOCAL)
    assert [*steps[:4]] == ["application", "commission_check", "commission_review", "expert_review"]
    await verified(people, number, "active")
    await revoked(people, walk, "RV1")


async def test_refused_at_the_check_and_withdrawn(people: People, story: Story) -> None:
    round_id = await opened_round(people, story)
    refusal, withdrawal = Walk(people, story, applicant(6, "650100")), Walk(people, story, applicant(7, "650100"))
    for walk in (refusal, withdrawal):
        await walk.submit(round_id)
    await refusal.act(people.demo("reviewer"), "completeness_check", "refusal", {"reason": "不属于申报范围"})
    assert (await refusal.told("refused"))["timeline"][-1]["what"] == "recognition_refused"
    ended = await refusal.at("")
    assert (ended["status"], ended["result"]) == ("closed", "refused")

    again = Walk(people, story, withdrawal.who)
    at = await again.furnish(await again.draft(round_id))
    declared = await people.post(again.who, f"{again.application}/declaration", {"true": True}, at)
    taken = await people.post(again.who, f"{again.application}/submission", None, version(declared))
    refused(taken, 409, "place_taken")
    shown = await people.get(withdrawal.who, withdrawal.application)
    path = f"{withdrawal.application}/withdrawal"
    ok(await people.post(withdrawal.who, path, {"reason": "另行申报"}, version(shown)))
    gone = await withdrawal.at("")
    assert (gone["status"], gone["result"]) == ("withdrawn", "withdrawn")
    ok(await people.post(again.who, f"{again.application}/submission", None, version(declared)))
    await again.at("completeness_check")
    await told_of(people, refusal, ("RecognitionRefused", "applicant"), ("RecognitionRefused", "reviewer"))
    await told_of(people, withdrawal, ("ApplicationWithdrawn", "applicant"), ("ApplicationWithdrawn", "reviewer"))


async def told_of(people: People, walk: Walk, *expected: tuple[str, str]) -> None:
    async def told() -> bool:
        rows = await listed(people, people.demo("inspector"), f"/notifications/log?case={walk.case_id}&limit=100")
        return set(expected) <= {(row["event"], row["role"] or "applicant") for row in rows}

    await eventually(told, f"nobody was told of {expected}")
