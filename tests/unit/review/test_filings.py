"""What review does with a filing from intake, on a real database: it begins a case, or is what a case waits for; each
revision is answered once; what is out of turn is refused with a reason, and nothing stops."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.awaiting import FilingAwaited
from services.review.domain.events import FACTS
from services.review.domain.people import Person
from services.review.domain.subject import Applicant, Paper
from services.review.domain.title import TitleEntered
from services.review.handlers import CASE, Handlers, Write
from services.review.http.papers import ensure_kept
from services.review.inbox import Inbox
from services.review.outbox import case_of, to_public
from shared import events as said
from shared.envelope import Actor, CaseId, Envelope, Origin, Position
from shared.runtime.codec import FactCodec
from shared.runtime.consumer import Consumer
from shared.runtime.files import Files, file_store
from shared.runtime.parking import Parking
from shared.runtime.ports import Delivery
from shared.runtime.postgres.pool import Database
from shared.runtime.records import data_of, schema_of, to_record
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.support.clock import FixedClock
from tests.support.filing_regulation import FILED, HELD
from tests.support.house import Shelf
from tests.support.regulation import APPLICANT_USCC, COUNTY, OTHER_PREFECTURE, OTHER_USCC, REGION
from tests.unit.review.story import APPROVER, MONDAY, OFFICER

WHO = said.Applicant(APPLICANT_USCC, "Example", COUNTY, "prefecture")
OWNER = said.Filer("person-1", "applicant", COUNTY, APPLICANT_USCC)
PAPER = said.Document("report", "report.pdf", "application/pdf", "1" * 64, 100)
BEGUN = said.FilingSubmitted(
    case_id="case-1",
    filing_id="case-1",
    programme=FILED.ref,
    procedure="renewal",
    step="renew",
    visit=0,
    title="",
    applicant=WHO,
    filer=OWNER,
    answers={"staff": "15"},
    documents=(PAPER,),
    statement="",
    declared_by="person-1",
    submitted_at=MONDAY,
    revision=1,
)
NEWER = replace(HELD, case_id="b" * 32, number="T-2", valid_to=date(2029, 3, 1))
OTHERS = replace(HELD, case_id="c" * 32, number="T-3", holder_uscc=OTHER_USCC)
ENDED = replace(HELD, case_id="d" * 32, number="T-4", valid_to=date(2026, 4, 26))
FOLLOWS = replace(
    BEGUN, filing_id="case-1.3", step="follow-up", visit=3, declared_by="", documents=(replace(PAPER, sha256="2" * 64),)
)


Said = said.FilingSubmitted | said.FilingWithdrawn | said.FilingTimeClosed


class Heard:
    """The service's ear, what is in its log, and what it says."""

    def __init__(self, database: Database) -> None:
        self.store = FactStore(database.pool, FactCodec(FACTS))
        self.streams = CommittingStreams(self.store)
        self.handlers = Handlers(Shelf(FILED), sandbox=True)
        self.clock = FixedClock(MONDAY)
        self.inbox = Inbox(self.store, self.handlers, self.clock, self._held)
        self.consumer = Consumer(database, self.inbox)
        self.parking = Parking(database, {self.inbox.name: self.inbox})
        self._heard = 0

    async def enter(self, *titles: TitleEntered) -> None:
        """The registry has these titles on record."""
        for entered in titles:
            origin = Origin(Actor("machine:review", "machine"), entered.entered_at, "c-0")
            await self.handlers.enter_title(self.streams, entered, Person("machine:review", "machine"), origin)

    async def _held(self, uscc: str, _programme: str) -> list[str]:
        """The titles of an organisation in the log, in the order of their entry."""
        facts = [recorded.fact for recorded in await self.store.read(limit=1000)]
        return [fact.case_id for fact in facts if isinstance(fact, TitleEntered) and fact.holder_uscc == uscc]

    async def hear(self, *events: Said) -> None:
        await self.consumer.receive([self._delivery(event) for event in events])

    def _delivery(self, event: Said) -> Delivery:
        self._heard += 1
        envelope = Envelope(
            id=f"filing:{event.case_id}/{self._heard}",
            source="intake",
            type=type(event).__name__,
            schema=schema_of(event),
            position=Position(1, self._heard),
            case_id=CaseId(event.case_id),
            origin=Origin(Actor("person-1", "applicant", APPLICANT_USCC), MONDAY, "c-1"),
            data=data_of(event),
        )
        return Delivery(to_record(envelope, "intake.events.v1"))

    async def words(self, *kinds: type) -> list[Any]:
        """What was said publicly so far, of these kinds, in its order."""
        found = []
        for recorded in await self.store.read(limit=1000):
            word = to_public(recorded)
            if isinstance(word, kinds or object) and word is not None:
                assert case_of(recorded) == word.case_id  # type: ignore[union-attr]
                found.append(word)
        return found

    async def case(self, case_id: str = "case-1") -> Any:
        return (await self.streams.load(CASE, case_id)).state

    async def act(self, command: Any) -> None:
        await self.handlers.act(self.streams, "case-1", command, Write(Origin(Actor("o", "officer"), MONDAY, "c-2")))

    async def approved(self) -> None:
        await self.act(c.ProposeDecision("renewal-decision", OFFICER, True, "good work"))
        await self.act(c.ApproveDecision("renewal-decision", APPROVER))


