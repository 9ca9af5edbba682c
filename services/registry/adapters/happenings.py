"""Understands a title's whole history: its recorded facts, told without the persons behind them."""

from __future__ import annotations

from services.registry.domain.entry import Fact
from services.registry.domain.events import OldCaseNoted, TitleEntered, TitleLapsed, TitleRenewed, TitleRevoked
from services.registry.handlers import ENTRY
from services.registry.views import Happening
from shared.runtime.ports import Recorded
from shared.runtime.store import FactStore


class StoredHappenings:
    """Reads a case's entry from the log itself."""

    def __init__(self, store: FactStore) -> None:
        self._store = store

    async def of(self, case_id: str) -> list[Happening]:
        return [_told(one) for one in await self._store.load(ENTRY.name(case_id))]


def _told(one: Recorded) -> Happening:
    fact: Fact = one.fact
    match fact:
        case OldCaseNoted():
            return Happening(
                one.version,
                "taken_over",
                fact.noted_at,
                one.origin.actor.role,
                one.origin.caused_by,
                since=fact.begun_on,
                record=fact.record,
                banner_zh=fact.banner_zh,
                banner_en=fact.banner_en,
            )
        case TitleEntered():
            return Happening(one.version, "entered", fact.entered_at, one.origin.actor.role, one.origin.caused_by)
        case TitleLapsed():
            by, cause = one.origin.actor.role, one.origin.caused_by
            return Happening(one.version, "lapsed", fact.lapsed_at, by, cause, reason=fact.reason, since=fact.lapsed_on)
        case TitleRenewed():
            by, cause = one.origin.actor.role, one.origin.caused_by
            return Happening(
                one.version, "renewed", fact.renewed_at, by, cause, since=fact.valid_from, until=fact.valid_to
            )
        case TitleRevoked():
            return Happening(
                one.version,
                "revoked",
                fact.revoked_at,
                one.origin.actor.role,
                one.origin.caused_by,
                fact.ground,
                fact.clause,
                fact.reason,
            )
