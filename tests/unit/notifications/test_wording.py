"""Every word of the published language has its texts, in both languages, and every place in them is filled."""

from __future__ import annotations

import types
import typing
from dataclasses import astuple
from datetime import date, datetime
from pathlib import Path
from string import Template

import msgspec
import pytest

from services.notifications.adapters.wording import WordingUnreadable, read_wording
from services.notifications.domain.wording import APPLICANT
from services.notifications.inbox import to_command
from shared.events import BETWEEN_SERVICES, CorrectionDueMoved, CorrectionRequested, PublicEvent, RoundOpened

WORDS = [word for word in typing.get_args(PublicEvent) if word not in BETWEEN_SERVICES]
WORDING = read_wording()
START = datetime.fromisoformat("2026-11-24T01:00:00+00:00")


def sample(kind: typing.Any, name: str) -> typing.Any:
    """A value of a field's type that tells its field's name where it is text."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return sample(arguments[0], name)
    if origin in (types.UnionType, typing.Union):
        return sample(arguments[0], name)
    if origin is tuple:
        return (sample(arguments[0], name),)
    if msgspec.inspect.is_struct_type(kind) or hasattr(kind, "__dataclass_fields__"):
        return kind(
            **{
                key: sample(hint, key)
                for key, hint in typing.get_type_hints(kind, include_extras=True).items()
                if key != "SCHEMA"
            }
        )
    known = {
        str: f"<{name}>",
        bool: True,
        int: 3,
        date: date(2026, 11, 23),
        datetime: datetime.fromisoformat("2026-11-23T18:00:00+00:00"),
    }
    return known.get(kind, {})


def test_there_is_exactly_one_file_of_texts_per_event() -> None:
    assert sorted(WORDING) == sorted(word.__name__ for word in WORDS)


OF_CASES = [word for word in WORDS if word is not RoundOpened]
"""A call for applications has no applicant yet; it is the authorities that are told."""


@pytest.mark.parametrize("word", OF_CASES, ids=lambda word: word.__name__)
def test_the_applicant_is_told_of_every_event(word: type) -> None:
    assert APPLICANT in WORDING[word.__name__]


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.__name__)
def test_every_place_is_filled_and_every_text_differs_by_language(word: type) -> None:
    command = to_command(sample(word, ""), "stream:1/1", "<case>")
    words = {**command.words, "name": "<name>", "case": command.case_id}
    for part, text in WORDING[word.__name__].items():
        filled = text.filled(words)
        for sentence in astuple(filled):
            assert "$" not in sentence, (part, sentence)
            assert sentence.strip()
        assert filled.title_zh != filled.title_en and filled.body_zh != filled.body_en
        subject = "<title>" if word is RoundOpened else "<name>"
        assert subject in filled.body_zh and subject in filled.body_en


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.__name__)
def test_both_languages_say_the_same_facts(word: type) -> None:
    """The places of the Chinese text are those of the English one, up to the language at their end."""
    for part, text in WORDING[word.__name__].items():
        chinese = {place.removesuffix("_zh") for place in Template(text.title_zh + text.body_zh).get_identifiers()}
        english = {place.removesuffix("_en") for place in Template(text.title_en + text.body_en).get_identifiers()}
        assert chinese - {"case"} == english - {"case"}, (word.__name__, part)


def test_a_call_for_applications_is_told_to_authorities_only() -> None:
    assert APPLICANT not in WORDING["RoundOpened"]
    command = to_command(sample(RoundOpened, ""), "round:1/1", "1")
    assert (command.region, command.applicant) == ("<issuer_region>", None)
    assert command.words["closes_at"] == "2026-11-24 02:00"


def test_the_day_is_that_of_shanghai() -> None:
    scored = next(word for word in WORDS if word.__name__ == "Scored")
    assert to_command(sample(scored, ""), "s/1", "1").words["day"] == "2026-11-24", "18:00 UTC is the next day there"


def test_a_word_that_looks_like_a_place_is_not_filled_again() -> None:
    text = WORDING["RecognitionRefused"]["applicant"]
    words = {"name": "${case}", "case": "1", "day": "d", "reason": "$name"}
    assert "${case}" in text.filled(words).body_zh and "$name" in text.filled(words).body_zh


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "write at least one of"),
        ("- a", "write at least one of"),
        ("nobody: {}", "nobody we tell"),
        ("applicant: {title_zh: a}", "write exactly"),
        ("applicant: {title_zh: a, title_en: b, body_zh: c, body_en: ''}", "body_en: write a sentence"),
        ("applicant: {title_zh: 1, title_en: b, body_zh: c, body_en: d}", "title_zh: write a sentence"),
        ("applicant: [", "Scored.yaml"),
    ],
)
def test_unreadable_texts_are_refused_with_what_to_write(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "Scored.yaml").write_text(content, "utf-8")
    with pytest.raises(WordingUnreadable, match=said):
        read_wording(tmp_path)


def test_who_has_to_correct_is_told_until_when_by_the_clock_of_shanghai() -> None:
    request = CorrectionRequested(
        *("1", ("licence: expired",), datetime.fromisoformat("2026-03-04T03:15:00+00:00")),
        due_at=datetime.fromisoformat("2026-03-11T15:59:59.999999+00:00"),
        due_provisional=True,
    )
    text = WORDING["CorrectionRequested"]["applicant"].filled({**words_of(request), "name": "N", "case": "1"})
    assert "2026-03-11 23:59（UTC+8）前提交补正（待国务院公布节假日安排后确认）" in text.body_zh
    assert "by 2026-03-11 23:59 (UTC+8) (provisional" in text.body_en
    without = CorrectionRequested("1", ("x",), START)
    text = WORDING["CorrectionRequested"]["applicant"].filled({**words_of(without), "name": "N", "case": "1"})
    assert "UTC+8" not in text.body_zh and "UTC+8" not in text.body_en


def test_more_time_to_correct_is_told_with_the_notice_that_gives_it() -> None:
    moved = CorrectionDueMoved("1", datetime.fromisoformat("2027-01-07T15:59:59+00:00"), False, "notice 1", START)
    text = WORDING["CorrectionDueMoved"]["applicant"].filled({**words_of(moved), "name": "N", "case": "1"})
    assert "2027-01-07 23:59（UTC+8）" in text.body_zh and "notice 1" in text.body_zh
    assert "2027-01-07 23:59 (UTC+8)" in text.body_en and "provisional" not in text.body_en


def words_of(event: PublicEvent) -> typing.Mapping[str, str]:
    return to_command(event, "case:1/1", "1").words
