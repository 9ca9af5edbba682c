"""Understands which region an account may be given: a GB/T 2260 code, and two exceptions.

A code that is not six digits, or all zeros, reaches nowhere: a mistake in an account must not open the country. The
exceptions are named, not computed: the deciding authority of a national text, and a body that has a local code in
letters instead of a GB/T 2260 one. What a region contains is said by ``shared.identifiers`` and, in lists, in SQL.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from shared.envelope import Role
from shared.identifiers import NATION

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
