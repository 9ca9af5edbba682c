"""The list of titles on a real PostgreSQL: as of any day, as known on any day, filtered, searched, paged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.registry.adapters.titles import SqlTitles, TitlesView
from services.registry.domain.commands import LapseTitle, RenewTitle, RevokeTitle
from services.registry.domain.entry import Entry, Fact, decide, evolve
from services.registry.domain.events import TitleEntered
from services.registry.views import TitleMark, TitlesWanted
from shared.envelope import Origin, machine
from shared.runtime.ports import Recorded
from shared.runtime.postgres.pool import Database
from tests.support.views import project
from tests.unit.registry.test_entry import ENTER, NOW

TODAY = date(2027, 6, 1)
ORDERED = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
RECORDED_AT = datetime(2027, 3, 5, 1, 0, tzinfo=UTC)


def title(number: int, **changes: object) -> TitleEntered:
    command = replace(ENTER, case_id=f"case-{number:04d}", **changes)  # type: ignore[arg-type]
    (fact,) = decide(command, Entry(), NOW)
    assert isinstance(fact, TitleEntered)
    return fact


def revocation(entered: TitleEntered) -> Fact:
    command = RevokeTitle(entered.case_id, entered.number, "no_reporting_1y", "第二十条（五）", "未报送", ORDERED)
    (fact,) = decide(command, evolve(Entry(), entered), RECORDED_AT)
    return fact


def recorded(*facts: Fact) -> list[Recorded]:
    origin = Origin(machine("registry"), NOW, "c")
    return [Recorded(f"entry:{f.case_id}", i, f.NAME, f, origin) for i, f in enumerate(facts, 1)]


@pytest.fixture
async def titles(registry: Database) -> SqlTitles:
    kept = title(1, holder_name="喀什示范服务有限公司", holder_region="653101")
    revoked = title(2, holder_name="盐城创新服务中心", holder_region="320900", programme="other@sha256:" + "b" * 64)
    lapsed = title(3, holder_name="Ａｃｍｅ 服务's 100%_\\", valid_from=date(2023, 1, 1), valid_to=date(2025, 12, 31))
    endless = title(4, holder_name="喀什创业园", valid_to=None, holder_region="650000")
    await project(registry, TitlesView(), recorded(kept, revoked, lapsed, endless, revocation(revoked)))
    return SqlTitles(registry.pool)


async def found(titles: SqlTitles, wanted: TitlesWanted) -> dict[str, str]:
    rows = await titles.page(wanted, None, 200)
    assert await titles.count(wanted, 200) == len(rows)
    return {row.case_id[-1]: row.status for row in rows}


async def test_the_list_shows_everything_with_the_status_of_the_day(titles: SqlTitles) -> None:
    assert await found(titles, TitlesWanted(TODAY)) == {"1": "active", "2": "revoked", "3": "lapsed", "4": "active"}


async def test_the_list_as_of_an_earlier_day_shows_what_stood_then(titles: SqlTitles) -> None:
    assert (await found(titles, TitlesWanted(date(2027, 2, 28))))["2"] == "active"
    assert (await found(titles, TitlesWanted(date(2027, 3, 1))))["2"] == "revoked"
    assert (await found(titles, TitlesWanted(date(2025, 12, 31)))) == {
        "1": "pending",
        "2": "pending",
        "3": "active",
        "4": "pending",
    }


async def test_the_list_as_known_before_the_order_arrived_still_shows_it_active(titles: SqlTitles) -> None:
    wanted = TitlesWanted(date(2027, 3, 3), known_before=RECORDED_AT)
    rows = {row.case_id[-1]: row for row in await titles.page(wanted, None, 10)}
    assert (rows["2"].status, rows["2"].ground, rows["2"].reason) == ("active", None, None)
    later = {row.case_id[-1]: row for row in await titles.page(replace(wanted, known_before=None), None, 10)}
    assert (later["2"].status, later["2"].ground) == ("revoked", "no_reporting_1y")


async def test_nothing_is_known_before_it_was_entered(titles: SqlTitles) -> None:
    assert await found(titles, TitlesWanted(TODAY, known_before=NOW)) == {}
    assert len(await found(titles, TitlesWanted(TODAY, known_before=NOW + timedelta(microseconds=1)))) == 4


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": "active"}, "14"),
        ({"status": "revoked"}, "2"),
        ({"status": "lapsed"}, "3"),
        ({"programme": "other"}, "2"),
        ({"programme": "other@sha256:" + "b" * 64}, "2"),
        ({"programme": "oth"}, ""),
        ({"programme": "o%"}, ""),
        ({"region": "65"}, "134"),
        ({"region": "6531"}, "13"),
        ({"region": "653101"}, "1"),
        ({"region": "320900"}, "2"),
        ({"region": "%"}, ""),
        ({"name": "喀什"}, "14"),
        ({"name": "什"}, "14"),
        ({"name": "喀什示范"}, "1"),
        ({"name": "服务"}, "123"),
        ({"name": "务服"}, ""),
        ({"name": "acme"}, "3"),
        ({"name": "ACME服务"}, "3"),
        ({"name": "'s"}, "3"),
        ({"name": "%_\\"}, "3"),
        ({"name": "\\"}, "3"),
        ({"name": "_ "}, "3"),
        ({"holder": ENTER.holder_uscc}, "1234"),
        ({"holder": "91350100M000100Y43"}, ""),
        ({"name": "喀什", "region": "6500"}, "4"),
    ],
)
async def test_filters(titles: SqlTitles, changes: dict[str, str], expected: str) -> None:
    wanted = replace(TitlesWanted(TODAY), **changes)  # type: ignore[arg-type]
    assert set(await found(titles, wanted)) == set(expected)


async def test_a_name_with_the_same_characters_in_another_order_is_not_found(registry: Database) -> None:
    await project(registry, TitlesView(), recorded(title(7, holder_name="务服示范示务服")))
    assert await found(SqlTitles(registry.pool), TitlesWanted(TODAY, name="示范示范")) == {}


async def test_pages_show_every_title_once(registry: Database) -> None:
    many = [title(number, valid_from=date(2026, 1, 1 + number % 3)) for number in range(50)]
    await project(registry, TitlesView(), recorded(*many))
    titles, seen, mark = SqlTitles(registry.pool), [], None
    while rows := await titles.page(TitlesWanted(TODAY), mark, 7):
        seen += [row.number for row in rows]
        mark = TitleMark(rows[-1].valid_from, rows[-1].number)
    assert sorted(seen) == sorted(fact.number for fact in many)
    assert len(seen) == len(set(seen))


async def test_applying_a_batch_again_changes_nothing(registry: Database) -> None:
    entered = title(1)
    batch = recorded(entered, revocation(entered))
    titles = SqlTitles(registry.pool)
    await project(registry, TitlesView(), batch)
    before = await titles.page(TitlesWanted(TODAY), None, 10)
    await project(registry, TitlesView(), batch)
    assert await titles.page(TitlesWanted(TODAY), None, 10) == before


async def test_a_count_stops_at_its_ceiling(titles: SqlTitles) -> None:
    assert await titles.count(TitlesWanted(TODAY), 2) == 2


async def test_a_lapse_and_a_renewal_count_from_when_they_were_known(registry: Database) -> None:
    """The term ends on 22 November 2029; the renewal is known eight days later, and reaches back."""
    entered = title(1)
    entry = evolve(Entry(), entered)
    lapsed_at, renewed_at = (datetime(2029, 11, day, 0, 0, tzinfo=UTC) for day in (23, 30))
    (lapse,) = decide(LapseTitle(entered.case_id, entered.number, "ended", date(2029, 11, 23)), entry, lapsed_at)
    entry = evolve(entry, lapse)
    renewal = RenewTitle(entered.case_id, entered.number, date(2029, 11, 23), date(2032, 11, 22))
    (renewed,) = decide(renewal, entry, renewed_at)
    await project(registry, TitlesView(), recorded(entered, lapse, renewed))
    titles = SqlTitles(registry.pool)
    day, known = date(2029, 11, 25), datetime(2029, 11, 26, tzinfo=UTC)
    assert await found(titles, TitlesWanted(day)) == {"1": "active"}
    assert await found(titles, TitlesWanted(day, known_before=known)) == {"1": "lapsed"}
    assert await found(titles, TitlesWanted(date(2029, 11, 22), known_before=known)) == {"1": "active"}
    assert await found(titles, TitlesWanted(day, known_before=known, status="active")) == {}
    assert await found(titles, TitlesWanted(date(2032, 11, 23))) == {"1": "lapsed"}
    (row,) = await titles.page(TitlesWanted(day), None, 10)
    assert row.valid_to == date(2032, 11, 22)


async def test_a_title_that_lapsed_before_its_last_day(registry: Database) -> None:
    entered = title(1)
    command = LapseTitle(entered.case_id, entered.number, "not re-reviewed", date(2028, 5, 1))
    (lapse,) = decide(command, evolve(Entry(), entered), datetime(2028, 5, 1, 1, 0, tzinfo=UTC))
    await project(registry, TitlesView(), recorded(entered, lapse))
    titles = SqlTitles(registry.pool)
    assert await found(titles, TitlesWanted(date(2028, 4, 30))) == {"1": "active"}
    assert await found(titles, TitlesWanted(date(2028, 5, 1))) == {"1": "lapsed"}
