"""Score sheets: exact weights, three ways of aggregation, rounded once, bands closed at the lower bound."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.programmes.model import UNSET, Band, Bonus, Head, Rubric, Text
from shared.programmes.scores import Unscorable, aggregate, band_of, one_sheet

NAME = Text(zh="名", en="name")
RUBRIC = Rubric(
    id="review",
    title=NAME,
    heads=(
        Head(id="a", title=NAME, most=Decimal(10), weight=Decimal("0.3")),
        Head(id="b", title=NAME, most=Decimal(100), weight=Decimal("0.7")),
    ),
    total=Decimal(100),
    aggregation="mean",
    pass_mark=Decimal(60),
    bands=(Band(id="good", title=NAME, least=Decimal(80)), Band(id="fair", title=NAME, least=Decimal(60))),
    bonuses=(Bonus(id="extra", title=NAME, most=Decimal(5)),),
    cap=Decimal(100),
)


def sheet(a: str, b: str, **extra: str) -> dict[str, Decimal]:
    return {"a": Decimal(a), "b": Decimal(b), **{name: Decimal(value) for name, value in extra.items()}}


def test_weights_are_shares_of_the_total() -> None:
    assert one_sheet(RUBRIC, sheet("10", "100")) == 100
    assert one_sheet(RUBRIC, sheet("5", "50")) == 50
    assert one_sheet(RUBRIC, sheet("10", "0")) == 30


def test_a_bonus_counts_up_to_the_cap() -> None:
    assert one_sheet(RUBRIC, sheet("5", "50", extra="5")) == 55
    assert one_sheet(RUBRIC, sheet("10", "99", extra="5")) == 100


def test_three_ways_of_aggregation() -> None:
    sheets = [sheet("0", "0"), sheet("10", "100"), sheet("7", "70"), sheet("8", "80")]
    assert aggregate(RUBRIC, sheets).total == Decimal("62.50")
    assert aggregate(replace(RUBRIC, aggregation="trimmed_mean"), sheets).total == Decimal("75.00")
    assert aggregate(replace(RUBRIC, aggregation="trimmed_mean"), sheets).counted == 2
    assert aggregate(replace(RUBRIC, aggregation="median"), sheets).total == Decimal("75.00")
    assert aggregate(replace(RUBRIC, aggregation="median"), sheets[:3]).total == Decimal("70.00")


@pytest.mark.parametrize(
    ("points", "passed", "band"), [("60", True, "fair"), ("59.99", False, None), ("80", True, "good")]
)
def test_pass_mark_and_bands_include_their_bound(points: str, passed: bool, band: str | None) -> None:
    only = replace(RUBRIC, heads=(Head(id="b", title=NAME, most=Decimal(100), weight=Decimal(1)),))
    score = aggregate(only, [{"b": Decimal(points)}])
    assert score.passed is passed
    assert (score.band.id if score.band else None) == band


def test_rounded_once_half_up() -> None:
    thirds = [sheet("10", "100"), sheet("10", "100"), sheet("10", "99")]
    assert aggregate(RUBRIC, thirds).total == Decimal("99.77")
    whole = replace(RUBRIC, decimals=0)
    assert aggregate(whole, [sheet("5", "51"), sheet("5", "50")]).total == Decimal(50)
    assert aggregate(whole, [{"a": Decimal(5), "b": Decimal("50.72")}]).total == Decimal(51)


@pytest.mark.parametrize(("points", "passed"), [("5", True), ("4.9", False)])
def test_a_head_below_its_floor_fails_whatever_the_total(points: str, passed: bool) -> None:
    a, b = RUBRIC.heads
    strict = replace(RUBRIC, heads=(replace(a, floor=Decimal(5)), b))
    assert aggregate(strict, [sheet(points, "100"), sheet(points, "100")]).passed is passed


def test_no_pass_mark_always_passes() -> None:
    assert aggregate(replace(RUBRIC, pass_mark=None), [sheet("0", "0")]).passed


@pytest.mark.parametrize(
    ("rubric", "sheets", "words"),
    [
        (RUBRIC, [], "no score yet"),
        (RUBRIC, [{"a": Decimal(1)}], "b has no points"),
        (RUBRIC, [sheet("11", "1")], "0 to 10"),
        (RUBRIC, [sheet("-1", "1")], "0 to 10"),
        (RUBRIC, [{**sheet("1", "1"), "c": Decimal(1)}], "no head"),
        (RUBRIC, [sheet("NaN", "1")], "0 to 10"),
        (replace(RUBRIC, aggregation="trimmed_mean"), [sheet("1", "1")] * 2, "three"),
        (replace(RUBRIC, aggregation=UNSET), [sheet("1", "1")], "unset"),
        (replace(RUBRIC, pass_mark=UNSET), [sheet("1", "1")], "unset"),
    ],
)
def test_what_cannot_be_scored_says_why(rubric: Rubric, sheets: list[dict[str, Decimal]], words: str) -> None:
    with pytest.raises(Unscorable, match=words):
        aggregate(rubric, sheets)


points = st.decimals(0, 10, places=1, allow_nan=False)


@given(st.lists(st.tuples(points, points), min_size=3, max_size=9), st.randoms(use_true_random=False))
def test_the_order_of_sheets_never_matters_and_the_result_lies_between(
    pairs: list[tuple[Decimal, Decimal]], random
) -> None:  # type: ignore[no-untyped-def]
    sheets = [{"a": a, "b": b * 10} for a, b in pairs]
    for way in ("mean", "trimmed_mean", "median"):
        rubric = replace(RUBRIC, aggregation=way)  # type: ignore[arg-type]
        score = aggregate(rubric, sheets)
        shuffled = list(sheets)
        random.shuffle(shuffled)
        assert aggregate(rubric, shuffled) == score
        totals = [one_sheet(rubric, each) for each in sheets]
        assert min(totals) - Fraction(1, 100) <= Fraction(score.total) <= max(totals) + Fraction(1, 100)


def test_below_the_lowest_band_there_is_none() -> None:
    assert band_of(RUBRIC, Decimal("59.99")) is None
