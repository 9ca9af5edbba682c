"""Understands how far a region reaches: a GB/T 2260 code contains the codes that begin with its own significant part.

320000 (a province) contains 320100 (its prefecture) contains 320102 (a district). A code that is not six digits, or
all zeros, reaches nowhere: a mistake in an account must not open the country.
"""

from __future__ import annotations

import re

from shared.envelope import Actor
from shared.runtime.auth import codes

_CODE = re.compile(r"[1-9][0-9]{5}", re.ASCII)


def is_region(code: str) -> bool:
    """Whether this is written like a GB/T 2260 code."""
    return _CODE.fullmatch(code) is not None


def prefix(code: str) -> str:
    """The significant part: 2, 4 or 6 digits. SQL scopes a list with ``region LIKE prefix || '%'``.

    Raises ``ValueError`` for what is no code, so that an empty prefix never selects everything."""
    if not is_region(code):
        raise ValueError("a region is written with the six digits of GB/T 2260")
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def covers(scope: str, region: str) -> bool:
    """Whether ``scope`` is ``region`` or contains it."""
    return is_region(scope) and is_region(region) and region.startswith(prefix(scope))


def require_region(actor: Actor, region: str) -> None:
    """Raises a 403 refusal where the actor's region does not cover this one."""
    if not covers(actor.region, region):
        raise codes.OUT_OF_REGION.refuse()
