"""Understands which families of commands there are; the entry point adds those that only it can know."""

from __future__ import annotations

from collections.abc import Callable

import typer

from shared.runtime.operator.cli import (
    clock,
    deadline,
    files,
    kept,
    look,
    migrate,
    parked,
    programmes,
    rebuild,
    regions,
    topics,
    up,
)
from shared.runtime.operator.cli.look import Logins
from shared.runtime.operator.cli.opening import Builds
from shared.runtime.operator.cli.up import Plans
from shared.runtime.operator.installation import Installation


def create(find: Callable[[str], Installation], plans: Plans, builds: Builds, logins: Logins) -> typer.Typer:
    """The application; ``find`` makes the installation of a data directory (empty: the usual one)."""
    app = typer.Typer(name="shifan", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)

    @app.callback()
    def main(
        context: typer.Context,
        home: str = typer.Option("", "--home", help="数据目录 / data directory (SHIFAN_HOME, .shifan)."),
    ) -> None:
        """示范 Shifan：可以自证的认定办理系统 / case management that a government can prove."""
        context.obj = find(home)

    up.install(app, plans, logins)
    look.install(app, logins)
    clock.install(app)
    deadline.install(app)
    programmes.install(app)
    regions.install(app)
    migrate.install(app)
    topics.install(app)
    parked.install(app, builds)
    kept.install(app, builds)
    files.install(app, builds)
    rebuild.install(app, builds)
    return app
