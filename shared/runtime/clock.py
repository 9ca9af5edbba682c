"""Understands how the house tells the time: one clock for a process, aware UTC instants, deadlines in Asia/Shanghai.

Nothing else reads the wall clock. A demonstration may move its clock forward; every process that shares the data
directory sees the same offset, because it stands in one small file.
"""

from __future__ import annotations

import fcntl
import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The zone in which days begin and deadlines end."""

FURTHEST = timedelta(days=3660)
"""A demonstration clock never stands further ahead than this: ten years hold every deadline of a title's life."""


class Clock(Protocol):
    """Tells the present instant."""

    def now(self) -> datetime:
        """An aware instant in UTC."""
        ...


def local_day(instant: datetime) -> date:
    """The day in Asia/Shanghai that an aware instant falls on."""
    return instant.astimezone(SHANGHAI).date()


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ClockFileDamaged(Exception):
    """The demonstration clock's file holds something that this program never writes."""


class DemoClock:
    """The machine's clock plus an offset that only grows, kept in ``path``; production refuses to start with it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[tuple[int, int, int] | None, timedelta] = (None, timedelta())

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset()

    def offset(self) -> timedelta:
        """How far ahead of the machine's clock this one is. Raises :class:`ClockFileDamaged`."""
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return timedelta()
        seen = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if self._read[0] != seen:
            self._read = (seen, _parse(self._path))
        return self._read[1]

    def advance(self, by: timedelta) -> datetime:
        """Move forward and answer the new present. Raises ``ValueError`` for a step that is not forward or too far."""
        if by <= timedelta():
            raise ValueError("时钟只能向前 / the clock moves forward only: give a duration above zero")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("w") as lock:
            # Two processes may advance at once; each must add to what the other wrote.
            fcntl.flock(lock, fcntl.LOCK_EX)
            offset = self.offset() + by
            if offset > FURTHEST:
                raise ValueError(
                    f"最多提前{FURTHEST.days}天 / at most {FURTHEST.days} days ahead of the machine's clock"
                )
            _replace(self._path, json.dumps({"offset_seconds": offset.total_seconds()}))
        return self.now()


def _parse(path: Path) -> timedelta:
    try:
        offset = timedelta(seconds=json.loads(path.read_text("utf-8"))["offset_seconds"])
    except (ValueError, KeyError, TypeError, OverflowError) as fault:
        raise ClockFileDamaged(f"{path}: 删除此文件即可恢复 / delete this file to start again from today") from fault
    if not timedelta() <= offset <= FURTHEST:
        raise ClockFileDamaged(f"{path}: 删除此文件即可恢复 / delete this file to start again from today")
    return offset


def _replace(path: Path, text: str) -> None:
    fresh = path.with_suffix(f".{os.getpid()}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
