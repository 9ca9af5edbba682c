"""A correction begins with what was filed, says until when, and is closed once review was told all that came."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.intake.domain import commands as c
from services.intake.domain import corrected, errors, filed, filing_errors
from services.intake.domain import events as e
from services.intake.domain import filing_acts as acts
from services.intake.domain.application import NONE as NO_APPLICATION
from services.intake.domain.corrected import FilingTimeClosed, decide_closed
from services.intake.domain.filing import decide_due_moved, decide_return
from services.intake.domain.filings import NONE, NOTHING, Filing, evolve, evolve_awaited
from services.intake.domain.objected import Held, objected
from services.intake.domain.parts import Objection
from services.intake.filings import FILING
from services.intake.handlers import APPLICATION
from services.intake.outbox import case_of, to_public
from shared import events as said
from shared.programmes.model import Programme
from shared.runtime.ports import Recorded
from tests.support.filing_regulation import FILED
from tests.support.regulation import PREFECTURE
from tests.unit.intake import story as applying
from tests.unit.intake import test_filings as filing
from tests.unit.intake.story import NOW, document
from tests.unit.intake.test_filings import ANN, BOB, OFFICER, OWED
from tests.unit.intake.test_inbox import CALL, Heard
from tests.unit.intake.test_inbox import OFFICER as ORIGIN

pytest_plugins = ("tests.unit.intake.test_inbox",)
WEEK = timedelta(days=7)
AGAIN = replace(OWED, procedure="yearly_report", step="hand-in-again")
ASKED = filed.CorrectionsAsked(("report: unsigned",), NOW, (Objection("report", "unsigned"),), "case-1")
CLOSED = FilingTimeClosed("case-1", "hand-in-again", 3, NOW + WEEK, 1, NOW + 2 * WEEK)


def former(**changes: Any) -> Filing:
    """What was filed and taken; it is to be corrected."""
    papers = (document("report", 1), document("hand-in", 2))
    held = Filing(
        filing_id="case-1",
        case_id="case-1",
        status="taken",
        programme=FILED.ref,
        step="hand-in",
        filer=ANN,
        answers={"staff": "15", "served[last]": "60"},
        documents=papers,
        statement="as every year",
    )
    return replace(held, **changes)


def correcting(before: Filing, owed: filed.FilingAwaited = AGAIN, by: Any = BOB) -> filing.Story:
    awaited = evolve_awaited(evolve_awaited(NOTHING, ASKED), owed)
    story = filing.Story(awaited=awaited)
    story.take(acts.decide_answer_case("case-1", by, NONE, awaited, before, FILED, NOW))
    return story


# ── filings ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_begins_with_everything_that_was_filed_and_nobody_declared_it_yet() -> None:
    f = correcting(former()).f
    assert (f.documents, f.answers, f.statement) == (former().documents, former().answers, "as every year")
    assert (f.status, f.corrects, f.objections, f.declared) == ("draft", "case-1", ASKED.objections, False)
    assert (f.due_at, f.due_provisional) == (OWED.due_at, False)


@pytest.mark.parametrize(
    ("before", "owed", "by"),
    [
        (former(filer=OFFICER), AGAIN, BOB),
        (former(status="withdrawn"), AGAIN, BOB),
        (NONE, AGAIN, BOB),
        (former(), replace(AGAIN, procedure="repair", step="mend"), BOB),
    ],
    ids=["another party's", "never taken", "unknown here", "to be put right"],
)
def test_it_begins_empty_where_nothing_of_ones_own_was_filed(before: Filing, owed: Any, by: Any) -> None:
    f = correcting(before, owed, by).f
    assert (f.documents, f.answers, f.statement, f.corrects) == ((), {}, "", "")
    assert f.objections == ASKED.objections


def by_the_authority() -> Programme:
    """The same text, where it is the authority that has to hand in again."""
    party = next(party.id for party in FILED.parties if party.role == OFFICER.role)
    again = [
        replace(each, actor=party) if each.id == AGAIN.step else each for each in FILED.procedure("yearly_report").steps
    ]
    procedures = [replace(p, steps=tuple(again)) if p.id == "yearly_report" else p for p in FILED.procedures]
    return replace(FILED, procedures=tuple(procedures))


@pytest.mark.parametrize(("region", "begins_with"), [(OFFICER.region, "case-1"), (PREFECTURE, "")])
def test_an_authority_begins_with_what_was_filed_in_its_own_region_only(region: str, begins_with: str) -> None:
    awaited = evolve_awaited(evolve_awaited(NOTHING, ASKED), AGAIN)
    before = former(filer=replace(OFFICER, region=region))
    facts = acts.decide_answer_case("case-1", OFFICER, NONE, awaited, before, by_the_authority(), NOW)
    begun = next(fact for fact in facts if isinstance(fact, corrected.CorrectionBegun))
    assert (begun.corrects, bool(begun.documents), begun.objections) == (
        begins_with,
        bool(begins_with),
        ASKED.objections,
    )


def test_what_is_no_correction_begins_empty_and_tells_the_end() -> None:
    story = filing.Story().owed()
    assert [type(fact).__name__ for fact in story.facts] == ["FilingDrafted", "FilingDueSet"]
    assert (story.f.corrects, story.f.objections) == ("", ())


def test_it_says_what_it_takes_back_and_only_that() -> None:
    story = correcting(former())
    gone = former().documents[0]
    story.take(acts.decide_remove(gone.material, gone.sha256, BOB, story.f))
    story.attach("report", 9, BOB)
    story.take(acts.decide_answers({"staff": "16"}, ("served[last]",), BOB, story.f, FILED))
    story.take(acts.decide_form(filing.filled(), BOB, story.f))
    story.take(acts.decide_declare(BOB, story.f, NOW))
    (fact,) = story.submit(BOB)
    assert (fact.corrects, fact.dropped, fact.cleared) == ("case-1", (gone,), ("served[last]",))
    assert {d.sha256 for d in fact.documents} > {former().documents[1].sha256}
    word = to_public(_recorded(fact))
    assert isinstance(word, said.FilingSubmitted) and isinstance(word.replaces, said.Replaced)
    assert (word.replaces.filing_id, word.replaces.answers) == ("case-1", ("served[last]",))


def _recorded(fact: Any) -> Recorded:
    return Recorded("filing:case-1.3", 1, fact.NAME, fact, ORIGIN)


def test_what_was_objected_to_shows_whether_it_was_changed() -> None:
    before = Held({"staff[last]": "15", "staff[last-1]": "14", "other": "1"}, (document("report", 1),))
    objections = (Objection("report", "unsigned"), Objection("staff", "too few"), Objection("page 3", "blank"))
    same = objected(objections, before, before)
    assert [(each.papers, each.answers, each.changed) for each in same] == [
        ((document("report", 1).sha256,), (), False),
        ((), ("staff[last]", "staff[last-1]"), False),
        ((), (), False),
    ]
    for now, changed in (
        (replace(before, documents=(document("report", 2),)), [True, False, False]),
        (replace(before, documents=()), [True, False, False]),
        (replace(before, answers={**before.answers, "staff[last]": "16"}), [False, True, False]),
        (replace(before, answers={**before.answers, "other": "2"}), [False, False, False]),
    ):
        assert [each.changed for each in objected(objections, before, now)] == changed


def test_the_end_moves_for_what_was_begun_once_and_never_for_what_was_not() -> None:
    story = correcting(former())
    later = replace(AGAIN, due_at=NOW + 2 * WEEK, due_provisional=True)
    assert acts.decide_due(later, NONE) == ()
    assert acts.decide_due(AGAIN, story.f) == ()
    story.take(acts.decide_due(later, story.f))
    assert (story.f.due_at, story.f.due_provisional) == (NOW + 2 * WEEK, True)
    assert [entry.what for entry in story.f.timeline] == ["drafted", "due_moved"]
    assert acts.decide_due(later, story.f) == ()
    assert acts.decide_due(replace(AGAIN, due_at=None), story.f) == ()


def test_what_is_closed_is_neither_begun_nor_handed_in() -> None:
    story = correcting(former())
    story.take(acts.decide_form(filing.filled(), BOB, story.f))
    story.take(acts.decide_declare(BOB, story.f, NOW))
    story.take(decide_closed(CLOSED, story.f.closed))
    with pytest.raises(filing_errors.FilingTooLate, match=r"2026-05-04 10:00 \(UTC\+8\)"):
        story.submit(BOB)
    awaited = evolve_awaited(NOTHING, AGAIN)
    with pytest.raises(filing_errors.FilingTooLate):
        acts.decide_answer_case("case-1", BOB, evolve(NONE, CLOSED), awaited, NONE, FILED, NOW)


def test_more_time_opens_again_what_was_closed_for_the_old_end() -> None:
    story = correcting(former())
    story.take(acts.decide_form(filing.filled(), BOB, story.f))
    story.take(acts.decide_declare(BOB, story.f, NOW))
    story.take(decide_closed(CLOSED, story.f.closed))
    story.take(acts.decide_due(replace(AGAIN, due_at=NOW + 2 * WEEK), story.f))
    story.awaited = replace(story.awaited, now=replace(AGAIN, due_at=NOW + 2 * WEEK))
    story.submit(BOB)
    assert story.f.status == "submitted"
    returned = back()
    returned.declared()
    returned.take(decide_closed(CLOSED, returned.a.closed))
    returned.take((corrected.CorrectionDueMoved(NOW + 2 * WEEK, False, "notice 1", NOW),))
    returned.submit()
    assert returned.a.status == "submitted"


def test_each_question_is_answered_once() -> None:
    assert decide_closed(CLOSED, None) == (CLOSED,)
    assert decide_closed(CLOSED, CLOSED) == ()
    again = replace(CLOSED, asked=2)
    assert decide_closed(again, CLOSED) == (again,)
    assert decide_closed(CLOSED, again) == ()
    other = replace(CLOSED, visit=5)
    assert decide_closed(other, again) == (other,)


# ── applications ─────────────────────────────────────────────────────────────────────────────────────────────────


def back(due: bool = True) -> applying.Story:
    story = applying.Story().submitted()
    until = NOW + WEEK if due else None
    command = c.ReturnApplication(("report: unsigned",), ASKED.objections, until, due)
    story.take(decide_return(command, story.a, NOW))
    return story


def test_a_returned_application_keeps_what_was_filed_and_says_what_is_wrong_until_when() -> None:
    a = back().a
    assert (a.status, a.objections, a.correct_by, a.correct_by_provisional) == (
        *("returned", ASKED.objections),
        *(NOW + WEEK, True),
    )
    assert (a.filed.documents, a.filed.answers) == (a.documents, a.answers)
    assert back(due=False).a.correct_by is None


def test_there_is_more_time_once_and_only_for_what_is_to_be_corrected() -> None:
    story = back()
    moved = corrected.CorrectionDueMoved(NOW + 2 * WEEK, False, "notice 1", NOW)
    assert decide_due_moved(moved, applying.Story().submitted().a) == ()
    story.take(decide_due_moved(moved, story.a))
    assert (story.a.correct_by, story.a.correct_by_provisional) == (NOW + 2 * WEEK, False)
    assert (story.a.timeline[-1].what, story.a.timeline[-1].text) == ("correction_due_moved", "notice 1")
    assert decide_due_moved(moved, story.a) == ()


def test_a_correction_that_is_closed_is_refused_and_the_next_one_is_open_again() -> None:
    story = back()
    story.declared()
    story.take(decide_closed(CLOSED, story.a.closed))
    with pytest.raises(errors.CorrectionTooLate, match=r"2026-05-04 10:00 \(UTC\+8\)"):
        story.submit()
    story.take((e.ApplicationReturned(("once more",), NOW),))
    story.submit()
    assert (story.a.status, story.a.objections, story.a.correct_by) == ("submitted", (), None)


def test_nothing_is_said_of_an_application_that_is_not_there() -> None:
    assert decide_due_moved(corrected.CorrectionDueMoved(NOW, False, "", NOW), NO_APPLICATION) == ()


# ── what review says ─────────────────────────────────────────────────────────────────────────────────────────────


async def words(heard: Heard, kind: type) -> list[Any]:
    found = [(recorded, to_public(recorded)) for recorded in await heard.store.read(limit=1000)]
    assert all(case_of(recorded) == word.case_id for recorded, word in found if word is not None)
    return [word for _, word in found if isinstance(word, kind)]


async def test_the_answer_to_a_question_about_an_application_stands_behind_what_was_filed(heard: Heard) -> None:
    await heard.hear(CALL)
    await heard.submitted()
    question = said.FilingTimePassed("case-1", "correct", True, 3, NOW, 1, NOW)
    await heard.hear(question, question)
    (answer,) = await words(heard, said.FilingTimeClosed)
    assert (answer.case_id, answer.step, answer.visit, answer.asked) == ("case-1", "correct", 3, 1)
    kinds = [type(word).__name__ for word in await words(heard, object) if word is not None]
    assert kinds == ["ApplicationSubmitted", "FilingTimeClosed"]
    assert (await heard.streams.load(APPLICATION, "case-1")).state.status == "submitted"


async def test_what_nobody_began_is_closed_as_well_and_every_question_is_answered(heard: Heard) -> None:
    question = said.FilingTimePassed("case-7", "correct", False, 4, NOW, 1, NOW)
    await heard.hear(question, replace(question, asked=2))
    assert [answer.asked for answer in await words(heard, said.FilingTimeClosed)] == [1, 2]
    closed = (await heard.streams.load(FILING, "case-7.4")).state
    assert closed.status == "none" and closed.closed is not None


async def test_until_when_to_correct_comes_with_the_request_and_moves(heard: Heard) -> None:
    await heard.hear(CALL)
    await heard.submitted()
    request = said.CorrectionRequested(
        *("case-1", ("report: unsigned",), NOW, (said.Objection("report", "unsigned"),)),
        due_at=NOW + WEEK,
        due_provisional=True,
    )
    await heard.hear(request)
    a = await heard.application()
    assert (a.objections, a.correct_by, a.correct_by_provisional) == (ASKED.objections, NOW + WEEK, True)
    await heard.hear(said.CorrectionDueMoved("case-1", NOW + 2 * WEEK, False, "notice 1", NOW))
    a = await heard.application()
    assert (a.correct_by, a.correct_by_provisional) == (NOW + 2 * WEEK, False)


async def test_a_request_as_it_was_first_published_names_its_items_only(heard: Heard) -> None:
    await heard.hear(CALL)
    await heard.submitted()
    await heard.hear(said.CorrectionRequested("case-1", ("report: unsigned",), NOW))
    a = await heard.application()
    assert (a.objections, a.correct_by) == ((Objection("", "report: unsigned"),), None)
