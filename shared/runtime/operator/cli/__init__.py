"""Understands the command line: each file is one family of commands, bound to an installation by ``main``."""
