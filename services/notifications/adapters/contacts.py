"""Understands how office addresses are kept and which one is nearest to a recipient."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from services.notifications.domain.events import ContactDropped, ContactNamed, Recipient
from services.notifications.views import ContactRow, search_path_of_regions
from shared.runtime.ports import AnyConnection, Recorded, Transient

DDL = """
CREATE TABLE contacts (
    contact_id text COLLATE "C" PRIMARY KEY,
    organisation text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    region text COLLATE "C" NOT NULL,
    address text NOT NULL,
    language text NOT NULL,
    named_at timestamptz NOT NULL
);
CREATE INDEX ON contacts (organisation) WHERE organisation <> '';
CREATE INDEX ON contacts (role, region) WHERE role <> '';
"""
NAME = """
INSERT INTO contacts (contact_id, organisation, role, region, address, language, named_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (contact_id) DO UPDATE SET address = excluded.address, language = excluded.language,
    named_at = excluded.named_at
"""
DROP = "DELETE FROM contacts WHERE contact_id = $1"
COLUMNS = "contact_id, organisation, role, region, address, language, named_at"
PAGE = f"SELECT {COLUMNS} FROM view_contacts.contacts WHERE contact_id > $1 ORDER BY contact_id LIMIT $2"  # noqa: S608
OF_ORGANISATION = f"SELECT {COLUMNS} FROM view_contacts.contacts WHERE organisation = $1"  # noqa: S608
NEAREST = f"""
SELECT {COLUMNS} FROM view_contacts.contacts WHERE role = $1 AND region = ANY($2::text[])
ORDER BY array_position($2::text[], region) LIMIT 1
"""  # noqa: S608


class ContactsView:
    """Addresses, folded from the service's own log; an operator names a few hundred, so row by row will do."""

    name = "contacts"
    ddl = DDL

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        for recorded in batch:
            match recorded.fact:
                case ContactNamed() as fact:
                    await connection.execute(
                        NAME,
                        fact.contact_id,
                        fact.organisation,
                        fact.role,
                        fact.region,
                        fact.address,
                        fact.language,
                        fact.named_at,
                    )
                case ContactDropped() as fact:
                    await connection.execute(DROP, fact.contact_id)


class SqlContacts:
    """Answers which addresses there are."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def page(self, after: str, limit: int) -> list[ContactRow]:
        return [ContactRow(**row) for row in await self._pool.fetch(PAGE, after, limit)]

    async def nearest(self, recipient: Recipient) -> ContactRow | None:
        if recipient.organisation:
            row = await self._pool.fetchrow(OF_ORGANISATION, recipient.organisation)
        else:
            row = await self._pool.fetchrow(NEAREST, recipient.role, search_path_of_regions(recipient.region))
        return None if row is None else ContactRow(**row)

    async def reachable(self, recipient: Recipient) -> bool:
        """Whether mail for this recipient has an address. Raises ``Transient`` while the view is being made: an event
        must not be parked for it."""
        try:
            return await self.nearest(recipient) is not None
        except asyncpg.UndefinedTableError as fault:
            raise Transient("the view of contacts is being made") from fault
