"""Malformed, contradictory and hostile definitions: each refused at its line with the remedy in both languages, within
a second."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from shared.programmes.catalogue import Catalogue, read_source
from shared.programmes.loader import SourceFile, load
from shared.programmes.reading.faults import BadDefinition, Fault
from tests.programmes.readable import SOON_SECONDS, readable
from tests.programmes.test_bad_definitions import GOOD, HEAD


def refused(text: str | bytes, folder: Path, *supplements: str) -> tuple[Fault, ...]:
    """The faults of a folder with this file, and how it is told; loading raises nothing else, and is quick."""
    (folder / "file.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    for number, supplement in enumerate(supplements):
        (folder / f"file.s{number}.supplement.yaml").write_text(supplement, "utf-8")
    begin = process_time()
    with pytest.raises(BadDefinition) as found:
        Catalogue.load(folder)
    assert process_time() - begin < SOON_SECONDS
    readable(found.value.faults)
    return found.value.faults


def spoilt(old: str, new: str) -> str:
    assert old in GOOD, old
    return GOOD.replace(old, new, 1)


STEP = "      - {id: done,"
PAYING = (
    "      - {id: pay, title: {zh: 付, en: pay}, type: pay, actor: officer, parameters: {budget: fund, instalments: "
    "[{id: one, share: 0.5}, {id: two, share: 0.4}]}, outcomes: {paid: done}, source: {clause: 八}}\n"
)
BUDGET = (
    "budgets: [{id: fund, title: {zh: 资金, en: fund}, sources: [{id: a, title: {zh: 甲, en: a}, amount: 1}], "
    "source: {clause: 八}}]\n"
)
ROUNDS = "rounds: {cadence: yearly, opens: {month: 3, day: 1}, closes: {month: 4, day: %s}%s}"
QUOTA = ", quotas: [{id: q, party: nobody, at_most: 1, source: {clause: 九}}]"
EXPRESSION = "staff_count >= 15"
BANDS = (
    "    pass_mark: 60\n    bands: [{id: %s, title: {zh: 甲, en: a}, least: %s}, "
    "{id: %s, title: {zh: 乙, en: b}, least: %s}]\n"
)
DEADLINE = "        actor: officer\n        deadline: %s\n"

# what, the text, the line's beginning ("" where it may be any), the field, the remedy
CASES: list[tuple[str, str | bytes, str, str, str]] = [
    ("ten megabytes", b"a: " + b"x" * 10_000_000, "", "", "below 512 KiB"),
    ("tabs", spoilt("  status: in_force", "\tstatus: in_force"), "\tstatus", "", "spaces, never with tabs"),
    ("full-width colon", spoilt("kind: recognition", "kind\uff1arecognition"), "", "", "full-width"),
    (
        "full-width comma",
        spoilt("{zh: 省级, en: province}", "{zh: 省级\uff0c en: province}"),
        "",
        "",
        "full-width",
    ),
    ("full-width braces", spoilt("fee: {charged: false}", "fee: \uff5bcharged: false\uff5d"), "", "", "full-width"),
    (
        "curly quotes",
        spoilt("region: '990000'", "region: \u2018990000\u2019"),
        "region",
        "region",
        "six digits in quotes",
    ),
    ("UTF-16", GOOD.encode("utf-16"), "", "", "UTF-8"),
    ("GB18030", GOOD.encode("gb18030"), "", "", "UTF-8"),
    ("a word alone", "hello\n", "", "", "mapping of keys"),
    ("a comment alone", "# nothing\n", "", "", "mapping of keys"),
    ("open quote", spoilt("region: '990000'", "region: '990000"), "", "", "not valid YAML"),
    ("indentation", spoilt("  status: in_force", "   status: in_force"), "", "", "indentation"),
    ("alias as a value", spoilt("expression: staff_count >= 15", "expression: *x"), "", "", "stands in quotes"),
    ("greater than as a value", spoilt("rounds: null", "rounds: >= 3"), "", "", "not valid YAML"),
    ("no for false", spoilt("charged: false", "charged: no"), "fee", "fee.charged", "write true or false"),
    ("yes for true", spoilt("real_name: true", "real_name: yes"), "", "real_name", "write true or false"),
    ("on for true", spoilt("contact: true", "contact: on"), "", "contact", "write true or false"),
    ("True", spoilt("contact: true", "contact: True"), "", "contact", "write true or false"),
    ("sexagesimal time", spoilt("rounds: null", ROUNDS % ("1, at: 1:30", "")), "rounds", "rounds.closes.at", "'HH:MM'"),
    ("25 o'clock", spoilt("rounds: null", ROUNDS % ("1, at: '25:00'", "")), "rounds", "rounds.closes.at", "'HH:MM'"),
    ("octal number", spoilt("most: 100, weight", "most: 0o7, weight"), "", "heads[one].most", "decimal"),
    ("hexadecimal number", spoilt("most: 100, weight", "most: 0x10, weight"), "", "heads[one].most", "decimal"),
    ("underscored number", spoilt("total: 100", "total: 1_00"), "    total", "rubrics[review].total", "decimal"),
    ("percentage", spoilt("total: 100", "total: 100%"), "    total", "rubrics[review].total", "decimal"),
    ("ten thousands", spoilt("total: 100", "total: 1万"), "    total", "rubrics[review].total", "decimal"),
    (
        "digits of another script",
        spoilt("total: 100", "total: １００"),
        "    total",
        "rubrics[review].total",
        "decimal",
    ),
    ("a number without end", spoilt("length: 7,", "length: " + "9" * 5_000 + ","), "", "", "at most 4000"),
    ("no such day", spoilt("issued: 2026-01-01", "issued: 2026-02-30"), "  issued", "legal.issued", "no such day"),
    ("no such month", spoilt("issued: 2026-01-01", "issued: 2026-13-01"), "  issued", "legal.issued", "no such day"),
    ("short date", spoilt("issued: 2026-01-01", "issued: 2026-1-1"), "  issued", "legal.issued", "YYYY-MM-DD"),
    (
        "30 February of every year",
        spoilt("rounds: null", (ROUNDS % ("1", "")).replace("month: 4, day: 1", "month: 2, day: 30")),
        "rounds",
        "rounds.closes.day",
        "day: last",
    ),
    ("31 April of every year", spoilt("rounds: null", ROUNDS % ("31", "")), "rounds", "rounds.closes.day", "day: last"),
    (
        "quota of nobody",
        spoilt("rounds: null", ROUNDS % ("1", QUOTA)),
        "rounds",
        "rounds.quotas[q].party",
        "no party nobody",
    ),
    (
        "division by zero",
        spoilt(EXPRESSION, "staff_count / 0 >= 1"),
        "",
        "conditions[C1].expression",
        "divided by zero",
    ),
    (
        "brackets without end",
        spoilt(EXPRESSION, "(" * 45 + "staff_count >= 1" + ")" * 45),
        "",
        "conditions[C1].expression",
        "nest at most",
    ),
    (
        "a thousand terms",
        spoilt(EXPRESSION, "staff_count" + " + 1" * 300 + " > 1"),
        "",
        "conditions[C1].expression",
        "at most 1000",
    ),
    ("words added up", spoilt(EXPRESSION, "kind + kind >= 1"), "", "conditions[C1].expression", "numbers only"),
    (
        "an answer for a test",
        spoilt(EXPRESSION, "staff_count and kind == 'a'"),
        "",
        "conditions[C1].expression",
        "true or false",
    ),
    ("an unknown function", spoilt(EXPRESSION, "open('x') >= 1"), "", "conditions[C1].expression", "no function open"),
    ("an attribute", spoilt(EXPRESSION, "staff_count.__class__ >= 1"), "", "conditions[C1].expression", "not part of"),
    (
        "full-width comparison",
        spoilt(EXPRESSION, "staff_count ≥ 15"),
        "",
        "conditions[C1].expression",
        "write >= instead",
    ),
    (
        "bands that overlap",
        spoilt("    pass_mark: 60\n", BANDS % ("a", 60, "b", 90)),
        "    bands",
        "rubrics[review].bands",
        "highest to the lowest",
    ),
    (
        "two bands at one score",
        spoilt("    pass_mark: 60\n", BANDS % ("a", 90, "b", 90)),
        "    bands",
        "rubrics[review].bands",
        "same score",
    ),
    (
        "instalments",
        spoilt("{approved: done, refused: done}", "{approved: pay, refused: done}").replace(STEP, PAYING + STEP)
        + BUDGET,
        "      - {id: pay",
        "instalments",
        "add up to 1",
    ),
    (
        "a deadline that says nothing",
        spoilt("        actor: officer\n", DEADLINE % "{starts: filed}"),
        "        deadline",
        "steps[decide].deadline",
        "exactly one of",
    ),
    (
        "a deadline that says two things",
        spoilt("        actor: officer\n", DEADLINE % "{on: 2026-05-01, yearly: {month: 1, day: 1}}"),
        "        deadline",
        "steps[decide].deadline",
        "exactly one of",
    ),
    (
        "a deadline of no time",
        spoilt("        actor: officer\n", DEADLINE % "{within: {length: 0, unit: working_day}}"),
        "",
        "deadline.within.length",
        "1 or more",
    ),
    (
        "a deadline of a century",
        spoilt("        actor: officer\n", DEADLINE % "{within: {length: 99999, unit: year}}"),
        "",
        "deadline.within.length",
        "or less",
    ),
    ("an unknown unit", spoilt("unit: working_day", "unit: workday"), "", "duration.unit", "working_day"),
    ("a list for a mapping", spoilt("fee: {charged: false}", "fee: [1, 2]"), "fee", "fee", "write a mapping"),
    (
        "a mapping for a list",
        spoilt("rounds: null", "rounds: null\nobligations: {a: 1}"),
        "obligations",
        "obligations",
        "a list",
    ),
    (
        "a word for a list",
        spoilt("rounds: null", "rounds: null\nobligations: none of them"),
        "obligations",
        "obligations",
        "a list",
    ),
    (
        "a list of words",
        spoilt("rounds: null", "rounds: null\nobligations: [report]"),
        "obligations",
        "obligations[0]",
        "a mapping",
    ),
    (
        "null for a list",
        spoilt("rounds: null", "rounds: null\nobligations: null"),
        "obligations",
        "obligations",
        "a list",
    ),
    ("unset where it cannot be", spoilt("kind: recognition", "kind: unset"), "kind", "kind", "one of"),
    ("null where it cannot be", spoilt("kind: recognition", "kind: null"), "kind", "kind", "one of"),
    ("an id with blanks", spoilt("id: notice\n", "id: public notice\n"), "", "id", "write an id"),
    ("no id", spoilt("  - id: notice\n    title", "  - title"), "", "notices[0].id", "id is missing"),
    (
        "no steps",
        GOOD[: GOOD.index("    steps:\n")] + "    steps: []\nfee: {charged: false}\n",
        "",
        "procedures[main].steps",
        "at least one step",
    ),
    (
        "no procedures",
        GOOD[: GOOD.index("procedures:\n")] + "procedures: []\nfee: {charged: false}\n",
        "procedures",
        "procedures",
        "at least one procedure",
    ),
    (
        "no title",
        spoilt("  title: {zh: 试验办法, en: trial measures}\n", ""),
        "  status",
        "legal.title",
        "title is missing",
    ),
    (
        "one language",
        spoilt("{zh: 试验办法, en: trial measures}", "{zh: 试验办法}"),
        "",
        "legal.title.en",
        "en is missing",
    ),
    (
        "a text cut at its comma",
        spoilt("{zh: 公示, en: notice}", "{zh: 公示,公告, en: notice}"),
        "",
        "notices[notice].title",
        "in quotes",
    ),
    ("a merge key", spoilt("fee: {charged: false}", "fee: {<<: {charged: false}}"), "fee", "fee", "there is no key <<"),
]


@pytest.mark.parametrize(("text", "line", "field", "remedy"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_each_is_refused_with_line_field_and_remedy(
    tmp_path: Path, text: str | bytes, line: str, field: str, remedy: str
) -> None:
    faults = refused(text, tmp_path)
    fits = [each for each in faults if remedy in each.en and field in each.path]
    assert fits, [str(each) for each in faults]
    if line:
        assert isinstance(text, str)
        assert text.splitlines()[fits[0].place.line - 1].startswith(line), fits[0]


HARMLESS = {
    "CRLF": GOOD.replace("\n", "\r\n").encode(),
    "byte order mark": b"\xef\xbb\xbf" + GOOD.encode(),
    "no last line break": GOOD.rstrip("\n").encode(),
    "unquoted region with a leading digit": spoilt("region: '990000'", "region: 990000").encode(),
    "comments and blanks": b"# a comment\n\n" + GOOD.replace("fee:", "# another\n\nfee:").encode(),
}


@pytest.mark.parametrize("content", HARMLESS.values(), ids=HARMLESS)
def test_what_only_looks_different_is_the_same_text(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file.yaml").write_bytes(content)
    (programme,) = Catalogue.load(tmp_path).programmes()
    assert programme.ref == load(SourceFile("good.yaml", GOOD)).ref


def test_a_region_with_leading_zeros_keeps_them(tmp_path: Path) -> None:
    (tmp_path / "file.yaml").write_text(spoilt("region: '990000'", "region: 010000"), "utf-8")
    assert Catalogue.load(tmp_path).programmes()[0].region == "010000"


UNSET = spoilt("pass_mark: 60", "pass_mark: unset")
SECOND_HEAD = HEAD.replace("id: s,", "id: t,")


@pytest.mark.parametrize(
    ("supplements", "field", "remedy"),
    [
        ([HEAD + "rubrics: [{id: review, passmark: 70}]\n"], "rubrics[review].passmark", "did you mean pass_mark?"),
        ([HEAD + "rubriks: []\n"], "rubriks", "did you mean rubrics?"),
        ([HEAD + "rubrics: [{id: other, pass_mark: 70}]\n"], "rubrics[other]", "missing"),
        (
            [
                HEAD + "rubrics: [{id: review, pass_mark: 70}]\n",
                SECOND_HEAD + "rubrics: [{id: review, pass_mark: 71}]\n",
            ],
            "rubrics[review].pass_mark",
            "the supplement s fills this already",
        ),
        ([HEAD + "kind: funding\n"], "kind", "only fills unset"),
        ([HEAD.replace("author: somebody, ", "")], "author", "missing"),
        ([HEAD.replace("2026-01-01", "2026-02-30")], "date", "no such day"),
    ],
)
def test_supplements_that_make_no_sense(tmp_path: Path, supplements: list[str], field: str, remedy: str) -> None:
    faults = refused(UNSET, tmp_path, *supplements)
    fits = [each for each in faults if field in each.path and remedy in each.en]
    assert fits, [str(each) for each in faults]
    assert fits[0].place.file.endswith(".supplement.yaml")


def test_ten_megabytes_are_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"a: " + b"x" * 10_000_000)
    with pytest.raises(BadDefinition):
        read_source(path, tmp_path)
