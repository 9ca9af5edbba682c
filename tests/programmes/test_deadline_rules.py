"""A deadline that could never be counted, or contradicts itself, is refused with line and remedy; what can, loads."""

from __future__ import annotations

import pytest

from services.review.domain.limits import start_of
from services.review.domain.subject import Case
from shared.programmes.checks.deadlines import BRINGS, WITHIN
from shared.programmes.loader import SourceFile, load
from shared.programmes.model import Deadline
from shared.programmes.model.steps import OUTCOMES
from shared.programmes.phrases import EVENTS, said
from shared.programmes.reading.hints import fields_of
from tests.programmes.test_bad_definitions import GOOD, refusal

STEPS = GOOD.index("    steps:\n")
FEE = GOOD.index("fee:")
AWARDS = """\
awards:
  - id: title
    title: {zh: 称号, en: title}
    certificate: true
    plaque: false
    source: {clause: 七}
    validity: VALIDITY
"""
LASTING = "{length: {length: 3, unit: year}, starts: award, ends: anniversary, at_end: lapses, renewal: false}"
TIME_TO_CORRECT = "correct_within: {within: {length: 5, unit: working_day}}, "
TIME_TO_MEND = "parameters: {within: {within: {length: 2, unit: week}}}, "
WAY = {
    "apply": ("file", "applicant", "", "filed: check"),
    "check": (
        "check",
        "officer",
        f"parameters: {{corrections: 1, {TIME_TO_CORRECT}silence: none}}, ",
        "complete: notice, to_correct: correct",
    ),
    "correct": ("file", "applicant", "repeat: {at_most: 1, then: done}, ", "filed: check"),
    "notice": ("notice", "officer", "parameters: {notice: notice}, ", "clear: decide, upheld: mend"),
    "mend": ("rectify", "applicant", TIME_TO_MEND, "rectified: decide, overdue: done"),
    "decide": ("decide", "officer", "parameters: {approver: approver}, ", "approved: award, refused: done"),
    "award": ("award", "officer", "parameters: {award: title}, ", "awarded: look"),
    "look": ("inspect", "officer", "", "passed: publish, failed: done"),
    "publish": ("publish", "officer", "parameters: {channels: [网站]}, ", "published: done"),
}
END = "      - {id: done, title: {zh: 结束, en: done}, type: close, actor: officer, parameters: {result: completed}}\n"


def line(name: str) -> str:
    """One step of the way, as it is written."""
    kind, actor, more, outcomes = WAY[name]
    words = f"title: {{zh: {name}, en: {name}}}, type: {kind}, actor: {actor}"
    return f"      - {{id: {name}, {words}, {more}outcomes: {{{outcomes}}}, source: {{clause: 五}}}}\n"


def definition(step: str = "", deadline: str = "", validity: str = LASTING, rounds: str = "{cadence: called}") -> str:
    """The whole way, with this deadline on one of its steps."""
    steps = "    steps:\n" + "".join(line(name) for name in WAY) + END
    text = GOOD[:STEPS] + steps + GOOD[FEE:] + AWARDS.replace("VALIDITY", validity)
    text = text.replace("rounds: null", f"rounds: {rounds}")
    if step:
        before = f"{{id: {step}, "
        assert text.count(before) == 1
        text = text.replace(before, f"{{id: {step}, deadline: {deadline}, ")
    return text


def counted(starts: str) -> str:
    return f"{{within: {{length: 5, unit: working_day}}, starts: {starts}}}"


ALWAYS = set(WAY)
COUNTABLE: dict[str, set[str]] = {
    "entered": ALWAYS,
    "round_closed": ALWAYS,
    "filed": ALWAYS - {"apply"},
    "accepted": {"notice", "mend", "decide", "award", "look", "publish"},
    "ordered": ALWAYS - {"apply"},  # after a correction, a check comes again and goes on
    "posted": {"notice", "mend", "decide", "award", "look", "publish"},
    "decided": {"award", "look", "publish"},
    "awarded": {"award", "look", "publish"},
    "valid_to": {"award", "look", "publish"},
    "met": {"publish"},
}


