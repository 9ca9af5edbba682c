"""Malformed, contradictory, cyclic and hostile definitions are refused with file, line and remedy, within a second."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.programmes.catalogue import Catalogue
from shared.programmes.loader import SourceFile, load
from shared.programmes.reading.faults import MOST_FAULTS, BadDefinition, Fault
from tests.programmes.readable import SOON_SECONDS

GOOD = """\
id: test-programme
version: '1'
kind: recognition
region: '990000'
legal:
  title: {zh: 试验办法, en: trial measures}
  status: in_force
  issued_by: [试验机关]
  number: null
  issued: 2026-01-01
  in_force: {since: 2026-01-01}
levels:
  - {id: province, title: {zh: 省级, en: province}, region_digits: 2}
parties:
  - {id: applicant, title: {zh: 申请人, en: applicant}, role: applicant, source: {clause: 一}}
  - {id: officer, title: {zh: 机关, en: officer}, role: officer, level: province, source: {clause: 一}}
  - {id: approver, title: {zh: 审批, en: approver}, role: approver, level: province, source: {clause: 一}}
rounds: null
metrics:
  - {id: staff_count, title: {zh: 人数, en: staff}, type: count}
  - {id: kind, title: {zh: 类型, en: kind}, type: choice, options: [{id: a, title: {zh: 甲, en: a}}]}
conditions:
  - {id: C1, title: {zh: 人数, en: staff}, decided: computed, expression: staff_count >= 15, source: {clause: 二}}
rubrics:
  - id: review
    title: {zh: 评审, en: review}
    total: 100
    aggregation: mean
    pass_mark: 60
    heads:
      - {id: one, title: {zh: 甲, en: one}, most: 100, weight: 0.5}
      - {id: two, title: {zh: 乙, en: two}, most: 100, weight: 0.5}
    source: {clause: 三}
notices:
  - id: notice
    title: {zh: 公示, en: notice}
    kind: pre_decision
    duration: {length: 7, unit: working_day, count_start_day: true}
    channel: {zh: 网站, en: website}
    objections:
      {real_name: true, contact: true, evidence: true, late: refused, investigator: officer, blocks: applicant}
    source: {clause: 四}
procedures:
  - id: main
    title: {zh: 认定, en: recognition}
    subject: application
    opened_by: applicant
    steps:
      - id: apply
        title: {zh: 申请, en: apply}
        type: file
        actor: applicant
        outcomes: {filed: decide}
        source: {clause: 五}
      - id: decide
        title: {zh: 决定, en: decide}
        type: decide
        actor: officer
        parameters: {approver: approver}
        outcomes: {approved: done, refused: done}
        source: {clause: 六}
      - {id: done, title: {zh: 结束, en: done}, type: close, actor: officer, parameters: {result: completed}}
