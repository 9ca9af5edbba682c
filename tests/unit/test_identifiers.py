"""The unified social credit code against worked examples and every typing error; region codes with their time."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identifiers import USCC_ALPHABET, check_uscc, known_regions, region_contains, region_level, uscc_fault

VALID = ("91350100M000100Y43", "91650100MA00000120")


@pytest.mark.parametrize("code", VALID)
def test_worked_examples_are_valid(code: str) -> None:
    assert uscc_fault(code) is None


def test_residue_zero_gives_the_check_character_zero() -> None:
    assert check_uscc("91650100MA0000012") == "0"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("91350100M000100Y4Z", "18"),
        ("91350100M000100Y4", "18 characters"),
        ("91350100M000100Y44", "check character"),
        ("B1350100M000100Y43", "registering authority"),
        ("9135A100M000100Y43", "region code"),
        ("91350100m000100Y43", "character 9"),
        ("", "18 characters"),
    ],
)
def test_wrong_codes_say_what_is_wrong(code: str, words: str) -> None:
    fault = uscc_fault(code)
    assert fault is not None
    assert words in fault.en
    assert fault.zh


codes = st.builds(
    lambda registrar, kind, region, subject: f"{registrar}{kind}{region:06d}{subject}",
    st.sampled_from("123456789ANY"),
    st.sampled_from("1239"),
    st.integers(110000, 659999),
    st.text(USCC_ALPHABET, min_size=9, max_size=9),
)


@given(first=codes)
def test_every_registrar_letter_and_every_residue_round_trips(first: str) -> None:
    assert uscc_fault(first + check_uscc(first)) is None


@given(first=codes, position=st.integers(0, 16), character=st.sampled_from(USCC_ALPHABET))
def test_one_wrong_character_is_always_found(first: str, position: int, character: str) -> None:
    code = first + check_uscc(first)
    if code[position] != character:
        assert uscc_fault(code[:position] + character + code[position + 1 :]) is not None


@pytest.mark.parametrize(
    ("outer", "inner", "inside"),
    [
        ("320000", "320100", True),
        ("650000", "653201", True),
        ("653200", "653201", True),
        ("653200", "653101", False),
        ("653201", "653200", False),
        ("000000", "650000", True),
        ("000000", "XPCC", True),
        ("XPCC", "XPCC", True),
        ("650000", "XPCC", False),
        ("XPCC", "650000", False),
        ("", "650000", False),
        ("650000", "", False),
    ],
)
def test_containment(outer: str, inner: str, inside: bool) -> None:
    assert region_contains(outer, inner) is inside


def test_a_code_that_was_given_up_leads_to_its_successor() -> None:
    regions = known_regions()
    day = date(2026, 1, 1)
    assert regions.get("652100", day) is None
    assert regions.get("652100", date(2010, 1, 1)) is not None
    assert regions.current("652100", day) == regions.get("650400", day)
    assert regions.get("650400", date(2010, 1, 1)) is None


def test_every_successor_and_every_surrounding_region_is_known() -> None:
    regions = known_regions()
    assert regions.source
    for region in regions.by_code.values():
        if region.successor:
            assert region.successor in regions.by_code
        if region_level(region.code) in ("county", "prefecture"):
            assert f"{region.code[:2]}0000" in regions.by_code


def test_names_and_listing() -> None:
    regions = known_regions()
    assert regions.full_name("653201") == "新疆维吾尔自治区和田地区和田市"
    assert regions.full_name("350200") == "福建省厦门市"
    assert regions.within("653200", date(2026, 1, 1))[0].code == "653200"
    assert len(regions.within("210000", date(2026, 1, 1))) == 15
    assert regions.full_name("XPCC") == "新疆生产建设兵团"
    assert regions.full_name("999999") == "999999"