@pytest.fixture
async def untitled(database: Database) -> AsyncIterator[Heard]:
    made = Heard(database)
    await made.store.start()
    yield made
    await made.store.stop()


@pytest.fixture
async def heard(untitled: Heard) -> Heard:
    """The applicant holds a title, so that its renewal can be filed."""
    await untitled.enter(HELD)
    return untitled


async def test_a_filing_begins_its_case_and_is_its_first_step(heard: Heard) -> None:
    await heard.hear(BEGUN)
    case = await heard.case()
    assert (case.status, case.procedure, case.step, case.filing) == ("open", "renewal", "renewal-decision", "case-1")
    assert (case.answers, [paper.sha256 for paper in case.papers]) == ({"staff": "15"}, [PAPER.sha256])
    assert (case.declared_by, case.filed_at) == ("person-1", MONDAY)
    (taken,) = await heard.words(said.FilingTaken, said.FilingAwaited)
    assert (taken.filing_id, taken.revision, taken.step) == ("case-1", 1, "renew")


async def test_the_same_filing_again_changes_nothing(heard: Heard) -> None:
    await heard.hear(BEGUN)
    before = len(await heard.store.read(limit=1000))
    await heard.hear(BEGUN)
    await heard.hear(BEGUN)
    assert len(await heard.store.read(limit=1000)) == before


async def test_what_a_case_waits_for_is_said_and_taken(heard: Heard) -> None:
    await heard.hear(BEGUN)
    await heard.approved()
    (owed,) = await heard.words(said.FilingAwaited)
    assert (owed.step, owed.visit, owed.role, owed.applicant) == ("follow-up", 3, "applicant", WHO)
    assert owed.due_at is not None and owed.due_at > MONDAY
    await heard.hear(FOLLOWS)
    case = await heard.case()
    assert (case.status, case.result, len(case.papers)) == ("closed", "completed", 2)
    assert [word.filing_id for word in await heard.words(said.FilingTaken)] == ["case-1", "case-1.3"]


async def test_what_is_out_of_turn_is_refused_with_its_reason_and_the_others_go_on(heard: Heard) -> None:
    early = replace(FOLLOWS, case_id="case-2", filing_id="case-2.3")
    await heard.hear(early, BEGUN, FOLLOWS)
    refused = {word.case_id: word for word in await heard.words(said.FilingRefused)}
    assert {name: word.code for name, word in refused.items()} == {"case-1": "not_this_step", "case-2": "case_unknown"}
    wrong = refused["case-1"]
    assert (wrong.filing_id, wrong.revision) == ("case-1.3", 1)
    assert "renewal-decision" in wrong.en and "环节" in wrong.zh
    assert (await heard.case()).step == "renewal-decision"
    assert await heard.parking.entries() == []


