"""Understands the two orders: write the files of the published language, or check that they are as committed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from shared.runtime.schemas.files import FOLDER, drift, write


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all is well, 1 when a check found a difference."""
    parser = argparse.ArgumentParser(prog="python -m shared.runtime.schemas", description=__doc__)
    parser.add_argument("order", choices=("write", "check"))
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the files stand (shared/schemas)")
    given = parser.parse_args(arguments)
    if given.order == "write":
        sys.stdout.writelines(f"wrote {name}\n" for name in write(given.folder))
        return 0
    found = drift(given.folder)
    sys.stdout.writelines(f"{sentence}\n" for sentence in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
