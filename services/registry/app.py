"""Understands how the registry is put together: its log, its list, its audit trail, what it hears and says."""

from __future__ import annotations

from pathlib import Path

from services.registry.adapters.happenings import StoredHappenings
from services.registry.adapters.numbers import SqlNumbers
from services.registry.adapters.titles import SqlTitles, TitlesView
from services.registry.adapters.trail import SqlTrail
from services.registry.adapters.trail_writer import SqlTrailWriter
from services.registry.domain.errors import Refusal
from services.registry.domain.events import FACTS
from services.registry.handlers import Handlers
from services.registry.http import audit_routes, title_routes
from services.registry.inbox import Decisions, Witness
from services.registry.outbox import case_of, to_partners, to_public
from shared.runtime.service import Around, Parts, Service, assemble
from shared.runtime.streams import CommittingStreams

MIGRATIONS: Path | None = Path(__file__).parent / "adapters" / "migrations"
"""Allotted numbers and the audit trail."""


def build(around: Around) -> Service:
    """The service on what the process gives it."""
    store, pool = around.store(FACTS), around.database.pool
    numbers, streams = SqlNumbers(pool), CommittingStreams(store)
    return assemble(
        around,
        Parts(
            name="registry",
            title="Shifan registry 登记",
            store=store,
            to_public=to_public,
            to_partners=to_partners,
            case_of=case_of,
            routers=(
                title_routes(SqlTitles(pool), numbers, streams, StoredHappenings(store), around.clock),
                audit_routes(SqlTrail(pool)),
            ),
            subscribers=(
                Decisions(store, Handlers(numbers), numbers, around.clock),
                Witness(SqlTrailWriter(pool), around.clock),
            ),
            views=(TitlesView(),),
            refusals=(Refusal,),
        ),
    )
