"""The supervisor with real processes: start in order, bring back, stop in reverse, survive its own death."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from shared.runtime.operator import run_state, stop
from shared.runtime.operator.home import Home, InUse, NotOurs
from shared.runtime.operator.launch import held
from shared.runtime.operator.probe import unready
from shared.runtime.operator.processes import PartFailed, ServiceProcess
from shared.runtime.operator.run_state import PartState, ProcessId, RunState
from shared.runtime.operator.supervisor import Step, StopAsked, Supervisor, stop_signals

SERVER = """
import http.server, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *words): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held_port:
        return int(held_port.getsockname()[1])


@dataclass
class Notes:
    """A watcher that remembers."""

    told: list[str] = field(default_factory=list)
    states: list[RunState] = field(default_factory=list)

    def began(self, name: str) -> None:
        self.told.append(f"began {name}")

    def done(self, name: str, seconds: float) -> None:
        self.told.append(f"done {name}")

    def said(self, sentence: str) -> None:
        self.told.append(sentence)

    def saved(self, state: RunState) -> None:
        self.states.append(state)


def supervisor(notes: Notes) -> Supervisor:
    return Supervisor(RunState("test", ProcessId.own(), datetime.now(UTC)), notes, pulse_seconds=0.02)


@pytest.fixture
def http_part(tmp_path: Path) -> Iterator[Callable[[str], ServiceProcess]]:
    made: list[ServiceProcess] = []

    def make(name: str) -> ServiceProcess:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-c", SERVER, str(port)]
        made.append(ServiceProcess(name, command, {}, tmp_path / f"{name}.log", lambda: unready(address)))
        return made[-1]

    yield make
    for part in made:
        part.stop()


def test_parts_and_steps_come_up_in_order_and_are_written_down(http_part: Callable[[str], ServiceProcess]) -> None:
    notes, seen = Notes(), []
    first, second = http_part("first"), http_part("second")
    runs = supervisor(notes)
    runs.start([first, Step("between", lambda: seen.append((first.alive(), second.alive()))), second])
    assert seen == [(True, False)]
    assert notes.told == [f"{what} {name}" for name in ("first", "between", "second") for what in ("began", "done")]
    assert notes.states[-1].ready
    assert [part.name for part in notes.states[-1].parts] == ["first", "second"]
    assert [process.pid for process in notes.states[-1].survivors()] == [
        identity.pid for part in (first, second) for identity in part.processes()
    ]
    runs.stop()
    assert notes.told[-2:] == ["停止 / stopping second", "停止 / stopping first"]
    assert not first.alive()
    assert not second.alive()
    assert notes.states[-1].survivors() == []


def test_the_parts_of_a_tuple_come_up_at_the_same_time(http_part: Callable[[str], ServiceProcess]) -> None:
    first, second, third = (http_part(name) for name in ("first", "second", "third"))
    seen: list[bool] = []
    notes = Notes()
    second.unready = lambda: seen.append(third.alive()) or ""
    runs = supervisor(notes)
    runs.start([first, (second, third)])
    assert seen == [True]
    assert [part.name for part in notes.states[-1].parts] == ["first", "second", "third"]
    runs.stop()
    assert not any(part.alive() for part in (first, second, third))


def test_a_part_that_ends_while_starting_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such database')"]
    part = ServiceProcess("review", command, {}, tmp_path / "review.log", lambda: "not yet")
    with pytest.raises(PartFailed, match=r"(?s)review .*ended while starting.*review.log.*no such database"):
        part.start()


