"""Understands what one command is about: the data directory, the services by name, and what runs there now."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from shared.runtime.operator import run_state
from shared.runtime.operator.home import Home
from shared.runtime.operator.migrate import url_setting
from shared.runtime.operator.run_state import RunState
from shared.runtime.settings import PREFIX, Settings

DEFAULT_PORT = 8080


class NotConfigured(Exception):
    """A command needs something that neither the environment nor a running installation tells; says what to do."""


@dataclass(frozen=True)
class Installation:
    """``services`` maps each service's name to the directory of its migrations; ``entry`` is the package whose
    ``__main__`` is this command (``python -m <entry> …``) and that holds a package per service."""

    home: Home
    services: Mapping[str, Path]
    console: Console
    entry: str

    def state(self) -> RunState | None:
        return run_state.read(self.home.run_file)

    def surroundings(self) -> dict[str, str]:
        """The environment; what it leaves open, as the running installation has it."""
        state = self.state()
        running = dict(state.surroundings) if state is not None and state.alive() else {}
        return running | dict(os.environ)

    def settings(self) -> Settings:
        """What a service here is told: the environment, then what runs here, then ``.env``."""
        told = self.surroundings()
        named = {name: f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
        return Settings(**{name: told[variable] for name, variable in named.items() if variable in told})  # type: ignore[arg-type]

    def port(self) -> int:
        return int(os.environ.get("SHIFAN_PORT") or DEFAULT_PORT)

    def known(self, service: str) -> str:
        """The same name. Raises :class:`NotConfigured` for one that is no service."""
        if service not in self.services:
            names = ", ".join(self.services)
            raise NotConfigured(f"没有服务 {service}；可选 / no service {service}; there are: {names}")
        return service

    def database_url(self, service: str) -> str:
        """Where a service's database is. Raises :class:`NotConfigured`."""
        setting = url_setting(self.known(service))
        url = self.surroundings().get(setting, "")
        if not url:
            raise NotConfigured(
                f"不知道 {service} 的数据库：先运行 shifan up，或设置 {setting}。 "
                f"{service}'s database is not known here: run shifan up first, or set {setting}."
            )
        return url
