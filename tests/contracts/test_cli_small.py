"""``up``, ``status``, ``doctor``, ``stop`` and ``clock`` with real processes, on a small product."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from shared.runtime.operator import run_state
from shared.runtime.operator.home import Home

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "tests.support.small_product"]


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


@dataclass
class Shell:
    """Runs commands on one data directory and ends whatever they started."""

    home: Home
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | {"SHIFAN_HOME": str(self.home.path), "COLUMNS": "200", **more}

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments],
            cwd=ROOT,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def up(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """In the foreground; returns when everything answers."""
        child = subprocess.Popen(
            [*COMMAND, "up", "--port", "0", *arguments],
            cwd=ROOT,
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(child)
        until(lambda: child.poll() is not None or self.ready())
        return child

    def ready(self) -> bool:
        state = run_state.read(self.home.run_file)
        return state is not None and state.ready and state.alive()

    def state(self) -> run_state.RunState:
        state = run_state.read(self.home.run_file)
        assert state is not None
        return state

    def status(self) -> dict[str, Any]:
        told = self.run("status", "--json")
        answer = json.loads(told.stdout)
        assert told.returncode == (0 if answer["running"] else 3)
        return dict(answer)


@pytest.fixture
def shell() -> Iterator[Shell]:
    # Not under pytest's own private directories: the server runs as somebody else when we are root.
    folder = Path(tempfile.mkdtemp(prefix="shifan-cli-"))
    made = Shell(Home(folder / "home"))
    yield made
    made.run("stop")
    for child in made.started:
        child.kill()
        child.communicate()
    shutil.rmtree(folder, ignore_errors=True)


def living(state: run_state.RunState) -> list[int]:
    return [process.pid for process in state.survivors()]


def test_up_prints_the_block_and_ctrl_c_stops_everything(shell: Shell) -> None:
    child = shell.up()
    state = shell.state()
    assert [part.name for part in state.parts] == ["postgres", "services"]
    assert len(living(state)) == 2
    child.send_signal(signal.SIGINT)
    output, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    for line in ("✓ postgres", "✓ migrate", "✓ services", "✓ demo data", "demo-password", "Ctrl-C", "stopped"):
        assert line in output
    for address in state.addresses.values():
        assert address in output
    assert living(state) == []
    assert not shell.home.run_file.exists()
    assert shell.status()["running"] is False


def test_a_second_up_reattaches_and_status_tells_the_same(shell: Shell) -> None:
    child = shell.up()
    again = shell.run("up")
    assert again.returncode == 0
    assert "it runs already" in again.stdout
    assert shell.state().addresses["alpha"] in again.stdout
    assert child.poll() is None
    seen = shell.status()
    assert seen["running"] is True
    assert seen["mode"] == "one-process"
    assert seen["services"] == {"alpha": "", "beta": ""}
    assert seen["logins"] == [
        {"role": "officer", "title": "演示经办人", "user": "officer", "password": "demo-password"}
    ]
    assert {part["name"]: part["state"] for part in seen["parts"]} == {"postgres": "running", "services": "running"}
    assert "demo-password" in shell.run("status").stdout


def test_two_at_once_are_one(shell: Shell) -> None:
    first = subprocess.Popen([*COMMAND, "up", "--detach", "--port", "0"], cwd=ROOT, env=shell.environment())
    second = subprocess.Popen([*COMMAND, "up", "--detach", "--port", "0"], cwd=ROOT, env=shell.environment())
    codes = {first.wait(90), second.wait(90)}
    assert codes == {0}
    assert len(living(shell.state())) == 2


def test_detach_returns_when_ready_and_stop_ends_it(shell: Shell) -> None:
    told = shell.run("up", "--detach", "--port", "0")
    assert told.returncode == 0, told.stderr
    assert "demo-password" in told.stdout
    state = shell.state()
    stopped = shell.run("stop")
    assert stopped.returncode == 0
    assert "stopped" in stopped.stdout
    assert state.supervisor.find() is None
    assert living(state) == []
    assert "nothing was running" in shell.run("stop").stdout


def test_what_a_killed_supervisor_left_is_seen_told_and_ended(shell: Shell) -> None:
    child = shell.up()
    state = shell.state()
    child.kill()
    child.wait()
    assert shell.status()["running"] is False
    told = json.loads(shell.run("doctor", "--json").stdout)
    stale = next(finding for finding in told if finding["check"] == "running")
    assert (stale["verdict"], stale["mend"]) == ("fault", "shifan stop")
    shell.up()
    assert shell.ready()
    assert shell.state().supervisor != state.supervisor
    assert not set(living(state)) - set(living(shell.state()))


def test_a_killed_service_comes_back_and_is_counted(shell: Shell) -> None:
    shell.up()
    victim = next(part for part in shell.state().parts if part.name == "services")
    psutil.Process(victim.processes[0].pid).kill()
    until(lambda: next(part for part in shell.state().parts if part.name == "services").restarts == 1)
    seen = shell.status()
    assert seen["services"] == {"alpha": "", "beta": ""}
    assert next(part for part in seen["parts"] if part["name"] == "services")["restarts"] == 1


def test_a_killed_postgresql_comes_back(shell: Shell) -> None:
    shell.up()
    victim = next(part for part in shell.state().parts if part.name == "postgres").processes[0]
    psutil.Process(victim.pid).kill()
    until(lambda: next(part for part in shell.state().parts if part.name == "postgres").restarts == 1)
    told = json.loads(shell.run("doctor", "--json").stdout)
    assert all(one["verdict"] == "well" for one in told if one["check"].startswith("database:"))


def test_the_doctor_is_well_while_it_runs_and_faults_have_an_exit_code(shell: Shell) -> None:
    shell.up()
    well = shell.run("doctor")
    assert well.returncode == 0, well.stdout
    assert "✗" not in well.stdout
    shell.home.path.chmod(0o777)
    ill = shell.run("doctor")
    assert ill.returncode == 1
    assert f"→ chmod 700 {shell.home.path}" in ill.stdout
    shell.home.path.chmod(0o700)


def test_a_step_that_fails_ends_the_start_and_everything_that_stood(shell: Shell) -> None:
    child = shell.up(SMALL_PRODUCT_FAILS="yes")
    output, _ = child.communicate(timeout=60)
    assert child.returncode != 0
    assert "the demo data do not load" in output
    assert not [process for process in psutil.process_iter() if _at(process, shell.home.path)]


def _at(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and str(folder) in " ".join(process.cmdline())
    except psutil.Error:
        return False


def test_purge_asks_and_a_script_must_say_yes(shell: Shell) -> None:
    shell.run("up", "--detach", "--port", "0")
    refused = shell.run("stop", "--purge")
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    postgres = next(part for part in shell.state().parts if part.name == "postgres")
    database = Path(psutil.Process(postgres.processes[0].pid).cwd())
    assert shell.ready()
    done = shell.run("stop", "--purge", "--yes")
    assert done.returncode == 0, done.stderr
    assert not shell.home.path.exists()
    assert not database.exists()


def test_a_directory_that_is_not_ours_is_neither_used_nor_purged(shell: Shell) -> None:
    shell.home.path.mkdir()
    (shell.home.path / "letter.txt").write_text("dear")
    for command in (("up", "--port", "0"), ("stop", "--purge", "--yes")):
        told = shell.run(*command)
        assert told.returncode == 1
        assert "not a data directory" in told.stderr
        assert "Traceback" not in told.stderr
    assert (shell.home.path / "letter.txt").exists()


def test_a_postgresql_that_cannot_be_had_is_a_sentence(shell: Shell) -> None:
    told = shell.run("up", SHIFAN_POSTGRES="neither")
    assert told.returncode == 1
    assert "SHIFAN_POSTGRES" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_taken_port_is_replaced_and_said(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = shell.run("up", "--detach", SHIFAN_PORT=port)
        assert told.returncode == 0, told.stderr
        assert f":{port}/" not in shell.state().addresses["start"]
        assert f"port {port} is taken" in (shell.home.log_dir / "up.log").read_text()


def test_the_clock_moves_forward_for_a_demonstration_only(shell: Shell) -> None:
    assert "(+0:00:00)" in shell.run("clock", "show").stdout
    moved = shell.run("clock", "advance", "--days", "3")
    assert moved.returncode == 0, moved.stderr
    assert "(+3 days, 0:00:00)" in moved.stdout
    assert "(+3 days, 0:00:00)" in shell.run("clock", "show").stdout
    assert shell.run("clock", "advance").returncode == 2
    assert shell.run("clock", "advance", "--days", "1", "--working-days", "1").returncode == 2
    shell.run("clock", "advance", "--days", "3650")
    far = shell.run("clock", "advance", "--days", "3650")
    assert far.returncode == 1
    assert "3660" in far.stderr
    refused = shell.run("clock", "advance", "--days", "1", SHIFAN_PROFILE="production")
    assert refused.returncode == 1
    assert "(+3653 days, 0:00:00)" in shell.run("clock", "show").stdout


def test_working_days_are_counted_with_the_calendar(shell: Shell) -> None:
    moved = shell.run("clock", "advance", "--working-days", "7")
    assert moved.returncode == 0, moved.stderr
    days = int(moved.stdout.split("(+")[1].split(" day")[0])
    assert 9 <= days <= 20


def test_migrate_works_without_anything_running(shell: Shell) -> None:
    first = shell.run("migrate")
    assert first.returncode == 0, first.stderr
    assert "alpha: runtime/0001_" in first.stdout
    again = shell.run("migrate", "beta")
    assert again.stdout.strip() == "beta: 已是最新 / up to date"
    unknown = shell.run("migrate", "gamma")
    assert unknown.returncode == 1
    assert "alpha, beta" in unknown.stderr


def test_topics_without_a_broker_say_how_to_name_one(shell: Shell) -> None:
    told = shell.run("topics", "list")
    assert told.returncode == 1
    assert "SHIFAN_KAFKA=host:port" in told.stderr
