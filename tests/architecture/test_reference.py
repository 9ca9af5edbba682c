"""Understands that every event, setting, refusal, route and command is written down, with its meaning."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import typer
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from tests.architecture import met, reference
from tests.architecture.tree import Source


def test_the_page_is_current() -> None:
    assert not reference.stale(), "run `make schemas`"


def test_every_name_has_a_meaning() -> None:
    assert reference.silent(met.commands(), met.settings(), met.events(), met.refusals(), met.routes()) == []


def test_a_stale_page_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "reference.md"
    assert reference.stale(page)
    page.write_text(reference.page(), "utf-8")
    assert not reference.stale(page)
    page.write_text(reference.page().replace("Scored", "Rated"), "utf-8")
    assert reference.stale(page)


def test_every_code_is_written_in_one_way() -> None:
    """Callers compare codes: one that is written otherwise is a trap for them."""
    written = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
    assert [code for code in met.refusals() if not written.fullmatch(code)] == []


def test_refusals_of_every_shape_are_found() -> None:
    module = ModuleType("scratch")
    exec(
        "class A(Exception):\n    code, status, zh, en = 'a', 409, '甲', 'first'\n"
        "class B(Exception):\n    code, status, said, do = 'b', 404, ('乙', 'second'), ('请', 'do')\n"
        "class C(Exception):\n    code, status = 'c', 500\n",
        module.__dict__,
    )
    assert met.refusals((module,)) == {
        "a": ("409", "甲", "first"),
        "b": ("404", "乙 请", "second do"),
        "c": ("500", "", ""),
    }


def test_settings_are_found_under_their_variables() -> None:
    class Away(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="SHIFAN_AWAY_")
        port: int = Field(8000, description="Where it listens.")
        secret: str = Field(description="Never printed.")
        silent: str = ""

    assert met.settings((Away,)) == {
        "SHIFAN_AWAY_PORT": ("`8000`", "Where it listens."),
        "SHIFAN_AWAY_SECRET": ("required", "Never printed."),
        "SHIFAN_AWAY_SILENT": ("", ""),
    }


def test_variables_read_by_name_are_found() -> None:
    lines = [
        '"""Says why."""',
        'x = read("SHIFAN_FAR_AWAY")',
        'y = "SHIFAN_"',
        'z = f"SHIFAN_{service.upper()}_URL"  # Where it is.',
    ]
    text = "\n".join(lines)
    assert met.named_variables([Source("infra/x.py", text)]) == {
        "SHIFAN_FAR_AWAY": ("", "read in infra/x.py: Says why."),
        "SHIFAN_{SERVICE}_URL": ("", "Where it is."),
    }


def test_routes_are_found_with_prefix_and_access() -> None:
    text = (
        "routes = router(prefix='/cases')\n"
        "@routes.post('/{case}/score', status_code=201)\n"
        "@Allow(roles=('expert',), note='assigned')\n"
        "async def score():\n    '''Seal a score.'''\n"
        "@other.get('/list')\n@Public('anybody')\nasync def find(): ...\n"
    )
    assert met.routes([Source("services/review/http.py", text)]) == {
        "review: POST /cases/{case}/score": (
            "services/review/http.py",
            "Allow(roles=('expert',), note='assigned')",
            "Seal a score.",
        ),
        "review: GET /list": ("services/review/http.py", "Public('anybody')", "find"),
    }


def test_commands_are_found_at_every_depth() -> None:
    app, parked = typer.Typer(), typer.Typer()

    @app.command()
    def up() -> None:
        """Start everything."""

    @parked.command("list")
    def list_parked() -> None:
        """Show what is parked."""

    app.add_typer(parked, name="parked")
    assert met.commands(app) == {"shifan up": ("Start everything.",), "shifan parked list": ("Show what is parked.",)}


def test_a_name_without_meaning_is_seen() -> None:
    assert reference.silent({"SHIFAN_PORT": ("`8000`", " ")}, {"up": ("Start.",)}, {"c": ("500", "丙", "")}) == [
        "SHIFAN_PORT",
        "c",
    ]
