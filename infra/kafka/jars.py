"""Understands how to have the pinned Apache Kafka at hand: Java, and its jars in a cache, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
POM = HERE / "pom.xml"
VERSION = "4.3.1"
JAVA_AT_LEAST = 17
INSTALL_SECONDS = 600
RESOLVE_SECONDS = 600

MISSING = (
    "缺少 {what}：请安装 Java 17 以上与 Maven（Debian：apt-get install default-jre-headless maven），"
    "或用 SHIFAN_KAFKA=主机:端口 指定一个正在运行的 Kafka。 "
    "{what} is missing: install Java 17 or later and Maven (Debian: apt-get install default-jre-headless maven), "
    "or name a running Kafka with SHIFAN_KAFKA=host:port."
)


class KafkaUnavailable(RuntimeError):
    """The local broker cannot be had; the sentence (zh, en) says what to install or which variable names a broker."""


def say(line: str) -> None:
    """One line of progress, where a person sees it and no pipe does."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def user_cache() -> Path:
    """The cache that all checkouts of one user share ($XDG_CACHE_HOME/shifan, by default ~/.cache/shifan)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "shifan"


def java() -> str:
    """Path of a Java 17 or later: JAVA_HOME's, else the one on the PATH, else installed now where we may."""
    found = _java()
    if not found:
        _install("Java 17+")
        found = _java()
    if not found:
        raise KafkaUnavailable(MISSING.format(what="Java 17+"))
    return found


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    path = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if not path:
        return ""
    told = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    version = re.search(r'version "(\d+)', told.stderr + told.stdout)
    return path if version and int(version[1]) >= JAVA_AT_LEAST else ""


def _install(what: str) -> None:
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        raise KafkaUnavailable(MISSING.format(what=what))
    say(f"正在安装 {what} … installing {what} with apt-get (about a minute)")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wanted = ["install", "-y", "-qq", "--no-install-recommends", "default-jre-headless", "maven"]
    for arguments in (["update", "-qq"], wanted):
        done = subprocess.run(  # noqa: S603 — apt-get's own path and our own words
            [apt, *arguments], env=quiet, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
        if done.returncode:
            raise KafkaUnavailable(f"{MISSING.format(what=what)}\napt-get: {done.stderr.strip()[-600:]}")


def classpath(cache: Path) -> str:
    """The broker's class path; resolved with Maven the first time (43 MB), afterwards read from ``cache``."""
    digest = hashlib.sha256(POM.read_bytes()).hexdigest()[:8]
    jars = cache / f"kafka-{VERSION}-{digest}"
    if not jars.is_dir():
        _resolve(jars)
    return f"{jars}/*"


def _resolve(jars: Path) -> None:
    """Copies the jars beside their place and renames, so that a killed download leaves no half of a broker."""
    maven = shutil.which("mvn")
    if not maven:
        _install("Maven")
        maven = shutil.which("mvn")
    if not maven:
        raise KafkaUnavailable(MISSING.format(what="Maven"))
    jars.parent.mkdir(parents=True, exist_ok=True)
    part = jars.with_name(f"{jars.name}.part-{os.getpid()}")
    say(f"正在下载 Apache Kafka {VERSION} … fetching Apache Kafka {VERSION} (43 MB)")
    try:
        _copy_dependencies(maven, part)
        _move(part, jars)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _copy_dependencies(maven: str, part: Path) -> None:
    done = subprocess.run(  # noqa: S603 — Maven's own path and our own pom
        [maven, "-B", "-q", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={part}"],
        capture_output=True,
        text=True,
        timeout=RESOLVE_SECONDS,
        check=False,
    )
    if done.returncode or not any(part.glob("kafka_2.13-*.jar")):
        raise KafkaUnavailable(f"{MISSING.format(what='Apache Kafka')}\nMaven: {(done.stdout + done.stderr)[-600:]}")


def _move(part: Path, jars: Path) -> None:
    try:
        part.rename(jars)
    except OSError:
        if not jars.is_dir():  # else another process was first, and its copy is as good as ours
            raise
