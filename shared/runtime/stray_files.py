"""Understands which kept files no fact names, and takes them away, but never one that somebody is about to name.

A process that dies between keeping a file and recording the fact leaves bytes that nothing refers to. A fact may name
them yet: whoever sends the same bytes again keeps them anew, which makes them young. So only what is old is looked at,
first the files and then all facts; what none of them names is set aside, not destroyed, and the facts that came
meanwhile are asked once more. What was set aside by an earlier sweep is destroyed, or put back where a fact names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
import obstore

from shared.envelope import START, Position
from shared.runtime.files import place_of
from shared.runtime.ports import Recorded
from shared.runtime.store import FactStore

if TYPE_CHECKING:
    from obstore.store import ObjectStore

KEPT, ASIDE = "sha256", "aside"
_SHA256 = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_NAME = re.compile(r"[0-9a-f]{64}", re.ASCII)
BATCH, BLOCK = 1000, 256 * 1024


@dataclass(frozen=True)
class Stray:
    """One file that no fact names; ``size`` in bytes."""

    sha256: str
    size: int


@dataclass
class Swept:
    """What a sweep found, and did where it was told to."""

    strays: list[Stray] = field(default_factory=list)
    """Old and named by no fact: set aside."""
    destroyed: list[Stray] = field(default_factory=list)
    """Set aside by an earlier sweep long enough ago, and named by no fact since."""
    put_back: list[str] = field(default_factory=list)
    """Set aside, and named by a fact after all."""


class Logs:
    """The facts of all services, read from their beginning and on from where the last question ended."""

    def __init__(self, stores: Sequence[FactStore]) -> None:
        self._stores = list(stores)
        self._read: list[Position] = [START for _ in stores]

    async def named(self, wanted: Iterable[str]) -> set[str]:
        """Which of these digests facts name that were not read before, and those that a transaction which is open
        somewhere in the cluster, perhaps for days, keeps from all other readers."""
        left, found = {sha256.encode() for sha256 in wanted}, set[bytes]()
        for number, store in enumerate(self._stores):
            while batch := await store.read(self._read[number], BATCH):
                found |= _said(batch) & left
                self._read[number] = batch[-1].position or START
            ahead = self._read[number]
            while batch := await store.ahead(ahead, BATCH):
                found |= _said(batch) & left
                ahead = batch[-1].position or START
        return {digest.decode() for digest in found}


def _said(batch: Iterable[Recorded]) -> set[bytes]:
    return {digest for recorded in batch for digest in _SHA256.findall(msgspec.json.encode(recorded.fact))}


async def sweep(store: ObjectStore, stores: Sequence[FactStore], before: datetime, *, do: bool) -> Swept:
    """Look at what was kept, and set aside, before an instant of the machine's time; ``stores`` are the logs of all
    services. Nothing is touched unless ``do``."""
    old, aside = await _older(store, KEPT, before), await _older(store, ASIDE, before)
    logs = Logs(stores)
    named = await logs.named({*old, *aside})
    swept = Swept(
        strays=[stray for sha256, stray in old.items() if sha256 not in named],
        destroyed=[stray for sha256, stray in aside.items() if sha256 not in named],
        put_back=sorted(named & aside.keys()),
    )
    if do:
        await _carry_out(store, logs, swept, before)
    return swept


async def _carry_out(store: ObjectStore, logs: Logs, swept: Swept, before: datetime) -> None:
    for sha256 in swept.put_back:
        await _put_back(store, sha256)
    for stray in swept.destroyed:
        await obstore.delete_async(store, _aside(stray.sha256))
    moved = [stray for stray in swept.strays if await _set_aside(store, stray.sha256, before)]
    late = await logs.named(stray.sha256 for stray in moved)
    for sha256 in sorted(late):
        await _put_back(store, sha256)
    swept.strays = [stray for stray in moved if stray.sha256 not in late]
    swept.put_back += sorted(late)


async def _older(store: ObjectStore, folder: str, before: datetime) -> dict[str, Stray]:
    found: dict[str, Stray] = {}
    async for batch in obstore.list(store, prefix=folder):
        for held in batch:
            name = held["path"].rpartition("/")[2]
            if _NAME.fullmatch(name) and held["last_modified"] < before:
                found[name] = Stray(name, held["size"])
    return found


async def _set_aside(store: ObjectStore, sha256: str, before: datetime) -> bool:
    """Unless it was kept anew since it was looked at. Its age begins again, so that the next sweep lets it be."""
    try:
        held = await obstore.head_async(store, place_of(sha256))
        if held["last_modified"] >= before:
            return False
        content = (await obstore.get_async(store, place_of(sha256))).stream(min_chunk_size=BLOCK)
        await obstore.put_async(store, _aside(sha256), content)
        await obstore.delete_async(store, place_of(sha256))
    except FileNotFoundError:
        return False
    return True


async def _put_back(store: ObjectStore, sha256: str) -> None:
    await obstore.rename_async(store, _aside(sha256), place_of(sha256), overwrite=True)


def _aside(sha256: str) -> str:
    return f"{ASIDE}/{sha256}"
