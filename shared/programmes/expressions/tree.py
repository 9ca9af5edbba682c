"""Understands the parts of an expression: a tree of small frozen dataclasses that anybody can walk or explain."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Literal:
    """A number, a string or true/false written in the expression."""

    value: Decimal | str | bool


@dataclass(frozen=True)
class SetLiteral:
    """``['legal', 'financing']``: some strings or numbers."""

    items: tuple[Literal, ...]


@dataclass(frozen=True)
class Name:
    """A metric, or ``applicant.level``, ``applicant.region``, ``applicant.kind``, ``applicant.category``. ``back`` is
    None without an index, else how many years before the last one (``name[last-1]`` is 1)."""

    id: str
    back: int | None = None


@dataclass(frozen=True)
class Call:
    """One of the closed set of functions with its arguments."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Arithmetic:
    """``left operator right`` with + - * /, always exact."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Comparison:
    """``left operator right`` with >= <= > < == != in, not in."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Not:
    """The opposite; the opposite of unknown is unknown."""

    part: Node


@dataclass(frozen=True)
class Junction:
    """``and`` or ``or`` over two or more parts, three-valued."""

    operator: str
    parts: tuple[Node, ...]


Node = Literal | SetLiteral | Name | Call | Arithmetic | Comparison | Not | Junction


def names(node: Node) -> tuple[Name, ...]:
    """Every name that the expression reads, in order, once."""
    found: dict[Name, None] = {}
    stack: list[Node] = [node]
    while stack:
        part = stack.pop(0)
        if isinstance(part, Name):
            found[part] = None
        stack[:0] = children(part)
    return tuple(found)


def calls(node: Node) -> tuple[Call, ...]:
    """Every function call in the expression, outermost first."""
    here = (node,) if isinstance(node, Call) else ()
    return here + tuple(call for part in children(node) for call in calls(part))


def children(node: Node) -> tuple[Node, ...]:
    match node:
        case Arithmetic() | Comparison():
            return (node.left, node.right)
        case Junction():
            return node.parts
        case Not():
            return (node.part,)
        case Call():
            return node.arguments
        case SetLiteral():
            return node.items
        case _:
            return ()
