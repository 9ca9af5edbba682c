"""Understands which texts of regulations the rows of a service are under, and which of those its library lacks.

One convention tells all: a view's column ``programme`` holds the address ``id@sha256:…`` of the text that a row is
under. A view that does not stand yet tells nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from shared.programmes.catalogue import NoSuchProgramme

if TYPE_CHECKING:
    from shared.runtime.ports import AnyConnection

Knows = Callable[[str], bool]
"""Whether the library has the text at this address."""

PUT_BACK = (
    "put the text back as it was, with its supplements, under definitions/…/archive and start again: until then nobody "
    "can act on what is under it, and nothing of it is lost"
)

COLUMNS = """
SELECT format(
    'SELECT programme, count(*) AS count FROM %I.%I WHERE strpos(programme, ''@sha256:'') > 0 GROUP BY programme',
    table_schema, table_name) AS query
FROM information_schema.columns
WHERE column_name = 'programme' AND starts_with(table_schema, 'view_') AND right(table_schema, 6) <> '__next'
ORDER BY table_schema, table_name
"""


class Library(Protocol):
    """The texts by address; raises :class:`NoSuchProgramme`."""

    def get(self, ref: str) -> object: ...


def knows(library: Library) -> Knows:
    """Whether a library has a text, as a question."""

    def known(ref: str) -> bool:
        try:
            library.get(ref)
        except NoSuchProgramme:
            return False
        return True

    return known


async def pinned(connection: AnyConnection) -> Mapping[str, int]:
    """Address -> how many rows are under it, over all views of the service's database."""
    found: Counter[str] = Counter()
    for row in await connection.fetch(COLUMNS):
        found.update({each["programme"]: each["count"] for each in await connection.fetch(row["query"])})
    return found


async def lacking(connection: AnyConnection, known: Knows) -> Mapping[str, int]:
    """The same for the texts that the library lacks, in the order of their addresses."""
    return {ref: count for ref, count in sorted((await pinned(connection)).items()) if not known(ref)}