fee: {charged: false}
"""


def refusal(text: str, *supplements: SourceFile) -> tuple[Fault, ...]:
    begin = process_time()
    with pytest.raises(BadDefinition) as refused:
        load(SourceFile("bad.yaml", text), supplements)
    assert process_time() - begin < SOON_SECONDS
    assert all(fault.zh and fault.en and fault.place.line >= 1 for fault in refused.value.faults)
    return refused.value.faults


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) >= 1, old
    return GOOD.replace(old, new, 1)


def test_the_definition_that_the_others_spoil_is_good() -> None:
    programme = load(SourceFile("good.yaml", GOOD))
    assert programme.missing_for_activation() == ()
    assert not programme.sandbox_only


SPOILT = [
    ("fee: {charged: false}", "fees: {charged: false}", "fees", "did you mean fee?"),
    ("type: count}", "type: cuont}", "metrics[staff_count].type", "count"),
    ("expression: staff_count >= 15", "expression: staf_count >= 15", "conditions[C1].expression", "staff_count"),
    ("expression: staff_count >= 15", "expression: staff_count >=", "conditions[C1].expression", "column 15"),
    ("expression: staff_count >= 15", "expression: kind == 'b'", "conditions[C1].expression", "no option b"),
    ("expression: staff_count >= 15", "expression: count(staff_count) > 1", "conditions[C1].expression", "set"),
    ("expression: staff_count >= 15", "expression: 'staff_count[last-1] >= 15'", "conditions[C1].expression", "years"),
    ("expression: staff_count >= 15", "expression: staff_count ≥ 15", "conditions[C1].expression", "write >= instead"),
    ("expression: staff_count >= 15", "expression: staff_count = 15", "conditions[C1].expression", "write == instead"),
    ("expression: staff_count >= 15", "expression: staff_count", "conditions[C1].expression", "true or false"),
    ("expression: staff_count >= 15", "expression: staff_count >= 'x'", "conditions[C1].expression", "compared"),
    ("expression: staff_count >= 15", "expression: staff_count and true", "conditions[C1].expression", "parts of and"),
    ("expression: staff_count >= 15", "expression: kind + 1 > 2", "conditions[C1].expression", "numbers only"),
    ("expression: staff_count >= 15", "expression: kind > 'a'", "conditions[C1].expression", "only == and !="),
    (
        "expression: staff_count >= 15",
        "expression: applicant.level == 'count'",
        "conditions[C1].expression",
        "province",
    ),
    (
        "actor: officer\n",
        "actor: officer\n        deadline: {starts: filed}\n",
        "procedures[main].steps[decide].deadline",
        "one of within",
    ),
    ("decided: computed, expression: staff_count >= 15", "decided: computed", "conditions[C1]", "expression"),
    ("decided: computed", "decided: judged", "conditions[C1].expression", "judged"),
    (", source: {clause: 二}", "", "conditions[C1]", "source"),
    ("weight: 0.5}", "weight: 0.4}", "rubrics[review].heads", "add up to 0.9"),
    ("pass_mark: 60", "pass_mark: 101", "rubrics[review].pass_mark", "100"),
    ("length: 7,", "length: -7,", "notices[notice].duration.length", "1 or more"),
    ("length: 7,", "length: 99999999999999999999999999,", "notices[notice].duration.length", "18 digits"),
    ("total: 100", "total: 1e400", "rubrics[review].total", "decimal"),
    ("total: 100", "total: .inf", "rubrics[review].total", "decimal"),
    (
        "    source: {clause: 四}",
        "    posted: 2020-12-07\n    closes: 2020-07-11\n    source: {clause: 四}",
        "notices[notice].closes",
        "ends before it begins",
    ),
    ("{since: 2026-01-01}", "{since: 2026-01-01, until: 2025-01-01}", "legal.in_force", "ends before it begins"),
    ("issued: 2026-01-01", "issued: 2026-02-30", "legal.issued", "no such day"),
    ("        actor: applicant\n", "", "procedures[main].steps[apply].actor", "missing"),
    ("actor: officer\n", "actor: officr\n", "procedures[main].steps[decide].actor", "did you mean officer?"),
    (
        "outcomes: {approved: done, refused: done}",
        "outcomes: {approved: done}",
        "procedures[main].steps[decide].outcomes",
        "refused leads nowhere",
    ),
    (
        "{approved: done, refused: done}",
        "{approved: done, refused: gone}",
        "procedures[main].steps[decide].outcomes.refused",
        "no step gone",
    ),
    (
        "{approved: done, refused: done}",
        "{approved: done, refused: done, maybe: done}",
        "procedures[main].steps[decide].outcomes.maybe",
        "no outcome maybe",
    ),
    ("{approved: done, refused: done}", "{approved: apply, refused: done}", "procedures[main].steps[apply]", "cycle"),
    ("{approved: done, refused: done}", "{approved: apply, refused: apply}", "procedures[main].steps[apply]", "close"),
    ("{filed: decide}", "{filed: done}", "procedures[main].steps[decide]", "never be reached"),
    (
        "parameters: {result: completed}",
        "parameters: {result: finished}",
        "procedures[main].steps[done].parameters.result",
        "completed",
    ),
    ("type: decide\n", "type: decree\n", "procedures[main].steps[decide].type", "decide"),
    (
        "rounds: null",
        "rounds: {cadence: yearly, opens: {month: 6, day: 1}, closes: {month: 5, day: 1}}",
        "rounds.closes",
        "closes before it opens",
    ),
    (
        "rounds: null",
        "rounds: {cadence: yearly, opens: {month: 3, day: 1}, closes: {month: 4, day: 1}, cascade: ["
        "{party: officer, step: apply, until: {month: 5, day: 2, at: '12:00'}}, "
        "{party: officer, step: decide, until: {month: 5, day: 2, at: '11:59'}}]}",
        "rounds.cascade[1].until",
        "in order",
    ),
    ("id: two,", "id: one,", "rubrics[review].heads[one]", "stands twice"),
    ("kind: recognition", "kind: recognition\nkind: project", "kind", "twice"),
    ("region: '990000'", "region: &r '990000'", "", "anchors"),
    ("region: '990000'", "region: !!python/object/apply:os.system ['id']", "", "tags"),
    ("region: '990000'", "region: 99", "region", "six digits"),
    ("kind: recognition", "kind: [recognition", "", "YAML"),
    ("{zh: 省级, en: province}", "{zh: 省级,和其他, en: province}", "levels[province].title", "in quotes"),
    ("charged: false", "charged: no", "fee.charged", "true or false"),
    ("status: in_force", "status: {a: b}", "legal.status", "one of"),
]


@pytest.mark.parametrize(("old", "new", "path", "remedy"), SPOILT, ids=[new[:40] for _, new, _, _ in SPOILT])
def test_each_fault_is_named_at_its_line_and_field_with_the_remedy(old: str, new: str, path: str, remedy: str) -> None:
    text = changed(old, new)
    faults = refusal(text)
    hits = [fault for fault in faults if fault.path == path and remedy in fault.en]
    assert hits, [str(fault) for fault in faults]
    assert hits[0].place.file == "bad.yaml"
    assert 1 <= hits[0].place.line <= text.count("\n") + 1


def test_the_line_is_the_line() -> None:
    text = changed("fee: {charged: false}", "fees: {charged: false}")
    (fault,) = [fault for fault in refusal(text) if fault.path == "fees"]
    assert text.splitlines()[fault.place.line - 1].startswith("fees")


def test_many_faults_come_together_and_in_order() -> None:
    text = GOOD.replace("most: 100", "most: many").replace("charged: false", "charged: perhaps")
    faults = refusal(text)
    assert len(faults) == 3
    assert [fault.place.line for fault in faults] == sorted(fault.place.line for fault in faults)


HOSTILE = {
    "billion laughs": "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
    "deep": "a: " + "[" * 5000 + "]" * 5000,
    "deep mapping": "".join(f"{' ' * n}a{n}:\n" for n in range(400)),
    "wide": "a: [" + "1," * 100_000 + "1]",
    "large": "a: " + "x" * 600_000,
    "long scalar": "a: '" + "x" * 5_000 + "'",
    "two documents": "a: 1\n---\nb: 2\n",
    "a list": "- a\n- b\n",
    "a word": "hello",
    "empty": "",
    "binary": "\x00\x01\x02",
    "mapping as key": "{a: 1}: 2\n",
    "merge key": "a: {b: 1}\n<<: {c: 2}\n",
    "tag": "!!python/name:os.system x",
    "many unknown keys": "".join(f"k{n}: 1\n" for n in range(5_000)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_are_refused_within_a_second(text: str) -> None:
    faults = refusal(text)
    assert 1 <= len(faults) <= MOST_FAULTS


@given(st.text(max_size=300))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with pytest.raises(BadDefinition):
        load(SourceFile("any.yaml", text))


@given(
    st.integers(0, len(GOOD) - 1), st.integers(1, 12), st.sampled_from(["", "x", "[", "{", ": ", "\n", "unset", "-1"])
)
def test_a_damaged_definition_is_refused_or_still_sound(at: int, length: int, put: str) -> None:
    try:
        load(SourceFile("damaged.yaml", GOOD[:at] + put + GOOD[at + length :]))
    except BadDefinition as refused:
        assert refused.faults


HEAD = """\
supplement: {id: s, author: somebody, date: 2026-01-01, reason: {zh: 试, en: trial}}
id: test-programme
version: '1'
"""


def supplement(body: str) -> SourceFile:
    return SourceFile("extra.supplement.yaml", HEAD + body)


def test_a_supplement_fills_what_is_unset_and_is_named_for_it() -> None:
    text = changed("pass_mark: 60", "pass_mark: unset")
    assert load(SourceFile("a.yaml", text)).missing_for_activation() == ("rubrics[review].pass_mark",)
    filled = load(SourceFile("a.yaml", text), [supplement("rubrics: [{id: review, pass_mark: 70}]")])
    assert filled.missing_for_activation() == ()
    assert [(each.path, each.source.supplement.author) for each in filled.supplied if each.source.supplement] == [
        ("rubrics[review].pass_mark", "somebody")
    ]
    assert filled.sandbox_only


def test_a_supplement_never_replaces_what_the_regulation_sets() -> None:
    (fault,) = refusal(GOOD, supplement("rubrics: [{id: review, pass_mark: 70}]"))
    assert (fault.place.file, fault.place.line) == ("extra.supplement.yaml", 4)
    assert fault.path == "rubrics[review].pass_mark"
    assert "only fills unset" in fault.en


def test_a_supplement_inserts_a_step_by_leading_an_outcome_elsewhere() -> None:
    body = """\
