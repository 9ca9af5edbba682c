"""What intake hears, on a real database: rounds, returns, the timeline; and its lists."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

import pytest

from services.intake.adapters.applications import ApplicationsView, RoundsView, SqlApplications, SqlRounds
from services.intake.adapters.filings import FilingsView, SqlFilings
from services.intake.domain import commands as c
from services.intake.domain import errors, filing_errors
from services.intake.domain import events as e
from services.intake.domain.application import Application
from services.intake.domain.events import FACTS
from services.intake.domain.filing_acts import BeginFiling
from services.intake.domain.filings import NOTHING
from services.intake.domain.parts import Applicant, Filer
from services.intake.domain.refusal import Refusal
from services.intake.filings import AWAITED, FilingHandlers
from services.intake.filings import Write as FilingWrite
from services.intake.handlers import APPLICATION, ORGANISATION, ROUND, Handlers, Write
from services.intake.inbox import Inbox
from services.intake.views import ApplicationMark, ApplicationsWanted, AwaitedMark, RoundMark, Scope
from shared import events as said
from shared.envelope import Actor, CaseId, Envelope, Origin, Position
from shared.runtime.codec import FactCodec
from shared.runtime.consumer import Consumer
from shared.runtime.ports import Append, Delivery, Transient
from shared.runtime.postgres.pool import Database
from shared.runtime.records import data_of, schema_of, to_record
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.programmes.library import library
from tests.support.clock import FixedClock
from tests.support.house import Shelf
from tests.support.regulation import APPLICANT_USCC, COUNTY, OTHER_USCC, PROGRAMME, REGION
from tests.support.views import project
from tests.unit.intake.story import ANN, ANSWERS, DRAFT, MATERIALS, NOW, document

OFFICER = Origin(Actor("officer-1", "officer", "", REGION), NOW, "c-1", trace_id="a" * 32)
APPLICANT = Origin(Actor(ANN.id, "applicant", APPLICANT_USCC), NOW, "c-2")
CALL = said.RoundOpened("round-1", PROGRAMME.ref, "call", NOW - timedelta(days=1), NOW + timedelta(days=9), REGION)
CERTIFIED = said.Certified(
    *("case-1", PROGRAMME.ref, "2026-001", APPLICANT_USCC, "Example", COUNTY, "示范平台", "platform", REGION, "us"),
    date(2026, 5, 27),
    date(2029, 5, 26),
    NOW,
)


class Heard:
    """The service's ear, what is in its log afterwards, and its lists."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.store = FactStore(database.pool, FactCodec(FACTS))
        self.streams = CommittingStreams(self.store)
        self.handlers = Handlers(Shelf(PROGRAMME))
        self.filings = FilingHandlers(Shelf(PROGRAMME), sandbox=True)
        self.consumer = Consumer(database, Inbox(self.store, self.handlers, self.filings, FixedClock(NOW)))
        self._said = 0

    async def hear(self, *events: said.PublicEvent) -> None:
        await self.consumer.receive([self._delivery(event) for event in events])

    def _delivery(self, event: said.PublicEvent) -> Delivery:
        self._said += 1
        about = event.round_id if isinstance(event, said.RoundOpened) else event.case_id
        registry = isinstance(event, said.Certified | said.Revoked | said.Lapsed | said.Renewed)
        source = "registry" if registry else "review"
        envelope = Envelope(
            id=f"case:{about}/{self._said}",
            source=source,
            type=type(event).__name__,
            schema=schema_of(event),
            position=Position(1, self._said),
            case_id=CaseId(about),
            origin=OFFICER,
            data=data_of(event),
        )
        return Delivery(to_record(envelope, f"{source}.events.v1"))

    async def submitted(self) -> None:
        write, case_id = Write(APPLICANT), DRAFT.case_id
        await self.handlers.draft_application(self.streams, DRAFT, write)
        await self.handlers.give_answers(self.streams, case_id, c.GiveAnswers(ANSWERS, ANN), write)
        for number, material in enumerate(MATERIALS):
            attach = c.AttachDocument(document(material, number), ANN)
            await self.handlers.attach_document(self.streams, case_id, attach, write)
        await self.handlers.declare_truth(self.streams, case_id, c.DeclareTruth(ANN), write)
        await self.handlers.submit_application(self.streams, case_id, c.SubmitApplication(ANN), write)

    async def application(self) -> Application:
        return (await self.streams.load(APPLICATION, DRAFT.case_id)).state

    async def objections(self) -> tuple[Refusal, ...]:
        """What would stand in the way of one more application of the organisation."""
        another = Application("case-2", "draft", PROGRAMME.ref, CALL.round_id, DRAFT.applicant)
        return await self.handlers.objections(self.streams, another, NOW)

    async def listed(self) -> None:
        facts = await self.store.read(limit=1000)
        await project(self.database, ApplicationsView(), facts)
        await project(self.database, RoundsView(), facts)


