"""Understands the demo issuer's three addresses: discovery, keys, and a token for a login and a password.

The password grant is out of favour (RFC 9700 section 2.4) and right here: the demonstration's own command line signs
its made-up people in on the same machine. A real deployment names its own provider, and its sign-in flow.
"""

from __future__ import annotations

import asyncio
import math
import secrets
from ipaddress import ip_address
from typing import Annotated

from fastapi import Form, Request
from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from shared.runtime.auth.codes import TOKEN_MISSING
from shared.runtime.auth.person import Person
from shared.runtime.clock import Clock, SystemClock
from shared.runtime.http import Accepts, Edge, Limits, Public, create_app, router
from shared.runtime.http.codes import TOO_MANY
from shared.runtime.issuer.attempts import Attempts
from shared.runtime.issuer.keys import IssuerKeys
from shared.runtime.issuer.people import Account, People
from shared.runtime.ports import Receipt
from shared.runtime.refusals import Kind

TOKEN_SECONDS = 3600
_HASHING_AT_ONCE = 2


HERE_ONLY = Kind(
    "this_machine_only", 403, "演示用身份服务只接受本机请求。", "The demo issuer serves this machine only.",
    "请通过 127.0.0.1 访问。", "Call it at 127.0.0.1.",
)  # fmt: skip


class NotLoopback(Exception):
    """The demo issuer was to be reachable from other machines."""


def create_issuer(
    address: str,
    bind_host: str,
    people: People,
    keys: IssuerKeys,
    *,
    audience: str = "shifan",
    clock: Clock | None = None,
) -> Edge:
    """The issuer whose tokens name ``address`` (its base URL). Raises :class:`NotLoopback` for another bind address."""
    require_loopback(bind_host)
    app = create_app(
        "Shifan demo issuer",
        clock=clock or SystemClock(),
        authenticate=_nobody,
        receipts=_nothing,
        limits=Limits(body_bytes=4096),
    )
    desk = _Desk(address.rstrip("/"), audience, people, keys, clock or SystemClock())
    routes = router(tags=["issuer"])
    routes.get("/.well-known/openid-configuration")(desk.describe)
    routes.get("/jwks.json")(desk.key_set)
    routes.post("/token")(desk.token)
    app.include_router(routes)
    return app


def require_loopback(host: str) -> None:
    """Raises :class:`NotLoopback` unless ``host`` is an address of this machine alone."""
    try:
        good = ip_address(host.strip("[]")).is_loopback
    except ValueError:
        good = host == "localhost"
    if not good:
        raise NotLoopback(
            "演示用身份服务只能绑定本机地址：请将 SHIFAN_HOST 设为 127.0.0.1，或配置 SHIFAN_OIDC_ISSUER。 / "
            "The demo issuer listens on this machine only: set SHIFAN_HOST to 127.0.0.1, or name your own provider "
            "in SHIFAN_OIDC_ISSUER."
        )


class _Desk:
    def __init__(self, address: str, audience: str, people: People, keys: IssuerKeys, clock: Clock) -> None:
        self._address = address
        self._audience = audience
        self._people = people
        self._keys = keys
        self._clock = clock
        self._attempts = Attempts()
        self._hashing = asyncio.Semaphore(_HASHING_AT_ONCE)

    @Public("OpenID Connect Discovery")
    async def describe(self) -> JSONResponse:
        return JSONResponse(
            {
                "issuer": self._address,
                "jwks_uri": f"{self._address}/jwks.json",
                "token_endpoint": f"{self._address}/token",
                "grant_types_supported": ["password"],
                "response_types_supported": [],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "token_endpoint_auth_methods_supported": ["none"],
            }
        )

    @Public("public keys")
    async def key_set(self) -> JSONResponse:
        return JSONResponse({"keys": self._keys.published()})

    @Public("this is where people sign in")
    @Accepts(keyless="a token is not a command")
    async def token(
        self,
        request: Request,
        grant_type: Annotated[str, Form(max_length=40)] = "",
        username: Annotated[str, Form(max_length=64)] = "",
        password: Annotated[str, Form(max_length=128)] = "",
    ) -> JSONResponse:
        """RFC 6749 section 4.3; errors in the words of its section 5.2."""
        _require_here(request)
        if grant_type != "password":
            return _oauth_error("unsupported_grant_type", "grant_type=password")
        if not username or not password:
            return _oauth_error("invalid_request", "username and password are required")
        if wait := self._attempts.wait_seconds(username):
            raise TOO_MANY.refuse(headers={"Retry-After": str(math.ceil(wait))})
        async with self._hashing:
            account = await asyncio.to_thread(self._people.verify, username, password)
        if account is None:
            return _oauth_error("invalid_grant", "用户名或密码错误 / wrong login or password")
        self._attempts.forgive(username)
        return JSONResponse({"access_token": self._issue(account), "token_type": "Bearer", "expires_in": TOKEN_SECONDS})

    def _issue(self, account: Account) -> str:
        now = int(self._clock.now().timestamp())
        return self._keys.sign(
            {
                "iss": self._address,
                "aud": self._audience,
                "sub": account.login,
                "name": account.name,
                "roles": list(account.roles),
                "organisation": account.organisation,
                "region": account.region,
                "iat": now,
                "nbf": now,
                "exp": now + TOKEN_SECONDS,
                "jti": secrets.token_hex(16),
            }
        )


def _require_here(request: Request) -> None:
    # A page of another site can make a browser on this machine call us under a name that it owns (DNS rebinding).
    try:
        require_loopback(request.url.hostname or "")
        require_loopback(request.client.host if request.client else "")
    except NotLoopback:
        raise HERE_ONLY.refuse() from None


def _oauth_error(error: str, description: str) -> JSONResponse:
    return JSONResponse({"error": error, "error_description": description}, 400)


async def _nobody(_: Headers) -> Person:
    raise TOKEN_MISSING.refuse()


async def _nothing(_: str, __: str) -> Receipt | None:
    return None
