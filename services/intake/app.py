"""Understands how intake is put together: its log, its lists, what it hears and says, its routes."""

from __future__ import annotations

from pathlib import Path

import shared.programmes
from services.intake.adapters.applications import ApplicationsView, RoundsView, SqlApplications, SqlRounds
from services.intake.adapters.filings import FilingsView, SqlFilings
from services.intake.domain.events import FACTS
from services.intake.domain.refusal import Refusal
from services.intake.filings import FilingHandlers
from services.intake.handlers import Handlers
from services.intake.http import (
    Library,
    application_routes,
    document_routes,
    filing_routes,
    filings_routes,
    form_routes,
    programme_routes,
    round_routes,
)
from services.intake.inbox import Inbox
from services.intake.outbox import case_of, to_public
from shared.programmes.catalogue import Catalogue
from shared.runtime.pinned import knows
from shared.runtime.service import Around, Parts, Service, assemble
from shared.runtime.streams import CommittingStreams

MIGRATIONS: Path | None = None
"""Intake has no tables besides the runtime's and its views."""

DEFINITIONS = Path(shared.programmes.__file__).parent / "definitions"


def build(around: Around, programmes: Library | None = None) -> Service:
    """The service on what the process gives it; ``programmes`` is the library of regulations where it is another."""
    library = programmes or Catalogue.load(DEFINITIONS)
    store = around.store(FACTS)
    filings = FilingHandlers(library, sandbox=around.settings.profile == "demo")
    applications, rounds = SqlApplications(around.database.pool), SqlRounds(around.database.pool)
    handlers = Handlers(library, around.settings.profile == "demo", applications.filed_by)
    streams = CommittingStreams(store)
    return assemble(
        around,
        Parts(
            name="intake",
            title="Shifan intake 申报",
            store=store,
            to_public=to_public,
            case_of=case_of,
            routers=(
                round_routes(rounds, around.clock),
                programme_routes(library, around.clock),
                application_routes(handlers, streams, applications, library, around.clock),
                document_routes(handlers, streams, around.files, around.settings.upload_bytes),
                form_routes(handlers, streams, library, around.files),
                filing_routes(handlers, streams),
                *filings_routes(
                    *(filings, streams, around.files, SqlFilings(around.database.pool)),
                    *(around.settings.upload_bytes, around.clock),
                ),
            ),
            subscribers=(Inbox(store, handlers, filings, around.clock),),
            views=(ApplicationsView(), RoundsView(), FilingsView()),
            refusals=(Refusal,),
            knows=knows(library),
        ),
    )
