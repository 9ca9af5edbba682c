"""What is stored under a text that the library lacks is told at once: by the doctor, and when a service starts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.review.domain.progress import OpenCase, decide_open
from services.review.domain.subject import Applicant
from services.review.handlers import CASE
from shared.envelope import Actor, Origin
from shared.programmes.catalogue import Catalogue
from shared.runtime.operator import text_checks
from shared.runtime.operator.migrate import url_setting
from shared.runtime.pinned import knows, lacking, pinned
from shared.runtime.ports import Append
from shared.runtime.postgres.pool import Database
from tests.programmes.test_bad_definitions import GOOD
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import Somebody, standing
from tests.support.kept_databases import KeptDatabases
from tests.support.regulation import APPLICANT_USCC
from tests.support.waiting import eventually_asked

NOW = datetime(2026, 4, 27, 2, 0, tzinfo=UTC)
CASE_ID = "0" * 31 + "1"
INSPECTOR = Somebody("inspector", "inspector", "000000")
HAND = """
CREATE SCHEMA view_cases; CREATE TABLE view_cases.cases (id int, programme text);
INSERT INTO view_cases.cases VALUES (1, 'a@sha256:1'), (2, 'a@sha256:1'), (3, 'b@sha256:2'), (4, 'b');
CREATE SCHEMA view_more; CREATE TABLE view_more.rows (programme text); INSERT INTO view_more.rows VALUES ('b@sha256:2');
CREATE TABLE view_more.others (title text);
CREATE SCHEMA view_cases__next; CREATE TABLE view_cases__next.cases (programme text);
INSERT INTO view_cases__next.cases VALUES ('half@sha256:3')
"""


def shelf(folder: Path, name: str, text: str) -> Catalogue:
    (folder / name).mkdir(parents=True)
    (folder / name / "text.yaml").write_text(text, "utf-8")
    return Catalogue.load(folder / name)


async def test_every_column_of_every_view_that_stands_is_counted(database: Database) -> None:
    async with database.pool.acquire() as connection:
        assert await pinned(connection) == {}
        await connection.execute(HAND)
        assert await pinned(connection) == {"a@sha256:1": 2, "b@sha256:2": 2}
        assert await lacking(connection, lambda ref: ref.startswith("a")) == {"b@sha256:2": 2}
        assert await lacking(connection, lambda _: True) == {}


async def test_a_database_that_does_not_tell_is_a_finding_and_not_the_end_of_the_doctor(
    database: Database, tmp_path: Path
) -> None:
    await database.pool.execute(HAND)
    async with database.transaction() as rebuilding:
        await rebuilding.execute("LOCK TABLE view_cases.cases IN ACCESS EXCLUSIVE MODE")
        (found,) = await text_checks.one("review", database.url, lambda _: True, tmp_path, patience=0.2)
    assert (found.check, found.verdict, found.mend) == ("texts:review", "fault", "shifan doctor")
    assert "TimeoutError" in found.zh and "TimeoutError" in found.en
    (found,) = await text_checks.one("review", database.url, lambda _: True, tmp_path)
    assert found.verdict == "well"


@pytest.fixture
async def kept(databases: Databases) -> AsyncIterator[KeptDatabases]:
    made = KeptDatabases(databases)
    yield made
    await made.end()


async def test_a_text_that_vanished_is_told_until_it_is_put_back(kept: KeptDatabases, tmp_path: Path) -> None:
    before = shelf(tmp_path, "before", GOOD)
    (text,) = before.programmes()
    clock, definitions = FixedClock(NOW), tmp_path / "after"
    async with standing(kept, tmp_path, before, clock) as house:
        opening = OpenCase(CASE_ID, text.ref, "", Applicant(APPLICANT_USCC, "Firm", "990101", "province"))
        origin = Origin(Actor("officer-1", "officer"), NOW, "long ago", trace_id="a" * 32)
        facts = decide_open(opening, CASE.initial, text, NOW)
        await house.services["review"].store.append(Append(CASE.name(CASE_ID), 0, facts, origin))

        async def listed() -> bool:
            answer = await house.get(INSPECTOR, "/review/cases")
            return answer.status_code == 200 and CASE_ID in answer.text

        await eventually_asked(listed, "the case is not listed")
    after = shelf(tmp_path, "after", GOOD.replace("staff_count >= 15", "staff_count >= 16", 1))
    url = kept.made["review"].application_url
    services, surroundings = {"review": tmp_path, "away": tmp_path}, {url_setting("review"): url}

    library, lost = await text_checks.all_of(services, surroundings, definitions)
    assert (library.check, library.verdict) == ("definitions", "well")
    assert (lost.check, lost.verdict) == ("texts:review", "fault")
    for told in (lost.zh, lost.en):
        assert f"{text.ref} (1)" in told
    assert "archive" in lost.mend
    assert "test-programme" in lost.mend
    with capture_logs() as logs:
        async with standing(kept, tmp_path, after, clock) as house:
            answer = await house.get(INSPECTOR, f"/review/cases/{CASE_ID}")
            assert (answer.status_code, answer.json()["code"]) == (409, "text_missing")
    warned = {each["service"]: each for each in logs if each["event"] == "texts_missing"}
    assert set(warned) <= {"review", "intake"}, "intake may have heard of what the case waits for"
    assert (warned["review"]["log_level"], warned["review"]["texts"]) == ("warning", {text.ref: 1})
    assert "archive" in warned["review"]["do"]

    (definitions / "archive").mkdir()
    (definitions / "archive" / "text.yaml").write_text(GOOD, "utf-8")
    _, found = await text_checks.all_of(services, surroundings, definitions)
    assert (found.check, found.verdict) == ("texts:review", "well")
    with capture_logs() as logs:
        async with standing(kept, tmp_path, Catalogue.load(definitions), clock) as house:
            assert (await house.get(INSPECTOR, f"/review/cases/{CASE_ID}")).status_code == 200
    assert [each for each in logs if each["event"] == "texts_missing"] == []


async def test_a_faulty_library_is_a_finding_and_a_database_that_is_away_none(tmp_path: Path) -> None:
    (tmp_path / "text.yaml").write_text(GOOD.replace("kind: recognition", "kind: sorcery", 1), "utf-8")
    (bad,) = await text_checks.all_of({"review": tmp_path}, {}, tmp_path)
    assert (bad.check, bad.verdict, bad.mend) == ("definitions", "fault", f"shifan programmes check {tmp_path}")
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    assert await text_checks.one("review", nowhere, knows(Catalogue((), {})), tmp_path) == []
