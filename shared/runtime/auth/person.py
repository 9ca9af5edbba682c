"""Understands a person as a token describes one, and in which of several roles they act now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from shared.envelope import Actor, Role
from shared.runtime.auth import codes


@dataclass(frozen=True)
class Person:
    """``organisation`` is a USCC, ``region`` a GB/T 2260 code; both empty where the role needs none."""

    id: str
    name: str
    roles: tuple[Role, ...]
    organisation: str = ""
    region: str = ""

    def acting(self, chosen: str | None, allowed: Collection[Role]) -> Actor:
        """The actor of this request: the chosen role, or the only own role that is allowed here."""
        if chosen is not None and chosen not in self.roles:
            raise codes.ROLE_NOT_YOURS.refuse()
        fitting = [role for role in self.roles if role in allowed and chosen in (None, role)]
        if not fitting:
            names = ", ".join(sorted(allowed))
            raise codes.ROLE_NOT_ALLOWED.refuse(
                zh=f"此事项须由以下角色之一办理：{names}。", en=f"This is for one of these roles: {names}."
            )
        if len(fitting) > 1:
            raise codes.ROLE_NEEDED.refuse()
        return Actor(self.id, fitting[0], self.organisation, self.region)
