"""What is handed in besides an application: who begins it, what it lacks, how it goes in, what review says of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from services.intake.domain import errors, filed, filing_errors
from services.intake.domain import events as e
from services.intake.domain import filing_acts as acts
from services.intake.domain.application import NONE as NO_APPLICATION
from services.intake.domain.application import Application
from services.intake.domain.filing_lacks import lacking
from services.intake.domain.filings import NONE, NOTHING, Awaited, Filing, evolve, evolve_awaited
from services.intake.domain.form_rows import FORM_TYPE, form_content
from services.intake.domain.parts import Applicant, Document, Filer
from shared.programmes.model import Metric, Programme, Text
from tests.support.filing_regulation import FILED, WITHOUT_ROUNDS
from tests.support.regulation import APPLICANT_USCC, COUNTY, OTHER_PREFECTURE, OTHER_USCC, PREFECTURE, REGION
from tests.unit.intake.story import APPLICANT, NOW, document

ANN = Filer("person-1", "applicant", COUNTY, APPLICANT_USCC)
BOB = replace(ANN, id="person-2")
RIVAL = replace(ANN, id="person-9", organisation=OTHER_USCC)
OFFICER = Filer("officer-1", "officer", REGION)
REVIEWER = Filer("reviewer-1", "reviewer", PREFECTURE)
ROWS = ({"name": "A", "year": "1"},)
TITLED = Application(status="titled", applicant=APPLICANT)
OWED = filed.FilingAwaited(
    *("case-1", FILED.ref, "renewal", "follow-up", 3, "跟进", "follow-up", "申报单位", "applicant", "applicant"),
    *(APPLICANT, NOW + timedelta(days=7), False, NOW),
)


def filled(form: str = "clients", rows: Any = ROWS) -> Document:
    content = form_content(form, rows)
    return Document(form, f"{form}.json", FORM_TYPE, f"{hash(content) % 2**64:064x}", len(content))


@dataclass
class Story:
    """One filing; ``facts`` is its log."""

    programme: Programme = FILED
    f: Filing = NONE
    awaited: Awaited = NOTHING
    former: Filing = NONE
    facts: list[Any] = field(default_factory=list)

    def take(self, facts: tuple[Any, ...]) -> tuple[Any, ...]:
        for fact in facts:
            self.f = evolve(self.f, fact)
        self.facts.extend(facts)
        return facts

    def begin(
        self, procedure: str = "renewal", by: Filer = ANN, about: Applicant = APPLICANT, title: str = ""
    ) -> Story:
        command = acts.BeginFiling("case-1", procedure, about, title, by)
        titled = TITLED if title == "case-0" else NO_APPLICATION
        self.take(acts.decide_begin(command, self.f, self.programme, titled, NOW))
        return self

    def owed(self, by: Filer = ANN) -> Story:
        self.awaited = evolve_awaited(self.awaited, OWED)
        self.take(acts.decide_answer_case("case-1", by, self.f, self.awaited, self.former, self.programme, NOW))
        return self

    def attach(self, material: str, number: int = 0, by: Filer = ANN, size: int = 1000) -> Story:
        self.take(acts.decide_attach(document(material, number, size), by, self.f, self.programme))
        return self

    def furnished(self) -> Story:
        self.attach("report").attach("opinion", 1).attach("opinion", 2).attach("sealed", 3)
        for form, rows in (("clients", ROWS), ("sealed", [{"head": "Zhang"}])):
            self.take(acts.decide_form(filled(form, rows), ANN, self.f))
        return self

    def declared(self, by: Filer = ANN) -> Story:
        self.take(acts.decide_declare(by, self.f, NOW))
        return self

    def submit(self, by: Filer = ANN) -> tuple[Any, ...]:
        return self.take(acts.decide_submit(by, self.f, self.awaited, self.programme, NOW))

    def submitted(self) -> Story:
        self.begin().furnished().declared().submit()
        return self

    def lacks(self) -> list[str]:
        return [lack.id for lack in lacking(self.f, self.programme, NOW.date())]


def test_a_part_that_is_more_than_its_whole_is_corrected_before_it_is_handed_in() -> None:
    title = Text(zh="人数", en="staff")
    figures = (Metric(id="all", title=title, type="count"), Metric(id="some", title=title, type="count", part_of="all"))
    programme = replace(FILED, metrics=(*FILED.metrics, *figures))
    filing = Story(programme).begin().f

    def lacks(some: str) -> list[str]:
        answered = replace(filing, answers={"all": "15", "some": some})
        return [lack.id for lack in lacking(answered, programme, NOW.date())]

    assert lacks("16") == [*lacks("15"), "some"]


# ── beginning ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_party_of_the_first_step_begins_it_under_the_text_of_today() -> None:
    f = Story().begin(title="case-0").f
    assert (f.filing_id, f.case_id, f.step, f.visit, f.title) == ("case-1", "case-1", "renew", 0, "case-0")
    assert (f.programme, f.status) == (FILED.ref, "draft")
    assert Story().begin("plan", OFFICER).f.step == "plan-draft"


def test_what_begins_with_an_application_is_applied_for_unless_there_are_no_rounds() -> None:
    with pytest.raises(filing_errors.AppliesInRound):
        Story().begin("recognition")
    assert Story(WITHOUT_ROUNDS).begin("recognition").f.step == "apply"


def test_a_procedure_whose_first_step_is_no_filing_begins_with_one_too() -> None:
    story = Story().begin("self_evaluation")
    assert story.lacks() == []
    assert isinstance(story.submit()[0], filed.FilingSubmitted)


def test_the_party_that_opens_a_procedure_begins_it_where_an_authority_acts_first() -> None:
    look = next(each for each in FILED.procedures if each.id == "repair")
    asked = replace(FILED, procedures=(*FILED.procedures[:1], replace(look, opened_by="applicant")))
    assert Story(asked).begin("repair").f.step == "look"
    with pytest.raises(errors.OtherOrganisation):
        Story(asked).begin("repair", RIVAL)


def test_nobody_else_begins_it() -> None:
    with pytest.raises(filing_errors.WrongFiler, match="applicant"):
        Story().begin(by=OFFICER)
    with pytest.raises(errors.OtherOrganisation):
        Story().begin(by=RIVAL)
    with pytest.raises(filing_errors.FilingExists):
        Story().begin().begin()
    with pytest.raises(filing_errors.ProcedureUnknown, match="renewal"):
        Story().begin("feast")


@pytest.mark.parametrize("changes", [{"uscc": "0" * 18}, {"region": "110000"}, {"level": "village"}], ids=str)
def test_it_is_about_an_organisation_that_fits(changes: dict[str, str]) -> None:
    with pytest.raises(filing_errors.SubjectWrong):
        Story().begin(about=replace(APPLICANT, **changes))


def test_it_is_about_a_region_whose_code_counts_today() -> None:
    with pytest.raises(errors.RegionNotInUse, match="650402"):
        Story().begin(about=replace(APPLICANT, region="652101"))


def test_a_title_is_the_organisations_own() -> None:
    with pytest.raises(filing_errors.TitleNotHeld):
        Story().begin(title="case-7")


def test_what_a_case_waits_for_is_begun_once_by_whom_it_waits_for() -> None:
    story = Story().owed()
    assert (story.f.filing_id, story.f.step, story.f.visit) == ("case-1.3", "follow-up", 3)
    with pytest.raises(filing_errors.FilingExists):
        story.owed(BOB)
    for stranger in (RIVAL, Filer("officer-2", "officer", OTHER_PREFECTURE)):
        with pytest.raises(filing_errors.NothingAwaited):
            Story().owed(stranger)
    with pytest.raises(filing_errors.WrongFiler):
        Story().owed(OFFICER)


def test_who_may_not_act_in_it_does_not_know_it() -> None:
    story = Story().begin()
    for stranger in (RIVAL, OFFICER, REVIEWER):
        with pytest.raises(filing_errors.FilingUnknown):
            story.attach("report", by=stranger)
    assert story.attach("report", by=BOB).f.documents


# ── drawing up ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_everything_that_is_missing_is_named_at_once() -> None:
    story = Story().begin()
    assert story.lacks() == ["report", "opinion", "clients", "sealed", "sealed"]
    with pytest.raises(filing_errors.FilingIncomplete) as refused:
        story.submit()
    assert all(word in refused.value.en for word in ("5 items", "report", "opinion", "clients", "signed paper"))
    assert all(word in refused.value.zh for word in ("缺少5项", "report（中）", "签字盖章"))
    assert story.furnished().lacks() == []


def test_files_stand_under_a_material_a_sealed_form_or_the_step() -> None:
    story = Story().begin().attach("renew").attach("sealed", 1)
    with pytest.raises(errors.MaterialUnknown, match="renew"):
        story.attach("clients", 2)
    with pytest.raises(errors.DocumentExists):
        story.attach("renew")
    with pytest.raises(errors.TooMuch):
        story.attach("report", 3, size=500_000_001)
    with pytest.raises(errors.DocumentUnknown):
        acts.decide_remove("report", "0" * 64, ANN, story.f)
    story.take(acts.decide_remove("renew", story.f.documents[0].sha256, ANN, story.f))
    assert [d.material for d in story.f.documents] == ["sealed"]


def test_a_form_is_one_that_the_step_asks_for_and_fits() -> None:
    story = Story().begin()
    with pytest.raises(errors.FormUnknown, match="clients, sealed"):
        acts.ensure_form("T1", ROWS, story.f, FILED)
    with pytest.raises(errors.FormWrong, match=r"1\.year write a whole number"):
        acts.ensure_form("clients", [{"name": "A", "year": "many"}], story.f, FILED)
    acts.ensure_form("clients", ROWS, story.f, FILED)


def test_a_form_that_is_filled_in_again_takes_the_place_of_the_first() -> None:
    story = Story().begin()
    story.take(acts.decide_form(filled(), ANN, story.f))
    assert acts.decide_form(filled(), ANN, story.f) == ()
    second = filled(rows=({"name": "B", "year": "2"},))
    story.take(acts.decide_form(second, ANN, story.f))
    assert story.f.documents == (second,)


def test_answers_are_of_the_programme_and_a_first_filing_wants_what_its_conditions_read() -> None:
    story = Story(WITHOUT_ROUNDS).begin("recognition")
    assert [name for name in story.lacks() if "served" in name or name == "staff"] == [
        *("staff", "served[last]", "served[last-1]")
    ]
    with pytest.raises(errors.AnswerUnknown):
        acts.decide_answers({"staff": "many"}, (), ANN, story.f, story.programme)
    story.take(acts.decide_answers({"staff": "15"}, (), ANN, story.f, story.programme))
    assert acts.decide_answers({"staff": "15"}, (), ANN, story.f, story.programme) == ()
    assert "staff" not in story.lacks()
    story.take(acts.decide_answers({}, ("staff",), ANN, story.f, story.programme))
    assert "staff" in story.lacks()


def test_what_was_put_right_is_said_and_shown() -> None:
    owed = replace(OWED, procedure="repair", step="mend")
    story = Story(awaited=Awaited(owed))
    story.take(acts.decide_answer_case("case-1", ANN, story.f, story.awaited, NONE, FILED, NOW))
    assert story.lacks() == ["statement", "mend"]
    story.take(acts.decide_state(" put right ", ANN, story.f))
    assert acts.decide_state("put right", ANN, story.f) == ()
    assert story.attach("mend").lacks() == []


# ── handing in ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_declared_true_as_it_stands() -> None:
    story = Story().begin().furnished()
    with pytest.raises(errors.NotDeclared):
        story.submit()
    story.declared()
    assert acts.decide_declare(ANN, story.f, NOW) == ()
    story.take(acts.decide_state("and one thing more", ANN, story.f))
    with pytest.raises(errors.NotDeclared):
        story.submit()
    (fact,) = story.declared(BOB).submit()
    assert (fact.declared_by, fact.filer, fact.revision) == (BOB.id, ANN, 1)
    assert (story.f.submitted_by, story.f.submitted_at) == (ANN.id, NOW)


def test_where_the_step_asks_for_none_nobody_declares() -> None:
    (fact,) = Story().owed().submit()
    assert (fact.declared_by, fact.case_id, fact.visit) == ("", "case-1", 3)


def test_what_was_handed_in_is_not_changed() -> None:
    story = Story().submitted()
    with pytest.raises(filing_errors.FilingNotEditable):
        story.attach("report", 9)
    with pytest.raises(filing_errors.FilingNotEditable):
        story.submit()


def test_what_is_no_longer_awaited_is_not_handed_in() -> None:
    story = Story().owed()
    story.awaited = evolve_awaited(story.awaited, filed.WaitEnded("follow-up", "lapsed", NOW))
    with pytest.raises(filing_errors.NothingAwaited):
        story.submit()
    story.awaited = Awaited(replace(OWED, visit=5))  # the case came to the same step once more
    with pytest.raises(filing_errors.NothingAwaited):
        story.submit()


def test_what_begins_a_case_can_be_taken_back_until_it_is_decided() -> None:
    story = Story().submitted()
    with pytest.raises(errors.ReasonMissing):
        acts.decide_withdraw(" ", ANN, story.f, NOW)
    story.take(acts.decide_withdraw("wrong year", ANN, story.f, NOW))
    assert story.f.status == "withdrawn"
    assert acts.decide_told(filed.FilingTaken(1, NOW), story.f) == ()
    decided = Story().submitted()
    decided.take(acts.decide_told(filed.FilingTaken(1, NOW), decided.f))
    assert acts.decide_withdraw("wrong year", ANN, decided.f, NOW)
    decided.take((e.RefusalReceived("renewal-decision", "too few", NOW),))
    for ended in (story, decided, Story().owed()):
        with pytest.raises(filing_errors.FilingNotWithdrawable):
            acts.decide_withdraw("wrong year", ANN, ended.f, NOW)


# ── what review says ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_refused_filing_says_why_and_can_be_mended() -> None:
    story = Story().submitted()
    refused = filed.FilingRefused(1, "outside_region", "不在辖区。", "It lies outside.", NOW)
    story.take(acts.decide_told(refused, story.f))
    assert (story.f.status, story.f.refusal) == ("refused", refused)
    (again,) = story.submit()
    assert (again.revision, story.f.refusal) == (2, None)
    assert acts.decide_told(refused, story.f) == ()  # the answer to the first revision comes once more
    story.take(acts.decide_told(filed.FilingTaken(2, NOW), story.f))
    assert [entry.what for entry in story.f.timeline] == ["drafted", "submitted", "refused", "submitted", "taken"]


def test_what_is_awaited_is_told_once_and_ends_with_its_own_step() -> None:
    assert acts.decide_awaited(OWED, NOTHING) == (OWED,)
    known = evolve_awaited(Awaited(to_correct=("report: no seal",)), OWED)
    assert acts.decide_awaited(OWED, known) == ()
    assert known.to_correct == ("report: no seal",)
    later = replace(OWED, due_at=NOW + timedelta(days=9))
    assert evolve_awaited(known, later).to_correct == ("report: no seal",)
    assert evolve_awaited(known, replace(OWED, visit=5)).to_correct == ()
    other = filed.WaitEnded("renew", "taken", NOW)
    assert acts.decide_wait_ended(other, known) == ()
    ended = replace(other, step="follow-up")
    assert evolve_awaited(known, *acts.decide_wait_ended(ended, known)) == NOTHING
