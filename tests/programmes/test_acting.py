"""Nobody is promised an act that their role never carries out: refused with line and remedy, in both languages."""

from __future__ import annotations

import pytest

from shared.programmes.loader import SourceFile, load
from tests.programmes.test_bad_definitions import GOOD, refusal

PARTY = "  - {id: officer, title: {zh: 机关, en: officer}, role: officer, level: province, source: {clause: 一}}\n"
DECIDE = """        type: decide
        actor: officer
        parameters: {approver: approver}
        outcomes: {approved: done, refused: done}
"""
OPENS, SIGNS = "opened_by: applicant", "parameters: {approver: approver}"
INSPECT = """        type: inspect
        actor: officer
        parameters: {assessors: [crowd]}
        outcomes: {passed: done, failed: done}
"""
ENDORSE = """        type: endorse
        actor: officer
        parameters: {by: [officer, crowd]}
        outcomes: {endorsed: done, refused: done}
"""


def with_crowd(role: str, old: str, new: str) -> str:
    """The good definition with one more party, named in one place."""
    crowd = PARTY + f"  - {{id: crowd, title: {{zh: 社会, en: crowd}}, role: {role}, source: {{clause: 一}}}}\n"
    text = GOOD.replace(PARTY, crowd, 1).replace(old, new, 1)
    assert text.count("crowd") == 3
    return text


@pytest.mark.parametrize(
    ("role", "old", "new", "where", "remedy"),
    [
        ("public", OPENS, "opened_by: crowd", "procedures[main].opened_by", "begun by an authority"),
        ("expert", OPENS, "opened_by: crowd", "procedures[main].opened_by", "begun by an authority"),
        ("machine", OPENS, "opened_by: crowd", "procedures[main].opened_by", "begun by an authority"),
        ("public", SIGNS, "parameters: {approver: crowd}", ".parameters.approver", "authority that signs"),
        ("expert", SIGNS, "parameters: {approver: approver, jointly: [crowd]}", ".jointly", "authority that signs"),
        ("applicant", SIGNS, "parameters: {approver: crowd}", ".parameters.approver", "authority that signs"),
        ("public", DECIDE, ENDORSE, ".parameters.by", "authority that signs"),
        ("inspector", DECIDE, INSPECT, ".parameters.assessors", "name an authority, experts or applicants"),
        ("public", DECIDE, INSPECT, ".parameters.assessors", "files what the public says"),
    ],
    ids=lambda text: text.split(":")[-1].strip()[:20],
)
def test_who_never_does_this_is_not_named_for_it(role: str, old: str, new: str, where: str, remedy: str) -> None:
    faults = [fault for fault in refusal(with_crowd(role, old, new)) if fault.path.endswith(where)]
    assert [remedy in fault.en and f"角色 {role}" in fault.zh for fault in faults] == [True]


@pytest.mark.parametrize(
    ("role", "old", "new"),
    [
        ("expert", DECIDE, INSPECT),
        ("applicant", DECIDE, INSPECT),
        ("applicant", DECIDE, ENDORSE),
        ("reviewer", SIGNS, "parameters: {approver: crowd}"),
    ],
    ids=["an expert assesses", "an applicant assesses", "an applicant agrees", "a reviewer approves"],
)
def test_who_does_it_may_be_named(role: str, old: str, new: str) -> None:
    assert load(SourceFile("good.yaml", with_crowd(role, old, new))).party("crowd").role == role


OVERLAP = """overlaps:
  - id: again
    title: {zh: 两年, en: two years}
    kind: no_application_while_valid
    within: {length: 2, unit: UNIT}
    source: {clause: 七}
fee:"""


@pytest.mark.parametrize("unit", ["working_day", "hour", "minute"])
def test_a_look_back_is_counted_in_whole_days_of_the_calendar(unit: str) -> None:
    (fault,) = refusal(GOOD.replace("fee:", OVERLAP.replace("UNIT", unit)))
    assert fault.path == "overlaps[again].within.unit"
    assert "write calendar_day" in fault.en and "请写 calendar_day" in fault.zh
    assert load(SourceFile("good.yaml", GOOD.replace("fee:", OVERLAP.replace("UNIT", "year")))).overlaps
