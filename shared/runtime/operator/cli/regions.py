"""Understands ``regions``: which code a place has, what a code is called, and what followed one that was given up."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from shared.identifiers import Region, Regions, known_regions, region_contains
from shared.runtime.operator.cli.answers import as_json, installation, refuse
from shared.runtime.operator.cli.asking import Day, Json, day_of

MOST = 400


def install(app: typer.Typer) -> None:
    app.command()(regions)


def regions(
    context: typer.Context,
    wanted: Annotated[str, typer.Argument(help="名称、代码或其开头 / (part of) a name, a code or its beginning.")],
    day: Day = None,
    ever: Annotated[bool, typer.Option("--ever", help="含当日不用的 / also what does not count on the day.")] = False,
    json: Json = False,
) -> None:
    """查区划代码 / Look up region codes by name or code, with their years, earlier names and what followed them.

    A code is answered with what lies in it, whether it counts on the day or not; all else with what counts only."""
    known, on = known_regions(), day_of(day)
    found = tuple(each for each in _found(wanted, known) if ever or each.code == wanted or each.counts_on(on))
    if not found:
        refuse("名录中没有;--ever 含当日不用的 / no list has it; --ever looks among what was given up, too")
    if len(found) > MOST:
        refuse(f"共 {len(found)} 项,请写得更具体 / {len(found)} regions: be more precise")
    if json:
        as_json([_told(each, known, on) for each in found])
        return
    console = installation(context).console
    for each in found:
        console.print(_line(each, known, on), highlight=False, markup=False, soft_wrap=True)


def _found(wanted: str, known: Regions) -> tuple[Region, ...]:
    every = known.by_code.values()
    if wanted in known.by_code:
        return tuple(each for each in every if each.code == wanted or region_contains(wanted, each.code))
    if wanted.isdigit():
        return tuple(each for each in every if each.code.startswith(wanted))
    return tuple(each for each in every if any(wanted in name for name in _names(each)))


def _names(region: Region) -> tuple[str, ...]:
    return (*(name.zh for name in region.former), region.zh)


def _told(region: Region, known: Regions, on: date) -> dict[str, object]:
    return {
        "code": region.code,
        "name": region.zh,
        "full_name": known.full_name(region.code),
        "since": region.since,
        "until": region.until,
        "counts": region.counts_on(on),
        "successors": list(region.successors),
        "instead": [each.code for each in known.following(region.code, on)],
        "former": [{"name": name.zh, "until": name.until} for name in region.former],
    }


def _line(region: Region, known: Regions, on: date) -> str:
    parts = [f"{region.code}  {known.full_name(region.code)}"]
    if region.since is not None:
        parts.append(f"{region.since} 年起 / since {region.since}")
    if region.until is not None:
        parts.append(f"至 {region.until} 年 / until {region.until}")
    parts += [f"{name.until} 年前称 / before {name.until}: {name.zh}" for name in region.former]
    if not region.counts_on(on):
        instead = ", ".join(f"{each.code} {each.zh}" for each in known.following(region.code, on))
        parts.append(f"→ {instead or '-'}")
    return "  ".join(parts)
