"""Understands how experts are drawn from a pool by lot, so that everybody can draw again and come to the same panel.

``seed = SHA-256(case, step, nonce, ids of the pool in their order)``; each expert's lot is ``SHA-256(seed, id)``; the
smallest lots are the panel, and who steps back is replaced by the next one. The nonce comes with the command and is
recorded together with the pool, before the draw: whoever names the pool does not know it, whoever knows it cannot
change the pool.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256


def seed_of(case_id: str, step: str, nonce: str, pool: Iterable[str]) -> str:
    """64 hexadecimal digits; the parts are joined by line feeds, which no id contains."""
    return sha256("\n".join((case_id, step, nonce, *sorted(pool))).encode()).hexdigest()


def by_lot(seed: str, pool: Iterable[str]) -> tuple[str, ...]:
    """The whole pool in the order of its lots."""
    return tuple(sorted(pool, key=lambda name: (sha256(f"{seed}\n{name}".encode()).hexdigest(), name)))
