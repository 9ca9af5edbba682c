"""What a process writes about itself, and how one cause is followed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from shared.runtime.logs import start_logging
from shared.runtime.trace import parse, trace_id, traceparent, tracing

GOOD = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_span_belongs_to_its_parent_and_ends() -> None:
    assert trace_id() == traceparent() == ""
    with tracing(GOOD) as span:
        assert trace_id() == "4bf92f3577b34da6a3ce929d0e0e4736"
        assert traceparent() == str(span) != GOOD
        with tracing(traceparent()) as inner:
            assert inner.trace_id == span.trace_id
            assert inner.span_id != span.span_id
    assert trace_id() == ""


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "rubbish",
        GOOD.upper(),
        GOOD + "-more",
        "ff" + GOOD[2:],
        GOOD + "\n",
        "00-" + "0" * 32 + GOOD[35:],
        GOOD[:36] + "0" * 16 + "-01",
        GOOD.replace("4", "４"),
    ],
)
def test_a_header_that_is_not_well_formed_begins_a_new_trace(header: str | None) -> None:
    assert parse(header) is None
    with tracing(header) as span:
        assert parse(str(span)) == span


def test_a_later_version_may_append() -> None:
    assert parse("01" + GOOD[2:] + "-more") is not None


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    file = tmp_path / "log.jsonl"
    handler = start_logging("intake", file=file)
    yield file
    root.handlers[:], root.level = before
    assert isinstance(handler, logging.StreamHandler)
    handler.stream.close()
    structlog.reset_defaults()
    logging.getLogger("uvicorn.access").disabled = False


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_lines_are_json_with_service_and_trace(log_file: Path) -> None:
    with tracing(GOOD):
        structlog.get_logger("ours").info("提交", case="c-1")
        logging.getLogger("theirs").warning("said %s", "so")
    ours, theirs = lines(log_file)
    assert (ours["event"], ours["case"], ours["service"], ours["level"]) == ("提交", "c-1", "intake", "info")
    assert (theirs["event"], theirs["logger"]) == ("said so", "theirs")
    assert ours["trace_id"] == theirs["trace_id"] == GOOD[3:35]


def test_secrets_are_masked_wherever_they_stand(log_file: Path) -> None:
    hidden = "hidden-value"
    token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"
    structlog.get_logger("t").info("sent", authorization=hidden, nested={"access_token": hidden}, body=hidden)
    structlog.get_logger("t").info("saw Bearer " + token, url=f"postgres://shifan:{hidden}@host/db", seen=[token])
    try:
        raise ValueError(f"Bearer {token}")
    except ValueError:
        structlog.get_logger("t").exception("fault")
    text = log_file.read_text()
    assert len(lines(log_file)) == 3
    assert hidden not in text
    assert "eyJ" not in text
    assert "ValueError" in text


def test_what_is_long_is_cut_and_what_is_odd_is_named(log_file: Path) -> None:
    structlog.get_logger("t").info("x" * 100_000, odd=object(), many=list(range(1000)))
    (line,) = lines(log_file)
    assert len(line["event"]) == 2000
    assert line["odd"] == "object"
    assert len(line["many"]) == 50


def test_a_forged_line_stays_one_line(log_file: Path) -> None:
    structlog.get_logger("t").info('a\n{"event": "forged"}')
    assert [line["event"] for line in lines(log_file)] == ['a\n{"event": "forged"}']
