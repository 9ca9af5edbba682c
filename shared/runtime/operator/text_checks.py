"""Understands whether the library has every text that something stored is under."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import asyncpg

from shared.programmes.catalogue import Catalogue
from shared.programmes.reading.faults import BadDefinition
from shared.runtime.operator.findings import Finding, well
from shared.runtime.operator.migrate import url_setting
from shared.runtime.pinned import Knows, knows, lacking

MOST_NAMED = 20
PATIENCE_SECONDS = 30.0
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError)


async def all_of(services: Mapping[str, Path], surroundings: Mapping[str, str], definitions: Path) -> list[Finding]:
    """The library, then each service whose database is known here and answers: whether it does is asked elsewhere."""
    try:
        library = Catalogue.load(definitions)
    except BadDefinition as bad:
        first = bad.faults[0]
        zh, en = f"办法库有误：{first.place.file} {first.zh}", f"the library is faulty: {first.place.file} {first.en}"
        return [Finding("definitions", "fault", zh, en, f"shifan programmes check {definitions}")]
    texts = len(library.programmes())
    found = [well("definitions", f"办法库有 {texts} 个文本", f"the library has {texts} texts")]
    for service in services:
        if url := surroundings.get(url_setting(service), ""):
            found += await one(service, url, knows(library), definitions)
    return found


async def one(
    service: str, url: str, known: Knows, definitions: Path, patience: float = PATIENCE_SECONDS
) -> list[Finding]:
    try:
        connection = await asyncpg.connect(url, timeout=5, command_timeout=patience)
    except AWAY:
        return []
    try:
        return [_told(service, await lacking(connection, known), definitions)]
    except AWAY as fault:
        return [_untold(service, fault)]
    finally:
        await connection.close(timeout=5)


def _untold(service: str, fault: Exception) -> Finding:
    """The database is there and does not tell: that is no reason to say nothing of all the rest."""
    why = f"{type(fault).__name__} {fault}".strip()
    zh = f"未能查明 {service} 所依据的文本：{why}"
    en = f"it could not be found out which texts {service} pins: {why}"
    return Finding(f"texts:{service}", "fault", zh, en, "shifan doctor")


def _told(service: str, missing: Mapping[str, int], definitions: Path) -> Finding:
    check = f"texts:{service}"
    if not missing:
        return well(check, f"{service} 所依据的文本都在办法库中", f"the library has every text that {service} pins")
    named = ", ".join(f"{ref} ({count})" for ref, count in list(missing.items())[:MOST_NAMED])
    zh = f"{service} 所依据的 {len(missing)} 个文本不在办法库中，相关案件无法办理：{named}"
    en = f"{service} pins {len(missing)} texts that the library lacks; nobody can act on what is under them: {named}"
    owners = sorted({ref.partition("@")[0] for ref in missing})[:MOST_NAMED]
    mend = "; ".join(f"git log --all -- '{definitions}/**/{owner}/'" for owner in owners)
    then = f"(put the text back as it was, with its supplements, into {definitions}/…/archive)"
    return Finding(check, "fault", zh, en, f"{mend}   {then}   shifan stop; shifan up")
