"""Understands how every service gets its own database, its roles and the schema that this program wants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.runtime.postgres.migrations import migrate
from shared.runtime.postgres.roles import Provisioned, provision


@dataclass(frozen=True)
class Migrated:
    """A service's database and the migrations that were applied just now (none when it was up to date)."""

    service: str
    provisioned: Provisioned
    applied: tuple[str, ...]


def password_setting(service: str) -> str:
    """The variable with the password of a service's application role (else it is derived from the administrator's)."""
    return f"SHIFAN_{service.upper()}_DATABASE_PASSWORD"


def url_setting(service: str) -> str:
    """The variable that tells a service where its database is."""
    return f"SHIFAN_{service.upper()}_DATABASE_URL"


async def bring_forward(
    administrator_url: str, services: Mapping[str, Path], surroundings: Mapping[str, str]
) -> list[Migrated]:
    """Make what is missing for each service (name -> its migrations); safe to repeat and to race.

    Raises ``MigrationRefused`` and what the server says.
    """
    done = []
    for service, directory in services.items():
        password = surroundings.get(password_setting(service), "")
        provisioned = await provision(administrator_url, service, application_password=password)
        applied = await migrate(provisioned.owner_url, provisioned.application_role, service, directory)
        done.append(Migrated(service, provisioned, tuple(applied)))
    return done
