"""Understands what makes a stored fact last: a permanent name that no Python path leaks into, versions with a way up.

A fact is read again after ten years and many refactorings; its name is all that history knows of its class.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from types import ModuleType

NAME = re.compile(r"(?P<service>[a-z]+)\.(?P<word>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)\.(?P<version>[1-9]\d*)")
WORDS = re.compile(r"[A-Z][a-z0-9]*")
WITHOUT_ED = re.compile(
    "Become|Begun|Bound|Broken|Brought|Chosen|Cut|Done|Drawn|Fallen|Forgotten|Found|Given|Gone|Held|Hidden|Kept|Laid|Left"
    "|Lost|Made|Met|Overridden|Paid|Put|Read|Risen|Said|Seen|Sent|Set|Shown|Shut|Split|Spoken|Taken|Told|Undone|Withdrawn"
    "|Written"
)
EMPTY = {"Updated", "Changed", "Modified", "Processed"}


def in_the_past(name: str) -> bool:
    """Whether an event's name says that something happened; ``Updated`` and ``Changed`` say nothing at all."""
    words = WORDS.findall(name)
    past = any(word.endswith("ed") or WITHOUT_ED.fullmatch(word) for word in words)
    return past and not EMPTY & set(words)


def is_fact(item: object, module: ModuleType) -> bool:
    return isinstance(item, type) and item.__module__.startswith(module.__name__) and "NAME" in vars(item)


def faults(modules: Mapping[str, ModuleType]) -> Iterator[str]:
    """What is wrong with the facts of the services: service -> its ``domain.events`` module."""
    seen: dict[str, str] = {}
    for service, module in modules.items():
        listed = getattr(module, "FACTS", None)
        if not isinstance(listed, tuple):
            yield f"{module.__name__} has no FACTS tuple"
            continue
        for item in vars(module).values():
            if is_fact(item, module) and item not in listed:
                yield f"{service}: {item.__name__} is missing in FACTS"
        if len(set(listed)) != len(listed):
            yield f"{service}: FACTS lists one class twice"
        for fact in listed:
            yield from (f"{service}: {fact.__name__} {wrong}" for wrong in wrong_with(fact, service))
            stem = str(getattr(fact, "NAME", "")).rpartition(".")[0]
            if stem in seen:
                yield f"{service}: {fact.__name__} has the stored name of {seen[stem]}: {stem}"
            seen[stem] = f"{service}.{fact.__name__}"


def wrong_with(fact: type, service: str) -> Iterator[str]:
    """Name, shape, tense and upcasts of one class."""
    match = NAME.fullmatch(str(getattr(fact, "NAME", "")))
    if not match or match["service"] != service:
        yield f"needs NAME = '{service}.<kebab-words>.<version>'"
    if not is_dataclass(fact) or not fact.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        yield "is no frozen dataclass"
    if not in_the_past(fact.__name__):
        yield "does not say what happened; use the past tense, never Updated or Changed"
    if "meta" in getattr(fact, "__dataclass_fields__", {}):
        yield "has a field meta: that is where the origin travels"
    for old in range(1, int(match["version"]) if match else 1):
        if not callable(getattr(fact, f"upcast_v{old}_v{old + 1}", None)):
            yield f"has no way up from version {old}: upcast_v{old}_v{old + 1}"
