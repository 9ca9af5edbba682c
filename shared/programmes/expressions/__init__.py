"""Understands the closed vocabulary in which conditions, guards and routes are written; it never runs code."""

from shared.programmes.expressions.evaluation import holds, worth
from shared.programmes.expressions.functions import lies_in
from shared.programmes.expressions.parser import FUNCTIONS, Unreadable, parse
from shared.programmes.expressions.scope import Scope, Value
from shared.programmes.expressions.tree import Name, Node, names

__all__ = ["FUNCTIONS", "Name", "Node", "Scope", "Unreadable", "Value", "holds", "lies_in", "names", "parse", "worth"]
