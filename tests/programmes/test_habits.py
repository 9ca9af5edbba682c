"""What people write by habit is refused with what to write instead; what could never come true is refused at all."""

from __future__ import annotations

import pytest

from shared.programmes.expressions.parser import Unreadable, parse
from shared.programmes.lacking import fillings
from shared.programmes.loader import SourceFile, load
from shared.programmes.reading.faults import BadDefinition
from tests.programmes.demo_shelf import FOLDER

INCUBATORS = (FOLDER / "county-incubators.yaml").read_text("utf-8")
STATIONS = (FOLDER / "village-stations.yaml").read_text("utf-8")
SUBSIDY = (FOLDER / "science-subsidy.yaml").read_text("utf-8")
CONTENT = (FOLDER / "content-operations.yaml").read_text("utf-8")


def said(text: str, old: str, new: str) -> list[str]:
    assert text.count(old) >= 1, old
    try:
        load(SourceFile("f.yaml", text.replace(old, new, 1)))
    except BadDefinition as refused:
        return [f"{fault.path}: {fault.en}" for fault in refused.faults if fault.zh]
    return []


CAP, WEIGHT = "    cap: 300000", "weight: 0.2, floor: 12}\n      - {id: s_service"
ISSUED, LENGTH = "issued: 2026-01-20", "duration: {length: 5, unit: working_day, count"
TWENTY, TO_SECOND = "{length: 20, unit: working_day}", "skip: [score_first, award_first]"
PANEL, ROUNDS = (
    "panel: experts}, outcomes: {passed: score_second",
    SUBSIDY[SUBSIDY.index("rounds:") : SUBSIDY.index("metrics:")],
)
STOPPED = "{within: {length: 5, unit: working_day}, not_counting: [draft]}"
BANDS = "evaluate.band in ['B', 'C']"
GRADUATES, GRADE = "expression: graduates > 5", "when: grade == 'first', expression"


