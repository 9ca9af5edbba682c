"""Understands that names and texts keep their words: no place, no attic, no mode, no promise without a date."""

from __future__ import annotations

import pytest

from tests.architecture.tree import ROOT, Source, sources, verdict, violations
from tests.architecture.words import NATION, attics, docstring, length, modes, places, promises

HOUSE = ("services", "shared", "infra")
TEXTS = {".py", ".sql", ".yaml", ".yml", ".md", ".html", ".css", ".toml", ".xml", ".go"}


def test_no_place_is_named_in_code() -> None:
    assert violations(places, sources(*HOUSE)) == []


@pytest.mark.parametrize(
    "text",
    [
        "def xinjiang_rules(): ...",
        "class LiaoningCase: ...",
        "x = '新疆维吾尔自治区'",
        "# the pass mark of Jiangsu",
        "x = 'INNER_MONGOLIA'",
        "x = 'inner-mongolia'",
        "if region == '650000': ...",
        "if region == '320100': ...",
        "x = '北京市'",
        "SHANGHAI_RULES = 1",
        "class JiangsuRules: ...",
        "ZONE = 'Asia/Shanghai'  # Shanghai's rules",
    ],
)
def test_a_place_is_seen(text: str) -> None:
    assert verdict(places, text)


@pytest.mark.parametrize(
    "text",
    [
        "SHANGHAI = ZoneInfo('Asia/Shanghai')",
        "x = '截止时间为北京时间'",
        "chaminade = 1",
        "x = '1000000'",
        "LIMIT = 320000",
    ],
)
def test_what_is_no_place_is_allowed(text: str) -> None:
    assert verdict(places, text) == []


def test_the_places_with_definitions_are_among_the_names() -> None:
    """A region that is added as data must not slip into code only because nobody listed its name."""
    folders = ROOT / "shared/programmes/definitions"
    for folder in folders.glob("*/") if folders.is_dir() else ():
        if folder.is_dir() and folder.name not in NATION:
            assert verdict(places, f"x = '{folder.name}'"), folder.name


def test_no_name_is_an_attic() -> None:
    assert violations(attics, sources(*HOUSE, "tests")) == []


@pytest.mark.parametrize(
    "path",
    [
        "shared/utils.py",
        "shared/common/dates.py",
        "services/review/domain/case_helpers.py",
        "shared/runtime/core.py",
        "shared/runtime/store_v2.py",
        "shared/runtime/relay_new.py",
    ],
)
def test_an_attic_is_seen(path: str) -> None:
    assert verdict(attics, "", path)


def test_an_attic_of_a_class_is_seen() -> None:
    assert verdict(attics, "class CaseManager: ...")
    assert verdict(attics, "class Baseline: ...", "services/review/domain/baseline.py") == []


def test_only_entry_points_know_the_mode() -> None:
    assert violations(modes, sources("services")) == []


@pytest.mark.parametrize(
    "text",
    [
        "if embedded: ...",
        "if settings.kafka: ...",
        "def build(use_kafka): ...",
        "x = 'localhost:9092 kafka'",
        "from shared.runtime.kafka_bus import KafkaBus",
        "from shared.runtime import kafka_bus",
        "class EmbeddedStore: ...",
    ],
)
def test_a_mode_is_seen(text: str) -> None:
    assert verdict(modes, text, "services/review/app.py")
    assert verdict(modes, text, "services/__main__.py") == []


def test_prose_may_explain_the_modes() -> None:
    assert verdict(modes, '"""The same over Kafka."""\n\n# embedded or not\n') == []


def test_every_module_says_what_it_is() -> None:
    assert violations(docstring, sources(*HOUSE, "tests")) == []


def test_a_silent_module_is_seen() -> None:
    assert verdict(docstring, "x = 1") == ["has no docstring"]
    assert verdict(docstring, '"""  """')
    assert verdict(docstring, '"""Reviews cases."""', "services/review/__init__.py")
    assert verdict(docstring, '"""Understands how a case is judged."""', "services/review/__init__.py") == []
    assert verdict(docstring, '"""SQL."""', "services/review/adapters/__init__.py") == []


def test_no_promise_without_a_date() -> None:
    files = [path for root in HOUSE for path in (ROOT / root).rglob("*") if path.suffix in TEXTS]
    files += [path for path in ROOT.iterdir() if path.suffix in TEXTS or path.name == "Makefile"]
    assert len(files) > 20
    found = [v for path in files for v in promises(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))]
    assert found == []


def test_a_promise_is_seen() -> None:
    assert list(promises("x.py", "a\n# TO" + "DO: later"))
    assert list(promises("x.py", "# FIX" + "ME(soon)"))
    assert not list(promises("x.py", "# TO" + "DO(2030-01-31): drop the old column"))


def test_no_file_is_too_long() -> None:
    assert violations(length, sources(*HOUSE, "tests")) == []


def test_a_long_file_is_seen() -> None:
    assert not list(length(Source("x.py", "x = 1\n" * 400)))
    assert list(length(Source("x.py", "x = 1\n" * 401)))
