"""Understands the data directory of one installation on this machine: whose it is, who runs in it, what it may lose."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.runtime.postgres.account import forget

MARK = "this-is-shifan"
"""A file in every data directory; a directory without it is never removed."""


class InUse(Exception):
    """Another process runs in this data directory."""


class NotOurs(Exception):
    """A directory that this program did not make; the sentence (zh, en) says so and names it."""


@dataclass(frozen=True)
class Home:
    """Everything that ``shifan up`` keeps stands under ``path`` (SHIFAN_HOME, else ``.shifan`` in the checkout)."""

    path: Path

    @classmethod
    def find(cls, given: str = "") -> Home:
        """``given``, else SHIFAN_HOME, else ``.shifan`` in the working directory; always absolute."""
        return cls(Path(given or os.environ.get("SHIFAN_HOME") or ".shifan").expanduser().absolute())

    @property
    def run_file(self) -> Path:
        return self.path / "run.json"

    @property
    def log_dir(self) -> Path:
        return self.path / "logs"

    @property
    def clock_file(self) -> Path:
        return self.path / "clock.json"

    @property
    def database_dir(self) -> Path:
        return self.path / "postgres"

    @property
    def kafka_dir(self) -> Path:
        return self.path / "kafka"

    def make(self) -> None:
        """Create it for this user alone. Raises :class:`NotOurs` for a directory that holds something else."""
        if self.path.is_dir() and any(self.path.iterdir()) and not self.is_ours():
            raise NotOurs(
                f"{self.path} 不是本程序的数据目录：请用 SHIFAN_HOME 指定一个空目录。 "
                f"{self.path} is not a data directory of this program: name an empty one in SHIFAN_HOME."
            )
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.path / MARK).touch(mode=0o600)
        self.log_dir.mkdir(mode=0o700, exist_ok=True)

    def is_ours(self) -> bool:
        return (self.path / MARK).is_file()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the directory for as long as the block runs; the kernel lets go when the process dies, however it dies.

        Raises :class:`InUse` at once where another process holds it.
        """
        with (self.path / "run.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as held:
                raise InUse(str(self.path)) from held
            yield

    def purge(self) -> None:
        """Remove the directory and all that is in it. Raises :class:`NotOurs` where the mark is missing."""
        if not self.is_ours():
            raise NotOurs(
                f"{self.path} 不是本程序的数据目录，未删除。 {self.path} is not a data directory of this program: kept."
            )
        forget(self.database_dir)
        shutil.rmtree(self.path)
