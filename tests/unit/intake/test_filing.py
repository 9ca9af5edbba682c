"""Filing: declared, complete, in time; withdrawn before a decision; returned and filed again; told how it goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.intake.domain import commands as c
from services.intake.domain import errors
from services.intake.domain import events as e
from services.intake.domain.application import NONE, digest
from services.intake.domain.filing import (
    decide_declare,
    decide_progress,
    decide_return,
    decide_submit,
    decide_withdraw,
)
from services.intake.domain.materials import Content, lacking
from shared.programmes.model import Filing
from tests.support.regulation import PROGRAMME, with_step
from tests.unit.intake.story import ANN, APPLICANT, CALL, NOW, OPEN, RIVAL, Story

WITHDRAW = c.WithdrawApplication("we moved", ANN)
TITLE = e.TitleReceived("2026-001", "示范平台", "platform", date(2026, 5, 27), date(2029, 5, 26), NOW)


def test_what_is_submitted_stands_in_the_fact() -> None:
    story = Story().submitted()
    submitted = story.facts[-1]
    assert isinstance(submitted, e.ApplicationSubmitted)
    assert dict(submitted.answers) == dict(story.a.answers)
    assert submitted.documents == story.a.documents
    assert (submitted.declared_by, submitted.revision) == (ANN.id, 1)


def test_everything_missing_is_named_at_once() -> None:
    story = Story().drafted()
    with pytest.raises(errors.Incomplete) as refused:
        story.submit()
    named = ("report", "licence", "premises", "opinion", "staff", "served[last]", "served[last-1]")
    assert all(f"({name})" in refused.value.en and f"（{name}）" in refused.value.zh for name in named)
    assert "honour" not in refused.value.en


def test_so_many_of_a_document_and_any_of_several() -> None:
    story = Story().drafted()
    story.answer(staff="15", **{"served[last]": "1", "served[last-1]": "1"})
    story.attach("report", 1)
    story.attach("licence", 2)
    story.attach("lease", 3)
    story.attach("opinion", 4)
    assert [lack.id for lack in story.lacks()] == ["opinion"]
    story.attach("opinion", 5)
    assert story.lacks() == ()


def test_a_material_may_be_asked_of_some_only() -> None:
    materials = tuple(
        replace(m, when="applicant.level == 'region'") if m.id == "report" else m for m in PROGRAMME.materials
    )
    lacks = lacking(replace(PROGRAMME, materials=materials), Content(APPLICANT), NOW.date())
    assert "report" not in [lack.id for lack in lacks]


def test_a_step_may_ask_for_some_materials_only() -> None:
    programme = with_step("apply", parameters=Filing(materials=("licence",)))
    assert [lack.id for lack in lacking(programme, Content(APPLICANT), NOW.date())][:2] == ["licence", "staff"]


def test_a_change_voids_the_declaration() -> None:
    story = Story().drafted().furnished()
    with pytest.raises(errors.NotDeclared):
        story.submit()
    story.declared()
    assert decide_declare(c.DeclareTruth(ANN), story.a, NOW) == (), "the same declaration twice is one"
    story.answer(staff="16")
    with pytest.raises(errors.NotDeclared):
        story.submit()
    story.declared().submit()


def test_a_declaration_covers_files_by_content() -> None:
    story = Story().drafted().furnished()
    before = digest(story.a.answers, story.a.documents)
    assert before == digest(dict(reversed(list(story.a.answers.items()))), story.a.documents[::-1])
    story.attach("honour", 9)
    assert digest(story.a.answers, story.a.documents) != before


def test_the_window_binds_the_first_submission_and_not_a_correction() -> None:
    story = Story().drafted().furnished().declared()
    story.now = CALL.closes_at
    with pytest.raises(errors.RoundNotOpen):
        story.submit()
    story.now = NOW
    story.submit()
    story.take(decide_return(c.ReturnApplication(("licence: expired",)), story.a, NOW))
    assert (story.a.status, story.a.to_correct) == ("returned", ("licence: expired",))
    story.now = CALL.closes_at + timedelta(days=9)
    story.attach("honour", 9)
    story.declared().submit()
    assert (story.a.status, story.a.revision, story.a.to_correct) == ("submitted", 2, ())


def test_submitting_twice() -> None:
    with pytest.raises(errors.NotEditable):
        Story().submitted().submit()
    with pytest.raises(errors.ApplicationUnknown):
        decide_submit(c.SubmitApplication(RIVAL), Story().drafted().a, OPEN, PROGRAMME, NOW)


# ── withdrawing ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_withdrawing_needs_a_reason_and_an_open_application() -> None:
    story = Story().submitted()
    with pytest.raises(errors.ReasonMissing):
        decide_withdraw(replace(WITHDRAW, reason=" "), story.a, NOW)
    with pytest.raises(errors.ApplicationUnknown):
        decide_withdraw(replace(WITHDRAW, by=RIVAL), story.a, NOW)
    story.take(decide_withdraw(WITHDRAW, story.a, NOW))
    assert story.a.status == "withdrawn"
    for application in (story.a, Story().drafted().a):
        with pytest.raises(errors.NotWithdrawable):
            decide_withdraw(WITHDRAW, application, NOW)


def test_after_the_decision_it_is_too_late() -> None:
    story = Story().submitted()
    story.take(decide_progress(e.MilestoneReached("recognition_approved", NOW), story.a))
    with pytest.raises(errors.NotWithdrawable):
        decide_withdraw(WITHDRAW, story.a, NOW)


def test_what_was_withdrawn_is_not_returned() -> None:
    story = Story().submitted()
    story.take(decide_withdraw(WITHDRAW, story.a, NOW))
    assert decide_return(c.ReturnApplication(("licence: expired",)), story.a, NOW) == ()


def test_completion_ends_it_and_leaves_a_title_standing() -> None:
    story = Story().submitted()
    done = e.CompletionReceived("completed", NOW)
    story.take(decide_progress(done, story.a))
    assert (story.a.status, story.a.timeline[-1].what) == ("completed", "completed")
    with pytest.raises(errors.NotWithdrawable):
        decide_withdraw(WITHDRAW, story.a, NOW)
    titled = Story().submitted()
    for told in (TITLE, done):
        titled.take(decide_progress(told, titled.a))
    assert titled.a.status == "titled"


# ── the timeline ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_applicant_sees_how_it_goes_on() -> None:
    story = Story().submitted()
    for told in (
        e.MilestoneReached("publicized", NOW, date(2026, 4, 27), date(2026, 5, 8)),
        TITLE,
        e.TitleLost("2026-001", "punished", "a fine was imposed", NOW),
    ):
        story.take(decide_progress(told, story.a))
    assert [entry.what for entry in story.a.timeline] == ["drafted", "submitted", "publicized", "certified", "revoked"]
    assert (story.a.status, story.a.number, story.a.valid_to) == ("revoked", "2026-001", date(2029, 5, 26))
    assert story.a.timeline[2].until == date(2026, 5, 8)


def test_a_refusal_ends_it_with_its_reason() -> None:
    story = Story().submitted()
    story.take(decide_progress(e.RefusalReceived("decide", "others were better", NOW), story.a))
    assert (story.a.status, story.a.timeline[-1].text) == ("refused", "others were better")


def test_nothing_is_told_of_what_was_never_submitted() -> None:
    for application in (NONE, Story().drafted().a):
        assert decide_progress(TITLE, application) == ()
