"""A reminder, and an event that begins a duty, are told to whoever owes it and to nobody else; once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.events import ObligationIncurred, PublicEvent, TitleReminded
from tests.support.service import Running
from tests.support.waiting import eventually_asked
from tests.unit.notifications.test_service import (
    APPLICANT,
    NOW,
    OFFICER,
    PROGRAMME,
    REVIEWER,
    SOMEBODY,
    STRANGER,
    at_work,
    certified,
    notices,
)

__all__ = ["at_work"]
ABOUT = ("1", PROGRAMME, "650000-2026-X")


def reminded(owed_by_holder: bool, about: str = "obligation") -> TitleReminded:
    return TitleReminded(
        *ABOUT, about, "report", "年度报告", "annual report", owed_by_holder, date(2027, 2, 28), False, True, NOW
    )


def arisen(owed_by_holder: bool) -> ObligationIncurred:
    words = ("change", "change#1", "变更报告", "report of changes", owed_by_holder, "moved", date(2026, 11, 1))
    return ObligationIncurred(*ABOUT, *words, NOW, True, NOW)


async def heard(at_work: Running, who: dict[str, str], event: str) -> dict[str, Any]:
    """The one notice of this event."""
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        found[:] = [each for each in await notices(at_work, who) if each["event"] == event]
        return bool(found)

    await eventually_asked(there, f"{who} is not told of {event}", seconds=10)
    (notice,) = found
    return notice


@pytest.mark.parametrize("event", [reminded, arisen], ids=["reminder", "event"])
async def test_the_holder_is_told_of_what_it_owes(at_work: Running, event: Any) -> None:
    said: PublicEvent = event(True)
    name = type(said).__name__
    await at_work.say("registry", "title:1", 1, certified(), SOMEBODY)
    await at_work.say("review", "title:1", 5, said, SOMEBODY)
    await at_work.say("review", "title:1", 5, said, SOMEBODY)
    notice = await heard(at_work, APPLICANT, name)
    assert "喀什示范服务有限公司" in notice["body_zh"] and "650000-2026-X" in notice["body_en"]
    for who in (STRANGER, REVIEWER, OFFICER):
        assert name not in [each["event"] for each in await notices(at_work, who)]


@pytest.mark.parametrize("event", [reminded, arisen], ids=["reminder", "event"])
async def test_the_authorities_are_told_of_what_they_owe(at_work: Running, event: Any) -> None:
    said: PublicEvent = event(False)
    name = type(said).__name__
    await at_work.say("registry", "title:1", 1, certified(), SOMEBODY)
    await at_work.say("review", "title:1", 5, said, SOMEBODY)
    for who in (REVIEWER, OFFICER):
        assert "650000-2026-X" in (await heard(at_work, who, name))["body_zh"]
    assert name not in [each["event"] for each in await notices(at_work, APPLICANT)]


async def test_the_end_of_validity_says_what_to_do(at_work: Running) -> None:
    await at_work.say("registry", "title:1", 1, certified(), SOMEBODY)
    await at_work.say("review", "title:1", 5, reminded(True, "end"), SOMEBODY)
    notice = await heard(at_work, APPLICANT, "TitleReminded")
    assert "如需延续" in notice["body_zh"] and "if it is to go on" in notice["body_en"]
