"""Measures a big round through review and the registry: a thousand cases scored, ranked on one list, noticed together
and certified, on a real database, through the services' own handlers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.review.domain import commands as c
from services.review.domain.people import Person
from services.review.domain.steps.score_acts import Expert
from services.review.domain.subject import Applicant
from services.review.handlers import CASE, Handlers, Write
from shared.envelope import Actor, Origin
from shared.programmes.loader import SourceFile, load
from shared.runtime.streams import CommittingStreams
from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import Ground
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, Shelf, Somebody, standing

CASES, LISTED, AT_ONCE, PAGE = 1000, 800, 64, 200
PATIENCE_SECONDS = 600
FILE = Path(__file__).with_name("big_round.yaml")
PROGRAMME = load(SourceFile(FILE.name, FILE.read_text("utf-8")))
BEGINNING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
OFFICER = Somebody("officer-1", "officer", "990000")
MYSELF, CRITIC = Person("review", "machine"), Person("critic-1", "expert")
HEAD = Person("officer-1", "officer", "990000")


def _write(house: House) -> Write:
    return Write(Origin(Actor("benchmark", "officer"), house.clock.now(), "benchmark"))


async def big_round(ground: Ground) -> Sequence[Figure]:
    """How long each act over the whole round takes, and until every case has followed."""
    return await measured(ground, CASES, LISTED)


async def measured(ground: Ground, cases: int, listed: int) -> Sequence[Figure]:
    async with standing(Databases(ground.server), ground.folder, PROGRAMME, FixedClock(BEGINNING)) as house:
        store = house.services["review"].store
        streams, handlers = CommittingStreams(store), Handlers(Shelf(PROGRAMME), sandbox=True)
        round_id = await _called(house)
        began = time.perf_counter()
        await _scored(house, handlers, streams, round_id, cases)
        scored = time.perf_counter()
        drawing = await _gathered(house, round_id, "list", {"reason": "everybody is here"})
        await _until(house, round_id, listed, cases - listed)
        ranked = time.perf_counter()
        posting = await _gathered(house, round_id, "notice", {"address": "https://example.org/notice"})
        house.clock.advance(timedelta(days=7))
        await _until(house, round_id, 0, cases)
        titles, done = await _counted(house, "/review/titles?status=held"), time.perf_counter()
        assert titles == listed, f"{titles} titles on record, not {listed}"
        return (
            Figure(f"{cases} cases opened, filed and scored", cases / (scored - began), "cases/s"),
            Figure(f"a list over {cases} cases drawn up", drawing, "s"),
            Figure(f"{cases} cases have followed the list", cases / (ranked - scored), "cases/s"),
            Figure("one notice over those listed posted", posting, "s"),
            Figure("noticed, closed, awarded, numbered, on record", titles / (done - ranked), "cases/s"),
        )


async def _called(house: House) -> str:
    window = {"opens_at": "2026-03-02T00:00:00Z", "closes_at": "2026-03-31T00:00:00Z"}
    answer = await house.post(OFFICER, "/review/rounds", {"programme": PROGRAMME.id, "title": "call", **window})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["round_id"])


async def _scored(house: House, handlers: Handlers, streams: CommittingStreams, round_id: str, cases: int) -> None:
    """Every case filed and scored; so many points that a few share a rank."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        case_id, write = f"{number:032x}", _write(house)
        name = f"示范中小企业公共服务平台有限责任公司第{number:04}号"
        applicant = Applicant(f"91350100MA{number:08d}", name, "990101", "city")
        async with gate:
            opening = c.OpenCase(case_id, PROGRAMME.ref, round_id, applicant)
            await handlers.open_case(streams, opening, write.origin)
            filing = c.ReceiveFiling("application", MYSELF, {}, (), "applicant-1", 1, write.now)
            await handlers.act(streams, case_id, filing, write)
            panel = c.AssignExperts("scoring", HEAD, (Expert(CRITIC.id, "A critic", ""),))
            await handlers.act(streams, case_id, panel, write)
            sheet = c.SealScore("scoring", CRITIC, {"service": f"{number % 1000 / 10:.1f}"}, "seen")
            await handlers.act(streams, case_id, sheet, write)
            assert (await streams.load(CASE, case_id)).state.step == "shortlist"

    await asyncio.gather(*(one(number) for number in range(cases)))


async def _gathered(house: House, round_id: str, what: str, body: dict[str, str]) -> float:
    """Seconds for the one act over all cases that wait."""
    step = "shortlist" if what == "list" else "publicity"
    shown = await house.get(OFFICER, f"/review/rounds/{round_id}")
    version, began = int(shown.headers["ETag"].strip('"')), time.perf_counter()
    answer = await house.post(OFFICER, f"/review/rounds/{round_id}/steps/{step}/{what}", body, version)
    assert answer.status_code in (200, 201), answer.text
    return time.perf_counter() - began


async def _until(house: House, round_id: str, open_: int, closed: int) -> None:
    """Until so many cases stand at the notice, and so many are closed."""
    cases, patience = f"/review/cases?round_id={round_id}", time.perf_counter() + PATIENCE_SECONDS
    wanted = (open_, closed)
    while (found := await _standing(house, cases)) != wanted:
        assert time.perf_counter() < patience, f"{found} at the notice and closed, not {wanted}"
        await asyncio.sleep(0.5)


async def _standing(house: House, cases: str) -> tuple[int, int]:
    at_notice = await _counted(house, f"{cases}&status=open&step_type=notice")
    return at_notice, await _counted(house, f"{cases}&status=closed")


async def _counted(house: House, path: str) -> int:
    """How many lines a listing has over all its pages."""
    found, cursor = 0, ""
    while True:
        page = await house.get(OFFICER, f"{path}&limit={PAGE}{cursor}")
        assert page.status_code == 200, page.text
        found += len(page.json()["items"])
        following = page.links.get("next", {}).get("url", "")
        if "cursor=" not in following:
            return found
        cursor = f"&cursor={following.partition('cursor=')[2].partition('&')[0]}"
