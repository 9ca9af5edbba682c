"""Input that somebody made to hurt: each kind gets the clear answer, and the next request is served."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Annotated, Literal

import httpx
import pytest
from fastapi import Form, Request
from pydantic import Field, field_validator
from starlette.responses import PlainTextResponse, Response

from shared.runtime.http import Accepts, Edge, Input, Limits, Public, Rejection, create_app, router
from tests.support.clock import FixedClock
from tests.support.edge import Receipts, asgi, by_header, served

SMALL = Limits(body_bytes=1000, header_count=20, header_bytes=2000, target_bytes=300, request_seconds=0.4, concurrent=3)


class Thing(Input):
    name: Annotated[str, Field(max_length=5)]
    kind: Literal["a", "b"] = "a"
    amount: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    many: Annotated[tuple[int, ...], Field(max_length=3)] = ()
    answers: dict[str, int] = Field(default_factory=dict)

    @field_validator("name")
    @classmethod
    def no_x(cls, name: str) -> str:
        if "x" in name:
            raise Rejection("名称不能含有 x。", "A name holds no x.")
        return name


def hostile_app() -> Edge:
    app = create_app("hostile", clock=FixedClock(), authenticate=by_header, receipts=Receipts().find, limits=SMALL)
    app.state.gate = asyncio.Event()
    routes = router()

    @routes.post("/things")
    @Public("test")
    @Accepts(keyless="test")
    async def things(thing: Thing) -> dict[str, str]:
        return {"name": thing.name}

    @routes.post("/form")
    @Public("test")
    @Accepts(keyless="test")
    async def form(name: Annotated[str, Form(max_length=5)]) -> dict[str, str]:
        return {"name": name}

    @routes.put("/large")
    @Public("test")
    @Accepts(body_bytes=5000, seconds=5)
    async def large(request: Request) -> dict[str, int]:
        return {"size": len(await request.body())}

    @routes.get("/wait")
    @Public("test")
    async def wait() -> Response:
        await app.state.gate.wait()
        return PlainTextResponse("waited")

    app.include_router(routes)
    return app


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[1,]",
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": "a", "name": "b"}',
        b'{"many": [' + b"9" * 65 + b"]}",
        b'{"amount": 1e999}',
        b'{"name": "\\u0000"}',
        b'{"answers": {"\\u0000": 1}}',
        b'{"name": "\\ud800"}',
        b'{"name": "\xff"}',
        b"[" * 100 + b"]" * 100,
        b'{"name":' + b"[" * 400,
        "﻿{}".encode(),
        '{"name": "a"}'.encode("utf-16"),
    ],
)
async def test_json_that_is_not_taken(body: bytes) -> None:
    async with asgi(hostile_app()) as client:
        response = await client.post("/things", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (400, "malformed_json")


async def test_brackets_and_escapes_inside_a_text_are_no_depth() -> None:
    async with asgi(hostile_app()) as client:
        response = await client.post("/things", content=json.dumps({"name": '[{"\\'}))
        assert response.status_code == 415
        headers = {"Content-Type": "application/json; charset=utf-8"}
        response = await client.post("/things", content=json.dumps({"name": '[{"\\'}), headers=headers)
    assert response.json() == {"name": '[{"\\'}


@pytest.mark.parametrize(
    ("thing", "pointer", "en"),
    [
        ({}, "/name", "This is missing."),
        ({"name": 1}, "/name", "This must be a text."),
        ({"name": "secret-text"}, "/name", "This may have at most 5 characters."),
        ({"name": "xxx"}, "/name", "A name holds no x."),
        ({"name": "a", "kind": "secret"}, "/kind", "This must be one of 'a' or 'b'."),
        ({"name": "a", "amount": "-1"}, "/amount", "This must be at least 0."),
        ({"name": "a", "amount": "secret"}, "/amount", "This must be a decimal number."),
        ({"name": "a", "many": [1, "secret"]}, "/many/1", "This must be a whole number."),
        ({"name": "a", "many": [1, 2, 3, 4]}, "/many", "This may have at most 3 items."),
        ({"name": "a", "surplus": 1}, "/surplus", "This is not known here; leave it out."),
        ({"name": "a", "<secret>": 1}, "", "This is not known here; leave it out."),
        ({"name": "a", "answers": {"sec ret": "x"}}, "/answers", "This must be a whole number."),
        (["secret"], "", "This must be an object."),
    ],
)
async def test_every_fault_has_its_pointer_and_repeats_nothing(thing: object, pointer: str, en: str) -> None:
    async with asgi(hostile_app()) as client:
        response = await client.post("/things", json=thing)
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert (error["in"], error["pointer"], error["detail_en"]) == ("body", pointer, en)
    assert error["detail_zh"]
    assert "sec" not in response.text


async def test_an_empty_body_is_missing() -> None:
    async with asgi(hostile_app()) as client:
        response = await client.post("/things", headers={"Content-Type": "application/json"})
    assert response.json()["errors"][0]["detail_zh"] == "缺少此项。"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "", "application/jsonx", "multipart/form-data"]
)
async def test_wrong_content_types(content_type: str) -> None:
    async with asgi(hostile_app()) as client:
        response = await client.post("/things", content=b"{}", headers={"Content-Type": content_type})
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")
    assert response.headers["accept"] == "application/json"


async def test_forms_are_taken_strictly_too() -> None:
    async with asgi(hostile_app()) as client:
        assert (await client.post("/form", data={"name": "a"})).json() == {"name": "a"}
        assert (await client.post("/form", data={"name": "a\0"})).json()["code"] == "malformed_form"
        assert (await client.post("/form", data={str(n): "" for n in range(201)})).json()["code"] == "malformed_form"
        assert (await client.post("/form", json={"name": "a"})).status_code == 415
        broken = {"Content-Type": "multipart/form-data; boundary=x"}
        assert (await client.post("/form", content=b"rubbish", headers=broken)).json()["code"] == "malformed_form"
        assert (await client.post("/form", data={"name": "toolong"})).json()["errors"][0]["pointer"] == "/name"


async def test_addresses_and_methods() -> None:
    async with asgi(hostile_app()) as client:
        assert (await client.get("/nowhere")).json()["code"] == "not_found"
        wrong = await client.delete("/things")
        assert (wrong.status_code, wrong.json()["code"], wrong.headers["allow"]) == (405, "method_not_allowed", "POST")
        assert (await client.get("/no%00where")).json()["code"] == "malformed_request"
        assert (await client.get("/nowhere?a=%00")).json()["code"] == "malformed_request"
        assert (await client.get("/" + "a" * 400)).status_code == 414
        assert (await client.get("/?" + "a" * 400)).status_code == 414
        assert (await client.get("/", headers={"x": "y" * 3000})).status_code == 431
        assert (await client.get("/", headers=[("x", "y")] * 30)).status_code == 431


async def chunks(size: int, count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * size


async def test_bodies_are_limited_declared_or_chunked_and_a_route_may_allow_more() -> None:
    async with served(hostile_app()) as address, httpx.AsyncClient(base_url=address) as client:
        json_type = {"Content-Type": "application/json"}
        for body in (b"x" * 1001, chunks(100, 11), b"x" * 5_000_000, chunks(10_000, 500)):
            response = await client.post("/things", content=body, headers=json_type)
            assert (response.status_code, response.json()["code"]) == (413, "body_too_large")
        assert (await client.put("/large", content=chunks(1000, 5))).json() == {"size": 5000}
        assert (await client.put("/large", content=chunks(1000, 6))).status_code == 413
        assert (await client.post("/things", json={"name": "a"})).status_code == 200


async def test_a_body_that_lies_about_its_length() -> None:
    async with served(hostile_app()) as address:
        answer = await raw(
            address, b"POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nx"
        )
        assert answer.startswith((b"HTTP/1.1 413", b"HTTP/1.1 415", b"HTTP/1.1 400"))
        answer = await raw(
            address,
            b"POST /things HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{",
        )
        assert answer.startswith(b"HTTP/1.1 408")
        assert b"body_too_slow" in answer


async def test_header_injection_stays_inside_its_value() -> None:
    async with served(hostile_app()) as address:
        answer = await raw(
            address, b"GET /nowhere%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        )
        head = answer.partition(b"\r\n\r\n")[0].lower()
        assert b"set-cookie" not in head
        bad = await raw(address, b"GET / HTTP/1.1\r\nHost: a\r\nx: a\x00b\r\nConnection: close\r\n\r\n")
        assert bad.startswith(b"HTTP/1.1 400")


async def test_work_that_takes_too_long_and_too_many_at_once() -> None:
    app = hostile_app()
    async with served(app) as address, httpx.AsyncClient(base_url=address) as client:
        late = await client.get("/wait")
        assert (late.status_code, late.json()["code"]) == (503, "out_of_time")
        waiting = [asyncio.create_task(client.get("/wait")) for _ in range(3)]
        async with asyncio.timeout(5):
            while (busy := await client.get("/nowhere")).status_code != 503:
                pass
        assert busy.json()["code"] == "too_busy"
        assert busy.headers["retry-after"] == "1"
        assert (await client.get("/healthz/live")).status_code == 200
        app.state.gate.set()
        assert {(await task).status_code for task in waiting} <= {200, 503}
        assert (await client.get("/nowhere")).status_code == 404


async def test_both_languages_and_the_one_that_was_asked_for() -> None:
    async with asgi(hostile_app()) as client:
        for asked, language in [
            ("", "zh"),
            ("en", "en"),
            ("en-GB,zh;q=0.5", "en"),
            ("zh-CN,en;q=0.9", "zh"),
            ("fr", "zh"),
            ("en;q=0", "zh"),
            ("en;q=rubbish", "zh"),
            ("," * 5000, "zh"),
        ]:
            response = await client.get("/nowhere", headers={"Accept-Language": asked} if len(asked) < 1500 else {})
            body = response.json()
            assert response.headers["content-language"] == language
            assert body["detail"] == body[f"detail_{language}"]
            assert body["detail_zh"] != body["detail_en"]


async def raw(address: str, request: bytes) -> bytes:
    host, _, port = address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    await writer.drain()
    async with asyncio.timeout(5):
        answer = await reader.read(4096)
    writer.close()
    await writer.wait_closed()
    return answer


async def test_only_our_own_names_are_answered_to_but_probes_always() -> None:
    limits = Limits(hosts=("edge.test",))
    app = create_app("hosts", clock=FixedClock(), authenticate=by_header, receipts=Receipts().find, limits=limits)
    async with asgi(app) as client:
        assert (await client.get("/openapi.json")).status_code == 200
        assert (await client.get("/openapi.json", headers={"Host": "EDGE.test:8080"})).status_code == 200
        for other in ("evil.example.org", "", "edge.test.evil.org", "edge.test:8080:1", "127.0.0.1"):
            assert (await client.get("/openapi.json", headers={"Host": other})).json()["code"] == "wrong_host"
            assert (await client.get("/healthz/live", headers={"Host": other})).status_code == 200
            assert (await client.get("/x/healthz/live", headers={"Host": other})).status_code == 404


async def test_a_caller_who_goes_away_is_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    app = hostile_app()
    async with served(app) as address:
        host, _, port = address.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"PUT /large HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\nx")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        said = ""
        async with asyncio.timeout(5):
            while "answered" not in said:
                await asyncio.sleep(0.01)
                said += capsys.readouterr().out
    assert "caller_went_away" in said
    assert "fault" not in said
