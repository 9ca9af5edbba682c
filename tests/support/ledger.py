"""Understands whether everything agrees exactly: what callers were told, what the services stored, what the audit trail
holds and what the public list shows. Every discrepancy has a name.

``python -m tests.support.ledger <evidence.msgpack>`` prints those of a run that was kept.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import orjson

from tests.support.evidence import Command, Evidence, Row, by

WITHOUT_ITS_COMMAND = {"intake.place-claimed.1"}
"""What a refused command may leave: the place is taken before the application is filed, in a stream of its own."""

ANSWERS = {
    "intake.application-submitted.1": ("review", "notifications"),
    "intake.application-withdrawn.1": ("review", "notifications"),
    "review.round-opened.1": ("intake",),
    "review.scores-opened.1": ("intake", "notifications"),
    "review.notice-posted.1": ("intake", "notifications"),
    "review.title-conferred.1": ("registry", "intake", "notifications"),
    "review.revocation-ordered.1": ("registry", "intake", "notifications"),
    "registry.title-entered.1": ("review", "intake", "notifications"),
    "registry.title-revoked.1": ("review", "intake", "notifications"),
}
"""Who must have heard of a published fact and stored a fact because of it."""


def discrepancies(evidence: Evidence) -> list[str]:
    """One line for each, empty when all agrees."""
    checks = (_streams, _acknowledged, _strangers, _once, _answered, _files, _trail, _titles, _told, _left_over)
    return [line for check in checks for line in check(evidence)]


# ── facts by themselves ──────────────────────────────────────────────────────────────────────────────────────────


def _streams(evidence: Evidence) -> Iterator[str]:
    for service, facts in evidence.facts.items():
        for stream, rows in by(facts, "stream").items():
            versions = [row["version"] for row in rows]
            for version in sorted(set(range(1, max(versions) + 1)) - set(versions)):
                yield f"fact missing: {service} {stream}/{version}"
            for version in sorted({v for v in versions if versions.count(v) > 1}):
                yield f"fact twice: {service} {stream}/{version}"
            if versions != sorted(versions):
                yield f"log out of order: {service} {stream} is read as {versions}"


# ── commands and facts ───────────────────────────────────────────────────────────────────────────────────────────


def _acknowledged(evidence: Evidence) -> Iterator[str]:
    facts = {service: by(rows, "command") for service, rows in evidence.facts.items()}
    receipts = {service: by(rows, "scope", "key") for service, rows in evidence.receipts.items()}
    for command in evidence.commands:
        stored = facts[command.service].get(command.id, [])
        kept = receipts[command.service].get((command.actor, command.key), [])
        name = f"{command.service} {command.what} by {command.actor} (key {command.key}, command {command.id})"
        if command.outcome == "acknowledged":
            yield from _kept_word(command, stored, kept, name)
        elif command.outcome == "refused" and any(row["name"] not in WITHOUT_ITS_COMMAND for row in stored):
            yield f"refused, but stored: {name}"
        elif command.outcome == "unknown" and bool(stored) != bool(kept) and not _only_place(stored):
            yield f"stored and remembered do not agree: {name}"


def _kept_word(command: Command, stored: list[Row], kept: list[Row], name: str) -> Iterator[str]:
    if not stored:
        yield f"acknowledged, but not stored: {name}"
    elif command.version and all(row["version"] != command.version for row in stored):
        yield f"acknowledged as version {command.version}, but stored as another: {name}"
    if len(kept) != 1:
        yield f"{len(kept)} receipts instead of one: {name}"
        return
    held = orjson.loads(kept[0]["headers"])
    if kept[0]["status"] != command.status or kept[0]["body"] != command.body:
        yield f"answered otherwise than remembered: {name}"
    if command.version and held.get("ETag") != f'"{command.version}"':
        yield f"answered another version than remembered: {name}"


def _only_place(stored: list[Row]) -> bool:
    return all(row["name"] in WITHOUT_ITS_COMMAND for row in stored)


def _strangers(evidence: Evidence) -> Iterator[str]:
    sent = {(command.service, command.id, command.actor) for command in evidence.commands}
    for service, facts in evidence.facts.items():
        for row in facts:
            if not row["actor"]:
                yield f"nobody did it: {service} {_address(row)}"
            elif not row["actor"].startswith("machine:") and (service, row["command"], row["actor"]) not in sent:
                yield f"nobody sent it: {service} {_address(row)} ({row['name']}) by {row['actor']}"


def _once(evidence: Evidence) -> Iterator[str]:
    """What one command or one event decided in one stream was stored in one transaction, else it was decided twice."""
    for service, facts in evidence.facts.items():
        for (stream, command), rows in by(facts, "stream", "command").items():
            if len({row["wrote"] for row in rows}) > 1:
                yield f"carried out twice: {service} {stream} because of {command}"


def _files(evidence: Evidence) -> Iterator[str]:
    for row in evidence.facts["intake"]:
        if row["name"] != "intake.document-attached.1":
            continue
        digest = row["content"]["document"]["sha256"]
        if evidence.files.get(digest) != digest:
            yield f"file {'altered' if digest in evidence.files else 'missing'}: {digest} of {_address(row)}"


# ── from service to service ──────────────────────────────────────────────────────────────────────────────────────


def _answered(evidence: Evidence) -> Iterator[str]:
    happened = {_address(row) for facts in evidence.facts.values() for row in facts}
    causes = {service: by(facts, "caused_by") for service, facts in evidence.facts.items()}
    for service, facts in evidence.facts.items():
        for row in facts:
            if row["caused_by"] and row["caused_by"] not in happened:
                yield f"caused by nothing: {service} {_address(row)} names {row['caused_by']}"
            for listener in ANSWERS.get(row["name"], ()):
                if _address(row) not in causes[listener]:
                    yield f"not heard: {listener} did nothing about {service} {_address(row)} ({row['name']})"


# ── the audit trail ──────────────────────────────────────────────────────────────────────────────────────────────


def _trail(evidence: Evidence) -> Iterator[str]:
    trail = by(evidence.trail, "service", "stream", "version")
    stored = {
        (service, row["stream"], row["version"]): row for service in evidence.facts for row in evidence.facts[service]
    }
    for address, row in stored.items():
        lines = trail.get(address, [])
        name = f"{address[0]} {_address(row)} ({row['name']})"
        if not lines:
            yield f"not on the trail: {name}"
        elif len(lines) > 1:
            yield f"on the trail {len(lines)} times: {name}"
        for line in lines:
            yield from _same(row, line, name)
    for service, stream, version in sorted(trail.keys() - stored.keys()):
        yield f"on the trail, but never stored: {service} {stream}/{version}"
    for hole in evidence.holes:
        yield f"hole in the trail: {hole['service']} {hole['stream']}/{hole['version']}"


def _same(row: Row, line: Row, name: str) -> Iterator[str]:
    if hashlib.sha256(line["data"]).digest() != line["digest"]:
        yield f"the trail's line does not match its digest: {name}"
    if line["data"] != row["state"]:
        yield f"the trail has another content than the log: {name}"
    expected = (row["name"], row["actor"], row["command"], f"{row['wrote']}.{row['position']}")
    if (line["fact"], line["actor_id"], line["command_id"], line["position"]) != expected:
        yield f"the trail names another fact, actor, command or position than the log: {name}"


# ── the list ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _titles(evidence: Evidence) -> Iterator[str]:
    entered = _by_case(evidence, "registry", "registry.title-entered.1")
    revoked = _by_case(evidence, "registry", "registry.title-revoked.1")
    yield from _pairs(_by_case(evidence, "review", "review.title-conferred.1"), entered, "conferred", "entered")
    yield from _pairs(_by_case(evidence, "review", "review.revocation-ordered.1"), revoked, "ordered", "revoked")
    numbers = {case: rows[0]["content"]["number"] for case, rows in entered.items()}
    for what, rows in (("view", evidence.titles), ("public list", evidence.listed)):
        shown = by(rows, "case_id")
        for case in sorted(numbers.keys() | shown.keys()):
            lines = shown.get(case, [])
            if len(lines) != (case in numbers):
                yield f"{what}: case {case} stands there {len(lines)} times; entered: {case in numbers}"
            elif lines[0]["number"] != numbers[case]:
                yield f"{what}: case {case} has number {lines[0]['number']}, not {numbers[case]}"
            elif (lines[0]["revoked_on"] is not None) != (case in revoked):
                yield f"{what}: case {case} is shown as revoked, or not, contrary to the log"


def _by_case(evidence: Evidence, service: str, name: str) -> dict[str, list[Row]]:
    named = [row | {"case": row["stream"].partition(":")[2]} for row in evidence.facts[service] if row["name"] == name]
    return by(named, "case")


def _pairs(one: dict[str, list[Row]], other: dict[str, list[Row]], ordered: str, done: str) -> Iterator[str]:
    for case in sorted(one.keys() | other.keys()):
        first, second = len(one.get(case, [])), len(other.get(case, []))
        if (first, second) != (1, 1):
            yield f"title of case {case}: {ordered} {first} times, {done} {second} times"


def _told(evidence: Evidence) -> Iterator[str]:
    """What an applicant is shown is what the registry says, and everything submitted is in review's hands once."""
    shown = {row["case_id"]: row for row in evidence.applications}
    for case in _by_case(evidence, "registry", "registry.title-entered.1"):
        row = shown.get(case)
        wanted = "revoked" if case in _by_case(evidence, "registry", "registry.title-revoked.1") else "titled"
        if row is None or row["status"] != wanted:
            yield f"applicant of case {case} is shown {row and row['status']} instead of {wanted}"
    opened = _by_case(evidence, "review", "review.case-opened.1")
    submitted = _by_case(evidence, "intake", "intake.application-submitted.1")
    for case in sorted(opened.keys() | submitted.keys()):
        filed, taken = len(submitted.get(case, [])), len(opened.get(case, []))
        if not filed or taken != 1:
            yield f"case {case}: submitted {filed} times, opened {taken} times"


def _left_over(evidence: Evidence) -> Iterator[str]:
    for service in evidence.facts:
        for row in evidence.parked[service]:
            yield f"parked: {service} {_address(row)} of {row['topic']} ({row['kind']}): {row['reason']}"
        for row in evidence.foreign[service]:
            yield f"kept aside as foreign: {service} {row['topic']} {row['key']}"


def _address(row: Row) -> str:
    return f"{row['stream']}/{row['version']}"


def main(file: Path) -> int:
    """Print every discrepancy of a kept run; 1 where there is one."""
    lines = discrepancies(msgspec.msgpack.decode(file.read_bytes(), type=Evidence))
    print("\n".join(lines) or "everything agrees")
    return bool(lines)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