async def test_a_refused_filing_can_come_again(heard: Heard) -> None:
    await heard.hear(replace(BEGUN, answers={"staff": "many"}))
    (refused,) = await heard.words(said.FilingRefused)
    assert (refused.code, (await heard.case()).status) == ("answers_wrong", "none")
    await heard.hear(replace(BEGUN, revision=2))
    assert (await heard.case()).status == "open"
    assert [word.revision for word in await heard.words(said.FilingTaken)] == [2]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"filer": replace(OWNER, organisation=OTHER_USCC)}, "wrong_party"),
        ({"filer": said.Filer("o", "officer", OTHER_PREFECTURE, "")}, "wrong_party"),
        ({"procedure": "recognition"}, "opens_through_intake"),
        ({"procedure": "feast"}, "procedure_unknown"),
        (
            {"procedure": "plan", "filer": said.Filer("o", "officer", OTHER_PREFECTURE, "")},
            "outside_region",
        ),
    ],
    ids=str,
)
async def test_who_may_not_is_told_so(heard: Heard, changes: dict[str, Any], code: str) -> None:
    await heard.hear(replace(BEGUN, **changes))
    assert [word.code for word in await heard.words(said.FilingRefused)] == [code]
    assert (await heard.case()).status == "none"


@pytest.mark.parametrize(
    ("named", "runs_on"), [("", HELD), (HELD.case_id, HELD), (NEWER.case_id, NEWER)], ids=["none", "first", "second"]
)
async def test_a_filing_about_a_title_runs_on_the_one_that_it_names(
    heard: Heard, named: str, runs_on: TitleEntered
) -> None:
    await heard.enter(NEWER)
    await heard.hear(replace(BEGUN, title=named))
    case = await heard.case()
    assert (case.title, case.title_number, case.valid_to) == (runs_on.case_id, runs_on.number, runs_on.valid_to)
    assert [word.filing_id for word in await heard.words(said.FilingTaken, said.FilingRefused)] == ["case-1"]


@pytest.mark.parametrize(
    ("titles", "named", "code"),
    [
        ((HELD, OTHERS), OTHERS.case_id, "title_required"),
        ((OTHERS,), "", "title_required"),
        ((HELD,), "e" * 32, "title_required"),
        ((HELD, ENDED), ENDED.case_id, "title_not_valid"),
        ((ENDED,), "", "title_not_valid"),
    ],
    ids=["another's", "none", "unknown", "ended", "only-ended"],
)
async def test_a_filing_about_a_title_that_is_not_a_valid_one_of_the_holder_is_refused(
    untitled: Heard, titles: tuple[TitleEntered, ...], named: str, code: str
) -> None:
    await untitled.enter(*titles)
    await untitled.hear(replace(BEGUN, title=named))
    (refused,) = await untitled.words(said.FilingTaken, said.FilingRefused)
    assert isinstance(refused, said.FilingRefused)
    assert (refused.filing_id, refused.revision, refused.code) == ("case-1", 1, code)
    assert refused.zh and "renewal" in refused.en
    assert (await untitled.case()).status == "none"


async def test_an_authority_files_at_intake_too(heard: Heard) -> None:
    plan = replace(BEGUN, procedure="plan", step="plan-draft", filer=said.Filer("o", "officer", REGION, ""))
    await heard.hear(plan)
    assert (await heard.case()).result == "completed"


async def test_what_comes_along_with_another_first_step_is_part_of_the_case(heard: Heard) -> None:
    await heard.hear(replace(BEGUN, procedure="self_evaluation", step="look-inwards"))
    case = await heard.case()
    assert (case.step, case.answers, len(case.papers), case.declared_by) == (
        *("look-inwards", {"staff": "15"}, 1, "person-1"),
    )
    assert [word.filing_id for word in await heard.words(said.FilingTaken)] == ["case-1"]


async def test_a_filing_that_is_taken_back_ends_its_case(heard: Heard) -> None:
    await heard.hear(BEGUN, said.FilingWithdrawn("case-1", "case-1", "wrong year", MONDAY))
    assert (await heard.case()).status == "withdrawn"


async def test_what_an_authority_files_straight_here_ends_the_waiting_too(heard: Heard) -> None:
    subject = Applicant(APPLICANT_USCC, "Example", COUNTY, "prefecture")
    write = Write(Origin(Actor("o", "officer"), MONDAY, "c-3"))
    opening = c.OpenCase("case-1", "", "", subject, "plan")
    await heard.handlers.open_directly(heard.streams, FILED.id, opening, OFFICER, write)
    (owed,) = await heard.words(said.FilingAwaited)
    assert (owed.step, owed.visit, owed.role) == ("plan-draft", 1, "officer")
    await heard.act(c.FileInStep("plan-draft", OFFICER, {}))
    assert [(word.filing_id, word.step) for word in await heard.words(said.FilingTaken)] == [("", "plan-draft")]


