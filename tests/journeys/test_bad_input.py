"""What goes wrong at the edge gets the answer that says what to do next, and changes nothing."""

from __future__ import annotations

import base64
import itertools
import json
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.story import Story
from shared.runtime.issuer.keys import IssuerKeys
from shared.runtime.issuer.people import Account
from tests.journeys.people import People, applicant, ok, refused, somebody, version, written
from tests.journeys.walk import Walk, opened_round
from tests.support.papers import office, pdf

ECHO = "ZZ-never-echo-this-ZZ"
JSON = {"Content-Type": "application/json"}
NUMBERS = itertools.count(100)


@pytest.fixture
async def walk(people: People, story: Story) -> Walk:
    """A draft of an organisation that only this test knows."""
    found = Walk(people, story, applicant(next(NUMBERS), "650100"))
    await found.draft(await opened_round(people, story))
    return found


async def send(walk: Walk, content: Any, headers: Mapping[str, str] | None = None, at: int = 1) -> httpx.Response:
    """Raw bytes as answers."""
    given = written(at) | JSON | dict(headers or {})
    return await walk.people.send(walk.who, "PATCH", f"{walk.application}/answers", headers=given, content=content)


async def unchanged(walk: Walk) -> None:
    """It is still the draft that it was, and it can still be submitted."""
    shown = await walk.people.get(walk.who, walk.application)
    assert (ok(shown)["status"], version(shown), ok(shown)["answers"]) == ("draft", 1, {})
    await walk.declare_and_submit(await walk.furnish(1))
    await walk.at("completeness_check")


async def test_bodies(walk: Walk) -> None:
    malformed = (
        b'{"given": {"staff_count": "1"',
        b'{"given": {}, "given": {}}',
        b'{"given": NaN}',
        b'{"given": {"staff_count": "\\u0000"}}',
        b'{"given": "\xff"}',
        b"[" * 100 + b"]" * 100,
    )
    for content in malformed:
        refused(await send(walk, content), 400, "malformed_json")
    body = {"given": {}, "surprise": ECHO, "cleared": 7}
    unknown = await send(walk, json.dumps(body))
    refused(unknown, 422, "invalid_input")
    assert {flaw["pointer"] for flaw in unknown.json()["errors"]} == {"/surprise", "/cleared"}
    assert ECHO not in unknown.text
    wrong = await send(walk, json.dumps({"given": {"staff_count": ECHO}}))
    refused(wrong, 422, "answer_unacceptable")
    assert ECHO not in wrong.text
    plain = await send(walk, b"given=1", {"Content-Type": "text/plain"})
    refused(plain, 415, "unsupported_media_type")
    await unchanged(walk)


async def test_sizes(walk: Walk) -> None:
    large = json.dumps({"given": {"staff_count": "1" * 1_200_000}})
    refused(await send(walk, large), 413, "body_too_large")
    refused(await send(walk, _in_pieces(large.encode())), 413, "body_too_large")
    target = f"{walk.application}?{'x' * 9000}"
    refused(await walk.people.get(walk.who, target), 414, "target_too_long")
    many = {f"X-Many-{number}": "1" for number in range(200)}
    refused(await walk.people.get(walk.who, walk.application, **many), 431, "headers_too_large")
    path = f"{walk.application}/documents"
    huge = await walk.people.upload(walk.who, path, "diplomas", "x.txt", b"x" * (20 * 1024 * 1024 + 1), 1)
    refused(huge, 413, "file_too_large")
    await unchanged(walk)


async def _in_pieces(content: bytes) -> AsyncIterator[bytes]:
    """Chunked: nobody says beforehand how much it will be."""
    for start in range(0, len(content), 65_536):
        yield content[start : start + 65_536]


async def test_files(walk: Walk) -> None:
    path = f"{walk.application}/documents"
    files = (
        ("report.pdf", b"this is no PDF\n", "diplomas", 422, "file_not_as_named"),
        ("picture.png", pdf(), "diplomas", 422, "file_not_as_named"),
        ("program.exe", b"MZ" + b"\0" * 100, "diplomas", 415, "file_kind_not_taken"),
        ("empty.txt", b"", "diplomas", 422, "file_empty"),
        ("../../etc.txt", b"out of the folder\n", "diplomas", 422, "file_name_invalid"),
        ("cut.pdf", pdf()[:-40], "diplomas", 422, "file_damaged"),
        ("macros.docx", office(word__vbaProject_dot_bin=b"macro"), "diplomas", 422, "file_active_content"),
        ("fine.pdf", pdf(), "no-such-material", 422, "material_unknown"),
    )
    for name, content, material, status, code in files:
        answer = await walk.people.upload(walk.who, path, material, name, content, 1)
        refused(answer, status, code)
    await unchanged(walk)


async def test_versions(walk: Walk) -> None:
    body, path = json.dumps({"given": {"staff_count": "24"}}), f"{walk.application}/answers"
    bare = await walk.people.send(walk.who, "PATCH", path, headers=written() | JSON, content=body)
    refused(bare, 428, "if_match_missing")
    for tag, status, code in (
        ('"0"', 412, "stale_version"),
        ('W/"1"', 412, "stale_version"),
        ('"99"', 412, "stale_version"),
        ("*", 400, "if_match_invalid"),
        ("one", 400, "if_match_invalid"),
    ):
        refused(await send(walk, body, {"If-Match": tag}), status, code)
    await unchanged(walk)


