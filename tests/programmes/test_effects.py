"""What reads as if it did something and never would is refused with line and remedy: silence without a deadline, a duty
without a day, places that no round counts."""

from __future__ import annotations

import pytest

from shared.programmes.loader import SourceFile, load
from tests.programmes.readable import readable
from tests.programmes.test_bad_definitions import refusal
from tests.programmes.test_deadline_rules import END, definition

OFFICIAL = "{id: duty, title: {zh: 报告, en: report}, party: applicant, to: officer, source: {clause: 八}, "
WITHIN = "{within: {length: 30, unit: calendar_day}"


def loads(text: str) -> None:
    load(SourceFile("good.yaml", text))


def owing(due: str, covers: str = "event", more: str = "") -> str:
    return definition() + f"obligations:\n  - {OFFICIAL}due: {due}, covers: {covers}{more}}}\n"


def told(text: str, path: str, remedy: str) -> None:
    faults = refusal(text)
    readable(faults)
    assert [fault.path for fault in faults] == [path]
    assert remedy in faults[0].en


@pytest.mark.parametrize("meaning", ["accepted", "refused"])
def test_silence_needs_a_deadline(meaning: str) -> None:
    silent = definition().replace("silence: none", f"silence: {meaning}")
    silent = silent.replace(
        "complete: notice, to_correct: correct", "complete: notice, to_correct: correct, refused: done"
    )
    told(silent, "procedures[main].steps[check].parameters.silence", "write the step's deadline, or silence: none")
    loads(silent.replace("{id: check, ", "{id: check, deadline: {within: {length: 5, unit: working_day}}, "))
    loads(silent.replace("{id: check, ", "{id: check, deadline: unset, "))
    cascade = "{cadence: called, cascade: [{party: officer, step: check, until: {month: 3, day: 31}}]}"
    loads(silent.replace("rounds: {cadence: called}", f"rounds: {cascade}"))


def test_a_duty_that_an_event_begins_is_counted_from_the_event() -> None:
    for due in (f"{WITHIN}}}", "{yearly: {month: 1, day: 31}}", "{month: 1, day: 31}", "null", "unset"):
        loads(owing(due))
    told(owing("{on: 2026-12-31}"), "obligations[duty].due.on", "write within, or yearly")
    told(owing(f"{WITHIN}, starts: awarded}}"), "obligations[duty].due.starts", "remove starts")


@pytest.mark.parametrize("starts", ["filed", "posted", "ordered", "round_closed"])
def test_a_duty_is_not_counted_from_what_only_happens_in_a_case(starts: str) -> None:
    text = owing(f"{WITHIN}, starts: {starts}}}", "period")
    told(text, "obligations[duty].due.starts", "count from one of awarded, decided, entered, met, valid_to")
    loads(owing(f"{WITHIN}, starts: awarded}}", "period"))


def test_reminders_are_days_before() -> None:
    loads(owing("{month: 2, day: last}", "period", ", remind: [60, 7]"))
    loads(owing("{month: 2, day: last}", "period", ", remind: []"))
    for wrong in ("[0]", "[1001]", "[1.5]", "seven"):
        faults = refusal(owing("{month: 2, day: last}", "period", f", remind: {wrong}"))
        readable(faults)
        assert faults[0].path.startswith("obligations[0].remind") or "remind" in faults[0].path


def listing(name: str, then: str) -> str:
    words = "title: {zh: 名单, en: list}, type: list, actor: officer, parameters: {at_most: 3}"
    return (
        f"      - {{id: {name}, {words}, outcomes: {{listed: {then}, not_listed: {then}}}, source: {{clause: 五}}}}\n"
    )


def test_places_are_counted_in_a_round() -> None:
    listed = (
        definition().replace("published: done", "published: shortlist").replace(END, listing("shortlist", "done") + END)
    )
    loads(listed)
    told(
        listed.replace("rounds: {cadence: called}", "rounds: null"),
        "procedures[main].steps[shortlist].parameters.at_most",
        "set no limit",
    )
    loads(listed.replace("rounds: {cadence: called}", "rounds: null").replace("at_most: 3", "at_most: null"))
    words = "title: {zh: 提交, en: brought}, type: file, actor: officer, parameters: {materials: []}"
    first = f"      - {{id: brought, {words}, outcomes: {{filed: picked}}, source: {{clause: 五}}}}\n"
    head = "  - id: other\n    title: {zh: 其他, en: other}\n    subject: application\n    opened_by: officer\n"
    second = head + "    steps:\n" + first + listing("picked", "over") + END.replace("id: done", "id: over")
    text = definition().replace(END, END + second)
    told(text, "procedures[other].steps[picked].parameters.at_most", "main procedure")
