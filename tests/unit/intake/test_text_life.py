"""What an applicant meets of a text's life, on a real database: closed, gone, and another one in its place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest

from services.intake.adapters.applications import SqlApplications
from services.intake.domain import commands as c
from services.intake.domain import errors
from services.intake.domain.parts import Filer
from services.intake.filings import FilingHandlers
from services.intake.filings import Write as FilingWrite
from services.intake.handlers import Handlers, Write
from services.intake.views import ApplicationsWanted
from shared import events as said
from shared.programmes.model import InForce, Programme
from shared.runtime.postgres.pool import Database
from tests.support.house import Shelf
from tests.support.regulation import APPLICANT_USCC, PROGRAMME, REGION
from tests.unit.intake.story import ANN, DRAFT, NOW
from tests.unit.intake.test_filings import OWED
from tests.unit.intake.test_inbox import APPLICANT, CALL, Heard

LAW = replace(PROGRAMME.legal, in_force=InForce(since=date(2020, 1, 1)))
AFTER = f"{PROGRAMME.id}@sha256:{'cd' * 32}"


@pytest.fixture
async def heard(database: Database) -> AsyncIterator[Heard]:
    made = Heard(database)
    await made.store.start()
    await made.hear(CALL)
    yield made
    await made.store.stop()


@pytest.mark.parametrize(
    ("programme", "sandbox", "says"),
    [
        (replace(PROGRAMME, legal=replace(LAW, status="repealed")), True, "it is repealed"),
        (replace(PROGRAMME, legal=replace(LAW, status="superseded")), False, "closed to new cases"),
        (
            replace(PROGRAMME, legal=replace(LAW, in_force=InForce(since=date(2020, 1, 1), until=date(2026, 4, 26)))),
            True,
            "it was in force until 2026-04-26",
        ),
        (replace(PROGRAMME, legal=replace(LAW, in_force=InForce(since=date(2026, 4, 28)))), False, "from 2026-04-28"),
        (replace(PROGRAMME, legal=replace(LAW, status="draft_for_comment")), False, "it is a draft"),
    ],
    ids=["repealed", "superseded", "over", "not yet", "draft"],
)
async def test_no_new_application_under_a_closed_text(
    heard: Heard, programme: Programme, sandbox: bool, says: str
) -> None:
    handlers = Handlers(Shelf(programme), sandbox)
    with pytest.raises(errors.ProgrammeClosed, match=says) as refused:
        await handlers.draft_application(heard.streams, DRAFT, Write(APPLICANT))
    assert "names none that follows it" in refused.value.en


async def test_what_was_begun_before_goes_on_under_a_closed_text(heard: Heard) -> None:
    await heard.handlers.draft_application(heard.streams, DRAFT, Write(APPLICANT))
    heard.handlers = Handlers(Shelf(replace(PROGRAMME, legal=replace(LAW, status="repealed"))), sandbox=True)
    answers = c.GiveAnswers({"staff": "15"}, ANN)
    after = await heard.handlers.give_answers(heard.streams, DRAFT.case_id, answers, Write(APPLICANT))
    assert after.state.answers == {"staff": "15"}


async def test_a_text_that_is_gone_is_named(heard: Heard) -> None:
    await heard.handlers.draft_application(heard.streams, DRAFT, Write(APPLICANT))
    elsewhere = Handlers(Shelf(replace(PROGRAMME, digest="ef" * 32)))
    with pytest.raises(errors.TextMissing) as refused:
        await elsewhere.give_answers(
            heard.streams, DRAFT.case_id, c.GiveAnswers({"staff": "15"}, ANN), Write(APPLICANT)
        )
    assert PROGRAMME.ref in refused.value.zh
    assert PROGRAMME.ref in refused.value.en


async def test_a_filing_whose_text_is_gone_names_it_at_every_act_too(heard: Heard) -> None:
    write, by = FilingWrite(APPLICANT), Filer(ANN.id, "applicant", REGION, APPLICANT_USCC)
    waiting = replace(OWED, programme=PROGRAMME.ref, step="apply")
    await heard.filings.hear_awaited(heard.streams, waiting, APPLICANT)
    elsewhere = FilingHandlers(Shelf(replace(PROGRAMME, digest="ef" * 32)), sandbox=True)
    with pytest.raises(errors.TextMissing, match=PROGRAMME.ref):
        await elsewhere.answer_case(heard.streams, "case-1", by, write)
    begun = (await heard.filings.answer_case(heard.streams, "case-1", by, write)).state
    name = begun.filing_id
    acts = (
        lambda: elsewhere.give_answers(heard.streams, name, {"staff": "15"}, (), by, write),
        lambda: elsewhere.check_form(heard.streams, name, "clients", ()),
        lambda: elsewhere.submit(heard.streams, name, by, write),
    )
    for act in acts:
        with pytest.raises(errors.TextMissing, match=PROGRAMME.ref):
            await act()
    with pytest.raises(errors.TextMissing, match=PROGRAMME.ref):
        elsewhere.programme(begun)


async def test_the_applicant_sees_both_texts_after_a_move(heard: Heard) -> None:
    await heard.submitted()
    await heard.hear(said.CaseMoved("case-1", PROGRAMME.ref, AFTER, "article 20", "kinder", NOW))
    a = await heard.application()
    assert (a.programme, a.status) == (AFTER, "submitted")
    entry = a.timeline[-1]
    assert entry.what == "moved_to_text"
    for words in (PROGRAMME.ref, AFTER, "article 20", "kinder"):
        assert words in entry.text
    await heard.listed()
    (row,) = await SqlApplications(heard.database.pool).page(ApplicationsWanted(), None, 10)
    assert (row.programme, row.status) == (AFTER, "submitted")


async def test_a_move_of_what_was_never_submitted_is_nothing(heard: Heard) -> None:
    await heard.handlers.draft_application(heard.streams, DRAFT, Write(APPLICANT))
    await heard.hear(said.CaseMoved("case-1", PROGRAMME.ref, AFTER, "article 20", "kinder", NOW))
    assert (await heard.application()).programme == PROGRAMME.ref
