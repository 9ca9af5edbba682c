"""The region codes of a definition are ones that some list has, in years in which its text is in force."""

from __future__ import annotations

import pytest

from shared.programmes.loader import SourceFile, load
from shared.programmes.reading.faults import BadDefinition
from tests.programmes.test_bad_definitions import GOOD

AUTHORITY = "authorities:\n  - {id: office, name: {zh: 甲局, en: office}, level: province, region: '{code}'}\n"
APPLICANTS = "applicants: {regions: ['990000', '{code}']}\n"


def faults(text: str) -> dict[str, str]:
    """Path -> what is said."""
    try:
        load(SourceFile("x.yaml", text))
    except BadDefinition as refused:
        return {each.path: f"{each.zh} {each.en}" for each in refused.faults}
    return {}


def placed(code: str, in_force: str) -> str:
    told = GOOD.replace("region: '990000'", f"region: '{code}'", 1).replace("{since: 2026-01-01}", in_force, 1)
    assert code in told and in_force in told
    return told


@pytest.mark.parametrize(
    ("code", "in_force"),
    [
        ("652100", "{since: 2015-12-31}"),
        ("371200", "{since: unset}"),
        ("650400", "{since: 2003-01-01}"),
        ("XPCC", "{since: 2016-01-01}"),
        ("000000", "{since: 2016-01-01}"),
        ("990000", "{since: 2016-01-01}"),
    ],
)
def test_a_code_that_counts_at_some_time_of_the_text_may_stand(code: str, in_force: str) -> None:
    assert "region" not in faults(placed(code, in_force))


@pytest.mark.parametrize(
    ("code", "in_force", "said"),
    [
        ("652100", "{since: 2016-01-01}", "use 650400"),
        ("341400", "{since: 2012-01-01}", "340100"),
        ("650400", "{since: 2003-01-01, until: 2014-12-31}", "use 652100"),
        ("321400", "{since: 2026-01-01}", "shifan regions 320000"),
        ("320100", "{since: 2026-01-01}", ""),
    ],
)
@pytest.mark.parametrize("path", ["region", "authorities[office].region", "applicants.regions[1]"])
def test_a_code_that_cannot_be_meant_is_a_fault_where_it_stands(code: str, in_force: str, said: str, path: str) -> None:
    if path == "region":
        text = placed(code, in_force)
    else:
        more = (AUTHORITY if path.startswith("auth") else APPLICANTS).replace("{code}", code)
        text = placed("990000", in_force).replace("levels:\n", more + "levels:\n", 1)
    told = faults(text)
    assert said in told.get(path, "") and (path in told) == bool(said)
