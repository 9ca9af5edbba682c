"""A small application on the edge: what every write of the house promises."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Annotated

import httpx
import pytest
from fastapi import Path
from pydantic import Field
from starlette.responses import JSONResponse, Response

from shared.runtime.http import (
    Allow,
    Caller,
    Changing,
    Creating,
    Edge,
    Input,
    Paged,
    Public,
    answer,
    check_version,
    create_app,
    etag,
    router,
)
from shared.runtime.ports import AlreadyAnswered, Conflict, Receipt, Transient
from tests.support.clock import FixedClock
from tests.support.edge import Receipts, asgi, by_header

KEY = {"Idempotency-Key": "k-1"}


class NotePlain(Exception):
    code = "note_plain"
    status = 409
    zh = "此事已办结。"
    en = "This is done already."


class Note(Input):
    text: Annotated[str, Field(min_length=1, max_length=10)]
    tags: tuple[Annotated[str, Field(max_length=5)], ...] = ()


class Notes:
    """The application: keeps notes and receipts together, as a store would in one transaction."""

    def __init__(self) -> None:
        self.receipts = Receipts()
        self.texts: dict[str, list[str]] = {}
        self.origins: list[object] = []

    def save(self, identity: str, text: str, receipt: Receipt) -> None:
        if (receipt.scope, receipt.key) in self.receipts.held:
            raise AlreadyAnswered
        self.texts.setdefault(identity, []).append(text)
        self.receipts.remember(receipt)


def notes_app(notes: Notes) -> Edge:
    app = create_app(
        "notes", clock=FixedClock(), authenticate=by_header, receipts=notes.receipts.find, refusals=(NotePlain,)
    )
    routes = router(prefix="/notes")

    @routes.post("", status_code=201)
    @Allow(roles=("applicant",), note="own notes")
    async def write(note: Note, command: Creating) -> Response:
        if note.text == "done":
            raise NotePlain
        if note.text == "busy":
            raise Conflict
        if note.text == "away":
            raise Transient
        if note.text == "broken":
            raise RuntimeError("the inside of the house")
        notes.origins.append(command.origin("why"))
        receipt = command.receipt(
            201, {"id": command.id, "text": note.text}, version=1, location=f"/notes/{command.id}"
        )
        await asyncio.sleep(0)
        notes.save(command.id, note.text, receipt)
        return answer(receipt)

    @routes.put("/{identity}")
    @Allow(roles=("applicant", "officer"), note="own notes")
    async def change(identity: Annotated[str, Path(max_length=64)], note: Note, command: Changing) -> Response:
        version = len(notes.texts[identity])
        check_version(command.expected, version)
        receipt = command.receipt(200, {"text": note.text}, version=version + 1)
        notes.save(identity, note.text, receipt)
        return answer(receipt)

    @routes.get("")
    @Public("notes of the test are public")
    async def listed(page: Paged) -> Response:
        after = page.after("notes", [int])
        start = int(after[0]) if after else 0
        rows = list(range(start, min(start + page.limit, 7)))
        return JSONResponse(rows, headers=page.link("notes", [rows[-1] + 1] if rows and rows[-1] < 6 else None))

    @routes.get("/me")
    @Allow(roles=("applicant", "officer"))
    async def me(caller: Caller) -> dict[str, str]:
        return {"id": caller.id, "role": caller.role}

    app.include_router(routes)
    return app


@pytest.fixture
def notes() -> Notes:
    return Notes()


async def test_a_command_is_carried_out_once_however_often_it_is_sent(notes: Notes) -> None:
    async with asgi(notes_app(notes), x_person="zhang applicant") as client:
        first = await client.post("/notes", json={"text": "a"}, headers=KEY)
        again = await client.post("/notes", json={"text": "a"}, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first.headers["etag"] == again.headers["etag"] == '"1"'
    assert first.headers["location"] == again.headers["location"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert list(notes.texts.values()) == [["a"]]


async def test_two_copies_at_the_same_moment_get_the_same_answer(notes: Notes) -> None:
    async with asgi(notes_app(notes), x_person="zhang applicant") as client:
        sent = [client.post("/notes", json={"text": "a"}, headers=KEY) for _ in range(5)]
        answers = await asyncio.gather(*sent)
    assert {response.status_code for response in answers} == {201}
    assert len({response.content for response in answers}) == 1
    assert sum("idempotency-replayed" in response.headers for response in answers) == 4
    assert list(notes.texts.values()) == [["a"]]


async def test_a_key_serves_one_request_of_one_caller(notes: Notes) -> None:
    app = notes_app(notes)
    async with asgi(app, x_person="zhang applicant") as zhang, asgi(app, x_person="li applicant") as li:
        await zhang.post("/notes", json={"text": "a"}, headers=KEY)
        other_body = await zhang.post("/notes", json={"text": "b"}, headers=KEY)
        other_query = await zhang.post("/notes?x=1", json={"text": "a"}, headers=KEY)
        other_caller = await li.post("/notes", json={"text": "b"}, headers=KEY)
    assert_problem(other_body, 422, "idempotency_key_reused")
    assert_problem(other_query, 422, "idempotency_key_reused")
    assert other_caller.status_code == 201


async def test_a_refusal_while_the_first_copys_fate_is_unknown_is_no_refusal(notes: Notes) -> None:
    asked = 0

    async def find(scope: str, key: str) -> Receipt | None:
        nonlocal asked
        asked += 1
        if asked > 1:
            raise ConnectionRefusedError
        return None

    app = notes_app(notes)
    app.state.parts = dataclasses.replace(app.state.parts, receipts=find)
    async with asgi(app, x_person="zhang applicant") as client:
        assert_problem(await client.post("/notes", json={"text": "done"}, headers=KEY), 503, "unavailable")


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 129, "a\tb"])
async def test_a_key_is_visible_ascii(notes: Notes, key: str) -> None:
    async with asgi(notes_app(notes), x_person="zhang applicant") as client:
        response = await client.post("/notes", json={"text": "a"}, headers={"Idempotency-Key": key.encode()})
    assert_problem(response, 400, "idempotency_key_invalid")


async def test_a_post_without_key_and_one_with_two(notes: Notes) -> None:
    async with asgi(notes_app(notes), x_person="zhang applicant") as client:
        none = await client.post("/notes", json={"text": "a"})
        two = await client.post(
            "/notes", json={"text": "a"}, headers=[("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
        )
    assert_problem(none, 400, "idempotency_key_missing")
    assert_problem(two, 400, "idempotency_key_invalid")


async def test_a_change_needs_the_version_that_was_read(notes: Notes) -> None:
    notes.texts["n"] = ["a"]
    async with asgi(notes_app(notes), x_person="zhang applicant") as client:

        async def put(text: str, key: str, **headers: str) -> httpx.Response:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.put("/notes/n", json={"text": text}, headers={"Idempotency-Key": key, **sent})

        assert_problem(await put("b", "1"), 428, "if_match_missing")
        assert_problem(await put("b", "1", if_match='"7"'), 412, "stale_version")
        assert_problem(await put("b", "1", if_match='W/"1"'), 412, "stale_version")
        for odd in ("1", "*", '"1", "2"', '"01"', '"-1"', '"x"'):
            assert_problem(await put("b", "1", if_match=odd), 400, "if_match_invalid")
        done = await put("b", "1", if_match=etag(1))
        repeated = await put("b", "1", if_match=etag(1))
        late = await put("c", "2", if_match=etag(1))
    assert (done.status_code, done.headers["etag"]) == (200, '"2"')
    assert (repeated.status_code, repeated.headers["idempotency-replayed"]) == (200, "true")
    assert_problem(late, 412, "stale_version")
    assert late.headers["etag"] == '"2"'
    assert notes.texts["n"] == ["a", "b"]


async def test_who_when_and_why_reach_the_facts(notes: Notes) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    async with asgi(notes_app(notes), x_person="zhang applicant 320102") as client:
        response = await client.post(
            "/notes", json={"text": "a"}, headers={**KEY, "traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
        )
    (origin,) = notes.origins
    assert origin.actor.id == "zhang"
    assert origin.actor.role == "applicant"
    assert origin.actor.region == "320102"
    assert origin.occurred_at == FixedClock().now()
    assert origin.reason == "why"
    assert origin.trace_id == trace
    assert origin.command_id == response.json()["id"]
    assert response.headers["traceparent"].split("-")[1] == trace


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("done", 409, "note_plain"),
        ("busy", 409, "conflict"),
        ("away", 503, "unavailable"),
        ("broken", 500, "internal_fault"),
    ],
)
async def test_each_kind_of_exception_has_its_answer(notes: Notes, text: str, status: int, code: str) -> None:
    async with asgi(notes_app(notes), x_person="zhang applicant") as client:
        response = await client.post("/notes", json={"text": text}, headers=KEY)
    assert_problem(response, status, code)
    assert "inside of the house" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["traceparent"].split("-")[1] == response.json()["trace_id"]


async def test_callers_are_known_and_act_in_one_role(notes: Notes) -> None:
    app = notes_app(notes)
    async with asgi(app) as stranger:
        unknown = await stranger.post("/notes", content=b"{broken", headers=KEY)
    assert_problem(unknown, 401, "token_missing")
    assert unknown.headers["www-authenticate"].startswith("Bearer")
    async with asgi(app, x_person="wang expert") as expert:
        assert_problem(await expert.get("/notes/me"), 403, "role_not_allowed")
    async with asgi(app, x_person="wang applicant,officer,expert") as many:
        assert_problem(await many.get("/notes/me"), 400, "acting_role_needed")
        assert (await many.get("/notes/me", headers={"Shifan-Role": "officer"})).json()["role"] == "officer"
        assert_problem(await many.get("/notes/me", headers={"Shifan-Role": "finance"}), 403, "acting_role_not_yours")
        assert_problem(await many.get("/notes/me", headers={"Shifan-Role": "expert"}), 403, "role_not_allowed")
    async with asgi(app, x_person="wang applicant,expert") as two:
        assert (await two.get("/notes/me")).json()["role"] == "applicant"


async def test_a_list_is_walked_by_its_links(notes: Notes) -> None:
    seen: list[int] = []
    async with asgi(notes_app(notes)) as client:
        at: str | None = "/notes?limit=3"
        while at:
            response = await client.get(at)
            seen += response.json()
            at = response.links["next"]["url"] if response.links else None
        assert_problem(await client.get("/notes?limit=0"), 422, "invalid_input")
        assert_problem(await client.get("/notes?limit=201"), 422, "invalid_input")
        assert_problem(await client.get("/notes?cursor=abc"), 400, "cursor_invalid")
    assert seen == list(range(7))


def assert_problem(response: httpx.Response, status: int, code: str) -> None:
    """RFC 9457, both languages, and what to do."""
    body = response.json()
    assert (response.status_code, body["code"]) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert body["type"] == f"/problems/{code}"
    assert body["status"] == status
    assert len(body["trace_id"]) == 32
    assert body["title"]
    assert body["detail"] == body["detail_zh"]
    assert body["detail_en"].isascii() or "…" in body["detail_en"]
    assert response.headers["cache-control"] == "no-store"