@pytest.fixture
async def heard(database: Database) -> AsyncIterator[Heard]:
    made = Heard(database)
    await made.store.start()
    yield made
    await made.store.stop()


async def test_a_round_is_heard_of_once(heard: Heard) -> None:
    await heard.hear(CALL)
    await heard.hear(CALL)
    loaded = await heard.streams.load(ROUND, "round-1")
    assert (loaded.version, loaded.state.announced and loaded.state.announced.title) == (1, "call")


async def test_a_returned_application_says_what_to_correct(heard: Heard) -> None:
    await heard.hear(CALL)
    await heard.submitted()
    await heard.hear(said.CorrectionRequested("case-1", ("licence: expired",), NOW))
    a = await heard.application()
    assert (a.status, a.to_correct) == ("returned", ("licence: expired",))


async def test_the_whole_way_is_on_the_timeline_in_one_batch(heard: Heard) -> None:
    await heard.hear(CALL)
    await heard.submitted()
    await heard.hear(
        said.PreliminaryApproved("case-1", PROGRAMME.ref, COUNTY, {"enough-staff": "met"}, NOW),
        said.Scored("case-1", PROGRAMME.ref, "80", "100", 3, True, NOW),
        said.Publicized("case-1", PROGRAMME.ref, "Example", date(2026, 4, 27), date(2026, 5, 8), False, "web", NOW),
        CERTIFIED,
        said.RevocationOrdered("case-1", PROGRAMME.ref, "2026-001", "punished", "18 (1)", "a fine", NOW),
        said.Revoked(
            *("case-1", PROGRAMME.ref, "2026-001", APPLICANT_USCC, "Example", COUNTY, "punished", "18 (1)", "a fine"),
            NOW,
        ),
    )
    a = await heard.application()
    assert [entry.what for entry in a.timeline][2:] == [
        *("preliminary_approved", "scored", "publicized", "certified", "revocation_ordered", "revoked")
    ]
    assert a.status == "revoked"


async def test_a_refusal_frees_the_place(heard: Heard) -> None:
    await heard.hear(CALL)
    await heard.submitted()
    assert [each.code for each in await heard.objections()] == ["place_taken"]
    await heard.hear(said.RecognitionRefused("case-1", PROGRAMME.ref, "decide", "others were better", NOW))
    assert (await heard.application()).status == "refused"
    assert await heard.objections() == ()


async def test_another_process_finds_what_this_one_wrote(heard: Heard) -> None:
    await heard.hear(CALL, CERTIFIED)
    later = FactStore(heard.database.pool, FactCodec(FACTS))
    await later.start()
    try:
        another = Application("case-2", "draft", PROGRAMME.ref, CALL.round_id, DRAFT.applicant)
        found = await Handlers(Shelf(PROGRAMME)).objections(CommittingStreams(later), another, NOW)
    finally:
        await later.stop()
    assert [each.code for each in found] == ["title_still_valid"]


async def test_a_title_and_its_end_are_remembered_whichever_service_the_case_began_at(heard: Heard) -> None:
    await heard.hear(CALL, CERTIFIED)
    (stands,) = await heard.objections()
    assert (stands.code, "2026-001" in stands.en, "2029-05-26" in stands.en) == ("title_still_valid", True, True)
    await heard.hear(
        said.Revoked(
            *("case-1", PROGRAMME.ref, "2026-001", APPLICANT_USCC, "Example", COUNTY, "punished", "18 (1)", "a fine"),
            NOW - timedelta(days=1),
        )
    )
    assert await heard.objections() == ()


async def test_money_is_remembered_with_what_came_back(heard: Heard) -> None:
    def paid(direction: Literal["out", "back"], amount: str, day: datetime) -> said.FundsPaid:
        return said.FundsPaid("case-9", PROGRAMME.ref, APPLICANT_USCC, "fund", "whole", direction, amount, day)

    await heard.hear(paid("out", "600.50", NOW), paid("out", "399.50", NOW + timedelta(days=2)))
    funds = (await heard.streams.load(ORGANISATION, APPLICANT_USCC)).state.funds["case-9"]
    assert (funds.net, funds.paid_on) == (Decimal(1000), date(2026, 4, 29))
    await heard.hear(paid("back", "1000", NOW + timedelta(days=9)))
    funds = (await heard.streams.load(ORGANISATION, APPLICANT_USCC)).state.funds["case-9"]
    assert (funds.net, funds.paid_on) == (Decimal(0), date(2026, 4, 29))


