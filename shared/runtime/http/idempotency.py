"""Understands how one command is carried out once, however often it is sent (draft-ietf-httpapi-idempotency-key).

The stored answer was written in the transaction of the facts. Only commands that were carried out are remembered: a
refusal is judged anew, and a command whose fate is unknown is simply sent again with its key.
"""

from __future__ import annotations

import hashlib
import re

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.requests import Request

from shared.runtime.http import codes
from shared.runtime.http.limits import meter_of
from shared.runtime.http.parts import FindReceipt
from shared.runtime.ports import Receipt

REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,128}", re.ASCII)
_CHUNK = 64 * 1024


class Replay(Exception):
    """This command was answered before; ``receipt`` is the answer."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__("answered before")
        self.receipt = receipt


def key_of(headers: Headers) -> str:
    """The Idempotency-Key. Raises a 400 refusal when it is missing, repeated or not 1..128 visible ASCII characters."""
    given = headers.getlist("idempotency-key")
    if not given:
        raise codes.KEY_MISSING.refuse()
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        raise codes.KEY_INVALID.refuse()
    return given[0]


async def digest_of(request: Request) -> str:
    """SHA-256 over method, target and body. A multipart body counts by its parts, since its boundary is random."""
    digest = hashlib.sha256()
    for part in (request.method, request.url.path, request.url.query):
        digest.update(part.encode() + b"\0")
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        digest.update(await _digest_form(await request.form()))
    else:
        meter = meter_of(request.scope)
        if not meter.complete:
            await request.body()
        digest.update(meter.digest())
    return digest.hexdigest()


async def _digest_form(form: FormData) -> bytes:
    digest = hashlib.sha256()
    for name, value in form.multi_items():
        held = await _digest_file(value) if isinstance(value, UploadFile) else value.encode()
        digest.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(held).digest())
    return digest.digest()


async def _digest_file(file: UploadFile) -> bytes:
    digest = hashlib.sha256(f"{file.filename}\0{file.content_type}\0".encode())
    await file.seek(0)
    while chunk := await file.read(_CHUNK):
        digest.update(chunk)
    await file.seek(0)
    return digest.digest()


async def replay(find: FindReceipt, scope: str, key: str, digest: str) -> None:
    """Raises :class:`Replay` where the same command was answered, refuses where the key served another one."""
    receipt = await find(scope, key)
    if receipt is None:
        return
    if receipt.digest != digest:
        raise codes.KEY_REUSED.refuse()
    raise Replay(receipt)
