"""Understands which answer an exception becomes: a refusal, bad input, or a fault that tells only its trace id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import asyncpg
import obstore.exceptions
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from shared.runtime.codec import FactTooLarge
from shared.runtime.http import codes, idempotency
from shared.runtime.http.command import Command, answer
from shared.runtime.http.flaws import flaws
from shared.runtime.http.parts import parts_of
from shared.runtime.http.problems import problem
from shared.runtime.ports import AlreadyAnswered, Conflict, Stale, Transient
from shared.runtime.postgres.pool import TRANSIENT
from shared.runtime.refusals import Refusal, Refused

_log = structlog.get_logger("http")

AWAY: tuple[type[Exception], ...] = (
    Transient,
    ConnectionError,
    TimeoutError,
    obstore.exceptions.BaseError,
    # Not OSError itself: a file that is missing here is a fault of ours, and trying again mends nothing.
    *(away for away in TRANSIENT if away is not OSError),
    # A view that is just being made, or swapped for its rebuilt copy.
    asyncpg.UndefinedTableError,
    asyncpg.InvalidSchemaNameError,
)
"""What says that something outside is away: 503, try again."""

_BY_STATUS = {
    400: codes.MALFORMED_REQUEST,
    404: codes.NOT_FOUND,
    405: codes.METHOD,
    413: codes.TOO_LARGE,
    415: codes.MEDIA_TYPE,
}


def install(app: FastAPI, refusals: Sequence[type[Exception]]) -> None:
    """Register every answer; ``refusals`` are the service's own exception classes."""
    app.add_exception_handler(idempotency.Replay, _replay)
    app.add_exception_handler(AlreadyAnswered, _already_answered)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Conflict, _conflict)
    app.add_exception_handler(Stale, _stale)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(FactTooLarge, _too_large)
    own: tuple[type[Exception], ...] = (Refusal, *refusals)
    for refused in own:
        app.add_exception_handler(refused, _refused)
    for away in AWAY:
        app.add_exception_handler(away, _away)
    app.add_exception_handler(Exception, _fault)


def _language(request: Request) -> str:
    return request.headers.get("accept-language", "")


async def _replay(request: Request, exception: Exception) -> Response:
    response = answer(cast(idempotency.Replay, exception).receipt)
    response.headers[idempotency.REPLAYED] = "true"
    return response


async def _already_answered(request: Request, exception: Exception) -> Response:
    earlier = await _answered_meanwhile(request)
    return earlier or _tell(request, codes.CONFLICT.refuse())


async def _refused(request: Request, exception: Exception) -> Response:
    # The same command may have been carried out between our look-up and our decision, by its own other copy; then
    # the rules refuse the second copy ("already submitted"), and the caller is owed the answer of the first.
    earlier = await _answered_meanwhile(request)
    return earlier or _tell(request, cast(Refused, exception))


async def _conflict(request: Request, exception: Exception) -> Response:
    earlier = await _answered_meanwhile(request)
    return earlier or _tell(request, codes.CONFLICT.refuse())


async def _stale(request: Request, exception: Exception) -> Response:
    earlier = await _answered_meanwhile(request)
    return earlier or _tell(request, codes.STALE.refuse())


async def _answered_meanwhile(request: Request) -> Response | None:
    command = getattr(request.state, "command", None)
    if not isinstance(command, Command):
        return None
    try:
        await idempotency.replay(parts_of(request).receipts, command.actor.id, command.key, command.digest)
    except idempotency.Replay as replay:
        return await _replay(request, replay)
    except Refusal as reused:
        return _tell(request, reused)
    except AWAY as away:
        # Whether the first copy was carried out is not known now; a refusal would say that it was not.
        return await _away(request, away)
    return None


async def _invalid(request: Request, exception: Exception) -> Response:
    found = flaws(cast(RequestValidationError, exception).errors())
    return _tell(request, codes.INVALID.refuse(flaws=found))


async def _http(request: Request, exception: Exception) -> Response:
    raised = cast(HTTPException, exception)
    kind = _BY_STATUS.get(raised.status_code)
    if kind is None:
        return await _fault(request, exception)
    return _tell(request, kind.refuse(headers=raised.headers))


async def _too_large(request: Request, exception: Exception) -> Response:
    # Each text was within its limit and their sum is not; nothing was written.
    return _tell(request, codes.TOO_MUCH_TOGETHER.refuse())


async def _gone(request: Request, exception: Exception) -> Response:
    # Nobody is there to read this; it is no fault of ours, and nothing was done.
    _log.info("caller_went_away")
    return Response(status_code=400)


async def _away(request: Request, exception: Exception) -> Response:
    _log.warning("unavailable", cause=type(exception).__name__)
    return _tell(request, codes.UNAVAILABLE.refuse(headers={"Retry-After": "2"}))


async def _fault(request: Request, exception: Exception) -> Response:
    _log.error("fault", cause=type(exception).__name__, exc_info=exception)
    return problem(codes.FAULT.refuse(), _language(request))


def _tell(request: Request, refusal: Refused) -> Response:
    _log.info("refused", code=refusal.code, status=refusal.status)
    return problem(refusal, _language(request))
