"""Understands how a test fills a view without the projector: its tables in its schema, one batch of facts."""

from __future__ import annotations

from collections.abc import Sequence

from shared.runtime.ports import Recorded, View
from shared.runtime.postgres.pool import Database


async def project(database: Database, view: View, batch: Sequence[Recorded]) -> None:
    """Apply a batch to a view, as the projector would, making its tables the first time."""
    schema = f"view_{view.name}"
    async with database.transaction() as connection:
        exists = await connection.fetchval("SELECT 1 FROM pg_namespace WHERE nspname = $1", schema)
        if exists is None:
            await connection.execute(f'CREATE SCHEMA "{schema}"')
        await connection.execute(f'SET LOCAL search_path TO "{schema}"')
        if exists is None:
            await connection.execute(view.ddl)
        await view.apply(connection, batch)
