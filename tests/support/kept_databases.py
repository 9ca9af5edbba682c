"""Understands databases that outlive the services on them, as a restart needs it."""

from __future__ import annotations

from pathlib import Path

from shared.runtime.postgres.roles import Provisioned
from tests.support.database import Databases


class KeptDatabases(Databases):
    """Give it to ``standing``, again and again; :meth:`end` drops them all. ``made`` has them by service."""

    def __init__(self, databases: Databases) -> None:
        super().__init__(databases.server)
        self._databases, self.made = databases, dict[str, Provisioned]()

    async def create(self, service: str = "probe", directory: Path | None = None) -> Provisioned:
        if service not in self.made:
            self.made[service] = await self._databases.create(service, directory)
        return self.made[service]

    async def drop(self, provisioned: Provisioned) -> None:
        """They stay until the end."""

    async def end(self) -> None:
        for made in self.made.values():
            await self._databases.drop(made)
