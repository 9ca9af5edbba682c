"""The trail takes a stream's facts once, in order, without holes and unaltered; anything else is refused by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.registry.domain.trail import HOLES_AT_ONCE, Admitted, Altered, Gap, Witnessed, admit, digest_of


def fact(version: int, stream: str = "case:1", service: str = "review", data: bytes = b"{}") -> Witnessed:
    return Witnessed(
        service=service,
        stream=stream,
        version=version,
        fact="review.case-opened.1",
        schema=1,
        case_id="1",
        actor_id="p-1",
        actor_role="reviewer",
        actor_organisation="",
        actor_region="653100",
        command_id="c",
        caused_by="",
        trace_id="",
        reason="",
        occurred_at=datetime(2026, 11, 23, tzinfo=UTC),
        position="1.1",
        digest=digest_of(data),
        data=data,
        received_at=datetime(2026, 11, 23, tzinfo=UTC),
    )


REVIEW = ("review", "case:1")


def test_facts_that_follow_the_head_are_taken() -> None:
    batch = [fact(3), fact(4)]
    assert admit(batch, {REVIEW: 2}, {}) == Admitted(tuple(batch))


def test_streams_of_the_same_name_in_two_services_are_two_streams() -> None:
    batch = [fact(1), fact(1, service="intake")]
    assert admit(batch, {}, {}) == Admitted(tuple(batch))


def test_a_duplicate_is_dropped() -> None:
    known = {fact(2).address: fact(2).digest}
    assert admit([fact(2), fact(3)], {REVIEW: 2}, known) == Admitted((fact(3),))


def test_a_duplicate_within_the_batch_is_dropped() -> None:
    assert admit([fact(1), fact(1)], {}, {}) == Admitted((fact(1),))


@pytest.mark.parametrize(("head", "version"), [(0, 2), (2, 4), (2, 100)])
def test_a_hole_is_refused_and_named(head: int, version: int) -> None:
    with pytest.raises(Gap, match=f"version {version} arrived but {head + 1} is missing"):
        admit([fact(version)], {REVIEW: head}, {})


def test_a_hole_within_the_batch_is_refused() -> None:
    with pytest.raises(Gap):
        admit([fact(1), fact(3)], {}, {})


def test_the_same_address_with_other_content_is_refused() -> None:
    with pytest.raises(Altered, match="recorded before with other content"):
        admit([fact(2, data=b'{"a":1}')], {REVIEW: 2}, {fact(2).address: fact(2).digest})


def test_the_same_address_twice_in_a_batch_with_other_content_is_refused() -> None:
    with pytest.raises(Altered):
        admit([fact(1), fact(1, data=b"[]")], {}, {})


def test_a_repetition_whose_first_form_is_unknown_is_refused() -> None:
    with pytest.raises(Altered):
        admit([fact(1)], {REVIEW: 2}, {})


ROUND = ("review", "round:9")


def shared(version: int) -> Witnessed:
    """A fact of a stream that many cases share."""
    return fact(version, "round:9")


def test_in_a_shared_stream_what_was_overtaken_is_noted_as_missing() -> None:
    assert admit([shared(4)], {ROUND: 1}, {}) == Admitted((shared(4),), missing=((*ROUND, 2), (*ROUND, 3)))


def test_in_a_shared_stream_what_arrives_late_fills_its_hole() -> None:
    assert admit([shared(2)], {ROUND: 4}, {}) == Admitted((shared(2),), filled=((*ROUND, 2),))


def test_a_hole_that_is_filled_in_the_same_batch_is_none() -> None:
    batch = (shared(3), shared(2), shared(1))
    assert admit(batch, {}, {}) == Admitted(batch)


def test_what_arrives_late_twice_is_taken_once() -> None:
    assert admit([shared(2)], {ROUND: 4}, {shared(2).address: shared(2).digest}) == Admitted()


def test_a_jump_beyond_all_delays_is_refused_in_a_shared_stream_too() -> None:
    assert admit([shared(HOLES_AT_ONCE)], {}, {}).facts == (shared(HOLES_AT_ONCE),)
    with pytest.raises(Gap):
        admit([shared(HOLES_AT_ONCE + 1)], {}, {})


def test_content_that_does_not_match_its_digest_is_refused() -> None:
    with pytest.raises(Altered, match="does not match the digest"):
        admit([replace(fact(1), data=b"forged")], {}, {})
