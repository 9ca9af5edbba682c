"""Understands how a selection becomes SQL: fixed fragments with numbered parameters, never a value in the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Conditions:
    """Collects the conditions of one query. Fragments are constants of this service; ``{}`` stands for the value."""

    values: list[Any] = field(default_factory=list)
    fragments: list[str] = field(default_factory=list)

    def bind(self, value: object) -> str:
        """The placeholder for a value."""
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, fragment: str, *values: object) -> None:
        self.fragments.append(fragment.format(*(self.bind(value) for value in values)))

    def add_if(self, fragment: str, value: object) -> None:
        """Add it unless the value is empty: an empty field of a selection selects everything."""
        if value not in ("", None):
            self.add(fragment, value)

    def statement(self, template: str, limit: int) -> tuple[str, object]:
        """The query text and its values; the template names <where> and <limit>."""
        bound = self.bind(limit)
        where = " AND ".join(self.fragments) or "true"
        return template.replace("<where>", where).replace("<limit>", bound), *self.values