async def test_keys(walk: Walk, story: Story) -> None:
    body, path = json.dumps({"given": {"staff_count": "24"}}), f"{walk.application}/answers"
    without = {**JSON, "If-Match": '"1"'}
    answer = await walk.people.send(walk.who, "PATCH", path, headers=without, content=body)
    refused(answer, 400, "idempotency_key_missing")
    for key in ("", "x" * 129, "two words"):
        answer = await send(walk, body, {"Idempotency-Key": key})
        refused(answer, 400, "idempotency_key_invalid")
    once = {"Idempotency-Key": "once-and-only-once"}
    first = await send(walk, body, once)
    assert version(first) == 2
    again = await send(walk, body, once)
    assert (again.content, again.headers["ETag"], again.headers["Idempotency-Replayed"]) == (
        first.content,
        first.headers["ETag"],
        "true",
    )
    other = json.dumps({"given": {"staff_count": "25"}})
    refused(await send(walk, other, once, 2), 422, "idempotency_key_reused")
    shown = await walk.people.get(walk.who, walk.application)
    assert (version(shown), ok(shown)["answers"]) == (2, {"staff_count": "24"})
    # Keys belong to their owner: another person's same key is another command.
    call = {"round_id": "0" * 32, "name": "示例", "region": "650100", "level": "prefecture"}
    given = written() | once
    stranger = await walk.people.send(
        applicant(999, "650100"), "POST", "/intake/applications", headers=given, json=call
    )
    refused(stranger, 404, "round_unknown")


async def test_identities(walk: Walk, story: Story) -> None:
    people = walk.people
    call = {"round_id": (await walk.applied())["round_id"], "name": "示例", "region": "650100", "level": "prefecture"}
    right = applicant(998, "650100")
    last = "0" if right.organisation[-1] != "0" else "1"
    mistyped = right.model_copy(update={"organisation": right.organisation[:-1] + last})
    answer = await people.post(mistyped, "/intake/applications", call)
    refused(answer, 422, "uscc_invalid")
    assert mistyped.organisation not in answer.text
    outside = await people.post(right, "/intake/applications", call | {"region": "320100"})
    refused(outside, 409, "region_outside")
    rival = applicant(997, "650100")
    refused(await people.get(rival, walk.application), 404, "application_unknown")
    refused(await people.patch(rival, f"{walk.application}/answers", {"given": {}}, 1), 404, "application_unknown")
    refused(await people.get(people.demo("officer"), walk.application), 403, "role_not_allowed")
    await unchanged(walk)


async def test_regions(walk: Walk) -> None:
    """What lies in another region is not there for a reader, and may not be acted on by a writer."""
    people = walk.people
    await walk.declare_and_submit(await walk.furnish(1))
    await walk.at("completeness_check")
    elsewhere = (somebody("far-officer", "officer", "320000"), people.demo("reviewer4"))
    for who in elsewhere:
        refused(await people.get(who, f"/review/cases/{walk.case_id}"), 404, "case_unknown")
        refused(await walk.ask(who, "completeness_check", "acceptance"), 404, "case_unknown")
        rows = ok(await people.get(who, "/review/cases?limit=200"))["items"]
        assert walk.case_id not in {row["case_id"] for row in rows}
    above = somebody("level-above", "reviewer", "650000")
    refused(await walk.ask(above, "completeness_check", "acceptance"), 403, "outside_region")
    now = people.running.clock.now()
    call = {
        "programme": walk.story.programme,
        "title": "外地申报",
        "opens_at": now.isoformat(),
        "closes_at": now.replace(year=now.year + 1, day=1).isoformat(),
    }
    refused(await people.post(elsewhere[0], "/review/rounds", call), 403, "outside_region")
    assert (await walk.case())["step"] == "completeness_check"


async def test_tokens(walk: Walk, tmp_path: Path) -> None:
    people, who, now = walk.people, walk.who, int(time.time())
    missing = await people.get(None, walk.application)
    refused(missing, 401, "token_missing")
    assert missing.headers["WWW-Authenticate"].startswith("Bearer")
    tokens = (
        (people.signed(who, exp=now - 3600, iat=now - 7200), 401, "token_expired"),
        (people.signed(who, iat=now + 3600, exp=now + 7200), 401, "token_invalid"),
        (people.signed(who, IssuerKeys(tmp_path / "others")), 401, "token_invalid"),
        (people.signed(who, iss="https://issuer.example"), 401, "token_invalid"),
        (people.signed(who, aud="another"), 401, "token_invalid"),
        (_unsigned(people, who), 401, "token_invalid"),
        (_with_roles(people, who, "applicant", "operator"), 401, "token_invalid"),
        ("no-token-at-all", 401, "token_invalid"),
        (people.signed(who, roles=["machine"]), 403, "claims_incomplete"),
        (people.signed(who, roles=[]), 403, "claims_incomplete"),
        (people.signed(who, organisation=""), 403, "claims_incomplete"),
        (people.signed(who, sub="machine:review"), 403, "claims_incomplete"),
        (people.signed(who, roles=["applicant", "inspector"]), 400, "acting_role_needed"),
    )
    for token, status, code in tokens:
        answer = await people.get(None, walk.application, Authorization=f"Bearer {token}")
        refused(answer, status, code)
        assert token not in answer.text
    ok(await people.get(who, walk.application))
    await unchanged(walk)


def _unsigned(people: People, who: Account) -> str:
    head, body, _ = people.signed(who).split(".")
    return ".".join((_part({**_read(head), "alg": "none"}), body, "AA"))


def _with_roles(people: People, who: Account, *roles: str) -> str:
    """A good token whose content somebody changed afterwards."""
    head, body, signature = people.signed(who).split(".")
    return ".".join((head, _part({**_read(body), "roles": roles}), signature))


def _read(part: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return content


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
