"""What an operator does on an installation that is at work, each command as a process of its own."""

from __future__ import annotations

import asyncio

import pytest

from services.story import Story
from shared.runtime.topics import PARTITIONS, all_topics
from tests.journeys.people import People, applicant, ok
from tests.journeys.walk import Walk, opened_round
from tests.support.running import Running

SERVICES = ("intake", "review", "registry", "notifications")


async def test_the_walkthrough_leaves_links_that_answer(installation: Running, people: People) -> None:
    told = await installation.shifan("walkthrough")
    assert told.code == 0, told.out + told.error
    links = [word for word in told.out.split() if word.startswith("http")]
    public = [link for link in links if "/verify/" in link or "/history" in link]
    assert len(public) == 2
    for link in public:
        assert "revoked" in (await people.client.get(link)).text


async def test_status_for_programs(installation: Running) -> None:
    seen = await installation.shifan("status", "--json")
    assert seen.code == 0, seen.error
    report = seen.json()
    assert (report["running"], report["mode"]) == (True, installation.topology)
    assert report["services"] == dict.fromkeys(SERVICES, "")
    assert all(part["state"] == "running" and part["restarts"] == 0 for part in report["parts"])
    assert {login["user"] for login in report["logins"]} >= {"applicant", "reviewer", "officer", "approver"}


async def test_topics(installation: Running) -> None:
    listed = await installation.shifan("topics", "list", "--json")
    if installation.topology == "one-process":
        assert listed.code != 0
        assert "shifan up --kafka" in listed.out + listed.error
        return
    assert listed.code == 0, listed.error
    assert listed.json() == {topic.name: topic.partitions for topic in all_topics()}
    assert listed.json()["review.events.v1"] == PARTITIONS
    again = await installation.shifan("topics", "ensure")
    assert again.code == 0, again.error


async def test_nothing_is_parked_and_mistakes_are_named(installation: Running) -> None:
    mistakes = {
        ("parked", "show", "intake", "999999"): "999999",
        ("parked", "list", "nobody"): "intake, review, registry, notifications",
        ("rebuild", "registry", "no-such-view"): "titles",
        ("kept", "apply", "nobody"): "intake, review, registry, notifications",
    }
    for wrong, named in zip(
        await asyncio.gather(*(installation.shifan(*m) for m in mistakes)), mistakes.values(), strict=True
    ):
        assert wrong.code != 0
        assert named in wrong.out + wrong.error
        assert "Traceback" not in wrong.error


async def test_no_file_that_a_fact_names_is_swept(installation: Running) -> None:
    """Everything here is young, so that a sweep with its shortest age finds nothing; every service's log is read."""
    listed = await installation.shifan("files", "sweep", "--older-than", "1", "--json")
    assert listed.code == 0, listed.out + listed.error
    assert listed.json() == {"done": False, "strays": [], "destroyed": [], "put_back": [], "half_uploads": 0}
    wrong = await installation.shifan("files", "sweep", "--older-than", "0")
    assert wrong.code == 2 and "1" in wrong.out + wrong.error


@pytest.mark.parametrize(
    ("service", "view", "path"),
    [
        ("registry", "titles", "/registry/titles?limit=200&status=revoked"),
        ("review", "cases", "/review/cases?limit=200"),
    ],
)
async def test_a_view_is_rebuilt_while_it_answers(
    installation: Running, people: People, story: Story, service: str, view: str, path: str
) -> None:
    """Not one request fails or sees less than before, and a case that comes meanwhile is in the new copy too."""
    inspector = people.demo("inspector")
    before = ok(await people.get(inspector, path))["items"]
    if not before:  # this worker's installation is fresh
        assert (await installation.shifan("walkthrough")).code == 0
        before = ok(await people.get(inspector, path))["items"]
    assert before
    round_id = await opened_round(people, story)
    command = asyncio.create_task(installation.shifan("rebuild", service, view))
    walk = Walk(people, story, applicant(300 + SERVICES.index(service), "650100"))
    newcomer = asyncio.create_task(walk.submit(round_id))
    answers = 0
    while not command.done():
        items = ok(await people.get(inspector, path))["items"]
        assert len(items) >= min(len(before), 200)
        answers += 1
    done = await command
    await newcomer
    assert done.code == 0, done.out + done.error
    assert f"{service}.{view}" in done.out
    assert answers > 0
    after = {row.get("number") or row.get("case_id") for row in ok(await people.get(inspector, path))["items"]}
    assert {row.get("number") or row.get("case_id") for row in before} <= after or len(before) == 200