async def test_a_completed_case_stands_so_in_the_list_and_a_title_stays_one(heard: Heard) -> None:
    done = said.CaseCompleted("case-1", PROGRAMME.ref, "completed", NOW)
    await heard.hear(CALL)
    await heard.submitted()
    await heard.hear(done)
    await heard.listed()
    lists = SqlApplications(heard.database.pool)
    assert [row.status for row in await lists.page(ApplicationsWanted(), None, 50)] == ["completed"]
    before = await heard.store.read(limit=1000)
    await heard.hear(CERTIFIED, done)
    await project(heard.database, ApplicationsView(), (await heard.store.read(limit=1000))[len(before) :])
    assert [row.status for row in await lists.page(ApplicationsWanted(), None, 50)] == ["titled"]
    assert (await heard.application()).status == "titled"


async def test_lists_follow_the_log(heard: Heard) -> None:
    await heard.hear(CALL)
    await heard.submitted()
    await heard.listed()
    before = len(await heard.store.read(limit=1000))
    await heard.hear(CERTIFIED)
    facts = await heard.store.read(limit=1000)
    await project(heard.database, ApplicationsView(), facts[before:])
    lists = SqlApplications(heard.database.pool)
    (row,) = await lists.page(ApplicationsWanted(uscc=APPLICANT_USCC), None, 50)
    assert (row.status, row.revision, row.number, row.valid_to) == ("titled", 1, "2026-001", date(2029, 5, 26))
    for nothing in (
        ApplicationsWanted(uscc=OTHER_USCC),
        ApplicationsWanted(stem="11"),
        ApplicationsWanted(status="draft"),
        ApplicationsWanted(programme="test"),
        ApplicationsWanted(round_id="round-2"),
    ):
        assert await lists.page(nothing, None, 50) == []
    assert await lists.page(ApplicationsWanted(programme=PROGRAMME.id, stem="9901"), None, 50) == [row]
    assert await lists.page(ApplicationsWanted(), ApplicationMark(row.drafted_at, row.case_id), 50) == []


async def test_open_rounds_are_those_whose_window_covers_the_instant(heard: Heard) -> None:
    await heard.hear(CALL)
    await heard.listed()
    rounds = SqlRounds(heard.database.pool)
    assert [row.round_id for row in await rounds.page(CALL.opens_at, None, 50)] == ["round-1"]
    assert await rounds.page(CALL.closes_at, None, 50) == []
    assert len(await rounds.page(None, None, 50)) == 1
    assert await rounds.page(None, RoundMark(CALL.closes_at, "round-1"), 50) == []


OWED = said.FilingAwaited(
    *("case-7", PROGRAMME.ref, "recognition", "correct", 4, "补正", "correction", "申报单位", "applicant", "applicant"),
    *(said.Applicant(APPLICANT_USCC, "Example", COUNTY, "prefecture"), NOW + timedelta(days=7), False, NOW),
)


async def test_what_a_case_waits_for_is_listed_with_what_was_wrong_until_it_is_taken(heard: Heard) -> None:
    lists = SqlFilings(heard.database.pool)
    await heard.hear(said.CorrectionRequested("case-7", ("licence: expired",), NOW), OWED, OWED)
    await project(heard.database, FilingsView(), await heard.store.read(limit=1000))
    (row,) = await lists.awaited(Scope("applicant", uscc=APPLICANT_USCC), None, 50)
    assert (row.filing_id, row.step, row.due_at, row.to_correct) == (
        *("case-7.4", "correct", OWED.due_at, ["licence: expired"]),
    )
    for nothing in (Scope("applicant", uscc=OTHER_USCC), Scope("officer", region=REGION, stem="99")):
        assert await lists.awaited(nothing, None, 50) == []
    assert await lists.awaited(Scope(), AwaitedMark(row.awaited_at, "case-7"), 50) == []
    before = len(await heard.store.read(limit=1000))
    await heard.hear(
        said.FilingTaken("case-7", "", 0, "another", NOW), said.FilingTaken("case-7", "", 0, "correct", NOW)
    )
    await project(heard.database, FilingsView(), (await heard.store.read(limit=1000))[before:])
    assert await lists.awaited(Scope(), None, 50) == []
    assert (await heard.streams.load(AWAITED, "case-7")).state == NOTHING


async def test_an_application_that_is_returned_is_owed_as_an_application(heard: Heard) -> None:
    await heard.hear(CALL)
    await heard.submitted()
    await heard.hear(said.CorrectionRequested("case-1", ("licence: expired",), NOW))
    assert (await heard.streams.load(AWAITED, "case-1")).version == 0


async def test_a_word_about_a_filing_that_is_not_here_is_nothing(heard: Heard) -> None:
    await heard.hear(
        said.FilingTaken("case-7", "case-7", 1, "apply", NOW),
        said.FilingRefused("case-7", "case-7", 1, "case_unknown", "没有。", "There is none.", NOW),
        said.FilingLapsed("case-7", "apply", NOW),
    )
    assert await heard.store.read(limit=10) == []


