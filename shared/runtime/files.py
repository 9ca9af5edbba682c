"""Understands how files are kept: by the SHA-256 of their bytes, in quarantine until they opened as what they say.

One store for a local directory and for S3. A file streams in and out; never more than a few blocks are in memory.
What is kept is never changed: the same bytes have the same address, whoever sends them and however often.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import re
import secrets
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore
from obstore.store import LocalStore, from_url

from shared.runtime.file_kinds import Found, check_name, inspect
from shared.runtime.file_kinds import codes as kinds
from shared.runtime.refusals import Refusal

if TYPE_CHECKING:
    from obstore import ReadableFile
    from obstore.store import ObjectStore

_QUARANTINE = "quarantine"
_BLOCK = 256 * 1024
# S3 takes parts of at least 5 MiB; two in flight are enough and bound the memory of one upload.
_PART = 5 * 1024 * 1024
_IN_FLIGHT = 2
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class StoredFile:
    """One file by content. ``media_type`` is what it was found to be when it was opened, ``size`` is in bytes."""

    sha256: str
    size: int
    media_type: str
    name: str


@dataclass(frozen=True)
class Received:
    """A file in quarantine that opened as what it says. ``keep`` puts it to its address, once."""

    file: StoredFile
    keep: Callable[[], Awaitable[None]]


def file_store(url: str, directory: Path) -> ObjectStore:
    """The store that ``SHIFAN_FILES_URL`` names: ``s3://bucket/prefix``, a directory, or ``directory`` where empty.

    S3 credentials come from the environment as usual (``AWS_…``)."""
    if "://" in url:
        return from_url(url)
    folder = Path(url or directory)
    # What applicants file is for the services alone.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(prefix=folder)


class Files:
    """``limit_bytes`` is the largest file that is taken."""

    def __init__(self, store: ObjectStore, limit_bytes: int) -> None:
        self._store = store
        self._limit = limit_bytes

    async def keep(self, name: str, content: AsyncIterable[bytes]) -> StoredFile:
        """Take a file in. Raises the refusals of :mod:`shared.runtime.file_kinds.codes`; nothing is kept then."""
        async with self.receiving(name, content) as received:
            await received.keep()
        return received.file

    @asynccontextmanager
    async def receiving(self, name: str, content: AsyncIterable[bytes]) -> AsyncIterator[Received]:
        """Take a file into quarantine and open it; raises as :meth:`keep` does. It is kept for good only where
        :meth:`Received.keep` is called before the block ends: whoever asks the rules in between leaves nothing behind
        when they refuse."""
        check_name(name)
        waiting = f"{_QUARANTINE}/{secrets.token_hex(16)}"
        try:
            digest = await self._receive(waiting, content)
            found = await asyncio.to_thread(self._inspect, name, waiting)
            yield Received(
                StoredFile(digest, found.size, found.media_type, name), lambda: self._release(waiting, digest)
            )
        finally:
            # Also when the sender goes away in the middle; what a killed process leaves is swept later.
            await self._drop(waiting)

    async def hold(self, name: str, media_type: str, content: bytes) -> StoredFile:
        """Keep what a service itself made: nobody sent it, so it is not opened as a kind."""
        if len(content) > self._limit:
            raise self._too_large()
        digest = hashlib.sha256(content).hexdigest()
        await obstore.put_async(self._store, place_of(digest), content)
        if isinstance(self._store, LocalStore):
            await asyncio.to_thread(_persist, Path(str(self._store.prefix)) / place_of(digest))
        return StoredFile(digest, len(content), media_type, name)

    async def open(self, sha256: str) -> AsyncIterator[bytes]:
        """The file's blocks. The last one is handed out only when the digest of all is right: a reader who was told
        the size never takes an altered file for whole. Raises ``file_not_found`` at once, ``file_altered`` later."""
        if not _SHA256.fullmatch(sha256):
            raise kinds.FILE_NOT_FOUND.refuse()
        try:
            found = await obstore.get_async(self._store, place_of(sha256))
        except FileNotFoundError:
            raise kinds.FILE_NOT_FOUND.refuse() from None
        return _verified(found.stream(min_chunk_size=_BLOCK), sha256)

    async def size(self, sha256: str) -> int | None:
        """The size in bytes of a file that is kept, or None."""
        if not _SHA256.fullmatch(sha256):
            return None
        try:
            return (await obstore.head_async(self._store, place_of(sha256)))["size"]
        except FileNotFoundError:
            return None

    async def sweep(self, now: datetime, older_than: timedelta = timedelta(days=1)) -> int:
        """Remove what killed processes left in quarantine; answers how many. ``now`` is the machine's time."""
        old: list[str] = []
        async for batch in obstore.list(self._store, prefix=_QUARANTINE):
            old += [held["path"] for held in batch if held["last_modified"] < now - older_than]
        for path in old:
            await self._drop(path)
        return len(old)

    async def check(self) -> str:
        """Empty when the store answers, else a sentence (for readiness)."""
        try:
            await obstore.list_with_delimiter_async(self._store, prefix=_QUARANTINE)
        except (OSError, obstore.exceptions.BaseError) as fault:
            return f"the file store does not answer ({type(fault).__name__})"
        return ""

    async def _receive(self, path: str, content: AsyncIterable[bytes]) -> str:
        digest, size = hashlib.sha256(), 0
        writer = obstore.open_writer_async(self._store, path, buffer_size=_PART, max_concurrency=_IN_FLIGHT)
        async with writer:
            async for block in content:
                size += len(block)
                if size > self._limit:
                    raise self._too_large()
                digest.update(block)
                await writer.write(block)
        if not size:
            raise kinds.FILE_EMPTY.refuse()
        return digest.hexdigest()

    def _inspect(self, name: str, path: str) -> Found:
        with io.BufferedReader(_Seekable(obstore.open_reader(self._store, path)), _BLOCK) as file:
            return inspect(name, file)

    async def _release(self, waiting: str, digest: str) -> None:
        # Overwriting is harmless, since the same address holds the same bytes, and mends an altered one.
        await obstore.rename_async(self._store, waiting, place_of(digest), overwrite=True)
        if isinstance(self._store, LocalStore):
            await asyncio.to_thread(_persist, Path(str(self._store.prefix)) / place_of(digest))

    async def _drop(self, path: str) -> None:
        try:
            await obstore.delete_async(self._store, path)
        except FileNotFoundError:
            return

    def _too_large(self) -> Refusal:
        return kinds.FILE_TOO_LARGE.refuse(
            zh=f"文件超过{self._limit}字节。", en=f"The file is larger than {self._limit} bytes."
        )


def place_of(sha256: str) -> str:
    """Where a store has the file of this content."""
    return f"sha256/{sha256[:2]}/{sha256}"


def _persist(path: Path) -> None:
    """A fact that names this file is durable when it is answered; so must the file be, and its entry."""
    for one in (path, *path.parents[:3]):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


async def _verified(blocks: AsyncIterator[Any], sha256: str) -> AsyncIterator[bytes]:
    digest = hashlib.sha256()
    held = b""
    async for block in blocks:
        if held:
            yield held
        held = bytes(block)
        digest.update(held)
    if digest.hexdigest() != sha256:
        raise kinds.FILE_ALTERED.refuse()
    yield held


class _Seekable(io.RawIOBase):
    """Lets :mod:`zipfile` and the other openers read an object as a file, by ranges."""

    def __init__(self, reader: ReadableFile) -> None:
        self._reader = reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._reader.seek(offset, whence)

    def tell(self) -> int:
        return self._reader.tell()

    def readinto(self, buffer: Any, /) -> int:
        block = bytes(self._reader.read(len(buffer)))
        buffer[: len(block)] = block
        return len(block)
