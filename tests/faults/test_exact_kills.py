"""A process that dies at the worst moment: published and not remembered, written and not committed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from shared.runtime.topic_names import audit_topic
from tests.faults.scene import Scene
from tests.support.quiet import administrators, ends_of, quiet

LIMIT_SECONDS = 60.0


async def dies(scene: Scene, service: str, where: str) -> str:
    """Runs the service until it killed itself; returns what it said last."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.dying", service, where),
        env={
            **os.environ,
            **scene.town.surroundings(service),
            "SHIFAN_LOG_FILE": str(scene.folder / f"{service}-dying.log"),
        },
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            said, _ = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    assert child.returncode == -signal.SIGKILL, said
    return said.decode()


async def stand(scene: Scene, services: Sequence[str], query: str) -> list[object]:
    async with administrators(scene.town) as databases:
        return [[tuple(row) for row in await databases[service].fetch(query)] for service in services]


async def published(scene: Scene, service: str) -> int:
    topic = audit_topic(service)
    return sum((await ends_of(scene.town, [topic])).values())


RELAY = "SELECT xid, number FROM checkpoints WHERE name = 'relay'"
FACTS = "SELECT count(*) FROM facts"
OFFSETS = "SELECT subscriber, topic, partition, next_offset FROM offsets ORDER BY 1, 2, 3"
TRAIL = "SELECT count(*) FROM audit_trail"


async def test_a_relay_that_dies_between_publishing_and_its_checkpoint(standing: Scene) -> None:
    services = ("review", "notifications")
    await quiet(standing.town)
    for service in services:
        await standing.town.stop(service)
    before, relayed = await stand(standing, services, RELAY), [await published(standing, s) for s in services]
    await standing.load().submitted(standing.newcomer())
    said = await asyncio.gather(*(dies(standing, service, "relay") for service in services))
    assert all(words.startswith("published") for words in said), said
    assert await stand(standing, services, RELAY) == before, "the checkpoint was moved"
    for service, number in zip(services, relayed, strict=True):
        assert await published(standing, service) > number, f"{service} published nothing before it died"
    await standing.town.start(*services)
    evidence = await standing.agreed()
    for service in services:
        assert await published(standing, service) > len(evidence.facts[service]), "nothing was published twice"


async def test_a_consumer_that_dies_between_its_effect_and_the_commit(standing: Scene) -> None:
    services = ("review", "registry", "notifications")
    await quiet(standing.town)
    for service in services:
        await standing.town.stop(service)
    offsets, facts = await stand(standing, services, OFFSETS), await stand(standing, services, FACTS)
    trail = await stand(standing, ["registry"], TRAIL)
    case_id = await standing.load().submitted(standing.newcomer())
    said = await asyncio.gather(*(dies(standing, service, "consumer") for service in services))
    assert all("wrote the effect" in words for words in said), said
    assert await stand(standing, services, OFFSETS) == offsets, "an offset moved without its effect"
    assert await stand(standing, services, FACTS) == facts, "an effect was committed by itself"
    assert await stand(standing, ["registry"], TRAIL) == trail, "lines of the trail were committed by themselves"
    await standing.town.start(*services)
    evidence = await standing.agreed()
    assert any(row["stream"] == f"case:{case_id}" for row in evidence.facts["review"])


async def test_a_service_that_dies_between_a_commit_and_its_answer(standing: Scene) -> None:
    """The caller knows nothing, sends the command again, and gets the answer that the first one would have had."""
    town, load = standing.town, standing.load()
    replayed, facts = standing.callers.tally.replayed, await stand(standing, ["intake"], FACTS)
    await town.stop("intake")
    dying = asyncio.create_task(dies(standing, "intake", "answer"))
    asking = asyncio.create_task(load.draft(standing.newcomer()))
    assert "appended to application:" in await dying
    assert not asking.done(), "nobody was there to answer"
    assert await stand(standing, ["intake"], FACTS) != facts, "nothing was committed"
    await town.start("intake")
    assert (await asking).status_code == 201
    assert standing.callers.tally.replayed > replayed
    await standing.agreed()