def test_a_part_that_never_answers_is_given_up_with_what_it_lacks(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import signal; signal.pause()"]
    part = ServiceProcess("deaf", command, {}, tmp_path / "deaf.log", lambda: "no database", start_seconds=0.3)
    try:
        with pytest.raises(PartFailed, match="not ready in 0 s: no database"):
            part.start()
    finally:
        part.stop()
    assert not part.alive()


def test_a_killed_part_comes_back_with_growing_pauses_and_is_counted(
    http_part: Callable[[str], ServiceProcess],
) -> None:
    notes = Notes()
    part = http_part("registry")
    runs = supervisor(notes)
    runs.start([part])

    def kill_twice_then_leave() -> Iterator[None]:
        for _ in range(2):
            psutil.Process(part.processes()[0].pid).kill()
            until_back = notes.told.count("registry 已恢复 / is back") + 1
            while notes.told.count("registry 已恢复 / is back") < until_back:
                yield
        raise StopAsked

    story = kill_twice_then_leave()
    runs.pulse_seconds = 0.01
    with pytest.raises(StopAsked):
        _watch_with(runs, story)
    assert "registry 已退出，0.5 秒后重启 / ended; again in 0.5 s" in notes.told
    assert "registry 已退出，1 秒后重启 / ended; again in 1 s" in notes.told
    assert notes.states[-1].parts[0].restarts == 2
    assert part.alive()
    runs.stop()


def _watch_with(runs: Supervisor, story: Iterator[None]) -> None:
    """Runs the real watch loop and lets ``story`` act between two looks."""

    @dataclass
    class Actor:
        name: str = "story"

        def begin(self) -> None: ...

        def start(self) -> None: ...

        def alive(self) -> bool:
            next(story)
            return True

        def ask_to_stop(self) -> None: ...

        def stop(self) -> None: ...

        def processes(self) -> tuple[ProcessId, ...]:
            return ()

    runs.start([Actor()])
    runs.watch()


def test_a_failed_start_stops_what_stood_already(http_part: Callable[[str], ServiceProcess]) -> None:
    part, runs = http_part("first"), supervisor(Notes())

    def fail() -> None:
        raise PartFailed("the migrations do not fit")

    with pytest.raises(PartFailed):
        try:
            runs.start([part, Step("migrate", fail)])
        finally:
            runs.stop()
    assert not part.alive()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_asks_once_and_changes_nothing_while_stopping(number: signal.Signals) -> None:
    with stop_signals():
        with pytest.raises(StopAsked):
            signal.raise_signal(number)
        signal.raise_signal(number)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_recycled_pid_is_not_taken_for_ours() -> None:
    own = ProcessId.own()
    assert own.find() is not None
    assert ProcessId(own.pid, own.created - 100).find() is None


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    identity = ProcessId.of(child.pid)
    until(lambda: psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE)
    assert identity.find() is None
    child.wait()


def test_stop_ends_what_a_killed_supervisor_left(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.make()
    orphan = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    supervisor_id = ProcessId.of(gone.pid)
    gone.wait()
    parts = (PartState("review", (ProcessId.of(orphan.pid),)),)
    run_state.write(home.run_file, RunState("one-process", supervisor_id, datetime.now(UTC), ready=True, parts=parts))
    assert not held(home)
    assert stop.stop(home, lambda _: None) == stop.Stopped(running=False, left=1)
    assert orphan.wait(10) == -signal.SIGTERM
    assert run_state.read(home.run_file) is None
    assert stop.stop(home, lambda _: None) == stop.Stopped(running=False, left=0)


@pytest.mark.parametrize("text", ["", "{", '{"mode": 1}', '{"mode": "x", "supervisor": {"pid": "?", "created": 1}}'])
def test_a_torn_state_file_is_no_state(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    assert run_state.read(tmp_path / "run.json") is None


def test_the_state_file_is_for_its_owner_only_and_reads_back(tmp_path: Path) -> None:
    state = RunState("kafka", ProcessId.own(), datetime.now(UTC), surroundings={"SHIFAN_DATABASE_URL": "secret"})
    run_state.write(tmp_path / "run.json", state)
    assert (tmp_path / "run.json").stat().st_mode & 0o777 == 0o600
    assert run_state.read(tmp_path / "run.json") == state


def test_one_process_holds_a_home_and_a_strangers_directory_is_left_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.make()
    assert home.path.stat().st_mode & 0o777 == 0o700
    with home.alone():
        assert held(home)
        with pytest.raises(InUse), home.alone():
            pytest.fail("two hold it")
    stranger = Home(tmp_path / "letters")
    stranger.path.mkdir()
    (stranger.path / "love.txt").write_text("dear")
    with pytest.raises(NotOurs):
        stranger.make()
    with pytest.raises(NotOurs):
        stranger.purge()
    assert (stranger.path / "love.txt").exists()
    home.purge()
    assert not home.path.exists()
