"""Tests of the regulations as data: the language, the library, each condition at its boundary."""
