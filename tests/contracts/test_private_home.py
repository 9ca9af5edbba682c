"""A private home's database lies elsewhere, because the server's account cannot walk in; it goes when the home goes.

Once its folder was named after the home's path: whoever deleted the home by hand and began again met the old facts
without the old files and keys, and a purge left the databases behind.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shared.runtime.operator.home import Home
from shared.runtime.postgres.account import account, place

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as somebody else")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "private").mkdir(mode=0o700)
    found = Home(tmp_path / "private" / "home")
    found.make()
    return found


def test_a_purge_takes_the_databases_along(home: Home) -> None:
    elsewhere = place(home.database_dir, account({}))
    assert elsewhere == place(home.database_dir, account({}))
    assert elsewhere.is_dir()
    home.purge()
    assert not elsewhere.exists()


def test_a_home_that_was_deleted_by_hand_begins_anew(home: Home) -> None:
    before = place(home.database_dir, account({}))
    (home.database_dir / "elsewhere").unlink()
    after = place(home.database_dir, account({}))
    assert after != before
    home.purge()
    before.rmdir()
