"""Understands a definition as an editor's YAML 1.2 reader sees it: words, numbers, true and false, null."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from shared.programmes.reading.tree import Mapping, Node, Scalar, read_tree

_INT, _FLOAT = re.compile(r"[-+]?[0-9]+"), re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def seen(path: Path) -> Any:
    return plain(read_tree(path.read_text("utf-8"), path.name))


def plain(node: Node) -> Any:
    """The JSON value of a tree, by the core schema of YAML 1.2."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.entries.items()}
    if not isinstance(node, Scalar):
        return [plain(item) for item in node.items]
    if node.quoted:
        return node.text
    if node.text in _WORDS:
        return _WORDS[node.text]
    if _INT.fullmatch(node.text):
        return int(node.text)
    return float(node.text) if _FLOAT.fullmatch(node.text) else node.text
