"""Understands a programme's address: the SHA-256 of its canonical JSON; the same rules always have the same one.

Fields that hold their default are left out: a field that the language gains later does not move old addresses.
Comments, key order and line breaks of the YAML never matter. Neither does how the text's life went on after it was in
force (its last day, what superseded or repealed it, the banner that says so): cases that began under it still find it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from shared.programmes.model.words import Unset

FORM = "shifan programme 1\n"
"""What stands before the canonical JSON when it is hashed: the form's name and number."""


def digest(programme: Any) -> str:
    """Lower-case hexadecimal SHA-256 over the form's name and :func:`canonical`."""
    return hashlib.sha256(FORM.encode() + canonical(programme)).hexdigest()


def canonical(programme: Any) -> bytes:
    """Everything but the digest itself as JSON: sorted keys, no blanks, UTF-8. Whoever has these bytes can verify the
    address on their own."""
    plain = plain_values(programme)
    plain.pop("digest", None)
    if isinstance(plain.get("legal"), dict):
        plain["legal"] = _without_its_end(plain["legal"])
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


_WAS_IN_FORCE = ("in_force", "superseded", "repealed")


def _without_its_end(legal: dict[str, Any]) -> dict[str, Any]:
    """The document's identity as it was when it came into force; a draft, or a text of no force, is what it is."""
    if legal.get("status") not in _WAS_IN_FORCE:
        return legal
    kept = {key: value for key, value in legal.items() if key not in ("superseded_by", "banner")}
    kept["status"] = "in_force"
    if isinstance(kept.get("in_force"), dict):
        kept["in_force"] = {key: value for key, value in kept["in_force"].items() if key != "until"}
    return kept


def plain_values(value: Any) -> Any:
    """JSON values of a part of the language; numbers as decimal strings, never floats."""
    if is_dataclass(value):
        return {
            each.name: plain_values(getattr(value, each.name))
            for each in fields(value)
            if each.default is MISSING or getattr(value, each.name) != each.default
        }
    if isinstance(value, tuple):
        return [plain_values(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain_values(item) for key, item in value.items()}
    return _plain_word(value)


def _plain_word(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, Unset):
        return {"unset": True}
    return value.isoformat() if isinstance(value, date | time) else value