async def test_a_filing_is_begun_under_a_text_that_is_open(heard: Heard) -> None:
    about, by = Applicant(APPLICANT_USCC, "Example", COUNTY, "prefecture"), Filer("p", "applicant", "", APPLICANT_USCC)
    command = BeginFiling("case-7", "recognition", about, "", by)
    with pytest.raises(filing_errors.ProgrammeNotOpen):
        await heard.filings.begin(heard.streams, "gone-platform", command, FilingWrite(APPLICANT))
    with pytest.raises(filing_errors.AppliesInRound):
        await heard.filings.begin(heard.streams, PROGRAMME.id, command, FilingWrite(APPLICANT))


async def test_nothing_begins_under_a_text_that_is_closed_and_it_says_why(heard: Heard) -> None:
    about, by = Applicant(APPLICANT_USCC, "Example", COUNTY, "city"), Filer("p", "applicant", "", APPLICANT_USCC)
    command = BeginFiling("case-7", "project", about, "", by)
    filings = FilingHandlers(library(), sandbox=True)
    with pytest.raises(filing_errors.TextClosed) as refused:
        await filings.begin(heard.streams, "js-tech-platform-2003", command, FilingWrite(APPLICANT))
    assert "it is repealed" in refused.value.en
    assert "已废止" in refused.value.zh
    assert "taken over by its authority" in refused.value.en


async def test_before_its_first_projection_a_list_asks_to_try_again(heard: Heard) -> None:
    with pytest.raises(Transient):
        await SqlApplications(heard.database.pool).page(ApplicationsWanted(), None, 1)


async def test_what_becomes_of_the_title_is_on_the_timeline_and_is_remembered_of_its_holder(
    heard: Heard,
) -> None:
    await heard.hear(CALL)
    await heard.submitted()
    about = ("case-1", PROGRAMME.ref, "2026-001")
    holder = (*about, APPLICANT_USCC, "Example", COUNTY)
    duty = said.ObligationMissed(*about, "report", "报告", "report", True, date(2027, 2, 28), NOW)
    await heard.hear(
        CERTIFIED,
        duty,
        replace(duty, owed_by_holder=False),
        said.RectificationOrdered(*about, "silent", "不报送", "silent", "18", "late", date(2027, 3, 31), NOW),
        said.TitleLapsed(*about, "validity_ended", "17", "validity ended", date(2029, 5, 27), NOW),
        said.Lapsed(*holder, "validity ended", date(2029, 5, 27), NOW),
    )
    a = await heard.application()
    assert [entry.what for entry in a.timeline][2:] == [
        *("certified", "obligation_missed", "rectification_ordered", "lapsed")
    ]
    assert a.status == "lapsed"
    known = (await heard.streams.load(ORGANISATION, APPLICANT_USCC)).state.titles["case-1"]
    assert known.ended_on == date(2029, 5, 27)
    await heard.hear(
        said.TitleRenewed(*about, date(2029, 5, 27), date(2032, 5, 26), NOW),
        said.Renewed(*holder, date(2029, 5, 27), date(2032, 5, 26), NOW),
    )
    a = await heard.application()
    assert (a.status, a.valid_to, a.timeline[-1].what) == ("titled", date(2032, 5, 26), "renewed")
    known = (await heard.streams.load(ORGANISATION, APPLICANT_USCC)).state.titles["case-1"]
    assert (known.ended_on, known.last_day) == (None, date(2032, 5, 26))


async def test_what_was_filed_before_there_were_claims_is_seen_through_the_list(heard: Heard) -> None:
    """As it stood in the log of the first days: filed, and claimed nowhere."""
    await heard.hear(CALL)
    about = (PROGRAMME.ref, "round-1", DRAFT.applicant)
    filed = e.ApplicationSubmitted("case-0", *about, ANSWERS, (), "person-1", NOW, 1)
    drafted = e.ApplicationDrafted("case-0", *about, "person-1", NOW)
    await heard.store.append(Append("application:case-0", 0, (drafted, filed), APPLICANT))
    await heard.listed()
    assert await heard.objections() == (), "the stream of the organisation knows nothing of it"
    heard.handlers = Handlers(Shelf(PROGRAMME), filed=SqlApplications(heard.database.pool).filed_by)
    assert [(each.code, "case-0" in each.en) for each in await heard.objections()] == [("place_taken", True)]
    with pytest.raises(errors.PlaceTaken):
        await heard.submitted()
    withdrawn = e.ApplicationWithdrawn("case-0", "another year", NOW)
    await heard.store.append(Append("application:case-0", 2, (withdrawn,), APPLICANT))
    assert await heard.objections() == (), "the application itself is asked, the list may lag"
