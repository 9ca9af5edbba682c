"""Understands how to find in the code every name that somebody outside relies on, with its meaning beside it."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

from shared.runtime.schemas.words import EVENTS, meaning_of
from tests.architecture.tree import ROOT, Source, sources

Cells = tuple[str, ...]
VARIABLE = re.compile(r"SHIFAN_(?:[A-Z0-9_]|\{[A-Z0-9_]+\})*[A-Z0-9}]")
VERBS = {"get", "post", "put", "patch", "delete"}


@cache
def modules() -> tuple[ModuleType, ...]:
    """Every module of services and shared, imported; an entry point only where it guards its start."""
    names = [".".join(source.parts).removesuffix(".__init__") for source in sources("services", "shared")]
    names = [name for name in names if not name.endswith(".__main__")]
    return tuple(importlib.import_module(name) for name in names)


def ours(module: str) -> bool:
    return module.split(".")[0] in {"services", "shared", "infra"}


def first_line(text: str | None) -> str:
    """The first sentence or paragraph of a docstring, on one line."""
    return " ".join((text or "").strip().split("\n\n")[0].split())


def events() -> dict[str, Cells]:
    return {event.__name__: (meaning_of(event),) for event in EVENTS}


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def refusals(given: tuple[ModuleType, ...] | None = None) -> dict[str, Cells]:
    """Every class or object of a module that has a stable ``code`` and a ``status``."""
    found: dict[str, Cells] = {}
    for module in modules() if given is None else given:
        for item in vars(module).values():
            code, status = getattr(item, "code", None), getattr(item, "status", None)
            if isinstance(code, str) and isinstance(status, int):
                found[code] = (str(status), spoken(item, "zh", 0), spoken(item, "en", 1))
    return found


def spoken(item: Any, language: str, place: int) -> str:
    """What is wrong and what to do next, in one language; services write it as ``zh``/``en`` or as ``said``/``do``."""
    said, do = getattr(item, "said", None), getattr(item, "do", None)
    if isinstance(said, tuple) and isinstance(do, tuple):
        return f"{said[place]} {do[place]}"
    text = getattr(item, language, "")
    more = getattr(item, f"do_{language}", "")
    return f"{text} {more}".strip() if isinstance(text, str) and isinstance(more, str) else ""


# ── settings ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def settings(given: tuple[type, ...] | None = None) -> dict[str, Cells]:
    """Every field of every settings class under its environment variable's name, and every variable read by name."""
    found: dict[str, Cells] = {} if given is not None else named_variables(sources("services", "shared", "infra"))
    for settings_class in settings_classes() if given is None else given:
        prefix = str(settings_class.model_config.get("env_prefix", ""))  # type: ignore[attr-defined]
        for name, field in settings_class.model_fields.items():  # type: ignore[attr-defined]
            alias = field.validation_alias
            variable = alias if isinstance(alias, str) else prefix + name
            default = "required" if field.is_required() else shown(field.default)
            found[variable.upper()] = (default, field.description or "")
    return found


def shown(default: object) -> str:
    """A default as one would write it into the environment; nothing for an empty one."""
    return "" if str(default) in {"", "None"} else f"`{default}`"


def settings_classes() -> tuple[type, ...]:
    from pydantic_settings import BaseSettings

    modules()

    def below(parent: type[BaseSettings]) -> Iterator[type[BaseSettings]]:
        for child in parent.__subclasses__():
            yield child
            yield from below(child)

    return tuple(child for child in below(BaseSettings) if ours(child.__module__))


def named_variables(found: list[Source]) -> dict[str, Cells]:
    """Variables read by full name; their meaning is the comment behind the name, else what the module is about."""
    variables: dict[str, Cells] = {}
    for source in found:
        lines = source.text.splitlines()
        for node in ast.walk(source.tree):
            if VARIABLE.fullmatch(name := variable_of(node)):
                _, hash_sign, comment = lines[node.lineno - 1].rpartition("  # ")  # type: ignore[attr-defined]
                if hash_sign or name not in variables:
                    about = (
                        comment if hash_sign else f"read in {source.path}: {first_line(ast.get_docstring(source.tree))}"
                    )
                    variables[name] = ("", about)
    return variables


def variable_of(node: ast.AST) -> str:
    """The text of a string; in an f-string a field stands as ``{NAME}``."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if not isinstance(node, ast.JoinedStr):
        return ""
    return "".join(
        f"{{{ast.unparse(part.value).split('.')[0].upper()}}}"
        if isinstance(part, ast.FormattedValue)
        else variable_of(part)
        for part in node.values
    )


# ── routes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def routes(found: list[Source] | None = None) -> dict[str, Cells]:
    """Every decorated route of the services and of the runtime, with its router's prefix and its declared access."""
    result: dict[str, Cells] = {}
    for source in sources("services", "shared") if found is None else found:
        prefixes = router_prefixes(source.tree)
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            purpose = first_line(ast.get_docstring(node)) or node.name.replace("_", " ")
            for route in routes_of(node, prefixes):
                result[f"{source.parts[1]}: {route}"] = (source.path, access(node), purpose)
    return result


def router_prefixes(tree: ast.Module) -> dict[str, str]:
    """Name of a router -> the prefix that it was made with."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.targets[0], ast.Name):
            for keyword in node.value.keywords:
                if keyword.arg == "prefix" and isinstance(keyword.value, ast.Constant):
                    found[node.targets[0].id] = str(keyword.value.value)
    return found


def routes_of(node: ast.FunctionDef | ast.AsyncFunctionDef, prefixes: dict[str, str]) -> Iterator[str]:
    for decorator in node.decorator_list:
        if not (isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute) and decorator.args):
            continue
        path, router = decorator.args[0], decorator.func.value
        is_path = isinstance(path, ast.Constant) and isinstance(path.value, str)
        if decorator.func.attr in VERBS and is_path and isinstance(router, ast.Name):
            yield f"{decorator.func.attr.upper()} {prefixes.get(router.id, '')}{path.value}"  # type: ignore[attr-defined]


def access(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """``@Allow(…)`` or ``@Public(…)`` as written."""
    calls = [each for each in node.decorator_list if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)]
    return ", ".join(ast.unparse(call) for call in calls if call.func.id in {"Allow", "Public"})  # type: ignore[attr-defined]


# ── commands ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def commands(application: Any = None) -> dict[str, Cells]:
    """Every command of the ``shifan`` program; nothing while the program has no entry point yet."""
    if application is None:
        if not (ROOT / "services/__main__.py").is_file():
            return {}
        application = program(importlib.import_module("services.__main__"))
    from typer.main import get_command

    return dict(walk(get_command(application), "shifan"))


def program(module: ModuleType) -> Any:
    """The Typer application of an entry point, wherever in the module it is named."""
    import typer

    found = [item for item in vars(module).values() if isinstance(item, typer.Typer)]
    if not found:
        raise LookupError(f"{module.__name__} names no typer.Typer: import the application there under any name")
    return found[0]


def walk(command: Any, name: str) -> Iterator[tuple[str, Cells]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield name, (first_line(command.help),)
        return
    for word, child in below.items():
        yield from walk(child, f"{name} {word}")