procedures:
  - id: main
    steps:
      - {id: apply, outcomes: {filed: look}}
      - id: look
        title: {zh: 查, en: look}
        type: assess
        actor: officer
        outcomes: {sufficient: decide, insufficient: done}
"""
    programme = load(SourceFile("a.yaml", GOOD), [supplement(body)])
    assert programme.step("apply").outcomes["filed"] == "look"
    assert programme.step("look").source.supplied
    assert not programme.step("decide").source.supplied


def test_a_supplement_without_a_head_or_for_another_text_is_refused() -> None:
    assert "supplement:" in refusal(GOOD, SourceFile("s.yaml", "fee: {charged: true}\n"))[0].en
    other = SourceFile("s.yaml", HEAD.replace("test-programme", "another") + "fee: {amount: 1}\n")
    assert "test-programme" in refusal(GOOD, other)[0].en


def write(folder, name: str, text: str) -> None:  # type: ignore[no-untyped-def]
    (folder / name).write_text(text, encoding="utf-8")


def test_two_versions_cannot_be_in_force_at_once(tmp_path) -> None:  # type: ignore[no-untyped-def]
    write(tmp_path, "1.yaml", GOOD)
    write(tmp_path, "2.yaml", changed("version: '1'", "version: '2'").replace("since: 2026-01-01", "since: 2026-06-01"))
    with pytest.raises(BadDefinition, match="in force at the same time"):
        Catalogue.load(tmp_path)
    write(tmp_path, "1.yaml", changed("{since: 2026-01-01}", "{since: 2026-01-01, until: 2026-05-31}"))
    assert len(Catalogue.load(tmp_path).versions("test-programme")) == 2


def test_the_same_version_twice_and_an_unknown_higher_text_are_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    write(tmp_path, "1.yaml", GOOD)
    write(tmp_path, "2.yaml", GOOD)
    with pytest.raises(BadDefinition, match="same version"):
        Catalogue.load(tmp_path)
    write(tmp_path, "2.yaml", changed("rounds: null", "rounds: null\nadopts: {programme: nobody, version: '1'}"))
    with pytest.raises(BadDefinition, match="no nobody 1 to adopt"):
        Catalogue.load(tmp_path)


def test_texts_that_adopt_each_other_are_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    circle = "id: {0}\nversion: '1'\nadopts: {{programme: {1}, version: '1'}}\n"
    write(tmp_path, "a.yaml", circle.format("aaa", "bbb"))
    write(tmp_path, "b.yaml", circle.format("bbb", "aaa"))
    with pytest.raises(BadDefinition, match="never in a circle"):
        Catalogue.load(tmp_path)


def test_a_lower_text_adopts_replaces_and_drops(tmp_path) -> None:  # type: ignore[no-untyped-def]
    write(tmp_path, "high.yaml", GOOD)
    write(
        tmp_path,
        "low.yaml",
        """\
id: lower-text
version: '1'
region: '990100'
adopts: {programme: test-programme, version: '1', drop: [rubrics/review], source: {clause: 附则}}
conditions:
  - {id: C1, expression: staff_count >= 10, source: {clause: 县二}}
""",
    )
    lower = next(p for p in Catalogue.load(tmp_path).programmes() if p.id == "lower-text")
    assert lower.condition("C1").expression == "staff_count >= 10"
    assert lower.condition("C1").title.en == "staff"
    assert lower.rubrics == ()
    assert lower.notices[0].id == "notice"


def test_the_same_definition_has_the_same_address_whatever_its_layout() -> None:
    lines = GOOD.replace("fee: {charged: false}\n", "")
    turned = "# a comment\nfee:\n  charged: false\n" + lines
    assert load(SourceFile("a.yaml", GOOD)).ref == load(SourceFile("b.yaml", turned)).ref
    other = load(SourceFile("c.yaml", changed("pass_mark: 60", "pass_mark: 61")))
    assert other.ref != load(SourceFile("a.yaml", GOOD)).ref
