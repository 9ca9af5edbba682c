"""Drawing up: in an open round, for the own organisation, with typed answers and files under known materials."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.intake.domain import commands as c
from services.intake.domain import errors, rounds
from services.intake.domain.application import NONE
from services.intake.domain.drafting import (
    MOST_DOCUMENTS,
    MOST_MEGABYTES,
    decide_answers,
    decide_attach,
    decide_draft,
    decide_remove,
)
from services.intake.domain.events import AnswersGiven, ApplicationDrafted
from services.intake.domain.rounds import announce
from shared.programmes.model import Applicants, Text
from tests.support.regulation import OTHER_USCC, PROGRAMME
from tests.unit.intake.story import ANN, APPLICANT, CALL, DRAFT, NOW, OPEN, RIVAL, Story, document


def test_a_draft_pins_the_text_of_its_round() -> None:
    (drafted,) = Story().drafted().facts
    assert isinstance(drafted, ApplicationDrafted)
    assert (drafted.programme, drafted.round_id, drafted.applicant) == (PROGRAMME.ref, "round-1", APPLICANT)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"by": RIVAL}, errors.OtherOrganisation),
        (
            {"applicant": replace(APPLICANT, uscc="91350100M000100Y44"), "by": c.Person("p", "91350100M000100Y44")},
            errors.UsccInvalid,
        ),
        ({"applicant": replace(APPLICANT, region="110000")}, errors.RegionOutside),
        ({"applicant": replace(APPLICANT, region="652101")}, errors.RegionNotInUse),
        ({"applicant": replace(APPLICANT, level="galaxy")}, errors.LevelUnknown),
    ],
    ids=["another organisation", "a wrong code", "another region", "a region's former code", "an unknown level"],
)
def test_who_may_not_begin(changes: dict[str, object], refusal: type[errors.Refusal]) -> None:
    with pytest.raises(refusal):
        decide_draft(replace(DRAFT, **changes), NONE, OPEN, PROGRAMME, NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize("moment", [CALL.opens_at - timedelta(microseconds=1), CALL.closes_at])
def test_outside_of_the_window(moment: object) -> None:
    with pytest.raises(errors.RoundNotOpen, match="2026-04-26 10:00"):
        decide_draft(DRAFT, NONE, OPEN, PROGRAMME, moment)  # type: ignore[arg-type]


@pytest.mark.parametrize("moment", [CALL.opens_at, CALL.closes_at - timedelta(microseconds=1)])
def test_at_the_edges_of_the_window(moment: object) -> None:
    assert decide_draft(DRAFT, NONE, OPEN, PROGRAMME, moment)  # type: ignore[arg-type]


def test_a_round_that_nobody_announced() -> None:
    with pytest.raises(errors.RoundUnknown):
        decide_draft(DRAFT, NONE, rounds.NONE, PROGRAMME, NOW)


def test_a_round_is_announced_once_and_anew_when_it_differs() -> None:
    assert announce(CALL, rounds.NONE) == (CALL,)
    assert announce(CALL, OPEN) == ()
    assert announce(replace(CALL, title="another"), OPEN)


def test_a_repealed_text_takes_no_new_case() -> None:
    repealed = replace(PROGRAMME, legal=replace(PROGRAMME.legal, status="repealed"))
    closed = (Text(zh="该办法已废止", en="it is repealed"), Text(zh="接替文本为乙", en="B follows it"))
    with pytest.raises(errors.ProgrammeClosed, match=r"it is repealed\. Look here: B follows it"):
        decide_draft(DRAFT, NONE, OPEN, repealed, NOW, closed)


def test_a_programme_may_admit_some_levels_only() -> None:
    narrow = replace(PROGRAMME, applicants=Applicants(levels=("region",)))
    with pytest.raises(errors.LevelUnknown):
        decide_draft(DRAFT, NONE, OPEN, narrow, NOW)


def test_the_same_id_twice() -> None:
    story = Story().drafted()
    with pytest.raises(errors.ApplicationExists):
        decide_draft(DRAFT, story.a, OPEN, PROGRAMME, NOW)


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_answers_are_given_anew_and_taken_back() -> None:
    story = Story().drafted()
    story.answer(staff="15")
    assert story.answer(staff="15") == (), "what changes nothing is no fact"
    (given,) = story.answer(staff="16")
    assert given == AnswersGiven({"staff": "16"}, ())
    story.take(decide_answers(c.GiveAnswers({}, ANN, ("staff", "served[last]")), story.a, PROGRAMME, NOW))
    assert dict(story.a.answers) == {}


@pytest.mark.parametrize(
    "given",
    [{"staff": "many"}, {"staff": "1.5"}, {"staff": "-1"}, {"staff": True}, {"rules-written": "perhaps"}, {"age": "3"}],
    ids=str,
)
def test_an_answer_that_does_not_fit_its_metric(given: dict[str, str | bool]) -> None:
    story = Story().drafted()
    with pytest.raises(errors.AnswerUnknown):
        decide_answers(c.GiveAnswers(given, ANN), story.a, PROGRAMME, NOW)


def test_a_refusal_never_repeats_what_was_sent() -> None:
    story = Story().drafted()
    with pytest.raises(errors.AnswerUnknown) as refused:
        decide_answers(c.GiveAnswers({"<script>": "1", "staff": "<b>"}, ANN), story.a, PROGRAMME, NOW)
    assert "<" not in refused.value.zh + refused.value.en
    assert "staff" in refused.value.en


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_files_come_and_go() -> None:
    story = Story().drafted()
    story.attach("licence", 1)
    with pytest.raises(errors.DocumentExists):
        story.attach("licence", 1)
    story.attach("report", 1)
    story.take(decide_remove(c.RemoveDocument("licence", f"{1:064x}", ANN), story.a, NOW))
    assert [d.material for d in story.a.documents] == ["report"]
    with pytest.raises(errors.DocumentUnknown):
        decide_remove(c.RemoveDocument("licence", f"{1:064x}", ANN), story.a, NOW)


def test_a_file_stands_under_a_known_material() -> None:
    story = Story().drafted()
    story.attach("premises", 2)
    with pytest.raises(errors.MaterialUnknown, match="report, licence"):
        story.attach("poem")


def test_number_and_size_of_files_are_limited() -> None:
    story = Story().drafted()
    with pytest.raises(errors.TooMuch):
        story.attach("report", 1, MOST_MEGABYTES * 1_000_000 + 1)
    for number in range(MOST_DOCUMENTS):
        story.attach("report", number, 1)
    with pytest.raises(errors.TooMuch):
        story.attach("report", MOST_DOCUMENTS, 1)


# ── whose, and when ──────────────────────────────────────────────────────────────────────────────────────────────


def test_anothers_application_is_unknown() -> None:
    story = Story().drafted()
    for attempt in (
        lambda: decide_answers(c.GiveAnswers({"staff": "1"}, RIVAL), story.a, PROGRAMME, NOW),
        lambda: decide_attach(c.AttachDocument(document("report"), RIVAL), story.a, PROGRAMME, NOW),
        lambda: decide_remove(c.RemoveDocument("report", "0" * 64, RIVAL), story.a, NOW),
        lambda: decide_answers(c.GiveAnswers({"staff": "1"}, RIVAL), NONE, PROGRAMME, NOW),
    ):
        with pytest.raises(errors.ApplicationUnknown):
            attempt()
    assert RIVAL.organisation == OTHER_USCC


def test_what_is_with_the_authority_is_not_changed() -> None:
    story = Story().submitted()
    with pytest.raises(errors.NotEditable):
        story.answer(staff="16")
    with pytest.raises(errors.NotEditable):
        story.attach("report", 7)


def around(now: datetime) -> rounds.Round:
    day = timedelta(days=1)
    return rounds.evolve(rounds.NONE, replace(CALL, opens_at=now - day, closes_at=now + day))


@pytest.mark.parametrize(
    ("region", "now", "told"),
    [
        ("652101", NOW, "650402"),  # given up in 2015: what followed it
        ("650402", NOW.replace(year=2014), "652101"),  # not there yet: what was
        ("119100", NOW, "shifan regions 110000"),  # in no list: where to look
    ],
)
def test_a_region_that_does_not_count_on_the_day_is_told_before_all_else_with_the_one_that_does(
    region: str, now: datetime, told: str
) -> None:
    round_ = around(now)
    with pytest.raises(errors.RegionNotInUse) as refused:
        decide_draft(replace(DRAFT, applicant=replace(APPLICANT, region=region)), NONE, round_, PROGRAMME, now)
    assert told in refused.value.zh and told in refused.value.en


def test_a_code_counts_to_the_end_of_the_year_in_china_and_a_case_keeps_it() -> None:
    programme, applicant = replace(PROGRAMME, region="650000"), replace(APPLICANT, region="652101")
    turn = datetime(2015, 12, 31, 16, tzinfo=UTC)  # midnight in China
    round_, draft = around(turn), replace(DRAFT, applicant=applicant)
    assert decide_draft(draft, NONE, round_, programme, turn - timedelta(microseconds=1))
    with pytest.raises(errors.RegionNotInUse):
        decide_draft(draft, NONE, round_, programme, turn)
    story = Story().drafted().furnished()
    story.programme, story.a = programme, replace(story.a, applicant=applicant)
    story.declared().submit()
    assert story.a.status == "submitted"
