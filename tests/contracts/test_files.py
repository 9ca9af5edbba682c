"""The file store on a real directory: kept by content, nothing left behind, altered files never handed out whole."""

from __future__ import annotations

import asyncio
import hashlib
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import Query, Request
from starlette.responses import StreamingResponse

from shared.runtime.files import Files, StoredFile, file_store
from shared.runtime.http import Accepts, Allow, create_app, router
from shared.runtime.refusals import Refusal
from tests.support import papers
from tests.support.clock import FixedClock
from tests.support.edge import Receipts, by_header, served


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(file_store("", tmp_path / "files"), 1_000_000)


async def blocks(content: bytes, size: int = 7_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def held(directory: Path) -> list[str]:
    return sorted(path.relative_to(directory).parts[0] for path in directory.rglob("*") if path.is_file())


async def whole(files: Files, sha256: str) -> bytes:
    return b"".join([block async for block in await files.open(sha256)])


async def test_a_file_is_kept_by_its_content_once(files: Files, tmp_path: Path) -> None:
    content = papers.office(note=bytes(range(256)) * 2000)
    digest = hashlib.sha256(content).hexdigest()
    first = await files.keep("申报.docx", blocks(content))
    again = await asyncio.gather(*(files.keep(f"{n}.docx", blocks(content)) for n in range(4)))
    assert first == StoredFile(digest, len(content), first.media_type, "申报.docx")
    assert {one.sha256 for one in again} == {digest}
    assert await whole(files, digest) == content
    assert await files.size(digest) == len(content)
    assert held(tmp_path / "files") == ["sha256"]
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700
    assert await files.check() == ""


async def test_what_is_refused_leaves_nothing(files: Files, tmp_path: Path) -> None:
    for name, content, code in (
        ("a.pdf", b"%PDF-1.7\nrubbish", "file_damaged"),
        ("a.png", papers.pdf(), "file_not_as_named"),
        ("a.txt", b"x" * 1_000_001, "file_too_large"),
        ("a.txt", b"", "file_empty"),
        ("a.zip", papers.office(), "file_kind_not_taken"),
    ):
        with pytest.raises(Refusal, match=code):
            await files.keep(name, blocks(content))
    assert held(tmp_path / "files") == []


async def test_a_sender_who_goes_away_leaves_nothing(files: Files, tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"%PDF-1.7\n"
        begun.set()
        await asyncio.Event().wait()

    keeping = asyncio.create_task(files.keep("a.pdf", endless()))
    await begun.wait()
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    assert held(tmp_path / "files") == []


async def test_what_a_killed_process_left_is_swept(files: Files, tmp_path: Path) -> None:
    kept = await files.keep("a.txt", blocks(b"kept"))
    (tmp_path / "files" / "quarantine").mkdir(exist_ok=True)
    (tmp_path / "files" / "quarantine" / "left").write_bytes(b"half")
    assert await files.sweep(datetime.now(UTC)) == 0
    assert await files.sweep(datetime.now(UTC) + timedelta(days=2)) == 1
    assert held(tmp_path / "files") == ["sha256"]
    assert await whole(files, kept.sha256) == b"kept"


@pytest.mark.parametrize("changed", [b"x", b"", b"longer than it was before"])
async def test_an_altered_file_is_never_handed_out_whole(files: Files, tmp_path: Path, changed: bytes) -> None:
    kept = await files.keep("a.txt", blocks(b"the truth"))
    (path,) = (path for path in (tmp_path / "files" / "sha256").rglob("*") if path.is_file())
    path.write_bytes(changed)
    with pytest.raises(Refusal, match="file_altered"):
        await whole(files, kept.sha256)
    mended = await files.keep("b.txt", blocks(b"the truth"))
    assert await whole(files, mended.sha256) == b"the truth"


@pytest.mark.parametrize("sha256", ["", "a", "../../etc/passwd", "A" * 64, "0" * 64, "0" * 63 + "\n"])
async def test_addresses_that_name_nothing(files: Files, sha256: str) -> None:
    with pytest.raises(Refusal, match="file_not_found"):
        await files.open(sha256)
    assert await files.size(sha256) is None


async def test_over_http_in_and_out(files: Files) -> None:
    app = create_app("files", clock=FixedClock(), authenticate=by_header, receipts=Receipts().find)
    routes = router()

    @routes.put("/files")
    @Allow(roles=("applicant",))
    @Accepts(body_bytes=2_000_000, seconds=60)
    async def take(request: Request, name: Annotated[str, Query(max_length=200)]) -> dict[str, object]:
        return vars(await files.keep(name, request.stream()))

    @routes.get("/files/{sha256}")
    @Allow(roles=("applicant",))
    async def give(sha256: str) -> StreamingResponse:
        content = await files.open(sha256)
        size = await files.size(sha256)
        return StreamingResponse(content, media_type="application/octet-stream", headers={"Content-Length": str(size)})

    app.include_router(routes)
    content = papers.office(note=bytes(range(256)) * 3000)
    async with served(app) as address, httpx.AsyncClient(base_url=address) as client:
        client.headers["x-person"] = "zhang applicant"
        kept = (await client.put("/files", params={"name": "a.docx"}, content=blocks(content))).json()
        given = await client.get(f"/files/{kept['sha256']}")
        large = await client.put("/files", params={"name": "a.txt"}, content=blocks(b"x" * 1_500_000))
        larger = await client.put("/files", params={"name": "a.txt"}, content=b"x" * 2_500_000)
        missing = await client.get("/files/" + "0" * 64)
    assert given.content == content
    assert (large.status_code, large.json()["code"]) == (413, "file_too_large")
    assert (larger.status_code, larger.json()["code"]) == (413, "body_too_large")
    assert missing.json()["code"] == "file_not_found"
