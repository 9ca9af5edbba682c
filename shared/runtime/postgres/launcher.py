"""Understands how to come by a PostgreSQL server: use a configured one, or start, reattach to and stop our own.

Order: SHIFAN_DATABASE_URL, then programs of version 15 or later on the machine, then those of the wheel, then an error
with the three ways out. Our own server is a foreground child on a loopback port with a random password; as root it
runs as somebody without rights. It outlives its starter unless it is stopped, and a second start reattaches to it.
"""

from __future__ import annotations

import asyncio
import fcntl
import locale
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg
import msgspec

from shared.runtime.postgres import process as processes
from shared.runtime.postgres.account import Account, account, place, within_reach
from shared.runtime.postgres.binaries import OLDEST, Binaries, NoPostgres, find

_SOCKET_PATH_LIMIT = 90
_START_LIMIT_S = 60.0
_PORT_ATTEMPTS = 5


@dataclass
class Server:
    """A server that answers. ``url`` is the administrator's; ``pid`` is 0 where the server is not ours to stop."""

    url: str
    version: str
    source: str
    folder: Path | None = None
    pid: int = 0
    reattached: bool = False

    async def stop(self, how: processes.Ending = "fast", patience_s: float = 20.0) -> None:
        """Stop our own server (a configured one is left alone); returns when it is gone."""
        if self.folder is not None:
            await asyncio.to_thread(processes.end, self.pid, self.folder / "data", how, patience_s)


class _State(msgspec.Struct):
    """What a later start must know: kept in ``server.json``, readable for its owner only."""

    password: str
    port: int

    def url(self) -> str:
        return f"postgresql://postgres:{quote(self.password)}@127.0.0.1:{self.port}/postgres"


async def launch(home: Path, env: Mapping[str, str] | None = None, settings: Mapping[str, str] | None = None) -> Server:
    """A server for the data directory ``home`` (created on first use). ``settings`` are PostgreSQL's own (``fsync``…).

    Raises :class:`NoPostgres` where none can be had, :class:`RuntimeError` with the server's log where ours does not
    start, :class:`TimeoutError` where an earlier one does not end.
    """
    env = os.environ if env is None else env
    configured = env.get("SHIFAN_DATABASE_URL", "")
    if configured:
        return await _configured(configured)
    runs_as = account(env)
    folder = place(home, runs_as)
    with _alone(folder):
        return await _reattach(folder) or await _start(folder, env, runs_as, settings or {})


async def _configured(url: str) -> Server:
    try:
        version = await _version(url)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as fault:
        raise NoPostgres(
            f"SHIFAN_DATABASE_URL 指向的服务器没有应答:{fault}。请检查地址、用户和密码。/ "
            f"The server of SHIFAN_DATABASE_URL does not answer ({fault}): check address, user and password."
        ) from fault
    if int(version.split(".")[0]) < OLDEST:
        raise NoPostgres(
            f"SHIFAN_DATABASE_URL 指向 PostgreSQL {version},需要 {OLDEST} 或更高版本。/ "
            f"SHIFAN_DATABASE_URL is PostgreSQL {version}; {OLDEST} or later is needed."
        )
    return Server(url, version, "configured")


async def _reattach(folder: Path) -> Server | None:
    process = processes.running(folder / "data")
    state = _read_state(folder)
    if process is None or state is None:
        return None
    version = await _until_answers(state.url(), folder / "data", process.pid)
    return Server(state.url(), version, "running", folder, process.pid, reattached=True)


