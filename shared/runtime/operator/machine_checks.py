"""Understands what a machine needs before anything runs on it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from shared.runtime.clock import ClockFileDamaged, DemoClock
from shared.runtime.operator.findings import Finding, Verdict, well
from shared.runtime.operator.home import Home
from shared.runtime.operator.run_state import RunState
from shared.runtime.postgres.binaries import NoPostgres, find

LEAST_FREE_BYTES = 500_000_000
LITTLE_FREE_BYTES = 2_000_000_000
PYTHONS = ((3, 11), (3, 12))
JAVA_AT_LEAST = 17


def all_of(
    home: Home, surroundings: Mapping[str, str], port: int, state: RunState | None, broker: bool
) -> Iterator[Finding]:
    yield python(sys.version_info[:2])
    yield directory(home)
    yield disk(home.path, LEAST_FREE_BYTES, LITTLE_FREE_BYTES)
    yield postgres_programs(surroundings)
    yield origin_port(port, state)
    yield clock(home)
    if broker:
        yield java(surroundings)
        yield maven(surroundings)


def python(version: tuple[int, int]) -> Finding:
    here = ".".join(map(str, version))
    if version in PYTHONS:
        return well("python", f"Python {here}", f"Python {here}")
    return Finding(
        "python",
        "fault",
        f"Python {here} 不受支持",
        f"Python {here} is not supported",
        "make install PYTHON=python3.11",
    )


def directory(home: Home) -> Finding:
    """It exists for its owner alone, can be written, and is ours; a missing one is made by ``up``."""
    path = home.path
    if not path.exists():
        return well("home", f"{path} 将在启动时建立", f"{path} will be made at the first start")
    if not home.is_ours():
        return Finding(
            "home", "fault", f"{path} 不是本程序的数据目录", f"{path} is not ours", "SHIFAN_HOME=~/.shifan shifan up"
        )
    status = path.stat()
    if status.st_uid != os.geteuid():
        mend = f"sudo chown -R {os.geteuid()} {path}"
        return Finding("home", "fault", f"{path} 属于其他用户", f"{path} belongs to somebody else", mend)
    if stat.S_IMODE(status.st_mode) & 0o700 != 0o700 or stat.S_IMODE(status.st_mode) & 0o066:
        mode = oct(stat.S_IMODE(status.st_mode))[2:]
        zh, en = f"{path} 的权限是 {mode}", f"{path} has the mode {mode}"
        return Finding("home", "fault", zh, en, f"chmod 700 {path}")
    return well("home", f"数据目录 {path}", f"data directory {path}")


def disk(path: Path, least: int, little: int) -> Finding:
    place = next(parent for parent in (path, *path.parents) if parent.exists())
    free = shutil.disk_usage(place).free
    zh, en = f"剩余 {free / 1e9:.1f} GB", f"{free / 1e9:.1f} GB free"
    if free >= little:
        return well("disk", zh, en)
    verdict: Verdict = "fault" if free < least else "warning"
    return Finding("disk", verdict, zh, en, f"SHIFAN_HOME=/on/a/larger/disk shifan up   (du -xsh {path}/*)")


def postgres_programs(surroundings: Mapping[str, str]) -> Finding:
    if surroundings.get("SHIFAN_DATABASE_URL"):
        return well("postgres-programs", "使用已配置的服务器", "a configured server is used")
    try:
        found = find(surroundings)
    except NoPostgres as missing:
        zh, _, en = str(missing).partition("\n")
        return Finding("postgres-programs", "fault", zh, en or zh, "make install")
    text = f"PostgreSQL {found.major} ({found.source}: {found.folder})"
    return well("postgres-programs", text, text)


def origin_port(port: int, state: RunState | None) -> Finding:
    """Free, or taken by the installation that runs."""
    if state is not None and state.alive():
        return well("port", f"端口 {port} 由本程序使用", f"port {port} is ours")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as taken:
            zh, en = f"端口 {port} 不可用：{taken.strerror}", f"port {port} cannot be used: {taken.strerror}"
            return Finding("port", "fault", zh, en, "shifan up --port 0")
    return well("port", f"端口 {port} 空闲", f"port {port} is free")


def clock(home: Home) -> Finding:
    try:
        offset = DemoClock(home.clock_file).offset()
    except ClockFileDamaged as damaged:
        zh, _, en = str(damaged).partition(" / ")
        return Finding("clock", "fault", zh, en, f"rm {home.clock_file}")
    if not offset:
        return well("clock", "时钟未被移动", "the clock was not moved")
    return Finding(
        "clock",
        "warning",
        f"演示时钟比系统时间早走 {offset}",
        f"the demo clock stands {offset} ahead of the machine's",
        "shifan stop --purge",
    )


def java(surroundings: Mapping[str, str]) -> Finding:
    mend = "apt-get install -y default-jre-headless   (or: SHIFAN_KAFKA=host:port shifan up --kafka)"
    home = surroundings.get("JAVA_HOME", "")
    path = shutil.which("java", path=f"{home}/bin" if home else surroundings.get("PATH", ""))
    if path is None:
        return Finding("java", "fault", "缺少 Java 17 或更高版本", "Java 17 or later is missing", mend)
    told = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
    number = re.search(r'version "(\d+)', told.stderr + told.stdout)
    if number is None or int(number[1]) < JAVA_AT_LEAST:
        return Finding("java", "fault", f"{path} 版本过旧", f"{path} is older than Java 17", mend)
    return well("java", f"Java {number[1]}", f"Java {number[1]}")


def maven(surroundings: Mapping[str, str]) -> Finding:
    """Wanted once only, to fetch the broker; a missing one is a warning, because the jars may be there already."""
    if shutil.which("mvn", path=surroundings.get("PATH", "")):
        return well("maven", "Maven 可用", "Maven is there")
    zh, en = "没有 Maven：首次启动 Kafka 时需要", "Maven is missing: it fetches Kafka at the first start"
    return Finding("maven", "warning", zh, en, "apt-get install -y maven")
