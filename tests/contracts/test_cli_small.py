"""``up``, ``status``, ``doctor``, ``stop`` and ``clock`` with real processes, on a small product."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.shell import ROOT, Shell, living, until
from tests.support.shell import shell as a_shell

COMMAND = [sys.executable, "-m", "tests.support.small_product"]


@pytest.fixture
def shell() -> Iterator[Shell]:
    with a_shell(*COMMAND) as made:
        yield made


def iter_until(lines: Iterable[str], word: str) -> Iterator[str]:
    """The lines up to the first that holds the word."""
    for line in lines:
        yield line
        if word in line:
            return


def test_up_prints_the_block_and_ctrl_c_stops_everything(shell: Shell) -> None:
    child = shell.up()
    state = shell.state()
    assert [part.name for part in state.parts] == ["postgres", "services"]
    assert len(living(state)) == 2
    assert child.stdout is not None
    # It is ready a moment before it says so: interrupted in between it has said nothing, and rightly.
    output = "".join(iter_until(child.stdout, "Ctrl-C"))
    child.send_signal(signal.SIGINT)
    output += child.stdout.read()
    assert child.wait(60) == 0
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
    victim = shell.part("services")
    psutil.Process(victim.processes[0].pid).kill()
    until(lambda: shell.part("services").restarts == 1)
    seen = shell.status()
    assert seen["services"] == {"alpha": "", "beta": ""}
    assert next(part for part in seen["parts"] if part["name"] == "services")["restarts"] == 1


def test_a_killed_postgresql_comes_back(shell: Shell) -> None:
    shell.up()
    victim = shell.part("postgres").processes[0]
    psutil.Process(victim.pid).kill()
    until(lambda: shell.part("postgres").restarts == 1)
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
    postgres = shell.part("postgres")
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
    told = shell.run("topics", "list", SHIFAN_KAFKA="")
    assert told.returncode == 1
    assert "SHIFAN_KAFKA=host:port" in told.stderr
