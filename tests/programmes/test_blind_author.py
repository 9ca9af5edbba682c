"""Slips that somebody made who had the documentation alone, and that the loader let pass or explained wrongly."""

from __future__ import annotations

import pytest

from shared.programmes.example_rows import check_examples
from shared.programmes.loader import SourceFile, load
from shared.programmes.reading.faults import BadDefinition, Fault
from tests.programmes.demo_shelf import FOLDER, SHELF

FUND = (FOLDER / "upgrade-fund.yaml").read_text("utf-8")


def faults(text: str) -> tuple[Fault, ...]:
    try:
        load(SourceFile("f.yaml", text))
    except BadDefinition as refused:
        return tuple(refused.faults)
    return ()


@pytest.mark.parametrize(
    ("old", "new", "path", "zh", "en"),
    [
        ("rate: 0.15", "rate: 15", "budgets[equipment].rate", "40% 写 0.4", "40 % is 0.4"),
        ("rate: 0.15", "rate: 0", "budgets[equipment].rate", "大于 0", "above 0"),
        ("cost: invested", "cost: started", "budgets[equipment].cost", "type: amount", "of type amount"),
        ("role: finance", "role: officer", "steps[first_equipment].actor", "role: finance", "has the role finance"),
        (
            "{budget: equipment, instalments: [], direction: back}",
            "{budget: spare, instalments: [], direction: back}",
            "steps[clawback].parameters.budget",
            "没有从 spare 拨付过",
            "nothing was paid from spare",
        ),
        ("own_share >= 0.3", "own_share >= 30", "conditions[D2].expression", "请写 0.3", "write 0.3"),
        ("imported / invested <= 0.5", "imported / invested <= 50", "conditions[D4].expression", "0.5", "write 0.5"),
        ("0.5, 0.4) <= jobs_kept", "50, 0.4) <= jobs_kept", "conditions[D5].expression", "请写 0.5", "write 0.5"),
        (
            "title: {zh: 项目方案,",
            "title: {zh：项目方案,",
            "materials[plan].title",
            "全角冒号",
            "full-width ： after zh",
        ),
    ],
)
def test_a_slip_is_named_with_its_remedy(old: str, new: str, path: str, zh: str, en: str) -> None:
    assert FUND.count(old) >= 1, old
    found = faults(FUND.replace(old, new, 1))
    assert any(each.path.endswith(path) and zh in each.zh and en in each.en for each in found), found


C9 = """C9: {met: {grade: first, revenue_share: '0.31'}, unmet: {grade: first, revenue_share: '0.29'},
  boundary: [met, {grade: first, revenue_share: '0.3'}], unknown: {grade: first}, not_applicable: {grade: second}}
"""


def examples_said(programme_id: str, text: str) -> list[str]:
    programme = next(each for each in SHELF.programmes() if each.id == programme_id)
    found = check_examples(programme, text, "f.yaml")
    return [fault.en for fault in found if "has no examples" not in fault.en and fault.zh]


def test_an_example_says_for_whom_a_condition_is_not() -> None:
    incubators = "demo-county-incubators"
    assert examples_said(incubators, C9) == []
    asked = C9.replace("{grade: second}", "{grade: first, revenue_share: '0.5'}")
    (otherwise,) = examples_said(incubators, asked)
    assert "it says not_applicable, the rule says met" in otherwise
    (slip,) = examples_said(
        incubators, C9.replace("unknown: {grade: first}", "unknown: {grade: first, revenue_shar: 1}")
    )
    assert "no figure revenue_shar is asked" in slip
    always = (
        "D3: {met: {months: 1}, unmet: {months: 25}, boundary: [met, {months: 24}], unknown: {}, not_applicable: {}}"
    )
    (needless,) = examples_said("demo-upgrade-fund", always)
    assert "D3 has no when and always applies" in needless
