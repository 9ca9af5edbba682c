"""Understands whether a service answers that it is ready: ``python -m shared.runtime.operator.probe [URL]``.

Used by the image's health check, by ``shifan up`` while it waits and by ``shifan status``; standard library only.
"""

from __future__ import annotations

import json
import os
import sys
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

READY = "/healthz/ready"
TIMEOUT_SECONDS = 3.0
MOST_BYTES = 65_536

_direct = build_opener(ProxyHandler({}))
"""Never through a proxy: what is asked is this machine."""


def unready(address: str, timeout_seconds: float = TIMEOUT_SECONDS) -> str:
    """Empty when the service at ``address`` is ready, else one line that says what is missing."""
    try:
        with _direct.open(address.rstrip("/") + READY, timeout=timeout_seconds):
            return ""
    except HTTPError as answer:
        return _ill(answer.read(MOST_BYTES)) or f"HTTP {answer.code}"
    except (URLError, HTTPException, OSError) as fault:
        return f"{address}: {getattr(fault, 'reason', fault)}"


def _ill(body: bytes) -> str:
    try:
        checks = json.loads(body)["checks"]
        return "; ".join(f"{name}: {sentence}" for name, sentence in checks.items() if sentence)
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""


def main() -> int:
    """0 when ready, 1 with one line on standard error when not."""
    own = f"http://127.0.0.1:{os.environ.get('SHIFAN_PORT', '8000')}"
    missing = unready(sys.argv[1] if len(sys.argv) > 1 else own)
    if missing:
        sys.stderr.write(f"{missing}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
