"""Understands how review is put together: its log, its lists, what it hears and says, its deadlines, its routes."""

from __future__ import annotations

from pathlib import Path

import shared.programmes
from services.review.adapters.due import (
    DATES,
    FOLLOW,
    NOTICE_OVER,
    OVERTAKEN,
    RECOUNT,
    REMIND,
    RETURN,
    TITLE,
    DeadlinesView,
)
from services.review.adapters.gathered import GatheredView, SqlGathered
from services.review.adapters.lists import SqlLists
from services.review.adapters.money import MoneyView, SqlMoney
from services.review.adapters.standing import SqlStanding
from services.review.adapters.views import CasesView, RoundsView, YearsView
from services.review.domain.errors import Refusal
from services.review.domain.events import FACTS
from services.review.handlers import Handlers, Programmes
from services.review.http import (
    act_routes,
    budget_routes,
    case_routes,
    deadline_routes,
    duty_routes,
    export_routes,
    gathering_routes,
    move_routes,
    objection_routes,
    old_case_routes,
    procedure_routes,
    round_routes,
    title_life_routes,
    title_routes,
    year_routes,
)
from services.review.inbox import ACTOR, MYSELF, Inbox
from services.review.outbox import case_of, to_public
from services.review.together import Together
from shared.envelope import Origin
from shared.programmes.catalogue import Catalogue
from shared.runtime.clock import Clock
from shared.runtime.deadlines import AlreadySettled, Due, Fire
from shared.runtime.pinned import knows
from shared.runtime.ports import Streams
from shared.runtime.service import Around, Parts, Service, assemble
from shared.runtime.streams import CommittingStreams
from shared.runtime.trace import trace_id

MIGRATIONS: Path | None = None
"""Review has no tables besides the runtime's and its views."""

DEFINITIONS = Path(shared.programmes.__file__).parent / "definitions"


def build(around: Around, programmes: Programmes | None = None) -> Service:
    """The service on what the process gives it; ``programmes`` is the library of regulations where it is another."""
    library = programmes or Catalogue.load(DEFINITIONS)
    store = around.store(FACTS)
    handlers = Handlers(library, sandbox=around.settings.profile == "demo")
    streams, lists = CommittingStreams(store), SqlLists(around.database.pool)
    together = Together(library, SqlStanding(around.database.pool))
    return assemble(
        around,
        Parts(
            name="review",
            title="Shifan review 评审",
            store=store,
            to_public=to_public,
            case_of=case_of,
            routers=(
                case_routes(streams, lists, library, around.files),
                export_routes(lists),
                procedure_routes(handlers, streams, lists),
                old_case_routes(handlers, streams, lists),
                act_routes(handlers, streams, around.files),
                move_routes(handlers, streams, library),
                deadline_routes(streams, library, around.clock),
                objection_routes(handlers, streams, lists, around.clock),
                round_routes(handlers, streams, lists),
                gathering_routes(together, streams, SqlGathered(around.database.pool)),
                budget_routes(handlers, streams, SqlMoney(around.database.pool)),
                title_routes(handlers.titles, streams, lists),
                title_life_routes(handlers.titles, streams),
                duty_routes(handlers.titles, streams),
                year_routes(handlers, streams, lists),
            ),
            subscribers=(Inbox(store, handlers, around.clock, lists.held),),
            views=(CasesView(), RoundsView(), YearsView(), GatheredView(), MoneyView(), DeadlinesView()),
            refusals=(Refusal,),
            knows=knows(library),
            fire=firing(handlers, streams, around.clock),
        ),
    )


def firing(handlers: Handlers, streams: Streams, clock: Clock) -> Fire:
    """Carries out a deadline of the view ``deadlines``: ``<what>:<step>``, or ``<what>:<name>`` of a title."""

    async def fire(due: Due) -> None:
        what, _, step = due.kind.partition(":")
        # Who claimed it saw that it is due. A clock that was set back since must not find it early: that nothing
        # follows settles a deadline for good.
        now = max(clock.now(), due.due_at)
        command_id = f"{due.deadline_id}@{due.due_at.isoformat()}"
        origin = Origin(ACTOR, now, command_id, trace_id=trace_id())
        if due.case_id.startswith(TITLE):
            title = due.case_id.removeprefix(TITLE)
            if what == RECOUNT:
                followed = await handlers.titles.recount_date(streams, title, step, origin)
            elif what == REMIND:
                followed = await handlers.titles.remind(streams, title, step, origin)
            elif what == DATES:
                followed = await handlers.titles.give_dates(streams, title, origin)
            else:
                followed = await handlers.titles.let_date_pass(streams, title, what, step, MYSELF, origin)
        elif what == OVERTAKEN:
            followed = await handlers.titles.carry_over(streams, due.case_id, MYSELF, origin)
        elif what == NOTICE_OVER:
            followed = await handlers.close_notice(streams, due.case_id, step, MYSELF, origin)
        elif what == FOLLOW:
            followed = await handlers.follow_round(streams, due.case_id, step, origin)
        elif what == RETURN:
            followed = await handlers.give_back(streams, due.case_id, step, origin)
        elif what == RECOUNT:
            followed = await handlers.recount(streams, due.case_id, step, MYSELF, origin)
        else:
            followed = await handlers.let_step_lapse(streams, due.case_id, step, origin)
        if not followed:
            raise AlreadySettled(f"nothing follows from {due.kind}")

    return fire
