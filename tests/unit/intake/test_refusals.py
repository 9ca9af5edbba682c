"""Every refusal has a stable code of its own, speaks both languages, says what to do next, and is met in a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.intake.domain.errors import REFUSALS
from services.intake.domain.refusal import Refusal

HERE = Path(__file__).parent


def test_codes_are_stable_words_of_their_own() -> None:
    codes = [refusal.code for refusal in REFUSALS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)


def test_all_are_listed() -> None:
    assert set(REFUSALS) == set(Refusal.__subclasses__())


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code)
def test_it_says_what_is_wrong_and_what_to_do(refusal: type[Refusal]) -> None:
    assert refusal.status in (403, 404, 409, 422)
    for zh, en in (refusal.said, refusal.do):
        assert re.search(r"[\u4e00-\u9fff]", zh)
        assert zh.endswith("。")
        assert not re.search(r"[\u4e00-\u9fff]", en)
        assert en.endswith(".")


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code)
def test_it_is_met_in_a_test(refusal: type[Refusal]) -> None:
    texts = (file.read_text("utf-8") for file in HERE.glob("test_*.py"))
    assert any(f"errors.{refusal.__name__}" in text for text in texts)
