"""Cursors: whatever was encoded comes back for the same list, and nothing else is taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.http.pages import decode, encode
from shared.runtime.refusals import Refusal

texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=40)
steps = st.lists(st.one_of(texts, st.integers(-(10**18), 10**18)), max_size=5)


@given(listing=texts, held=steps)
def test_what_was_encoded_comes_back(listing: str, held: list[str | int]) -> None:
    cursor = encode(listing, held)
    assert decode(listing, cursor, [type(step) for step in held]) == tuple(held)
    assert cursor.isascii()
    assert "=" not in cursor


@given(cursor=st.text(max_size=60))
def test_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(Refusal, match="cursor_invalid"):
        decode("a-list-that-no-random-text-names", cursor, [int])


@given(held=steps)
def test_a_cursor_belongs_to_its_list(held: list[str | int]) -> None:
    with pytest.raises(Refusal):
        decode("other", encode("one", held), [type(step) for step in held])


@pytest.mark.parametrize(
    ("held", "kinds"), [([True], [int]), ([1.5], [int]), ([None], [str]), ([1, 2], [int]), ([[1]], [str])]
)
def test_steps_have_their_kinds(held: list[object], kinds: list[type]) -> None:
    with pytest.raises(Refusal):
        decode("l", encode("l", held), kinds)  # type: ignore[arg-type]
