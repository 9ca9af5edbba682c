"""The program's own entry points with more people at the demo issuer: ``town_entry issuer|serve <people.json>``."""

from __future__ import annotations

import sys
from pathlib import Path

from services import demo, front
from services.__main__ import builds
from shared.runtime.issuer.people import read_people
from shared.runtime.process import run_issuer, run_together

if __name__ == "__main__":
    what, file = sys.argv[1:]
    people = [*demo.people(), *read_people(Path(file))]
    if what == "issuer":
        run_issuer(people, front.front)
    else:
        run_together(builds(), people, front.front)
