"""A number is the same whoever computes it, and a slip of the pen is noticed."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.errors import REFUSALS, RegionUnreadable
from services.registry.domain.numbering import CHECKED, NUMBER, check_character, number_for, read_number

CASES = st.uuids().map(str)


def test_the_check_character_agrees_with_the_standards_published_example() -> None:
    assert check_character("A12425GABC1234002") == "M"


def test_a_number_is_pinned_for_ever() -> None:
    assert number_for("0192", "650000", 2026) == "650000-2026-PQX96MTM1Y1J-P"


@given(CASES)
def test_every_number_reads_back(case_id: str) -> None:
    number = number_for(case_id, "653100", 2027)
    assert read_number(number) == number
    assert read_number(f"  {number.lower()} ") == number


@given(CASES, st.data())
def test_one_wrong_character_is_noticed(case_id: str, data: st.DataObject) -> None:
    number = number_for(case_id, "650000", 2026)
    place = data.draw(st.sampled_from([index for index, character in enumerate(number) if character != "-"]))
    wrong = data.draw(st.sampled_from([character for character in CHECKED if character != number[place]]))
    assert read_number(number[:place] + wrong + number[place + 1 :]) is None


def test_full_width_digits_are_read() -> None:
    number = number_for("0192", "650000", 2026)
    assert read_number("６５００００" + number[6:]) == number


@pytest.mark.parametrize("text", ["", "650000", "650000-2026-PQX96MTM1Y1J-Q", "650000-2026-PQX96MTM1Y1-P", "'; --"])
def test_what_is_no_number_is_told_from_an_unknown_one(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize("region", ["", "65", "6500000", "65000a", "65-000"])
def test_an_unreadable_region_is_refused(region: str) -> None:
    with pytest.raises(RegionUnreadable):
        number_for("0192", region, 2026)


def test_a_hundred_thousand_cases_get_as_many_numbers() -> None:
    numbers = {number_for(str(UUID(int=index)), "650000", 2026) for index in range(100_000)}
    assert len(numbers) == 100_000
    assert all(NUMBER.fullmatch(number) for number in list(numbers)[:100])


def test_every_refusal_has_a_code_and_says_what_to_do_in_both_languages() -> None:
    codes = [refusal.code for refusal in REFUSALS]
    assert len(set(codes)) == len(codes)
    for refusal in REFUSALS:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", refusal.code)
        assert refusal.zh.endswith("。") and refusal.en.endswith(".")
        assert str(refusal()) == refusal.en
