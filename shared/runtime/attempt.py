"""Understands how an attempt at a delivery may end: done, to be tried again, or refused for good."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from shared.runtime.ports import AnyConnection, Conflict, Delivery, Effect, Rejected, Subscriber, Transient
from shared.runtime.postgres.pool import TRANSIENT

TRIES: Final = 3
"""How often a decision that was overtaken by another one is made again before we back off."""


PASSING: Final[tuple[type[Exception], ...]] = (Conflict, Transient, *TRANSIENT)
"""What says nothing about the delivery: the same is tried again."""


class Refused(Exception):
    """These deliveries cannot be applied together; alone, each may be or may have to be parked with the reason."""

    def __init__(self, fault: Exception) -> None:
        named = str(fault) if isinstance(fault, Rejected) else f"{type(fault).__name__}: {fault}"
        self.reason = (named or type(fault).__name__)[:2000].replace("\0", "\\x00")
        super().__init__(self.reason)


@asynccontextmanager
async def _judged() -> AsyncIterator[None]:
    try:
        yield
    except PASSING:
        raise
    except Exception as fault:
        # A refusal by the rules, or a defect of ours that another delivery may not meet: it is parked with its reason,
        # where an operator sees it and can retry it after the repair, and the other cases go on.
        raise Refused(fault) from fault


async def prepared(subscriber: Subscriber, batch: Sequence[Delivery]) -> Effect:
    """The batch's effect. Raises :class:`Refused`; ``Conflict`` only where the subscriber lost every try; faults that
    pass as they are. The effect itself raises in the same way."""
    for attempt in range(1, TRIES + 1):
        try:
            async with _judged():
                effect = await subscriber.prepare(batch)
        except Conflict:
            if attempt == TRIES:
                raise Transient(f"{subscriber.name}: {TRIES} decisions in a row were overtaken") from None
        else:
            break

    async def judged(connection: AnyConnection) -> None:
        async with _judged():
            await effect(connection)

    return judged
