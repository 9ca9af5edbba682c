"""Which region an account may be given."""

from __future__ import annotations

import pytest

from shared.envelope import Role
from shared.identifiers import NATION
from shared.runtime.auth.regions import is_region, reaches_as


@pytest.mark.parametrize(
    ("code", "roles", "given"),
    [
        ("320000", ["reviewer"], True),
        ("659001", ["officer", "expert"], True),
        ("XPCC", ["officer"], True),
        (NATION, ["officer", "approver"], True),
        (NATION, ["officer", "reviewer"], False),
        ("", ["officer"], False),
        ("32", ["officer"], False),
        ("32abcd", ["officer"], False),
        ("３２0000", ["officer"], False),
        ("320000\n", ["officer"], False),
        ("xpcc", ["officer"], False),
    ],
)
def test_an_account_is_given_a_code_a_local_code_or_the_nation_where_it_decides(
    code: str, roles: list[Role], given: bool
) -> None:
    assert reaches_as(code, roles) is given


@pytest.mark.parametrize(("code", "written"), [("320000", True), (NATION, False), ("XPCC", False), ("3200000", False)])
def test_how_a_code_is_written(code: str, written: bool) -> None:
    assert is_region(code) is written
