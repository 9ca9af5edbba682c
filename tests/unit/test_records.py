"""An envelope comes back from its record as it went, and whatever else a topic may hold is told apart, never raised."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.envelope import ROLES, Actor, CaseId, Envelope, Origin, Position
from shared.events import Publicized
from shared.runtime.ports import Record, Rejected
from shared.runtime.records import (
    MAX_RECORD_BYTES,
    Foreign,
    Malformed,
    TooLarge,
    data_of,
    event_of,
    from_record,
    is_audit,
    to_record,
    understood,
)

NOBODY = Origin(Actor("", "public"), datetime(2026, 3, 1, tzinfo=UTC), "c-1")

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
named = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
instants = st.datetimes(timezones=st.just(UTC))
traces = st.just("") | st.text("0123456789abcdef", min_size=32, max_size=32)
origins = st.builds(
    Origin, st.builds(Actor, named, st.sampled_from(ROLES), text, text), instants, text, text, traces, text
)
envelopes = st.builds(
    Envelope,
    id=st.builds("{}/{}".format, named, st.integers(1, 2**31)),
    source=named,
    type=st.sampled_from(["Scored", "review.score-sealed.1", "UnheardOf"]),
    schema=st.integers(1, 9),
    position=st.builds(Position, st.integers(0, 2**62), st.integers(0, 2**62)),
    case_id=named.map(CaseId),
    origin=origins,
    data=st.dictionaries(text, json, max_size=4),
)


def envelope(**changes: Any) -> Envelope:
    origin = Origin(Actor("u-1", "officer", "", "110000"), datetime(2026, 3, 1, 8, tzinfo=UTC), "c-1")
    plain = Envelope("case:7/3", "review", "Scored", 1, Position(10, 2), CaseId("7"), origin, {"score": "81.5"})
    return replace(plain, **changes)


def changed(record: Record, **headers: str | None) -> Record:
    merged = {**record.headers, **headers}
    return replace(record, headers={name: value for name, value in merged.items() if value is not None})


@given(envelopes)
def test_comes_back_as_it_went(sent: Envelope) -> None:
    assert from_record(to_record(sent, "review.events.v1")) == sent


@given(envelopes)
def test_publishing_again_gives_the_same_bytes_and_no_header_holds_a_control_character(sent: Envelope) -> None:
    record = to_record(sent, "review.events.v1")
    assert record == to_record(sent, "review.events.v1")
    assert all(
        ord(sign) > 0x1F and not 0x7F <= ord(sign) <= 0x9F for value in record.headers.values() for sign in value
    )


@given(st.dictionaries(st.sampled_from(sorted(to_record(envelope(), "t").headers)), text), st.binary(), text)
def test_whatever_stands_in_a_topic_never_raises(headers: dict[str, str], value: bytes, key: str) -> None:
    record = to_record(envelope(), "t")
    from_record(Record("t", key, headers, value))
    from_record(Record("t", record.key, {**record.headers, **headers}, value))


def test_the_headers_are_those_of_cloudevents() -> None:
    record = to_record(envelope(origin=replace(envelope().origin, trace_id="ab" * 16)), "review.events.v1")
    assert record.key == "7"
    assert record.value == b'{"score":"81.5"}'
    assert record.headers == {
        "ce_specversion": "1.0",
        "ce_id": "case:7/3",
        "ce_source": "/shifan/review",
        "ce_type": "Scored",
        "ce_subject": "7",
        "ce_time": "2026-03-01T08:00:00Z",
        "ce_dataschema": "urn:shifan:schema:Scored:1",
        "content-type": "application/json",
        "ce_position": "10.2",
        "ce_actor": "u-1",
        "ce_actorrole": "officer",
        "ce_actorregion": "110000",
        "ce_command": "c-1",
        "traceparent": f"00-{'ab' * 16}-68b7ea29965d9c9d-01",
    }


@pytest.mark.parametrize("headers", [{}, {"ce_specversion": None}, {"ce_specversion": "2.0"}, {"ce_source": "/other"}])
def test_what_others_published_is_foreign(headers: dict[str, str | None]) -> None:
    record = to_record(envelope(), "t")
    other = changed(record, **headers) if headers else Record("t", "7", {}, b"hello")
    assert isinstance(from_record(other), Foreign)


@pytest.mark.parametrize(
    "headers",
    [
        {"ce_id": "case:7"},
        {"ce_id": "/3"},
        {"ce_id": "case:7/x"},
        {"ce_type": None},
        {"ce_subject": "8"},
        {"ce_time": "yesterday"},
        {"ce_time": "2026-03-01T08:00:00"},
        {"ce_position": "10"},
        {"ce_actorrole": "emperor"},
        {"ce_dataschema": "urn:shifan:schema:Revoked:1"},
        {"ce_dataschema": "urn:shifan:schema:Scored:one"},
        {"ce_time": "0001-01-01T00:00:00+23:59"},
        {"ce_time": "9999-12-31T23:59:59-23:59"},
        {"ce_source": "/shifan/re%00view"},
        {"ce_id": "case:" + "7" * 5000 + "/3"},
    ],
)
def test_what_claims_to_be_ours_and_is_broken_is_malformed(headers: dict[str, str | None]) -> None:
    assert isinstance(from_record(changed(to_record(envelope(), "t"), **headers)), Malformed)


NESTED = b'{"score":' + b"[" * 200_000 + b"]" * 200_000 + b"}"


@pytest.mark.parametrize("value", [b"", b"[]", b"{", b"\xff", b"null", NESTED], ids=lambda value: repr(value[:6]))
def test_a_value_that_is_no_object_is_malformed(value: bytes) -> None:
    assert isinstance(from_record(replace(to_record(envelope(), "t"), value=value)), Malformed)


def test_a_newer_word_and_a_newer_schema_are_not_understood_and_a_fact_always_is() -> None:
    assert understood(envelope())
    assert not understood(envelope(type="Rewarded"))
    assert not understood(envelope(schema=2))
    assert understood(envelope(type="review.score-sealed.9", schema=9))
    assert is_audit(envelope(type="review.score-sealed.9"))
    assert not is_audit(envelope())


def test_an_event_comes_back_and_a_newer_publishers_extra_field_does_no_harm() -> None:
    programme = "p@sha256:" + "0" * 64
    event = Publicized(
        "7", programme, "某公司", date(2026, 3, 2), date(2026, 3, 8), False, "官网", datetime(2026, 3, 2, tzinfo=UTC)
    )
    sent = envelope(type="Publicized", data={**data_of(event), "colour": "red"})
    received = from_record(to_record(sent, "t"))
    assert isinstance(received, Envelope)
    assert event_of(received) == event


def test_data_that_does_not_fit_its_schema_is_rejected_by_name() -> None:
    with pytest.raises(Rejected, match=r"Scored case:7/3.*programme"):
        event_of(envelope(data={"case_id": "7"}))


def test_an_oversized_record_is_refused_with_what_to_do() -> None:
    with pytest.raises(TooLarge, match=r"case:7/3 .*publish its digest"):
        to_record(envelope(data={"text": "x" * MAX_RECORD_BYTES}), "t")


@pytest.mark.parametrize("changes", [{"case_id": CaseId("字" * 200)}, {"id": "字" * 500 + "/1"}])
def test_a_case_or_an_id_that_no_index_could_hold_is_refused_before_it_is_published(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="bytes at most"):
        to_record(envelope(**changes), "t")


@pytest.mark.parametrize("changes", [{"case_id": CaseId("")}, {"id": "case:7"}, {"id": "case:7/"}, {"origin": NOBODY}])
def test_a_record_without_case_or_version_or_actor_is_not_made(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="needs a case"):
        to_record(envelope(**changes), "t")
