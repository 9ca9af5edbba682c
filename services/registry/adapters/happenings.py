"""Understands a title's whole history: its recorded facts, told without the persons behind them."""

from __future__ import annotations

from services.registry.domain.events import TitleEntered, TitleRevoked
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
    fact: TitleEntered | TitleRevoked = one.fact
    match fact:
        case TitleEntered():
            return Happening(one.version, "entered", fact.entered_at, one.origin.actor.role, one.origin.caused_by)
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
