"""What a person does with the commands, on the real product, in one process and as four processes over Kafka."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from urllib.parse import urljoin

import httpx
import psutil
import pytest

from services.demo import people
from tests.support.shell import Shell, living, until
from tests.support.shell import shell as a_shell

SERVICES = {"intake", "review", "registry", "notifications"}
TOPOLOGIES = [pytest.param((), id="one-process"), pytest.param(("--kafka",), id="kafka")]


@pytest.fixture(scope="module", params=TOPOLOGIES)
def topology(request: pytest.FixtureRequest) -> tuple[str, ...]:
    chosen: tuple[str, ...] = request.param
    if chosen:
        # The session's broker was started once: Java and the jars are there, and no test waits for a download.
        request.getfixturevalue("kafka")
    return chosen


@pytest.fixture(scope="module")
def running(topology: tuple[str, ...]) -> Iterator[Shell]:
    with a_shell(sys.executable, "-m", "services") as made:
        began = time.monotonic()
        told = made.run("up", "--detach", "--port", "0", *topology)
        assert told.returncode == 0, told.stderr + told.stdout
        # The promise is for `make up`; a broker's first start is Java's business.
        assert topology or time.monotonic() - began < 60
        yield made


@pytest.mark.timeout(300)
def test_the_block_names_every_service_and_a_login_for_every_role(running: Shell) -> None:
    seen = running.status()
    assert set(seen["services"]) == SERVICES
    assert not any(seen["services"].values())
    assert {login["user"] for login in seen["logins"]} == {account.login for account in people()}
    printed = running.run("status").stdout
    for address in seen["addresses"].values():
        assert address in printed
    for login in seen["logins"]:
        assert login["password"] in printed
    assert (running.home.path / "run.json").stat().st_mode & 0o077 == 0


@pytest.mark.timeout(300)
def test_the_start_page_links_to_what_runs(running: Shell) -> None:
    addresses = running.status()["addresses"]
    page = httpx.get(addresses["start"], trust_env=False)
    assert page.status_code == 200
    found = (urljoin(addresses["start"], link) for link in re.findall(r'href="([^"]+)"', page.text))
    links = {link.partition("#")[0] for link in found if link.startswith("http")}
    for name in SERVICES:
        assert f"{addresses[name]}/healthz/ready" in links
        assert f"{addresses[name]}/openapi.json" in links
    for link in links:
        assert httpx.get(link, trust_env=False).status_code == 200, link


@pytest.mark.timeout(300)
def test_a_walkthrough_goes_from_the_call_to_the_revocation_twice(running: Shell) -> None:
    for _ in range(2):  # the second finds the applicant's place free again
        told = running.run("walkthrough")
        assert told.returncode == 0, told.stdout + told.stderr
        assert "完成 / done" in told.stdout
    verify = next(line.split(": ", 1)[1] for line in told.stdout.splitlines() if "/verify/" in line)
    answer = httpx.get(verify.strip(), trust_env=False)
    assert answer.status_code == 200
    assert answer.json()["result"] == "revoked"


@pytest.mark.timeout(300)
def test_after_it_nothing_is_parked_and_the_doctor_finds_no_fault(running: Shell) -> None:
    parked = json.loads(running.run("parked", "list", "--json").stdout)
    assert parked == {name: [] for name in SERVICES}
    told = json.loads(running.run("doctor", "--json").stdout)
    assert [finding for finding in told if finding["verdict"] == "fault"] == []


@pytest.mark.timeout(300)
def test_views_can_be_rebuilt_while_it_runs(running: Shell, topology: tuple[str, ...]) -> None:
    """Every view in one process; over Kafka nothing is different but where the database's address comes from."""
    for service in ["registry"] if topology else sorted(SERVICES):
        views = running.run("rebuild", service).stdout.split()
        assert views
        for view in views[:1] if topology else views:
            told = running.run("rebuild", service, view)
            assert told.returncode == 0, told.stderr
            assert f"projected into {service}.{view}" in told.stdout
    unknown = running.run("rebuild", "review", "nonsense")
    assert unknown.returncode == 1
    assert "no view nonsense" in unknown.stderr


@pytest.mark.timeout(300)
def test_a_request_that_is_refused_is_shown_and_fails_the_walkthrough(running: Shell) -> None:
    before = running.home.path / "issuer" / "logins.json"
    kept = before.read_text()
    before.write_text(json.dumps(json.loads(kept) | {"officer": "wrong"}))
    told = running.run("walkthrough")
    before.write_text(kept)
    assert told.returncode == 1
    assert "cannot sign in as officer" in told.stderr
    assert "shifan doctor" in told.stderr


@pytest.mark.timeout(300)
def test_a_killed_process_comes_back_and_the_walkthrough_still_works(running: Shell, topology: tuple[str, ...]) -> None:
    name = "review" if topology else "services"
    psutil.Process(running.part(name).processes[0].pid).kill()
    until(lambda: running.part(name).restarts > 0 and not running.part(name).failure)
    until(lambda: not any(running.status()["services"].values()))
    told = running.run("walkthrough")
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.timeout(300)
def test_topics_are_there_over_kafka(running: Shell, topology: tuple[str, ...]) -> None:
    told = running.run("topics", "list", "--json")
    if not topology:
        assert told.returncode == 1
        return
    counts = json.loads(told.stdout)
    assert any(name.endswith("certifications.v1") for name in counts)
    assert all(counts.values())
    assert running.run("topics", "ensure").returncode == 0


@pytest.mark.timeout(300)
def test_ctrl_c_stops_every_process(topology: tuple[str, ...]) -> None:
    with a_shell(sys.executable, "-m", "services") as shell:
        child = shell.up(*topology)
        before = shell.state()
        assert len(living(before)) == (7 if topology and "SHIFAN_KAFKA" not in os.environ else 6 if topology else 2)
        child.send_signal(signal.SIGINT)
        output, _ = child.communicate(timeout=90)
        assert child.returncode == 0, output
        assert living(before) == []


@pytest.mark.timeout(300)
def test_a_start_again_finds_the_data() -> None:
    with a_shell(sys.executable, "-m", "services") as shell:
        shell.up()
        walked = shell.run("walkthrough")
        assert walked.returncode == 0, walked.stdout + walked.stderr
        number = next(line.rsplit("/", 1)[1] for line in walked.stdout.splitlines() if "/verify/" in line)
        assert shell.run("stop").returncode == 0
        shell.up()
        registry = shell.status()["addresses"]["registry"]
        assert httpx.get(f"{registry}/verify/{number}", trust_env=False).json()["result"] == "revoked"


def test_a_walkthrough_without_anything_running_says_what_to_do() -> None:
    with a_shell(sys.executable, "-m", "services") as shell:
        told = shell.run("walkthrough")
        assert told.returncode == 1
        assert "shifan up" in told.stderr
