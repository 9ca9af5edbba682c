"""Understands how a list is asked while its view may still be in the making: then the answer is "try again"."""

from __future__ import annotations

from typing import Any

import asyncpg

from shared.runtime.ports import Transient


async def ask(pool: asyncpg.Pool[Any], statement: str, *values: object) -> list[asyncpg.Record]:
    """The rows. Raises ``Transient`` until the view's tables were made, which is at the service's first start."""
    try:
        rows: list[asyncpg.Record] = await pool.fetch(statement, *values)
    except asyncpg.UndefinedTableError as absent:
        raise Transient("the view is being built") from absent
    return rows