def test_every_event_of_the_language_is_known_everywhere() -> None:
    words = set(next(shape.of for shape in fields_of(Deadline)["starts"].shapes))
    assert words == set(COUNTABLE) == set(BRINGS) | {"entered", "round_closed"}
    assert words <= set(EVENTS)
    assert set(WITHIN) <= set(BRINGS)
    assert all(set(outcomes) <= set(OUTCOMES[kind]) for ways in BRINGS.values() for kind, outcomes in ways.items())
    assert {starts for starts in words if start_of(starts, Case()) is not None} == set()


@pytest.mark.parametrize("step", WAY)
@pytest.mark.parametrize("starts", COUNTABLE)
def test_an_event_must_be_able_to_lie_before_the_step(starts: str, step: str) -> None:
    text = definition(step, counted(starts)).replace(TIME_TO_CORRECT, "").replace(TIME_TO_MEND, "")
    if step in COUNTABLE[starts]:
        load(SourceFile("good.yaml", text))
        return
    (fault,) = refusal(text)
    assert fault.path == f"procedures[main].steps[{step}].deadline.starts"
    assert f"{starts} can never have happened" in fault.en
    possible = {each for each in COUNTABLE if step in COUNTABLE[each]}
    assert set(fault.en.rpartition("one of ")[2].split(", ")) == possible
    assert f"id: {step}," in text.splitlines()[fault.place.line - 1]


def test_a_title_without_an_end_has_no_last_day_to_count_from() -> None:
    endless = "{length: null, starts: award, ends: anniversary, at_end: lapses, renewal: false}"
    (fault,) = refusal(definition("publish", counted("valid_to"), validity=endless))
    assert "valid_to can never" in fault.en


def test_a_procedure_on_a_title_counts_from_its_last_day() -> None:
    text = definition("check", counted("valid_to")).replace(
        "subject: application", "subject: title\n    needs_title: true"
    )
    load(SourceFile("good.yaml", text))


def test_without_rounds_nothing_is_counted_from_the_end_of_one() -> None:
    (fault,) = refusal(definition("check", counted("round_closed"), rounds="null"))
    assert "round_closed can never" in fault.en


CONTRADICTIONS = [
    ("decide", "{within: {length: 5, unit: hour}, not_counting: [notice]}", "deadline.not_counting", "count days"),
    ("decide", "{on: 2026-05-01, not_counting: [notice]}", "deadline.not_counting", "count days"),
    (
        "decide",
        "{within: {length: 5, unit: working_day}, not_counting: [decide]}",
        "deadline.not_counting",
        "one of apply, check, correct, notice, mend",
    ),
    (
        "decide",
        "{within: {length: 5, unit: working_day}, not_counting: [publish]}",
        "deadline.not_counting",
        "lies before decide",
    ),
    ("publish", "{on: 2026-05-01, starts: decided}", "deadline.starts", "remove starts"),
    ("publish", "{within: {length: 36, unit: hour, at: '12:00'}}", "deadline.within", "run on"),
    ("publish", "{within: {length: 90, unit: minute, roll: next_working_day}}", "deadline.within", "run on"),
    ("publish", "{within: {length: 36, unit: hour, count_start_day: true}}", "deadline.within", "run on"),
    ("publish", "{within: {length: 2501, unit: working_day}}", "deadline.within.length", "at most 2500"),
    ("publish", "{within: {length: 101, unit: year}}", "deadline.within.length", "at most 100"),
    ("mend", "{within: {length: 3, unit: week}}", "deadline", "contradicts parameters.within"),
    ("correct", "{within: {length: 6, unit: working_day}}", "deadline", "contradicts correct_within of the step check"),
    ("correct", counted("ordered"), "deadline", "contradicts correct_within"),
]


@pytest.mark.parametrize(
    ("step", "deadline", "field", "remedy"), CONTRADICTIONS, ids=[each[1] for each in CONTRADICTIONS]
)
def test_what_contradicts_itself_is_refused(step: str, deadline: str, field: str, remedy: str) -> None:
    (fault,) = refusal(definition(step, deadline))
    assert fault.path == f"procedures[main].steps[{step}].{field}"
    assert remedy in fault.en


