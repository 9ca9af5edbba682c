"""The doctor: each check is well on a good machine, and names a command when its ground is taken away."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import psutil
import pytest

from shared.runtime.clock import DemoClock
from shared.runtime.operator import database_checks, machine_checks, running_checks
from shared.runtime.operator.doctor import Patient, examine
from shared.runtime.operator.findings import Finding, faulty
from shared.runtime.operator.home import Home
from shared.runtime.operator.migrate import bring_forward, url_setting
from shared.runtime.operator.run_state import PartState, ProcessId, RunState
from shared.runtime.postgres.launcher import Server
from shared.runtime.postgres.roles import Provisioned
from tests.support.database import Databases

HERE = {"PATH": os.environ["PATH"]}
NO_MIGRATIONS = Path("/nonexistent/migrations")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    return made


def stranger(home: Home) -> None:
    (home.path / "this-is-shifan").unlink()


def open_to_all(home: Home) -> None:
    home.path.chmod(0o777)


def spoilt_clock(home: Home) -> None:
    home.clock_file.write_text("{")


def test_a_good_home_is_well_and_a_missing_one_is_no_fault(home: Home, tmp_path: Path) -> None:
    assert machine_checks.directory(home).verdict == "well"
    assert machine_checks.directory(Home(tmp_path / "none")).verdict == "well"


@pytest.mark.parametrize(
    ("spoil", "check", "mend"),
    [
        (stranger, machine_checks.directory, "SHIFAN_HOME=~/.shifan shifan up"),
        (open_to_all, machine_checks.directory, "chmod 700 {home}"),
        (spoilt_clock, machine_checks.clock, "rm {home}/clock.json"),
    ],
)
def test_a_spoilt_home_names_the_command(
    home: Home, spoil: Callable[[Home], None], check: Callable[[Home], Finding], mend: str
) -> None:
    assert check(home).verdict == "well"
    spoil(home)
    finding = check(home)
    assert finding.verdict == "fault"
    assert finding.mend == mend.format(home=home.path)


def test_the_mode_is_mended_by_the_command_it_names(home: Home) -> None:
    open_to_all(home)
    assert os.system(machine_checks.directory(home).mend) == 0
    assert machine_checks.directory(home).verdict == "well"
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a directory away")
def test_somebody_elses_home_names_the_command(home: Home) -> None:
    os.chown(home.path, 65534, 65534)
    assert machine_checks.directory(home).mend == f"sudo chown -R 0 {home.path}"


def test_a_moved_clock_is_told() -> None:
    assert machine_checks.clock(Home(Path("/nonexistent"))).verdict == "well"


def test_a_moved_clock_is_a_warning_with_its_remedy(home: Home) -> None:
    DemoClock(home.clock_file).advance(timedelta(days=9))
    finding = machine_checks.clock(home)
    assert (finding.verdict, finding.mend) == ("warning", "shifan stop --purge")
    assert "9 days" in finding.en


@pytest.mark.parametrize("version", [(3, 10), (3, 13), (2, 7)])
def test_another_python_is_a_fault(version: tuple[int, int]) -> None:
    assert machine_checks.python(version).mend == "make install PYTHON=python3.11"
    assert machine_checks.python((3, 11)).verdict == machine_checks.python((3, 12)).verdict == "well"


def test_little_space_is_a_warning_and_less_a_fault(tmp_path: Path) -> None:
    free = psutil.disk_usage(str(tmp_path)).free
    assert machine_checks.disk(tmp_path, 1, 1).verdict == "well"
    assert machine_checks.disk(tmp_path, 1, free * 2).verdict == "warning"
    finding = machine_checks.disk(tmp_path / "not" / "yet", free * 2, free * 2)
    assert finding.verdict == "fault"
    assert "SHIFAN_HOME=" in finding.mend


def test_a_missing_postgresql_names_the_ways_out(tmp_path: Path) -> None:
    assert machine_checks.postgres_programs(HERE).verdict == "well"
    assert machine_checks.postgres_programs({"SHIFAN_DATABASE_URL": "postgresql://x"}).verdict == "well"
    finding = machine_checks.postgres_programs({"SHIFAN_POSTGRES": "neither"})
    assert (finding.verdict, finding.mend) == ("fault", "make install")


def test_a_taken_port_is_a_fault_unless_it_is_ours() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        finding = machine_checks.origin_port(port, None)
        assert (finding.verdict, finding.mend) == ("fault", "shifan up --port 0")
        ours = RunState("one-process", ProcessId.own(), datetime.now(UTC))
        assert machine_checks.origin_port(port, ours).verdict == "well"
    assert machine_checks.origin_port(port, None).verdict == "well"


@pytest.mark.parametrize(("said", "verdict"), [("17.0.15", "well"), ("21.0.1", "well"), ("1.8.0_292", "fault")])
def test_java_is_asked_for_its_version(tmp_path: Path, said: str, verdict: str) -> None:
    program = tmp_path / "bin" / "java"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{said}\"' >&2\n")
    program.chmod(0o755)
    assert machine_checks.java({"JAVA_HOME": str(tmp_path)}).verdict == verdict
    assert machine_checks.java({"PATH": str(tmp_path / "bin")}).verdict == verdict


def test_missing_java_and_maven_name_the_package(tmp_path: Path) -> None:
    finding = machine_checks.java({"PATH": str(tmp_path)})
    assert finding.verdict == "fault"
    assert "apt-get install" in finding.mend
    assert "SHIFAN_KAFKA=" in finding.mend
    finding = machine_checks.maven({"PATH": str(tmp_path)})
    assert (finding.verdict, finding.mend) == ("warning", "apt-get install -y maven")


# ── what runs ────────────────────────────────────────────────────────────────────────────────────────────────────


def by_check(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.check: finding for finding in findings}


async def test_nothing_running_is_a_warning_with_the_command(home: Home) -> None:
    found = await running_checks.all_of(None, (), home)
    assert [(one.verdict, one.mend) for one in found] == [("warning", "shifan up")]


async def test_a_dead_supervisor_is_a_fault_with_the_command(home: Home) -> None:
    own = ProcessId.own()
    state = RunState("one-process", ProcessId(own.pid, own.created - 50), datetime.now(UTC))
    found = await running_checks.all_of(state, (), home)
    assert [(one.check, one.verdict, one.mend) for one in found] == [("running", "fault", "shifan stop")]


async def test_a_state_that_nobody_holds_is_a_fault(home: Home) -> None:
    state = RunState("one-process", ProcessId.own(), datetime.now(UTC))
    found = by_check(await running_checks.all_of(state, (), home))
    assert found["running"].mend == "shifan stop"
    with home.alone():
        assert by_check(await running_checks.all_of(state, (), home))["running"].verdict == "well"


async def test_parts_that_ended_and_services_that_do_not_answer_name_their_log(home: Home) -> None:
    own = ProcessId.own()
    parts = (
        PartState("good", (own,)),
        PartState("gone", (ProcessId(own.pid, own.created - 50),)),
        PartState("shaky", (own,), restarts=5),
        PartState("failed", (own,), failure="ended"),
    )
    state = RunState("kafka", own, datetime.now(UTC), addresses={"review": "http://127.0.0.1:9"}, parts=parts)
    with home.alone():
        found = by_check(await running_checks.all_of(state, ("review",), home))
    assert {name: one.verdict for name, one in found.items()} == {
        "running": "well",
        "process:good": "well",
        "process:gone": "fault",
        "process:shaky": "warning",
        "process:failed": "fault",
        "ready:review": "fault",
    }
    assert f"tail -n 50 {home.log_dir}/gone.log" in found["process:gone"].mend
    assert str(home.log_dir) in found["ready:review"].mend


# ── databases ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_good_database_is_well(provisioned: Provisioned) -> None:
    found = await database_checks.one("probe", NO_MIGRATIONS, provisioned.application_url)
    assert [one.check for one in found] == [
        f"{check}:probe" for check in ("database", "relay", "parked", "transaction", "time")
    ]
    assert not faulty(found)


async def test_a_database_that_is_not_there_names_the_command() -> None:
    found = await database_checks.one("probe", NO_MIGRATIONS, "postgresql://x:y@127.0.0.1:9/none")
    assert [(one.check, one.verdict, one.mend) for one in found] == [
        ("database:probe", "fault", "shifan stop; shifan up")
    ]


async def test_missing_migrations_name_the_command(databases: Databases) -> None:
    empty = await databases.empty()
    found = await database_checks.one("probe", NO_MIGRATIONS, empty.application_url)
    assert [(one.verdict, one.mend) for one in found] == [("fault", "shifan migrate probe")]
    assert "0001_" in found[0].en


async def test_a_newer_database_is_a_fault(provisioned: Provisioned) -> None:
    owner = await asyncpg.connect(provisioned.owner_url)
    await owner.execute("INSERT INTO migrations (origin, number, name, checksum) VALUES ('probe', 9, '0009_x.sql', '')")
    await owner.close()
    found = await database_checks.one("probe", NO_MIGRATIONS, provisioned.application_url)
    assert found[0].verdict == "fault"
    assert "shifan migrate" in found[0].mend


async def test_lag_and_parked_records_are_seen(provisioned: Provisioned) -> None:
    limits = database_checks.Limits(lag=2)
    connection = await asyncpg.connect(provisioned.application_url)
    for version in range(1, 4):
        await connection.execute(
            "INSERT INTO facts (stream_id, version, name, state) VALUES ('a:1', $1, 'n', '')", version
        )
    await connection.execute(
        "INSERT INTO parked (subscriber, source, stream, version, topic, partition, key, headers, value, reason, kind)"
        " VALUES ('s', 'x', 'a:1', 1, 't', 0, 'a', '{}', '', 'no', 'rejected')"
    )
    found = by_check(await database_checks.one("probe", NO_MIGRATIONS, provisioned.application_url, limits))
    assert found["relay:probe"].verdict == "warning"
    assert "3 facts" in found["relay:probe"].en
    assert (found["parked:probe"].verdict, found["parked:probe"].mend) == ("fault", "shifan parked list probe")
    await connection.execute(
        "INSERT INTO checkpoints (name, xid, number) SELECT 'relay', xid::text::bigint, position FROM facts"
        " ORDER BY xid DESC, position DESC LIMIT 1"
    )
    await connection.close()
    found = by_check(await database_checks.one("probe", NO_MIGRATIONS, provisioned.application_url, limits))
    assert found["relay:probe"].verdict == "well"


async def test_a_long_transaction_names_its_process(provisioned: Provisioned) -> None:
    limits = database_checks.Limits(transaction_seconds=0.0)
    holder = await asyncpg.connect(provisioned.application_url)
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("SELECT 1")
    pid = await holder.fetchval("SELECT pg_backend_pid()")
    found = by_check(await database_checks.one("probe", NO_MIGRATIONS, provisioned.application_url, limits))
    await transaction.rollback()
    await holder.close()
    assert found["transaction:probe"].verdict == "warning"
    assert str(pid) in found["transaction:probe"].mend


async def test_a_clock_apart_is_a_warning(provisioned: Provisioned) -> None:
    limits = database_checks.Limits(skew_seconds=-1.0)
    found = by_check(await database_checks.one("probe", NO_MIGRATIONS, provisioned.application_url, limits))
    assert "timedatectl" in found["time:probe"].mend


async def test_bringing_forward_is_repeatable_and_examined_as_a_whole(postgres: Server, home: Home) -> None:
    services = {"alpha": NO_MIGRATIONS, "beta": NO_MIGRATIONS}
    first = await bring_forward(postgres.url, services, {"SHIFAN_ALPHA_DATABASE_PASSWORD": "chosen"})
    again = await bring_forward(postgres.url, services, {"SHIFAN_ALPHA_DATABASE_PASSWORD": "chosen"})
    assert all(one.applied for one in first)
    assert not any(one.applied for one in again)
    assert ":chosen@" in again[0].provisioned.application_url
    surroundings = HERE | {url_setting(one.service): one.provisioned.application_url for one in again}
    patient = Patient(home, None, services, surroundings, 0, broker=False)
    found = await examine(patient)
    assert not faulty(found)
    assert {"python", "home", "disk", "running", "database:alpha", "database:beta"} <= set(by_check(found))
    everything = await examine(replace(patient, broker=True))
    assert {"java", "maven"} <= set(by_check(everything))


def test_a_finding_that_nobody_can_mend_is_not_made() -> None:
    with pytest.raises(AssertionError):
        Finding("x", "fault", "坏", "bad")