async def rectifying(heard: Heard) -> None:
    subject = Applicant(APPLICANT_USCC, "Example", COUNTY, "prefecture")
    write = Write(Origin(Actor("o", "officer"), MONDAY, "c-3"))
    opening = c.OpenCase("case-1", "", "", subject, "repair")
    await heard.handlers.open_directly(heard.streams, FILED.id, opening, OFFICER, write)
    await heard.act(c.RecordInspection("look", OFFICER, False, "a leak"))


async def test_an_applicant_shows_through_intake_what_was_put_right(heard: Heard) -> None:
    await rectifying(heard)
    owner = Person("person-1", "applicant", COUNTY, APPLICANT_USCC)
    with pytest.raises(errors.FiledThroughIntake):
        await heard.act(c.AcceptRectification("mend", owner, "mended", ("1" * 64,)))
    mended = replace(
        BEGUN, filing_id="case-1.2", procedure="repair", step="mend", visit=2, statement="mended", answers={}
    )
    await heard.hear(replace(mended, documents=()))
    assert [word.code for word in await heard.words(said.FilingRefused)] == ["evidence_missing"]
    await heard.hear(replace(mended, revision=2))
    case = await heard.case()
    assert (case.result, [paper.sha256 for paper in case.papers]) == ("completed", [PAPER.sha256])


async def test_the_time_for_it_passes(heard: Heard) -> None:
    await rectifying(heard)
    due = (await heard.case()).due_at
    assert due is not None
    late = Origin(Actor("machine:review", "machine"), due.replace(year=due.year + 1), "c-4")
    assert await heard.handlers.let_step_lapse(heard.streams, "case-1", "mend", late)
    assert await heard.words(said.FilingLapsed) == [], "intake was not asked yet"
    (asked,) = await heard.words(said.FilingTimePassed)
    assert (asked.step, asked.visit, asked.of_application, asked.asked) == ("mend", 2, False, 1)
    heard.clock.advance(late.occurred_at - heard.clock.now())
    await heard.hear(said.FilingTimeClosed("case-1", "mend", 2, 1, late.occurred_at))
    assert [word.step for word in await heard.words(said.FilingLapsed)] == ["mend"]


async def test_what_is_handed_in_late_is_taken_as_late_and_has_not_lapsed(heard: Heard) -> None:
    await heard.hear(BEGUN)
    await heard.approved()
    due = (await heard.case()).due_at
    assert due is not None
    await heard.hear(replace(FOLLOWS, submitted_at=due.replace(year=due.year + 1)))
    assert (await heard.case()).result == "refused"
    assert [word.filing_id for word in await heard.words(said.FilingTaken)] == ["case-1", "case-1.3"]
    assert await heard.words(said.FilingLapsed) == []


async def test_a_file_is_named_by_the_digest_that_it_has(tmp_path: Path) -> None:
    files = Files(file_store("", tmp_path), 1_000_000)
    kept = await files.hold("a.json", "application/json", b"{}")
    paper = Paper("report", "a.json", "application/json", kept.sha256, kept.size)
    await ensure_kept(files, c.FileInStep("x", OFFICER, {}, (paper,)))
    await ensure_kept(files, c.AcceptRectification("x", OFFICER, "mended", (kept.sha256,)))
    for wrong in (replace(paper, sha256="0" * 64), replace(paper, size=3)):
        with pytest.raises(errors.PaperUnknown):
            await ensure_kept(files, c.FileInStep("x", OFFICER, {}, (wrong,)))
    with pytest.raises(errors.PaperUnknown):
        await ensure_kept(files, c.AcceptRectification("x", OFFICER, "mended", ("0" * 64,)))


async def test_what_is_awaited_is_not_said_of_an_application(heard: Heard) -> None:
    subject = Applicant(APPLICANT_USCC, "Example", COUNTY, "prefecture")
    opening = c.OpenCase("case-1", FILED.ref, "round-1", subject)
    await heard.handlers.open_case(heard.streams, opening, Origin(Actor("m", "machine"), MONDAY, "c-5"))
    facts = [recorded.fact for recorded in await heard.store.read(limit=100)]
    assert facts and not any(isinstance(fact, FilingAwaited) for fact in facts)