@pytest.mark.parametrize(
    ("step", "deadline"),
    [
        ("correct", "{within: {length: 5, unit: working_day}, source: {clause: 六}}"),
        ("mend", "{within: {length: 2, unit: week}}"),
        ("publish", "{within: {length: 2500, unit: working_day, at: '17:30', roll: next_working_day}}"),
        ("publish", "{yearly: {month: 2, day: last, at: '17:30', roll: previous_working_day}, starts: awarded}"),
    ],
)
def test_what_agrees_loads(step: str, deadline: str) -> None:
    load(SourceFile("good.yaml", definition(step, deadline)))


def test_a_time_to_correct_is_counted_from_what_lies_before_the_correction() -> None:
    short = "correct_within: {within: {length: 5, unit: working_day}"
    for starts, good in (("ordered", True), ("filed", True), ("posted", False)):
        text = definition().replace(short, f"{short}, starts: {starts}")
        if good:
            load(SourceFile("good.yaml", text))
            continue
        (fault,) = refusal(text)
        assert fault.path == "procedures[main].steps[check].parameters.correct_within.starts"


def test_a_yearly_day_after_an_event_is_said_in_words() -> None:
    programme = load(SourceFile("good.yaml", definition("publish", "{yearly: {month: 2, day: last}, starts: awarded}")))
    words = said(programme.step("publish").deadline)
    assert words.en == "every year by the last day of month 2, the first after the award"
    assert words.zh == "授予之后每年2月最后一日"


# ── rounds ───────────────────────────────────────────────────────────────────────────────────────────────────────


def rounds(opens: str, closes: str, *moments: str) -> str:
    steps = ("check", "notice", "decide")
    cascade = ", ".join(
        f"{{party: officer, step: {step}, until: {{{moment}}}}}" for step, moment in zip(steps, moments, strict=False)
    )
    return f"{{cadence: yearly, opens: {{{opens}}}, closes: {{{closes}}}, cascade: [{cascade}]}}"


@pytest.mark.parametrize(
    "window",
    [
        rounds("month: 11, day: 1", "month: 1, day: 15, at: '17:30'"),
        rounds("month: 11, day: 1", "month: 1, day: 15", "month: 1, day: 20, at: '12:00'", "month: 2, day: last"),
        rounds("month: 11, day: 1", "month: 12, day: 1", "month: 12, day: 15", "month: 1, day: 15", "month: 3, day: 1"),
        rounds("month: 9, day: 1", "month: 5, day: 28"),
        rounds("month: 3, day: 1", "month: 3, day: 1, at: '17:00'"),
    ],
)
def test_a_round_may_cross_new_year(window: str) -> None:
    load(SourceFile("good.yaml", definition(rounds=window)))


@pytest.mark.parametrize(
    ("window", "path", "remedy"),
    [
        (rounds("month: 6, day: 1", "month: 5, day: 1"), "rounds.closes", "closes before it opens"),
        (rounds("month: 2, day: 1", "month: 1, day: 1"), "rounds.closes", "closes before it opens"),
        (
            rounds("month: 11, day: 1", "month: 1, day: 15", "month: 2, day: 1", "month: 1, day: 20"),
            "rounds.cascade[1].until",
            "in order",
        ),
        (rounds("month: 11, day: 1", "month: 1, day: 15", "month: 10, day: 30"), "rounds.cascade[0].until", "in order"),
    ],
)
def test_dates_in_disorder_are_refused(window: str, path: str, remedy: str) -> None:
    (fault,) = refusal(definition(rounds=window))
    assert (fault.path, remedy in fault.en) == (path, True)


def test_a_step_has_one_last_moment() -> None:
    window = rounds("month: 3, day: 1", "month: 4, day: 1", "month: 5, day: 1", "month: 6, day: 1")
    (fault,) = refusal(definition(rounds=window.replace("step: notice", "step: check")))
    assert fault.path == "rounds.cascade[1].step"
    assert "keep one" in fault.en
