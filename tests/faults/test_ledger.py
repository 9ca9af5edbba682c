"""The check that everything agrees is worth what it finds: every table is broken, and each break is named."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import msgspec
import pytest

from shared.runtime.process import FILES_FOLDER
from tests.faults.scene import Scene
from tests.support.evidence import Command, Evidence, collect
from tests.support.ledger import discrepancies, main
from tests.support.quiet import administrators, listed

FILED = "stream_id = (SELECT stream_id FROM facts WHERE name = 'intake.application-submitted.1' LIMIT 1)"
THIRD = f"{FILED} AND version = 3"
LAST = "(xid, position) = (SELECT xid, position FROM facts f ORDER BY f.xid DESC, position DESC LIMIT 1)"
LINE = "entry = (SELECT min(entry) FROM audit_trail)"
KEPT = "key = (SELECT min(key) FROM receipts)"
TITLE = "number = (SELECT number FROM view_titles.titles WHERE revoked_on IS NOT NULL LIMIT 1)"
AGAIN = "OVERRIDING SYSTEM VALUE SELECT * FROM"
PARKED = "INSERT INTO parked (subscriber, source, stream, version, topic, partition, key, headers, value, reason, kind)"
FOREIGN = "INSERT INTO foreign_events (subscriber, topic, partition, key, headers, value)"
OTHER_BYTES = "state = state || '\\x20'::bytea"
OTHER_LINE = "data = data || '\\x20'::bytea"
OTHER_DIGEST = "digest = sha256(data || '\\x20'::bytea)"
OTHER_NAMES = "the trail names another fact, actor, command or position than the log: "

BREAKS = [
    # where, what is done to it, and what the check must say about it
    ("intake", f"DELETE FROM facts WHERE {THIRD}", "fact missing: intake application:"),
    ("intake", f"DELETE FROM facts WHERE {THIRD}", "acknowledged, but not stored: intake"),
    ("intake", f"DELETE FROM facts WHERE {THIRD}", "on the trail, but never stored: intake"),
    ("intake", f"INSERT INTO facts {AGAIN} facts WHERE {THIRD}", "fact twice: intake"),
    ("intake", f"UPDATE facts SET {OTHER_BYTES} WHERE {THIRD}", "the trail has another content than the log: intake"),
    ("intake", f"UPDATE facts SET name = 'intake.other.1' WHERE {THIRD}", f"{OTHER_NAMES}intake"),
    ("intake", f"UPDATE facts SET version = version + 1 WHERE {LAST}", "fact missing: intake"),
    ("intake", f"DELETE FROM receipts WHERE {KEPT}", "0 receipts instead of one: intake"),
    ("intake", f"INSERT INTO receipts SELECT * FROM receipts WHERE {KEPT}", "2 receipts instead of one: intake"),
    ("intake", f"UPDATE receipts SET body = '\\x20' WHERE {KEPT}", "answered otherwise than remembered: intake"),
    (
        "intake",
        f"UPDATE receipts SET headers = '{{}}' WHERE {KEPT}",
        "answered another version than remembered: intake",
    ),
    (
        "intake",
        "UPDATE view_applications.applications SET status = 'filed' WHERE status = 'revoked'",
        "applicant of case",
    ),
    (
        "intake",  # of a revocation both the application and the organisation hear
        "DELETE FROM facts WHERE name IN ('intake.title-lost.1', 'intake.title-ended.1')",
        "not heard: intake did nothing about registry",
    ),
    ("review", "DELETE FROM facts WHERE name = 'review.case-opened.1'", "submitted 1 times, opened 0 times"),
    ("review", "DELETE FROM facts WHERE name = 'review.revocation-ordered.1'", "ordered 0 times, revoked 1 times"),
    ("review", "DELETE FROM facts WHERE name = 'review.revocation-ordered.1'", "caused by nothing: registry"),
    ("review", "UPDATE facts SET xid = (xid::text::bigint + 1)::text::xid8 WHERE version = 1", f"{OTHER_NAMES}review"),
    ("review", f"{PARKED} VALUES ('r', 'i', 's', 1, 't', 0, 'k', '{{}}', '', 'why', 'rejected')", "parked: review s/1"),
    ("review", f"{FOREIGN} VALUES ('review', 't', 0, 'k', '{{}}', '')", "kept aside as foreign: review"),
    ("registry", f"DELETE FROM audit_trail WHERE {LINE}", "not on the trail:"),
    ("registry", f"INSERT INTO audit_trail {AGAIN} audit_trail WHERE {LINE}", "on the trail 2 times:"),
    ("registry", f"UPDATE audit_trail SET {OTHER_LINE} WHERE {LINE}", "the trail's line does not match its digest:"),
    ("registry", f"UPDATE audit_trail SET {OTHER_LINE}, {OTHER_DIGEST} WHERE {LINE}", "another content than the log:"),
    ("registry", f"UPDATE audit_trail SET actor_id = 'somebody' WHERE {LINE}", OTHER_NAMES),
    ("registry", "INSERT INTO audit_holes VALUES ('i', 's', 7, now())", "hole in the trail: i s/7"),
    ("registry", "DELETE FROM view_titles.titles", "view: case"),
    ("registry", f"UPDATE view_titles.titles SET number = 'another' WHERE {TITLE}", "has number another"),
    ("registry", f"UPDATE view_titles.titles SET revoked_on = NULL WHERE {TITLE}", "is shown as revoked, or not"),
    ("registry", "DELETE FROM facts WHERE name = 'registry.title-entered.1'", "conferred 1 times, entered 0 times"),
    ("notifications", f"DELETE FROM facts WHERE {LAST}", "on the trail, but never stored: notifications"),
]


@pytest.fixture(scope="module")
async def told(alone: Scene) -> Scene:
    """One process that carried at least one whole case, from the draft to the revocation."""
    load, who = alone.load(), alone.newcomer()
    await load.revoked(who, await load.case(who))
    await alone.agreed()
    return alone


@asynccontextmanager
async def broken(scene: Scene, service: str, statement: str) -> AsyncIterator[dict[str, asyncpg.Connection]]:
    """The databases as they would be after the statement: by the administrator, past every trigger and key; undone at
    the end."""
    async with administrators(scene.town) as databases:
        connection = databases[service]
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute("SET LOCAL session_replication_role = replica")
            for table, key in (("facts", "facts_pkey"), ("receipts", "receipts_pkey")):
                await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key}")
            await connection.execute("DROP INDEX facts_in_order")
            await connection.execute("ALTER TABLE IF EXISTS audit_trail DROP CONSTRAINT IF EXISTS audit_trail_pkey")
            done = await connection.execute(statement)
            assert not done.endswith(" 0"), f"nothing was broken: {done}"
            yield databases
        finally:
            await transaction.rollback()


async def examined(scene: Scene, databases: dict[str, asyncpg.Connection]) -> Evidence:
    return await collect(scene.callers.commands, databases, LISTED[0], scene.town.home / FILES_FOLDER)


LISTED: list[list[dict[str, object]]] = []


@pytest.mark.parametrize(("service", "statement", "name"), BREAKS)
async def test_what_is_broken_in_a_table_is_named(told: Scene, service: str, statement: str, name: str) -> None:
    if not LISTED:
        LISTED.append(await listed(told.callers))
    async with broken(told, service, statement) as databases:
        found = discrepancies(await examined(told, databases))
    assert any(name in line for line in found), found


async def test_a_word_that_was_never_kept_is_named(told: Scene) -> None:
    """Commands of which the tables know nothing, or too much."""
    async with administrators(told.town) as databases:
        whole = await examined(told, databases)
    first = whole.commands[0]
    lost = replace(first, key="lost")
    assert any("acknowledged, but not stored" in line for line in _with(whole, [*whole.commands, lost]))
    assert any("nobody sent it" in line for line in _with(whole, whole.commands[1:]))
    refused = replace(first, outcome="refused")
    assert any("refused, but stored" in line for line in _with(whole, [refused, *whole.commands[1:]]))
    later = replace(whole.commands[-1], version=99)
    assert any("stored as another" in line for line in _with(whole, [*whole.commands[:-1], later]))


async def test_a_list_that_differs_from_the_log_is_named(told: Scene) -> None:
    async with administrators(told.town) as databases:
        whole = await examined(told, databases)
    assert any("public list" in line for line in discrepancies(replace(whole, listed=[])))
    assert any("public list" in line for line in discrepancies(replace(whole, listed=whole.listed * 2)))
    unrevoked = [row | {"revoked_on": None} for row in whole.listed]
    assert any("public list" in line for line in discrepancies(replace(whole, listed=unrevoked)))


async def test_a_file_that_is_missing_or_altered_is_named(told: Scene) -> None:
    async with administrators(told.town) as databases:
        whole = await examined(told, databases)
    first, *others = whole.files
    kept = {digest: digest for digest in others}
    assert any("file missing" in line for line in discrepancies(replace(whole, files=kept)))
    assert any("file altered" in line for line in discrepancies(replace(whole, files={**kept, first: others[0]})))


async def test_a_command_that_was_carried_out_twice_is_named(told: Scene) -> None:
    async with administrators(told.town) as databases:
        whole = await examined(told, databases)
    first = whole.facts["intake"][-1]
    again = first | {"version": first["version"] + 1, "wrote": "999999999"}
    facts = {**whole.facts, "intake": [*whole.facts["intake"], again]}
    assert any("carried out twice" in line for line in discrepancies(replace(whole, facts=facts)))


async def test_the_program_prints_what_it_found(
    told: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "evidence.msgpack"
    async with administrators(told.town) as databases:
        whole = await examined(told, databases)
    kept.write_bytes(msgspec.msgpack.encode(whole))
    assert main(kept) == 0
    lost = replace(whole.commands[0], key="lost", actor="a")
    kept.write_bytes(msgspec.msgpack.encode(replace(whole, commands=[*whole.commands, lost])))
    assert main(kept) == 1
    assert "acknowledged, but not stored: review POST /rounds by a" in capsys.readouterr().out


async def test_whoever_broke_it_put_it_right_again(told: Scene) -> None:
    """Each break was undone: what was named above was named because of its own break only."""
    await told.agreed()


def _with(whole: Evidence, commands: Sequence[Command]) -> list[str]:
    return discrepancies(replace(whole, commands=commands))
