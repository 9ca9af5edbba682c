"""Understands what a file really is: its extension names a kind, and it must open as that kind."""

from shared.runtime.file_kinds.kinds import EXTENSIONS, Found, check_name, inspect

__all__ = ["EXTENSIONS", "Found", "check_name", "inspect"]
