"""Understands how to run one real Kafka broker for one checkout: format, start, stop, kill, restart, find it again.

One KRaft node on free loopback ports that stay the same for the life of its data directory. It is for development,
demonstration and tests; an installation names its own cluster in SHIFAN_KAFKA.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from infra.kafka.jars import HERE, KafkaUnavailable, classpath, java, user_cache
from infra.kafka.properties import Protection, cluster_id, server_properties

START_SECONDS = 60.0
STOP_SECONDS = 20.0
PROBE_SECONDS = 0.5
API_VERSIONS = (18).to_bytes(2, "big") + (0).to_bytes(2, "big") + b"shfn" + b"\xff\xff"
"""Kafka's smallest request: ApiVersions v0 with correlation id ``shfn`` and no client id."""


@dataclass(frozen=True)
class Running:
    """The process as it was started; ``created`` keeps a recycled pid from being taken for ours."""

    pid: int
    created: float


@dataclass
class LocalKafka:
    """The broker of one directory. ``tied`` lets it die with this process (tests), else it outlives it. With a
    ``protection`` it has a second door."""

    home: Path
    cache: Path | None = None
    tied: bool = False
    protection: Protection | None = None

    def __post_init__(self) -> None:
        self.home = self.home.absolute()
        self.home.mkdir(parents=True, exist_ok=True)
        self.log = self.home / "broker.log"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """``127.0.0.1:<port>``; the port is chosen at the first start and kept."""
        return f"127.0.0.1:{self._ports()[0]}"

    @property
    def protected(self) -> str:
        """Address of the second door, where there is one."""
        return f"127.0.0.1:{self._ports()[2]}"

    @property
    def pid(self) -> int:
        """The broker's process, 0 where none runs."""
        process = self._process()
        return process.pid if process else 0

    def start(self) -> str:
        """Starts the broker, or finds the one that runs here already; returns its address when it answers."""
        with self._alone():
            if self._process() is None:
                self._format()
                self._launch()
            self._wait_until_ready()
        return self.bootstrap

    def stop(self) -> None:
        """Ends it in order (SIGTERM), by force after 20 s; nothing to do where none runs."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL: what a power cut does."""
        self._end(signal.SIGKILL)

    def restart(self) -> str:
        """The same ports and data again."""
        self.stop()
        return self.start()

    def running(self) -> bool:
        return self._process() is not None and answers(*self._address())

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _ports(self) -> list[int]:
        path = self.home / "ports.json"
        if not path.exists():
            _write(path, json.dumps(_free_ports(3 if self.protection else 2)))
        return [int(port) for port in json.loads(path.read_text())]

    def _address(self) -> tuple[str, int]:
        return "127.0.0.1", self._ports()[0]

    def _format(self) -> None:
        properties, data = self.home / "server.properties", self.home / "data"
        _write(properties, server_properties(data, self._ports(), self.protection))
        if (data / "meta.properties").exists():
            return
        shutil.rmtree(data, ignore_errors=True)  # a format that was killed half-way
        users = self.protection.at_format() if self.protection else []
        done = subprocess.run(  # noqa: S603 — the Java that was found and our own arguments
            [*self._java(), "kafka.tools.StorageTool", "format", "-t", cluster_id(), "-c", str(properties), *users],
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )
        if done.returncode:
            raise KafkaUnavailable(f"Kafka 无法初始化 could not format {data}: {(done.stdout + done.stderr)[-800:]}")

    def _java(self) -> list[str]:
        memory = ["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC"]
        log = [f"-Dlog4j2.configurationFile={HERE / 'log4j2.xml'}", f"-Dshifan.kafka.log={self.log}"]
        return [java(), *memory, *log, "-cp", classpath(self.cache or user_cache())]

    def _launch(self) -> None:
        command = [*self._java(), "kafka.Kafka", str(self.home / "server.properties")]
        setpriv = shutil.which("setpriv")
        if self.tied and setpriv:
            command = [setpriv, "--pdeathsig", "KILL", *command]
        with (self.home / "broker.out").open("wb") as out:
            self._child = subprocess.Popen(  # noqa: S603 — as above
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.home, start_new_session=True
            )
        running = Running(self._child.pid, psutil.Process(self._child.pid).create_time())
        _write(self.home / "broker.json", json.dumps(asdict(running)))

    def _process(self) -> psutil.Process | None:
        try:
            running = Running(**json.loads((self.home / "broker.json").read_text()))
            process = psutil.Process(running.pid)
            same = abs(process.create_time() - running.created) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except (FileNotFoundError, psutil.NoSuchProcess):
            return None
        return process if same else None

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not answers(*self._address()):
            if self._process() is None:
                raise KafkaUnavailable(f"Kafka 启动后退出 ended while starting; see {self.log}:\n{self._tail()}")
            if time.monotonic() > deadline:
                raise KafkaUnavailable(f"Kafka 未在 {START_SECONDS:.0f} 秒内就绪 not ready; see {self.log}")
            time.sleep(0.05)

    def _tail(self) -> str:
        texts = [path.read_text(errors="replace") for path in (self.home / "broker.out", self.log) if path.exists()]
        return "\n".join(texts)[-1500:]

    def _end(self, how: signal.Signals) -> None:
        process = self._process()
        if process is not None:
            os.kill(process.pid, how)
            try:
                process.wait(STOP_SECONDS)
            except psutil.TimeoutExpired:
                process.kill()
                process.wait(STOP_SECONDS)
        if self._child is not None:
            self._child.wait(STOP_SECONDS)
            self._child = None
        (self.home / "broker.json").unlink(missing_ok=True)


def answers(host: str, port: int) -> bool:
    """Whether a Kafka broker answers there now (not merely whether something listens)."""
    try:
        with socket.create_connection((host, port), PROBE_SECONDS) as connection:
            connection.sendall(len(API_VERSIONS).to_bytes(4, "big") + API_VERSIONS)
            connection.settimeout(PROBE_SECONDS)
            return connection.recv(8)[4:] == b"shfn"
    except OSError:
        return False


def _free_ports(count: int) -> list[int]:
    """Free at this moment; all are held until all are known, so that they differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(held.getsockname()[1]) for held in sockets]
    for held in sockets:
        held.close()
    return ports


def _write(path: Path, text: str) -> None:
    part = path.with_suffix(path.suffix + ".part")
    part.write_text(text)
    part.replace(path)
