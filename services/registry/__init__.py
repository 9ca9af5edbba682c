"""Understands how titles stand on record, and how anybody can look up the record and its whole history."""
