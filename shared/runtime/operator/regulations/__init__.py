"""Understands how regulations are shown on a terminal: lists, one whole text, verdicts, changes, faults."""
