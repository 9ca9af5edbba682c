"""How far a region reaches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.envelope import Actor
from shared.runtime.auth.regions import covers, is_region, prefix, require_region
from shared.runtime.refusals import Refusal

pairs = st.integers(0, 99).map(lambda number: f"{number:02d}")
regions = st.tuples(st.integers(10, 99).map(str), pairs, pairs).map("".join)


@pytest.mark.parametrize(
    ("scope", "region", "reaches"),
    [
        ("320000", "320100", True),
        ("320000", "320102", True),
        ("320100", "320102", True),
        ("320102", "320102", True),
        ("320100", "320000", False),
        ("320102", "320100", False),
        ("320000", "330100", False),
        ("320100", "320200", False),
        ("650000", "659001", True),
        ("659000", "659001", True),
        ("", "320000", False),
        ("320000", "", False),
        ("000000", "320000", False),
        ("32", "320000", False),
        ("320000", "32", False),
        ("320000", "32abcd", False),
        ("３２0000", "320000", False),
        ("320000\n", "320000", False),
    ],
)
def test_a_region_reaches_into_itself(scope: str, region: str, reaches: bool) -> None:
    assert covers(scope, region) is reaches


@given(regions)
def test_every_region_covers_itself(one: str) -> None:
    assert covers(one, one)


@given(regions, regions)
def test_two_that_cover_each_other_are_one(one: str, other: str) -> None:
    if covers(one, other) and covers(other, one):
        assert one == other


@given(regions, regions, regions)
def test_reach_is_handed_down(one: str, other: str, third: str) -> None:
    if covers(one, other) and covers(other, third):
        assert covers(one, third)


@given(regions)
def test_province_and_prefecture_cover_what_lies_in_them(one: str) -> None:
    assert covers(one[:2] + "0000", one)
    if not one[:4].endswith("00"):
        assert covers(one[:4] + "00", one)


@given(regions, regions)
def test_the_prefix_says_the_same_in_sql(scope: str, region: str) -> None:
    assert covers(scope, region) is region.startswith(prefix(scope))


@given(st.text(max_size=8))
def test_what_is_no_code_reaches_nowhere(text: str) -> None:
    if not is_region(text):
        assert not covers(text, "320102")
        with pytest.raises(ValueError, match="six digits"):
            prefix(text)


def test_out_of_region_is_refused() -> None:
    actor = Actor("a", "officer", region="320000")
    require_region(actor, "320102")
    with pytest.raises(Refusal, match="out_of_region"):
        require_region(actor, "330000")