@pytest.mark.parametrize(
    ("text", "old", "new", "remedy"),
    [
        (SUBSIDY, CAP, "    cap: 30万元", "subsidy].cap: write a plain decimal number, at most 18 digits: 300000"),
        (SUBSIDY, CAP, "    cap: 0.3百万", ": 300000"),
        (SUBSIDY, CAP, "    cap: 300,000", ": 300000"),
        (SUBSIDY, CAP, "    cap: 300_000", ": 300000"),
        (SUBSIDY, "    rate: 0.5", "    rate: 50%", ": 0.5"),
        (SUBSIDY, "    rate: 0.5", "    rate: 一半", "write a plain decimal number, at most 18 digits"),
        (INCUBATORS, ISSUED, "issued: 2026/1/20", "legal.issued: write a date YYYY-MM-DD: 2026-01-20"),
        (INCUBATORS, ISSUED, "issued: 2026年1月20日", ": 2026-01-20"),
        (INCUBATORS, ISSUED, "issued: 2026/2/30", "write a date YYYY-MM-DD"),
        (INCUBATORS, "at: '17:30'", "at: 17点30分", ": '17:30'"),
        (INCUBATORS, "at: '17:30'", "at: '24:00'", "00:00 to 23:59"),
        (INCUBATORS, "charged: false", "charged: 否", ": false"),
        (INCUBATORS, "kind: recognition\n", "kind: 认定\n", "kind: did you mean recognition?"),
        (INCUBATORS, LENGTH, "duration: {length: 5, unit: 工作日, count", "did you mean working_day?"),
        (INCUBATORS, LENGTH, "duration: {length: 五, unit: working_day, count", ": 5"),
        (INCUBATORS, LENGTH, "duration: {length: 二十一, unit: working_day, count", ": 21"),
        (INCUBATORS, "    title: {zh: 续认, en: renewal}", "    title: 续认", "a mapping such as {zh: …, en: …}"),
        (INCUBATORS, "number: 演科规〔2026〕3号", "number:", "nothing stands after the colon"),
        (INCUBATORS, "region: '990000'\nlegal", "region: 99\nlegal", "six digits in quotes"),
        (INCUBATORS, "fee: {charged", "收费: {charged", "there is no key 收费; did you mean fee?"),
        (INCUBATORS, "segregation: [examiners]", "segregation: examiners", "write a list here: [examiners]"),
        (INCUBATORS, "kinds: [enterprise, institution,", "kinds: [enterprise\uff0cinstitution,", "with ', '"),
        (STATIONS, f"{{within: {TWENTY}, starts", "{length: 20, starts", "it belongs to within: write within: {"),
        (INCUBATORS, WEIGHT, WEIGHT.replace("0.2", "20"), "(40 % is 0.4)"),
        (INCUBATORS, "en: notice of the candidates", "en: notice, of them", "('of them' was read as a key)"),
    ],
)  # fmt: skip
def test_a_habit_is_answered_with_the_value_that_was_meant(text: str, old: str, new: str, remedy: str) -> None:
    found = said(text, old, new)
    assert any(remedy in each for each in found), found


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("growth(n) >= 10%", "write 0.1 instead of 10%"),
        ("a >= 12.5%", "write 0.125 instead of 12.5%"),
        ("a >= 50万元", "write 500000 instead of 50万"),
        ("a >= 2年", "write 2 without a unit"),
        ("a \uff1e 5", "write > instead of \uff1e"),
        ("a ≥ 5", "write >= instead of ≥"),
        ("a > 1 且 b > 2", "write and instead of 且"),
        ("a > 1 || b > 2", "write or instead of |"),
        ("1 <= a <= 2", "compare two values at a time"),
        ("max(a, b) > 1", "did you mean greatest?"),
        ("year_since(a) > 1", "did you mean years_since?"),
        ("人数 > 1", "write ids of metrics"),
        ("Staff > 1", "ids of metrics are lower case"),
        ("choose(a > 1, 2, b > 1, 3) > 1", "a last value for everything else"),
    ],
)
def test_an_expression_is_answered_in_the_languages_words(text: str, remedy: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(text)
    assert remedy in refused.value.en
    assert refused.value.zh


@pytest.mark.parametrize(
    ("text", "old", "new", "remedy"),
    [
        (INCUBATORS, GRADE, "when: grade == first, expression", "put an option in single quotes: grade == 'first'"),
        (INCUBATORS, '"tenants[last] >=', '"tenants >=', "write tenants[last], average(tenants) or total(tenants)"),
        (INCUBATORS, "grows(tenants)", "'grows(tenants[last])'", "takes the id of a metric with years: 2 or more"),
        (INCUBATORS, "growth(tenants) >= 0.1", "growth(graduates) >= 0.1", "takes the id of a metric with years"),
        (INCUBATORS, "years_since(founded)", "years_since(graduates)", "takes a metric of type date"),
        (INCUBATORS, GRADUATES, "expression: 'least(graduates, grade) > 5'", "takes numbers only"),
        (INCUBATORS, "\"lies_in('990300')\"", "lies_in(990300)", "six digits in single quotes"),
        (INCUBATORS, "\"lies_in('990300')\"", "lies_in('9903')", "six digits in single quotes"),
        (INCUBATORS, "most: 20, weight: 0.2, floor: 12", "most: 20, weight: 0.2, floor: 25", "exceed the head's most"),
        (INCUBATORS, "type: assess, actor: county_bureau", "type: assess, actor: applicant", "name the authority"),
        (INCUBATORS, "type: list, actor: department", "type: list, actor: experts", "score only"),
        (INCUBATORS, "type: list, actor: department", "type: list, actor: inspectorate", "nobody acts in a step as"),
        (INCUBATORS, "{length: 3, unit: year}, starts", "{length: 900, unit: calendar_day}, starts", "years or months"),
        (INCUBATORS, "corrections: 1", "corrections: 0", "corrections: 0 and no to_correct"),
        (INCUBATORS, PANEL, PANEL.replace("experts", "expert", 1), "did you mean experts?"),
        (INCUBATORS, TO_SECOND, "skip: [score_first, refused]", "no step of this procedure that can be"),
        (INCUBATORS, TO_SECOND, "skip: [score_first, report_filing]", "no step of this procedure"),
        (SUBSIDY, "instalment: rest}", "instalment: last}", "of this step have no last; there are advance"),
        (SUBSIDY, "share: 0.7, after: examination", "share: 0.7, after: examine", "this procedure has no step examine"),
        (SUBSIDY, "deadline: {within: {length: 30, unit: calendar_day}}, ", "", "late needs a deadline"),
        (CONTENT, "{month: 1, day: last}", "{within: {length: 1, unit: month}}", "repeats counts on from a due"),
        (INCUBATORS, "\"lies_in('990300')\"", "\"applicant.region == '990300'\"", "write lies_in('990300')"),
        (INCUBATORS, "\"lies_in('990300')\"", "\"applicant.region != '990000'\"", "write not lies_in('990000')"),
        (INCUBATORS, "drawn: random", "drawn: 随机", "did you mean random?"),
        (INCUBATORS, "kind: no_application_while_valid", "kind: no_application_after_refusal", "say for how long"),
        (CONTENT, "{month: 1, day: last}, repeats: monthly", STOPPED, "remove it"),
        (SUBSIDY, ROUNDS, "rounds: null\n", "says that there are none"),
        (CONTENT, "evaluate.band in", "evaluate.grade in", "did you mean evaluate."),
        (CONTENT, BANDS, "evaluate.band in ['B', 'E']", "has no band E; it has A, B, C, D"),
        (CONTENT, BANDS, "evaluate.band > 3", "cannot be compared"),
        (STATIONS, "acceptance.score < 90", "midterm.score < 90", "there is no midterm.score"),
        (STATIONS, "expression: villages >= 3", "expression: acceptance.score >= 3", "can be read in the when of a"),
    ],
)  # fmt: skip
def test_what_could_never_come_true_is_refused(text: str, old: str, new: str, remedy: str) -> None:
    found = said(text, old, new)
    assert any(remedy in each for each in found), found


def test_whatever_is_unset_is_told_with_what_may_be_written_there() -> None:
    places = {
        "objections: {real_name: true": ("objections: {real_name: unset", "true or false"),
        "    cap: 300000": ("    cap: unset", "a decimal number or null (none)"),
        "quorum: 5": ("quorum: unset", "a whole number"),
        "aggregation: median": ("aggregation: unset", "one of mean, trimmed_mean, median"),
        "  issued: 2026-01-05": ("  issued: unset", "a date YYYY-MM-DD or null (none)"),
    }
    text = SUBSIDY
    for old, (new, _) in places.items():
        text = text.replace(old, new, 1)
    programme = load(SourceFile("f.yaml", text))
    wanted = {path: words.en for path, words in fillings(programme)}
    assert set(programme.missing_for_activation()) <= set(wanted)
    assert set(wanted.values()) == {words for old, (_, words) in places.items() if old in SUBSIDY}
