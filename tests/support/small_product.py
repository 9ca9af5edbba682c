"""A small product of two services, so that the operator's commands are tested apart from the real ones.

``python -m tests.support.small_product up`` starts a real PostgreSQL and this file again as the services' process.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from rich.console import Console

from shared.runtime.operator import plans
from shared.runtime.operator.block import Login
from shared.runtime.operator.cli import assembly
from shared.runtime.operator.home import Home
from shared.runtime.operator.installation import Installation, NotConfigured
from shared.runtime.operator.launch import Plan
from shared.runtime.service import Build

ENTRY = "tests.support.small_product"
SERVICES = ("alpha", "beta")


def installation(home: str) -> Installation:
    nowhere = {name: Path("/nonexistent") for name in SERVICES}
    return Installation(Home.find(home), nowhere, Console(), ENTRY)


def plan(here: Installation, port: int, kafka: bool) -> Plan:
    def finish(addresses: Mapping[str, str]) -> None:
        (here.home.path / "demo.json").write_text(json.dumps(dict(addresses)))
        if os.environ.get("SMALL_PRODUCT_FAILS"):
            raise RuntimeError("the demo data do not load")

    return plans.one_process(here, port, finish)


def builds(name: str) -> Build:
    raise NotConfigured(f"{name} of the small product has no log to look into")


def logins(here: Installation) -> list[Login]:
    return [Login("officer", "演示经办人", "officer", "demo-password")]


class Answers(BaseHTTPRequestHandler):
    """Ready when its surroundings name both databases."""

    def do_GET(self) -> None:
        given = all(os.environ.get(f"SHIFAN_{name.upper()}_DATABASE_URL") for name in SERVICES)
        body = b'{"checks": {"database": ""}}' if given else b'{"checks": {"database": "no address"}}'
        self.send_response(200 if given else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


def serve() -> None:
    ThreadingHTTPServer((os.environ["SHIFAN_HOST"], int(os.environ["SHIFAN_PORT"])), Answers).serve_forever()


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        assembly.create(installation, plan, builds, logins)()
