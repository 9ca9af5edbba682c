"""A machine that vanishes sends no farewell: the server itself has to notice that nobody is there any more."""

from __future__ import annotations

from shared.runtime.postgres.pool import Database

SOON_SECONDS = 60


async def test_the_server_asks_soon_whether_a_silent_session_still_lives(database: Database) -> None:
    """Else a relay's advisory lock would outlive its machine by two hours, and nobody could take over."""
    connection = await database.connect("relay")
    try:
        for asked in (connection, database.pool):
            idle, interval, count = [
                int(await asked.fetchval(f"SELECT current_setting('tcp_keepalives_{name}')"))
                for name in ("idle", "interval", "count")
            ]
            assert 0 < idle + interval * count <= SOON_SECONDS
    finally:
        await connection.close()