async def _start(folder: Path, env: Mapping[str, str], runs_as: Account, settings: Mapping[str, str]) -> Server:
    data = folder / "data"
    made_by = int((data / "PG_VERSION").read_text()) if (data / "PG_VERSION").exists() else None
    binaries = within_reach(find(env, made_by), runs_as, folder)
    state = _read_state(folder)
    if made_by is None or state is None:
        state = _State(secrets.token_urlsafe(32), processes.free_port())
        await asyncio.to_thread(_initialise, folder, binaries, runs_as, state)
    await asyncio.to_thread(processes.clear_stale_lock, data)
    for _ in range(_PORT_ATTEMPTS):
        child = processes.start(_command(folder, binaries, state, settings, runs_as), folder, runs_as)
        try:
            version = await _until_answers(state.url(), data, child.pid)
        except ChildProcessError:
            state.port = processes.free_port()
            _write_state(folder, state)
            continue
        return Server(state.url(), version, binaries.source, folder, child.pid)
    raise RuntimeError(f"PostgreSQL 无法启动 / PostgreSQL does not start: {folder / 'server.log'}\n{_tail(folder)}")


def _initialise(folder: Path, binaries: Binaries, runs_as: Account, state: _State) -> None:
    """initdb with a password that nobody chose; a half-made directory of an interrupted first start is set aside."""
    data = folder / "data"
    if data.exists() and any(data.iterdir()):
        data.rename(folder / f"data-set-aside-{secrets.token_hex(4)}")
    data.mkdir(exist_ok=True)
    runs_as.give(data, 0o700)
    secret = folder / f"initial-{secrets.token_hex(4)}"
    secret.touch(0o600)
    secret.write_text(state.password)
    runs_as.give(secret, 0o600)
    command: list[str | Path] = [
        binaries.folder / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "scram-sha-256",
        "-E",
        "UTF8",
    ]
    try:
        processes.run([*command, *_locale(binaries), f"--pwfile={secret}", "--no-instructions"], folder, runs_as, 120.0)
    finally:
        secret.unlink()
    _write_state(folder, state)


def _locale(binaries: Binaries) -> list[str]:
    """C.UTF-8: from PostgreSQL 17 on its own, before that the system's where it has one."""
    if binaries.major >= 17:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return [f"--locale={'C.UTF-8' if locale.normalize('C.UTF-8') else 'C'}"]


def _command(
    folder: Path, binaries: Binaries, state: _State, settings: Mapping[str, str], runs_as: Account
) -> list[str | Path]:
    socket = folder / "socket"
    socket.mkdir(exist_ok=True)
    runs_as.give(socket, 0o700)
    chosen = {
        "listen_addresses": "127.0.0.1",
        "port": str(state.port),
        "unix_socket_directories": str(socket) if len(str(socket)) < _SOCKET_PATH_LIMIT else "",
        "max_connections": "200",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_min_messages": "warning",
        "log_min_error_statement": "panic",  # statements may hold personal data: they do not go to the log
        **settings,
    }
    options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
    return [binaries.folder / "postgres", "-D", folder / "data", *options]


async def _until_answers(url: str, data: Path, pid: int) -> str:
    """The server's version once it says that it is ready and answers with our password.

    Raises :class:`ChildProcessError` when it ended first; nobody else who listens on its port is taken for it.
    """
    until = asyncio.get_running_loop().time() + _START_LIMIT_S
    while not processes.ready(data, pid):
        if not processes.alive(pid):
            raise ChildProcessError("the server ended before it answered")
        if asyncio.get_running_loop().time() > until:
            raise TimeoutError(f"PostgreSQL did not become ready within {_START_LIMIT_S:.0f} s")
        await asyncio.sleep(0.02)
    return await _version(url)


async def _version(url: str) -> str:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        number = int(await connection.fetchval("SHOW server_version_num"))
    finally:
        await connection.close()
    return f"{number // 10000}.{number % 10000}"


def _read_state(folder: Path) -> _State | None:
    path = folder / "server.json"
    return msgspec.json.decode(path.read_bytes(), type=_State) if path.exists() else None


def _write_state(folder: Path, state: _State) -> None:
    fresh = folder / "server.json.new"
    fresh.touch(0o600)
    fresh.write_bytes(msgspec.json.encode(state))
    fresh.replace(folder / "server.json")


def _tail(folder: Path) -> str:
    log = folder / "server.log"
    return log.read_text(errors="replace")[-2000:] if log.exists() else ""


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One launcher at a time for one data directory; the lock goes with the process that held it."""
    with (folder / "launcher.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
