"""The unified social credit code against worked examples and every typing error; which region lies in which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identifiers import USCC_ALPHABET, check_uscc, region_contains, uscc_fault

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
