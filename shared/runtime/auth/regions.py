"""Understands how far a region reaches: a GB/T 2260 code contains the codes that begin with its own significant part.

320000 (a province) contains 320100 (its prefecture) contains 320102 (a district). A code that is not six digits, or
all zeros, reaches nowhere: a mistake in an account must not open the country. Two exceptions are named, not computed:
the deciding authority of a national text, and a body that has a local code in letters instead of a GB/T 2260 one.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from shared.envelope import Actor, Role
from shared.identifiers import NATION
from shared.runtime.auth import codes

_CODE = re.compile(r"[1-9][0-9]{5}", re.ASCII)
_LOCAL = re.compile(r"[A-Z]{2,12}", re.ASCII)
DECIDING: frozenset[Role] = frozenset({"officer", "approver", "finance"})


def is_region(code: str) -> bool:
    """Whether this is written like a GB/T 2260 code."""
    return _CODE.fullmatch(code) is not None


def reaches_as(code: str, roles: Collection[Role]) -> bool:
    """Whether an account with these roles may be given this region: a code, a local code, or the nation for those who
    decide (officer, approver, finance) and for nobody else."""
    if code == NATION:
        return set(roles) <= DECIDING
    return is_region(code) or _LOCAL.fullmatch(code) is not None


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
