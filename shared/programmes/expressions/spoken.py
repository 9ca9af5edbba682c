"""Understands how a part of an expression is written out again, as its author would write it."""

from __future__ import annotations

from shared.programmes.expressions.scope import key
from shared.programmes.expressions.tree import (
    Arithmetic,
    Call,
    Comparison,
    Junction,
    Literal,
    Name,
    Node,
    Not,
    SetLiteral,
)


def spoken(node: Node) -> str:
    """The part in the language's own words; brackets stand where one operation lies in another."""
    match node:
        case Literal(value=str() as word):
            return f"'{word}'"
        case Literal(value=bool() as truth):
            return "true" if truth else "false"
        case Literal(value=number):
            return format(number, "f")
        case Name():
            return key(node.id, node.back)
        case SetLiteral():
            return f"[{', '.join(spoken(item) for item in node.items)}]"
        case Call():
            return f"{node.function}({', '.join(spoken(part) for part in node.arguments)})"
        case Not():
            return f"not {_inside(node.part)}"
        case Junction():
            return f" {node.operator} ".join(_inside(part) for part in node.parts)
        case Arithmetic() | Comparison():
            return f"{_inside(node.left)} {node.operator} {_inside(node.right)}"


def _inside(node: Node) -> str:
    return f"({spoken(node)})" if isinstance(node, Arithmetic | Comparison | Junction) else spoken(node)
