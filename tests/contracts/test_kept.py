"""What an old release kept aside takes effect after the upgrade: in order, once, and never past what waits."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from shared.runtime.consumer import Consumer
from shared.runtime.kept import KeptAside
from shared.runtime.parking import Parking
from shared.runtime.ports import Record, Transient
from shared.runtime.postgres.pool import Database
from tests.contracts.probe import OFFICER, Scribe, count, delivered, told, written


def newer(record: Record) -> Record:
    """The same word as a release after ours would write it."""
    return replace(record, headers={**record.headers, "ce_dataschema": "urn:shifan:schema:CorrectionRequested:99"})


async def understand(desk: Database) -> None:
    """What an upgrade does: from now on the word is one that this release reads."""
    async with desk.transaction() as connection:
        await connection.execute(
            "UPDATE foreign_events SET headers = jsonb_set(headers, '{ce_dataschema}',"
            " to_jsonb('urn:shifan:schema:CorrectionRequested:1'::text)) WHERE headers ? 'ce_dataschema'"
        )


@pytest.fixture
async def owner(desk: Database, provisioned: object) -> Database:
    """The upgrade is played by the owner of the tables: the application may not change what it kept."""
    url: str = provisioned.owner_url  # type: ignore[attr-defined]
    return await Database.open(url, "upgrade", size=2)


async def kept(desk: Database, scribe: Scribe) -> KeptAside:
    """Cases a and b have each two words of a newer release, with an old one of case a between; and a stranger's."""
    stranger = Record("review.events.v1", "a", {}, b"?")
    batch = [newer(told("a", 1)), newer(told("b", 1)), told("a", 2), stranger, newer(told("a", 3)), newer(told("b", 2))]
    await Consumer(desk, scribe).receive(delivered(batch))
    return KeptAside(desk, {scribe.name: scribe})


async def test_they_are_applied_in_order_after_the_upgrade_and_not_again(desk: Database, owner: Database) -> None:
    scribe = Scribe()
    aside = await kept(desk, scribe)
    assert [one.what for one in await aside.entries()] == ["newer", "newer", "strange", "newer", "newer"]
    before = await aside.apply()
    assert (before.applied, before.newer, before.strange) == (0, 4, 1)
    assert await written(desk) == ["2"]
    await understand(owner)
    steps: list[int] = []
    after = await aside.apply(steps.append)
    assert (after.applied, after.newer, after.strange, after.refused) == (4, 0, 1, {})
    assert steps == [1, 2, 3, 4, 5]
    assert await written(desk, "a") == ["2", "1", "3"]
    assert await written(desk, "b") == ["1", "2"]
    assert (await aside.apply()).applied == 0
    assert [one.what for one in await aside.entries()] == ["strange"]
    await owner.close()


async def test_twice_at_once_applies_each_once(desk: Database, owner: Database) -> None:
    scribe = Scribe()
    aside = await kept(desk, scribe)
    await understand(owner)
    both = await asyncio.gather(aside.apply(), KeptAside(desk, {scribe.name: Scribe()}).apply())
    assert sum(one.applied for one in both) == 4
    assert sorted(await written(desk)) == ["1", "1", "2", "2", "3"]
    await owner.close()


async def test_what_is_refused_stays_with_its_reason_and_holds_its_case(desk: Database, owner: Database) -> None:
    scribe = Scribe()
    aside = await kept(desk, scribe)
    await understand(owner)
    first = (await aside.entries())[0].id
    scribe.refuses = {"1"}
    told_of = await aside.apply()
    assert told_of.refused[first] == "不认识 1"
    assert (told_of.applied, told_of.waiting, len(told_of.refused)) == (0, 2, 2)
    scribe.refuses = set()
    assert (await aside.apply()).applied == 4
    await owner.close()


async def test_a_case_that_is_parked_is_not_overtaken(desk: Database, owner: Database) -> None:
    scribe = Scribe(refuses={"bad"})
    await Consumer(desk, scribe).receive(delivered([newer(told("a", 1)), told("a", 2, "bad"), newer(told("b", 1))]))
    await understand(owner)
    aside = KeptAside(desk, {scribe.name: scribe})
    assert ((await aside.apply()).applied, (await aside.apply()).waiting) == (1, 1)
    assert await written(desk) == ["1"]
    scribe.refuses = set()
    parking = Parking(desk, {scribe.name: scribe})
    await parking.retry((await parking.entries())[0].id, OFFICER)
    assert (await aside.apply()).applied == 1
    await owner.close()


async def test_effect_and_removal_are_one_transaction(desk: Database, owner: Database) -> None:
    async def away(_: object) -> None:
        raise Transient("the disk is full")

    scribe = Scribe()
    aside = await kept(desk, scribe)
    await understand(owner)
    scribe.during = away
    with pytest.raises(Transient):
        await aside.apply()
    assert (await count(desk, "foreign_events"), await written(desk)) == (5, ["2"])
    scribe.during = None
    assert (await aside.apply()).applied == 4
    await owner.close()
