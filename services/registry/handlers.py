"""Understands what the registry does when asked: load the entry, decide, save. The service's table of contents."""

from __future__ import annotations

from typing import Protocol

from services.registry.domain.commands import Command, EnterTitle, LapseTitle, NoteOldCase, RenewTitle, RevokeTitle
from services.registry.domain.entry import Entry, decide, evolve
from services.registry.domain.errors import NumberTaken
from services.registry.domain.numbering import number_for
from shared.envelope import Origin
from shared.runtime.ports import StreamKind, Streams
from shared.runtime.streams import change

ENTRY: StreamKind[Entry] = StreamKind("entry", Entry(), evolve)
"""One stream per case: ``entry:<case id>``."""


class Numbers(Protocol):
    """Which case a number was allotted to."""

    async def owner(self, number: str) -> str | None: ...


class Handlers:
    """One method per command. The instant of a command is the instant of its origin."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers

    async def note_old_case(self, streams: Streams, command: NoteOldCase, origin: Origin) -> None:
        """Note that a case was begun on paper; twice is once."""
        await self._save(streams, command, origin)

    async def enter_title(self, streams: Streams, command: EnterTitle, origin: Origin) -> str:
        """Enter a title and answer its number; raises a refusal of ``domain.errors``, among them a taken number."""
        number = number_for(command.case_id, command.issuer_region, command.valid_from.year)
        if await self._numbers.owner(number) not in (None, command.case_id):
            raise NumberTaken
        await self._save(streams, command, origin)
        return number

    async def revoke_title(self, streams: Streams, command: RevokeTitle, origin: Origin) -> None:
        """Record a revocation; raises a refusal of ``domain.errors``."""
        await self._save(streams, command, origin)

    async def lapse_title(self, streams: Streams, command: LapseTitle, origin: Origin) -> None:
        """Record a lapse; raises a refusal of ``domain.errors``."""
        await self._save(streams, command, origin)

    async def renew_title(self, streams: Streams, command: RenewTitle, origin: Origin) -> None:
        """Record a renewal; raises a refusal of ``domain.errors``."""
        await self._save(streams, command, origin)

    async def _save(self, streams: Streams, command: Command, origin: Origin) -> None:
        now = origin.occurred_at
        await change(streams, ENTRY, command.case_id, lambda entry: decide(command, entry, now), origin)
